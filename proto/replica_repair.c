/* replica_repair.c - see replica_repair.h. */
#include "replica_repair.h"

#include <stdlib.h>

#include "message.h"
#include "repair.h"
#include "replica_bare.h"
#include "replica_keys.h"
#include "replica_older.h"
#include "replica_snapshot.h"

/* Is this root what the ward signed for the whole log? */
static bool is_signed(struct txn *txn, const struct replica *r, const struct scope *s, const struct hash *root)
{
    struct checkpoint c = {.ward = r->ward, .scope = s->id, .epoch = s->epoch, .size = s->signed_size,
                           .time = s->signed_time, .root = *root};

    return s->signed_size == s->frontier.size && replica_keys_checkpoint(txn, r, s, &c, s->signature) == ERR_OK;
}

/* The leaves themselves lead to the signed root, and the scope's row says another one. */
static enum err frontier_again(struct txn *txn, const struct replica *r, struct scope *s, struct mend_look *look)
{
    struct tree_frontier f = {0};
    struct hash root;
    enum err e = ERR_OK;

    for (uint64_t i = 0; e == ERR_OK && i < look->size; i++) {
        if (!mend_node(look, 0, i)->whole)
            return ERR_OK;
        e = tree_append(&f, &mend_node(look, 0, i)->hash, NULL, NULL);
    }
    root = tree_root(&f);
    if (e != ERR_OK || !is_signed(txn, r, s, &root))
        return e;
    s->frontier = f;
    buf_put_bytes(&look->right, buf_bytes(&look->unsure)); /* all of it */
    buf_clear(&look->unsure);
    return scope_save(txn, s);
}

/* A scope whose row was made again from its leaves has no checkpoint: it trusts its nodes, until one comes. */
static enum err look(struct txn *txn, const struct replica *r, struct scope *s, struct mend_look *out)
{
    struct hash root = scope_root(s);
    bool trusted = s->signed_size == 0 || is_signed(txn, r, s, &root);
    enum err e = mend_look(txn, s, trusted, out);

    if (e == ERR_OK && !trusted)
        e = frontier_again(txn, r, s, out);
    return e == ERR_OK ? mend_nodes(txn, s, out) : e;
}

/* --- here ----------------------------------------------------------------------------------------------- */

enum err replica_mend_begin(struct txn *txn, struct mend_damage *d)
{
    struct scope *scope = NULL;
    size_t count = 0;
    enum err e = mend_sift(txn, d);

    if (e == ERR_OK)
        e = scope_list(txn, &scope, &count);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = mend_org(txn, &scope[i]);
    if (e == ERR_OK)
        e = mend_parts(txn, scope, count);
    free(scope);
    return e;
}

enum err replica_mend_all(struct txn *txn)
{
    struct scope *scope = NULL;
    size_t count = 0;
    enum err e = scope_list(txn, &scope, &count);

    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = mend_mark(txn, scope[i].number);
    free(scope);
    return e;
}

/* Without a checkpoint the newest leaf is asked for once more: one comes with it. */
static enum err mend_whole(struct txn *txn, const struct replica *r, struct scope *s, const struct mend_look *k,
                           struct replica_mended *m)
{
    bool folded;
    enum err e = mend_scope(txn, s, k, &folded);

    m->folded += e == ERR_OK && folded;
    return e == ERR_OK && s->signed_size == 0 ? replica_rewind(txn, r, s, s->frontier.size - 1) : e;
}

struct partial {
    struct txn *txn;
    const struct scope *scope;
    bool whole;
};

static enum err node_fetch(void *arg, unsigned level, uint64_t index, struct hash *node)
{
    const struct partial *p = arg;
    struct buf value = {0};
    uint8_t key[7];
    enum err e;

    store_u16(key, p->scope->number);
    key[2] = (uint8_t)level;
    store_u32(key + 3, (uint32_t)index);
    e = store_get(p->txn, TABLE_node, bytes_of(key, sizeof key), &value);
    if (e == ERR_NOT_FOUND || (e == ERR_OK && value.n != HASH_SIZE))
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        memcpy(node->b, value.p, HASH_SIZE);
    buf_deinit(&value);
    return e;
}

static enum err node_same(void *arg, unsigned level, uint64_t index, const struct hash *node)
{
    struct partial *p = arg;
    struct hash kept;
    enum err e = node_fetch(arg, level, index, &kept);

    p->whole = p->whole && e == ERR_OK && crypto_equal(kept.b, node->b, HASH_SIZE);
    return e == ERR_DAMAGED ? ERR_OK : e;
}

/* Do its leaves lead from the snapshot's frontier to the root, over the nodes that are stored? */
static enum err partial_stands(struct partial *p)
{
    const struct scope *s = p->scope;
    struct hash hash = {{0}}, root = scope_root(s);
    struct tree_frontier f = {0};
    enum err e = tree_frontier_at(&f, s->from, node_fetch, p);

    for (uint64_t i = s->from; e == ERR_OK && p->whole && i < s->frontier.size; i++) {
        e = mend_leaf(p->txn, s, i, &hash, &p->whole);
        if (e == ERR_OK && p->whole)
            e = tree_append(&f, &hash, node_same, p);
    }
    if (e == ERR_OK && p->whole) {
        hash = tree_root(&f);
        p->whole = crypto_equal(hash.b, root.b, HASH_SIZE);
    }
    p->whole = p->whole && e == ERR_OK;
    return e == ERR_DAMAGED ? ERR_OK : e;
}

/* What came as a snapshot cannot be made again from leaves: the scope starts anew, with the ward's. */
static enum err mend_partial(struct txn *txn, const struct replica *r, struct scope *s, struct replica_mended *m)
{
    struct scope older;
    struct partial p = {txn, s, true};
    bool marked = false, torn = false;
    enum err e = scope_load_older(txn, &s->id, &older);

