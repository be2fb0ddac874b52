/* paper_value.c - what stands in records, for paper; see paper.h. */
#include <stdio.h>

#include "../common/period.h"
#include "../proto/mp.h"
#include "alike.h"
#include "paper.h"

#define PATH_MAX_BYTES 64

static const struct entry *entry_of(const struct view *v, const char *field, const struct field_info **f)
{
    const struct kind_info *k = schema_kind(v->kind);

    *f = k == NULL ? NULL : schema_field_named(k, field);
    assert(*f != NULL); /* forms name fields that are there */
    return replica_view_entry(v, *f);
}

static void put_entry(struct paper *p, const struct field_info *f, const struct entry *e, struct buf *out)
{
    for (size_t i = 0; i < (f->list ? e->count : 1); i++) {
        if (i > 0)
            buf_put_str(out, "; ");
        entry_print(f, e->candidate[i].value, &p->print.refs.entry, out);
    }
}

/* One path. */
static void put_path(struct paper *p, const struct view *v, const char *path, struct buf *out)
{
    const char *dot = strchr(path, '.');
    const struct field_info *f;
    char first[PATH_MAX_BYTES];
    const struct entry *e;
    struct view next;
    struct id id;

    (void)snprintf(first, sizeof first, "%.*s", (int)(dot == NULL ? strlen(path) : (size_t)(dot - path)), path);
    e = entry_of(v, first, &f);
    if (dot == NULL) {
        if (e != NULL)
            put_entry(p, f, e, out);
        return;
    }
    if (!value_id(v, first, &id) || f->refers == NULL ||
        replica_view(book_txn(p->book), &p->book->replica, schema_kind_named(f->refers)->number, &id, &next) != ERR_OK)
        return;
    put_path(p, &next, dot + 1, out);
    replica_view_deinit(&next);
}

void paper_value(struct paper *p, const struct view *v, const char *paths, struct buf *out)
{
    char path[PATH_MAX_BYTES];
    size_t start = out->n;

    while (*paths != 0) {
        size_t n = strcspn(paths, " ");
        struct buf one = {0};
        assert(n < sizeof path);
        (void)snprintf(path, sizeof path, "%.*s", (int)n, paths);
        put_path(p, v, path, &one);
        if (one.n > 0 && out->n > start)
            buf_put_str(out, "\n");
        buf_put_bytes(out, buf_bytes(&one));
        buf_wipe_deinit(&one);
        paths += n + strspn(paths + n, " ");
    }
}

uint64_t paper_number(const struct view *v, const char *field, uint64_t otherwise)
{
    uint64_t n;

    return value_uint(v, field, &n) ? n : otherwise;
}

void paper_money(int64_t sum, struct buf *out)
{
    const uint64_t size = sum < 0 ? 0 - (uint64_t)sum : (uint64_t)sum;
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)size);

    if (sum < 0)
        buf_put_str(out, "-");
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            buf_put_str(out, ".");
        buf_put_u8(out, (uint8_t)digits[i]);
    }
}

bool paper_within(const struct paper *p, const struct view *v, const char *field)
{
    const struct field_info *f;
    uint32_t n;

    if (p->period == 0)
        return true;
    (void)entry_of(v, field, &f);
    n = (uint32_t)paper_number(v, field, 0);
    if (f->type == TYPE_INTEGER)
        return n == p->period / 100;
    if (f->type == TYPE_PERIOD)
        n = n == 0 ? 0 : period_first_day(n);
    return n >= period_first_day(p->period) && n <= period_last_day(p->period);
}

/* --- records --- */

struct each {
    struct paper *p;
    const char *field; /* NULL: all */
    const struct id *id;
    paper_visit *visit;
    void *arg;
};

static bool each_visit(void *arg, struct view *v)
{
    struct each *e = arg;
    struct id leader, named;

    if (replica_view_void(v) == CLOSE_VOID)
        return true;
    if (e->field != NULL && (!value_id(v, e->field, &named) || !id_equal(&named, e->id)))
        return true;
    leader = alike_leader(&e->p->print, v->kind, &v->record);
    if (id_equal(&leader, &v->record))
        e->visit(e->p, v, e->arg);
    return e->p->err == ERR_OK;
}

void paper_each_of(struct paper *p, const char *kind, const char *field, const struct id *id, paper_visit *visit,
                   void *arg)
{
    struct each e = {p, field, id, visit, arg};

    paper_fail(p, replica_each(book_txn(p->book), &p->book->replica, schema_kind_named(kind)->number, each_visit, &e));
}

void paper_each(struct paper *p, const char *kind, paper_visit *visit, void *arg)
{
    paper_each_of(p, kind, NULL, NULL, visit, arg);
}
