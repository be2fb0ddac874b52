/* form.c - see form.h. */
#include "form.h"

#include <stdlib.h>
#include <unistd.h>

#include "../common/date.h"
#include "../common/language.h"
#include "../proto/mp.h"
#include "choice.h"

#define LIST_SEPARATOR ';'
#define CHOICES_SHOWN 99

void form_init(struct form *f, const struct kind_info *kind)
{
    memset(f, 0, sizeof(*f));
    f->kind = kind;
}

void form_deinit(struct form *f)
{
    for (size_t i = 0; i < CHANGE_TRIPLES_MAX; i++)
        buf_wipe_deinit(&f->answer[i]);
    memset(f, 0, sizeof(*f));
}

struct buf *form_answer(struct form *f, const struct field_info *field)
{
    return &f->answer[field - f->kind->field];
}

void form_default(struct form *f, const char *field, const char *answer)
{
    struct buf *a = form_answer(f, schema_field_named(f->kind, field));
    buf_clear(a);
    buf_put_str(a, answer);
}

void form_how(struct form *f, const char *field, enum form_how how)
{
    f->how[schema_field_named(f->kind, field) - f->kind->field] = how;
}

void form_typed(const struct view *v, const struct field_info *field, struct buf *out)
{
    const struct entry *e = replica_view_entry(v, field);
    const size_t n = e == NULL ? 0 : field->list ? e->count : 1;

    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_put_u8(out, LIST_SEPARATOR);
        entry_print(field, e->candidate[i].value, NULL, out);
    }
}

/* --- half-way answers --- */

/* The row of `meta` that holds them: one for each kind, and for each record that is being changed. */
static const char *row_of(const struct form *f, struct buf *name)
{
    char hex[ID_TEXT_SIZE];

    buf_printf(name, "%s %u", BOOK_FORM, f->kind->number);
    id_print(&f->record, hex);
    if (!id_is_zero(&f->record))
        buf_printf(name, " %s", hex);
    return buf_cstr(name);
}

enum err form_drop(const struct form *f, struct cmd_env *env)
{
    struct buf name = {0};
    enum err e = book_del(&env->book, row_of(f, &name));

    buf_deinit(&name);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err form_keep(const struct form *f, struct cmd_env *env)
{
    struct buf row = {0}, name = {0};
    enum err e = book_begin(&env->book, true);

    mp_put_array(&row, f->kind->fields);
    for (size_t i = 0; i < f->kind->fields; i++)
        mp_put_str(&row, buf_bytes(&f->answer[i]));
    if (e == ERR_OK)
        e = book_put(&env->book, row_of(f, &name), buf_bytes(&row));
    if (e == ERR_OK)
        e = book_commit(&env->book);
    book_abort(&env->book);
    buf_wipe_deinit(&row);
    buf_deinit(&name);
    return e;
}

enum err form_recall_within(struct form *f, struct cmd_env *env, bool *found)
{
    struct buf row = {0}, name = {0};
    struct mp r;
    enum err e = book_get(&env->book, row_of(f, &name), &row);

    *found = e == ERR_OK;
    buf_deinit(&name);
    if (e == ERR_OK) {
        mp_open(&r, buf_bytes(&row));
        size_t n = mp_array(&r, MP_ELEMENTS_MAX);
        f->recalled = n == f->kind->fields; /* else it is of another version of the program */
        for (size_t i = 0; f->recalled && i < f->kind->fields; i++) {
            struct bytes answer = mp_str(&r, CHANGE_BODY_MAX);
            if (answer.n == 0 || bytes_equal(answer, buf_bytes(&f->answer[i])))
                continue;
            f->how[i] = FORM_BY_SCHEMA; /* what was known then is not what is known now: it is shown */
            buf_clear(&f->answer[i]);
            buf_put_bytes(&f->answer[i], answer);
        }
        (void)!mp_close(&r);
    }
    buf_wipe_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err form_recall(struct form *f, struct cmd_env *env)
{
    bool found;
    enum err e = book_begin(&env->book, false);

    if (e == ERR_OK)
        e = form_recall_within(f, env, &found);
    book_abort(&env->book);
    return e;
}

/* --- answers as values --- */

/* What was typed over several lines has one element a line. */
static uint8_t separator_of(const struct buf *answer)
{
    return answer->n > 0 && memchr(answer->p, '\n', answer->n) != NULL ? '\n' : LIST_SEPARATOR;
}

static bool is_nothing(const struct buf *answer)
{
    return bytes_equal(buf_bytes(answer), bytes_of_str(FORM_NOTHING));
}

enum err form_value(struct form *f, struct cmd_env *env, const struct field_info *field, const struct entry_refs *refs,
                    struct fields *out, char why[ENTRY_WHY_SIZE])
{
    struct buf *answer = form_answer(f, field), element = {0};
    const uint8_t separator = separator_of(answer);
    enum err e = ERR_OK;

