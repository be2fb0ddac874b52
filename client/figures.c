/* figures.c - see figures.h. */
#include "figures.h"

#include "../common/language.h"
#include "../common/text.h"
#include "../proto/org_change.h"

#define NAME_BYTES_MAX 200 /* of a line's name; longer ones are no figure */

struct loading {
    struct figures *f;
    struct txn *txn;
    struct id counted, other; /* organisations whose records count, and do not: the last of each that was asked about */
    size_t at; /* of several: where `other`'s records count */
};

static bool counts_here(struct loading *l, const struct id *org)
{
    struct id living;

    if (id_equal(org, &l->f->org) || id_equal(org, &l->counted))
        return true;
    if (id_equal(org, &l->other))
        return false;
    const bool here = org_living(l->txn, org, &living) == ERR_OK && id_equal(&living, &l->f->org);
    *(here ? &l->counted : &l->other) = *org;
    return here;
}

/* Of several: the cell it counts in; of one: 0. Beyond the last: nowhere. */
static size_t cell_of(struct loading *l, const struct id *org)
{
    if (l->f->cell == NULL)
        return counts_here(l, org) ? 0 : 1;
    if (!id_equal(org, &l->other)) {
        l->other = *org;
        if (org_living(l->txn, org, &l->counted) != ERR_OK)
            l->counted = *org;
        for (l->at = 0; l->at < l->f->cells && !id_equal(&l->f->cell[l->at].id, &l->counted);)
            l->at++;
    }
    return l->at;
}

static bool record_visit(void *arg, struct view *v)
{
    struct loading *l = arg;
    struct report_record x = {.kind = schema_kind(v->kind), .record = v->record, .parts = v->parts};

    if (replica_view_void(v) == CLOSE_VOID)
        return true;
    for (size_t i = 0; i < v->parts; i++)
        x.part[i] = &v->part[i].part;
    x.cell = cell_of(l, &v->org);
    x.book = load_u64(v->org.b);
    report_take(l->f->report, &x);
    return true;
}

/* What is counted for is in f already. */
static enum err load(struct figures *f, struct print *p, uint32_t of, const char *const *only)
{
    struct loading l = {.f = f, .txn = book_txn(p->book)};
    const struct kind_info *k;
    enum err e = ERR_OK;

    f->report = report_new(f->cells, of);
    for (size_t i = 0; e == ERR_OK && (k = report_kind(i)) != NULL; i++) {
        bool wanted = only == NULL;
        for (const char *const *name = only; !wanted && *name != NULL; name++)
            wanted = strcmp(*name, k->name) == 0;
        if (wanted)
            e = replica_each(l.txn, &p->book->replica, k->number, record_visit, &l);
    }
    report_close(f->report);
    return e;
}

enum err figures_load(struct figures *f, struct print *p, const struct id *org, uint32_t of)
{
    *f = (struct figures){.org = *org, .cells = 1};
    return load(f, p, of, NULL);
}

enum err figures_load_all(struct figures *f, struct print *p, const struct org *cell, size_t cells, uint32_t of)
{
    *f = (struct figures){.cell = cell, .cells = cells};
    return load(f, p, of, NULL);
}

enum err figures_load_members(struct figures *f, struct print *p, const struct id *org)
{
    *f = (struct figures){.org = *org, .cells = 1};
    return load(f, p, 0, report_member_kinds);
}

void figures_deinit(struct figures *f)
{
    report_free(f->report);
    f->report = NULL;
}

bool figures_has_member(const struct figures *f, const struct id *member, uint32_t day)
{
    return report_has_member(f->report, 0, member, day);
}

void figures_of(const struct figures *f, uint32_t period, int64_t value[REPORT_LINES])
{
    report_of(f->report, period, (int64_t(*)[REPORT_LINES])(void *)value);
}

void figures_of_all(const struct figures *f, uint32_t period, int64_t (*value)[REPORT_LINES])
{
    report_of(f->report, period, value);
}

/* --- as text --- */

bool figures_line(struct bytes *text, struct bytes *line)
{
    const uint8_t *end = text->n > 0 ? memchr(text->p, '\n', text->n) : NULL;
    size_t n = end != NULL ? (size_t)(end - text->p) : text->n;

    if (text->n == 0)
        return false;
    *line = bytes_of(text->p, n);
    *text = bytes_cut(*text, n + (end != NULL));
    return true;
}

static bool is_name(const struct buf *key, const char *name)
{
    struct buf other = {0};
    bool same = text_key(bytes_of_str(name), &other) == ERR_OK && bytes_equal(buf_bytes(key), buf_bytes(&other));

    buf_deinit(&other);
    return same;
}

static bool parse_number(struct bytes text, int64_t *value)
{
    bool minus = false, digits = false;

    *value = 0;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        if (c == '-' && !digits && !minus) {
            minus = true;
        } else if (c >= '0' && c <= '9' && *value <= SCHEMA_MONEY_MAX) {
            *value = *value * 10 + (c - '0');
            digits = true;
        } else if (c != ' ' && !(c == '.' && digits)) {
            return false;
        }
    }
    *value = minus ? -*value : *value;
    return digits;
}

bool figures_parse(struct bytes line, enum report_line_number *which, int64_t *value)
{
    const uint8_t *equals = line.n > 0 ? memchr(line.p, '=', line.n) : NULL;
    size_t n = equals == NULL ? 0 : (size_t)(equals - line.p);
    struct buf key = {0};
    bool found = false;

    if (n == 0 || n > NAME_BYTES_MAX || text_key(bytes_of(line.p, n), &key) != ERR_OK ||
        !parse_number(bytes_cut(line, n + 1), value)) {
        buf_deinit(&key);
        return false;
    }
    for (size_t i = 0; !found && i < REPORT_LINES; i++) {
        *which = (enum report_line_number)i;
        found = is_name(&key, report_lines[i].name) || is_name(&key, _(report_lines[i].label));
    }
    buf_deinit(&key);
    return found;
}
