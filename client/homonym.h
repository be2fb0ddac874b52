/* homonym.h - persons in a table that is to be read again: of those called alike each is written with what refs_find
 * takes as him alone: "Lò Văn Thử (1961)", else with the card's number, else as the record's number. */
#ifndef CHIBO_HOMONYM_H
#define CHIBO_HOMONYM_H

#include "keymap.h"
#include "refs.h"

struct homonym {
    struct refs *refs;
    struct keymap names; /* kind and folded name -> records */
    struct buf loaded;   /* uint32_t[]: kinds whose names are known */
};

void homonym_init(struct homonym *h, struct refs *refs);
void homonym_deinit(struct homonym *h);
/* Appends the name as name_record of entry.h does. Needs the open transaction. */
bool homonym_name(struct homonym *h, const char *kind, const struct id *id, struct buf *out);

#endif