    why[0] = 0;
    if (answer->n == 0)
        return ERR_OK;
    if (is_nothing(answer))
        return fields_set(out, field, "", env->today, refs, why);
    if (!field->list)
        return fields_set(out, field, buf_cstr(answer), env->today, refs, why);
    for (size_t i = 0; e == ERR_OK && i <= answer->n; i++) {
        if (i < answer->n && answer->p[i] != separator) {
            buf_put_u8(&element, answer->p[i]);
            continue;
        }
        if (element.n > 0)
            e = fields_set(out, field, buf_cstr(&element), env->today, refs, why);
        buf_clear(&element);
    }
    buf_wipe_deinit(&element);
    return e;
}

static enum err set_answer(struct form *f, struct fields *out, const struct field_info *field, struct cmd_env *env,
                           struct refs *refs)
{
    char why[ENTRY_WHY_SIZE];
    enum err e = form_value(f, env, field, &refs->entry, out, why);
    return e == ERR_OK ? e : cmd_explain(env, e, _(field->label), why);
}

enum err form_fields(struct form *f, struct cmd_env *env, struct fields *out)
{
    struct refs refs;
    enum err e = ERR_OK;

    refs_init(&refs, &env->book);
    fields_init(out, f->kind);
    for (size_t i = 0; e == ERR_OK && i < f->kind->fields; i++)
        e = set_answer(f, out, &f->kind->field[i], env, &refs);
    refs_deinit(&refs);
    return e;
}

void form_echo(const struct field_info *field, const struct fields_value *v, const struct entry_refs *refs,
               struct buf *echo)
{
    struct buf value = {0};

    if (v->count == 0)
        return;
    fields_encode(field, v, &value);
    if (field->type == TYPE_DATE) {
        struct mp r;
        mp_open(&r, buf_bytes(&value));
        uint32_t date = (uint32_t)mp_uint(&r, UINT32_MAX);
        (void)!mp_close(&r);
        if (date_is_full(date))
            buf_printf(echo, "%s, ", date_weekday_name(date));
    }
    entry_print(field, buf_bytes(&value), refs, echo);
    buf_wipe_deinit(&value);
}

/* Reads the answer back: an error, or how it was understood. */
static enum err understand(struct form *f, struct cmd_env *env, const struct field_info *field, struct buf *echo)
{
    struct refs refs;
    struct fields one;
    enum err e = book_begin(&env->book, false);

