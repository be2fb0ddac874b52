/* replica_close.c - a record made void, or signed: a change that says what its author had before him (close.h). */
#include <stdlib.h>

#include "draft.h"
#include "ledger.h"
#include "replica.h"

#define CHANGES_MAX (PART_TAGS_MAX + CANDIDATES_MAX) /* each names something more */

static enum err part_now(struct txn *txn, const struct scope *s, uint32_t kind, const struct id *record, struct part *p)
{
    struct draft d;
    enum err e = ledger_part(txn, s, kind, record, p);

    draft_init(&d);
    if (e == ERR_OK)
        e = draft_load(txn, kind, record, s->number, &d);
    if (e == ERR_OK)
        e = draft_lay_over(&d, p);
    draft_deinit(&d);
    return e;
}

/* wrote: false when all that the part holds is named already. */
static enum err one(struct txn *txn, struct replica *r, const struct scope *s, struct change *c, uint64_t step,
                    bool more, struct moment *m, bool *wrote)
{
    struct close_room *room = mem_alloc(sizeof *room);
    uint64_t round, before;
    struct part p;
    enum err e = part_now(txn, s, c->kind, &c->record, &p);

    if (e == ERR_OK && p.changes == 0)
        e = ERR_NOT_FOUND;
    *wrote = e == ERR_OK && !(more && close_void(&p) == CLOSE_VOID);
    if (*wrote) {
        close_step(&p, &round, &before);
        close_make(&p, round, step, more, c, room);
        e = replica_record(txn, r, s, c, m);
    }
    part_deinit(&p);
    close_room_deinit(room);
    free(room);
    return e;
}

enum err replica_close(struct txn *txn, struct replica *r, const struct scope *s, uint32_t kind,
                       const struct id *record, uint64_t step, struct moment *m, unsigned *changes)
{
    struct change *c = mem_alloc(sizeof *c);
    bool wrote = true;
    enum err e = ERR_OK;

    *c = (struct change){.kind = kind, .record = *record};
    for (*changes = 0; e == ERR_OK && wrote && *changes < CHANGES_MAX;) {
        e = one(txn, r, s, c, step, *changes > 0, m, &wrote);
        *changes += wrote;
        wrote = wrote && step == CLOSE_STEP_VOID;
    }
    free(c);
    return e;
}
