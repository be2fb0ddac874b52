/* sim_log.c - see sim_log.h. */
#include "sim_copy.h"
#include "sim_held.h"
#include "sim_past.h"
#include "sim_log.h"
#include "sim_number.h"

#include <stdio.h>
#include <stdlib.h>

#include "../proto/message.h"
#include "../proto/verdict.h"
#include "sim_quarter.h"
#include "sim_restore.h"
#include "sim_rules.h"
#include "sim_scopes.h"
#include "sim_snapshot.h"
#include "sim_world.h"

void sim_log_open(struct sim *s, size_t org)
{
    struct txn txn;
    struct org o;
    enum err e;

    memstore_begin(s->ward.store, false, &txn);
    e = org_load(&txn, &s->org[org], &o);
    assert(e == ERR_OK);
    memstore_abort(s->ward.store);
    for (int a = ACCESS_A; a <= ACCESS_D; a++) {
        struct sim_log *l = &s->log[s->logs++];

        memset(l, 0, sizeof *l);
        l->org = org;
        l->access = (enum access)a;
        l->scope = o.scope[a];
        l->model = model_new(&l->scope);
    }
}

static size_t peer_of(const struct sim *s, const struct id *device)
{
    size_t i = 0;

    while (i < s->peers && !id_equal(&s->peer[i].id, device))
        i++;
    return i;
}

/* --- one leaf --------------------------------------------------------------------------------------------------- */

static struct sim_stream *stream_of(struct sim *s, struct sim_log *l, const struct header *h)
{
    for (size_t i = 0; i < l->streams; i++)
        if (l->stream[i].incarnation == h->incarnation && id_equal(&l->stream[i].device, &h->device))
            return &l->stream[i];
    if (l->streams == SIM_STREAMS_MAX || peer_of(s, &h->device) == s->peers) {
        sim_broken(s, "S5: a leaf of a device that nobody knows");
        return NULL;
    }
    l->stream[l->streams] = (struct sim_stream){.device = h->device, .incarnation = h->incarnation,
                                                .peer = peer_of(s, &h->device)};
    return &l->stream[l->streams++];
}

/* S2: the changes of a stream are what was written, each once, in order. */
static void match_written(struct sim *s, struct sim_log *l, struct sim_stream *st, const struct change *c)
{
    struct sim_peer *p = &s->peer[st->peer];
    const struct sim_written *w;
    struct change bare = c != NULL ? *c : (struct change){0}, early;
    struct buf body = {0};
    bool same;

    if (p->copies || p->budgets || p->reissued) { /* in the end all of it is compared */
        if (c != NULL && !sim_copy_wrote(s, p, l->org, l->access, c))
            sim_broken(s, "S2: the log holds a change that %zu did not write", st->peer);
        return;
    }
    while (st->written < p->written_count &&
           (p->written[st->written].org != l->org || p->written[st->written].access != l->access ||
            p->written[st->written].in % 2 == 0))
        st->written++;
    if (st->written == p->written_count) {
        sim_broken(s, "S2: the log holds a change that %zu did not write, or holds one twice", st->peer);
        return;
    }
    w = &p->written[st->written++];
    if (c == NULL)
        return; /* its body is with its author alone */
    for (size_t i = 0; i < bare.count; i++)
        bare.triple[i].base = bytes_of(NULL, 0);
    change_encode(&bare, &body);
    same = bytes_equal(buf_bytes(&body), buf_bytes(&w->body));
    if (!same && w->early && change_decode(&early, buf_bytes(&w->body)) == ERR_OK)
        same = early.kind == c->kind && early.op == c->op && early.count == c->count;
    if (!same)
        sim_broken(s, "S2: not what %zu wrote (kind %u op %d number %zu org %zu class %d, kind)", st->peer, c->kind, (int)c->op, (size_t)(w-p->written), l->org,(int)l->access);
    buf_deinit(&body);
}

/* The verdict may also be what it was where the change was judged: what a restored ward took in before a device handed
 * back what was lost stands behind that now, what is handed back stands on another beginning than it had, and nothing is
 * judged again (protocol.md 8.6). So a signature may have come between; whose right it was has not changed. What is
 * judged after the newest refill was judged over this very log. */
