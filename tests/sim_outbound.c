/* sim_outbound.c - see sim_outbound.h. */
#include "sim_outbound.h"

#include "../proto/control.h"
#include "../proto/message.h"
#include "../proto/mp.h"
#include "../proto/verdict.h"
#include "sim_held.h"
#include "sim_world.h"

/* Is this a leaf of the device itself? Its bodies may go back to it, whatever became of them. */
static bool is_of(struct sim *s, size_t peer, const struct id *scope_id, struct bytes origin)
{
    struct stream stream = {0};
    struct scope scope;
    struct txn txn;
    struct mp r;

    mp_open(&r, origin);
    if (mp_peek(&r) == MP_ARRAY) { /* [device, incarnation], in a leaf of the past [device, incarnation, previous] */
        size_t n = mp_array(&r, 3);

        stream.device = id_from(mp_bin_exact(&r, ID_SIZE));
        for (size_t i = 1; i < n; i++)
            mp_raw(&r);
    } else {
        uint32_t number = (uint32_t)mp_uint(&r, UINT32_MAX);

        memstore_begin(s->ward.store, false, &txn);
        if (scope_load(&txn, scope_id, &scope) != ERR_OK ||
            scope_stream(&txn, &scope, number, &stream) != ERR_OK)
            sim_broken(s, "a leaf for %zu of an unknown stream", peer);
        memstore_abort(s->ward.store);
    }
    return mp_close(&r) == ERR_OK && sim_held_same_person(s, peer, &stream.device);
}

/* S5, on the way out: nothing for whoever was revoked, no scope that is not theirs, no body that was not accepted. */
static void look_leaf(struct sim *s, size_t peer, const struct id *scope, struct bytes message)
{
    struct bytes origin;
    struct changeset cs;
    struct bytes verdicts;
    struct mp r;

    changeset_init(&cs);
    mp_open(&r, message);
    mp_expect_array(&r, 12);
    origin = mp_raw(&r);
    changeset_read(&cs, &r);
    mp_raw(&r);
    mp_raw(&r);
    verdicts = mp_raw(&r);
    if (mp_close(&r) != ERR_OK)
        sim_broken(s, "a leaf for %zu does not decode", peer);
    for (size_t i = 0; i < cs.count && !s->failed && !is_of(s, peer, scope, origin); i++) {
        uint32_t verdict = 0;

        if (verdict_list_at(verdicts, i, &verdict) != ERR_OK || (verdict_kind(verdict) != VERDICT_ACCEPTED && cs.slot[i].body.n > 0))
            sim_broken(s, "S5: %zu is sent a body that was not accepted", peer);
    }
    changeset_deinit(&cs);
}

/* One leaf below a snapshot, or a person's word. */
static void look_past(struct sim *s, size_t peer, const struct id *scope, struct bytes message)
{
    struct message_past m;
    struct control c;

    if (message_past_decode(&m, message) != ERR_OK)
        sim_broken(s, "a leaf of the past for %zu does not decode", peer);
    else if (!m.is_word)
        look_leaf(s, peer, scope, m.leaf);
    else if (control_decode(&c, m.leaf) != ERR_OK || c.kind != CONTROL_VERDICT ||
             !sim_held_same_person(s, peer, &c.is.verdict.device))
        sim_broken(s, "S5: %zu is sent a word of the past on another's work", peer);
}

void sim_outbound_look(struct sim *s, size_t peer, struct bytes list, struct id *scope_now)
{
    const struct sim_peer *p = &s->peer[peer];
    struct message_scope scope;
    struct bytes message;
    enum access access;
    uint8_t type;
    size_t org;

    if (p->revoked && list.n > 0)
        sim_broken(s, "S5: %zu is sent something after it was revoked", peer);
    while (work_message_next(&list, &type, &message)) {
        bool begins = type == MESSAGE_SCOPE || type == MESSAGE_OLDER;

        if (begins &&
            (message_scope_decode(&scope, message) != ERR_OK || !sim_world_scope(s, &scope.scope, &org, &access) ||
             !sim_world_may_read(s, p, org, access)))
            sim_broken(s, "S5: %zu is sent a scope that it may not read", peer);
        if (begins && !s->failed)
            *scope_now = scope.scope;
        if (type == MESSAGE_PAST)
            look_past(s, peer, scope_now, message);
        if (type == MESSAGE_LEAF)
            look_leaf(s, peer, scope_now, message);
    }
}
