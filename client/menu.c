/* menu.c - see menu.h. Each row of the menu is a function that comes back to it; errors are said and the menu goes
 * on. */
#include "menu.h"

#include <unistd.h>

#include "../common/language.h"
#include "../common/period.h"
#include "../proto/mp.h"
#include "cmd_init.h"
#include "cmd_parcel.h"
#include "cmd_status.h"
#include "cmd_sync.h"
#include "due.h"
#include "form.h"
#include "menu_call.h"

static enum err menu_meeting(struct cmd_env *env);
static enum err menu_minutes(struct cmd_env *env);
static enum err menu_task(struct cmd_env *env);
static enum err menu_sync(struct cmd_env *env);
static enum err menu_status(struct cmd_env *env);
static enum err menu_conflicts(struct cmd_env *env);
static enum err menu_refused(struct cmd_env *env);
static enum err menu_stick(struct cmd_env *env);

static const struct {
    const char *label;
    enum err (*run)(struct cmd_env *env);
} items[] = {
    {N_("Record a meeting"), menu_meeting}, {N_("Roll call"), menu_call_run}, {N_("Write the minutes"), menu_minutes},
    {N_("Assign a task"), menu_task},       {N_("Exchange with the ward"), menu_sync},
    {N_("Where things stand"), menu_status}, {N_("Written differently"), menu_conflicts},
    {N_("What the ward refused"), menu_refused}, {N_("Exchange by USB stick"), menu_stick},
};

static void say_error(struct cmd_env *env, enum err e)
{
    struct buf line = {0};
    buf_printf(&line, "  ✗ %s %s", _(err_sentence(e)), env->why.n > 0 ? buf_cstr(&env->why) : "");
    ask_say(&env->ask, buf_cstr(&line));
    buf_clear(&env->why);
    buf_deinit(&line);
}

/* --- the first time --- */

static enum err join_if_wanted(struct cmd_env *env)
{
    struct buf line = {0};
    struct invite invite;
    enum err e = ERR_OK;
    bool done = false;

    while (!done) {
        enum ask_answer a = ask_line(&env->ask, _("Invite from the ward (Enter: later)"), NULL, &line);
        done = a != ASK_TEXT || line.n == 0;
        if (done)
            break;
        e = invite_parse(buf_cstr(&line), &invite);
        if (e == ERR_OK)
            e = cmd_init_join(env, &invite);
        if (e != ERR_OK)
            say_error(env, e);
        done = e == ERR_OK;
    }
    crypto_wipe(&invite, sizeof(invite));
    buf_wipe_deinit(&line);
    return ERR_OK;
}

/* made: false when the person does not want one, or is gone. */
static enum err first_time(struct cmd_env *env, bool *made)
{
    struct buf line = {0}, code = {0};
    enum err e = ERR_BAD_VALUE;
    enum ask_answer a;

    ask_say(&env->ask, _("There is no book on this machine yet. Two questions, and it is made."));
    while (!*made) {
        a = ask_line(&env->ask, _("Code of your organisation"), "CHI-BO", &code);
        if (a == ASK_TEXT)
            a = ask_line(&env->ask, _("Its name"), _("Party cell"), &line);
        if (a == ASK_END || a == ASK_ENOUGH)
            break;
        if (a == ASK_BACK)
            continue;
        e = cmd_init_create(env, code.n > 0 ? buf_cstr(&code) : NULL, line.n > 0 ? buf_cstr(&line) : NULL);
        *made = e == ERR_OK;
        if (e == ERR_BAD_VALUE || e == ERR_BAD_UTF8)
            say_error(env, e);
        else if (e != ERR_OK)
            break;
    }
    buf_deinit(&line);
    buf_deinit(&code);
    if (!*made)
        return e == ERR_BAD_VALUE || e == ERR_BAD_UTF8 ? ERR_OK : e;
    return join_if_wanted(env);
}

/* --- records --- */

static enum err run_form(struct cmd_env *env, struct form *f)
{
    struct record_written w = {0};
    enum form_end end = FORM_DONE;
    char hex[ID_TEXT_SIZE];
    struct buf line = {0};
    enum err e = form_recall(f, env);

    if (e == ERR_OK)
        e = form_ask(f, env, &end);
    if (e != ERR_OK || end == FORM_BACK || end == FORM_LEFT)
        return e;
    e = form_save(f, env, &w);
    if (e != ERR_OK)
        return e;
    form_say_written(env, f->kind, &w);
    id_print(&w.id, hex);
    buf_printf(&line, "  %s (%s)", _("Saved on this machine. Not sent to the ward yet."), hex);
    ask_say(&env->ask, buf_cstr(&line));
    buf_clear(&line);
    e = book_begin(&env->book, false);
    if (e == ERR_OK)
        e = due_note_of(&env->book, f->kind->number, &w.id, &line);
    book_abort(&env->book);
    out_write(env->ask.fd == 0 ? 2 : env->ask.fd, buf_bytes(&line));
    buf_deinit(&line);
    return e;
}

struct newest {
    struct form *form;
    uint32_t date;
};

/* Time, place, chair and scribe are mostly those of the last meeting. */
static bool newest_visit(void *arg, struct view *v)
{
    static const char *const kept[] = {"start", "place", "chair", "scribe"};
    struct newest *n = arg;
    const struct kind_info *k = n->form->kind;
    const struct entry *date = replica_view_entry(v, schema_field_named(k, "date"));
    struct buf text = {0};
    struct mp r;

    if (date == NULL || replica_view_void(v) == CLOSE_VOID)
        return true;
    mp_open(&r, date->candidate[0].value);
    uint32_t day = (uint32_t)mp_uint(&r, UINT32_MAX);
    (void)!mp_close(&r);
    if (day < n->date)
        return true;
    n->date = day;
    for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
        const struct field_info *f = schema_field_named(k, kept[i]);
        const struct entry *e = replica_view_entry(v, f);
        buf_clear(&text);
        if (e != NULL)
            entry_print(f, e->candidate[0].value, NULL, &text);
        form_default(n->form, kept[i], buf_cstr(&text));
    }
    buf_deinit(&text);
    return true;
}

