/* waits.c - see waits.h. */
#include "waits.h"

#include <stdlib.h>

#include "change.h"
#include "close.h"

#define PART_KEY_SIZE (4 + ID_SIZE) /* kind, record, scope number; a row here has the same, the number first */

static const char meta_waits[] = "waits"; /* 1: the table says all */
static const uint8_t row_value = 1;

bool waits_part(const struct part *p)
{
    bool waits = close_void(p) == CLOSE_RETURNED;

    for (size_t i = 0; !waits && i < p->entries; i++) {
        const uint32_t class = TAG_CLASS(p->entry[i].tag);
        waits = p->entry[i].count > 1 && (class == MERGE_ASK || class == MERGE_OWNER);
    }
    return waits;
}

static struct bytes row_key(uint8_t *room, uint16_t scope_number, uint32_t kind, const struct id *record)
{
    store_u16(room, scope_number);
    store_u16(room + 2, (uint16_t)kind);
    memcpy(room + 4, record->b, ID_SIZE);
    return bytes_of(room, PART_KEY_SIZE);
}

enum err waits_note(struct txn *txn, uint16_t scope_number, uint32_t kind, const struct id *record, bool before,
                    bool after)
{
    uint8_t room[STORE_KEY_MAX];
    const struct bytes key = row_key(room, scope_number, kind, record);

    if (before == after)
        return ERR_OK;
    return after ? store_put(txn, TABLE_waits, key, bytes_of(&row_value, 1)) : store_del(txn, TABLE_waits, key);
}

enum err waits_known(struct txn *txn, bool *known)
{
    struct buf row = {0};
    const enum err e = store_get(txn, TABLE_meta, bytes_of_str(meta_waits), &row);

    *known = e == ERR_OK && row.n == 1;
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* --- against all parts --- */

struct gathering {
    struct buf rows; /* keys of PART_KEY_SIZE bytes each */
    enum err err;
};

static bool part_visit(void *arg, struct bytes key, struct bytes value)
{
    struct gathering *g = arg;
    uint8_t room[STORE_KEY_MAX];
    struct part p;

    g->err = key.n == PART_KEY_SIZE ? part_decode_here(&p, value) : ERR_DAMAGED;
    if (g->err != ERR_OK)
        return false;
    if (waits_part(&p)) {
        const struct id record = id_from(key.p + 2);
        buf_put_bytes(&g->rows, row_key(room, load_u16(key.p + 2 + ID_SIZE), load_u16(key.p), &record));
    }
    part_deinit(&p);
    return true;
}

static bool row_visit(void *arg, struct bytes key, struct bytes value)
{
    struct gathering *g = arg;

    (void)value;
    g->err = key.n == PART_KEY_SIZE ? ERR_OK : ERR_DAMAGED;
    if (g->err == ERR_OK)
        buf_put_bytes(&g->rows, key);
    return g->err == ERR_OK;
}

static enum err gather(struct txn *txn, enum table t, store_visit *visit, struct gathering *g)
{
    const enum err e = store_scan(txn, t, bytes_of(NULL, 0), visit, g);

    return e == ERR_OK ? g->err : e;
}

enum err waits_make(struct txn *txn)
{
    struct gathering old = {0}, now = {0};
    enum err e = gather(txn, TABLE_waits, row_visit, &old);

    if (e == ERR_OK)
        e = gather(txn, TABLE_part, part_visit, &now);
    for (size_t at = 0; e == ERR_OK && at < old.rows.n; at += PART_KEY_SIZE)
        e = store_del(txn, TABLE_waits, bytes_of(old.rows.p + at, PART_KEY_SIZE));
    for (size_t at = 0; e == ERR_OK && at < now.rows.n; at += PART_KEY_SIZE)
        e = store_put(txn, TABLE_waits, bytes_of(now.rows.p + at, PART_KEY_SIZE), bytes_of(&row_value, 1));
    if (e == ERR_OK)
        e = store_put(txn, TABLE_meta, bytes_of_str(meta_waits), bytes_of(&row_value, 1));
    buf_deinit(&old.rows);
    buf_deinit(&now.rows);
    return e;
}

static int key_order(const void *a, const void *b)
{
    return memcmp(a, b, PART_KEY_SIZE);
}

static void sort_keys(struct buf *rows)
{
    if (rows->n > 0)
        qsort(rows->p, rows->n / PART_KEY_SIZE, PART_KEY_SIZE, key_order);
}

enum err waits_check(struct txn *txn)
{
    struct gathering rows = {0}, parts = {0};
    bool known = false;
    enum err e = waits_known(txn, &known);

    if (e == ERR_OK && known)
        e = gather(txn, TABLE_waits, row_visit, &rows);
    if (e == ERR_OK && known)
        e = gather(txn, TABLE_part, part_visit, &parts);
    sort_keys(&rows.rows);
    sort_keys(&parts.rows);
    if (e == ERR_OK && known && !bytes_equal(buf_bytes(&rows.rows), buf_bytes(&parts.rows)))
        e = ERR_DAMAGED;
    buf_deinit(&rows.rows);
    buf_deinit(&parts.rows);
    return e;
}

/* --- for views --- */

static bool list_visit(void *arg, struct bytes key, struct bytes value)
{
    struct buf *list = arg;
    const struct waits_record r = {load_u16(key.p + 2), id_from(key.p + 4)};

    (void)value;
    buf_put(list, &r, sizeof(r));
    return true;
}

static bool draft_visit(void *arg, struct bytes key, struct bytes value)
{
    struct buf *list = arg;
    const struct waits_record r = {load_u16(key.p), id_from(key.p + 2)};

    (void)value;
    buf_put(list, &r, sizeof(r));
    return true;
}

static int record_order(const void *a, const void *b)
{
    const struct waits_record *x = a, *y = b;

    return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : id_compare(&x->record, &y->record);
}

enum err waits_list(struct txn *txn, struct buf *list)
{
    enum err e = store_scan(txn, TABLE_waits, bytes_of(NULL, 0), list_visit, list);
    size_t kept = 0;

    if (e == ERR_OK)
        e = store_scan(txn, TABLE_draft, bytes_of(NULL, 0), draft_visit, list);
    struct waits_record *r = (struct waits_record *)(void *)list->p;
    const size_t n = list->n / sizeof(*r);
    if (n > 0)
        qsort(r, n, sizeof(*r), record_order);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || record_order(&r[kept - 1], &r[i]) != 0)
            r[kept++] = r[i];
    list->n = kept * sizeof(*r);
    return e;
}
