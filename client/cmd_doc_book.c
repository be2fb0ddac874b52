/* cmd_doc_book.c - `chibo so-van-ban [nhan|tra|vao-so]`: the papers a cell issued by type, year and number, whose the
 * book is, what waits and what bears a letter; the book is taken, given back, and what others wrote is entered. */
#include <stdlib.h>

#include "../common/date.h"
#include "../common/language.h"
#include "../common/text.h"
#include "cmd.h"
#include "issue.h"
#include "print.h"
#include "value.h"
#include "word.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "chi-bo", .alias = "org", .kind = OPT_TEXT, .value = N_("CODE"),
     .help = N_("of which organisation; else your own")},
    {.name = "nam", .alias = "year", .kind = OPT_TEXT, .value = N_("YEAR"), .help = N_("of this year alone")},
    {.name = "ly-do", .alias = "why", .kind = OPT_TEXT, .value = N_("TEXT"),
     .help = N_("why the book is taken over from who holds it")},
};

/* --- what is in the book --- */

struct line {
    struct number number;
    const char *state;
    struct id record;
    uint32_t date;
    bool is_void;
    struct buf title;
};

struct listing {
    struct print *print;
    const struct issue_desk *desk;
    uint32_t year; /* 0: all */
    struct buf line; /* struct line[] */
};

static bool gather(void *arg, struct view *v)
{
    struct listing *l = arg;
    struct line line = {.record = v->record, .is_void = replica_view_void(v) == CLOSE_VOID};
    struct bytes title;

    if (!id_equal(&v->org, &l->desk->org))
        return true;
    line.number = issue_number(l->desk, v);
    line.state = issue_state(l->desk, &line.number);
    (void)value_number(v, "date", &line.date);
    if (l->year != 0 && line.number.year != l->year)
        return true;
    if (value_text(v, "title", &title))
        buf_put_bytes(&line.title, title);
    buf_put(&l->line, &line, sizeof line);
    return true;
}

static int compare(uint32_t a, uint32_t b)
{
    return a == b ? 0 : a < b ? -1 : 1;
}

/* By year and type; numbers, then what waits. */
static int line_order(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    int c = compare(x->number.year, y->number.year);

    if (c == 0)
        c = compare(x->number.type, y->number.type);
    if (c == 0)
        c = (x->number.state == NUMBER_WAITS) - (y->number.state == NUMBER_WAITS);
    if (c == 0)
        c = compare(x->number.number, y->number.number);
    if (c == 0)
        c = compare(x->number.letter, y->number.letter);
    return c != 0 ? c : id_compare(&x->record, &y->record);
}

static void say_line(struct cmd_env *env, struct line *l)
{
    struct buf *out = &env->out.text, symbol = {0};
    char date[DATE_TEXT_SIZE], hex[ID_TEXT_SIZE];

    issue_symbol(&l->number, &symbol);
    id_print(&l->record, hex);
    (env->out.json ? date_print_iso : date_print)(l->date, date);
    if (env->out.json) {
        struct json j;
        json_init(&j, out);
        json_object_begin(&j);
        json_put_uint(&j, "v", 1);
        json_put_string(&j, "id", hex);
        json_put_string(&j, "number", buf_cstr(&symbol));
        json_put_string(&j, "number_state", l->state);
        json_put_uint(&j, "year", l->number.year);
        json_put_string(&j, "date", date);
        json_put_string(&j, "title", buf_cstr(&l->title));
        if (l->is_void)
            json_put_string(&j, "state", "void");
        json_object_end(&j);
        json_line(&j);
    } else {
        size_t from = out->n;
        buf_printf(out, "  %s", buf_cstr(&symbol));
        word_pad(text_width(bytes_of(out->p + from, out->n - from)), 14, out);
        buf_printf(out, "%s  %s%s", date, l->is_void ? "✗ " : "", buf_cstr(&l->title));
        if (strcmp(l->state, "given") != 0)
            buf_printf(out, " (%s)", _(issue_state_label(l->state)));
        buf_put_str(out, "\n");
    }
    buf_deinit(&symbol);
}

static void holder_json(struct cmd_env *env, const struct issue_desk *d, const char *holder, uint32_t since)
{
    char date[DATE_TEXT_SIZE];
    struct json j;

    json_init(&j, &env->out.text);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "book", d->alone ? "alone" : !d->numbers.held ? "nobody" : d->mine ? "here" : "elsewhere");
    if (since != 0) {
        date_print_iso(since, date);
        json_put_string(&j, "holder", holder);
        json_put_string(&j, "since", date);
    }
    json_object_end(&j);
    json_line(&j);
}

