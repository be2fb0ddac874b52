/* ward_quarantine.c - signed work of a device from which nothing is taken any more (revoked, or its certificate expired
 * too long ago): verified, kept apart from every log, and left to a person (protocol.md 8.5).
 *
 *   device(16)                                      [changes, bytes]: all that is kept of it
 *   device(16) scope(16) incarnation(4)             [next, head]: the end of this stream here
 *   device(16) scope(16) incarnation(4) first(4)    [arrived, header, message, decided: one byte for each change]
 *   ... first(4) mark(16)                           the same, of another store of the device; mark: of its signature
 *
 * ward_hand_in.c has more of them. */
#include "ward_quarantine.h"

#include <stdlib.h>

#include "fold.h"
#include "mirror.h"
#include "mp.h"
#include "verdict.h"
#include "ward_hand_in.h"
#include "ward_move.h"

#define DEVICE_KEY ID_SIZE
#define STREAM_KEY (2 * ID_SIZE + 4)
#define ROW_KEY (STREAM_KEY + 4)
#define ROW_MARK 16
#define OTHER_KEY (ROW_KEY + ROW_MARK)

/* ELSEWHERE: another store of the device brought the same change. */
enum { UNDECIDED = 0, DECIDED_ACCEPTED = 1, DECIDED_REFUSED = 2, ELSEWHERE = 3 };

static struct bytes stream_key(uint8_t room[STORE_KEY_MAX], const struct id *device, const struct id *scope,
                               uint32_t incarnation)
{
    memcpy(room, device->b, ID_SIZE);
    memcpy(room + ID_SIZE, scope->b, ID_SIZE);
    store_u32(room + 2 * ID_SIZE, incarnation);
    return bytes_of(room, STREAM_KEY);
}

static struct bytes row_key(uint8_t room[STORE_KEY_MAX], const struct id *device, const struct id *scope,
                            uint32_t incarnation, uint64_t first)
{
    (void)stream_key(room, device, scope, incarnation);
    store_u32(room + STREAM_KEY, (uint32_t)first);
    return bytes_of(room, ROW_KEY);
}

/* Behind row_key: of a store that went on otherwise than the first that came. */
static struct bytes other_key(uint8_t room[STORE_KEY_MAX], const uint8_t signature[SIGNATURE_SIZE])
{
    static const char context[] = "other";
    struct bytes pieces[2] = {bytes_of(context, sizeof context), bytes_of(signature, SIGNATURE_SIZE)};

    crypto_blake2b(room + ROW_KEY, ROW_MARK, bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
    return bytes_of(room, OTHER_KEY);
}

/* --- what is kept of one device ----------------------------------------------------------------------------- */

struct kept {
    uint64_t changes, bytes;
};

static enum err kept_load(struct txn *txn, const struct id *device, struct kept *k)
{
    struct buf row = {0};
    struct mp r;
    enum err e = store_get(txn, TABLE_quarantine, bytes_of(device->b, DEVICE_KEY), &row);

