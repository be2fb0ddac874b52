/* cmd_resolve.c - `chibo giai-quyet ID --muc FIELD --chon mine|theirs|scribe|VALUE`: settles what several people wrote
 * differently; at a terminal `chibo giai-quyet ID` shows what waits of the record, and asks. The resolution is a change
 * like any other, and names all the versions that were on the screen. */
#include <stdlib.h>

#include "../common/language.h"
#include "cmd_conflicts.h"
#include "say.h"
#include "scribe.h"
#include "word.h"

#define CHOICES_MAX CHANGE_TRIPLES_MAX

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "muc", .alias = "field", .kind = OPT_TEXT, .value = N_("FIELD"), .repeated = true,
     .help = N_("the field to settle; those that go with it are settled too")},
    {.name = "chon", .alias = "choose", .kind = OPT_TEXT, .value = N_("mine|theirs|scribe|VALUE"), .repeated = true,
     .help = N_("what this book's keeper wrote, what the other wrote, what the minutes-taker wrote, or a value")},
};

struct settling {
    struct cmd_env *env;
    struct print p;
    struct view view;
    struct past past;
    struct fields fields;
    const struct kind_info *kind;
};

static const struct field_info *find_field(struct settling *s, const char *name)
{
    const char *close;
    const struct field_info *f = word_field(s->kind, name, &close);
    struct buf *why = &s->env->why;

    if (f != NULL)
        return f;
    buf_clear(why);
    buf_put_str(why, name);
    if (close != NULL)
        buf_printf(why, " (%s %s?)", _("did you mean"), close);
    buf_printf(why, ". %s", _("Fields:"));
    for (size_t i = 0; i < s->kind->fields; i++)
        if (conflict_waits(&s->env->book, &s->view, &s->kind->field[i]))
            buf_printf(why, " %s", s->kind->field[i].name);
    return NULL;
}

/* Of several others the person must say which. */
static enum err take_theirs(struct settling *s, const struct conflict *c)
{
    size_t other = c->mine == 0 ? 1 : 0;

    if (c->entry->count == 2) {
        conflict_take(&s->view, c, other, &s->fields);
        return ERR_OK;
    }
    buf_clear(&s->env->why);
    buf_printf(&s->env->why, "%s. %s", c->field->name, _("Several others wrote it; give the value:"));
    for (size_t i = 0; i < c->entry->count; i++) {
        if (i == c->mine)
            continue;
        buf_put_str(&s->env->why, i == other ? " " : " | ");
        entry_print(c->field, c->entry->candidate[i].value, &s->p.refs.entry, &s->env->why);
    }
    return ERR_AMBIGUOUS;
}

/* As the list numbers them: mine first. */
static bool by_number(const struct conflict *c, const char *word, size_t *candidate)
{
    char *end;
    unsigned long n = strtoul(word, &end, 10);

    if (word[0] == 0 || end[0] != 0 || n == 0 || n > c->entry->count)
        return false;
    *candidate = c->mine;
    for (size_t i = 0, at = 1; i < c->entry->count; i++)
        if (i != c->mine && ++at == n)
            *candidate = i;
    return true;
}

static enum err take_scribes(struct settling *s, const struct conflict *c)
{
    enum scribe_found found;
    size_t his = 0;
    enum err e = scribe_find(&s->p, &s->view, c, &s->past, &found, &his);

    if (e != ERR_OK)
        return e;
    if (found == SCRIBE_WROTE) {
        conflict_take(&s->view, c, his, &s->fields);
        return ERR_OK;
    }
    return cmd_explain(s->env, ERR_BAD_VALUE, c->field->name,
                       scribe_reason(found)[0] != 0 ? _(scribe_reason(found))
                                                    : _("none of these values is known to be the minutes-taker's"));
}

static enum err choose(struct settling *s, const struct conflict *c, const char *word, bool keys)
{
    char why[ENTRY_WHY_SIZE];
    size_t candidate;

    if (word_is(word, "mine") || word_is(word, "cua-toi") || (keys && word_is(word, "m"))) {
        conflict_take(&s->view, c, c->mine, &s->fields);
        return ERR_OK;
    }
    if (word_is(word, "theirs") || word_is(word, "cua-ho") || (keys && word_is(word, "t")))
        return take_theirs(s, c);
    if (word_is(word, "scribe") || word_is(word, "thu-ky"))
        return take_scribes(s, c);
    if (keys && by_number(c, word, &candidate)) {
        conflict_take(&s->view, c, candidate, &s->fields);
        return ERR_OK;
    }
    enum err e = conflict_retype(&s->view, c, word, s->env->today, &s->p.refs.entry, &s->fields, why);
    if (e != ERR_OK)
        (void)cmd_explain(s->env, e, c->field->name, why[0] != 0 ? why : word);
    return e;
}

static enum err choose_one(struct settling *s, const struct conflict_choice *choice, bool keys)
{
    const struct field_info *f = find_field(s, choice->field);
    struct conflict c;

