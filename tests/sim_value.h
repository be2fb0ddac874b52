/* sim_value.h - random changes that fit the schema: any kind, any scope class, made from the rows of schema.def. */
#ifndef CHIBO_SIM_VALUE_H
#define CHIBO_SIM_VALUE_H

#include "../proto/change.h"
#include "../proto/schema.h"

/* A change and the memory its values lie in. */
struct sim_value {
    size_t text; /* bytes of a text; 0: as most are */
    struct change change;
    struct buf room[CHANGE_TRIPLES_MAX];
    struct buf count[4]; /* of a vote */
};

void sim_value_deinit(struct sim_value *v); /* zeroed is empty */
/* One value of a field (for lists: an array of one to three). `text` bytes long where a text may be; marks tell values
 * apart: the same mark gives the same value. */
void sim_value_field(const struct field_info *f, uint64_t mark, size_t text, struct buf *out);
/* A create of this kind's part in a scope of this class: what is required, and some of the rest. */
void sim_value_create(struct sim_value *v, const struct kind_info *k, enum access access, const struct id *record,
                      uint64_t *chance);
/* Another change of an existing part. False: this kind has nothing of that sort in this class. */
bool sim_value_edit(struct sim_value *v, const struct kind_info *k, enum access access, const struct id *record,
                    enum op op, uint64_t *chance);

#endif
