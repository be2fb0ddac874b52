/* replica_seal.c - the device's flight: what is pending becomes changesets, durably, before the first byte leaves. */
#include <stdlib.h>

#include "changeset.h"
#include "dictionary.h"
#include "digest.h"
#include "draft.h"
#include "ledger.h"
#include "message.h"
#include "mp.h"
#include "outbox.h"
#include "renew.h"
#include "replica_bare.h"
#include "replica_copy.h"
#include "replica_budget.h"
#include "replica_older.h"
#include "replica_snapshot.h"

/* One job loads at most this much of the flight. */
#define OUTBOX_BYTES 65536

/* --- the end of our own streams, as sealed so far ------------------------------------------------------------ */

static struct bytes end_key(uint8_t *room, uint16_t number)
{
    memcpy(room, "sealed", 6);
    store_u16(room + 6, number);
    return bytes_of(room, 8);
}

static enum err end_read(struct txn *txn, struct bytes key, struct replica_end *end)
{
    struct buf value = {0};
    enum err e = store_get(txn, TABLE_meta, key, &value);

    memset(end, 0, sizeof *end);
    if (e == ERR_OK && value.n != 8 + HASH_SIZE)
        e = ERR_DAMAGED;
    if (e == ERR_OK) {
        end->next = load_u64(value.p);
        memcpy(end->head.b, value.p + 8, HASH_SIZE);
    }
    buf_deinit(&value);
    return e;
}

enum err replica_end_load(struct txn *txn, uint16_t number, struct replica_end *end)
{
    uint8_t room[STORE_KEY_MAX];
    enum err e = end_read(txn, end_key(room, number), end);

    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err replica_end_save(struct txn *txn, uint16_t number, const struct replica_end *end)
{
    uint8_t room[STORE_KEY_MAX], value[8 + HASH_SIZE];

    store_u64(value, end->next);
    memcpy(value + 8, end->head.b, HASH_SIZE);
    return store_put(txn, TABLE_meta, end_key(room, number), bytes_of(value, sizeof value));
}

static struct bytes left_key(uint8_t *room, const struct id *scope)
{
    memcpy(room, "left", 4);
    memcpy(room + 4, scope->b, ID_SIZE);
    return bytes_of(room, 4 + ID_SIZE);
}

enum err replica_end_left(struct txn *txn, const struct id *scope, struct replica_end *end)
{
    uint8_t room[STORE_KEY_MAX];

    return end_read(txn, left_key(room, scope), end);
}

static enum err end_move(struct txn *txn, struct bytes from, struct bytes to)
{
    struct buf value = {0};
    enum err e = store_get(txn, TABLE_meta, from, &value);

    if (e == ERR_OK)
        e = store_put(txn, TABLE_meta, to, buf_bytes(&value));
    if (e == ERR_OK)
        e = store_del(txn, TABLE_meta, from);
    buf_deinit(&value);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err replica_end_leave(struct txn *txn, const struct scope *s)
{
    uint8_t from[STORE_KEY_MAX], to[STORE_KEY_MAX];

    return end_move(txn, end_key(from, s->number), left_key(to, &s->id));
}

enum err replica_end_return(struct txn *txn, const struct scope *s)
{
    uint8_t from[STORE_KEY_MAX], to[STORE_KEY_MAX];

