/* ward_append.c - one changeset of a flight: authentic and in order, then appended whatever its verdicts
 * (protocol.md 4.3, 8). */
#include "actor.h"
#include "freeze.h"
#include "header.h"
#include "life.h"
#include "verdict.h"
#include "ward_hand_in.h"
#include "ward_move.h"
#include "ward_office.h"
#include "ward_quarantine.h"
#include "ward_recall.h"
#include "ward_transfer.h"

/* Everything the steps of one append share. */
struct append {
    struct txn *txn;
    struct work *job;
    struct scope scope;
    struct stream stream;
    bool new_stream;
    bool copied; /* two copies of the device live: a person looks at what they send */
    struct actor_device device;
    struct id person;
    struct changeset cs;
    struct header header;
    struct buf encoded; /* the header's bytes */
    bool proposals;     /* some of it goes to another scope */
};

/* A device draws its incarnations itself. */
static enum err streams_check(const struct append *a)
{
    size_t count = 0;
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < a->scope.streams; i++) {
        struct stream stream;

        e = scope_stream(a->txn, &a->scope, i, &stream);
        count += e == ERR_OK && id_equal(&stream.device, &a->job->device);
    }
    return e == ERR_OK && count >= STREAMS_DEVICE_MAX ? ERR_TOO_LONG : e;
}

static enum err load_stream(struct append *a)
{
    enum err e = scope_stream_of(a->txn, &a->scope, &a->job->device, a->job->incarnation, &a->stream);

    if (e == ERR_NOT_FOUND) {
        memset(&a->stream, 0, sizeof a->stream);
        a->stream.device = a->job->device;
        a->stream.incarnation = a->job->incarnation;
        a->new_stream = true;
        e = a->job->hand_in ? ERR_OK : streams_check(a);
    }
    return e;
}

/* The scope, and the device's right to speak in it now: rights are looked up for every changeset, not once at the
 * login. Whoever was let in once hands in his work also after his role ended: it is judged, not lost. */
static enum err load(struct append *a)
{
    struct ward_device d;
    enum err e = ward_device_load(a->txn, &a->job->device, &d);

#ifdef BUG_5 /* planted (tests/bugs_test.sh): rights are what they were at the login */
    d.state = DEVICE_ACTIVE;
#endif
    if (e == ERR_OK && d.state == DEVICE_REVOKED && !a->job->hand_in)
        return ERR_REVOKED;
    /* A copy made itself known while this session was under way: nothing more comes under the old incarnation. */
    if (e == ERR_OK && d.incarnation != a->job->incarnation && !a->job->hand_in)
        e = ERR_COPY;
    a->copied = d.state == DEVICE_COPIED;
    if (e == ERR_OK)
        e = scope_load(a->txn, &a->job->scope, &a->scope);
    if (e == ERR_OK)
        e = actor_device(a->txn, &a->scope, &a->job->device, &a->device);
    if (e == ERR_NOT_FOUND)
        return a->job->key_gone ? ERR_KEY_GONE : ERR_NOT_READABLE;
    if (e == ERR_OK && a->job->hand_in)
        return load_stream(a); /* whether it may write is what a person will decide */
#ifdef BUG_5
    a->device.revoked = false;
#endif
    if (e == ERR_OK && a->device.revoked)
        return ERR_REVOKED;
    return e == ERR_OK ? load_stream(a) : e;
}

static enum err decode(struct append *a)
{
    struct mp r;
    enum err e;

    mp_open(&r, buf_bytes(&a->job->in));
    mp_expect_array(&r, 8);
    changeset_read(&a->cs, &r);
    e = mp_close(&r);
    if (e == ERR_OK && !a->cs.has_seed)
        e = ERR_BAD_FRAME; /* a device sends what it wrote, whole */
    a->person = a->cs.other_person ? a->cs.person : a->device.person;
    return e;
}