static bool was_judged_so(const struct sim *s, const struct sim_log *l, const struct sim_stream *st,
                          const struct change *c, uint64_t accepted, uint32_t verdict)
{
    uint32_t right = sim_rules_verdict(s->peer[st->peer].role, c, l->access);

    if (l->epoch == 0 || accepted > l->refilled)
        return false;
    return verdict == right || verdict == SIM_RULES_FROZEN ||
           (verdict_kind(right) == VERDICT_ACCEPTED &&
            (verdict == SIM_RULES_UNSEEN || (verdict == sim_rules_copied(c->kind) && s->peer[st->peer].two)));
}

static void check_changes(struct sim *s, struct sim_log *l, struct sim_stream *st, const struct ledger_leaf *leaf,
                          const struct header *h, struct model_slot *slot)
{
    const struct changeset *cs = &leaf->changeset;
    struct bytes verdicts = leaf->verdicts;

    for (size_t i = 0; i < cs->count && !s->failed; i++) {
        struct bytes part;
        struct change c;
        uint32_t verdict = 0, rule;

        slot[i] = (struct model_slot){.salt = cs->slot[i].salt, .commitment = cs->slot[i].commitment};
        if (s->restored && cs->slot[i].body.n == 0 && verdict_list_at(verdicts, i, &verdict) == ERR_OK &&
            verdict_kind(verdict) != VERDICT_ACCEPTED) {
            match_written(s, l, st, NULL);
            slot[i].verdict = verdict;
            continue;
        }
        if (change_decode(&c, cs->slot[i].body) != ERR_OK || verdict_list_at(verdicts, i, &verdict) != ERR_OK) {
            sim_broken(s, "a leaf of the ward does not decode");
            return;
        }
        match_written(s, l, st, &c);
        part = model_part(l->model, c.kind, &c.record);
        rule = sim_rules_of(s->peer[st->peer].role, l->access, part, slot, i, &c);
        if (verdict == sim_rules_copied(c.kind) && s->peer[st->peer].two &&
            (verdict_kind(rule) == VERDICT_ACCEPTED || rule == SIM_RULES_UNSEEN))
            rule = verdict;
        if (verdict != rule && !sim_scopes_verdict(s, l, &s->peer[st->peer], h, part, slot, i, &c, verdict, &rule) &&
            !was_judged_so(s, l, st, &c, leaf->accepted, verdict))
            sim_broken(s, "S5: verdict %u for kind %u op %d of role %d, the rules say %u", verdict, c.kind, (int)c.op,
                       (int)s->peer[st->peer].role, rule);
        slot[i].body = cs->slot[i].body;
        slot[i].verdict = verdict;
        s->totals.changes++;
    }
}

/* S3: gap-free, chained, signed; S6: not after the device was revoked. */
static void check_chain(struct sim *s, struct sim_log *l, struct sim_stream *st, const struct ledger_leaf *leaf,
                        const struct header *h)
{
    struct replica r = sim_node_replica(&s->peer[st->peer].node);

    if (h->first != st->next || !crypto_equal(h->previous.b, st->head.b, HASH_SIZE))
        sim_broken(s, "S3: stream of %zu goes on at %llu, not %llu", st->peer, (unsigned long long)h->first,
                   (unsigned long long)st->next);
    if (header_verify(leaf->signature, leaf->header, r.sign_public) != ERR_OK)
        sim_broken(s, "S3: a signature of %zu does not verify", st->peer);
    if (!sim_scopes_ever(s, &s->peer[st->peer], l->org, l->access))
        sim_broken(s, "S5: %zu writes where it may not read", st->peer);
    for (size_t i = 0; i < l->revoked; i++)
        if (id_equal(&l->revoked_device[i], &h->device))
            sim_broken(s, "S5: a change of %zu is accepted after it was revoked", st->peer);
    st->next = h->first + h->count;
    st->head = header_head(leaf->header, leaf->signature);
}

