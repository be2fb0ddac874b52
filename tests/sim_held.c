/* sim_held.c - see sim_held.h. */
#include "sim_held.h"

#include <stdio.h>
#include <stdlib.h>

#include "../proto/author.h"
#include "../proto/ledger.h"
#include "../proto/replica_verdict.h"
#include "../proto/verdict.h"
#include "../proto/ward_held_record.h"

struct picking {
    struct sim *s;
    uint64_t seen;
    struct hash id;
    struct id record;
    uint32_t kind;
    uint64_t of_record;
};

/* One of all that wait, each as likely. */
static bool pick(void *arg, const struct ward_held *h)
{
    struct picking *p = arg;

    if (sim_draw(p->s, ++p->seen) == 0)
        p->id = h->held.id;
    if (memcmp(p->id.b, h->held.id.b, HASH_SIZE) == 0) {
        p->record = h->change->record;
        p->kind = h->change->kind;
    }
    return true;
}

/* Other changes, which lie there once. */
static bool count_record(void *arg, const struct ward_held *h)
{
    struct picking *p = arg;

    p->of_record += h->change->kind == p->kind && id_equal(&h->change->record, &p->record) &&
                    memcmp(h->held.id.b, p->id.b, HASH_SIZE) != 0;
    return true;
}

/* H5: the word on a record is the word on all of it, or nothing was decided. Two kinds may bear one id here. */
static enum err rule_record(struct sim *s, struct txn *txn, struct picking *p, struct ward_ruling *r)
{
    struct ward_ruled ruled = {0};
    char hex[2 * ID_SIZE + 1];
    enum err e;