/* The same changeset, in the log? ERR_NOT_FOUND: its number is not; ERR_COPY: another one has it, so a copy of the
 * store is about. */
static enum err in_log(struct append *a, struct hash *head)
{
    struct buf row = {0};
    struct ledger_leaf l = {0};
    uint64_t index;
    enum err e = ledger_find(a->txn, &a->scope, &a->job->device, a->job->incarnation, a->cs.first, &index);

    if (e == ERR_OK)
        e = ledger_leaf_at(a->txn, &a->scope, index, &row, &l);
    if (e == ERR_OK && !crypto_equal(l.signature, a->cs.signature, SIGNATURE_SIZE))
        e = ERR_COPY;
    if (e == ERR_OK)
        *head = header_head(l.header, l.signature);
    if (e == ERR_OK)
        e = ward_missing_fill(a->txn, &a->scope, &a->job->device, a->job->incarnation, index, &a->cs);
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    return e;
}

/* A changeset that is here already is skipped if it is the same one. */
static enum err known(struct append *a)
{
    struct hash head;
    enum err e = in_log(a, &head);

    return e == ERR_NOT_FOUND ? ERR_BAD_CHAIN : e;
}

#ifdef BUG_8 /* planted (tests/bugs_test.sh): what comes twice is applied twice */
static void rewind_stream(struct append *a)
{
    struct buf row = {0};
    struct ledger_leaf l = {0};
    struct header h;
    uint64_t index;

    if (ledger_find(a->txn, &a->scope, &a->job->device, a->job->incarnation, a->cs.first, &index) == ERR_OK &&
        ledger_leaf_at(a->txn, &a->scope, index, &row, &l) == ERR_OK && header_decode(&h, l.header) == ERR_OK) {
        a->stream.next = h.first;
        a->stream.head = h.previous;
    }
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
}
#endif

static enum err authentic(struct append *a)
{
    struct hash seen = {{0}};
    bool ours = !a->cs.full_seen || a->cs.epoch == a->scope.epoch;
    /* The short form means the log as its author holds it: a beginning of ours, maybe of an earlier epoch. */
    uint32_t epoch = a->job->epoch < a->scope.epoch ? a->job->epoch : a->scope.epoch;
    enum err e = ERR_OK;

    if (ours)
        e = scope_root_at(a->txn, &a->scope, a->cs.size, &seen);
    if (e == ERR_NOT_FOUND || (!ours && a->cs.epoch > a->scope.epoch))
        return ERR_ROLLED_BACK;
    if (e != ERR_OK)
        return e;
    if (a->cs.full_seen && ours && !crypto_equal(seen.b, a->cs.root.b, HASH_SIZE))
        return ERR_BAD_CHAIN;
    changeset_commit(&a->cs, &a->scope.id, &a->job->device, &a->person);
    a->header = changeset_header(&a->cs, &a->scope.id, &a->job->device, a->job->incarnation, &a->person,
                                 &a->stream.head, epoch, &seen);
    buf_clear(&a->encoded);
    header_encode(&a->header, &a->encoded);
    e = header_verify(a->cs.signature, buf_bytes(&a->encoded), a->device.key);
    /* Refilled by another device while this flight was under way: it is sent again over the new log. */
    return e != ERR_OK && epoch != a->scope.epoch ? ERR_BUSY : e;
}

static bool is_taken(uint32_t verdict)
{
    return verdict_kind(verdict) == VERDICT_ACCEPTED || verdict_kind(verdict) == VERDICT_PROPOSAL;
}

/* What a record was when its author moved it to this state: with what he wrote before, in this changeset. */
static void fold_before(const struct append *a, const uint32_t *verdict, size_t at, const struct change *c,
                        struct part *p)
{
    const struct kind_info *k = schema_kind(c->kind);
    bool matters = c->op == OP_CLOSE || c->op == OP_STATE || (k != NULL && life_is(k, LIFE_FILE));
    struct change before;
    struct id record;
    uint32_t kind;