static void feed_changeset(struct sim *s, struct sim_log *l, struct ledger_leaf *leaf)
{
    struct model_slot slot[CHANGESET_CHANGES_MAX];
    struct changeset *cs = &leaf->changeset;
    struct model_changeset m = {.count = cs->count, .slot = slot, .seed = cs->has_seed ? cs->seed : NULL, .accepted = leaf->accepted,
                                .policy = leaf->policy};
    struct sim_stream *st;
    struct header h;

    if (header_decode(&h, leaf->header) != ERR_OK || (!cs->has_seed && !s->restored)) {
        sim_broken(s, "a header of the ward does not decode");
        return;
    }
    changeset_commit(cs, &h.scope, &h.device, &h.person);
    st = id_equal(&h.person, &s->ward.ward.id) ? NULL : stream_of(s, l, &h);
    if (st != NULL) {
        check_changes(s, l, st, leaf, &h, slot);
        if (!s->failed)
            check_chain(s, l, st, leaf, &h);
    } else if (!s->failed) {
        sim_quarter_leaf(s, l, leaf, &h, slot);
    }
    if (s->failed)
        return;
    m.device = h.device;
    m.person = h.person;
    m.incarnation = h.incarnation;
    m.first = h.first;
    m.seen_epoch = h.epoch;
    m.seen_size = h.size;
    m.seen_root = h.root;
    m.time = h.time;
    m.quality = (unsigned)h.quality;
    memcpy(m.signature, leaf->signature, SIGNATURE_SIZE);
    model_add_changeset(l->model, &m);
    if (!bytes_equal(model_header(l->model, model_size(l->model) - 1), leaf->header))
        sim_broken(s, "S2: the model makes another header of leaf %llu", (unsigned long long)l->size);
}

static void feed_control(struct sim *s, struct sim_log *l, const struct ledger_leaf *leaf)
{
    struct control c;

    if (control_decode(&c, leaf->control) != ERR_OK) {
        sim_broken(s, "a control leaf of the ward does not decode");
        return;
    }
    if (c.kind == CONTROL_REVOKE && l->revoked < SIM_PEERS_MAX)
        l->revoked_device[l->revoked++] = c.is.revoke.device;
    if (c.kind == CONTROL_DEVICE && id_equal(&c.is.device.person, &s->ward.ward.id))
        l->desk = c.is.device;
    sim_scopes_leaf(s, l, &c);
    if (c.kind == CONTROL_EPOCH)
        l->refilled = c.time;
    model_add_control(l->model, leaf->control, bytes_of(leaf->signature, SIGNATURE_SIZE));
}

/* The log was rewound, or is an old one: the model reads it from its beginning. */
static void log_again(struct sim *s, struct sim_log *l, uint32_t epoch)
{
    if (!s->restored)
        sim_broken(s, "S2: a new epoch of %zu/%d in a ward that was never restored", l->org, (int)l->access);
    model_free(l->model);
    l->model = model_new(&l->scope);
    l->size = 0;
    l->streams = l->revoked = l->grants = 0;
    l->refilled = 0;
    l->epoch = epoch;
}

void sim_log_restored(struct sim *s)
{
    for (size_t i = 0; i < s->logs; i++)
        log_again(s, &s->log[i], 0);
    sim_log_feed(s);
}

/* --- the ward's logs --------------------------------------------------------------------------------------------- */

/* S1: whatever was durable once is there now, as it was. */
static void check_kept(struct sim *s, struct txn *txn, struct sim_log *l, const struct scope *scope)
{
    struct hash root = {{0}}, model;

    if (scope->frontier.size < l->size) {
        sim_broken(s, "S1: the ward lost leaves of %zu/%d: %llu, had %llu", l->org, (int)l->access,
                   (unsigned long long)scope->frontier.size, (unsigned long long)l->size);
        return;
    }
    model = model_root(l->model, (size_t)l->size);
    if (scope_root_at(txn, scope, l->size, &root) != ERR_OK || !crypto_equal(root.b, model.b, HASH_SIZE))
        sim_broken(s, "S2: root of %zu/%d at %llu is not the model's", l->org, (int)l->access, (unsigned long long)l->size);
}

static void check_acked(struct sim *s, const struct sim_log *l)
{
    for (size_t i = 0; i < s->peers; i++) {
        uint64_t acked = s->peer[i].acked[l->org][l->access], held = 0;

        for (size_t k = 0; k < l->streams; k++)
            if (l->stream[k].peer == i)
                held = l->stream[k].next;
        if (acked > held && !s->peer[i].copies && !s->peer[i].reissued && !(s->restored && s->peer[i].revoked)) /* who is out hands nothing back */
            sim_broken(s, "S1: the ward lost changes of %zu in %zu/%d that it acknowledged: %llu, has %llu", i, l->org,
                       (int)l->access, (unsigned long long)acked, (unsigned long long)held);
    }
}