    *k = (struct kept){0};
    if (e == ERR_OK) {
        mp_open(&r, buf_bytes(&row));
        mp_expect_array(&r, 2);
        k->changes = mp_uint(&r, UINT64_MAX);
        k->bytes = mp_uint(&r, UINT64_MAX);
        e = mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
    }
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err kept_add(struct txn *txn, const struct id *device, uint64_t changes, uint64_t bytes)
{
    struct buf row = {0};
    struct kept k;
    enum err e = kept_load(txn, device, &k);

    if (e != ERR_OK)
        return e;
    if (k.changes + changes > QUARANTINE_CHANGES_MAX || k.bytes + bytes > QUARANTINE_BYTES_MAX)
        return ERR_TOO_LONG;
    mp_put_array(&row, 2);
    mp_put_uint(&row, k.changes + changes);
    mp_put_uint(&row, k.bytes + bytes);
    e = store_put(txn, TABLE_quarantine, bytes_of(device->b, DEVICE_KEY), buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

enum err ward_quarantine_answer(struct txn *txn, struct work *job)
{
    struct ward_device d;
    struct buf text = {0};
    struct kept k = {0};
    enum err e = ward_device_load(txn, &job->device, &d);

    if (e == ERR_OK)
        e = kept_load(txn, &job->device, &k);
    if (e != ERR_OK)
        return e;
    if (k.changes == 0)
        return d.state == DEVICE_REVOKED ? ERR_REVOKED : ERR_CERT_EXPIRED;
    buf_printf(&text, "%llu", (unsigned long long)k.changes);
    memcpy(job->why, buf_cstr(&text), text.n + 1);
    buf_deinit(&text);
    return ERR_HANDED_IN;
}

/* --- one stream ---------------------------------------------------------------------------------------------- */

enum err ward_quarantine_end(struct txn *txn, const struct scope *s, struct stream *stream)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    struct mp r;
    struct hash head;
    uint64_t next;
    enum err e = store_get(txn, TABLE_quarantine, stream_key(room, &stream->device, &s->id, stream->incarnation), &row);

    if (e == ERR_OK) {
        mp_open(&r, buf_bytes(&row));
        mp_expect_array(&r, 2);
        next = mp_uint(&r, UINT32_MAX);
        memcpy(head.b, mp_bin_exact(&r, HASH_SIZE), HASH_SIZE);
        e = mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
        if (e == ERR_OK && next > stream->next) {
            stream->next = next;
            stream->head = head;
        }
    }
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err end_put(struct txn *txn, const struct header *h, const struct hash *head)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    enum err e;

    mp_put_array(&row, 2);
    mp_put_uint(&row, h->first + h->count);
    mp_put_bin(&row, head->b, HASH_SIZE);
    e = store_put(txn, TABLE_quarantine, stream_key(room, &h->device, &h->scope, h->incarnation), buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

/* --- one changeset ------------------------------------------------------------------------------------------- */

struct kept_row {
    uint64_t arrived;
    struct bytes header, message, decided;
};

static enum err row_decode(struct kept_row *k, struct bytes row)
{
    struct mp r;

    mp_open(&r, row);
    mp_expect_array(&r, 4);
    k->arrived = mp_uint(&r, UINT64_MAX);
    k->header = mp_bin(&r, HEADER_SIZE_MAX);
    k->message = mp_bin(&r, MESSAGE_MAX);
    k->decided = mp_bin(&r, CHANGESET_CHANGES_MAX);
    return mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
}

static enum err row_put(struct txn *txn, struct bytes key, const struct kept_row *k)
{
    struct buf row = {0};
    enum err e;

    mp_put_array(&row, 4);
    mp_put_uint(&row, k->arrived);
    mp_put_bin(&row, k->header.p, k->header.n);
    mp_put_bin(&row, k->message.p, k->message.n);
    mp_put_bin(&row, k->decided.p, k->decided.n);
    e = store_put(txn, TABLE_quarantine, key, buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

static enum err message_read(struct changeset *cs, struct bytes message)
{
    struct mp r;

    mp_open(&r, message);
    mp_expect_array(&r, 8);
    changeset_read(cs, &r);
    return mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
}

/* Is this changeset in that row? ERR_NOT_FOUND: there is none, or another. */
static enum err row_known(struct txn *txn, struct bytes key, const struct changeset *cs, struct hash *head)
{
    struct buf row = {0};
    struct changeset have;
    struct kept_row k;
    enum err e = store_get(txn, TABLE_quarantine, key, &row);

    changeset_init(&have);
    if (e == ERR_OK)
        e = row_decode(&k, buf_bytes(&row));
    if (e == ERR_OK)
        e = message_read(&have, k.message);
    if (e == ERR_OK && !crypto_equal(have.signature, cs->signature, SIGNATURE_SIZE))
        e = ERR_NOT_FOUND;
    if (e == ERR_OK)
        *head = header_head(k.header, cs->signature);
    changeset_deinit(&have);
    buf_deinit(&row);
    return e;
}

enum err ward_quarantine_known(struct txn *txn, const struct scope *s, const struct stream *stream,
                               const struct changeset *cs, struct hash *head)
{
    uint8_t room[STORE_KEY_MAX];
    struct bytes key = row_key(room, &stream->device, &s->id, stream->incarnation, cs->first);
    enum err e = row_known(txn, key, cs, head);

    return e == ERR_NOT_FOUND ? row_known(txn, other_key(room, cs->signature), cs, head) : e;
}

/* Where the changeset is kept: the first that came with its number, or beside it. */
static enum err free_key(struct txn *txn, uint8_t room[STORE_KEY_MAX], const struct header *h,
                         const struct changeset *cs, struct bytes *key)
{
    struct buf row = {0};
    enum err e;

    *key = row_key(room, &h->device, &h->scope, h->incarnation, h->first);
    e = store_get(txn, TABLE_quarantine, *key, &row);
    if (e == ERR_OK)
        *key = other_key(room, cs->signature);
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* What `resume` says goes on with the store that came first. */
static enum err end_advance(struct txn *txn, const struct scope *s, const struct stream *stream, const struct header *h,
                            const struct hash *head)
{
    struct stream end = *stream;
    enum err e = ward_quarantine_end(txn, s, &end);

    if (e != ERR_OK || h->first != end.next || !crypto_equal(h->previous.b, end.head.b, HASH_SIZE))
        return e;
    return end_put(txn, h, head);
}

enum err ward_quarantine_put(struct txn *txn, const struct scope *s, const struct stream *stream,
                             const struct header *h, struct bytes header, const struct changeset *cs,
                             struct bytes message, uint64_t now, struct hash *head)
{
    uint8_t room[STORE_KEY_MAX], decided[CHANGESET_CHANGES_MAX] = {0};
    struct kept_row k = {now, header, message, bytes_of(decided, cs->count)};
    bool fresh[CHANGESET_CHANGES_MAX];
    struct bytes key;
    uint64_t count = 0;
    struct change c;
    enum err e = ERR_OK;

    *head = header_head(header, cs->signature);
    for (size_t i = 0; e == ERR_OK && i < cs->count; i++)
        e = change_decode(&c, cs->slot[i].body);
    if (e == ERR_OK)
        e = ward_hand_in_fresh(txn, s, h, cs, fresh);
    for (size_t i = 0; e == ERR_OK && i < cs->count; i++) {
        decided[i] = fresh[i] ? UNDECIDED : ELSEWHERE;
        count += fresh[i];
    }
    if (e == ERR_OK)
        e = kept_add(txn, &h->device, count, message.n);
    if (e == ERR_OK)
        e = free_key(txn, room, h, cs, &key);
    if (e == ERR_OK)
        e = row_put(txn, key, &k);
    if (e == ERR_OK)
        e = ward_hand_in_note(txn, h, head, cs, fresh);
    return e == ERR_OK ? end_advance(txn, s, stream, h, head) : e;
}

/* --- for the person who decides ------------------------------------------------------------------------------- */

struct row_name {
    size_t n;
    uint8_t key[OTHER_KEY];
};

static bool gather(void *arg, struct bytes key, struct bytes value)
{
    struct row_name name = {.n = key.n};

    (void)value;
    if (key.n != ROW_KEY && key.n != OTHER_KEY)
        return true;
    memcpy(name.key, key.p, key.n);
    buf_put(arg, &name, sizeof name);
    return true;
}

static const struct row_name *names_of(const struct buf *list, size_t *count)
{
    *count = list->n / sizeof(struct row_name);
    return (const struct row_name *)(const void *)list->p;
}

/* What a store brings that did not read the log may wait there already. */
static bool waiting_visit(void *arg, const struct held *h)
{
    buf_put(arg, &h->id, sizeof h->id);
    return true;
}

static int id_order(const void *a, const void *b)
{
    return memcmp(a, b, HASH_SIZE);
}

static enum err waiting_list(struct txn *txn, struct buf *ids)
{
    enum err e = held_each(txn, NULL, waiting_visit, ids);

    if (ids->n > HASH_SIZE)
        qsort(ids->p, ids->n / HASH_SIZE, HASH_SIZE, id_order);
    return e;
}

/* One changeset of the list; its slices point into row. */
struct opened {
    struct buf row;
    struct kept_row kept;
    struct header header;
    struct changeset cs;
    struct scope scope;
};

static enum err opened_load(struct txn *txn, const struct row_name *name, struct opened *o)
{
    enum err e = store_get(txn, TABLE_quarantine, bytes_of(name->key, name->n), &o->row);

    changeset_init(&o->cs);
    if (e == ERR_OK)
        e = row_decode(&o->kept, buf_bytes(&o->row));
    if (e == ERR_OK)
        e = header_decode(&o->header, o->kept.header) == ERR_OK ? ERR_OK : ERR_DAMAGED;
    if (e == ERR_OK)
        e = message_read(&o->cs, o->kept.message);
    if (e == ERR_OK)
        e = scope_load(txn, &o->header.scope, &o->scope);
    if (e == ERR_OK && (o->kept.decided.n != o->cs.count || !o->cs.has_seed))
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        changeset_commit(&o->cs, &o->header.scope, &o->header.device, &o->header.person);
    return e;
}

static void opened_deinit(struct opened *o)
{
    changeset_deinit(&o->cs);
    buf_deinit(&o->row);
}

static struct held as_held(const struct opened *o, size_t position)
{
    return (struct held){.scope_number = o->scope.number, .leaf = QUARANTINE_LEAF, .position = (uint32_t)position,
                         .id = o->cs.slot[position].commitment, .accepted = o->kept.arrived,
                         .verdict = verdict_make(VERDICT_HELD, false, ERR_REVOKED),
                         .decided = o->kept.decided.p[position] != UNDECIDED};
}

static enum err show(struct txn *txn, const struct opened *o, size_t position, const struct buf *waiting,
                     ward_held_visit *visit, void *arg, bool *more)
{
    struct ward_held h = {.scope = &o->scope, .held = as_held(o, position), .header = o->header};
    struct change c;
    struct part p;
    enum err e;

    if (h.held.decided || (waiting->n > 0 && bsearch(&h.held.id, waiting->p, waiting->n / HASH_SIZE, HASH_SIZE,
                                                     id_order) != NULL))
        return ERR_OK;
    if (change_decode(&c, o->cs.slot[position].body) != ERR_OK)
        return ERR_DAMAGED;
    e = ledger_part(txn, &o->scope, c.kind, &c.record, &p);
    if (e == ERR_OK) {
        h.change = &c;
        h.part = &p;
        for (size_t i = 0; i < p.changes; i++)
            h.later += p.change[i].leaf >= o->header.size || o->header.epoch != o->scope.epoch;
        *more = visit(arg, &h);
    }
    part_deinit(&p);
    return e;
}

enum err ward_quarantine_each(struct txn *txn, ward_held_visit *visit, void *arg)
{
    struct buf list = {0}, waiting = {0};
    bool more = true;
    enum err e = store_scan(txn, TABLE_quarantine, bytes_of(NULL, 0), gather, &list);
    size_t count;
    const struct row_name *name = names_of(&list, &count);

    if (e == ERR_OK && count > 0)
        e = waiting_list(txn, &waiting);

    for (size_t at = 0; e == ERR_OK && more && at < count; at++) {
        struct opened o = {0};

        e = opened_load(txn, &name[at], &o);
        for (size_t i = 0; e == ERR_OK && more && i < o.cs.count; i++)
            e = show(txn, &o, i, &waiting, visit, arg, &more);
        opened_deinit(&o);
    }
    buf_deinit(&list);
    buf_deinit(&waiting);
    return e;
}

/* Nothing has judged it yet: what would be refused of anybody is not accepted of this device. */
static enum err fits(struct txn *txn, const struct opened *o, size_t position)
{
    struct change c;
    enum err why, e;

    if (change_decode(&c, o->cs.slot[position].body) != ERR_OK)
        return ERR_DAMAGED;
    e = ward_home_refuses(txn, &o->scope, o->cs.slot[position].body, &why);
    if (e == ERR_OK && why != ERR_STALE_BASE) /* that is the person's to say */
        e = why;
    return e == ERR_OK ? schema_check_change(&c, o->scope.access) : e;
}

/* No log takes a changeset of this device: the one change goes to its record's home with its proof, as a mirror leaf,
 * and folds under its author's version. */
static enum err take(struct txn *txn, const struct ward *w, struct opened *o, size_t position, uint64_t now)
{
    struct control c;
    enum err e = fits(txn, o, position);

    if (e == ERR_OK)
        e = mirror_of(&o->cs, o->kept.header, (uint32_t)position, MIRROR_NO_LEAF, true, &c);
    return e == ERR_OK ? ward_home_take(txn, w, &o->scope, &c, now) : e;
}

static enum err decide(struct txn *txn, const struct ward *w, const struct row_name *name, struct opened *o,
                       size_t position, const struct ward_ruling *r, uint64_t now)
{
    struct kept_row k = o->kept;
    struct buf decided = {0};
    enum err e = ERR_OK;

    if (o->kept.decided.p[position] != UNDECIDED)
        return ERR_DECIDED;
    if (r->verdict == VERDICT_ACCEPTED)
        e = take(txn, w, o, position, now);
    buf_put_bytes(&decided, k.decided);
    decided.p[position] = r->verdict == VERDICT_ACCEPTED ? DECIDED_ACCEPTED : DECIDED_REFUSED;
    k.decided = buf_bytes(&decided);
    if (e == ERR_OK)
        e = row_put(txn, bytes_of(name->key, name->n), &k);
    buf_deinit(&decided);
    return e;
}

enum err ward_quarantine_rule(struct txn *txn, const struct ward *w, const struct ward_ruling *r, uint64_t now,
                              struct held *out)
{
    struct buf list = {0};
    size_t found = 0, position = 0, matches = 0, count;
    enum err e = store_scan(txn, TABLE_quarantine, bytes_of(NULL, 0), gather, &list);
    const struct row_name *name = names_of(&list, &count);
    struct opened o = {0};

    for (size_t at = 0; e == ERR_OK && at < count; at++) {
        e = opened_load(txn, &name[at], &o);
        for (size_t i = 0; e == ERR_OK && i < o.cs.count; i++)
            if (o.kept.decided.p[i] != ELSEWHERE &&
                ward_held_has_prefix(o.cs.slot[i].commitment.b, HASH_SIZE, r->prefix) && matches++ == 0) {
                found = at;
                position = i;
            }
        opened_deinit(&o);
        o = (struct opened){0};
    }
    if (e == ERR_OK && matches != 1)
        e = matches == 0 ? ERR_NO_SUCH_CHANGE : ERR_AMBIGUOUS;
    if (e == ERR_OK)
        e = opened_load(txn, &name[found], &o);
    if (e == ERR_OK) {
        *out = as_held(&o, position);
        e = decide(txn, w, &name[found], &o, position, r, now);
    }
    opened_deinit(&o);
    buf_deinit(&list);
    return e;
}
