/* registry.h - requests that change who belongs where: roles given and ended, cells merged, split, renamed, handed
 * over.
 *
 * registry_encode makes the `more` of an admin request, registry_run does it inside a write transaction. With `dry`
 * nothing is changed; the answer is the same. answer row: [what, persons, devices, scopes, records, contact (of the
 * device that was away longest; 0 never)]. */
#ifndef CHIBO_REGISTRY_H
#define CHIBO_REGISTRY_H

#include "../proto/ward.h"

#define REGISTRY_LIST_MAX 32 /* codes or persons of one request */

enum registry_what {
    REGISTRY_GRANT, REGISTRY_END, REGISTRY_MERGE, REGISTRY_SPLIT, REGISTRY_RENAME, REGISTRY_HAND_OVER, REGISTRY_MOVE,
    REGISTRY_RAISE, REGISTRY_INTRODUCE, REGISTRY_RECEIVE,
    REGISTRY_WHATS
};

struct registry_request {
    enum registry_what what;
    bool dry;
    uint64_t number;       /* role; type of an organisation that is made, 0: as the others; class 1 A … 4 D */
    uint32_t date;
    const char *from;      /* code, or codes with commas */
    const char *into;      /* code; of split and rename the new one */
    const char *name;      /* of the new organisation; "" */
    const char *person;    /* names or beginnings of ids, with commas; of a move or raise those of records */
    const char *decision;
};
void registry_encode(const struct registry_request *r, struct buf *out);

/* By the whole name, whatever its marks and case, or the beginning of the id. ERR_NO_SUCH_RECORD, ERR_AMBIGUOUS. */
MUST_CHECK enum err registry_person(struct txn *txn, const char *word, struct id *out);

/* Appends the answer's rows (admin_row) and to *cut the ids of devices whose sessions must end before the next
 * frame. */
MUST_CHECK enum err registry_run(struct txn *txn, const struct ward *w, struct bytes request, uint64_t now_s,
                                 struct buf *answer, struct buf *cut);

#endif