static bool is_ruling(const struct ledger_leaf *leaf)
{
    struct control c;

    return leaf->is_control && control_decode(&c, leaf->control) == ERR_OK && c.kind == CONTROL_VERDICT;
}

static void feed_log(struct sim *s, struct txn *txn, struct sim_log *l)
{
    struct scope scope;
    enum err e = scope_load(txn, &l->scope, &scope);
    uint64_t before = l->size;
    bool again = false;

    if (e == ERR_OK && scope.epoch != l->epoch)
        log_again(s, l, scope.epoch);
    if (e != ERR_OK) {
        sim_broken(s, "S1: the ward lost a scope: %s", err_name(e));
        return;
    }
    while (!s->failed && l->size < scope.frontier.size) {
        struct buf row = {0};
        struct ledger_leaf leaf;

        e = ledger_leaf_at(txn, &scope, l->size, &row, &leaf);
        if (e != ERR_OK)
            sim_broken(s, "S1: leaf %llu: %s", (unsigned long long)l->size, err_name(e));
        if (e == ERR_OK && is_ruling(&leaf) && s->restored && !again) {
            log_again(s, l, scope.epoch); /* the body of what it rules on may have come since the model read that leaf */
            again = true;
            ledger_leaf_deinit(&leaf);
            buf_deinit(&row);
            continue;
        }
        if (e == ERR_OK && leaf.is_control)
            feed_control(s, l, &leaf);
        else if (e == ERR_OK)
            feed_changeset(s, l, &leaf);
        l->size++;
        s->totals.leaves++;
        ledger_leaf_deinit(&leaf);
        buf_deinit(&row);
    }
    if (!s->failed && (l->size != before || scope.frontier.size < l->size))
        check_kept(s, txn, l, &scope);
    if (!s->failed && (!s->restored || s->settled))
        check_acked(s, l);
}

void sim_log_feed(struct sim *s)
{
    struct txn txn;

    if (s->failed || !memstore_is_durable(s->ward.store))
        return;
    memstore_begin(s->ward.store, false, &txn);
    for (size_t i = 0; i < s->logs && !s->failed; i++)
        feed_log(s, &txn, &s->log[i]);
    memstore_abort(s->ward.store);
}

/* --- devices -------------------------------------------------------------------------------------------------------- */

void sim_log_acked(struct sim *s, size_t peer, const struct id *scope_id)
{
    struct sim_peer *p = &s->peer[peer];
    struct replica r = sim_node_replica(&p->node);
    struct stream stream;
    struct scope scope;
    struct txn txn;
    enum access access;
    size_t org;

    if (!sim_world_scope(s, scope_id, &org, &access) || !sim_scopes_ever(s, p, org, access)) {
        sim_broken(s, "S5: %zu was sent a scope that it may not read", peer);
        return;
    }
    memstore_begin(p->node.store, false, &txn);
    if (scope_load(&txn, scope_id, &scope) == ERR_OK &&
        scope_stream_of(&txn, &scope, &r.device, r.incarnation, &stream) == ERR_OK) {
        if (stream.next < p->acked[org][access] && !s->restored && !p->copies)
            sim_broken(s, "S1: %zu lost leaves that it held", peer);
        p->acked[org][access] = stream.next;
    } else if (s->restored || s->ward.ward.snapshot_leaves > 0) {
        p->acked[org][access] = 0; /* rewound, or begun anew: they are in the outbox again */
    }
    memstore_abort(p->node.store);
}

void sim_log_device(struct sim *s, size_t peer)
{
    struct sim_peer *p = &s->peer[peer];
    struct replica_counts counts = {0};
    uint64_t acked = 0;
    size_t written = 0;
    struct txn txn;
    enum err e;

    if (p->copies || p->reissued)
        return;
    memstore_begin(p->node.store, false, &txn);
    e = replica_count(&txn, &counts);
    memstore_abort(p->node.store);
    for (size_t org = 0; org < SIM_ORGS_MAX; org++)
        for (int a = ACCESS_A; a <= ACCESS_D; a++)
            acked += p->acked[org][a];
    for (size_t i = 0; i < p->written_count; i++)
        written += p->written[i].in % 2;
    if (sim_scopes_waits(s, p) && acked + counts.unsealed + counts.sealed < written)
        return;
    if (e != ERR_OK || acked + counts.unsealed + counts.sealed != written)
        sim_broken(s, "S1: %zu wrote %zu changes; %llu acknowledged, %llu sealed, %llu unsealed", peer, written,
                   (unsigned long long)acked, (unsigned long long)counts.sealed, (unsigned long long)counts.unsealed);
}