    return end_move(txn, left_key(from, &s->id), end_key(to, s->number));
}

/* --- sealing -------------------------------------------------------------------------------------------------- */

struct pending {
    uint32_t number;
    uint32_t kind;
    struct id record;
    struct id person;
};

static bool pending_visit(void *arg, struct bytes key, struct bytes value)
{
    struct buf *list = arg;
    struct pending p;
    struct mp r;

    mp_open(&r, value);
    mp_expect_array(&r, 3);
    p.kind = (uint32_t)mp_uint(&r, UINT16_MAX);
    p.record = id_from(mp_bin_exact(&r, ID_SIZE));
    p.person = id_from(mp_bin_exact(&r, ID_SIZE));
    if (mp_close(&r) != ERR_OK || key.n != 6)
        return false;
    p.number = load_u32(key.p + 2);
    buf_put(list, &p, sizeof p);
    return true;
}

static int pending_order(const void *a, const void *b)
{
    const struct pending *x = a, *y = b;

    return x->number < y->number ? -1 : x->number > y->number;
}

/* One changeset being filled. */
struct sealing {
    struct txn *txn;
    struct replica *r;
    struct moment *m;
    struct scope *scope;
    struct replica_end end;
    struct id person;
    struct changeset cs;
    struct buf bodies;  /* the bodies, one after the other */
    size_t size[CHANGESET_CHANGES_SEAL];
    struct hash commitment[CHANGESET_CHANGES_SEAL];
};

static void begin(struct sealing *s, const struct id *person)
{
    memset(&s->cs, 0, sizeof s->cs);
    buf_clear(&s->bodies);
    s->person = *person;
}

/* From the first change's provisional name: a copy of this store that seals the same changes gives them the same ids,
 * so that they are known as the same. */
static void seed(struct sealing *s, const struct version *provisional)
{
    static const char context[] = "chibo1/seed";
    struct bytes pieces[3] = {bytes_of(context, sizeof context), bytes_of(s->scope->id.b, ID_SIZE),
                              bytes_of(provisional->b, VERSION_SIZE)};

    crypto_blake2b(s->cs.seed, SALT_SIZE, bytes_of(s->r->sign_secret, KEY_SIZE), pieces, ARRAY_LEN(pieces));
    s->cs.has_seed = true;
}

/* What was gathered, as it will be sent for ever. */
static enum err finish(struct sealing *s)
{
    size_t at = 0;
    enum err e;

    s->cs.time = s->m->now;
    s->cs.quality = (unsigned)s->m->quality;
    s->cs.slot = mem_alloc(s->cs.count * sizeof *s->cs.slot);
    for (size_t i = 0; i < s->cs.count; at += s->size[i++])
        s->cs.slot[i] = (struct change_slot){.body = bytes_of(s->bodies.p + at, s->size[i]),
                                             .commitment = s->commitment[i]};
    e = outbox_keep(s->txn, s->r, s->scope, &s->end, &s->person, &s->cs);
    changeset_deinit(&s->cs);
    return e;
}

/* The pending change's body, from its draft; its version becomes real, and later drafts over it learn the new name. */
static enum err take_body(struct sealing *s, const struct pending *p)
{
    const struct id *person = &p->person;
    uint8_t room[STORE_KEY_MAX], salt[SALT_SIZE];
    struct version provisional;
    struct draft d;
    enum err e = draft_load(s->txn, p->kind, &p->record, s->scope->number, &d);
    size_t i = 0;

