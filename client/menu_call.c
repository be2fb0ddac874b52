/* menu_call.c - see menu_call.h. */
#include "menu_call.h"

#include <stdlib.h>

#include "../common/language.h"
#include "roll.h"

/* How an absence is told; the words are kept as the reason. The last row is offered to those who were called before. */
static const struct {
    const char *label; /* msgid */
    const char *mark;
} reasons[] = {
    {N_("ill"), "excused"}, {N_("family matters"), "excused"}, {N_("away on duty"), "excused"},
    {N_("no reason given"), "unexcused"}, {N_("exempt from meetings"), "exempt"},
    {N_("present"), ROLL_PRESENT},
};

struct call {
    struct cmd_env *env;
    struct roll roll;
    bool *named; /* by member */
    bool *told;  /* the reason is known */
};

static void put_mark(const char *mark, const struct buf *reason, struct buf *out)
{
    const struct field_info *f = schema_field_named(schema_kind_named("attendance"), "mark");
    buf_put_str(out, _(schema_value_named(f, mark == NULL ? "unmarked" : mark)->label));
    if (reason->n > 0) {
        buf_put_str(out, ", ");
        buf_put_bytes(out, buf_bytes(reason));
    }
}

/* "absent with reason, ill" */
static void put_called(const struct roll_mark *m, struct buf *out)
{
    put_mark(m->mark, &m->reason, out);
}

/* --- questions --- */

static void show(struct call *c)
{
    struct buf text = {0};
    choice_print(&c->roll.members, &text);
    out_write(c->env->ask.fd, buf_bytes(&text));
    buf_wipe_deinit(&text);
}

static void show_called(struct call *c)
{
    struct buf text = {0};
    for (size_t i = 0; i < c->roll.members.count; i++) {
        if (roll_is(&c->roll.of[i], ROLL_PRESENT))
            continue;
        buf_printf(&text, "  %3zu  %s: ", i + 1, buf_cstr(&c->roll.members.item[i].title));
        put_called(&c->roll.of[i], &text);
        buf_put_str(&text, "\n");
    }
    ask_say(&c->env->ask, _("Called before. Not present:"));
    out_write(c->env->ask.fd, buf_bytes(&text));
    buf_wipe_deinit(&text);
}

/* "5,12": those who will probably be absent again. */
static void put_hinted(const struct call *c, struct buf *out)
{
    for (size_t i = 0; i < c->roll.members.count; i++)
        if (c->roll.of[i].hinted)
            buf_printf(out, "%s%zu", out->n > 0 ? "," : "", i + 1);
}

static void put_question(const struct call *c, bool hinted, struct buf *out)
{
    if (c->roll.again) {
        buf_put_str(out, _("Numbers of those whose mark CHANGES, with commas between (Enter: nobody)"));
        return;
    }
    buf_put_str(out, hinted ? _("Numbers of those ABSENT, with commas between (0: nobody)")
                            : _("Numbers of those ABSENT, with commas between (Enter: nobody)"));
    buf_put_str(out, ". ");
    buf_printf(out, _("%zu members"), c->roll.members.count);
    if (c->roll.exempt > 0)
        buf_printf(out, _(", exempt: %zu"), c->roll.exempt);
}

static bool take_numbers(struct call *c, struct buf *line, bool hinted)
{
    memset(c->named, 0, c->roll.members.count);
    if (hinted && line->n == 0)
        for (size_t i = 0; i < c->roll.members.count; i++) {
            c->named[i] = c->roll.of[i].hinted;
            c->told[i] = c->named[i] && c->roll.of[i].hint != NULL;
        }
    return strcmp(buf_cstr(line), "0") == 0 || choice_numbers(&c->roll.members, buf_cstr(line), c->named) == ERR_OK;
}

static enum ask_answer ask_named(struct call *c)
{
    struct buf line = {0}, shown = {0}, question = {0};
    enum ask_answer a;
    bool done = false;

    show(c);
    if (c->roll.again)
        show_called(c);
    if (c->roll.half_way)
        ask_say(&c->env->ask, _("This roll call was left half-way; Enter goes on with it."));
    put_hinted(c, &shown);
    put_question(c, shown.n > 0, &question);
    do {
        a = ask_line(&c->env->ask, buf_cstr(&question), buf_cstr(&shown), &line);
        if (a != ASK_TEXT)
            break;
        done = take_numbers(c, &line, shown.n > 0);
        if (!done)
            ask_say(&c->env->ask, _("  ✗ Only numbers of the list, such as 5,12,40."));
    } while (!done);
    buf_deinit(&line);
    buf_deinit(&shown);
    buf_deinit(&question);
    return a;
}

static size_t reasons_offered(const struct call *c)
{
    return ARRAY_LEN(reasons) - !c->roll.again;
}

static void put_reason_question(const struct call *c, size_t i, struct buf *out)
{
    buf_clear(out);
    buf_printf(out, "  %zu ", i + 1);
    buf_put_bytes(out, buf_bytes(&c->roll.members.item[i].title));
    for (size_t r = 0; r < reasons_offered(c); r++)
        buf_printf(out, "%s%zu %s", r == 0 ? " – " : ", ", r + 1, _(reasons[r].label));
    buf_printf(out, ", %s", _("or in your own words"));
}

/* False: a number that is not offered. */
static bool take_reason(const struct call *c, struct roll_mark *m, const struct buf *line)
{
    const size_t offered = reasons_offered(c);
    const bool number = line->n == 1 && line->p[0] >= '0' && line->p[0] <= '9';
    const size_t r = line->n == 0 ? 0 : number ? (size_t)(line->p[0] - '1') : offered;

    if (number && r >= offered)
        return false;
    m->write = true;
    m->mark = r < offered ? reasons[r].mark : "excused";
    buf_clear(&m->reason);
    if (r >= offered)
        buf_put_bytes(&m->reason, buf_bytes(line));
    else if (strcmp(m->mark, ROLL_PRESENT) != 0)
        buf_put_str(&m->reason, _(reasons[r].label));
    return true;
}

