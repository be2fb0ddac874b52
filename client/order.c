/* order.c - see order.h. */
#include "order.h"

#include <stdlib.h>

#include "../common/text.h"
#include "../proto/mp.h"

struct order_row {
    struct buf key, line;
};

static const char *const names[] = {"given_name", "family_name", "middle_name"};

void order_init(struct order *o, const struct kind_info *k)
{
    *o = (struct order){.sorted = schema_field_named(k, names[0]) != NULL};
}

static struct order_row *order_rows(const struct order *o, size_t *n)
{
    *n = o->rows.n / sizeof(struct order_row);
    return (struct order_row *)(void *)o->rows.p;
}

void order_deinit(struct order *o)
{
    size_t n;
    struct order_row *row = order_rows(o, &n);

    for (size_t i = 0; i < n; i++) {
        buf_wipe_deinit(&row[i].key);
        buf_wipe_deinit(&row[i].line);
    }
    buf_deinit(&o->rows);
}

/* A name that cannot be read sorts as none. */
static void put_name(const struct field_info *f, const struct view *v, struct buf *key)
{
    const struct entry *e = replica_view_entry(v, f);
    struct bytes name = {0};
    struct mp r;

    if (e != NULL) {
        mp_open(&r, e->candidate[0].value);
        name = mp_str(&r, TEXT_MAX);
        if (mp_close(&r) != ERR_OK)
            name = (struct bytes){0};
    }
    (void)!text_sort_key(name, key);
}

void order_key(const struct view *v, struct buf *key)
{
    const struct kind_info *k = schema_kind(v->kind);

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct field_info *f = schema_field_named(k, names[i]);
        if (f != NULL)
            put_name(f, v, key);
    }
}

void order_put(struct order *o, const struct view *v, struct buf *text, size_t from)
{
    struct order_row row = {0};

    if (!o->sorted)
        return;
    order_key(v, &row.key);
    buf_put_bytes(&row.line, bytes_cut(buf_bytes(text), from));
    text->n = from;
    buf_put(&o->rows, &row, sizeof(row));
}

/* Namesakes by their lines, which begin differently: the order is the same on each device. */
static int order_of(const void *a, const void *b)
{
    const struct order_row *x = a, *y = b;
    int c = bytes_compare(buf_bytes(&x->key), buf_bytes(&y->key));

    return c != 0 ? c : bytes_compare(buf_bytes(&x->line), buf_bytes(&y->line));
}

void order_flush(struct order *o, struct buf *text)
{
    size_t n;
    struct order_row *row = order_rows(o, &n);

    if (n > 0)
        qsort(row, n, sizeof(*row), order_of);
    for (size_t i = 0; i < n; i++)
        buf_put_bytes(text, buf_bytes(&row[i].line));
}
