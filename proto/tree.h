/* tree.h - the Merkle tree of RFC 6962 section 2.1: roots, frontier, inclusion and consistency proofs.
 *
 * A frontier is the list of roots of the perfect subtrees of a tree of `size` leaves, largest first (one for each
 * one-bit of size); it is all that appending needs. Proofs at any size need stored nodes: node (level, index) is the
 * root of the perfect subtree over leaves [index << level, (index + 1) << level); level 0 is a leaf hash. The caller
 * gives nodes through a callback and stores what tree_append reports. */
#ifndef CHIBO_TREE_H
#define CHIBO_TREE_H

#include "../common/base.h"
#include "../common/crypto.h"
#include "../common/err.h"

#define TREE_LEVELS_MAX 33 /* leaf indexes are 32 bits */
#define TREE_LEAF_PIECES_MAX 7

struct tree_frontier {
    uint64_t size;
    struct hash node[TREE_LEVELS_MAX]; /* largest first; popcount(size) of them */
};

/* Called for each completed perfect subtree, level 0 first. */
typedef enum err tree_store(void *arg, unsigned level, uint64_t index, const struct hash *node);
/* Fetches a node of a perfect subtree that lies within the tree. */
typedef enum err tree_fetch(void *arg, unsigned level, uint64_t index, struct hash *node);

struct hash tree_empty(void);                                    /* SHA-256 of nothing */
struct hash tree_leaf(const struct bytes *pieces, size_t count); /* SHA-256(00 || pieces) */
struct hash tree_node(const struct hash *left, const struct hash *right);

/* store may be NULL. Errors: only what store returns; the frontier is unchanged then. */
MUST_CHECK enum err tree_append(struct tree_frontier *f, const struct hash *leaf, tree_store *store, void *arg);
struct hash tree_root(const struct tree_frontier *f);
/* The frontier (and so the root) of the tree's first `size` leaves, from stored nodes. */
MUST_CHECK enum err tree_frontier_at(struct tree_frontier *f, uint64_t size, tree_fetch *fetch, void *arg);

struct tree_proof {
    unsigned count;
    struct hash node[2 * TREE_LEVELS_MAX];
};
MUST_CHECK enum err tree_inclusion(struct tree_proof *p, uint64_t index, uint64_t size, tree_fetch *fetch, void *arg);
MUST_CHECK enum err tree_consistency(struct tree_proof *p, uint64_t old_size, uint64_t size, tree_fetch *fetch,
                                     void *arg);
/* ERR_BAD_PROOF unless the proof holds exactly: no missing and no surplus node. */
MUST_CHECK enum err tree_verify_inclusion(const struct tree_proof *p, const struct hash *leaf, uint64_t index,
                                          uint64_t size, const struct hash *root);
MUST_CHECK enum err tree_verify_consistency(const struct tree_proof *p, uint64_t old_size, const struct hash *old_root,
                                            uint64_t size, const struct hash *root);
#endif