    for (size_t i = 0; matters && i < at; i++) {
        struct version v = change_version(&a->cs.slot[i].commitment);

        change_subject(a->cs.slot[i].body, &kind, &record);
        if (is_taken(verdict[i]) && kind == c->kind && id_equal(&record, &c->record) &&
            change_decode(&before, a->cs.slot[i].body) == ERR_OK)
            (void)fold_change(p, a->scope.fold_version, &before, &v, verdict_owns(verdict[i]), 0, (uint32_t)i);
    }
}

/* What the part as it stands says to a change. */
struct look {
    bool closed; /* by a signature (freeze.h) */
    bool unseen; /* it would sign what its author had not seen */
    bool raised; /* it has fields of lower classes here too */
};

static enum err look_at_part(const struct append *a, const uint32_t *verdict, size_t at, const struct change *c,
                             struct bytes encoded, struct look *look)
{
    struct part p;
    enum err e = ERR_OK;

    part_init(&p);
    if (encoded.n > 0)
        e = part_decode(&p, encoded);
    if (e == ERR_OK) {
        look->raised = ledger_holds_raised(&p, a->scope.access);
        fold_before(a, verdict, at, c, &p);
        look->closed = freeze_closes(&p, c);
        look->unseen = freeze_unseen(&p, c);
    }
    part_deinit(&p);
    return e;
}

/* By a signature that stands before it in this changeset. */
static bool closed_before(const struct append *a, const uint32_t *verdict, size_t at, const struct change *c)
{
    struct change before;
    struct id record;
    uint32_t kind;

    for (size_t i = 0; i < at; i++) {
        if (!is_taken(verdict[i]))
            continue;
        change_subject(a->cs.slot[i].body, &kind, &record); /* decoding each would cost the square of their number */
        if (id_equal(&record, &c->record) && change_decode(&before, a->cs.slot[i].body) == ERR_OK &&
            freeze_closed_by(&before, c))
            return true;
    }
    return false;
}

/* What does not fit the schema is refused, not dropped: its author learns why and can send it again, corrected. */
static enum err verdict_of(struct append *a, enum role role, uint32_t *verdict, size_t at)
{
    struct bytes body = a->cs.slot[at].body;
    uint8_t room[STORE_KEY_MAX];
    struct buf part = {0};
    struct change c;
    enum err wrong, e = change_decode(&c, body);
    struct look look = {0};

    if (e != ERR_OK)
        return e; /* nothing is appended of a changeset that holds such a body */
    e = store_get(a->txn, TABLE_part, scope_key_part(room, c.kind, &c.record, a->scope.number), &part);
    if (e == ERR_OK || e == ERR_NOT_FOUND)
        e = look_at_part(a, verdict, at, &c, buf_bytes(&part), &look);
    wrong = schema_check_raised(&c, a->scope.access, look.raised);
    if (wrong == ERR_OK && (look.closed || closed_before(a, verdict, at, &c)))
        wrong = ERR_FROZEN;
    if (part.n + body.n > PART_MAX)
        wrong = ERR_TOO_LONG;
    /* The holder signs for himself: a signature by his device says nothing of anybody else. */
    if (!id_equal(&a->person, &a->device.person))
        wrong = ERR_NOT_ALLOWED;
    verdict[at] = wrong == ERR_OK ? rights_verdict(role, &c, a->scope.access)
                                  : verdict_make(VERDICT_REFUSED, false, wrong);
    if (a->copied && verdict_kind(verdict[at]) == VERDICT_ACCEPTED)
        verdict[at] = verdict_make(VERDICT_HELD, false, ERR_COPIED);
    buf_deinit(&part);
    if (e == ERR_OK && wrong == ERR_OK)
        e = ward_office_verdict(a->txn, &a->scope, &a->header, &c, &verdict[at]);
    if (look.unseen && verdict_kind(verdict[at]) == VERDICT_ACCEPTED)
        verdict[at] = verdict_make(VERDICT_HELD, false, ERR_STALE_BASE);
    return e;
}

