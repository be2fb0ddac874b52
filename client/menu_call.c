/* menu_call.c - see menu_call.h. */
#include "menu_call.h"

#include <stdlib.h>

#include "../common/language.h"
#include "choice.h"
#include "form.h"

/* How an absence is told; the words are kept as the reason. */
static const struct {
    const char *label; /* msgid */
    const char *mark;
} reasons[] = {
    {N_("ill"), "excused"}, {N_("family matters"), "excused"}, {N_("away on duty"), "excused"},
    {N_("no reason given"), "unexcused"}, {N_("exempt from meetings"), "exempt"},
};

struct call {
    struct cmd_env *env;
    struct choice meetings, members;
    size_t meeting;
    bool *absent;
    struct buf *reason; /* by member */
    const char **mark;
};

static void call_deinit(struct call *c)
{
    for (size_t i = 0; c->reason != NULL && i < c->members.count; i++)
        buf_wipe_deinit(&c->reason[i]);
    free(c->reason);
    free(c->absent);
    free(c->mark);
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
    c->absent = mem_alloc(c->members.count);
    c->reason = mem_alloc(c->members.count * sizeof(*c->reason));
    c->mark = mem_alloc(c->members.count * sizeof(*c->mark));
    for (size_t i = 0; i < c->members.count; i++)
        c->mark[i] = "present";
    return e;
}

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

static enum ask_answer ask_absent(struct call *c)
{
    struct buf line = {0};
    enum ask_answer a;
    bool done = false;

    show(c, &c->members);
    do {
        memset(c->absent, 0, c->members.count);
        a = ask_line(&c->env->ask, _("Numbers of those ABSENT, with commas between (Enter: nobody)"), NULL, &line);
        if (a != ASK_TEXT)
            break;
        done = choice_numbers(&c->members, buf_cstr(&line), c->absent) == ERR_OK;
        if (!done)
            ask_say(&c->env->ask, _("  ✗ Only numbers of the list, such as 5,12,40."));
    } while (!done);
    buf_deinit(&line);
    return a;
}

static void put_reason_question(const struct call *c, size_t i, struct buf *out)
{
    buf_clear(out);
    buf_printf(out, "  %zu ", i + 1);
    buf_put_bytes(out, buf_bytes(&c->members.item[i].title));
    for (size_t r = 0; r < ARRAY_LEN(reasons); r++)
        buf_printf(out, "%s%zu %s", r == 0 ? " – " : ", ", r + 1, _(reasons[r].label));
    buf_printf(out, ", %s", _("or in your own words"));
}

/* Nobody there any more: who was called absent stays "not called yet", which is what is known. */
static void ask_reasons(struct call *c)
{
    struct buf question = {0}, line = {0};
    enum ask_answer a = ASK_TEXT;

    for (size_t i = 0; i < c->members.count; i++) {
        if (!c->absent[i])
            continue;
        c->mark[i] = "unmarked";
        if (a == ASK_END)
            continue;
        put_reason_question(c, i, &question);
        a = ask_line(&c->env->ask, buf_cstr(&question), "1", &line);
        if (a == ASK_END)
            continue;
        size_t r = line.n == 0 ? 0 : line.n == 1 ? (size_t)(line.p[0] - '1') : ARRAY_LEN(reasons);
        c->mark[i] = r < ARRAY_LEN(reasons) ? reasons[r].mark : "excused";
        if (r < ARRAY_LEN(reasons))
            buf_put_str(&c->reason[i], _(reasons[r].label));
        else
            buf_put_bytes(&c->reason[i], buf_bytes(&line));
    }
    buf_deinit(&question);
    buf_deinit(&line);
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
    form_default(&f, "mark", c->mark[i]);
    form_default(&f, "reason", buf_cstr(&c->reason[i]));
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
        e = save_one(c, i, &w);
    if (e == ERR_OK)
        e = book_commit(&c->env->book);
    book_abort(&c->env->book);
    if (e == ERR_OK && w.verdict == VERDICT_REFUSED)
        form_say_written(c->env, schema_kind_named("attendance"), &w);
    return e;
}

/* Those who are exempt are not counted among the expected. */
static void say_result(struct call *c)
{
    size_t present = 0, expected = 0;
    struct buf line = {0};
    for (size_t i = 0; i < c->members.count; i++) {
        expected += strcmp(c->mark[i], "exempt") != 0;
        present += strcmp(c->mark[i], "present") == 0;
    }
    size_t tenths = expected == 0 ? 0 : (present * 1000 + expected / 2) / expected;
    buf_printf(&line, _("  Present %zu of %zu, %zu,%zu %%. Saved on this machine. Not sent to the ward yet."), present,
               expected, tenths / 10, tenths % 10);
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
        a = ask_absent(&c);
    if (e == ERR_OK && a == ASK_TEXT) {
        ask_reasons(&c);
        e = save(&c);
        if (e == ERR_OK)
            say_result(&c);
    }
    call_deinit(&c);
    return e;
}