static void say_holder(struct cmd_env *env, struct print *p, const struct issue_desk *d)
{
    struct buf *out = &env->out.text, holder = {0};
    char date[DATE_TEXT_SIZE];
    struct bytes text = {0};
    uint32_t since = 0;
    struct view v;

    if (d->numbers.held && replica_view(book_txn(p->book), &p->book->replica,
                                        schema_kind_named("doc_book")->number, &d->numbers.book, &v) == ERR_OK) {
        if (value_text(&v, "holder", &text))
            buf_put_bytes(&holder, text);
        (void)value_number(&v, "date", &since);
        replica_view_deinit(&v);
    }
    if (env->out.json) {
        holder_json(env, d, buf_cstr(&holder), since);
    } else if (d->alone) {
        buf_printf(out, "%s\n", _("This book has no ward: papers are numbered here."));
    } else if (since == 0) {
        buf_printf(out, "%s\n", _("Nobody holds the book: papers are numbered as the ward receives them."));
    } else {
        date_print(since, date);
        buf_printf(out, _("The book is with %s since %s"), buf_cstr(&holder), date);
        buf_printf(out, "%s.\n", d->mine ? _(", on this device") : "");
    }
    buf_deinit(&holder);
}

static enum err list(struct cmd_env *env, struct print *p, const struct issue_desk *d, uint32_t year)
{
    struct listing l = {.print = p, .desk = d, .year = year};
    enum err e = replica_each(book_txn(p->book), &p->book->replica, schema_kind_named("doc_out")->number, gather, &l);
    struct line *line = (struct line *)(void *)l.line.p;
    size_t count = l.line.n / sizeof *line;

    if (count > 0)
        qsort(line, count, sizeof *line, line_order);
    say_holder(env, p, d);
    for (size_t i = 0; i < count; i++) {
        if (!env->out.json && (i == 0 || line[i].number.year != line[i - 1].number.year))
            buf_printf(&env->out.text, "%u\n", (unsigned)line[i].number.year);
        say_line(env, &line[i]);
        buf_wipe_deinit(&line[i].title);
    }
    buf_deinit(&l.line);
    return e;
}

/* --- whose it is --- */

static enum err taken_already(struct cmd_env *env, struct print *p, const struct issue_desk *d)
{
    struct view v;
    struct bytes holder = {0};

    if (d->mine)
        return cmd_explain(env, ERR_DECIDED, "nhan", _("this device holds the book"));
    if (replica_view(book_txn(p->book), &p->book->replica, schema_kind_named("doc_book")->number, &d->numbers.book,
                     &v) != ERR_OK)
        return ERR_DAMAGED;
    (void)value_text(&v, "holder", &holder);
    buf_printf(&env->why, "%.*s. ", (int)holder.n, (const char *)holder.p);
    buf_put_str(&env->why, _("It is given back there with: chibo so-van-ban tra. If that device is lost: --ly-do"));
    replica_view_deinit(&v);
    return ERR_EXISTS;
}

static enum err set_text(struct fields *f, const char *field, const char *text, uint32_t today)
{
    char why[ENTRY_WHY_SIZE];

    return fields_set(f, schema_field_named(f->kind, field), text, today, NULL, why);
}

static enum err take(struct cmd_env *env, struct print *p, const struct issue_desk *d, const char *why)
{
    struct buf holder = {0}, device = {0};
    struct record_written w = {0};
    char date[DATE_TEXT_SIZE];
    struct fields f;
    enum err e;

    if (d->alone)
        return cmd_explain(env, ERR_NOT_JOINED, "", "");
    if (d->numbers.held && (d->mine || why == NULL))
        return taken_already(env, p, d);
    fields_init(&f, schema_kind_named("doc_book"));
    print_person(p, &p->book->replica.person, &holder);
    issue_device(p->book, &device);
    date_print(env->today, date);
    e = set_text(&f, "holder", buf_cstr(&holder), env->today);
    if (e == ERR_OK)
        e = set_text(&f, "device", buf_cstr(&device), env->today);
    if (e == ERR_OK)
        e = set_text(&f, "date", date, env->today);
    if (e == ERR_OK && why != NULL)
        e = set_text(&f, "why", why, env->today);
    if (e == ERR_OK)
        e = record_create(p->book, &f, &d->org, &w);
    if (e == ERR_OK && w.verdict == VERDICT_REFUSED)
        e = ERR_NOT_ALLOWED;
    if (e == ERR_OK && !env->out.json)
        buf_printf(&env->out.text, "%s\n",
                   _("It is this device's once the ward knows: chibo dong-bo. Until then numbers stay open."));
    fields_deinit(&f);
    buf_deinit(&holder);
    buf_deinit(&device);
    return e;
}

