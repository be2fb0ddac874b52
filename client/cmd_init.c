/* cmd_init.c - `chibo khoi-tao [- | INVITE]`: a book of its own; with an invite this book, new or old, is joined to
 * its ward. The invite holds a secret: `-` reads it from a line of standard input, and one among the words typed is
 * overwritten there as soon as it was read. */
#include "../common/language.h"
#include "../common/text.h"
#include "cmd.h"
#include "cmd_init.h"
#include "cmd_sync.h"


static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "chi-bo", .alias = "org", .kind = OPT_TEXT, .value = N_("CODE"),
     .help = N_("code of your organisation, such as CB-014")},
    {.name = "ten", .alias = "name", .kind = OPT_TEXT, .value = N_("NAME"), .help = N_("its name")},
};

#define DEFAULT_CODE "CHI-BO"

enum err cmd_init_create(struct cmd_env *env, const char *code, const char *name)
{
    struct buf clean = {0}, upper = {0};
    enum err e = text_clean(bytes_of_str(name == NULL ? _("Party cell") : name), TEXT_ONE_LINE, &clean);

    for (const char *p = code == NULL ? DEFAULT_CODE : code; *p != 0; p++)
        buf_put_u8(&upper, (uint8_t)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p));
    if (e != ERR_OK || clean.n == 0 || clean.n > NAME_MAX_BYTES)
        e = cmd_explain(env, e == ERR_OK ? ERR_BAD_VALUE : e, _("name of the organisation"), "");
    else if (!org_code_valid(buf_cstr(&upper)))
        e = cmd_explain(env, ERR_BAD_VALUE, code, _("A code is made of A-Z, 0-9 and -, such as CB-014."));
    if (e == ERR_OK)
        e = book_create(&env->book, buf_cstr(&upper), buf_cstr(&clean));
    buf_deinit(&clean);
    buf_deinit(&upper);
    return e;
}

/* Only asks where someone is there to answer. */
static enum err ask_names(struct cmd_env *env, struct buf *code, struct buf *name)
{
    struct buf line = {0};
    if (code->n == 0 && ask_line(&env->ask, _("Code of your organisation"), DEFAULT_CODE, &line) == ASK_TEXT)
        buf_put_bytes(code, buf_bytes(&line));
    if (name->n == 0 && ask_line(&env->ask, _("Its name"), _("Party cell"), &line) == ASK_TEXT)
        buf_put_bytes(name, buf_bytes(&line));
    buf_deinit(&line);
    return ERR_OK;
}

static enum err create(struct cmd_env *env, const struct opt_parsed *args)
{
    struct buf code = {0}, name = {0};
    enum err e = ERR_OK;

    buf_put_str(&code, opt_text(args, "chi-bo", ""));
    buf_put_str(&name, opt_text(args, "ten", ""));
    if (ask_is_possible() && !env->out.json && args->arg_count == 0)
        e = ask_names(env, &code, &name);
    if (e == ERR_OK)
        e = cmd_init_create(env, code.n > 0 ? buf_cstr(&code) : NULL, name.n > 0 ? buf_cstr(&name) : NULL);
    buf_deinit(&code);
    buf_deinit(&name);
    return e;
}

/* The book opens, or is made. */
static enum err open_or_create(struct cmd_env *env, const struct opt_parsed *args)
{
    enum err e = book_open(&env->book, KV_WRITE);
    if (e == ERR_OK) {
        e = book_begin(&env->book, false);
        book_abort(&env->book);
        if (e == ERR_NO_STORE)
            book_close(&env->book);
    }
    return e == ERR_NO_STORE ? create(env, args) : e;
}

enum err cmd_init_join(struct cmd_env *env, const struct invite *invite)
{
    struct link_report report = {0};
    enum err e = cmd_network(env);

    if (e == ERR_OK)
        e = link_enrol(&env->book, env->tls, invite, &report);
    if (e == ERR_EXISTS)
        return cmd_explain(env, e, "", _("This book is joined to a ward already."));
    if (e != ERR_OK)
        return cmd_sync_explain(env, e, &report);
    memset(&report, 0, sizeof(report));
    e = link_sync(&env->book, env->tls, &(struct link_terms){0}, &report);
    if (e == ERR_OK && !env->out.json)
        buf_printf(&env->out.text, "%s\n", _("This book is joined to its ward."));
    if (e == ERR_OK)
        cmd_sync_print(&report, env->out.json, &env->out.text);
    return cmd_sync_explain(env, e, &report);
}

static enum err read_invite(struct cmd_env *env, const char *arg, struct invite *invite)
{
    struct buf line = {0};
    enum err e;

    if (strcmp(arg, "-") != 0)
        buf_put_str(&line, arg);
    else if (ask_is_possible())
        (void)ask_line(&env->ask, _("Invite from the ward"), NULL, &line);
    else
        (void)ask_read(&env->ask, &line);
    e = invite_parse(buf_cstr(&line), invite);
    buf_wipe_deinit(&line);
    cmd_wipe_arg(env, arg);
    if (e == ERR_OK)
        return e;
    return cmd_explain(env, ERR_INVITE_BAD, "", _("Please copy it again, whole: it begins with CHIBO1-."));
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    struct invite invite;
    enum err e = ERR_OK;

    if (args->arg_count == 0) {
        e = create(env, args);
        if (e == ERR_EXISTS)
            return cmd_explain(env, e, env->book.dir, _("To join it to a ward: chibo khoi-tao -"));
        if (e == ERR_OK && !env->out.json)
            buf_printf(&env->out.text, _("The book is made: %s\nRecord something: chibo ghi; a menu: chibo\n"),
                       env->book.dir);
        return e;
    }
    e = read_invite(env, opt_arg(args, 0), &invite);
    if (e == ERR_OK)
        e = open_or_create(env, args);
    if (e == ERR_OK)
        e = cmd_init_join(env, &invite);
    crypto_wipe(&invite, sizeof(invite));
    return e;
}

const struct cmd cmd_init = {"khoi-tao", "init",
                             N_("Makes a book, or joins this one to its ward by an invite (- asks for it)."), 0,
                             {rows, ARRAY_LEN(rows), N_("[- | INVITE]"), 0, 1}, run};
