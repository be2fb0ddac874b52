/* menu_call.c - see menu_call.h. */
#include "menu_call.h"

#include <stdlib.h>

#include "../common/language.h"
#include "../proto/mp.h"
#include "choice.h"
#include "form.h"

#define PRESENT "present"
#define UNMARKED "unmarked"

/* How an absence is told; the words are kept as the reason. The last row is offered to those who were called before. */
static const struct {
    const char *label; /* msgid */
    const char *mark;
} reasons[] = {
    {N_("ill"), "excused"}, {N_("family matters"), "excused"}, {N_("away on duty"), "excused"},
    {N_("no reason given"), "unexcused"}, {N_("exempt from meetings"), "exempt"},
    {N_("present"), PRESENT},
};

struct called {
    const char *mark; /* an identifier of the field; NULL: not called yet */
    struct buf reason;
    bool write; /* it is not what the book says */
};

struct call {
    struct cmd_env *env;
    struct choice meetings, members;
    size_t meeting;
    bool again;            /* this meeting's roll was called before */
    bool *named;           /* by member */
    struct called *called; /* by member */
};

static void call_deinit(struct call *c)
{
    for (size_t i = 0; c->called != NULL && i < c->members.count; i++)
        buf_wipe_deinit(&c->called[i].reason);
    free(c->called);
    free(c->named);
    choice_deinit(&c->meetings);
    choice_deinit(&c->members);
}

static enum err load(struct call *c)
{
    struct book *b = &c->env->book;
    enum err e = book_begin(b, false);
    if (e == ERR_OK)
        e = choice_load(&c->meetings, b, schema_kind_named("meeting")->number, &b->replica.org);
    if (e == ERR_OK)
        e = choice_load(&c->members, b, schema_kind_named("member")->number, &b->replica.org);
    book_abort(b);
    if (e == ERR_OK && c->meetings.count == 0)
        return cmd_explain(c->env, ERR_NOT_FOUND, "", _("Record the meeting first."));
    if (e == ERR_OK && c->members.count == 0)
        return cmd_explain(c->env, ERR_NOT_FOUND, "", _("This book holds no members yet."));
    c->named = mem_alloc(c->members.count);
    c->called = mem_alloc(c->members.count * sizeof(*c->called));
    return e;
}

/* --- what was called before --- */

static bool refers_to(const struct view *v, const char *field, const struct id *id)
{
    const struct entry *e = replica_view_entry(v, schema_field_named(schema_kind(v->kind), field));
    struct mp r;
    if (e == NULL)
        return false;
    mp_open(&r, e->candidate[0].value);
    struct id other = id_from(mp_bin_exact(&r, ID_SIZE));
    return mp_close(&r) == ERR_OK && id_equal(&other, id);
}

static bool called_visit(void *arg, struct view *v)
{
    struct call *c = arg;
    const struct kind_info *k = schema_kind(v->kind);
    const struct field_info *marks = schema_field_named(k, "mark"), *reason = schema_field_named(k, "reason");
    const struct entry *mark = replica_view_entry(v, marks), *words = replica_view_entry(v, reason);
    struct mp r;

    if (mark == NULL || replica_view_void(v) == CLOSE_VOID ||
        !refers_to(v, "meeting", &c->meetings.item[c->meeting].id))
        return true;
    c->again = true;
    mp_open(&r, mark->candidate[0].value);
    const struct enum_value *value = schema_value(marks, mp_uint(&r, UINT32_MAX));
    (void)!mp_close(&r);
    for (size_t i = 0; i < c->members.count && value != NULL; i++) {
        if (!refers_to(v, "member", &c->members.item[i].id))
            continue;
        c->called[i].mark = strcmp(value->name, UNMARKED) == 0 ? NULL : value->name;
        if (words != NULL)
            entry_print(reason, words->candidate[0].value, NULL, &c->called[i].reason);
    }
    return true;
}

/* The first time whoever is not named is present; later whoever is not named stays what they are. */
static enum err load_called(struct call *c)
{
    struct book *b = &c->env->book;
    enum err e = book_begin(b, false);
    if (e == ERR_OK)
        e = replica_each(book_txn(b), &b->replica, schema_kind_named("attendance")->number, called_visit, c);
    book_abort(b);
    for (size_t i = 0; i < c->members.count && !c->again; i++)
        c->called[i] = (struct called){.mark = PRESENT, .write = true};
    return e;
}