/* What is written about a copy is for its home to take: what is closed there is closed here, and whoever could know
 * that it is one gets no more rights by writing about it than he has at the home. */
static enum err propose_to_home(struct append *a, struct bytes body, uint32_t *verdict)
{
    enum err why = ERR_OK, e;
    bool copy = false;

    e = ward_is_copy_of(a->txn, &a->scope, body, &copy);
    if (e == ERR_OK && copy)
        e = ward_home_refuses(a->txn, &a->scope, body, &why);
    if (e == ERR_OK && copy && why == ERR_STALE_BASE) {
        *verdict = verdict_make(VERDICT_HELD, false, why);
    } else if (e == ERR_OK && copy && why != ERR_OK) {
        *verdict = verdict_make(VERDICT_REFUSED, false, why);
    } else if (e == ERR_OK && copy) {
        e = ward_home_verdict(a->txn, &a->scope, &a->header, body, verdict);
        a->proposals = a->proposals || (e == ERR_OK && verdict_kind(*verdict) == VERDICT_PROPOSAL);
    }
    return e;
}

/* A paper released later would have a place in the log that nobody knew of: the numbers of others would change. */
static void never_waits(struct bytes body, uint32_t *verdict)
{
    const struct kind_info *k;
    struct id record;
    uint32_t kind;

    if (verdict_kind(*verdict) != VERDICT_HELD)
        return;
    change_subject(body, &kind, &record);
    k = schema_kind(kind);
    if (k != NULL && life_is(k, LIFE_PLACED))
        *verdict = verdict_make(VERDICT_REFUSED, false, verdict_reason(*verdict));
}

static enum err judge(struct append *a, struct buf *verdicts)
{
    uint32_t verdict[CHANGESET_CHANGES_MAX];
    enum role role;
    enum err e = actor_role(a->txn, &a->scope, &a->person, &role);

    for (size_t i = 0; e == ERR_OK && i < a->cs.count; i++) {
        e = verdict_of(a, role, verdict, i);
        /* No role at all any more, nor one that ended in which this was right: still nothing is lost. */
        if (e == ERR_OK && role == ROLE_NONE && id_equal(&a->person, &a->device.person) &&
            verdict[i] == verdict_make(VERDICT_REFUSED, false, ERR_NOT_ALLOWED))
            verdict[i] = verdict_make(VERDICT_HELD, false, ERR_HELD_FOR_PERSON);
        if (e == ERR_OK && verdict_kind(verdict[i]) == VERDICT_ACCEPTED)
            e = propose_to_home(a, a->cs.slot[i].body, &verdict[i]);
        if (e == ERR_OK)
            never_waits(a->cs.slot[i].body, &verdict[i]);
    }
    if (e == ERR_OK)
        verdict_list_encode(verdict, a->cs.count, verdicts);
    return e;
}

static enum err add(struct append *a, const struct ward *w, uint64_t now)
{
    struct buf verdicts = {0};
    uint64_t policy;
    enum err e = judge(a, &verdicts);

    if (e == ERR_OK)
        e = ward_policy(a->txn, &policy);
    if (e == ERR_OK && a->new_stream)
        e = scope_stream_new(a->txn, &a->scope, &a->job->device, a->job->incarnation, &a->stream);
    if (e == ERR_OK)
        e = ledger_add_changeset(a->txn, &a->scope, &a->stream, &a->header, buf_bytes(&a->encoded), &a->cs, now, policy,
                                 buf_bytes(&verdicts));
    if (e == ERR_OK)
        e = scope_save(a->txn, &a->scope);
    if (e == ERR_OK)
        e = ward_missing_again(a->txn, &a->scope, &a->job->device, &a->cs);
    if (e == ERR_OK && a->proposals)
        e = ward_forward(a->txn, w, &a->scope, a->scope.frontier.size - 1, now);
    if (e == ERR_OK && a->proposals)
        e = ledger_strip_raised(a->txn, &a->scope, a->scope.frontier.size - 1);
    if (e == ERR_OK)
        e = ward_transfer_heed(a->txn, w, &a->scope, &a->cs, now); /* may add to the scope */
    buf_deinit(&verdicts);
    return e;
}

