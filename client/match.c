/* match.c - see match.h. */
#include "match.h"

#include <stdlib.h>

#include "../common/date.h"
#include "../common/language.h"
#include "../common/text.h"
#include "../proto/actor.h"
#include "../proto/mp.h"
#include "../proto/rights.h"
#include "form.h"

#define VERSIONS_MAX 1000

/* ---- what is here ---- */

size_t match_count(const struct match *m)
{
    return m->versions.n / sizeof(struct view);
}

const struct view *match_version(const struct match *m, size_t version)
{
    assert(version < match_count(m));
    return (const struct view *)(const void *)m->versions.p + version;
}

const struct entry *match_entry(const struct match *m, size_t version, const char *field)
{
    const struct entry *e = replica_view_entry(match_version(m, version), schema_field_named(m->kind, field));

    return e != NULL && e->candidate[0].value.p[0] != 0xc0 ? e : NULL; /* a value that was cleared is none */
}

struct bytes match_text(const struct match *m, size_t version, const char *field)
{
    const struct entry *e = match_entry(m, version, field);
    struct bytes text = {0};
    struct mp r;

    if (e == NULL)
        return text;
    mp_open(&r, e->candidate[0].value);
    text = mp_str(&r, TEXT_MAX);
    return mp_close(&r) == ERR_OK ? text : bytes_of(NULL, 0);
}

uint32_t match_date(const struct match *m, size_t version, const char *field)
{
    const struct entry *e = match_entry(m, version, field);
    struct mp r;
    uint32_t date;

    if (e == NULL)
        return 0;
    mp_open(&r, e->candidate[0].value);
    date = (uint32_t)mp_uint(&r, UINT32_MAX);
    return mp_close(&r) == ERR_OK ? date : 0;
}

/* One element; its number, or 0. */
static unsigned why_at(const struct entry *e, size_t i, struct bytes *text)
{
    struct bytes element;
    struct mp r;

    mp_open(&r, e->candidate[i].value);
    element = mp_str(&r, SCHEMA_LINE_MAX);
    return mp_close(&r) == ERR_OK ? quarter_explained(element, text) : 0;
}

bool match_why(const struct match *m, size_t version, unsigned line, size_t i, struct bytes *text)
{
    const struct entry *e = match_entry(m, version, "explanations");

    for (size_t at = 0; e != NULL && at < e->count; at++)
        if (why_at(e, at, text) == line && text->n > 0 && i-- == 0)
            return true;
    return false;
}

static void line_name(size_t version, unsigned number, struct buf *out)
{
    if (version > 0)
        buf_printf(out, "%zu.%u", version, number);
    else
        buf_printf(out, "%u", number);
}

uint64_t match_open(const struct match *m, size_t version, struct buf *names)
{
    struct bytes lines = match_text(m, version, "lines"), why;
    struct quarter_line l;
    unsigned number;
    uint64_t n = 0;
    enum err e;

    while (quarter_line_next(&lines, &l, &number, &e)) {
        if (l.sign != '+' || !quarter_sum_stands(&m->sum, &l) || match_why(m, version, number, 0, &why))
            continue;
        n++;
        if (names != NULL && names->n > 0)
            buf_put_str(names, ", ");
        if (names != NULL)
            line_name(version, number, names);
    }
    return n;
}

/* ---- loading ---- */

static struct id version_id(const struct match *m, unsigned version)
{
    struct buf period = {0}, number = {0};
    struct id id;

    mp_put_uint(&period, m->period);
    mp_put_uint(&number, version);
    const struct bytes key[] = {buf_bytes(&period), buf_bytes(&number)};
    id = schema_natural_id(m->kind, &m->org.id, 0, key, ARRAY_LEN(key));
    buf_deinit(&period);
    buf_deinit(&number);
    return id;
}

static enum err load_versions(struct match *m)
{
    struct book *b = &m->env->book;
    enum err e = ERR_OK;

