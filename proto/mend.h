/* mend.h - is this store what it was? The leaves of a log prove themselves against its tree, everything else
 * follows from the leaves (protocol.md 8.8, storage.md "Damage").
 *
 * Three steps, each for a transaction of its own, each of which may be done again: mend_sift takes away the rows
 * that do not authenticate and remembers which scopes they were of; mend_look compares the leaves of one scope
 * with its tree; mend_scope makes anew what follows from leaves that are whole. What only the other side has is
 * asked for by repair.h. Errors are those of the store. */
#ifndef CHIBO_MEND_H
#define CHIBO_MEND_H

#include "ledger.h"

/* --- the leaves (mend.c) --- */

/* A leaf that is not here, or not what its tree says. */
struct mend_leaf {
    uint64_t index;
    struct hash hash; /* what it must be */
};
/* A perfect subtree in which something is wrong, and nothing here says what: its own nodes are damaged too. */
struct mend_span {
    unsigned level;
    uint64_t index;
};
struct mend_node {
    struct hash hash;
    bool whole; /* all leaves below are here: hash is computed from them */
};
struct mend_look {
    uint64_t size;
    struct buf node[TREE_LEVELS_MAX]; /* struct mend_node[size >> level] */
    struct buf bad;                   /* struct mend_leaf[], ascending */
    struct buf unsure;                /* struct mend_span[] */
    struct buf right;                 /* struct mend_span[]: subtrees that are what they must be */
};
/* trusted: the scope's frontier is what was signed. Reads and hashes every leaf. mend_look_deinit in any case. */
MUST_CHECK enum err mend_look(struct txn *txn, const struct scope *s, bool trusted, struct mend_look *look);
void mend_look_deinit(struct mend_look *look);
const struct mend_node *mend_node(const struct mend_look *look, unsigned level, uint64_t index);
/* The leaf's row as a hash; *whole: it is there, and its bodies are what its header commits to. */
MUST_CHECK enum err mend_leaf(struct txn *txn, const struct scope *s, uint64_t index, struct hash *hash, bool *whole);
/* Of a perfect subtree, from its leaves. */
MUST_CHECK enum err mend_subtree(struct txn *txn, const struct scope *s, unsigned level, uint64_t index,
                                 struct hash *hash, bool *whole);
/* Is this the hash of the leaf at index? *proved: the tree here leads from it to the root. *disproved: the tree
 * leads to the root from another one. Neither: the tree itself is damaged on the way. */
MUST_CHECK enum err mend_prove(struct txn *txn, const struct scope *s, uint64_t index, const struct hash *hash,
                               bool *proved, bool *disproved);

/* --- the tables (mend_tables.c) --- */

struct mend_damage {
    uint64_t folded;  /* rows that follow from leaves */
    uint64_t leaves;  /* rows of leaves */
    uint64_t aside;   /* rows that nobody else has: kept in table aside, */
    struct buf names; /* and named: "table, table, …" */
    bool registry;    /* the ward's registry lost rows: control leaves say them again (ward_repair.c) */
};
MUST_CHECK enum err mend_sift(struct txn *txn, struct mend_damage *d);
/* Rows of scopes that are gone, from their leaves. Part of mend_sift. */
MUST_CHECK enum err mend_scopes(struct txn *txn, struct mend_damage *d);
void mend_damage_deinit(struct mend_damage *d);
/* The row as it stands, kept in table aside too: it is about to go, and nobody else may have it. */
MUST_CHECK enum err mend_aside(struct txn *txn, enum table t, struct bytes key);

/* After a look that found nothing missing: nodes of the tree that differ are written, and if other tables of this
 * scope do not say what the leaves say, or rows of them were taken away, they are folded anew: *folded. */
/* Do the control leaves say what stands in the tables of actors, homes and organisations? (mend_actors.c) */
MUST_CHECK enum err mend_actors(struct txn *txn, const struct scope *s, bool *same);
/* The organisation's row names this scope: else nobody would find what waits in one that has no leaves yet, nor be let
 * into one whose leaves are damaged. What it is called is lost (""), until leaves that are whole say it. */
MUST_CHECK enum err mend_org(struct txn *txn, const struct scope *s);
/* Nodes of subtrees that are right, where others or none are stored. */
MUST_CHECK enum err mend_nodes(struct txn *txn, const struct scope *s, const struct mend_look *look);
MUST_CHECK enum err mend_scope(struct txn *txn, struct scope *s, const struct mend_look *look, bool *folded);
/* The next mend_scope folds this scope anew. */
MUST_CHECK enum err mend_mark(struct txn *txn, uint16_t number);
MUST_CHECK enum err mend_marked(struct txn *txn, uint16_t number, bool *yes);
MUST_CHECK enum err mend_unmark(struct txn *txn, uint16_t number);
/* The parts of every scope must add up to what the fold kept: scopes of which they do not are marked. */
MUST_CHECK enum err mend_parts(struct txn *txn, const struct scope *scope, size_t count);

#endif
