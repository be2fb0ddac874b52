/* cmd_conflicts.c - `chibo xung-dot`: every field that waits for a person, with what was there before, mine and theirs;
 * at a terminal each is settled with one key. Where one is the minutes-taker's (scribe.h) Enter takes it.
 * `chibo giai-quyet ID` at a terminal is the same for one record. */
#include "../common/json.h"
#include "../common/language.h"
#include "alike.h"
#include "cmd.h"
#include "cmd_conflicts.h"
#include "form.h"
#include "print.h"
#include "returned.h"
#include "scribe.h"

static const struct opt_row rows[] = {CMD_OPTIONS};

struct listing {
    struct cmd_env *env;
    struct print p;
    uint64_t number;
    struct buf waiting; /* struct waiting[], for the questions */
    const struct cmd_conflicts_only *only; /* NULL: all records */
    enum scribe_found scribe; /* of the field that is looked at */
    size_t his;
    enum err err;
};

struct waiting {
    uint32_t kind;
    struct id record;
    const struct field_info *field; /* NULL: whether the record stands */
    size_t enter; /* the number of the value that Enter takes; 0: Enter leaves it for later */
};

/* As the list numbers them: mine first. */
static size_t number_of(const struct conflict *c, size_t candidate)
{
    return candidate == c->mine ? 1 : candidate < c->mine ? candidate + 2 : candidate + 1;
}

/* The number of the minutes-taker's value; 0: there is none, or nobody can tell. */
static size_t scribes(const struct listing *l, const struct conflict *c)
{
    return l->scribe == SCRIBE_WROTE ? number_of(c, l->his) : 0;
}

/* ---- one field for scripts ---- */

static void json_value(struct listing *l, const struct conflict *c, const struct past *past, const struct candidate *of,
                       struct json *j)
{
    static const char *const qualities[] = {"checked", "unchecked", "wrong"};
    const struct past_value *w = past_of(past, c->entry->tag, of, &l->env->book.replica.device);
    struct buf text = {0};

    json_object_begin(j);
    json_key(j, "value");
    entry_json(c->field, of->value, &l->p.refs.entry, j);
    json_key(j, "by");
    if (w != NULL) {
        print_person(&l->p, &w->person, &text);
        json_string(j, buf_cstr(&text));
    } else {
        json_null(j);
    }
    json_key(j, "time");
    if (w != NULL && w->time != 0) {
        buf_clear(&text);
        print_time(w->time, true, &text);
        json_string(j, buf_cstr(&text));
        json_put_string(j, "clock", qualities[w->quality <= QUALITY_WRONG ? w->quality : QUALITY_WRONG]);
    } else {
        json_null(j);
    }
    json_object_end(j);
    buf_deinit(&text);
}

static void put_json(struct listing *l, const struct view *v, const struct past *past, const struct conflict *c)
{
    const struct kind_info *k = schema_kind(v->kind);
    struct buf title = {0};
    char hex[ID_TEXT_SIZE];
    struct json j;

    json_init(&j, &l->env->out.text);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_uint(&j, "number", l->number);
    id_print(&v->record, hex);
    json_put_string(&j, "id", hex);
    json_put_string(&j, "kind", k->name);
    refs_title(&l->p.refs, v, &title);
    json_put_string(&j, "title", buf_cstr(&title));
    json_put_string(&j, "field", c->field->name);
    json_put_string(&j, "label", _(c->field->label));
    json_key(&j, "base");
    if (c->base != NULL)
        entry_json(c->field, buf_bytes(&c->base->value), &l->p.refs.entry, &j);
    else
        json_null(&j);
    json_key(&j, "mine");
    json_value(l, c, past, &c->entry->candidate[c->mine], &j);
    json_key(&j, "theirs");
    json_array_begin(&j);
    for (size_t i = 0; i < c->entry->count; i++)
        if (i != c->mine)
            json_value(l, c, past, &c->entry->candidate[i], &j);
    json_array_end(&j);
    json_key(&j, "default");
    if (scribes(l, c) > 0)
        json_uint(&j, scribes(l, c));
    else
        json_null(&j);
    json_key(&j, "default_why");
    if (l->scribe != SCRIBE_NONE)
        json_string(&j, scribe_name(l->scribe));
    else
        json_null(&j);
    json_object_end(&j);
    json_line(&j);
    buf_deinit(&title);
}

/* ---- and for people ---- */

