/* model.h - the reference model: what a scope's state must be, computed from protocol.md 3 to 5 a second time.
 *
 * It shares no merge, codec, tree or header code with proto/; a difference is a bug in one of the two or a hole in the
 * page. Leaves are added in the order of the log, as plain fields; everything given is copied. State is kept as it
 * grows and encoded when asked, so asking often is cheap. Parts are looked up one after the other: for tests only. */
#ifndef CHIBO_MODEL_H
#define CHIBO_MODEL_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/crypto.h"
#include "../common/id.h"

#define MODEL_ACCUMULATOR_SIZE 2048

struct model_slot {
    struct bytes body;      /* empty: erased or withheld; such a change is not folded */
    const uint8_t *salt;    /* 16 bytes; used when the changeset has no seed and the body is there */
    struct hash commitment; /* used when the body is missing */
    uint64_t verdict;       /* the whole number of protocol.md 4.3 */
};

struct model_changeset {
    struct id device, person;
    uint32_t incarnation;
    uint64_t first;
    uint32_t seen_epoch;
    uint64_t seen_size;
    struct hash seen_root;
    uint64_t time;
    unsigned quality;
    const uint8_t *seed; /* 16 bytes, or NULL: salts */
    size_t count;
    const struct model_slot *slot;
    uint8_t signature[SIGNATURE_SIZE];
    uint64_t accepted, policy;
};

struct model;

struct model *model_new(const struct id *scope);
void model_free(struct model *m); /* NULL does nothing */

void model_add_changeset(struct model *m, const struct model_changeset *cs);
/* control as in protocol.md 4.2; of the kinds 7 (verdict), 11 (mirror), 12 (fold) and 14 (raised)
 * mean something here. 32 bytes are the hash of a mirror leaf that was erased (4.8). */
void model_add_control(struct model *m, struct bytes control, struct bytes signature);

size_t model_size(const struct model *m);
struct bytes model_leaf(const struct model *m, size_t index); /* its encoded bytes; live as long as m */
struct bytes model_header(const struct model *m, size_t index); /* what was signed; empty for control leaves */
struct hash model_root(const struct model *m, size_t size);   /* of the log's first `size` leaves */

size_t model_parts(const struct model *m);
/* The part's encoding, valid until the next model_add_*; empty when there is no such part. */
struct bytes model_part(struct model *m, uint64_t kind, const struct id *record);
typedef void model_visit(void *arg, uint64_t kind, const struct id *record, struct bytes encoded);
void model_each_part(struct model *m, model_visit *visit, void *arg); /* in the order of their first change */
void model_accumulator(struct model *m, uint8_t out[MODEL_ACCUMULATOR_SIZE]);
struct hash model_state_hash(struct model *m);

#endif