    refs_init(&refs, &env->book);
    fields_init(&one, f->kind);
    if (e == ERR_OK)
        e = set_answer(f, &one, field, env, &refs);
    if (e == ERR_OK)
        form_echo(field, fields_value(&one, field), &refs.entry, echo);
    book_abort(&env->book);
    fields_deinit(&one);
    refs_deinit(&refs);
    return e;
}

/* --- one question --- */

static void put_question(const struct form *f, const struct field_info *field, const struct choice *c, struct buf *out)
{
    size_t n = 0;
    buf_put_str(out, _(field->label));
    for (const struct enum_value *v = field->values; field->type == TYPE_ENUM && v->name != NULL; v++)
        buf_printf(out, "%s%u %s", n++ == 0 ? " (" : ", ", v->value, _(v->label));
    buf_put_str(out, n > 0 ? ")" : "");
    if (field->type == TYPE_RECORD && c->count > 0)
        buf_printf(out, " (%s)", field->list ? _("numbers, with commas between") : _("a number"));
    else if (field->list)
        buf_printf(out, " (%s)", _("several: with ; between"));
    if (!field->required && f->answer[field - f->kind->field].n == 0)
        buf_printf(out, " %s", _("– Enter to leave it out"));
}

/* Numbers of the list become ids; anything else stays as it was typed. */
static void numbers_to_ids(const struct choice *c, const struct field_info *field, struct buf *answer)
{
    bool *chosen;
    char hex[ID_TEXT_SIZE];
    size_t picked = 0;

    if (field->type != TYPE_RECORD || c->count == 0 || answer->n == 0 || is_nothing(answer))
        return;
    chosen = mem_alloc(c->count);
    if (choice_numbers(c, buf_cstr(answer), chosen) == ERR_OK) {
        buf_clear(answer);
        for (size_t i = 0; i < c->count; i++) {
            if (!chosen[i])
                continue;
            id_print(&c->item[i].id, hex);
            buf_printf(answer, "%s%s", picked++ == 0 ? "" : ";", hex);
        }
    }
    free(chosen);
}

static enum err choices(struct cmd_env *env, const struct field_info *field, struct choice *c)
{
    memset(c, 0, sizeof(*c));
    if (field->type != TYPE_RECORD)
        return ERR_OK;
    enum err e = book_begin(&env->book, false);
    if (e == ERR_OK)
        e = choice_load(c, &env->book, schema_kind_named(field->refers)->number, &env->book.replica.org);
    if (e == ERR_OK && c->count == 0) {
        choice_deinit(c);
        e = choice_load(c, &env->book, schema_kind_named(field->refers)->number, NULL);
    }
    book_abort(&env->book);
    if (c->count > CHOICES_SHOWN)
        choice_deinit(c);
    return e;
}

/* True: the answer stands. */
static bool judge(struct form *f, struct cmd_env *env, const struct field_info *field)
{
    struct buf line = {0};
    enum err e = understand(f, env, field, &line);
    bool missing = e == ERR_OK && field->required && form_answer(f, field)->n == 0;

    if (e == ERR_OK && !missing) {
        if (line.n > 0 && !bytes_equal(buf_bytes(&line), buf_bytes(form_answer(f, field)))) {
            struct buf echo = {0};
            buf_printf(&echo, "    → %s", buf_cstr(&line));
            ask_say(&env->ask, buf_cstr(&echo));
            buf_wipe_deinit(&echo);
        }
        buf_wipe_deinit(&line);
        return true;
    }
    buf_clear(&line);
    buf_printf(&line, "  ✗ %s", missing ? _(err_sentence(ERR_MISSING_FIELD)) : _(err_sentence(e)));
    if (!missing && env->why.n > 0)
        buf_printf(&line, " %s", buf_cstr(&env->why));
    ask_say(&env->ask, buf_cstr(&line));
    buf_clear(&env->why);
    buf_wipe_deinit(&line);
    return false;
}

enum err form_ask_one(struct form *f, struct cmd_env *env, const struct field_info *field, enum form_end *end)
{
    struct buf question = {0}, shown = {0}, line = {0}, before = {0};
    struct choice c;
    enum ask_answer answer = ASK_TEXT;
    enum err e = choices(env, field, &c);

