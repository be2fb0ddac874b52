/* mend.c - which leaves of a log are not what its tree says. From the root down: a subtree whose leaves hash to
 * what is known of it is right; else its two halves are looked at, by their stored nodes, if these two lead to
 * what is known. */
#include "mend.h"

#include "leaf.h"

static struct bytes node_key(uint8_t *room, uint16_t number, unsigned level, uint64_t index)
{
    store_u16(room, number);
    room[2] = (uint8_t)level;
    store_u32(room + 3, (uint32_t)index);
    return bytes_of(room, 7);
}

/* The stored one; false: there is none that can be read. */
static bool stored(struct txn *txn, const struct scope *s, unsigned level, uint64_t index, struct hash *out)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf value = {0};
    bool ok = store_get(txn, TABLE_node, node_key(room, s->number, level, index), &value) == ERR_OK &&
              value.n == HASH_SIZE;

    if (ok)
        memcpy(out->b, value.p, HASH_SIZE);
    buf_deinit(&value);
    return ok;
}

/* --- leaves --------------------------------------------------------------------------------------------- */

/* A leaf's hash covers its header; its header covers its bodies. */
static bool bodies_fit(struct ledger_leaf *l, const struct id *scope)
{
    struct buf encoded = {0};
    struct header h, again;
    bool fit = header_decode(&h, l->header) == ERR_OK && id_equal(&h.scope, scope);

    if (fit) {
        changeset_commit(&l->changeset, &h.scope, &h.device, &h.person);
        again = changeset_header(&l->changeset, &h.scope, &h.device, h.incarnation, &h.person, &h.previous, h.epoch,
                                 &h.root);
        header_encode(&again, &encoded);
        fit = bytes_equal(buf_bytes(&encoded), l->header);
    }
    buf_deinit(&encoded);
    return fit;
}

enum err mend_leaf(struct txn *txn, const struct scope *s, uint64_t index, struct hash *hash, bool *whole)
{
    struct ledger_leaf l = {0};
    struct buf row = {0};
    enum err e = ledger_leaf_at(txn, s, index, &row, &l);

    *whole = e == ERR_OK && (l.is_control || bodies_fit(&l, &s->id));
    if (*whole)
        *hash = ledger_hash(&l);
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e == ERR_DAMAGED || e == ERR_NOT_FOUND ? ERR_OK : e;
}

const struct mend_node *mend_node(const struct mend_look *look, unsigned level, uint64_t index)
{
    assert(level < TREE_LEVELS_MAX && index < look->size >> level);
    return (const struct mend_node *)(const void *)look->node[level].p + index;
}

static enum err read_leaves(struct txn *txn, const struct scope *s, struct mend_look *look)
{
    enum err e = ERR_OK;

    for (uint64_t i = 0; e == ERR_OK && i < look->size; i++) {
        struct mend_node n = {.whole = false};

        e = mend_leaf(txn, s, i, &n.hash, &n.whole);
        buf_put(&look->node[0], &n, sizeof n);
    }
    for (unsigned level = 1; e == ERR_OK && look->size >> level > 0; level++)
        for (uint64_t i = 0; i < look->size >> level; i++) {
            const struct mend_node *left = mend_node(look, level - 1, 2 * i), *right = left + 1;
            struct mend_node n = {.whole = left->whole && right->whole};

            if (n.whole)
                n.hash = tree_node(&left->hash, &right->hash);
            buf_put(&look->node[level], &n, sizeof n);
        }
    return e;
}

/* --- from the root down --------------------------------------------------------------------------------- */

struct looking {
    struct txn *txn;
    const struct scope *scope;
    struct mend_look *look;
};

static bool leads_to(const struct hash *left, const struct hash *right, const struct hash *known)
{
    struct hash h = tree_node(left, right);

    return crypto_equal(h.b, known->b, HASH_SIZE);
}

/* The hashes of both halves, proved by their parent's: as stored, or one of them as computed. */
static bool halves(const struct looking *k, unsigned level, uint64_t index, const struct hash *known,
                   struct hash half[2])
{
    struct hash kept[2];
    bool has[2];

