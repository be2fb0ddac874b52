/* decision.c - see decision.h. */
#include "decision.h"

#include <stdlib.h>

#include "../proto/mp.h"
#include "../proto/scope.h"

#define FIELDS 8

static const char meta_decision[] = "decision"; /* with its zero */

static struct bytes key_of(uint8_t room[STORE_KEY_MAX], uint64_t number)
{
    memcpy(room, meta_decision, sizeof meta_decision);
    store_u64(room + sizeof meta_decision, number);
    return bytes_of(room, sizeof meta_decision + 8);
}

enum err decision_touch(struct txn *txn, struct decision *d, const struct id *org, enum access access)
{
    struct scope s;
    struct org o;
    enum err e = org_load(txn, org, &o);

    if (e == ERR_OK)
        e = scope_load(txn, &o.scope[access], &s);
    for (size_t i = 0; e == ERR_OK && i < d->scopes; i++)
        if (id_equal(&d->scope[i].scope, &s.id))
            return ERR_OK;
    if (e == ERR_OK && d->scopes < DECISION_SCOPES_MAX)
        d->scope[d->scopes++] = (struct decision_scope){s.id, *org, s.frontier.size};
    return e;
}

enum err decision_put(struct txn *txn, const struct decision *d)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    uint64_t policy;
    enum err e = ward_policy(txn, &policy); /* each change of the registry has one of its own */

    mp_put_array(&row, FIELDS);
    mp_put_uint(&row, d->what);
    mp_put_str(&row, bytes_of_str(d->number));
    mp_put_uint(&row, d->date);
    mp_put_uint(&row, d->time);
    mp_put_str(&row, bytes_of_str(d->from));
    mp_put_str(&row, bytes_of_str(d->to));
    mp_put_str(&row, bytes_of_str(d->person));
    mp_put_array(&row, 3 * d->scopes);
    for (size_t i = 0; i < d->scopes; i++) {
        mp_put_bin(&row, d->scope[i].scope.b, ID_SIZE);
        mp_put_bin(&row, d->scope[i].org.b, ID_SIZE);
        mp_put_uint(&row, d->scope[i].size);
    }
    if (e == ERR_OK)
        e = store_put(txn, TABLE_meta, key_of(room, policy), buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

static void take(struct mp *r, char *out, size_t most)
{
    const struct bytes text = mp_str(r, most);
    if (text.n > 0)
        memcpy(out, text.p, text.n);
}

static enum err decode(struct decision *d, struct bytes row)
{
    struct mp r;
    memset(d, 0, sizeof(*d));
    mp_open(&r, row);
    mp_expect_array(&r, FIELDS);
    d->what = (unsigned)mp_uint(&r, 255);
    take(&r, d->number, NAME_MAX_BYTES);
    d->date = (uint32_t)mp_uint(&r, UINT32_MAX);
    d->time = mp_uint(&r, UINT64_MAX);
    take(&r, d->from, DECISION_TEXT_MAX);
    take(&r, d->to, NAME_MAX_BYTES);
    take(&r, d->person, NAME_MAX_BYTES);
    d->scopes = mp_array(&r, 3 * DECISION_SCOPES_MAX) / 3;
    for (size_t i = 0; i < d->scopes; i++) {
        d->scope[i].scope = id_from(mp_bin_exact(&r, ID_SIZE));
        d->scope[i].org = id_from(mp_bin_exact(&r, ID_SIZE));
        d->scope[i].size = mp_uint(&r, UINT64_MAX);
    }
    return mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
}

static bool gather(void *arg, struct bytes key, struct bytes value)
{
    struct buf *rows = arg;
    if (key.n == sizeof meta_decision + 8 && memcmp(key.p, meta_decision, sizeof meta_decision) == 0) {
        buf_put_u32(rows, (uint32_t)value.n);
        buf_put_bytes(rows, value);
    }
    return true;
}

enum err decision_each(struct txn *txn, decision_visit *visit, void *arg)
{
    struct decision *d = mem_alloc(sizeof(*d));
    struct buf rows = {0};
    enum err e = store_scan(txn, TABLE_meta, bytes_of(NULL, 0), gather, &rows);
    struct bytes left = buf_bytes(&rows);

    while (e == ERR_OK && left.n >= 4) {
        const struct bytes row = bytes_of(left.p + 4, load_u32(left.p));
        left = bytes_cut(left, 4 + row.n);
        e = decode(d, row);
        if (e == ERR_OK)
            e = visit(arg, d);
    }
    buf_deinit(&rows);
    free(d);
    return e;
}
