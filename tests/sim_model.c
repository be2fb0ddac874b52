/* sim_model.c - see sim_model.h. */
#include "sim_model.h"

#include <stdlib.h>

#include "../proto/control.h"
#include "../proto/verdict.h"
#include "model.h"
#include "test.h"

static void feed_changeset(struct model *m, const struct ledger_leaf *leaf)
{
    const struct changeset *cs = &leaf->changeset;
    struct model_slot *slot = mem_alloc(cs->count * sizeof *slot);
    struct model_changeset c = {.count = cs->count, .slot = slot, .seed = cs->has_seed ? cs->seed : NULL,
                                .accepted = leaf->accepted, .policy = leaf->policy};
    struct header h;

    CHECK_EQ(header_decode(&h, leaf->header), ERR_OK);
    for (size_t i = 0; i < cs->count; i++) {
        uint32_t verdict = 0;

        CHECK_EQ(verdict_list_at(leaf->verdicts, i, &verdict), ERR_OK);
        slot[i] = (struct model_slot){.body = cs->slot[i].body, .salt = cs->slot[i].salt,
                                      .commitment = cs->slot[i].commitment, .verdict = verdict};
    }
    c.device = h.device;
    c.person = h.person;
    c.incarnation = h.incarnation;
    c.first = h.first;
    c.seen_epoch = h.epoch;
    c.seen_size = h.size;
    c.seen_root = h.root;
    c.time = h.time;
    c.quality = (unsigned)h.quality;
    memcpy(c.signature, leaf->signature, SIGNATURE_SIZE);
    model_add_changeset(m, &c);
    CHECK_BYTES(model_header(m, model_size(m) - 1), leaf->header);
    free(slot);
}

void sim_model_check(struct txn *txn, const struct scope *s, uint64_t *mirrors, uint64_t *raised)
{
    struct model *m = model_new(&s->id);
    struct hash root = scope_root(s), state = {{0}}, of_model;

    for (uint64_t i = 0; i < s->frontier.size; i++) {
        struct ledger_leaf leaf = {0};
        struct buf row = {0};
        struct control c;

        CHECK_EQ(ledger_leaf_at(txn, s, i, &row, &leaf), ERR_OK);
        if (leaf.is_control) {
            bool known = leaf.control.n > HASH_SIZE && control_decode(&c, leaf.control) == ERR_OK;

            *mirrors += known && c.kind == CONTROL_MIRROR;
            *raised += known && c.kind == CONTROL_RAISED;
            model_add_control(m, leaf.control, bytes_of(leaf.signature, SIGNATURE_SIZE));
        } else {
            feed_changeset(m, &leaf);
        }
        ledger_leaf_deinit(&leaf);
        buf_deinit(&row);
    }
    of_model = model_root(m, model_size(m));
    CHECK_MEM(root.b, of_model.b, HASH_SIZE);
    of_model = model_state_hash(m);
    CHECK_EQ(ledger_state(txn, s, &state), ERR_OK);
    CHECK_MEM(state.b, of_model.b, HASH_SIZE);
    model_free(m);
}