/* --- at rest --------------------------------------------------------------------------------------------------------- */

static bool log_settled(struct sim *s, struct sim_peer *p, const struct sim_log *l)
{
    struct scope there, here;
    struct hash root, ward;
    struct txn txn;
    enum err e;

    if (!sim_world_may_read(s, p, l->org, l->access))
        return sim_scopes_settled(s, p, l);
    memstore_begin(s->ward.store, false, &txn);
    e = scope_load(&txn, &l->scope, &there);
    memstore_abort(s->ward.store);
    memstore_begin(p->node.store, false, &txn);
    if (e == ERR_OK)
        e = scope_load(&txn, &l->scope, &here);
    memstore_abort(p->node.store);
    if (e != ERR_OK || here.frontier.size != there.frontier.size || here.epoch != there.epoch ||
        !sim_snapshot_settled(p, &here))
        return false;
    root = scope_root(&here);
    ward = scope_root(&there);
    return crypto_equal(root.b, ward.b, HASH_SIZE);
}

bool sim_log_settled(struct sim *s, char why[SIM_WHY_MAX])
{
    for (size_t i = 0; i < s->peers; i++) {
        struct sim_peer *p = &s->peer[i];
        struct replica_counts counts = {0};
        struct txn txn;
        enum err e;

        if (!p->enrolled || p->revoked)
            continue;
        memstore_begin(p->node.store, false, &txn);
        e = replica_count(&txn, &counts);
        memstore_abort(p->node.store);
        if (e != ERR_OK || counts.unsealed + counts.sealed > 0 || sim_node_replica(&p->node).cut) {
            snprintf(why, SIM_WHY_MAX, "%zu has %llu unsealed, %llu sealed, cut %d", i, (unsigned long long)counts.unsealed,
                     (unsigned long long)counts.sealed, sim_node_replica(&p->node).cut);
            return false;
        }
        for (size_t k = 0; k < s->logs; k++)
            if (!log_settled(s, p, &s->log[k])) {
                snprintf(why, SIM_WHY_MAX, "%zu does not hold log %zu", i, k);
                return false;
            }
    }
    return true;
}

struct comparing {
    struct sim *s;
    struct txn *txn;
    uint16_t number;
    const char *where;
    size_t parts;
};

static void compare_part(void *arg, uint64_t kind, const struct id *record, struct bytes encoded)
{
    struct comparing *c = arg;
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};

    if (store_get(c->txn, TABLE_part, scope_key_part(room, (uint32_t)kind, record, c->number), &row) != ERR_OK ||
        !bytes_equal(buf_bytes(&row), encoded))
        sim_broken(c->s, "S2: %s: a part of kind %llu is not the model's", c->where, (unsigned long long)kind);
    buf_deinit(&row);
}

static bool count_part(void *arg, struct bytes key, struct bytes value)
{
    struct comparing *c = arg;

    (void)value;
    c->parts += load_u16(key.p + 2 + ID_SIZE) == c->number;
    return true;
}

/* S2, S4: this store holds the scope as the model does, byte for byte. */
static void compare_log(struct sim *s, struct memstore *m, struct sim_log *l, const char *where)
{
    struct hash root, state = {{0}}, model;
    struct comparing c = {.s = s, .where = where};
    struct scope scope;
    struct txn txn;

    memstore_begin(m, false, &txn);
    c.txn = &txn;
    if (scope_load(&txn, &l->scope, &scope) != ERR_OK || scope.frontier.size != l->size) {
        sim_broken(s, "S4: %s holds %llu leaves of %zu/%d, the ward %llu", where, (unsigned long long)scope.frontier.size,
                   l->org, (int)l->access, (unsigned long long)l->size);
        memstore_abort(m);
        return;
    }
    c.number = scope.number;
    root = scope_root(&scope);
    model = model_root(l->model, (size_t)l->size);
    if (!crypto_equal(root.b, model.b, HASH_SIZE))
        sim_broken(s, "S2: %s: root of %zu/%d is not the model's", where, l->org, (int)l->access);
    model_each_part(l->model, compare_part, &c);
    if (store_scan(&txn, TABLE_part, bytes_of(NULL, 0), count_part, &c) != ERR_OK || c.parts != model_parts(l->model))
        sim_broken(s, "S2: %s: %zu parts, the model has %zu", where, c.parts, model_parts(l->model));
    model = model_state_hash(l->model);
    if (ledger_state(&txn, &scope, &state) != ERR_OK || !crypto_equal(state.b, model.b, HASH_SIZE))
        sim_broken(s, "S2: %s: state of %zu/%d is not the model's", where, l->org, (int)l->access);
    sim_number_check(s, &txn, &scope, &l->numbers, where);
    memstore_abort(m);
}

