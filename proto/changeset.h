/* changeset.h - a batch of changes as it travels and as it is stored: what the receiver knows is left out
 * (protocol.md 7.3).
 *
 * A changeset is decoded from the wire (or from a leaf's row), completed with what the receiver knows, and only then
 * has a header whose signature can be checked. Bodies are borrowed from the bytes it was decoded from. */
#ifndef CHIBO_CHANGESET_H
#define CHIBO_CHANGESET_H

#include "change.h"
#include "header.h"
#include "mp.h"

struct change_slot {
    struct bytes body;       /* empty: erased or withheld */
    struct hash commitment;  /* known for missing bodies after decoding, for all after changeset_commit */
    uint8_t salt[SALT_SIZE]; /* of bodies that are there, after changeset_commit */
};

struct changeset {
    uint64_t first;
    bool other_person; /* person is given; else the device's holder */
    struct id person;
    bool full_seen;    /* epoch and root are given; else the log's own at `size` */
    uint32_t epoch;
    uint64_t size;
    struct hash root;
    uint64_t time;
    unsigned quality;
    uint8_t signature[SIGNATURE_SIZE];
    bool has_seed;
    uint8_t seed[SALT_SIZE];
    struct bytes salts;  /* encoded array of bin 16 | nil, when there is no seed */
    struct bytes bodies; /* encoded array */
    size_t count;
    struct change_slot *slot; /* owned */
};

void changeset_init(struct changeset *cs);
void changeset_deinit(struct changeset *cs);

/* Reads the eight elements first … bodies at r's position. Errors stay in r (ERR_BAD_FRAME). */
void changeset_read(struct changeset *cs, struct mp *r);
/* Writes the same eight elements. */
void changeset_write(const struct changeset *cs, struct buf *out);

/* Computes salts and commitments of all slots (person and scope as in the header). */
void changeset_commit(struct changeset *cs, const struct id *scope, const struct id *device, const struct id *person);
/* The header that was signed, from the changeset (committed) and what the receiver knows. */
struct header changeset_header(const struct changeset *cs, const struct id *scope, const struct id *device,
                               uint32_t incarnation, const struct id *person, const struct hash *previous,
                               uint32_t epoch, const struct hash *seen_root);

/* A copy for someone who may not read every body: for each slot with keep[i] false the commitment goes instead of
 * the body, and salts instead of the seed. cs must be committed. Writes the eight elements. */
void changeset_write_without(const struct changeset *cs, const bool *keep, struct buf *out);

#endif