static bool is_marked(const struct called *m, const char *mark)
{
    return m->mark != NULL && strcmp(m->mark, mark) == 0;
}

/* "absent with reason, ill" */
static void put_called(const struct called *m, struct buf *out)
{
    const struct field_info *f = schema_field_named(schema_kind_named("attendance"), "mark");
    buf_put_str(out, _(schema_value_named(f, m->mark == NULL ? UNMARKED : m->mark)->label));
    if (m->reason.n > 0) {
        buf_put_str(out, ", ");
        buf_put_bytes(out, buf_bytes(&m->reason));
    }
}

/* --- questions --- */

static void show(struct call *c, const struct choice *list)
{
    struct buf text = {0};
    choice_print(list, &text);
    out_write(c->env->ask.fd, buf_bytes(&text));
    buf_wipe_deinit(&text);
}

/* One number out of the list. */
static enum ask_answer ask_meeting(struct call *c)
{
    struct buf line = {0}, last = {0};
    bool *chosen = mem_alloc(c->meetings.count);
    enum ask_answer a;
    bool done = false;

    show(c, &c->meetings);
    buf_printf(&last, "%zu", c->meetings.count);
    do {
        size_t n = 0;
        memset(chosen, 0, c->meetings.count);
        a = ask_line(&c->env->ask, _("Which meeting"), buf_cstr(&last), &line);
        if (a != ASK_TEXT)
            break;
        if (line.n == 0)
            buf_put_bytes(&line, buf_bytes(&last));
        if (choice_numbers(&c->meetings, buf_cstr(&line), chosen) == ERR_OK)
            for (size_t i = 0; i < c->meetings.count; i++)
                if (chosen[i]) {
                    c->meeting = i;
                    n++;
                }
        done = n == 1;
        if (!done)
            ask_say(&c->env->ask, _("  ✗ One number of the list, please."));
    } while (!done);
    buf_deinit(&line);
    buf_deinit(&last);
    free(chosen);
    return a;
}

static void show_called(struct call *c)
{
    struct buf text = {0};
    for (size_t i = 0; i < c->members.count; i++) {
        if (is_marked(&c->called[i], PRESENT))
            continue;
        buf_printf(&text, "  %3zu  %s: ", i + 1, buf_cstr(&c->members.item[i].title));
        put_called(&c->called[i], &text);
        buf_put_str(&text, "\n");
    }
    ask_say(&c->env->ask, _("Called before. Not present:"));
    out_write(c->env->ask.fd, buf_bytes(&text));
    buf_wipe_deinit(&text);
}

static enum ask_answer ask_named(struct call *c)
{
    const char *question = c->again ? _("Numbers of those whose mark CHANGES, with commas between (Enter: nobody)")
                                    : _("Numbers of those ABSENT, with commas between (Enter: nobody)");
    struct buf line = {0};
    enum ask_answer a;
    bool done = false;

    show(c, &c->members);
    if (c->again)
        show_called(c);
    do {
        memset(c->named, 0, c->members.count);
        a = ask_line(&c->env->ask, question, NULL, &line);
        if (a != ASK_TEXT)
            break;
        done = choice_numbers(&c->members, buf_cstr(&line), c->named) == ERR_OK;
        if (!done)
            ask_say(&c->env->ask, _("  ✗ Only numbers of the list, such as 5,12,40."));
    } while (!done);
    buf_deinit(&line);
    return a;
}

static size_t reasons_offered(const struct call *c)
{
    return ARRAY_LEN(reasons) - !c->again;
}

static void put_reason_question(const struct call *c, size_t i, struct buf *out)
{
    buf_clear(out);
    buf_printf(out, "  %zu ", i + 1);
    buf_put_bytes(out, buf_bytes(&c->members.item[i].title));
    for (size_t r = 0; r < reasons_offered(c); r++)
        buf_printf(out, "%s%zu %s", r == 0 ? " – " : ", ", r + 1, _(reasons[r].label));
    buf_printf(out, ", %s", _("or in your own words"));
}