static void put_value(struct listing *l, const struct conflict *c, const struct past *past, size_t i, size_t number)
{
    struct buf *out = &l->env->out.text;
    const struct candidate *of = &c->entry->candidate[i];
    const struct past_value *w = past_of(past, c->entry->tag, of, &l->env->book.replica.device);

    buf_printf(out, "      %zu %s: ", number, number == 1 ? _("mine  ") : _("theirs"));
    entry_print(c->field, of->value, &l->p.refs.entry, out);
    if (w != NULL) {
        buf_put_str(out, "  (");
        print_person(&l->p, &w->person, out);
        if (w->time != 0) {
            buf_put_str(out, ", ");
            print_time(w->time, false, out);
        } else {
            buf_printf(out, ", %s", _("not sent yet"));
        }
        if (w->quality != QUALITY_CHECKED && w->time != 0)
            buf_printf(out, ", %s", w->quality == QUALITY_WRONG ? _("clock wrong") : _("clock not checked"));
        buf_put_str(out, ")");
    }
    if (i == 0)
        buf_printf(out, " · %s", _("shown now"));
    if (scribes(l, c) == number)
        buf_printf(out, " · %s", _("the minutes-taker's"));
    buf_put_str(out, "\n");
}

static void put_text(struct listing *l, const struct view *v, const struct past *past, const struct conflict *c)
{
    const struct kind_info *k = schema_kind(v->kind);
    struct buf *out = &l->env->out.text;
    char hex[ID_TEXT_SIZE];
    size_t number = 1;

    id_print(&v->record, hex);
    buf_printf(out, "%llu. %.13s  %s · ", (unsigned long long)l->number, hex, _(k->label));
    refs_title(&l->p.refs, v, out);
    buf_printf(out, "\n   %s (%s)\n", _(c->field->label), c->field->name);
    if (c->base != NULL) {
        buf_printf(out, "        %s: ", _("before"));
        entry_print(c->field, buf_bytes(&c->base->value), &l->p.refs.entry, out);
        buf_put_str(out, "\n");
    }
    put_value(l, c, past, c->mine, number);
    for (size_t i = 0; i < c->entry->count; i++)
        if (i != c->mine)
            put_value(l, c, past, i, ++number);
    if (scribe_reason(l->scribe)[0] != 0)
        buf_printf(out, "      %s\n", _(scribe_reason(l->scribe)));
}

static void put_returned(struct listing *l, const struct view *v, const struct past *past)
{
    struct waiting w = {v->kind, v->record, NULL, 0};

    (l->env->out.json ? returned_json : returned_text)(&l->p, v, past, ++l->number, &l->env->out.text);
    buf_put(&l->waiting, &w, sizeof(w));
}

/* All that waits, unless only some fields of one record were asked for; NULL: whether the record stands. */
static bool is_meant(const struct listing *l, const struct field_info *f)
{
    for (size_t i = 0; l->only != NULL && i < l->only->fields; i++)
        if (f == l->only->field[i])
            return true;
    return l->only == NULL || l->only->fields == 0;
}

static bool visit(void *arg, struct view *v)
{
    struct listing *l = arg;
    const struct kind_info *k = schema_kind(v->kind);
    struct past past;

    if (conflict_count(&l->env->book, v) == 0)
        return true;
    l->err = past_load(&past, &l->env->book, v->kind, &v->record);
    if (l->err == ERR_OK && replica_view_void(v) == CLOSE_RETURNED && is_meant(l, NULL))
        put_returned(l, v, &past);
    for (size_t i = 0; l->err == ERR_OK && i < k->fields; i++) {
        struct conflict c;
        struct waiting w = {v->kind, v->record, &k->field[i], 0};
        if (!conflict_waits(&l->env->book, v, &k->field[i]) || !is_meant(l, &k->field[i]))
            continue;
        conflict_look(&c, &l->env->book, v, &past, &k->field[i]);
        l->err = scribe_find(&l->p, v, &c, &past, &l->scribe, &l->his);
        w.enter = scribes(l, &c);
        l->number++;
        (l->env->out.json ? put_json : put_text)(l, v, &past, &c);
        buf_put(&l->waiting, &w, sizeof(w));
    }
    past_deinit(&past);
    return l->err == ERR_OK;
}

static enum err list_all(struct listing *l)
{
    struct book *b = &l->env->book;
    enum err e = replica_each_waiting(book_txn(b), &b->replica, visit, l);

    e = e == ERR_OK ? l->err : e;
    return e == ERR_OK ? alike_list(&l->p, l->env->out.json, &l->env->out.text) : e;
}

static enum err list_one(struct listing *l)
{
    struct book *b = &l->env->book;
    struct view v;
    enum err e = replica_view(book_txn(b), &b->replica, l->only->kind, &l->only->record, &v);

