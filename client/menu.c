/* menu.c - see menu.h. Each row of the menu is a function that comes back to it; errors are said and the menu goes
 * on. */
#include "menu.h"

#include <unistd.h>

#include "../common/language.h"
#include "assign.h"
#include "cmd_init.h"
#include "cmd_parcel.h"
#include "cmd_status.h"
#include "cmd_sync.h"
#include "cmd_undo.h"
#include "flow.h"
#include "menu_call.h"
#include "menu_dues.h"
#include "menu_print.h"

static enum err menu_meeting(struct cmd_env *env);
static enum err menu_minutes(struct cmd_env *env);
static enum err menu_task(struct cmd_env *env);
static enum err menu_members(struct cmd_env *env);
static enum err menu_sync(struct cmd_env *env);
static enum err menu_status(struct cmd_env *env);
static enum err menu_due(struct cmd_env *env);
static enum err menu_conflicts(struct cmd_env *env);
static enum err menu_refused(struct cmd_env *env);
static enum err menu_stick(struct cmd_env *env);
static enum err menu_other(struct cmd_env *env);

static const struct {
    const char *label;
    enum err (*run)(struct cmd_env *env);
} items[] = {
    {N_("Record a meeting"), menu_meeting}, {N_("Roll call"), menu_call_run}, {N_("Write the minutes"), menu_minutes},
    {N_("Dues of the month"), menu_dues_run}, {N_("Assign a task"), menu_task}, {N_("Members"), menu_members},
    {N_("Exchange with the ward"), menu_sync}, {N_("Put on paper"), menu_print_run},
    {N_("Where things stand"), menu_status}, {N_("What is due"), menu_due},
    {N_("Written differently"), menu_conflicts}, {N_("What the ward refused"), menu_refused},
    {N_("Exchange by USB stick"), menu_stick}, {N_("Record something else"), menu_other},
    {N_("Take back the last entry"), cmd_undo_ask},
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

static const char *const mostly[] = {"start", "place", "chair", "scribe", NULL};
static const char *const the_same[] = {"type", "agenda", "status", NULL};
static const char *const each_time[] = {"date", "start", NULL};

static const struct flow_row meeting_rows[] = {
    {.what = FLOW_FORM, .kind = "meeting", .like = mostly, .like_too = the_same, .like_asked = each_time,
     .known = {{"type", NULL, "regular", NULL, true}, {"date", NULL, "hom nay", NULL, true},
               {"period", NULL, NULL, "date", true}, {"end", NULL, "", NULL, false},
               {"status", NULL, "held", NULL, false}}},
    {.what = FLOW_CALL, .kind = "meeting"},
    {.what = FLOW_LATE, .kind = "meeting", .field = "end", .note = "short_reason"},
    {.what = FLOW_FORM, .kind = "minutes", .question = N_("Go on with minutes, resolution and tasks? (y/n)"),
     .known = {{"meeting", "meeting", NULL, NULL, false}}},
    {.what = FLOW_FORM, .kind = "resolution", .question = N_("A resolution or a conclusion? (y/n)"), .no = FLOW_SKIP,
     .known = {{"meeting", "meeting", NULL, NULL, false}, {"date", "meeting", "date", NULL, true}}},
    {.what = FLOW_FORM, .kind = "task", .question = N_("A task for somebody? (y/n)"), .repeated = true,
     .known = {{"from", "meeting", "date", NULL, true}, {"source", "resolution", NULL, NULL, false},
               {"status", NULL, "open", NULL, false}}},
};
static const struct flow_row minutes_rows[] = {{.what = FLOW_FORM, .kind = "minutes"}};
static const struct flow_row task_rows[] = {
    {.what = FLOW_FORM, .kind = "task",
     .known = {{"from", NULL, "hom nay", NULL, true}, {"status", NULL, "open", NULL, true}}},
};

static enum err menu_meeting(struct cmd_env *env)
{
    return flow_run(env, meeting_rows, ARRAY_LEN(meeting_rows));
}

static enum err menu_minutes(struct cmd_env *env)
{
    return flow_run(env, minutes_rows, ARRAY_LEN(minutes_rows));
}

static enum err menu_task(struct cmd_env *env)
{
    return flow_run(env, task_rows, ARRAY_LEN(task_rows));
}

/* Any kind by its word, for what is no row of its own here. */
static enum err menu_other(struct cmd_env *env)
{
    struct buf line = {0};
    enum err e = cmd_words(env, &cmd_kinds, 0, NULL);

    if (e == ERR_OK)
        e = out_flush(&env->out);
    if (e == ERR_OK && ask_line(&env->ask, _("Which kind (its word; Enter: back)"), NULL, &line) == ASK_TEXT &&
        line.n > 0) {
        const struct kind_info *k = assign_kind(env, buf_cstr(&line));
        const struct flow_row row = {.what = FLOW_FORM, .kind = k == NULL ? NULL : k->name};
        e = k == NULL ? ERR_UNKNOWN_KIND : flow_run(env, &row, 1);
    }
    buf_deinit(&line);
    return e;
}

static enum err menu_members(struct cmd_env *env)
{
    char *words[] = {(char[]){"dang-vien"}};
    return cmd_words(env, &cmd_list, 1, words);
}

static enum err menu_due(struct cmd_env *env)
{
    return cmd_words(env, &cmd_due, 0, NULL);
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

/* 0: it is none. */
static size_t number(const struct buf *line)
{
    size_t n = 0;
    for (size_t i = 0; i < line->n; i++) {
        if (line->p[i] < '0' || line->p[i] > '9' || line->n > 2)
            return 0;
        n = 10 * n + (size_t)(line->p[i] - '0');
    }
    return n;
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
        const size_t n = a == ASK_TEXT ? number(&line) : 0;
        if (n == 0 || n > ARRAY_LEN(items))
            continue;
        enum err failed = items[n - 1].run(env);
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
