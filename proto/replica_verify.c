/* replica_verify.c - is the book what the ward signed? Everything is computed again from the rows. */
#include <stdlib.h>

#include "actor.h"
#include "checkpoint.h"
#include "draft.h"
#include "ledger.h"
#include "replica.h"
#include "replica_keys.h"
#include "replica_snapshot.h"
#include "replica_verdict.h"
#include "verdict.h"
#include "waits.h"

/* --- counts
 * ------------------------------------------------------------------------------------------------------- */

#define SUBJECT_SIZE (2 + ID_SIZE) /* kind and record: how the key of a draft begins */

struct counting {
    struct txn *txn;
    struct replica_counts *c;
    struct buf held; /* subjects of what waits; the rows come in any order */
};

static bool draft_visit(void *arg, struct bytes key, struct bytes value)
{
    struct counting *n = arg;
    bool held = false;
    struct draft d;

    draft_init(&d);
    if (draft_decode(&d, value) == ERR_OK)
        for (size_t i = 0; i < d.count; i++) {
            n->c->unsealed += d.item[i].state == DRAFT_UNSEALED;
            n->c->sealed += d.item[i].state == DRAFT_SEALED;
            n->c->held += d.item[i].state == DRAFT_HELD;
            held = held || d.item[i].state == DRAFT_HELD;
        }
    if (held && key.n > SUBJECT_SIZE)
        buf_put(&n->held, key.p, SUBJECT_SIZE);
    draft_deinit(&d);
    return true;
}

static int by_subject(const void *a, const void *b)
{
    return memcmp(a, b, SUBJECT_SIZE);
}

static uint64_t count_subjects(struct buf *list)
{
    uint64_t n = 0;

    if (list->n > 0)
        qsort(list->p, list->n / SUBJECT_SIZE, SUBJECT_SIZE, by_subject);
    for (size_t i = 0; i < list->n; i += SUBJECT_SIZE)
        n += i == 0 || by_subject(list->p + i - SUBJECT_SIZE, list->p + i) != 0;
    return n;
}

static bool verdict_visit(void *arg, const struct replica_verdict *v)
{
    struct counting *n = arg;
    uint8_t subject[SUBJECT_SIZE];
    struct id record;
    uint32_t kind;

    n->c->refused += verdict_kind(v->verdict) == VERDICT_REFUSED && !v->answered;
    if (verdict_kind(v->verdict) != VERDICT_HELD || !replica_verdict_left(n->txn, v))
        return true; /* a draft says it */
    n->c->held++;
    change_subject(v->body, &kind, &record);
    store_u16(subject, (uint16_t)kind);
    memcpy(subject + 2, record.b, ID_SIZE);
    buf_put(&n->held, subject, sizeof subject);
    return true;
}

enum err replica_count(struct txn *txn, struct replica_counts *c)
{
    struct counting n = {.txn = txn, .c = c};
    enum err e;

    memset(c, 0, sizeof *c);
    e = store_scan(txn, TABLE_draft, bytes_of(NULL, 0), draft_visit, &n);
    if (e == ERR_OK)
        e = replica_verdict_each(txn, verdict_visit, &n);
    c->held_records = count_subjects(&n.held);
    buf_deinit(&n.held);
    return e;
}

/* --- one scope
 * ------------------------------------------------------------------------------------------------------ */

struct verifying {
    struct txn *txn;
    const struct replica *r;
    const struct scope *scope;
    struct replica_report *report;
    struct tree_frontier frontier;
    struct replica_log log;
    struct buf streams; /* struct stream[], as far as the leaves have told */
    char *why;
};

static enum err wrong(struct verifying *v, const char *what, uint64_t where)
{
    char scope[ID_TEXT_SIZE];
    struct buf text = {0};

    id_print(&v->scope->id, scope);
    buf_printf(&text, "scope %.8s: %s %llu", scope, what, (unsigned long long)where);
    assert(text.n <= ERROR_DETAIL_MAX);
    memcpy(v->why, buf_cstr(&text), text.n + 1);
    buf_deinit(&text);
    return ERR_BAD_PROOF;
}

static struct stream *stream_of(struct verifying *v, const struct header *h)
{
    struct stream *s = (struct stream *)(void *)v->streams.p;
    size_t count = v->streams.n / sizeof *s;
    struct stream fresh = {.device = h->device, .incarnation = h->incarnation};

