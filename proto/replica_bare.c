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

    if (!h->decided || verdict_kind(h->ruled) != VERDICT_ACCEPTED || h->leaf < b->scope->from)
        return true;
    b->err = ledger_leaf_at(b->txn, b->scope, h->leaf, &row, &l);
    if (b->err == ERR_OK && h->position < l.changeset.count && l.changeset.slot[h->position].body.n == 0 &&
        (b->leaves.n == 0 || load_u32(b->leaves.p + b->leaves.n - 4) != h->leaf))
        buf_put_u32(&b->leaves, h->leaf);
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return b->err == ERR_OK;
}

/* Leaves below the snapshot that the scope began with come with their bodies (replica_older.h). */
static enum err find(struct txn *txn, const struct scope *s, struct bare *b)
{
    enum err e;

    *b = (struct bare){.txn = txn, .scope = s};
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

/* --- behind a snapshot: not all leaves are here that a fold anew would need --------------------------------------- */

/* Was all that is in this part folded before the leaf `at`? */
static enum err is_newest(struct txn *txn, const struct scope *s, const struct change *c, uint64_t at, bool *yes)
{
    struct part p;
    enum err e = ledger_part(txn, s, c->kind, &c->record, &p);

    *yes = true;
    for (size_t i = 0; e == ERR_OK && i < p.changes; i++) {
        struct held h;

        e = held_get(txn, s, p.change[i].leaf, p.change[i].position, &h);
        *yes = *yes && (e == ERR_OK && h.decided ? h.ruling : p.change[i].leaf) < at;
        e = e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    part_deinit(&p);
    return e;
}

/* The leaf `at` has this word. stop: what it releases is not folded and cannot be, so nothing behind it can. */
static enum err fold_word(struct txn *txn, const struct scope *s, const struct control_verdict *word, uint64_t at,
                          bool *stop)
{
    struct ledger_leaf l = {0};
    struct buf row = {0};
    struct header h;
    struct version v;
    struct change c;
    uint32_t leaf, position;
    uint64_t index;
    enum err e = ledger_find(txn, s, &word->device, word->incarnation, word->first, &index);

    if (e == ERR_OK)
        e = ledger_leaf_at(txn, s, index, &row, &l);
    if (e == ERR_OK && (header_decode(&h, l.header) != ERR_OK || word->position >= l.changeset.count))
        e = ERR_DAMAGED;
    if (e == ERR_OK) {
        changeset_commit(&l.changeset, &h.scope, &h.device, &h.person);
        v = change_version(&l.changeset.slot[word->position].commitment);
        e = scope_change_find(txn, s, &v, &leaf, &position);
        *stop = e == ERR_NOT_FOUND;
    }
    if (*stop && l.changeset.slot[word->position].body.n > 0) {
        bool newest = false;

        e = change_decode(&c, l.changeset.slot[word->position].body);
        if (e == ERR_OK)
            e = is_newest(txn, s, &c, at, &newest);
        *stop = !newest;
        if (e == ERR_OK && newest)
            e = ledger_release(txn, s, word);
    }
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    *stop = *stop || e == ERR_NOT_FOUND;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* What was released and is not folded is folded now, in the order of the words, as far as that is the same as if each
 * had been folded at its word. The rest is folded with the history. */
static enum err fold_late(struct txn *txn, const struct scope *s)
{
    bool stop = false;
    enum err e = ERR_OK;

    for (uint64_t at = s->from; e == ERR_OK && !stop && at < s->frontier.size; at++) {
        struct ledger_leaf l = {0};
        struct buf row = {0};
        struct control c;

        e = ledger_leaf_at(txn, s, at, &row, &l);
        if (e == ERR_OK && l.is_control && control_decode(&c, l.control) == ERR_OK && c.kind == CONTROL_VERDICT &&
            verdict_kind(c.is.verdict.verdict) == VERDICT_ACCEPTED)
            e = fold_word(txn, s, &c.is.verdict, at, &stop);
        ledger_leaf_deinit(&l);
        buf_wipe_deinit(&row);
    }
    return e == ERR_DAMAGED ? ERR_OK : e; /* a damaged scope that began with a snapshot begins anew */
}

enum err replica_bare_take(struct txn *txn, const struct scope *s, uint64_t index, struct ledger_leaf *l)
{
    bool filled = false;
    enum err e = l->is_control ? ERR_OK : ledger_fill(txn, s, index, &l->changeset, &filled);

    if (e != ERR_OK || !filled)
        return e;
    if (s->from == 0)
        return mend_mark(txn, s->number);
    e = fold_late(txn, s);
    return e == ERR_OK ? ledger_strip_raised(txn, s, index) : e;
}
