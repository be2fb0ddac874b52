/* model_state.h - the part of the reference model that is protocol.md section 5; see model.h. */
#ifndef CHIBO_MODEL_STATE_H
#define CHIBO_MODEL_STATE_H

#include "../common/crypto.h"
#include "../common/id.h"
#include "model.h"
#include "model_mp.h"

#define MODEL_TAGS 1024

/* Versions, ascending. */
struct model_group {
    size_t count;
    uint64_t version[16];
};

struct model_row {
    uint64_t *version; /* ascending */
    size_t versions;
    struct model_value value;
    uint64_t owns;
    size_t groups; /* of a resolution: what it settled */
    struct model_group *group;
};

struct model_field {
    uint64_t tag;
    size_t count;
    struct model_row *row; /* from malloc */
};

struct model_part {
    uint64_t kind;
    struct id record;
    size_t fields;
    struct model_field field[MODEL_TAGS];
    struct buf changes;
    struct buf encoded; /* valid unless dirty, as are the numbers */
    uint8_t numbers[MODEL_ACCUMULATOR_SIZE];
    bool dirty;
};

struct model_state {
    struct model_pool pool;
    size_t parts, parts_cap;
    struct model_part **part; /* in the order of their first change */
    uint64_t fold_version; /* 0 as 1 */
    size_t raised, raised_cap;
    struct id *raised_record; /* 4.8: nothing more is folded into these */
    size_t folded, folded_cap;
    uint64_t *folded_version;
};

void model_state_deinit(struct model_state *m); /* zeroed is empty */
/* body stays where it is as long as m. */
void model_state_fold(struct model_state *m, uint64_t version, struct bytes body, uint64_t owns, size_t leaf,
                      uint64_t position);
void model_state_raise(struct model_state *m, uint64_t kind, const uint8_t record[ID_SIZE]);
struct bytes model_state_part(struct model_state *m, uint64_t kind, const struct id *record);
struct bytes model_state_encoded(struct model_part *p);
void model_state_accumulator(struct model_state *m, uint8_t out[MODEL_ACCUMULATOR_SIZE]);

#endif
