/* t_tree.c - the log tree against a recursion written down from the text of RFC 6962 section 2.1. */
#include "../proto/tree.h"
#include "test.h"

#define SIZE_MAX_TESTED 70
#define SIZE_MUTATED 9 /* every bit of every proof up to here */

static struct hash leaves[SIZE_MAX_TESTED];
static struct hash stored[8][SIZE_MAX_TESTED];
static uint64_t fetches;

static void leaves_fill(void)
{
    for (unsigned i = 0; i < SIZE_MAX_TESTED; i++) {
        uint8_t data[2] = {(uint8_t)i, (uint8_t)(i * 7)};
        struct bytes pieces[] = {bytes_of(data, 1), bytes_of(data + 1, 1)};
        leaves[i] = tree_leaf(pieces, 2);
    }
}

/* MTH(D[n]) for n >= 1, over leaf hashes [from, to). */
static struct hash naive_root(unsigned from, unsigned to)
{
    if (to - from == 1)
        return leaves[from];
    unsigned k = 1;
    while (2 * k < to - from)
        k *= 2;
    struct hash left = naive_root(from, from + k), right = naive_root(from + k, to);
    return tree_node(&left, &right);
}

static void naive_add(struct tree_proof *p, struct hash h)
{
    p->node[p->count++] = h;
}

/* PATH(m, D[n]): PATH of the half that holds leaf m, then the root of the other half. */
static void naive_path(struct tree_proof *p, unsigned m, unsigned from, unsigned to)
{
    if (to - from == 1)
        return;
    unsigned k = 1;
    while (2 * k < to - from)
        k *= 2;
    if (m < k) {
        naive_path(p, m, from, from + k);
        naive_add(p, naive_root(from + k, to));
    } else {
        naive_path(p, m - k, from + k, to);
        naive_add(p, naive_root(from, from + k));
    }
}

/* SUBPROOF(m, D[n], b). */
static void naive_subproof(struct tree_proof *p, unsigned m, unsigned from, unsigned to, bool known)
{
    if (m == to - from) {
        if (!known)
            naive_add(p, naive_root(from, to));
        return;
    }
    unsigned k = 1;
    while (2 * k < to - from)
        k *= 2;
    if (m <= k) {
        naive_subproof(p, m, from, from + k, known);
        naive_add(p, naive_root(from + k, to));
    } else {
        naive_subproof(p, m - k, from + k, to, false);
        naive_add(p, naive_root(from, from + k));
    }
}

static enum err remember(void *arg, unsigned level, uint64_t index, const struct hash *node)
{
    (void)arg;
    stored[level][index] = *node;
    return ERR_OK;
}

static enum err recall(void *arg, unsigned level, uint64_t index, struct hash *node)
{
    uint64_t size = *(const uint64_t *)arg;

    fetches++;
    CHECK((index + 1) << level <= size);
    *node = stored[level][index];
    return ERR_OK;
}

static enum err refuse_store(void *arg, unsigned level, uint64_t index, const struct hash *node)
{
    (void)arg, (void)index, (void)node;
    return level == 1 ? ERR_NO_SPACE : ERR_OK;
}

static enum err refuse_fetch(void *arg, unsigned level, uint64_t index, struct hash *node)
{
    (void)arg, (void)level, (void)index, (void)node;
    return ERR_IO;
}

/* The tree of the first `size` leaves, its nodes stored. */
static struct tree_frontier tree_of(uint64_t size)
{
    struct tree_frontier f = {0};

    leaves_fill();
    for (uint64_t i = 0; i < size; i++)
        CHECK_EQ(tree_append(&f, &leaves[i], remember, NULL), ERR_OK);
    return f;
}

static bool proofs_equal(const struct tree_proof *a, const struct tree_proof *b)
{
    return a->count == b->count && memcmp(a->node, b->node, a->count * HASH_SIZE) == 0;
}

TEST(the_empty_tree_is_sha256_of_nothing)
{
    struct buf want = {0};
    struct tree_frontier f = {0};

    hex_to_buf("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", &want);
    struct hash got = tree_empty(), root = tree_root(&f);
    CHECK_MEM(got.b, want.p, HASH_SIZE);
    CHECK_MEM(root.b, want.p, HASH_SIZE);
    buf_deinit(&want);
}