    for (unsigned i = 0; i < 2; i++)
        has[i] = stored(k->txn, k->scope, level - 1, 2 * index + i, &kept[i]);
    for (unsigned way = 0; way < 3; way++) {
        bool ok = true;

        for (unsigned i = 0; i < 2; i++) {
            const struct mend_node *computed = mend_node(k->look, level - 1, 2 * index + i);
            bool own = way == i + 1; /* 0: both stored; 1: the left one computed; 2: the right one */

            ok = ok && (own ? computed->whole : has[i]);
            half[i] = own ? computed->hash : kept[i];
        }
        if (ok && leads_to(&half[0], &half[1], known))
            return true;
    }
    return false;
}

/* At most TREE_LEVELS_MAX deep. */
static void look_at(const struct looking *k, unsigned level, uint64_t index, const struct hash *known)
{
    const struct mend_node *n = mend_node(k->look, level, index);
    struct hash half[2];

    if (n->whole && crypto_equal(n->hash.b, known->b, HASH_SIZE)) {
        struct mend_span right = {level, index};

        buf_put(&k->look->right, &right, sizeof right);
        return;
    }
    if (level == 0) {
        struct mend_leaf bad = {index, *known};

        buf_put(&k->look->bad, &bad, sizeof bad);
    } else if (halves(k, level, index, known, half)) {
        look_at(k, level - 1, 2 * index, &half[0]);
        look_at(k, level - 1, 2 * index + 1, &half[1]);
    } else {
        struct mend_span span = {level, index};

        buf_put(&k->look->unsure, &span, sizeof span);
    }
}

enum err mend_look(struct txn *txn, const struct scope *s, bool trusted, struct mend_look *look)
{
    struct looking k = {txn, s, look};
    unsigned place = 0;
    enum err e;

    memset(look, 0, sizeof *look);
    look->size = s->frontier.size;
    e = read_leaves(txn, s, look);
    for (unsigned level = TREE_LEVELS_MAX; e == ERR_OK && level-- > 0;) {
        uint64_t index = (look->size >> level) - 1;
        struct mend_span span = {level, index};

        if ((look->size >> level & 1) == 0)
            continue;
        if (trusted)
            look_at(&k, level, index, &s->frontier.node[place++]);
        else
            buf_put(&look->unsure, &span, sizeof span);
    }
    return e;
}

void mend_look_deinit(struct mend_look *look)
{
    for (unsigned i = 0; i < TREE_LEVELS_MAX; i++)
        buf_deinit(&look->node[i]);
    buf_deinit(&look->bad);
    buf_deinit(&look->unsure);
    buf_deinit(&look->right);
}

/* --- one leaf ------------------------------------------------------------------------------------------- */

enum err mend_subtree(struct txn *txn, const struct scope *s, unsigned level, uint64_t index, struct hash *hash,
                      bool *whole)
{
    struct tree_frontier f = {0};
    uint64_t from = index << level, to = (index + 1) << level;
    enum err e = ERR_OK;

    *whole = to <= s->frontier.size;
    for (uint64_t i = from; e == ERR_OK && *whole && i < to; i++) {
        struct hash h;

        e = mend_leaf(txn, s, i, &h, whole);
        if (e == ERR_OK && *whole)
            e = tree_append(&f, &h, NULL, NULL);
    }
    *hash = tree_root(&f);
    return e;
}

struct fetching {
    struct txn *txn;
    const struct scope *scope;
};

static enum err from_leaves(const struct fetching *f, unsigned level, uint64_t index, struct hash *node)
{
    bool whole;
    enum err e = mend_subtree(f->txn, f->scope, level, index, node, &whole);

    return e == ERR_OK && !whole ? ERR_DAMAGED : e;
}

static enum err fetch(void *arg, unsigned level, uint64_t index, struct hash *node)
{
    const struct fetching *f = arg;

    return stored(f->txn, f->scope, level, index, node) ? ERR_OK : from_leaves(f, level, index, node);
}

enum err mend_prove(struct txn *txn, const struct scope *s, uint64_t index, const struct hash *hash, bool *proved,
                    bool *disproved)
{
    struct fetching f = {txn, s};
    struct hash root = scope_root(s), kept;
    struct tree_proof proof;
    enum err e = tree_inclusion(&proof, index, s->frontier.size, fetch, &f);

    *proved = e == ERR_OK && tree_verify_inclusion(&proof, hash, index, s->frontier.size, &root) == ERR_OK;
    *disproved = e == ERR_OK && !*proved && stored(txn, s, 0, index, &kept) &&
                 tree_verify_inclusion(&proof, &kept, index, s->frontier.size, &root) == ERR_OK;
    return e == ERR_DAMAGED ? ERR_OK : e;
}