    if (e == ERR_OK) {
        (void)visit(l, &v);
        e = l->err;
    }
    replica_view_deinit(&v);
    return e;
}

static enum err list(struct listing *l)
{
    struct book *b = &l->env->book;
    enum err e = book_begin(b, false);

    if (e == ERR_OK)
        e = print_init(&l->p, b);
    if (e == ERR_OK)
        e = l->only == NULL ? list_all(l) : list_one(l);
    if (e == ERR_OK && l->env->out.text.n == 0 && !l->env->out.json)
        buf_printf(&l->env->out.text, "%s\n", _("Nothing waits for anybody."));
    print_deinit(&l->p);
    book_abort(b);
    return e;
}

/* ---- questions ---- */

static enum err settle(struct listing *l, const struct waiting *w, const char *word)
{
    char hex[ID_TEXT_SIZE];
    struct conflict_choice choice = {w->field->name, word};

    id_print(&w->record, hex);
    buf_clear(&l->env->why);
    return cmd_conflicts_settle(l->env, hex, &choice, 1, true);
}

/* What means something only together is settled together: the question before may have answered this one too. */
static bool still_waits(struct listing *l, const struct waiting *w, enum err *e)
{
    struct book *b = &l->env->book;
    bool waits = false;
    struct view v;

    *e = book_begin(b, false);
    if (*e == ERR_OK)
        *e = replica_view(book_txn(b), &b->replica, w->kind, &w->record, &v);
    if (*e == ERR_OK) {
        waits = conflict_waits(b, &v, w->field);
        replica_view_deinit(&v);
    }
    book_abort(b);
    return waits;
}

static enum ask_answer ask_field(struct listing *l, const struct waiting *w, uint64_t number, struct buf *line)
{
    struct buf question = {0}, enter = {0};

    buf_printf(&question, "%llu. %s: %s", (unsigned long long)number, _(w->field->label),
               w->enter == 0 ? _("m mine, t theirs, a number, or retype it; Enter: later")
                             : _("m mine, t theirs, a number, or retype it; 0: later; Enter: the minutes-taker's"));
    if (w->enter > 0)
        buf_printf(&enter, "%zu", w->enter);
    enum ask_answer answer = ask_line(&l->env->ask, buf_cstr(&question), buf_cstr(&enter), line);
    if (answer == ASK_TEXT && line->n == 0 && w->enter > 0)
        buf_put_bytes(line, buf_bytes(&enter));
    else if (w->enter > 0 && bytes_equal(buf_bytes(line), bytes_of_str("0")))
        buf_clear(line);
    buf_deinit(&question);
    buf_deinit(&enter);
    return answer;
}

/* False: nobody is there, or enough. */
static bool ask_one(struct listing *l, const struct waiting *w, uint64_t number, enum err *e)
{
    struct buf line = {0};
    bool more = true;

    if (w->field == NULL)
        return returned_ask(l->env, w->kind, &w->record, number, e);
    while (still_waits(l, w, e)) {
        more = ask_field(l, w, number, &line) == ASK_TEXT;
        if (!more || line.n == 0)
            break;
        *e = settle(l, w, buf_cstr(&line));
        if (*e == ERR_OK || err_class(*e) != ERR_CLASS_INPUT)
            break;
        ask_say(&l->env->ask, buf_cstr(&l->env->why));
        *e = ERR_OK;
        buf_clear(&l->env->why);
    }
    buf_deinit(&line);
    return more && *e == ERR_OK;
}

static enum err ask_all(struct listing *l)
{
    const struct waiting *w = (const struct waiting *)(const void *)l->waiting.p;
    size_t count = l->waiting.n / sizeof(*w);
    enum err e = out_flush(&l->env->out);

    if (count == 0 || e != ERR_OK)
        return e;
    book_close(&l->env->book);
    e = book_open(&l->env->book, KV_WRITE);
    for (size_t i = 0; e == ERR_OK && i < count && ask_one(l, &w[i], i + 1, &e);)
        i++;
    return e;
}

enum err cmd_conflicts_ask(struct cmd_env *env, const struct cmd_conflicts_only *only)
{
    struct listing l = {.env = env, .only = only};
    enum err e = list(&l);

    if (e == ERR_OK && !env->out.json && ask_is_possible())
        e = ask_all(&l);
    buf_deinit(&l.waiting);
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    (void)args;
    return cmd_conflicts_ask(env, NULL);
}

const struct cmd cmd_conflicts = {"xung-dot", "conflicts", N_("What several people wrote differently, to settle it."),
                                  NEED_STORE, {rows, ARRAY_LEN(rows), NULL, 0, 0}, run};