    for (size_t i = 0; i < count; i++)
        if (s[i].incarnation == h->incarnation && id_equal(&s[i].device, &h->device))
            return &s[i];
    buf_put(&v->streams, &fresh, sizeof fresh);
    return (struct stream *)(void *)v->streams.p + count;
}

/* Signature, chain and commitments of one changeset. */
static enum err verify_changeset(struct verifying *v, uint64_t index, struct ledger_leaf *l)
{
    struct actor_device d;
    struct header h, rebuilt;
    struct stream *stream;
    struct buf encoded = {0};
    enum err e = header_decode(&h, l->header);

    if (e == ERR_OK)
        e = actor_device(v->txn, v->scope, &h.device, &d);
    if (e != ERR_OK)
        return e == ERR_IO || e == ERR_DAMAGED ? e : wrong(v, "header of leaf", index);
    if (header_verify(l->signature, l->header, d.key) != ERR_OK)
        return wrong(v, "signature of leaf", index);
    stream = stream_of(v, &h);
    if (stream->next == 0 && v->scope->from > 0) { /* its beginning is not here yet */
        stream->next = h.first;
        stream->head = h.previous;
    }
    if (h.first != stream->next || !crypto_equal(h.previous.b, stream->head.b, HASH_SIZE))
        return wrong(v, "chain at leaf", index);
    changeset_commit(&l->changeset, &h.scope, &h.device, &h.person);
    rebuilt = changeset_header(&l->changeset, &h.scope, &h.device, h.incarnation, &h.person, &h.previous, h.epoch,
                               &h.root);
    header_encode(&rebuilt, &encoded);
    if (!bytes_equal(buf_bytes(&encoded), l->header))
        e = wrong(v, "commitments of leaf", index);
    buf_deinit(&encoded);
    stream->next += h.count;
    stream->head = header_head(l->header, l->signature);
    v->report->changesets++;
    v->report->changes += h.count;
    return e;
}

static enum err verify_control(struct verifying *v, uint64_t index, const struct ledger_leaf *l)
{
    struct control c;
    enum err e = control_decode(&c, l->control);

    v->log.size = index;
    if (e == ERR_OK)
        e = replica_keys_control(v->txn, v->r, &v->log, &c, l->control, l->signature);
    return e == ERR_BAD_PROOF || e == ERR_BAD_FRAME ? wrong(v, "signature of control leaf", index) : e;
}

static enum err verify_leaf(struct verifying *v, uint64_t index)
{
    struct ledger_leaf l;
    struct buf row = {0};
    struct hash hash;
    enum err e = ledger_leaf_at(v->txn, v->scope, index, &row, &l);

    if (e == ERR_OK && l.is_control)
        e = verify_control(v, index, &l);
    else if (e == ERR_OK && !l.is_control)
        e = verify_changeset(v, index, &l);
    if (e == ERR_OK) {
        hash = ledger_hash(&l);
        e = tree_append(&v->frontier, &hash, NULL, NULL);
        v->report->leaves++;
    }
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}

static enum err verify_root(struct verifying *v)
{
    const struct scope *s = v->scope;
    struct checkpoint c = {.ward = v->r->ward, .scope = s->id, .epoch = s->epoch, .size = s->signed_size,
                           .time = s->signed_time};
    struct hash root = tree_root(&v->frontier), kept = scope_root(s);

    if (!crypto_equal(root.b, kept.b, HASH_SIZE))
        return wrong(v, "root at size", v->frontier.size);
    if (s->signed_size != s->frontier.size)
        return wrong(v, "no checkpoint at size", s->frontier.size);
    c.root = root;
    if (!crypto_equal(v->log.ward_key, s->ward_key, SIGN_PUBLIC_SIZE))
        return wrong(v, "key of the ward at size", s->frontier.size);
    if (replica_keys_checkpoint(v->txn, v->r, s, &c, s->signature) != ERR_OK)
        return wrong(v, "checkpoint at size", s->signed_size);
    return ERR_OK;
}

/* --- the folded state
 * ------------------------------------------------------------------------------------------------- */