static void take_hint(struct roll_mark *m)
{
    m->write = true;
    m->mark = m->hint;
    buf_clear(&m->reason);
    buf_put_bytes(&m->reason, buf_bytes(&m->hint_reason));
}

/* What Enter means: what the book says, or what was said at the meeting before, or the first of the reasons. */
static enum ask_answer ask_reason(struct call *c, size_t i)
{
    struct roll_mark *m = &c->roll.of[i];
    struct buf question = {0}, shown = {0}, line = {0};
    const bool keeps = c->roll.again && m->mark != NULL && !roll_is(m, ROLL_PRESENT);
    const bool hints = m->hinted && m->hint != NULL;
    enum ask_answer a;
    bool done;

    put_reason_question(c, i, &question);
    if (keeps)
        put_called(m, &shown);
    else if (hints)
        put_mark(m->hint, &m->hint_reason, &shown);
    else
        buf_put_str(&shown, "1");
    do {
        a = ask_line(&c->env->ask, buf_cstr(&question), buf_cstr(&shown), &line);
        done = a != ASK_TEXT || (keeps && line.n == 0) || (hints && line.n == 0) || take_reason(c, m, &line);
        if (a == ASK_TEXT && hints && line.n == 0)
            take_hint(m);
        if (!done)
            ask_say(&c->env->ask, _("  ✗ One number of the list, please."));
    } while (!done);
    buf_deinit(&question);
    buf_wipe_deinit(&shown);
    buf_wipe_deinit(&line);
    return a;
}

static void not_known(struct roll_mark *m)
{
    m->mark = NULL;
    m->write = false;
    buf_clear(&m->reason);
}

/* After any answer that is none ("<", nobody there any more), nothing is known of those who were named and not asked
 * yet, and nothing is written for them. Each answer of a first call is durable before the next question. */
static enum err ask_reasons(struct call *c)
{
    enum ask_answer a = ASK_TEXT;
    enum err e = ERR_OK;

    for (size_t i = 0; i < c->roll.members.count; i++)
        if (c->named[i] && c->told[i])
            take_hint(&c->roll.of[i]);
    for (size_t i = 0; e == ERR_OK && i < c->roll.members.count; i++) {
        struct roll_mark *m = &c->roll.of[i];
        if (!c->named[i] || c->told[i])
            continue;
        if (a == ASK_TEXT && !c->roll.again)
            e = roll_keep(&c->roll, c->named, c->told);
        if (e == ERR_OK && a == ASK_TEXT)
            a = ask_reason(c, i);
        c->told[i] = a == ASK_TEXT;
        if (a != ASK_TEXT && !c->roll.again)
            not_known(m);
    }
    return e;
}

/* As the ward counts: of those who are exempt, elsewhere or not called yet, nobody is expected. */
static void say_result(struct call *c)
{
    size_t present = 0, expected = 0, not_called = 0;
    struct buf line = {0};
    for (size_t i = 0; i < c->roll.members.count; i++) {
        const struct roll_mark *m = &c->roll.of[i];
        expected += m->mark != NULL && !roll_is(m, "exempt") && !roll_is(m, "elsewhere");
        present += roll_is(m, ROLL_PRESENT) || roll_is(m, "partial") || roll_is(m, "exempt_present");
        not_called += m->mark == NULL;
    }
    size_t tenths = expected == 0 ? 0 : (present * 1000 + expected / 2) / expected;
    buf_printf(&line, _("  Present %zu of %zu, %zu,%zu %%. Saved on this machine. Not sent to the ward yet."), present,
               expected, tenths / 10, tenths % 10);
    ask_say(&c->env->ask, buf_cstr(&line));
    buf_clear(&line);
    buf_printf(&line, _("  Not called yet: %zu. Nothing was written for them."), not_called);
    if (not_called > 0)
        ask_say(&c->env->ask, buf_cstr(&line));
    buf_deinit(&line);
}

enum err menu_call_of(struct cmd_env *env, const struct id *meeting, const struct id *like, bool *gone)
{
    struct call c = {.env = env};
    enum err e = roll_load(&c.roll, env, meeting, like);

    if (e == ERR_OK) {
        c.named = mem_alloc(c.roll.members.count);
        c.told = mem_alloc(c.roll.members.count);
    }
    *gone = e == ERR_OK && ask_named(&c) != ASK_TEXT;
    if (e == ERR_OK && !*gone) {
        e = ask_reasons(&c);
        if (e == ERR_OK)
            e = roll_save(&c.roll);
        if (e == ERR_OK)
            say_result(&c);
    }
    free(c.named);
    free(c.told);
    roll_deinit(&c.roll);
    return e;
}

enum err menu_call_run(struct cmd_env *env)
{
    struct choice meetings;
    size_t which = 0;
    bool gone;
    enum err e = book_begin(&env->book, false);

    if (e != ERR_OK)
        return e;
    e = choice_load(&meetings, &env->book, schema_kind_named("meeting")->number, &env->book.replica.org);
    book_abort(&env->book);
    if (e == ERR_OK && meetings.count == 0)
        e = cmd_explain(env, ERR_NOT_FOUND, "", _("Record the meeting first."));
    if (e == ERR_OK && choice_ask(&meetings, &env->ask, _("Which meeting"), &which) == ASK_TEXT)
        e = menu_call_of(env, &meetings.item[which].id, NULL, &gone);
    choice_deinit(&meetings);
    return e;
}