static void take_reason(const struct call *c, struct called *m, const struct buf *line)
{
    size_t offered = reasons_offered(c), r = line->n == 0 ? 0 : line->n == 1 ? (size_t)(line->p[0] - '1') : offered;

    m->write = true;
    m->mark = r < offered ? reasons[r].mark : "excused";
    buf_clear(&m->reason);
    if (r >= offered)
        buf_put_bytes(&m->reason, buf_bytes(line));
    else if (strcmp(m->mark, PRESENT) != 0)
        buf_put_str(&m->reason, _(reasons[r].label));
}

/* Who was absent before keeps that with Enter. After any answer that is none ("<", nobody there any more), nothing is
 * known of those who were named and not asked yet, and nothing is written for them. */
static void ask_reasons(struct call *c)
{
    struct buf question = {0}, shown = {0}, line = {0};
    enum ask_answer a = ASK_TEXT;

    for (size_t i = 0; i < c->members.count; i++) {
        struct called *m = &c->called[i];
        bool keeps = c->again && m->mark != NULL && !is_marked(m, PRESENT);
        if (!c->named[i])
            continue;
        if (a == ASK_TEXT) {
            put_reason_question(c, i, &question);
            buf_clear(&shown);
            if (keeps)
                put_called(m, &shown);
            a = ask_line(&c->env->ask, buf_cstr(&question), keeps ? buf_cstr(&shown) : "1", &line);
        }
        if (a == ASK_TEXT && !(keeps && line.n == 0))
            take_reason(c, m, &line);
        else if (a != ASK_TEXT && !c->again)
            *m = (struct called){0};
    }
    buf_deinit(&question);
    buf_wipe_deinit(&shown);
    buf_wipe_deinit(&line);
}

static enum err save_one(struct call *c, size_t i, struct record_written *w)
{
    char meeting[ID_TEXT_SIZE], member[ID_TEXT_SIZE];
    struct fields fields;
    struct form f;

    form_init(&f, schema_kind_named("attendance"));
    id_print(&c->meetings.item[c->meeting].id, meeting);
    id_print(&c->members.item[i].id, member);
    form_default(&f, "meeting", meeting);
    form_default(&f, "member", member);
    form_default(&f, "mark", c->called[i].mark);
    form_default(&f, "reason", buf_cstr(&c->called[i].reason));
    enum err e = form_fields(&f, c->env, &fields);
    /* Called anew, without a reason now: the old one does not stay. */
    fields_value(&fields, schema_field_named(f.kind, "reason"))->given = true;
    if (e == ERR_OK)
        e = record_create(&c->env->book, &fields, NULL, w);
    fields_deinit(&fields);
    form_deinit(&f);
    return e;
}

static enum err save(struct call *c)
{
    struct record_written w = {0};
    enum err e = book_begin(&c->env->book, true);
    for (size_t i = 0; e == ERR_OK && i < c->members.count; i++)
        e = c->called[i].write ? save_one(c, i, &w) : ERR_OK;
    if (e == ERR_OK)
        e = book_commit(&c->env->book);
    book_abort(&c->env->book);
    if (e == ERR_OK && w.verdict == VERDICT_REFUSED)
        form_say_written(c->env, schema_kind_named("attendance"), &w);
    return e;
}

/* As the ward counts: of those who are exempt, elsewhere or not called yet, nobody is expected. */
static void say_result(struct call *c)
{
    size_t present = 0, expected = 0, not_called = 0;
    struct buf line = {0};
    for (size_t i = 0; i < c->members.count; i++) {
        const struct called *m = &c->called[i];
        expected += m->mark != NULL && !is_marked(m, "exempt") && !is_marked(m, "elsewhere");
        present += is_marked(m, PRESENT) || is_marked(m, "partial") || is_marked(m, "exempt_present");
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

enum err menu_call_run(struct cmd_env *env)
{
    struct call c = {.env = env};
    enum ask_answer a = ASK_TEXT;
    enum err e = load(&c);

    if (e == ERR_OK)
        a = ask_meeting(&c);
    if (e == ERR_OK && a == ASK_TEXT)
        e = load_called(&c);
    if (e == ERR_OK && a == ASK_TEXT)
        a = ask_named(&c);
    if (e == ERR_OK && a == ASK_TEXT) {
        ask_reasons(&c);
        e = save(&c);
        if (e == ERR_OK)
            say_result(&c);
    }
    call_deinit(&c);
    return e;
}