struct states {
    const struct scope *scope;
    size_t scopes;
    uint8_t (*accumulator)[FOLD_ACCUMULATOR_SIZE];
    struct replica_report *report;
    enum err err;
};

static bool state_visit(void *arg, struct bytes key, struct bytes value)
{
    struct states *st = arg;
    struct id record;
    uint16_t number;

    st->err = key.n == 4 + ID_SIZE ? ERR_OK : ERR_DAMAGED;
    if (st->err != ERR_OK)
        return false;
    record = id_from(key.p + 2);
    number = load_u16(key.p + 2 + ID_SIZE);
    for (size_t i = 0; i < st->scopes; i++)
        if (st->scope[i].number == number)
            fold_digest_add(st->accumulator[i], &record, value);
    st->report->parts++;
    return true;
}

/* The parts in the store must add up to the accumulator that the fold kept. */
static enum err verify_states(struct txn *txn, const struct scope *scope, size_t count, struct verifying *v)
{
    struct states st = {.scope = scope, .scopes = count, .report = v->report};
    enum err e;

    st.accumulator = mem_alloc(count * sizeof *st.accumulator);
    e = store_scan(txn, TABLE_part, bytes_of(NULL, 0), state_visit, &st);
    if (e == ERR_OK)
        e = st.err;
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct hash kept, counted = fold_digest(st.accumulator[i]);

        v->scope = &scope[i];
        e = ledger_state(txn, &scope[i], &kept);
        if (e == ERR_OK && !crypto_equal(kept.b, counted.b, HASH_SIZE))
            e = wrong(v, "folded state at size", scope[i].frontier.size);
    }
    free(st.accumulator);
    if (e == ERR_OK && (e = waits_check(txn)) == ERR_DAMAGED)
        e = wrong(v, "list of what waits, parts", st.report->parts);
    return e;
}

/* What is not here as leaves the ward signed as a whole. Leaves go on from its root. */
static enum err verify_snapshot(struct verifying *v)
{
    struct snapshot head;
    struct hash root, theirs;
    enum err e = replica_snapshot_verify(v->txn, v->r, &v->scope->id, &head, v->log.ward_key);

    if (e == ERR_BAD_PROOF || e == ERR_NOT_FOUND)
        return wrong(v, "snapshot of size", v->scope->from);
    if (e == ERR_OK)
        e = scope_frontier_at(v->txn, v->scope, v->scope->from, &v->frontier);
    if (e != ERR_OK)
        return e;
    root = tree_root(&v->frontier);
    theirs = tree_root(&head.frontier);
    v->report->partial++;
    v->report->missing += v->scope->from;
    return head.frontier.size == v->scope->from && crypto_equal(root.b, theirs.b, HASH_SIZE)
               ? ERR_OK
               : wrong(v, "snapshot of size", v->scope->from);
}

static enum err verify_scope(struct verifying *v, const struct scope *s)
{
    enum err e = ERR_OK;

    v->scope = s;
    memset(&v->frontier, 0, sizeof v->frontier);
    v->log = (struct replica_log){.size = s->from};
    buf_clear(&v->streams);
    if (s->from > 0)
        e = verify_snapshot(v);
    for (uint64_t i = s->from; e == ERR_OK && i < s->frontier.size; i++)
        e = verify_leaf(v, i);
    if (e == ERR_OK && s->frontier.size > 0) {
        e = verify_root(v);
        v->report->scopes++;
    }
    return e;
}

enum err replica_verify(struct txn *txn, const struct replica *r, struct replica_report *report,
                        char why[ERROR_DETAIL_MAX + 1])
{
    struct verifying v = {.txn = txn, .r = r, .report = report, .why = why};
    struct replica_counts counts;
    struct scope *scope = NULL;
    size_t count = 0;
    enum err e = scope_list(txn, &scope, &count);

    memset(report, 0, sizeof *report);
    why[0] = '\0';
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = verify_scope(&v, &scope[i]);
    if (e == ERR_OK && count > 0)
        e = verify_states(txn, scope, count, &v);
    if (e == ERR_OK)
        e = replica_count(txn, &counts);
    if (e == ERR_OK)
        report->complete = r->enrolled && report->scopes > 0 && counts.unsealed == 0 && counts.sealed == 0;
    buf_deinit(&v.streams);
    free(scope);
    return e;
}