    while (i < d.count && !(d.item[i].state == DRAFT_UNSEALED && d.item[i].number == p->number))
        i++;
    if (e == ERR_OK && i == d.count)
        e = ERR_DAMAGED;
    if (e == ERR_OK) {
        struct bytes body = buf_bytes(&d.item[i].body);
        struct hash *commitment;

        if (s->cs.count > 0 && s->bodies.n + body.n > CHANGESET_BODIES_SEAL) {
            e = finish(s);
            begin(s, person);
        }
        if (s->cs.count == 0)
            seed(s, &d.item[i].version);
        commitment = &s->commitment[s->cs.count];
        change_salt(salt, s->cs.seed, (uint32_t)s->cs.count);
        *commitment = change_commit(salt, &s->scope->id, &s->r->device, person, body);
        buf_put_bytes(&s->bodies, body);
        s->size[s->cs.count++] = body.n;
        provisional = d.item[i].version;
        d.item[i].version = change_version(commitment);
        d.item[i].state = DRAFT_SEALED;
        draft_rename(&d, &provisional, &d.item[i].version);
        if (e == ERR_OK)
            e = draft_save(s->txn, p->kind, &p->record, s->scope->number, &d);
    }
    if (e == ERR_OK)
        e = store_del(s->txn, TABLE_pending, scope_key6(room, s->scope->number, p->number));
    draft_deinit(&d);
    return e;
}

static bool is_full(const struct sealing *s, const struct pending *next)
{
    return s->cs.count == CHANGESET_CHANGES_SEAL || !id_equal(&s->person, &next->person);
}

static int number_order(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* Only those of the numbers that were chosen stay in the list; chosen NULL: all. */
static size_t keep_chosen(struct pending *p, size_t count, const struct buf *chosen)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (chosen == NULL || (chosen->n > 0 && bsearch(&p[i].number, chosen->p, chosen->n / sizeof(uint32_t),
                                                        sizeof(uint32_t), number_order) != NULL))
            p[kept++] = p[i];
    return kept;
}

static enum err seal_scope(struct txn *txn, struct replica *r, struct scope *scope, struct moment *m,
                           const struct buf *chosen)
{
    struct sealing s = {.txn = txn, .r = r, .m = m, .scope = scope};
    struct buf list = {0};
    uint8_t room[STORE_KEY_MAX];
    struct pending *p;
    size_t count;
    enum err e = store_scan(txn, TABLE_pending, scope_key2(room, scope->number), pending_visit, &list);

    p = (struct pending *)(void *)list.p;
    count = keep_chosen(p, list.n / sizeof *p, chosen);
    if (e == ERR_OK && count > 0) {
        qsort(p, count, sizeof *p, pending_order);
        e = replica_end_load(txn, scope->number, &s.end);
        begin(&s, &p[0].person);
    }
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        if (s.cs.count > 0 && is_full(&s, &p[i])) {
            e = finish(&s);
            begin(&s, &p[i].person);
        }
        if (e == ERR_OK)
            e = take_body(&s, &p[i]);
    }
    if (e == ERR_OK && count > 0)
        e = finish(&s);
    buf_deinit(&list);
    buf_wipe_deinit(&s.bodies);
    return e;
}

/* A scope without a log is not the ward's yet: what is written in it waits for the first answer. */
static enum err seal_all(struct txn *txn, struct replica *r, struct moment *m, const struct buf *chosen)
{
    struct scope *scope;
    size_t count;
    enum err e = scope_list(txn, &scope, &count);

    for (size_t i = 0; e == ERR_OK && i < count; i++)
        if (scope[i].frontier.size > 0)
            e = seal_scope(txn, r, &scope[i], m, chosen);
    free(scope);
    return e;
}

enum err replica_seal(struct txn *txn, struct replica *r, struct moment *m)
{
    return seal_all(txn, r, m, NULL);
}

static enum err seal_within(struct txn *txn, struct replica *r, struct moment *m, uint64_t budget_bytes)
{
    struct buf chosen = {0};
    enum err e;

    if (budget_bytes == 0)
        return replica_seal(txn, r, m);
    e = replica_budget_choose(txn, r, budget_bytes, &chosen);
    if (e == ERR_OK)
        e = seal_all(txn, r, m, &chosen);
    buf_deinit(&chosen);
    return e;
}

/* --- hello ---------------------------------------------------------------------------------------------------- */

static enum err digests(struct txn *txn, const struct scope *scope, size_t count, struct work *job,
                        struct message_hello *hello, struct buf *moved)
{
    struct buf list = {0};
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        const struct scope *s = &scope[i];
        struct digest_scope d = {.scope = s->id, .epoch = s->epoch, .size = s->frontier.size, .root = scope_root(s),
                                 .fold_version = (uint8_t)s->fold_version};

        if (d.size == 0) {
            e = replica_snapshot_moved(txn, s, hello, moved);
            continue;
        }
        e = ledger_state(txn, s, &d.state);
        buf_put(&list, &d, sizeof d);
        if (s->epoch == s->confirmed_epoch && d.size == s->confirmed_size && s->from == 0 && s->confirmed_from == 0)
            continue;
        message_list_add_scope(moved, &(struct message_scope){s->id, s->epoch, d.size, s->from, 0});
        hello->moved.count++;
    }
    digest_logs(hello->logs, job->binding, (const struct digest_scope *)(const void *)list.p,
                list.n / sizeof(struct digest_scope));
    digest_states(hello->states, job->binding, (const struct digest_scope *)(const void *)list.p,
                  list.n / sizeof(struct digest_scope));
    buf_deinit(&list);
    return e;
}

/* A copy sends no flight: it says what it holds, and waits for its new incarnation. */
static enum err open_renew(struct txn *txn, struct work *job, struct message_hello *hello)
{
    struct buf sizes = {0};
    enum err e = replica_sizes_list(txn, &sizes);