static enum err menu_meeting(struct cmd_env *env)
{
    struct form f;
    char period[PERIOD_TEXT_SIZE];
    struct newest n = {&f, 0};
    enum err e = book_begin(&env->book, false);

    form_init(&f, schema_kind_named("meeting"));
    if (e == ERR_OK)
        e = replica_each(book_txn(&env->book), &env->book.replica, f.kind->number, newest_visit, &n);
    book_abort(&env->book);
    period_print(period_of_date(env->today), period);
    form_default(&f, "type", "regular");
    form_default(&f, "period", period);
    form_default(&f, "date", "hom nay");
    form_default(&f, "status", "held");
    if (e == ERR_OK)
        e = run_form(env, &f);
    form_deinit(&f);
    return e;
}

static enum err menu_minutes(struct cmd_env *env)
{
    struct form f;
    form_init(&f, schema_kind_named("minutes"));
    enum err e = run_form(env, &f);
    form_deinit(&f);
    return e;
}

static enum err menu_task(struct cmd_env *env)
{
    struct form f;
    form_init(&f, schema_kind_named("task"));
    form_default(&f, "from", "hom nay");
    form_default(&f, "status", "open");
    enum err e = run_form(env, &f);
    form_deinit(&f);
    return e;
}

/* --- the rest --- */

static enum err menu_sync(struct cmd_env *env)
{
    struct link_report report = {0};
    enum err e = book_begin(&env->book, false);
    book_abort(&env->book);
    if (e == ERR_OK && !env->book.replica.enrolled)
        return join_if_wanted(env);
    if (e == ERR_OK)
        e = cmd_network(env);
    if (e == ERR_OK)
        e = link_sync(&env->book, env->tls, &(struct link_terms){0}, &report);
    if (e == ERR_OK)
        cmd_sync_print(&report, false, &env->out.text);
    return cmd_sync_explain(env, e, &report);
}

static enum err menu_status(struct cmd_env *env)
{
    enum err e = cmd_status.run(env, NULL);
    return e == ERR_CONFLICTS ? ERR_OK : e;
}

static enum err menu_conflicts(struct cmd_env *env)
{
    return cmd_conflicts.run(env, NULL);
}

static enum err menu_refused(struct cmd_env *env)
{
    return cmd_refused.run(env, NULL);
}

/* One question: a file that is there is the ward's answer, or our own of before, to be written anew. */
static enum err menu_stick(struct cmd_env *env)
{
    struct buf line = {0};
    enum err e = ERR_OK;

    ask_say(&env->ask, _("A new name: written for the ward. The name of the ward's answer: taken in."));
    if (ask_line(&env->ask, _("File on the stick (Enter: back)"), NULL, &line) == ASK_TEXT && line.n > 0) {
        bool there = access(buf_cstr(&line), F_OK) == 0;
        if (there)
            e = cmd_parcel_read(env, buf_cstr(&line));
        if (!there || e == ERR_FILE_WRONG_WAY)
            e = cmd_parcel_write(env, buf_cstr(&line));
    }
    buf_deinit(&line);
    return e;
}

static enum err put_menu(struct cmd_env *env, struct buf *out)
{
    struct org o = {0};
    enum err e = book_begin(&env->book, false);
    if (e == ERR_OK && org_load(book_txn(&env->book), &env->book.replica.org, &o) != ERR_OK)
        o.name[0] = 0;
    book_abort(&env->book);
    buf_printf(out, "\n%s · %s (%s) · ", _("RECORD BOOK"), o.name, o.code);
    cmd_status_age(&env->book, out);
    for (size_t i = 0; i < ARRAY_LEN(items); i++)
        buf_printf(out, "%s%zu %s", i % 3 == 0 ? "\n" : "  ", i + 1, _(items[i].label));
    buf_printf(out, "  0 %s", _("Quit"));
    return e;
}

static enum err loop(struct cmd_env *env)
{
    struct buf line = {0}, menu = {0};
    enum err e = ERR_OK;

    while (e == ERR_OK) {
        buf_clear(&menu);
        e = put_menu(env, &menu);
        if (e != ERR_OK)
            break;
        ask_say(&env->ask, buf_cstr(&menu));
        enum ask_answer a = ask_line(&env->ask, _("Choose a number"), NULL, &line);
        if (a == ASK_END || (a == ASK_TEXT && strcmp(buf_cstr(&line), "0") == 0))
            break;
        if (a != ASK_TEXT || line.n != 1 || line.p[0] < '1' || line.p[0] > '0' + (int)ARRAY_LEN(items))
            continue;
        enum err failed = items[line.p[0] - '1'].run(env);
        e = out_flush(&env->out);
        if (failed != ERR_OK)
            say_error(env, failed);
    }
    buf_deinit(&line);
    buf_deinit(&menu);
    return e;
}

enum err menu_run(struct cmd_env *env)
{
    bool made = false;
    env->ask.fd = 1;
    enum err e = book_open(&env->book, KV_WRITE);
    if (e == ERR_OK) {
        e = book_begin(&env->book, false);
        book_abort(&env->book);
        if (e == ERR_NO_STORE)
            book_close(&env->book);
    }
    if (e == ERR_NO_STORE) {
        e = first_time(env, &made);
        if (e != ERR_OK || !made)
            return e;
    }
    return e == ERR_OK ? loop(env) : e;
}
