/* replica_bare.c - see replica_bare.h. */
#include "replica_bare.h"

#include <stdlib.h>

#include "held.h"
#include "mend.h"
#include "message.h"
#include "verdict.h"

#define ROW_SIZE (1 + HASH_SIZE) /* BARE_…, hash over the places that lack a body */

enum bare_state { BARE_WAITS = 1, BARE_ASKED = 2 };

static const char meta_bare[] = "bare";

struct bare {
    struct txn *txn;
    const struct scope *scope;
    struct buf leaves; /* u32 each, ascending */
    enum err err;
};

static bool held_row(void *arg, const struct held *h)
{
    struct bare *b = arg;
    struct ledger_leaf l = {0};
    struct buf row = {0};

    if (!h->decided || verdict_kind(h->ruled) != VERDICT_ACCEPTED)
        return true;
    b->err = ledger_leaf_at(b->txn, b->scope, h->leaf, &row, &l);
    if (b->err == ERR_OK && h->position < l.changeset.count && l.changeset.slot[h->position].body.n == 0 &&
        (b->leaves.n == 0 || load_u32(b->leaves.p + b->leaves.n - 4) != h->leaf))
        buf_put_u32(&b->leaves, h->leaf);
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return b->err == ERR_OK;
}

/* A scope that began with a snapshot proves its leaves when they come (replica_older.h). */
static enum err find(struct txn *txn, const struct scope *s, struct bare *b)
{
    enum err e = ERR_OK;

    *b = (struct bare){.txn = txn, .scope = s};
    if (s->from == 0)
        e = held_each(txn, s, held_row, b);
    if (b->err == ERR_DAMAGED) {
        buf_clear(&b->leaves); /* that is asked for anyway */
        b->err = ERR_OK;
    }
    return e == ERR_OK ? b->err : e;
}

/* Zero: there are none. */
static enum err places(struct txn *txn, struct hash *hash)
{
    struct scope *scope = NULL;
    struct buf all = {0};
    size_t count = 0;
    enum err e = scope_list(txn, &scope, &count);

    memset(hash, 0, sizeof *hash);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct bare b;

        e = find(txn, &scope[i], &b);
        if (e == ERR_OK && b.leaves.n > 0) {
            buf_put(&all, scope[i].id.b, ID_SIZE);
            buf_put_bytes(&all, buf_bytes(&b.leaves));
        }
        buf_deinit(&b.leaves);
    }
    if (e == ERR_OK && all.n > 0)
        *hash = crypto_sha256(&(struct bytes){all.p, all.n}, 1);
    buf_deinit(&all);
    free(scope);
    return e;
}

static enum err row_load(struct txn *txn, uint8_t out[ROW_SIZE])
{
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_meta, bytes_of_str(meta_bare), &row);

    memset(out, 0, ROW_SIZE);
    if (e == ERR_OK && row.n != ROW_SIZE)
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        memcpy(out, row.p, ROW_SIZE);
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err row_put(struct txn *txn, enum bare_state state, const uint8_t row[ROW_SIZE])
{
    uint8_t now[ROW_SIZE];

    memcpy(now, row, ROW_SIZE);
    now[0] = (uint8_t)state;
    return store_put(txn, TABLE_meta, bytes_of_str(meta_bare), bytes_of(now, ROW_SIZE));
}

enum err replica_bare_closed(struct txn *txn, bool differ, bool wanted)
{
    uint8_t row[ROW_SIZE];
    struct hash now, none = {{0}};
    enum err e;

    if (!differ && !wanted)
        return ERR_OK;
    e = row_load(txn, row);
    if (e == ERR_OK && wanted && row[0] == BARE_WAITS)
        return row_put(txn, BARE_ASKED, row);
    if (e == ERR_OK && differ)
        e = places(txn, &now);
    if (e != ERR_OK || !differ || memcmp(now.b, none.b, HASH_SIZE) == 0 || memcmp(row + 1, now.b, HASH_SIZE) == 0)
        return e; /* of a ward that could not give them nothing more is wanted */
    memcpy(row + 1, now.b, HASH_SIZE);
    return row_put(txn, BARE_WAITS, row);
}

enum err replica_bare_open(struct txn *txn, struct work *job, unsigned *mode)
{
    uint8_t row[ROW_SIZE];
    enum err e = row_load(txn, row);

    if (e == ERR_OK && row[0] == BARE_WAITS)
        *mode = job->mode = HELLO_REPAIR;
    return e;
}

enum err replica_bare_ask(struct txn *txn, const struct scope *s, struct repair_asking *a)
{
    struct bare b;
    enum err e = find(txn, s, &b);

    for (size_t i = 0; e == ERR_OK && i + 4 <= b.leaves.n; i += 4)
        repair_ask(a, s, REPAIR_LEAVES, load_u32(b.leaves.p + i), 1);
    buf_deinit(&b.leaves);
    return e;
}

enum err replica_bare_take(struct txn *txn, const struct scope *s, uint64_t index, struct ledger_leaf *l)
{
    bool filled = false;
    enum err e = l->is_control ? ERR_OK : ledger_fill(txn, s, index, &l->changeset, &filled);

    return e == ERR_OK && filled ? mend_mark(txn, s->number) : e;
}