    for (size_t i = 0; i < ID_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", p->record.b[i]);
    r->prefix = hex;
    e = ward_rule_record(txn, &s->ward.ward, r, s->ward.now, &ruled);
    if (e != ERR_OK && e != ERR_AMBIGUOUS && e != ERR_FROZEN)
        sim_broken(s, "H5: record %s cannot be decided: %s", hex, err_name(e));
    if (e == ERR_OK && (ward_held_each(txn, count_record, p) != ERR_OK || (p->of_record > 0 && s->totals.put_back + s->totals.clones == 0)))
        sim_broken(s, "H5: a part of %s still waits", hex);
    ward_ruled_deinit(&ruled);
    sim_note(s, "ward says %d to record %.8s", (int)r->verdict, hex);
    return e;
}

void sim_held_act(struct sim *s)
{
    struct ward_ruling r = {.verdict = sim_one_in(s, 3) ? VERDICT_REFUSED : VERDICT_ACCEPTED,
                            .text = bytes_of_str("Theo quyết định số 12."), .by = bytes_of_str("Trần Văn Bình")};
    struct picking p = {.s = s};
    char hex[2 * HASH_SIZE + 1];
    struct held held;
    struct txn txn;
    enum err e;

    memstore_fail(s->ward.store, 0, ERR_OK);
    memstore_begin(s->ward.store, true, &txn);
    if (ward_held_each(&txn, pick, &p) != ERR_OK)
        sim_broken(s, "H1: what waits cannot be listed");
    for (size_t i = 0; i < HASH_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", p.id.b[i]);
    r.prefix = hex;
    if (s->failed || p.seen == 0) {
        memstore_abort(s->ward.store);
        return;
    }
    if (s->seed % 8 == 3) {
        if (rule_record(s, &txn, &p, &r) == ERR_FROZEN)
            memstore_abort(s->ward.store); /* signed meanwhile: a person can only say no */
        else if (memstore_commit(s->ward.store, true) != ERR_OK)
            sim_broken(s, "H5: the decision is not durable");
        return;
    }
    e = ward_rule(&txn, &s->ward.ward, &r, s->ward.now, &held);
    if (e == ERR_FROZEN && r.verdict == VERDICT_ACCEPTED) {
        r.verdict = VERDICT_REFUSED;
        e = ward_rule(&txn, &s->ward.ward, &r, s->ward.now, &held);
    }
    if (e != ERR_OK)
        sim_broken(s, "H1: %s of kind %u cannot be decided: %s", hex, p.kind, err_name(e));
    if (ward_rule(&txn, &s->ward.ward, &r, s->ward.now, &held) != ERR_DECIDED)
        sim_broken(s, "H1: %s is decided twice", hex);
    if (memstore_commit(s->ward.store, true) != ERR_OK)
        sim_broken(s, "H1: the decision is not durable");
    sim_note(s, "ward says %d to %.8s", (int)r.verdict, hex);
}

bool sim_held_same_person(const struct sim *s, size_t peer, const struct id *device)
{
    for (size_t i = 0; i < s->peers; i++)
        if (id_equal(&s->peer[i].id, device) && id_equal(&s->peer[i].person, &s->peer[peer].person))
            return true;
    return false;
}

/* --- at the end --------------------------------------------------------------------------------------------------- */

struct checking {
    struct sim *s;
    size_t peer;
    struct txn *txn;
    const struct scope *scope;
    struct author author;
    struct buf seen; /* struct hash[]: of its own that wait */
    uint64_t own;
};

struct looking {
    const struct hash *id;
    bool found;
    uint32_t verdict, leaf;
};

static bool find_word(void *arg, const struct replica_verdict *v)
{
    struct looking *l = arg;

    if (memcmp(v->id.b, l->id->b, HASH_SIZE) != 0)
        return true;
    l->found = true;
    l->verdict = v->verdict;
    l->leaf = v->leaf;
    return false;
}

/* The newest word on it is here, on whichever device of its author's it was written. */
static void check_word(struct checking *c, const struct held *h, const struct hash *id)
{
    struct looking l = {.id = id};

    if (replica_verdict_each(c->txn, find_word, &l) != ERR_OK)
        sim_broken(c->s, "H4: %zu: the words cannot be read", c->peer);
    else if (l.found && h->decided && l.leaf > h->ruling)
        return; /* its holder's other store sent it once more behind the decision: it waits again, and has its own row */
    else if (!l.found || (verdict_kind(l.verdict) == VERDICT_REFUSED) != h->decided)
        sim_broken(c->s, "H4: %zu does not know what became of its holder's %02x%02x%02x%02x", c->peer, id->b[0],
                   id->b[1], id->b[2], id->b[3]);
}

/* Two stores of one device may have sent the same change: it lies there once for each. Accepted from one of them it is
 * in effect, and nothing of it waits. */
static void count_own(struct checking *c, const struct held *h, const struct changeset *cs)
{
    const struct hash *id = &cs->slot[h->position].commitment;
    struct version v = change_version(id);
    uint32_t leaf, position;

    /* The ward had no body itself when it sent the leaf: it comes with the word. If the word had come back before the
     * body did, too, this store knows that its holder's other store was refused something, and not what
     * (protocol.md 8.6): nobody sends it what neither of the two leaves brought. */
    if (c->s->restored && cs->slot[h->position].body.n == 0 && (!h->decided || verdict_kind(h->ruled) == VERDICT_REFUSED))
        return;
    if (scope_change_find(c->txn, c->scope, &v, &leaf, &position) == ERR_OK)
        return;
    check_word(c, h, id);
    if (h->decided)
        return;
    for (size_t i = 0; i < c->seen.n; i += HASH_SIZE)
        if (memcmp(c->seen.p + i, id->b, HASH_SIZE) == 0)
            return;
    buf_put(&c->seen, id->b, HASH_SIZE);
    c->own++;
}

static bool check_row(void *arg, const struct held *h)
{
    struct checking *c = arg;
    bool released = h->decided && verdict_kind(h->ruled) == VERDICT_ACCEPTED;
    struct ledger_leaf l;
    struct header header;
    struct buf row = {0};
    bool mine = false;

    if (ledger_leaf_at(c->txn, c->scope, h->leaf, &row, &l) != ERR_OK || header_decode(&header, l.header) != ERR_OK) {
        sim_broken(c->s, "H2: %zu: a held change without its leaf", c->peer);
    } else if (author_wrote(c->txn, c->scope, &c->author, &header, &mine) != ERR_OK) {
        sim_broken(c->s, "H2: %zu: whose work it is cannot be read", c->peer);
    } else if (mine) {
        changeset_commit(&l.changeset, &header.scope, &header.device, &header.person);
        count_own(c, h, &l.changeset);
    } else if (c->s->restored && l.changeset.slot[h->position].body.n > 0) {
        released = true; /* perhaps by a decision that the ward forgot, and has taken otherwise since */
    } else if ((l.changeset.slot[h->position].body.n > 0) != released) {
        sim_broken(c->s, "H2: %zu holds %s", c->peer, released ? "no body of what was released"
                                                               : "a body that was never released to it");
    }
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    return !c->s->failed;
}

/* What was held in a scope that is not its own any more stays known. */
static bool count_left(void *arg, const struct replica_verdict *v)
{
    struct checking *c = arg;

    c->own += replica_verdict_left(c->txn, v) && verdict_kind(v->verdict) == VERDICT_HELD;
    return true;
}

void sim_held_check(struct sim *s, size_t peer)
{
    struct sim_peer *p = &s->peer[peer];
    struct replica_counts counts = {0};
    struct replica r;
    struct scope *scope = NULL;
    struct txn txn;
    struct checking c = {.s = s, .peer = peer, .txn = &txn};
    size_t scopes = 0;

    if (!p->enrolled || p->revoked)
        return;
    r = sim_node_replica(&p->node);
    c.author = (struct author){r.device, r.person};
    memstore_begin(p->node.store, false, &txn);
    if (scope_list(&txn, &scope, &scopes) != ERR_OK || replica_count(&txn, &counts) != ERR_OK)
        sim_broken(s, "H2: %zu cannot be read", peer);
    for (size_t i = 0; i < scopes && !s->failed; i++) {
        c.scope = &scope[i];
        if (held_each(&txn, &scope[i], check_row, &c) != ERR_OK)
            sim_broken(s, "H2: %zu: the index of what waits cannot be read", peer);
    }
    if (!s->failed && replica_verdict_each(&txn, count_left, &c) != ERR_OK)
        sim_broken(s, "H4: %zu: the words cannot be read", peer);
    if (!s->failed && counts.held != c.own)
        sim_broken(s, "H3: %zu shows %llu held changes, %llu of its own wait", peer, (unsigned long long)counts.held,
                   (unsigned long long)c.own);
    memstore_abort(p->node.store);
    free(scope);
    buf_deinit(&c.seen);
}