static enum err give_back(struct cmd_env *env, struct print *p, const struct issue_desk *d)
{
    struct record_written w = {0};
    char date[DATE_TEXT_SIZE];
    struct fields f;
    enum err e;

    if (!d->mine)
        return cmd_explain(env, ERR_NOT_ALLOWED, "tra", _("this device does not hold the book"));
    fields_init(&f, schema_kind_named("doc_book"));
    date_print(env->today, date);
    e = set_text(&f, "returned", date, env->today);
    if (e == ERR_OK)
        e = record_edit(p->book, &d->numbers.book, &f, &w);
    if (e == ERR_OK && !env->out.json)
        buf_printf(&env->out.text, "%s\n", _("Given back; the ward learns of it with: chibo dong-bo."));
    fields_deinit(&f);
    return e;
}

static enum err enter(struct cmd_env *env, struct print *p, const struct issue_desk *d)
{
    size_t count = 0;
    enum err e;

    if (!d->mine)
        return cmd_explain(env, ERR_NOT_ALLOWED, "vao-so", _("this device does not hold the book"));
    e = issue_enter(p->book, d, &count);
    if (e == ERR_OK && !env->out.json)
        buf_printf(&env->out.text, "%s: %zu\n", _("Entered in the book"), count);
    return e;
}

/* --- the command --- */

enum action { SHOW, TAKE, GIVE_BACK, ENTER, ACTIONS };

static enum action action_named(const char *typed)
{
    static const char *const words[ACTIONS][2] = {
        [TAKE] = {"nhan", "take"}, [GIVE_BACK] = {"tra", "return"}, [ENTER] = {"vao-so", "enter"}};

    for (int a = TAKE; a < ACTIONS; a++)
        if (word_is(typed, words[a][0]) || word_is(typed, words[a][1]))
            return (enum action)a;
    return ACTIONS;
}

static enum err act(struct cmd_env *env, const struct opt_parsed *args, enum action action, uint32_t year)
{
    const char *code = opt_text(args, "chi-bo", NULL), *why = opt_text(args, "ly-do", NULL);
    struct issue_desk d = {0};
    struct print p;
    struct id org = env->book.replica.org;
    enum err e = print_init(&p, &env->book);

    if (e == ERR_OK && code != NULL && p.refs.entry.find_org(p.refs.entry.arg, code, &org) != ERR_OK)
        e = cmd_explain(env, ERR_BAD_VALUE, code, _("There is no organisation with this code."));
    if (e == ERR_OK)
        e = issue_desk_load(&env->book, &org, &d);
    if (e == ERR_OK && action == TAKE)
        e = take(env, &p, &d, why);
    else if (e == ERR_OK && action == GIVE_BACK)
        e = give_back(env, &p, &d);
    else if (e == ERR_OK && action == ENTER)
        e = enter(env, &p, &d);
    if (e == ERR_OK && (action == SHOW || env->out.json))
        e = list(env, &p, &d, year);
    issue_desk_deinit(&d);
    print_deinit(&p);
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    const char *typed = args->arg_count > 0 ? opt_arg(args, 0) : NULL, *year = opt_text(args, "nam", NULL);
    enum action action = typed == NULL ? SHOW : action_named(typed);
    unsigned long n = year == NULL ? 0 : strtoul(year, NULL, 10);
    enum err e;

    if (action == ACTIONS)
        return cmd_explain(env, ERR_USAGE, typed, "nhan, tra, vao-so");
    if (year != NULL && (n < 1930 || n > 2199))
        return cmd_explain(env, ERR_BAD_VALUE, year, _("for example 2026"));
    e = book_begin(&env->book, action != SHOW);
    if (e == ERR_OK)
        e = act(env, args, action, (uint32_t)n);
    if (e == ERR_OK && action != SHOW)
        e = book_commit(&env->book);
    book_abort(&env->book);
    return e;
}

const struct cmd cmd_doc_book = {"so-van-ban", "doc-book",
                                 N_("Papers issued; the book is taken (nhan), given back (tra), entered (vao-so)."),
                                 NEED_STORE | NEED_WRITE,
                                 {rows, ARRAY_LEN(rows), N_("[nhan|tra|vao-so]"), 0, 1}, run};
