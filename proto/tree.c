/* tree.c - see tree.h. The verifiers walk the path of a leaf (or of the old tree's last leaf) upwards, as RFC 9162
 * section 2.1.3.2 and 2.1.4.2 do for the same proofs; everything else follows RFC 6962 section 2.1. */
#include "tree.h"

static unsigned level_of(uint64_t width);
static uint64_t split(uint64_t n);
static enum err range_root(uint64_t from, uint64_t to, tree_fetch *fetch, void *arg, struct hash *out);
static void proof_add(struct tree_proof *p, const struct hash *node);
static bool hash_equal(const struct hash *a, const struct hash *b);

struct hash tree_empty(void)
{
    return crypto_sha256(NULL, 0);
}

struct hash tree_leaf(const struct bytes *pieces, size_t count)
{
    struct bytes all[1 + TREE_LEAF_PIECES_MAX] = {bytes_of("\x00", 1)};

    assert(count <= TREE_LEAF_PIECES_MAX);
    for (size_t i = 0; i < count; i++)
        all[1 + i] = pieces[i];
    return crypto_sha256(all, 1 + count);
}

struct hash tree_node(const struct hash *left, const struct hash *right)
{
    struct bytes pieces[] = {bytes_of("\x01", 1), bytes_of(left->b, HASH_SIZE), bytes_of(right->b, HASH_SIZE)};

    return crypto_sha256(pieces, ARRAY_LEN(pieces));
}

enum err tree_append(struct tree_frontier *f, const struct hash *leaf, tree_store *store, void *arg)
{
    struct hash node = *leaf;
    unsigned count = (unsigned)__builtin_popcountll(f->size);
    uint64_t index = f->size;

    assert(f->size < (uint64_t)1 << (TREE_LEVELS_MAX - 1));
    for (unsigned level = 0;; level++, index >>= 1) {
        enum err e = store == NULL ? ERR_OK : store(arg, level, index, &node);
        if (e != ERR_OK)
            return e;
        if ((index & 1) == 0)
            break;
        node = tree_node(&f->node[--count], &node);
    }
    f->node[count] = node;
    f->size++;
    return ERR_OK;
}

struct hash tree_root(const struct tree_frontier *f)
{
    unsigned count = (unsigned)__builtin_popcountll(f->size);

    if (count == 0)
        return tree_empty();
    struct hash root = f->node[--count];
    while (count > 0)
        root = tree_node(&f->node[--count], &root);
    return root;
}

enum err tree_frontier_at(struct tree_frontier *f, uint64_t size, tree_fetch *fetch, void *arg)
{
    struct tree_frontier at = {.size = size};
    unsigned count = 0;

    assert(size <= (uint64_t)1 << (TREE_LEVELS_MAX - 1));
    for (unsigned level = TREE_LEVELS_MAX; level-- > 0;) {
        if ((size >> level & 1) == 0)
            continue;
        enum err e = fetch(arg, level, (size >> level) - 1, &at.node[count++]);
        if (e != ERR_OK)
            return e;
    }
    *f = at;
    return ERR_OK;
}

/* PATH(m, D[n]): from the top down the sibling of each subtree that holds the leaf; a proof lists them bottom up. */
enum err tree_inclusion(struct tree_proof *p, uint64_t index, uint64_t size, tree_fetch *fetch, void *arg)
{
    uint64_t from = 0, to = size;
    struct tree_proof down = {0};

    assert(index < size);
    while (to - from > 1) {
        uint64_t middle = from + split(to - from);
        bool left = index < middle;
        struct hash sibling;
        enum err e = range_root(left ? middle : from, left ? to : middle, fetch, arg, &sibling);
        if (e != ERR_OK)
            return e;
        proof_add(&down, &sibling);
        if (left)
            to = middle;
        else
            from = middle;
    }
    p->count = 0;
    while (down.count > 0)
        proof_add(p, &down.node[--down.count]);
    return ERR_OK;
}

/* SUBPROOF(m, D[n], b): down to the subtree that ends with the old tree; its root is left out while it is all of it. */
enum err tree_consistency(struct tree_proof *p, uint64_t old_size, uint64_t size, tree_fetch *fetch, void *arg)
{
    uint64_t from = 0, to = size;
    struct tree_proof down = {0};
    struct hash node;
    enum err e;