    hello->moved = (struct message_list){0};
    job->more = false;
    if (e == ERR_OK)
        e = replica_copy_message(txn, job, buf_bytes(&sizes));
    if (e == ERR_OK)
        message_hello_encode(hello, &job->out);
    buf_deinit(&sizes);
    return e;
}

enum err replica_open(struct txn *txn, struct replica *r, struct work *job, struct moment *m)
{
    struct message_hello hello = {.version = PROTOCOL_VERSION, .packing = PACKING_NEWEST,
                                  .incarnation = r->incarnation, .n = r->ratchet_n};
    struct buf moved = {0};
    struct scope *scope = NULL;
    uint32_t attempt = 0;
    size_t count = 0;
    enum err e = replica_copy_open(txn, job, m, &attempt);

    if (e == ERR_OK && job->mode != HELLO_REPAIR)
        e = seal_within(txn, r, m, job->budget_bytes);
    hello.mode = job->copy ? HELLO_RENEW : job->mode;
    job->incarnation = r->incarnation;
    renew_show(hello.ratchet, r->ratchet, attempt);
    if (e == ERR_OK && job->copy)
        return open_renew(txn, job, &hello);
    if (e == ERR_OK)
        e = replica_packing_load(txn, &job->packing);
    if (e == ERR_OK)
        e = replica_pace_load(txn, &job->pace);
    hello.slow = job->pace == PACE_SLOW;
    if (e == ERR_OK)
        e = scope_list(txn, &scope, &count);
    if (e == ERR_OK)
        e = digests(txn, scope, count, job, &hello, &moved);
    if (e == ERR_OK && job->older)
        e = replica_older_ask(txn, scope, count, &job->out2);
    if (e == ERR_OK)
        e = store_any(txn, TABLE_outbox, bytes_of(NULL, 0), &job->more);
    job->more = job->more && job->mode != HELLO_REPAIR; /* no flight: wants */
    if (e == ERR_OK && job->more && !r->cut) {
        r->cut = true; /* until the close says otherwise */
        e = replica_save(txn, r);
    }
    if (e == ERR_OK && hello.mode == HELLO_FLIGHT && !job->more && !job->older)
        e = replica_bare_open(txn, job, &hello.mode);
    if (e == ERR_OK) {
        hello.moved.entries = buf_bytes(&moved);
        message_hello_encode(&hello, &job->out);
    }
    free(scope);
    buf_deinit(&moved);
    return e;
}

/* --- the flight ------------------------------------------------------------------------------------------------ */

struct loading {
    struct txn *txn;
    const struct replica *r;
    struct work *job;
    struct message_list resume; /* empty: send everything */
    bool has_resume;
    const struct scope *scope;
    uint64_t first; /* the next changeset of this scope */
    bool found;
    bool announced;
    bool full;
};

/* The first change of this scope's stream that the ward still wants; *listed: it has some of them. */
static uint64_t wanted(const struct loading *l, bool *listed)
{
    struct message_list list = l->resume;
    struct message_resume entry;

    while (l->has_resume && message_resume_next(&list, &entry))
        if ((*listed = id_equal(&entry.scope, &l->scope->id)))
#ifdef BUG_3 /* planted (tests/bugs_test.sh): resume off by one */
            return entry.next + 1;
#else
            return entry.next;
#endif
    return 0;
}

static bool start_visit(void *arg, struct bytes key, struct bytes value)
{
    struct loading *l = arg;

    (void)value;
    l->found = key.n == 6 && load_u32(key.p + 2) >= l->first;
    if (l->found)
        l->first = load_u32(key.p + 2);
    return !l->found;
}

static void announce(struct loading *l)
{
    struct buf message = {0};

    if (l->announced)
        return;
    message_scope_encode(&(struct message_scope){l->scope->id, l->scope->epoch, l->scope->frontier.size, 0, 0},
                         &message);
    work_message(&l->job->out, MESSAGE_SCOPE, buf_bytes(&message));
    buf_deinit(&message);
    l->announced = true;
}

/* One row; ERR_NOT_FOUND: it was the last. */
static enum err load_next(struct loading *l, struct buf *row)
{
    uint8_t room[STORE_KEY_MAX];
    struct header h;
    struct bytes header, rest;
    struct mp r;
    enum err e = store_get(l->txn, TABLE_outbox, scope_key6(room, l->scope->number, (uint32_t)l->first), row);

