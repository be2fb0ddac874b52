/* cmd_link.c - `chibo noi ID ID`: two records are one person, or one payment; `chibo tach ID ID`: they are not.
 *
 * What is written is a change of the pair's own record, whose id is made of the pair, smaller id first: the same record
 * on every device and in either direction. Undoing is the other word. */
#include "../common/language.h"
#include "../proto/mp.h"
#include "alike.h"
#include "cmd.h"
#include "refs.h"
#include "say.h"
#include "whom.h"

#define SAME 1
#define APART 2

static const struct opt_row rows[] = {CMD_OPTIONS};
static const struct opt_row link_rows[] = {
    CMD_OPTIONS,
    {.name = "dung", .alias = "yes", .kind = OPT_FLAG, .help = N_("they are one, though the dates of birth differ")},
};

struct joining {
    struct cmd_env *env;
    struct refs refs;
    struct id id[2], org;
    const struct kind_info *link;
    struct fields fields;
    struct record_written written;
};

static enum err find(struct joining *j, const struct opt_parsed *args)
{
    uint32_t kind[2] = {0};
    struct view v;

    for (size_t i = 0; i < 2; i++) {
        enum err e = refs_find(&j->refs, 0, opt_arg(args, i), &kind[i], &j->id[i]);
        if (e != ERR_OK)
            return cmd_explain(j->env, e, opt_arg(args, i),
                               e == ERR_BAD_VALUE ? _("at least 6 characters of the record's number") : "");
    }
    j->link = alike_link_kind(kind[0]);
    if (j->link == NULL || kind[0] != kind[1])
        return cmd_explain(j->env, ERR_BAD_VALUE, opt_arg(args, j->link != NULL),
                           _("two members, or two payments, can be linked"));
    if (id_equal(&j->id[0], &j->id[1]))
        return cmd_explain(j->env, ERR_BAD_VALUE, opt_arg(args, 1), _("it is the same record"));
    if (id_compare(&j->id[0], &j->id[1]) > 0) {
        struct id swap = j->id[0];
        j->id[0] = j->id[1];
        j->id[1] = swap;
    }
    enum err e = replica_view(book_txn(&j->env->book), &j->env->book.replica, kind[0], &j->id[0], &v);
    if (e == ERR_OK) {
        j->org = v.org;
        replica_view_deinit(&v);
    }
    return e;
}

static void give(struct joining *j, const char *name, const struct id *id, uint64_t number)
{
    struct fields_value *v = fields_value(&j->fields, schema_field_named(j->link, name));

    v->given = true;
    v->count = 1;
    if (id != NULL)
        mp_put_bin(&v->value, id->b, ID_SIZE);
    else
        mp_put_uint(&v->value, number);
}

/* Homonyms: two dates of birth are two persons, unless somebody says so who was shown them. Where they are the same
 * both are shown all the same: workplace and address tell twins of the register apart. */
static enum err same_person(struct joining *j, const struct opt_parsed *args)
{
    struct buf born[2] = {{0}}, text = {0}, line = {0};
    enum err e = whom_describe(&j->refs, &j->id[0], &born[0], &text);

    buf_put_str(&text, " | ");
    if (e == ERR_OK)
        e = whom_describe(&j->refs, &j->id[1], &born[1], &text);
    bool differ = e == ERR_OK && !bytes_equal(buf_bytes(&born[0]), buf_bytes(&born[1]));
    if (e == ERR_OK && !differ)
        out_note(buf_cstr(&text));
    if (differ && !opt_given(args, "dung")) {
        bool agreed = false;
        if (ask_is_possible() && !j->env->out.json) {
            ask_say(&j->env->ask, buf_cstr(&text));
            agreed = ask_line(&j->env->ask, _("The dates of birth differ. One person? (y/n)"), NULL, &line) ==
                         ASK_TEXT &&
                     line.n == 1 && strchr("yc", line.p[0]) != NULL;
        }
        if (!agreed) {
            buf_printf(&text, ". %s", _("If they are one all the same: chibo noi ID ID --dung"));
            e = cmd_explain(j->env, ERR_BAD_VALUE, _("the dates of birth differ"), buf_cstr(&text));
        }
    }
    for (size_t i = 0; i < 2; i++)
        buf_deinit(&born[i]);
    buf_wipe_deinit(&text);
    buf_deinit(&line);
    return e;
}

static enum err write_link(struct joining *j, const struct opt_parsed *args, uint64_t verdict)
{
    enum err e = find(j, args);

    if (e == ERR_OK && verdict == SAME && strcmp(j->link->name, "link") == 0)
        e = same_person(j, args);
    if (e != ERR_OK)
        return e;
    fields_init(&j->fields, j->link);
    give(j, "first", &j->id[0], 0);
    give(j, "second", &j->id[1], 0);
    give(j, "verdict", NULL, verdict);
    return record_create(&j->env->book, &j->fields, &j->org, &j->written);
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args, uint64_t verdict)
{
    struct joining j = {.env = env};
    enum err e = book_begin(&env->book, true);

    if (e != ERR_OK)
        return e;
    refs_init(&j.refs, &env->book);
    e = write_link(&j, args, verdict);
    if (e == ERR_OK)
        e = book_commit(&env->book);
    book_abort(&env->book);
    refs_deinit(&j.refs);
    if (j.link != NULL)
        fields_deinit(&j.fields);
    j.written.existed = false; /* what stood there is the other word; nobody must be told that it is taken back */
    return e == ERR_OK ? say_record(env, j.link, &j.written) : e;
}

static enum err run_link(struct cmd_env *env, const struct opt_parsed *args)
{
    return run(env, args, SAME);
}

static enum err run_unlink(struct cmd_env *env, const struct opt_parsed *args)
{
    return run(env, args, APART);
}

const struct cmd cmd_link = {"noi", "link", N_("Two records are one: the same person, or the same payment."),
                             NEED_STORE | NEED_WRITE, {link_rows, ARRAY_LEN(link_rows), N_("ID ID"), 2, 2}, run_link};
const struct cmd cmd_unlink = {"tach", "unlink", N_("Two records that look alike, or were linked, are not one."),
                               NEED_STORE | NEED_WRITE, {rows, ARRAY_LEN(rows), N_("ID ID"), 2, 2}, run_unlink};