    if (f == NULL)
        return ERR_UNKNOWN_FIELD;
    const struct entry *e = replica_view_entry(&s->view, f);
    bool of_group = false;
    for (size_t i = 0; f->group != 0 && i < s->kind->fields; i++) {
        const struct entry *other = replica_view_entry(&s->view, &s->kind->field[i]);
        of_group = of_group || (s->kind->field[i].group == f->group && other != NULL && other->count > 1);
    }
    if (f->list || e == NULL || (e->count < 2 && !of_group))
        return cmd_explain(s->env, ERR_BAD_VALUE, f->name,
                           _("this field has one value only; there is nothing to settle"));
    conflict_look(&c, &s->env->book, &s->view, &s->past, f);
    return choose(s, &c, choice->choose, keys);
}

static enum err open_record(struct settling *s, const char *id)
{
    struct id record;
    uint32_t kind = 0;
    enum err e = refs_find(&s->p.refs, 0, id, &kind, &record);

    if (e != ERR_OK)
        return cmd_explain(s->env, e, id,
                           e == ERR_BAD_VALUE ? _("at least 6 characters of the record's number") : "");
    s->kind = schema_kind(kind);
    if (s->kind == NULL)
        return ERR_TOO_NEW;
    fields_init(&s->fields, s->kind);
    e = replica_view(book_txn(&s->env->book), &s->env->book.replica, kind, &record, &s->view);
    return e == ERR_OK ? past_load(&s->past, &s->env->book, kind, &record) : e;
}

static void settling_deinit(struct settling *s)
{
    print_deinit(&s->p);
    replica_view_deinit(&s->view);
    past_deinit(&s->past);
    if (s->kind != NULL)
        fields_deinit(&s->fields);
}

static enum err settle(struct settling *s, const char *id, const struct conflict_choice *choice, size_t count,
                       bool keys, struct record_written *w)
{
    enum err e = open_record(s, id);

    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = choose_one(s, &choice[i], keys);
    if (e == ERR_OK)
        e = record_edit(&s->env->book, &s->view.record, &s->fields, w);
    if (e != ERR_OK && s->env->why.n == 0 && w->field != NULL)
        (void)cmd_explain(s->env, e, _(w->field->label), "");
    return e;
}

enum err cmd_conflicts_settle(struct cmd_env *env, const char *id, const struct conflict_choice *choice, size_t count,
                              bool keys)
{
    struct settling s = {.env = env};
    struct record_written w = {0};
    enum err e = book_begin(&env->book, true);

    if (e != ERR_OK)
        return e;
    e = print_init(&s.p, &env->book);
    if (e == ERR_OK)
        e = settle(&s, id, choice, count, keys, &w);
    if (e == ERR_OK)
        e = book_commit(&env->book);
    book_abort(&env->book);
    settling_deinit(&s);
    return e == ERR_OK ? say_record(env, s.kind, &w) : e;
}

/* Nothing said but the record, and perhaps fields of it. */
static enum err ask(struct cmd_env *env, const struct opt_parsed *args)
{
    struct cmd_conflicts_only only = {0};
    struct settling s = {.env = env};
    enum err e = book_begin(&env->book, false);
    size_t at = 0;

    if (e != ERR_OK)
        return e;
    e = print_init(&s.p, &env->book);
    if (e == ERR_OK)
        e = open_record(&s, opt_arg(args, 0));
    while (e == ERR_OK && only.fields < CHOICES_MAX) {
        const char *name = opt_next(args, "muc", &at);
        if (name == NULL)
            break;
        only.field[only.fields] = find_field(&s, name);
        e = only.field[only.fields++] == NULL ? ERR_UNKNOWN_FIELD : ERR_OK;
    }
    only.kind = s.view.kind;
    only.record = s.view.record;
    book_abort(&env->book);
    settling_deinit(&s);
    return e == ERR_OK ? cmd_conflicts_ask(env, &only) : e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    struct conflict_choice choice[CHOICES_MAX];
    size_t count = 0, at_field = 0, at_choose = 0;

    if (!opt_given(args, "chon") && ask_is_possible() && !env->out.json)
        return ask(env, args);
    while (count < CHOICES_MAX && (choice[count].field = opt_next(args, "muc", &at_field)) != NULL) {
        choice[count].choose = opt_next(args, "chon", &at_choose);
        if (choice[count].choose == NULL)
            return cmd_explain(env, ERR_USAGE, choice[count].field, _("one --chon for each --muc"));
        count++;
    }
    if (count == 0 || opt_next(args, "chon", &at_choose) != NULL)
        return cmd_explain(env, ERR_USAGE, "", _("one --chon for each --muc"));
    return cmd_conflicts_settle(env, opt_arg(args, 0), choice, count, false);
}

const struct cmd cmd_resolve = {"giai-quyet", "resolve", N_("Settles a field that several people wrote differently."),
                                NEED_STORE | NEED_WRITE, {rows, ARRAY_LEN(rows), N_("ID"), 1, 1}, run};