    buf_put_bytes(&before, buf_bytes(form_answer(f, field)));
    if (c.count > 0) {
        choice_print(&c, &question);
        out_write(env->ask.fd == 0 ? 2 : env->ask.fd, buf_bytes(&question));
        buf_clear(&question);
    }
    put_question(f, field, &c, &question);
    for (bool done = e != ERR_OK; !done;) {
        buf_clear(form_answer(f, field));
        buf_put_bytes(form_answer(f, field), buf_bytes(&before));
        buf_clear(&shown);
        if (before.n == 0 || understand(f, env, field, &shown) != ERR_OK)
            buf_clear(&shown);
        answer = ask_line(&env->ask, buf_cstr(&question), buf_cstr(&shown), &line);
        if (answer == ASK_TEXT && line.n > 0) {
            buf_clear(form_answer(f, field));
            buf_put_bytes(form_answer(f, field), buf_bytes(&line));
            numbers_to_ids(&c, field, form_answer(f, field));
        }
        done = answer == ASK_BACK || answer == ASK_END || judge(f, env, field);
    }
    *end = answer == ASK_BACK ? FORM_BACK : answer == ASK_END ? FORM_LEFT : FORM_DONE;
    if (answer == ASK_ENOUGH)
        *end = FORM_ENOUGH;
    choice_deinit(&c);
    buf_deinit(&question);
    buf_wipe_deinit(&shown);
    buf_wipe_deinit(&line);
    buf_wipe_deinit(&before);
    return e;
}

/* --- the whole form --- */

static bool is_complete(const struct form *f)
{
    for (size_t i = 0; i < f->kind->fields; i++)
        if (f->kind->field[i].required && f->answer[i].n == 0)
            return false;
    return true;
}

/* Is this one of the form's questions? What is seldom known is not, but where there is an answer already. */
static bool is_asked(const struct form *f, size_t i)
{
    if (f->how[i] != FORM_BY_SCHEMA)
        return f->how[i] == FORM_ASK;
    return !f->kind->field[i].seldom || f->answer[i].n > 0;
}

/* The question before this one; SIZE_MAX: there is none. */
static size_t before(const struct form *f, size_t i)
{
    do
        i--;
    while (i != SIZE_MAX && !is_asked(f, i));
    return i;
}

/* The signs, before the first question, where there is something that Enter keeps and that need not be there. */
static void say_signs(const struct form *f, struct cmd_env *env)
{
    for (size_t i = 0; i < f->kind->fields; i++)
        if (is_asked(f, i) && !f->kind->field[i].required && f->answer[i].n > 0) {
            ask_say(&env->ask, _("Enter: keep what is in brackets · - : leave it empty · < : back · . : that is all"));
            return;
        }
}

enum err form_ask(struct form *f, struct cmd_env *env, enum form_end *end)
{
    enum err e = ERR_OK;

    if (f->recalled)
        ask_say(&env->ask, _("These answers were left half-way; Enter keeps each of them."));
    say_signs(f, env);
    for (size_t i = 0; e == ERR_OK && i < f->kind->fields;) {
        if (!is_asked(f, i)) {
            i++;
            continue;
        }
        e = form_ask_one(f, env, &f->kind->field[i], end);
        if (e != ERR_OK)
            break;
        if (*end == FORM_LEFT || (*end == FORM_BACK && before(f, i) == SIZE_MAX))
            return ERR_OK;
        if (*end == FORM_BACK) {
            i = before(f, i);
            continue;
        }
        e = form_keep(f, env);
        if (*end == FORM_ENOUGH && is_complete(f))
            break;
        i++;
    }
    *end = FORM_DONE;
    return e;
}

enum err form_save(struct form *f, struct cmd_env *env, struct record_written *w)
{
    struct fields fields;
    enum err e = book_begin(&env->book, true);

    fields_init(&fields, f->kind);
    if (e == ERR_OK)
        e = form_fields(f, env, &fields);
    if (e == ERR_OK)
        e = record_create(&env->book, &fields, NULL, w);
    if (e == ERR_OK)
        e = form_drop(f, env);
    if (e == ERR_OK)
        e = book_commit(&env->book);
    book_abort(&env->book);
    fields_deinit(&fields);
    return e;
}

void form_note_written(const struct kind_info *k, const struct record_written *w, struct buf *out)
{
    if (w->existed && w->changes > 0)
        buf_printf(out, _("%s was there already; what you typed was written into it."), _(k->label));
    else if (w->changes == 0)
        buf_put_str(out, _("Nothing changed: it says so already."));
    buf_put_str(out, out->n > 0 ? "\n" : "");
    size_t before = out->n;
    if (w->verdict == VERDICT_HELD)
        buf_put_str(out, _("Note: the ward will look at this before it counts."));
    else if (w->verdict == VERDICT_REFUSED)
        buf_printf(out, "%s %s", _("Note: the ward will most likely refuse this."), _(err_sentence(w->reason)));
    else if (w->beside)
        buf_put_str(out, _("Note: the ward keeps this; what you wrote stands beside it."));
    buf_put_str(out, out->n > before ? "\n" : "");
}

void form_say_written(struct cmd_env *env, const struct kind_info *k, const struct record_written *w)
{
    struct buf notes = {0};

    (void)env;
    form_note_written(k, w, &notes);
    out_write(STDERR_FILENO, buf_bytes(&notes));
    buf_deinit(&notes);
}