    assert(old_size <= size);
    p->count = 0;
    if (old_size == 0 || old_size == size)
        return ERR_OK;
    while (to != old_size) {
        uint64_t middle = from + split(to - from);
        bool left = old_size <= middle;
        e = range_root(left ? middle : from, left ? to : middle, fetch, arg, &node);
        if (e != ERR_OK)
            return e;
        proof_add(&down, &node);
        if (left)
            to = middle;
        else
            from = middle;
    }
    if (from > 0) {
        e = range_root(from, to, fetch, arg, &node);
        if (e != ERR_OK)
            return e;
        proof_add(&down, &node);
    }
    while (down.count > 0)
        proof_add(p, &down.node[--down.count]);
    return ERR_OK;
}

enum err tree_verify_inclusion(const struct tree_proof *p, const struct hash *leaf, uint64_t index, uint64_t size,
                               const struct hash *root)
{
    if (index >= size)
        return ERR_BAD_PROOF;
    struct hash node = *leaf;
    uint64_t at = index, last = size - 1;
    for (unsigned i = 0; i < p->count; i++) {
        if (last == 0)
            return ERR_BAD_PROOF;
        if ((at & 1) == 1 || at == last) {
            node = tree_node(&p->node[i], &node);
            /* The last node of a row without a sibling moves up unchanged. */
            for (; (at & 1) == 0 && at != 0; at >>= 1)
                last >>= 1;
        } else {
            node = tree_node(&node, &p->node[i]);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && hash_equal(&node, root) ? ERR_OK : ERR_BAD_PROOF;
}

enum err tree_verify_consistency(const struct tree_proof *p, uint64_t old_size, const struct hash *old_root,
                                 uint64_t size, const struct hash *root)
{
    if (old_size > size)
        return ERR_BAD_PROOF;
    if (old_size == 0 || old_size == size) {
        struct hash empty = tree_empty();
        bool same = hash_equal(old_root, old_size == 0 ? &empty : root);
        return same && (size > 0 || hash_equal(root, &empty)) && p->count == 0 ? ERR_OK : ERR_BAD_PROOF;
    }
    uint64_t at = old_size - 1, last = size - 1;
    for (; (at & 1) == 1; at >>= 1)
        last >>= 1;
    /* A perfect old tree is its own first node, and the proof leaves it out. */
    unsigned next = at == 0 ? 0 : 1;
    if (p->count < next)
        return ERR_BAD_PROOF;
    struct hash old_node = next == 0 ? *old_root : p->node[0], node = old_node;
    for (; next < p->count; next++) {
        if (last == 0)
            return ERR_BAD_PROOF;
        if ((at & 1) == 1 || at == last) {
            old_node = tree_node(&p->node[next], &old_node);
            node = tree_node(&p->node[next], &node);
            for (; (at & 1) == 0 && at != 0; at >>= 1)
                last >>= 1;
        } else {
            node = tree_node(&node, &p->node[next]);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && hash_equal(&old_node, old_root) && hash_equal(&node, root) ? ERR_OK : ERR_BAD_PROOF;
}

static unsigned level_of(uint64_t width)
{
    return (unsigned)__builtin_ctzll(width);
}

/* The largest power of two below n; n >= 2. */
static uint64_t split(uint64_t n)
{
    return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

/* MTH of leaves [from, to). from is a multiple of the largest power of two <= to - from, as everywhere in the tree,
 * so the range is a row of perfect subtrees, largest first. */
static enum err range_root(uint64_t from, uint64_t to, tree_fetch *fetch, void *arg, struct hash *out)
{
    struct hash node[TREE_LEVELS_MAX];
    unsigned count = 0;

    while (from < to) {
        uint64_t width = (uint64_t)1 << (63 - __builtin_clzll(to - from));
        assert(from % width == 0 && count < TREE_LEVELS_MAX);
        enum err e = fetch(arg, level_of(width), from / width, &node[count++]);
        if (e != ERR_OK)
            return e;
        from += width;
    }
    *out = node[--count];
    while (count > 0)
        *out = tree_node(&node[--count], out);
    return ERR_OK;
}

static void proof_add(struct tree_proof *p, const struct hash *node)
{
    assert(p->count < ARRAY_LEN(p->node));
    p->node[p->count++] = *node;
}

static bool hash_equal(const struct hash *a, const struct hash *b)
{
    return memcmp(a->b, b->b, HASH_SIZE) == 0;
}