    for (unsigned v = 0; e == ERR_OK && v < VERSIONS_MAX; v++) {
        struct id id = version_id(m, v);
        struct view view;

        e = replica_view(book_txn(b), &b->replica, m->kind->number, &id, &view);
        if (e != ERR_OK)
            break;
        buf_put(&m->versions, &view, sizeof(view));
        e = quarter_sum_add(&m->sum, match_text(m, v, "figures"), match_text(m, v, "lines"));
        if (e == ERR_BAD_VALUE)
            e = ERR_DAMAGED;
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static bool take(void *arg, struct view *v)
{
    for (size_t i = 0; i < v->parts; i++)
        quarter_take(arg, &v->org, v->kind, &v->record, &v->part[i].part);
    return true;
}

static enum err load_now(struct match *m)
{
    struct book *b = &m->env->book;
    struct quarter_book book = {0};
    enum err e = quarter_load(book_txn(b), &book, false);

    for (size_t i = 0; e == ERR_OK && i < schema_kind_count; i++)
        if (quarter_kind(schema_kinds[i].number))
            e = replica_each(book_txn(b), &b->replica, schema_kinds[i].number, take, &book);
    if (e == ERR_OK)
        quarter_compare(&book, &m->org.id, m->period, &m->now);
    quarter_book_deinit(&book);
    return e;
}

enum err match_load(struct match *m, struct cmd_env *env, const struct id *org, uint32_t period)
{
    struct book *b = &env->book;
    struct scope s;
    enum err e;

    *m = (struct match){.env = env, .period = period, .kind = schema_kind_named("reconciliation")};
    e = org_load(book_txn(b), org == NULL ? &b->replica.org : org, &m->org);
    if (e == ERR_OK)
        e = replica_scope(book_txn(b), &m->org.id, ACCESS_B, &s);
    if (e == ERR_OK)
        e = actor_role(book_txn(b), &s, &b->replica.person, &m->role);
    if (e == ERR_OK && b->replica.enrolled && !rights_may_read(m->role, ACCESS_B))
        e = ERR_NOT_READABLE;
    if (e == ERR_OK)
        e = load_versions(m);
    return e == ERR_OK ? load_now(m) : e;
}

void match_deinit(struct match *m)
{
    for (size_t i = 0; i < match_count(m); i++)
        replica_view_deinit((struct view *)(void *)m->versions.p + i);
    buf_deinit(&m->versions);
    quarter_sum_deinit(&m->sum);
    quarter_result_deinit(&m->now);
}

/* ---- explaining ---- */

static enum err nothing_yet(struct match *m)
{
    return cmd_explain(m->env, ERR_NO_SUCH_RECORD, "",
                       _("The ward has not closed the figures of this quarter yet. When it has: chibo dong-bo."));
}

static enum err frozen(struct match *m, size_t version, const char *field)
{
    char date[DATE_TEXT_SIZE];

    date_print(match_date(m, version, field), date);
    buf_clear(&m->env->why);
    buf_printf(&m->env->why, _("It was signed on %s; what comes later goes into a supplement."), date);
    return ERR_FROZEN;
}

static bool line_there(const struct match *m, size_t version, unsigned number)
{
    struct bytes lines = version < match_count(m) ? match_text(m, version, "lines") : bytes_of(NULL, 0);
    struct quarter_line l;
    unsigned n;
    enum err e;

    while (quarter_line_next(&lines, &l, &n, &e))
        if (n == number && l.sign == '+')
            return true;
    return false;
}

/* "3" or "1.3", then "=". */
static bool split(const char *word, size_t *version, unsigned *number, const char **text)
{
    size_t n = strspn(word, "0123456789"), more = word[n] == '.' ? strspn(word + n + 1, "0123456789") : 0;
    const char *end = word + n + (more > 0 ? more + 1 : 0);

    if (n == 0 || n > 4 || more > 4 || *end != '=')
        return false;
    *version = more > 0 ? strtoul(word, NULL, 10) : 0;
    *number = (unsigned)strtoul(more > 0 ? word + n + 1 : word, NULL, 10);
    *text = end + 1;
    return true;
}

/* What stood before of the same line goes; the others stay. */
static void rewrite(const struct match *m, size_t version, unsigned number, struct bytes text, struct fields *f)
{
    const struct entry *e = match_entry(m, version, "explanations");
    struct fields_value *v = fields_value(f, schema_field_named(m->kind, "explanations"));
    struct bytes why;
    struct buf element = {0};

    v->given = true;
    for (size_t i = 0; e != NULL && i < e->count; i++)
        v->clear = v->clear || why_at(e, i, &why) == number;
    for (size_t i = 0; v->clear && i < e->count; i++)
        if (why_at(e, i, &why) != number) {
            mp_put_raw(&v->value, e->candidate[i].value);
            v->count++;
        }
    buf_printf(&element, "%u: ", number);
    buf_put_bytes(&element, text);
    if (text.n > 0) {
        mp_put_str(&v->value, buf_bytes(&element));
        v->count++;
    }
    buf_deinit(&element);
}

static enum err write_fields(struct match *m, size_t version, struct fields *f)
{
    struct record_written w;
    enum err e = record_edit(&m->env->book, &match_version(m, version)->record, f, &w);

    if (e == ERR_OK)
        form_say_written(m->env, m->kind, &w);
    return e;
}

enum err match_explain(struct match *m, const char *word)
{
    struct fields f;
    struct buf text = {0};
    const char *typed = "";
    unsigned number = 0;
    size_t version = 0;
    enum err e = ERR_OK;

    if (match_count(m) == 0)
        return nothing_yet(m);
    if (rights_may_write(m->role, m->kind->number, schema_field_named(m->kind, "explanations"), OP_ADD) != RIGHT_WRITE)
        return cmd_explain(m->env, ERR_NOT_ALLOWED, "", _("The secretary of the cell or the deputy explains."));
    if (!split(word, &version, &number, &typed))
        return cmd_explain(m->env, ERR_USAGE, word, _("It is LINE=TEXT, such as 3=\"moved to another ward\"."));
    if (!line_there(m, version, number))
        return cmd_explain(m->env, ERR_NO_SUCH_RECORD, word, _("There is no such line to explain."));
    if (match_date(m, version, "cell_signed") != 0)
        return frozen(m, version, "cell_signed");
    e = text_clean(bytes_of_str(typed), TEXT_ONE_LINE, &text);
    if (e == ERR_OK && text.n + 8 > SCHEMA_LINE_MAX)
        e = ERR_TOO_LONG;
    fields_init(&f, m->kind);
    if (e == ERR_OK) {
        rewrite(m, version, number, buf_bytes(&text), &f);
        e = write_fields(m, version, &f);
    }
    fields_deinit(&f);
    buf_deinit(&text);
    return e;
}

/* ---- signing ---- */

static enum err unexplained(struct match *m)
{
    struct buf names = {0};

    for (size_t v = 0; v < match_count(m); v++)
        (void)match_open(m, v, &names);
    if (names.n == 0)
        return ERR_OK;
    buf_clear(&m->env->why);
    buf_printf(&m->env->why, _("Lines to be explained first: %s."), buf_cstr(&names));
    buf_deinit(&names);
    return ERR_DIFFERS;
}

static enum err sign_version(struct match *m, size_t version, const char *field)
{
    struct fields f;
    struct fields_value *v;
    enum err e;

    fields_init(&f, m->kind);
    v = fields_value(&f, schema_field_named(m->kind, field));
    v->given = true;
    v->count = 1;
    mp_put_uint(&v->value, m->env->today);
    e = write_fields(m, version, &f);
    fields_deinit(&f);
    return e;
}

enum err match_sign(struct match *m)
{
    static const char *const fields[] = {"cell_signed", "ward_signed"};
    const char *field = NULL;
    size_t written = 0, count = match_count(m);
    enum err e = ERR_OK;

    if (count == 0)
        return nothing_yet(m);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (rights_may_write(m->role, m->kind->number, schema_field_named(m->kind, fields[i]), OP_SET) == RIGHT_WRITE)
            field = fields[i];
    if (field == NULL)
        return cmd_explain(m->env, ERR_NOT_ALLOWED, "",
                           _("The secretary of the cell or the deputy signs, and the clerk for the ward."));
    e = unexplained(m);
    for (size_t v = 0; e == ERR_OK && v < count; v++) {
        if (match_date(m, v, field) != 0)
            continue;
        e = sign_version(m, v, field);
        written++;
    }
    return e == ERR_OK && written == 0 ? frozen(m, count - 1, field) : e;
}