/* Inputs and roots are those that implementations of Certificate Transparency test themselves with. */
TEST(roots_published_for_certificate_transparency)
{
    static const struct {
        const char *leaf, *root;
    } row[] = {
        {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
        {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
        {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
        {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
        {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
        {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
        {"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
        {"606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
    };
    struct tree_frontier f = {0};

    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        struct buf leaf = {0}, want = {0};
        hex_to_buf(row[i].leaf, &leaf);
        hex_to_buf(row[i].root, &want);
        struct bytes piece = buf_bytes(&leaf);
        struct hash h = tree_leaf(&piece, 1);
        CHECK_EQ(tree_append(&f, &h, NULL, NULL), ERR_OK);
        struct hash root = tree_root(&f);
        CHECK_MEM(root.b, want.p, HASH_SIZE);
        buf_deinit(&leaf);
        buf_deinit(&want);
    }
}

TEST(roots_are_those_of_the_recursion)
{
    struct tree_frontier f = {0};

    leaves_fill();
    for (unsigned n = 1; n <= SIZE_MAX_TESTED; n++) {
        CHECK_EQ(tree_append(&f, &leaves[n - 1], NULL, NULL), ERR_OK);
        struct hash got = tree_root(&f), want = naive_root(0, n);
        CHECK_MEM(got.b, want.b, HASH_SIZE);
        CHECK_EQ(f.size, n);
    }
}

TEST(a_frontier_from_stored_nodes_is_the_one_appending_kept)
{
    uint64_t size = SIZE_MAX_TESTED;
    struct tree_frontier f = {0};

    tree_of(size);
    for (uint64_t n = 0; n <= size; n++) {
        struct tree_frontier at;
        REQUIRE(tree_frontier_at(&at, n, recall, &size) == ERR_OK);
        CHECK_EQ(at.size, n);
        CHECK_MEM(at.node, f.node, (size_t)__builtin_popcountll(n) * HASH_SIZE);
        if (n < size)
            CHECK_EQ(tree_append(&f, &leaves[n], NULL, NULL), ERR_OK);
    }
}

TEST(inclusion_of_every_leaf_in_every_tree)
{
    leaves_fill();
    tree_of(SIZE_MAX_TESTED);
    for (unsigned n = 1; n <= SIZE_MAX_TESTED; n++) {
        uint64_t size = n;
        struct hash root = naive_root(0, n);
        for (unsigned m = 0; m < n; m++) {
            struct tree_proof got = {0}, want = {0};
            REQUIRE(tree_inclusion(&got, m, n, recall, &size) == ERR_OK);
            naive_path(&want, m, 0, n);
            CHECK(proofs_equal(&got, &want));
            CHECK_EQ(tree_verify_inclusion(&got, &leaves[m], m, n, &root), ERR_OK);
            if (m > 0)
                CHECK_EQ(tree_verify_inclusion(&got, &leaves[m], m - 1, n, &root), ERR_BAD_PROOF);
            CHECK_EQ(tree_verify_inclusion(&got, &leaves[m], n, n, &root), ERR_BAD_PROOF);
        }
    }
}

TEST(consistency_of_every_pair_of_sizes)
{
    leaves_fill();
    tree_of(SIZE_MAX_TESTED);
    for (unsigned n = 0; n <= SIZE_MAX_TESTED; n++) {
        uint64_t size = n;
        struct hash root = n == 0 ? tree_empty() : naive_root(0, n);
        for (unsigned m = 0; m <= n; m++) {
            struct tree_proof got = {0}, want = {0};
            struct hash old = m == 0 ? tree_empty() : naive_root(0, m);
            REQUIRE(tree_consistency(&got, m, n, recall, &size) == ERR_OK);
            if (m > 0 && m < n)
                naive_subproof(&want, m, 0, n, true);
            CHECK(proofs_equal(&got, &want));
            CHECK_EQ(tree_verify_consistency(&got, m, &old, n, &root), ERR_OK);
            if (m < n)
                CHECK_EQ(tree_verify_consistency(&got, n, &root, m, &old), ERR_BAD_PROOF);
        }
    }
}

/* A verifier given one proof too few or too many nodes, or one wrong bit in anything hashed, refuses. */
static void inclusion_refuses(unsigned m, unsigned n, struct tree_proof p, const struct hash *root)
{
    struct hash leaf = leaves[m], wrong_root = *root;

    for (unsigned bit = 0; bit < HASH_SIZE * 8; bit++) {
        uint8_t flip = (uint8_t)(1 << bit % 8);
        for (unsigned i = 0; i < p.count; i++) {
            p.node[i].b[bit / 8] ^= flip;
            CHECK_EQ(tree_verify_inclusion(&p, &leaf, m, n, root), ERR_BAD_PROOF);
            p.node[i].b[bit / 8] ^= flip;
        }
        leaf.b[bit / 8] ^= flip;
        wrong_root.b[bit / 8] ^= flip;
        CHECK_EQ(tree_verify_inclusion(&p, &leaf, m, n, root), ERR_BAD_PROOF);
        leaf.b[bit / 8] ^= flip;
        CHECK_EQ(tree_verify_inclusion(&p, &leaf, m, n, &wrong_root), ERR_BAD_PROOF);
        wrong_root.b[bit / 8] ^= flip;
    }
    p.count++;
    CHECK_EQ(tree_verify_inclusion(&p, &leaf, m, n, root), ERR_BAD_PROOF);
    if (p.count >= 2) {
        p.count -= 2;
        CHECK_EQ(tree_verify_inclusion(&p, &leaf, m, n, root), ERR_BAD_PROOF);
    }
}

TEST(inclusion_with_one_wrong_bit_is_refused)
{
    leaves_fill();
    for (unsigned n = 1; n <= SIZE_MUTATED; n++) {
        struct hash root = naive_root(0, n);
        for (unsigned m = 0; m < n; m++) {
            struct tree_proof p = {0};
            naive_path(&p, m, 0, n);
            inclusion_refuses(m, n, p, &root);
        }
    }
}

static void consistency_refuses(unsigned m, unsigned n, struct tree_proof p, struct hash old, struct hash root)
{
    for (unsigned bit = 0; bit < HASH_SIZE * 8; bit++) {
        uint8_t flip = (uint8_t)(1 << bit % 8);
        for (unsigned i = 0; i < p.count; i++) {
            p.node[i].b[bit / 8] ^= flip;
            CHECK_EQ(tree_verify_consistency(&p, m, &old, n, &root), ERR_BAD_PROOF);
            p.node[i].b[bit / 8] ^= flip;
        }
        old.b[bit / 8] ^= flip;
        CHECK_EQ(tree_verify_consistency(&p, m, &old, n, &root), ERR_BAD_PROOF);
        old.b[bit / 8] ^= flip;
        if (m > 0) {
            root.b[bit / 8] ^= flip;
            CHECK_EQ(tree_verify_consistency(&p, m, &old, n, &root), ERR_BAD_PROOF);
            root.b[bit / 8] ^= flip;
        }
    }
    p.count++;
    CHECK_EQ(tree_verify_consistency(&p, m, &old, n, &root), ERR_BAD_PROOF);
    if (p.count >= 2) {
        p.count -= 2;
        CHECK_EQ(tree_verify_consistency(&p, m, &old, n, &root), ERR_BAD_PROOF);
    }
}

TEST(consistency_with_one_wrong_bit_is_refused)
{
    leaves_fill();
    for (unsigned n = 0; n <= SIZE_MUTATED; n++) {
        struct hash root = n == 0 ? tree_empty() : naive_root(0, n);
        for (unsigned m = 0; m <= n; m++) {
            struct tree_proof p = {0};
            if (m > 0 && m < n)
                naive_subproof(&p, m, 0, n, true);
            consistency_refuses(m, n, p, m == 0 ? tree_empty() : naive_root(0, m), root);
        }
    }
}

TEST(a_store_that_fails_leaves_the_frontier_as_it_was)
{
    struct tree_frontier f = tree_of(7), before = f;

    CHECK_EQ(tree_append(&f, &leaves[7], refuse_store, NULL), ERR_NO_SPACE);
    CHECK_MEM(&f, &before, sizeof(f));
    struct tree_proof p;
    CHECK_EQ(tree_inclusion(&p, 3, 7, refuse_fetch, NULL), ERR_IO);
    CHECK_EQ(tree_consistency(&p, 3, 7, refuse_fetch, NULL), ERR_IO);
    CHECK_EQ(tree_frontier_at(&f, 3, refuse_fetch, NULL), ERR_IO);
    CHECK_MEM(&f, &before, sizeof(f));
}

TEST(proofs_read_a_logarithmic_number_of_nodes)
{
    uint64_t size = SIZE_MAX_TESTED;
    struct tree_proof p;

    tree_of(size);
    fetches = 0;
    CHECK_EQ(tree_inclusion(&p, 0, size, recall, &size), ERR_OK);
    CHECK(p.count == 7 && fetches <= 10);
}