    l->full = e == ERR_OK && l->job->out.n >= OUTBOX_BYTES;
    if (e != ERR_OK || l->full)
        return e;
    rest = bytes_cut(buf_bytes(row), 1); /* an array of two, sealed by ourselves: only the small one is looked into */
    mp_open(&r, mp_split(&rest));
    header = mp_bin(&r, HEADER_SIZE_MAX);
    if (mp_close(&r) != ERR_OK || header_decode(&h, header) != ERR_OK || h.count == 0)
        return ERR_DAMAGED;
    announce(l);
    work_message(&l->job->out, MESSAGE_CHANGESET, rest);
    l->first += h.count;
    l->job->sent += h.count;
    return ERR_OK;
}

/* Behind what the ward wants, but answered long ago: a restored ward lacks bodies that only their author has
 * (protocol.md 8.6). They are sent again from the log. ERR_NOT_FOUND: no more of them. */
static enum err load_again(struct loading *l)
{
    struct buf row = {0}, message = {0};
    struct ledger_leaf leaf = {0};
    uint64_t index;
    enum err e = ledger_find(l->txn, l->scope, &l->r->device, l->r->incarnation, l->first, &index);

    l->full = e == ERR_OK && l->job->out.n >= OUTBOX_BYTES;
    if (e != ERR_OK || l->full)
        return e;
    e = ledger_leaf_at(l->txn, l->scope, index, &row, &leaf);
    if (e == ERR_OK && leaf.changeset.has_seed) {
        announce(l);
        mp_put_array(&message, 8);
        changeset_write(&leaf.changeset, &message);
        work_message(&l->job->out, MESSAGE_CHANGESET, buf_bytes(&message));
    }
    l->first += leaf.changeset.count;
    ledger_leaf_deinit(&leaf);
    buf_wipe_deinit(&row);
    buf_wipe_deinit(&message);
    return e;
}

/* Rows follow one another by their count, so that none is opened in vain; only the first has to be looked for. Of a
 * scope that was begun anew they wait for its log: a ward that was restored may not know yet that we write there. */
static enum err load_scope(struct loading *l)
{
    struct buf row = {0};
    uint8_t room[STORE_KEY_MAX];
    enum err e = ERR_OK;
    bool listed = false, waits;
    uint64_t next = wanted(l, &listed);

    if (l->scope->frontier.size == 0) {
        e = store_any(l->txn, TABLE_outbox, scope_key2(room, l->scope->number), &waits);
        l->job->left_out = l->job->left_out || waits;
        return e;
    }
    l->announced = false;
    l->found = l->first > 0;
    if (!l->found)
        l->first = next;
    while (e == ERR_OK && listed && !l->full)
        e = load_again(l);
    if (e == ERR_NOT_FOUND)
        e = ERR_OK;
    if (e == ERR_OK && !l->found && !l->full) {
        e = store_scan(l->txn, TABLE_outbox, scope_key2(room, l->scope->number), start_visit, l);
    }
    while (e == ERR_OK && l->found && !l->full)
        e = load_next(l, &row);
    buf_wipe_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* `at`: the scope's place in the list in the upper half, the next sequence in the lower. */
enum err replica_outbox(struct txn *txn, const struct replica *r, struct work *job)
{
    struct loading l = {.txn = txn, .r = r, .job = job, .has_resume = job->in.n > 0};
    struct scope *scope = NULL;
    size_t count = 0;
    enum err e = ERR_OK;

    if (l.has_resume && message_resume_decode(&l.resume, buf_bytes(&job->in)) != ERR_OK)
        return ERR_BAD_FRAME;
    if (l.has_resume && job->at == 0)
        e = replica_copy_compare(txn, r, l.resume);
    if (e == ERR_OK)
        e = scope_list(txn, &scope, &count);
    l.first = job->at & UINT32_MAX;
    for (size_t i = (size_t)(job->at >> 32); e == ERR_OK && i < count && !l.full; i++) {
        l.scope = &scope[i];
        e = load_scope(&l);
        job->at = (uint64_t)i << 32 | l.first;
        l.first = 0;
    }
    job->more = l.full;
    free(scope);
    return e;
}