    if (e == ERR_OK)
        e = mend_marked(txn, older.number, &torn);
    if (e == ERR_OK && torn)
        e = replica_older_forget(txn, &s->id);
    if (e == ERR_OK || e == ERR_NOT_FOUND)
        e = mend_marked(txn, s->number, &marked);
    if (e == ERR_OK && !marked)
        e = partial_stands(&p);
    if (e != ERR_OK || (!marked && p.whole))
        return e;
    m->folded++;
    e = replica_snapshot_lost(txn, r, s);
    if (e == ERR_OK)
        e = mend_org(txn, s);
    return e == ERR_OK ? mend_unmark(txn, s->number) : e;
}

enum err replica_mend(struct txn *txn, const struct replica *r, size_t place, struct replica_mended *m, bool *more)
{
    struct mend_look k = {0};
    struct scope *scope = NULL;
    size_t count = 0;
    enum err e = scope_list(txn, &scope, &count);

    *more = e == ERR_OK && place + 1 < count;
    if (e == ERR_OK && place < count && scope[place].from > 0) {
        m->scopes++;
        m->leaves += scope[place].frontier.size - scope[place].from;
        e = mend_partial(txn, r, &scope[place], m);
    } else if (e == ERR_OK && place < count && scope[place].frontier.size > 0) {
        e = look(txn, r, &scope[place], &k);
        m->scopes++;
        m->leaves += scope[place].frontier.size;
        m->bad += k.bad.n / sizeof(struct mend_leaf) + k.unsure.n / sizeof(struct mend_span);
        if (e == ERR_OK && k.bad.n == 0 && k.unsure.n == 0)
            e = mend_whole(txn, r, &scope[place], &k, m);
    }
    mend_look_deinit(&k);
    free(scope);
    return e;
}

enum err replica_refold(struct txn *txn, const struct replica *r)
{
    struct replica_mended m = {0};
    bool more = true;
    enum err e = ERR_OK;

    for (size_t place = 0; e == ERR_OK && more; place++)
        e = replica_mend(txn, r, place, &m, &more);
    return e;
}

/* --- asking --------------------------------------------------------------------------------------------- */

/* The next finer hashes of a subtree that differs; of one leaf, the leaf. */
static void ask_below(struct repair_asking *a, const struct scope *s, unsigned level, uint64_t index, bool *more)
{
    unsigned below = repair_level_below(level);

    if (level == 0) {
        repair_ask(a, s, REPAIR_LEAVES, index, 1);
        return;
    }
    repair_ask(a, s, 1 + below, index << (level - below), (uint64_t)1 << (level - below));
    *more = true;
}

static enum err want_damaged(struct txn *txn, const struct replica *r, struct scope *s, struct repair_asking *a,
                             bool *more)
{
    struct mend_look k = {0};
    enum err e = look(txn, r, s, &k);
    const struct mend_leaf *bad = (const struct mend_leaf *)(const void *)k.bad.p;
    const struct mend_span *span = (const struct mend_span *)(const void *)k.unsure.p;

    for (size_t n = 0; n < k.bad.n / sizeof *bad; n++)
        repair_ask(a, s, REPAIR_LEAVES, bad[n].index, 1);
    for (size_t n = 0; n < k.unsure.n / sizeof *span; n++)
        ask_below(a, s, span[n].level, span[n].index, more);
    repair_ask_end(a);
    mend_look_deinit(&k);
    return e;
}

enum err replica_want(struct txn *txn, const struct replica *r, struct work *job)
{
    struct repair_asking *a = mem_alloc(sizeof *a);
    struct scope *scope = NULL;
    size_t count = 0;
    enum err e = scope_list(txn, &scope, &count);

    a->list = &job->out;
    job->more = false;
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        if (scope[i].from == 0) /* else it proves its leaves when they come (replica_older.h) */
            e = want_damaged(txn, r, &scope[i], a, &job->more);
        if (e == ERR_OK)
            e = replica_bare_ask(txn, &scope[i], a);
        repair_ask_end(a);
    }
    free(a);
    free(scope);
    return e;
}

enum err replica_compare(struct txn *txn, struct work *job)
{
    struct repair_asking *a = mem_alloc(sizeof *a);
    struct repair_hashes m;
    struct scope s;
    enum err e = repair_hashes_decode(&m, buf_bytes(&job->in));

    a->list = &job->out;
    job->more = false;
    if (e == ERR_OK)
        e = scope_load(txn, &m.scope, &s);
    if (e == ERR_NOT_FOUND || (e == ERR_OK && m.from + m.hints.n / REPAIR_HINT_SIZE > s.frontier.size >> m.level))
        e = ERR_BAD_FRAME;
    for (size_t i = 0; e == ERR_OK && i < m.hints.n / REPAIR_HINT_SIZE; i++) {
        struct hash ours;
        bool whole;

        e = mend_subtree(txn, &s, m.level, m.from + i, &ours, &whole);
        if (e == ERR_OK && !(whole && memcmp(ours.b, m.hints.p + i * REPAIR_HINT_SIZE, REPAIR_HINT_SIZE) == 0))
            ask_below(a, &s, m.level, m.from + i, &job->more);
    }
    repair_ask_end(a);
    free(a);
    return e;
}

/* --- the ward lost something ------------------------------------------------------------------------------ */

static enum err may_always(struct txn *txn, const struct scope *s, const struct work *job, bool *yes)
{
    (void)txn;
    (void)s;
    (void)job;
    *yes = true;
    return ERR_OK;
}

enum err replica_give(struct txn *txn, struct work *job)
{
    return repair_give(txn, job, may_always, true);
}
