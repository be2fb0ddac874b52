/* ward_judge.c - who may speak, and how much they hold (protocol.md 8.1). */
#include "actor.h"
#include "digest.h"
#include "message.h"
#include "recall.h"
#include "renewal.h"
#include "ward.h"
#include "ward_recall.h"
#include "ward_repair.h"

/* --- cursors ------------------------------------------------------------------------------------------- */

enum err ward_cursor_save(struct txn *txn, const struct id *device, const struct id *scope, const struct ward_cursor *c)
{
    uint8_t key[2 * ID_SIZE];
    struct buf row = {0};
    enum err e;

    memcpy(key, device->b, ID_SIZE);
    memcpy(key + ID_SIZE, scope->b, ID_SIZE);
    mp_put_array(&row, 4);
    mp_put_uint(&row, c->epoch);
    mp_put_uint(&row, c->size);
    mp_put_uint(&row, c->next);
    mp_put_uint(&row, c->from);
    e = store_put(txn, TABLE_cursor, bytes_of(key, sizeof key), buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

enum err ward_cursor_forget(struct txn *txn, const struct id *device, const struct id *scope)
{
    uint8_t key[2 * ID_SIZE];

    memcpy(key, device->b, ID_SIZE);
    memcpy(key + ID_SIZE, scope->b, ID_SIZE);
    return store_del(txn, TABLE_cursor, bytes_of(key, sizeof key));
}

enum err ward_cursor_known(struct txn *txn, const struct id *device, const struct id *scope, bool *known)
{
    uint8_t key[2 * ID_SIZE];
    struct buf row = {0};
    enum err e;

    memcpy(key, device->b, ID_SIZE);
    memcpy(key + ID_SIZE, scope->b, ID_SIZE);
    e = store_get(txn, TABLE_cursor, bytes_of(key, sizeof key), &row);
    *known = e == ERR_OK;
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

struct cursor_row {
    struct id scope;
    struct ward_cursor cursor;
};

static bool cursor_gather(void *arg, struct bytes key, struct bytes value)
{
    struct buf *rows = arg;
    struct cursor_row row;
    struct mp r;

    mp_open(&r, value);
    mp_expect_array(&r, 4);
    row.cursor.epoch = (uint32_t)mp_uint(&r, UINT32_MAX);
    row.cursor.size = mp_uint(&r, UINT32_MAX);
    row.cursor.next = mp_uint(&r, UINT32_MAX);
    row.cursor.from = mp_uint(&r, UINT32_MAX);
    if (mp_close(&r) != ERR_OK || key.n != 2 * ID_SIZE)
        return false;
    row.scope = id_from(key.p + ID_SIZE);
    buf_put(rows, &row, sizeof row);
    return true;
}

/* Gathers first: the visitor may write. */
enum err ward_cursor_each(struct txn *txn, const struct id *device, ward_cursor_visit *visit, void *arg)
{
    struct buf rows = {0};
    enum err e = store_scan(txn, TABLE_cursor, bytes_of(device->b, ID_SIZE), cursor_gather, &rows);

    for (size_t i = 0; e == ERR_OK && i < rows.n / sizeof(struct cursor_row); i++) {
        struct cursor_row row;

        memcpy(&row, rows.p + i * sizeof row, sizeof row);
        e = visit(arg, &row.scope, &row.cursor);
    }
    buf_deinit(&rows);
    return e;
}

/* --- what the device says it holds ---------------------------------------------------------------------- */

struct claim {
    struct txn *txn;
    const struct id *device;
    uint32_t incarnation;
    struct message_list moved;  /* of hello */
    size_t moved_met;
    bool fresh;                 /* nothing is believed yet: `sizes` follows */
    bool newer;                 /* the next ratchet was shown: the answer of the last session arrived */
    bool lost;                  /* it shows what this ward does not know: `sizes` will tell */
    bool wanted;                /* leaves are damaged here, or lack bodies, that this device says it holds */
    bool at_end;                /* every scope is held to its end: states can be compared */
    struct buf reach;           /* struct reach[] */
    struct buf digest;          /* struct digest_scope[] */
};

static bool moved_find(const struct claim *c, const struct id *scope, struct message_scope *out)
{
    struct message_list list = c->moved;

    while (message_scope_next(&list, out))
        if (id_equal(&out->scope, scope))
            return true;
    return false;
}

/* May this device read this scope now? Its person's roles in the scope's own control leaves say so. */
enum err ward_may_read(struct txn *txn, const struct scope *s, const struct id *device, bool *yes)
{
    struct actor_device d;
    enum role role = ROLE_NONE;
    enum err e = actor_device(txn, s, device, &d);

    *yes = false;
    if (e == ERR_NOT_FOUND || (e == ERR_OK && d.revoked))
        return ERR_OK;
    if (e == ERR_OK)
        e = actor_role(txn, s, &d.person, &role);
    *yes = e == ERR_OK && rights_may_read(role, s->access);
    return e;
}

static enum err claim_scope(void *arg, const struct id *id, const struct ward_cursor *cursor)
{
    struct claim *c = arg;
    struct message_scope moved;
    struct digest_scope d = {.scope = *id};
    struct reach reach = {.scope = *id, .from = cursor->from};
    struct scope s;
    enum err e = scope_load(c->txn, id, &s);

    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_DAMAGED : e;
    d.fold_version = (uint8_t)s.fold_version;
    d.epoch = cursor->epoch;
    d.size = c->fresh ? 0 : c->newer ? cursor->next : cursor->size;
    if (moved_find(c, id, &moved)) {
        c->moved_met++;
        d.epoch = moved.epoch;
        d.size = moved.size;
        reach.from = moved.from;
        reach.part = moved.epoch == s.epoch ? moved.part : 0;
    }
    /* A log of an earlier epoch may be the beginning of ours: the digest tells. */
    if (d.size > s.frontier.size || (d.size > 0 && d.epoch > s.epoch)) {
        c->lost = true;
        d.size = 0;
    }
    if (d.size == 0 && reach.part == 0)
        reach.from = 0;
    c->at_end = c->at_end && d.size == s.frontier.size;
    reach.held = reach.sent = d.size;
    reach.epoch = s.epoch;
    buf_put(&c->reach, &reach, sizeof reach);
    if (d.size == 0)
        return ERR_OK;
    if (!c->wanted)
        e = ward_wanted_any(c->txn, &s, d.size, &c->wanted);
    if (e == ERR_OK && !c->wanted && d.epoch == s.epoch)
        e = ward_missing_past(c->txn, &s, c->device, c->incarnation, d.size, &c->wanted);
    if (e == ERR_OK)
        e = scope_root_at(c->txn, &s, d.size, &d.root);
    if (e == ERR_OK)
        e = ledger_state(c->txn, &s, &d.state);
    buf_put(&c->digest, &d, sizeof d);
    return e;
}

static void claim_deinit(struct claim *c)
{
    buf_deinit(&c->reach);
    buf_deinit(&c->digest);
}

/* --- the device ------------------------------------------------------------------------------------------ */

/* A ratchet that only this ward can have given, to a device or of a number that it does not know: it was restored. */
static enum err judge_device(struct txn *txn, const struct ward *w, struct work *job, const struct message_hello *hello,
                             struct claim *c, uint64_t now)
{
    struct ward_device d;
    enum renewal due;
    enum err e = ward_device_load(txn, &job->device, &d);
    bool known = e == ERR_OK && d.incarnation != WARD_INCARNATION_UNKNOWN;

    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return e;
    if (e == ERR_NOT_FOUND && ward_is_barred(txn, &job->device)) {
        job->hand_in = c->lost = true;
        return ERR_OK;
    }
    due = renewal_due(job->expired, job->certificate_end, now);
    job->hand_in = (e == ERR_OK && d.state == DEVICE_REVOKED) || due == RENEWAL_TOO_LATE;
    if (job->hand_in) {
        c->newer = known && hello->n == d.ratchet + 1; /* it proves nothing here, and nothing follows from it */
        return ERR_OK;
    }
    job->renew_first = due == RENEWAL_FIRST;
    job->shown = hello->n;
    return ward_copy_judge(txn, w, known ? &d : NULL, hello, &job->device, &c->newer, &c->lost);
}

/* The newest ratchet was shown: from now on the one before it is a copy's, and the sizes of that close count. A scope
 * that was dropped is forgotten, if it was not given again meanwhile. */
static enum err promote_cursor(void *arg, const struct id *scope, const struct ward_cursor *cursor)
{
    const struct claim *c = arg;
    struct ward_cursor next = {cursor->epoch, cursor->next, cursor->next, cursor->from};
    struct scope s;
    bool yes = true;
    enum err e = ERR_OK;

    if (cursor->size == cursor->next)
        return ERR_OK;
    if (cursor->next == 0) {
        e = scope_load(c->txn, scope, &s);
        if (e == ERR_OK)
            e = ward_may_read(c->txn, &s, c->device, &yes);
    }
    if (e == ERR_OK && !yes)
        return ward_cursor_forget(c->txn, c->device, scope);
    return e == ERR_OK ? ward_cursor_save(c->txn, c->device, scope, &next) : e;
}

static enum err promote(struct claim *c, uint64_t shown)
{
    struct ward_device d;
    enum err e = ward_device_load(c->txn, c->device, &d);

    d.ratchet = shown;
    if (e == ERR_OK)
        e = ward_device_save(c->txn, &d);
    return e == ERR_OK ? ward_cursor_each(c->txn, c->device, promote_cursor, c) : e;
}

static void states_compare(struct work *job, const struct claim *c, const struct message_hello *hello)
{
    uint8_t states[STATE_DIGEST_SIZE];

    digest_states(states, job->binding, (const struct digest_scope *)(const void *)c->digest.p,
                  c->digest.n / sizeof(struct digest_scope));
    job->states_differ = c->at_end && !crypto_equal(states, hello->states, sizeof states);
}

enum err ward_judge(struct txn *txn, const struct ward *w, struct work *job, uint64_t now)
{
    struct claim c = {.txn = txn, .device = &job->device, .incarnation = job->incarnation, .at_end = true};
    uint8_t logs[DIGEST_LOGS_SIZE];
    struct message_hello hello;
    enum err e;

    if (message_hello_decode(&hello, buf_bytes(&job->in)) != ERR_OK)
        return ERR_BAD_FRAME;
    e = judge_device(txn, w, job, &hello, &c, now);
    if (e == ERR_OK)
        e = ward_stage_clear(txn, &job->device);
    if (job->renew_first)
        return e;
    c.moved = hello.moved;
    if (e == ERR_OK)
        e = ward_cursor_each(txn, &job->device, claim_scope, &c);
    if (e == ERR_OK && !c.lost)
        e = ward_missing_any(txn, &job->device, job->incarnation, &c.lost);
    if (e == ERR_OK) {
        digest_logs(logs, job->binding, (const struct digest_scope *)(const void *)c.digest.p,
                    c.digest.n / sizeof(struct digest_scope));
        /* A scope that is no longer this device's is not among its cursors: `sizes` will say what it holds of it. */
        job->ask = c.lost || c.wanted || !crypto_equal(logs, hello.logs, sizeof logs) ||
                   c.moved_met != hello.moved.count;
        states_compare(job, &c, &hello);
        buf_put_bytes(&job->out, buf_bytes(&c.reach));
    }
    if (e == ERR_OK && !c.lost && !job->hand_in)
        e = ward_copy_note(txn, &job->device, &hello, c.newer);
    if (e == ERR_OK && c.newer && !job->hand_in)
        e = promote(&c, job->shown);
    claim_deinit(&c);
    return e;
}

/* --- after `ask`: every scope with its root ---------------------------------------------------------------- */

static struct reach *reach_find(struct buf *list, const struct id *scope)
{
    struct reach *r = (struct reach *)(void *)list->p;

    for (size_t i = 0; i < list->n / sizeof *r; i++)
        if (id_equal(&r[i].scope, scope))
            return &r[i];
    return NULL;
}

/* A scope without a cursor: once given to this device and dropped, and still there (what was written meanwhile was not
 * handed in, or an old copy of the store came back). It is dropped again. If nothing here says that it was ever given
 * (the leaf that did was lost with the device's own, or with its person's role), nothing is said of it. */
static enum err size_dropped(struct txn *txn, const struct scope *s, const struct work *job, uint64_t held,
                             struct buf *list)
{
    struct reach reach = {.scope = s->id, .held = held, .sent = held, .epoch = s->epoch};
    struct actor_device known;
    enum err e = actor_device(txn, s, &job->device, &known);

    if (e == ERR_OK)
        buf_put(list, &reach, sizeof reach);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* How the ward and the device stand in one scope: theirs is the beginning of ours, or it was refilled, or we lost
 * something. */
static enum err size_judge(struct txn *txn, const struct message_size *entry, struct claim *c, struct work *job,
                           struct buf *recall, size_t *count)
{
    struct reach *r = reach_find(&c->reach, &entry->scope), *common = reach_find(&job->common, &entry->scope);
    struct scope s;
    struct hash root;
    enum err e = scope_load(txn, &entry->scope, &s);
    bool ours = false, whole = entry->from <= (e == ERR_OK ? s.frontier.size : 0);

    if (e == ERR_OK && entry->size <= s.frontier.size && entry->epoch <= s.epoch) {
        e = scope_root_at(txn, &s, entry->size, &root);
        ours = e == ERR_OK && crypto_equal(root.b, entry->root.b, HASH_SIZE);
    }
    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return e;
    if (job->hand_in && (ours || common != NULL || !whole))
        return ERR_OK; /* it is told nothing; and one without the log's beginning would drop the scope, if asked */
    if (r == NULL && (ours || common != NULL))
        return size_dropped(txn, &s, job, ours ? entry->size : common->held, &c->reach);
    if (ours || common != NULL) {
        r->held = r->sent = ours ? entry->size : common->held;
        r->from = entry->from;
        return common != NULL && common->epoch != s.epoch ? ERR_BUSY : ERR_OK;
    }
    if (e == ERR_NOT_FOUND && job->key_gone)
        return ERR_OK; /* it begins with a key that is not here: it stays with those who hold it */
    return ward_recall(txn, entry, r != NULL, recall, count);
}

/* The session goes on with what the device holds; from now on it counts as the ratchet's word. */
static enum err sizes_believed(struct txn *txn, const struct ward *w, struct work *job, uint64_t now)
{
    struct ward_device d;
    bool known;
    enum err e = ward_device_load(txn, &job->device, &d);

    if (job->hand_in) /* nobody has shown it: its key is not known */
        return e == ERR_NOT_FOUND ? ERR_REVOKED : e;
    if (e == ERR_NOT_FOUND)
        return ERR_ROLLED_BACK; /* enrolled after the backup, and nobody has shown it yet */
    if (e == ERR_OK && d.incarnation == WARD_INCARNATION_UNKNOWN)
        e = ward_follow_roles(txn, w, &d.person, now);
    known = d.incarnation == job->incarnation;
    if (e == ERR_OK && !known)
        e = ward_copy_adopt(txn, &d, job->incarnation);
    if (e != ERR_OK || (known && d.ratchet >= job->shown))
        return e;
    d.ratchet = job->shown;
    return ward_device_save(txn, &d);
}

/* Of a copy: what it holds beyond us, or otherwise, is for its next session. */
static void reach_remove(struct buf *list, struct reach *r)
{
    size_t behind = (size_t)(list->p + list->n - (uint8_t *)(r + 1));

    memmove(r, r + 1, behind);
    list->n -= sizeof *r;
}

enum err ward_sizes_reach(struct txn *txn, struct work *job, struct message_list list)
{
    struct claim c = {.txn = txn, .device = &job->device, .fresh = true};
    struct buf recall = {0};
    struct message_size entry;
    enum err e = ward_cursor_each(txn, &job->device, claim_scope, &c);

    while (e == ERR_OK && message_size_next(&list, &entry)) {
        size_t recalled = 0;
        struct reach *r;

        e = size_judge(txn, &entry, &c, job, &recall, &recalled);
        r = reach_find(&c.reach, &entry.scope);
        if (e == ERR_OK && recalled > 0 && r != NULL)
            reach_remove(&c.reach, r); /* its log leads elsewhere: nothing is said of it now */
    }
    if (e == ERR_OK)
        buf_put_bytes(&job->out, buf_bytes(&c.reach));
    buf_deinit(&recall);
    claim_deinit(&c);
    return e;
}

/* Damaged here, or its own and without bodies, and below what the device says it holds. */
static enum err ask_leaves(struct txn *txn, const struct message_size *entry, struct work *job)
{
    struct scope s;
    enum err e = scope_load(txn, &entry->scope, &s);

    if (e == ERR_OK && !job->asked_leaves)
        e = ward_wanted_ask(txn, &s, entry->size, &job->out2);
    if (e != ERR_OK || entry->epoch != s.epoch) /* its log is not ours to the end */
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    return job->asked_leaves ? ward_missing_asked(txn, &s, &job->device, job->incarnation, entry->size)
                             : ward_missing_ask(txn, &s, &job->device, job->incarnation, entry->size, &job->out2);
}

enum err ward_sizes(struct txn *txn, const struct ward *w, struct work *job, uint64_t now)
{
    struct claim c = {.txn = txn, .device = &job->device, .fresh = true};
    struct buf recall = {0};
    size_t recalled = 0;
    struct message_list list;
    struct message_size entry;
    struct ward_device d;
    enum err e = ward_device_load(txn, &job->device, &d);

    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return e;
    job->hand_in = job->hand_in || (e == ERR_OK ? d.state == DEVICE_REVOKED : ward_is_barred(txn, &job->device));
    if (message_sizes_decode(&list, buf_bytes(&job->in)) != ERR_OK)
        return ERR_BAD_FRAME;
    e = ward_cursor_each(txn, &job->device, claim_scope, &c);
    while (e == ERR_OK && message_size_next(&list, &entry)) {
        e = size_judge(txn, &entry, &c, job, &recall, &recalled);
        if (e == ERR_OK && recalled == 0)
            e = ask_leaves(txn, &entry, job);
    }
    job->want = e == ERR_OK && recalled == 0 && job->out2.n > 0;
    if (recalled > 0)
        buf_clear(&job->out2);
    job->recall = e == ERR_OK && recalled > 0;
    if (job->recall)
        recall_encode(recalled, buf_bytes(&recall), &job->out2);
    else if (e == ERR_OK)
        e = sizes_believed(txn, w, job, now);
    if (e == ERR_OK && !job->recall)
        buf_put_bytes(&job->out, buf_bytes(&c.reach));
    buf_deinit(&recall);
    claim_deinit(&c);
    return e;
}
