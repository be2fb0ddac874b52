/* sim_close.c - see sim_close.h. */
#include "sim_close.h"

#include <stdlib.h>

#include "../proto/draft.h"
#include "../proto/freeze.h"
#include "../proto/ledger.h"
#include "../proto/life.h"
#include "sim_value.h"
#include "sim_world.h"

static uint64_t draw_step(struct sim *s, const struct kind_info *k)
{
    if (freeze_is_signable(k) && sim_one_in(s, 2))
        return FREEZE_STEP;
    return life_is(k, LIFE_VOID) && !sim_one_in(s, 4) ? CLOSE_STEP_VOID : sim_draw(s, 3);
}

static enum err part_of(struct sim_peer *p, const struct id *org, const struct kind_info *k, const struct id *record,
                        struct part *part)
{
    struct scope scope;
    struct draft d;
    struct txn txn;
    enum err e;

    draft_init(&d);
    part_init(part);
    memstore_begin(p->node.store, false, &txn);
    e = replica_scope(&txn, org, k->access, &scope);
    if (e == ERR_OK)
        e = ledger_part(&txn, &scope, k->number, record, part);
    if (e == ERR_OK)
        e = draft_load(&txn, k->number, record, scope.number, &d);
    if (e == ERR_OK)
        e = draft_lay_over(&d, part);
    memstore_abort(p->node.store);
    draft_deinit(&d);
    return e;
}

static void close_at(struct sim *s, size_t peer, size_t org, const struct kind_info *k, const struct part *part,
                     const struct id *record, uint64_t step, uint64_t round)
{
    struct close_room *room = mem_alloc(sizeof *room);
    struct change c = {.kind = k->number, .record = *record};

    close_make(part, round, step, false, &c, room);
    sim_world_record(s, peer, org, k->access, &c);
    close_room_deinit(room);
    free(room);
}

/* The record as this peer sees it is closed. */
static void close_it(struct sim *s, size_t peer, const struct kind_info *k, const struct part *part,
                     const struct id *record)
{
    /* One after the other: in a call their order would be the compiler's. */
    const uint64_t step = draw_step(s, k), round = sim_draw(s, 2);
    close_at(s, peer, s->peer[peer].org, k, part, record, step, round);
}

void sim_close_sign(struct sim *s, size_t peer, size_t org, const struct kind_info *k, const struct id *record)
{
    struct part part;

    if (part_of(&s->peer[peer], &s->org[org], k, record, &part) == ERR_OK && part.changes > 0)
        close_at(s, peer, org, k, &part, record, FREEZE_STEP, 0);
    part_deinit(&part);
}

static void write_it(struct sim *s, size_t peer, const struct kind_info *k, const struct part *part,
                     const struct id *record)
{
    struct sim_value v = {0};

    if (part->changes == 0)
        sim_value_create(&v, k, k->access, record, &s->chance);
    else
        (void)sim_value_edit(&v, k, k->access, record, OP_SET, &s->chance);
    if (v.change.count > 0)
        sim_world_record(s, peer, s->peer[peer].org, k->access, &v.change);
    sim_value_deinit(&v);
}

/* A paper that one closes while all others of the cell write to it; who comes to the ward first is chance. */
void sim_close_act(struct sim *s)
{
    static const char *const kinds[] = {"minutes", "minutes", "resolution", "meeting", "candidate", "fee_payment"};
    const struct kind_info *k = schema_kind_named(kinds[sim_draw(s, ARRAY_LEN(kinds))]);
    size_t by = sim_draw(s, s->peers), org = s->peer[by].org;
    struct id record;

    if (!s->peer[by].enrolled || org >= s->orgs)
        return;
    record = sim_world_record_id(s, k->number, org);
    record.b[ID_SIZE - 1] = 1; /* always the same: they meet */
    for (size_t i = 0; i < s->peers && !s->failed; i++) {
        struct part part;

        if (!s->peer[i].enrolled || s->peer[i].org != org || !sim_world_may_read(s, &s->peer[i], org, k->access))
            continue; /* what was written there before the first session would wait for ever */
        if (part_of(&s->peer[i], &s->org[org], k, &record, &part) == ERR_OK && (i == by || part.changes > 0)) {
            if (i == by && part.changes > 0)
                close_it(s, i, k, &part, &record);
            else
                write_it(s, i, k, &part, &record);
        }
        part_deinit(&part);
    }
}