/* --- of a device that only hands in (protocol.md 8.5) ---------------------------------------------------------- */

/* In whichever way its stream goes on: a copy hands in what it wrote, under the numbers that another store used too. */
static enum err authentic_somehow(struct append *a)
{
    struct stream end = a->stream;
    struct hash head[WARD_HAND_IN_HEADS + 1];
    size_t count = 0;
    enum err e = ward_hand_in_heads(a->txn, &a->scope, &a->stream, a->cs.first, head, &count), wrong = ERR_BAD_CHAIN;

    if (e == ERR_OK)
        e = ward_quarantine_end(a->txn, &a->scope, &end);
    if (e == ERR_OK && end.next == a->cs.first)
        head[count++] = end.head;
    while (e == ERR_OK && count > 0 && wrong != ERR_OK) {
        a->stream.head = head[--count];
        wrong = authentic(a);
        if (wrong != ERR_OK && wrong != ERR_BAD_SIGNATURE)
            count = 0;
    }
    return e == ERR_OK ? wrong : e;
}

/* Whoever hands in has brought back what the ward lost, unless he has not got it either: a stream whose beginning is
 * not here, or a root that our log does not have, is no fault of the device's then. It tries again when others have
 * brought the log back. */
static enum err hand_in(struct append *a, uint64_t now)
{
    struct stream log = a->stream;
    struct hash head;
    enum err e = in_log(a, &head);

    if (e == ERR_NOT_FOUND || e == ERR_COPY)
        e = ward_quarantine_known(a->txn, &a->scope, &log, &a->cs, &head);
    if (e == ERR_NOT_FOUND) {
        e = authentic_somehow(a);
        if (e == ERR_BAD_CHAIN || e == ERR_BAD_SIGNATURE)
            e = ERR_ROLLED_BACK;
        if (e == ERR_OK)
            e = ward_quarantine_put(a->txn, &a->scope, &log, &a->header, buf_bytes(&a->encoded), &a->cs,
                                    buf_bytes(&a->job->in), now, &head);
        if (e == ERR_OK)
            a->job->received = a->cs.count;
    }
    log.next = a->cs.first + a->cs.count;
    log.head = head;
    if (e != ERR_OK || a->job->store == 0)
        return e;
    return ward_hand_in_store_save(a->txn, &a->scope, a->job->store, &log);
}

enum err ward_append(struct txn *txn, const struct ward *w, struct work *job, uint64_t now)
{
    struct append a = {.txn = txn, .job = job};
    enum err e;

    changeset_init(&a.cs);
    e = load(&a);
    if (e == ERR_OK)
        e = decode(&a);
    job->sent = a.cs.count;
    if (e == ERR_OK && job->hand_in) {
        e = hand_in(&a, now);
        goto out;
    }
#ifdef BUG_8
    if (e == ERR_OK && a.cs.first < a.stream.next)
        rewind_stream(&a);
#endif
    if (e == ERR_OK && a.cs.first < a.stream.next) {
        e = known(&a);
        goto out;
    }
    if (e == ERR_OK && a.cs.first > a.stream.next)
        e = ERR_BAD_CHAIN;
    if (e == ERR_OK)
        e = authentic(&a);
    if (e == ERR_OK)
        e = add(&a, w, now);
    if (e == ERR_OK)
        job->received = a.cs.count;
out:
    changeset_deinit(&a.cs);
    buf_deinit(&a.encoded);
    return e;
}