static bool count_waiting(void *arg, struct view *v)
{
    const struct kind_info *k = schema_kind(v->kind);
    bool waits = replica_view_void(v) == CLOSE_RETURNED;

    for (size_t i = 0; k != NULL && i < k->fields; i++) {
        const struct entry *e = replica_view_entry(v, &k->field[i]);
        waits = waits || (e != NULL && e->count > 1 &&
                          (k->field[i].merge == MERGE_ASK || k->field[i].merge == MERGE_OWNER));
    }
    *(size_t *)arg += waits;
    return true;
}

/* What is shown as waiting is found by a table of its own (waits.h): it must be what a look at every record finds. */
static void compare_waiting(struct sim *s, size_t peer, struct txn *txn, const struct replica *r)
{
    size_t found = 0, there = 0;
    enum err e = replica_each_waiting(txn, r, count_waiting, &found);

    for (size_t i = 0; e == ERR_OK && i < schema_kind_count; i++)
        e = replica_each(txn, r, schema_kinds[i].number, count_waiting, &there);
    if (e != ERR_OK || found != there)
        sim_broken(s, "%zu finds %zu records that wait, of %zu: %s", peer, found, there, err_name(e));
}

static void verify_book(struct sim *s, size_t peer)
{
    struct memstore *m = s->peer[peer].node.store;
    char why[ERROR_DETAIL_MAX + 1] = "";
    struct replica_report report;
    struct replica r;
    struct txn txn;
    enum err e;

    memstore_begin(m, false, &txn);
    e = replica_load(&txn, &r);
    if (e == ERR_OK)
        e = replica_verify(&txn, &r, &report, why);
    if (e == ERR_OK)
        compare_waiting(s, peer, &txn, &r);
    memstore_abort(m);
    if (e != ERR_OK)
        sim_broken(s, "the book of %zu does not verify: %s %s", peer, err_name(e), why);
    else if (s->peer[peer].enrolled && !s->peer[peer].revoked && !(s->scopes.on && report.scopes == 0) &&
             (!report.complete || r.states_differ))
        sim_broken(s, "the book of %zu is not complete%s", peer, r.states_differ ? ": the ward folds otherwise" : "");
}

void sim_log_final(struct sim *s)
{
    memstore_sync(s->ward.store);
    s->settled = true;
    sim_log_feed(s);
    sim_restore_final(s);
    sim_copy_final(s);
    sim_snapshot_final(s);
    sim_scopes_final(s);
    for (size_t k = 0; k < s->logs && !s->failed; k++)
        compare_log(s, s->ward.store, &s->log[k], "the ward");
    for (size_t i = 0; i < s->peers && !s->failed; i++) {
        struct sim_peer *p = &s->peer[i];

        sim_log_device(s, i);
        verify_book(s, i);
        sim_held_check(s, i);
        sim_past_check(s, i);
        for (size_t k = 0; k < s->logs && !s->failed && p->enrolled && !p->revoked; k++)
            if (sim_world_may_read(s, p, s->log[k].org, s->log[k].access))
                compare_log(s, p->node.store, &s->log[k], "a device");
    }
    for (size_t k = 0; k < s->logs && !s->failed; k++) {
        struct hash h = model_state_hash(s->log[k].model);

        sim_note(s, "log %zu: %llu leaves, state %02x%02x%02x%02x", k, (unsigned long long)s->log[k].size, h.b[0], h.b[1],
                 h.b[2], h.b[3]);
    }
}
