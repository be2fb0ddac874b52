/* replica_copy.c - see replica_copy.h. */
#include "replica_copy.h"

#include <stdlib.h>

#include "ledger.h"
#include "outbox.h"
#include "reissue.h"
#include "renew.h"

static const char meta_attempt[] = "attempt";
static const char meta_renew[] = "renew";
static const char meta_copied[] = "copied";

/* --- the beginning ------------------------------------------------------------------------------------------------ */

static enum err u32_get(struct txn *txn, const char *name, uint32_t *value)
{
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_meta, bytes_of_str(name), &row);

    if (e == ERR_OK && row.n != 4)
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        *value = load_u32(row.p);
    buf_deinit(&row);
    return e;
}

static enum err u32_draw(struct txn *txn, const char *name, struct moment *m, uint32_t *value)
{
    uint8_t bytes[4];

    replica_draw(m, bytes, sizeof bytes);
    *value = load_u32(bytes);
    return store_put(txn, TABLE_meta, bytes_of_str(name), bytes_of(bytes, sizeof bytes));
}

enum err replica_copy_begin(struct txn *txn, struct moment *m)
{
    uint32_t fresh;

    return u32_draw(txn, meta_renew, m, &fresh);
}

enum err replica_copy_open(struct txn *txn, struct work *job, struct moment *m, uint32_t *attempt)
{
    uint32_t fresh;
    enum err e = u32_get(txn, meta_attempt, attempt);

    if (e == ERR_NOT_FOUND)
        e = u32_draw(txn, meta_attempt, m, attempt);
    job->copy = job->mode == HELLO_RENEW;
    if (e != ERR_OK)
        return e;
    /* Told again, also in the middle of a renewal: the incarnation we had drawn is another store's by now. */
    if (job->copy)
        return u32_draw(txn, meta_renew, m, &fresh);
    e = u32_get(txn, meta_renew, &fresh);
    job->copy = e == ERR_OK;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err replica_copy_message(struct txn *txn, struct work *job, struct bytes sizes)
{
    uint32_t fresh = 0;
    enum err e = u32_get(txn, meta_renew, &fresh);

    job->incarnation = fresh;
    if (e == ERR_OK)
        renew_encode(fresh, sizes, &job->out2);
    return e;
}

/* --- resume: is it our stream that the ward holds? ---------------------------------------------------------------- */

/* As head_before, of one that was answered long ago: a restored ward asks for its bodies once more. */
static enum err head_in_log(struct txn *txn, const struct replica *r, const struct scope *s, uint64_t next,
                            struct hash *head)
{
    struct buf row = {0};
    struct ledger_leaf l = {0};
    struct header h;
    uint64_t index;
    enum err e = ledger_find(txn, s, &r->device, r->incarnation, next, &index);

    if (e == ERR_OK)
        e = scope_leaf(txn, s, index, &row);
    if (e == ERR_OK)
        e = ledger_decode_head(&l, buf_bytes(&row));
    if (e == ERR_OK && (l.is_control || header_decode(&h, l.header) != ERR_OK))
        e = ERR_DAMAGED;
    if (e == ERR_OK && h.first != next)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK)
        *head = h.previous;
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}

/* The head before change number `next` as we sealed it. ERR_NOT_FOUND: no changeset of ours begins there. */
static enum err head_before(struct txn *txn, uint16_t number, uint64_t next, struct hash *head)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    struct changeset cs;
    struct bytes header;
    struct header h;
    enum err e = store_get(txn, TABLE_outbox, scope_key6(room, number, (uint32_t)next), &row);

    changeset_init(&cs);
    if (e == ERR_OK)
        e = outbox_decode(buf_bytes(&row), &header, &h, &cs);
    if (e == ERR_OK)
        *head = h.previous;
    changeset_deinit(&cs);
    buf_wipe_deinit(&row);
    return e;
}

/* Erased here, and the close that says so did not come: what was ours is at the ward, and ends where it ended here. */
static enum err compare_left(struct txn *txn, const struct message_resume *entry)
{
    struct replica_end end;
    enum err e = replica_end_left(txn, &entry->scope, &end);

    if (e == ERR_NOT_FOUND || (e == ERR_OK && entry->next > end.next))
        return ERR_COPY;
    return e == ERR_OK && entry->next == end.next && !crypto_equal(end.head.b, entry->head.b, HASH_SIZE) ? ERR_COPY : e;
}

static enum err compare_stream(struct txn *txn, const struct replica *r, const struct message_resume *entry)
{
    struct replica_end end;
    struct scope s;
    struct hash head;
    enum err e = scope_load(txn, &entry->scope, &s);

    if (e == ERR_NOT_FOUND)
        return compare_left(txn, entry);
    if (e == ERR_OK)
        e = replica_end_load(txn, s.number, &end);
    if (e != ERR_OK || entry->next == 0)
        return e;
    head = end.head;
    if (entry->next < end.next)
        e = head_before(txn, s.number, entry->next, &head);
    if (e == ERR_NOT_FOUND)
        e = head_in_log(txn, r, &s, entry->next, &head);
    if (e == ERR_NOT_FOUND || entry->next > end.next)
        return ERR_COPY;
    return e == ERR_OK && !crypto_equal(head.b, entry->head.b, HASH_SIZE) ? ERR_COPY : e;
}

enum err replica_copy_compare(struct txn *txn, const struct replica *r, struct message_list list)
{
    struct message_resume entry;
    enum err e = ERR_OK;

    while (e == ERR_OK && message_resume_next(&list, &entry))
        e = compare_stream(txn, r, &entry);
    return e;
}

/* --- the close ----------------------------------------------------------------------------------------------- */

struct row {
    uint32_t first;
    struct buf value;
};

static bool row_visit(void *arg, struct bytes key, struct bytes value)
{
    struct buf *list = arg;
    struct row row = {.first = load_u32(key.p + 2)};

    buf_put_bytes(&row.value, value);
    buf_put(list, &row, sizeof row);
    return true;
}

static int row_order(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    return x->first < y->first ? -1 : x->first > y->first;
}

/* r bears the new incarnation already: the rows still bear the old one. */
static enum err settle_scope(struct txn *txn, struct replica *r, struct scope *scope)
{
    struct reissue s = {.txn = txn, .r = r, .scope = scope};
    uint8_t room[STORE_KEY_MAX];
    struct buf list = {0};
    struct row *row;
    size_t count;
    enum err e = store_scan(txn, TABLE_outbox, scope_key2(room, scope->number), row_visit, &list);

    row = (struct row *)(void *)list.p;
    count = list.n / sizeof *row;
    if (count > 0)
        qsort(row, count, sizeof *row, row_order);
    if (e == ERR_OK && count > 0)
        e = reissue_begin(&s);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = store_del(txn, TABLE_outbox, scope_key6(room, scope->number, row[i].first));
    if (e == ERR_OK)
        e = replica_end_save(txn, scope->number, &s.end);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = reissue_row(&s, buf_bytes(&row[i].value));
    for (size_t i = 0; i < count; i++)
        buf_wipe_deinit(&row[i].value);
    buf_deinit(&list);
    reissue_end(&s);
    return e;
}

static bool left_visit(void *arg, struct bytes key, struct bytes value)
{
    struct buf *list = arg;

    (void)value;
    if (key.n == 4 + ID_SIZE && memcmp(key.p, "left", 4) == 0)
        buf_put_bytes(list, key);
    return true;
}

/* Where our streams ended in scopes that were dropped: they will not go on under this incarnation. */
static enum err forget_left(struct txn *txn)
{
    struct buf list = {0};
    enum err e = store_scan(txn, TABLE_meta, bytes_of(NULL, 0), left_visit, &list);

    for (size_t i = 0; e == ERR_OK && i < list.n; i += 4 + ID_SIZE)
        e = store_del(txn, TABLE_meta, bytes_of(list.p + i, 4 + ID_SIZE));
    buf_deinit(&list);
    return e;
}

enum err replica_copy_settle(struct txn *txn, struct replica *r, const struct work *job,
                             const struct message_close *close, struct moment *m)
{
    struct scope *scope = NULL;
    uint32_t fresh = 0;
    size_t count = 0;
    enum err e = u32_get(txn, meta_renew, &fresh);

    if (e == ERR_NOT_FOUND || (e == ERR_OK && close->n != 1))
        return ERR_BAD_ORDER;
    if (e == ERR_OK && job->incarnation != fresh)
        return ERR_BUSY; /* another session of this store has begun another renewal: this ratchet is not for it */
    /* Scopes whose log came only now: what waits for them is sealed first, so that it has the names under which the
     * other store may have sent it. */
    if (e == ERR_OK)
        e = replica_seal(txn, r, m);
    if (e == ERR_OK)
        e = scope_list(txn, &scope, &count);
#ifndef BUG_12 /* planted (tests/bugs_test.sh): a copy goes on in its old incarnation */
    r->incarnation = fresh;
#endif
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = settle_scope(txn, r, &scope[i]);
    free(scope);
    if (e == ERR_OK)
        e = forget_left(txn);
    return e == ERR_OK ? store_del(txn, TABLE_meta, bytes_of_str(meta_renew)) : e;
}

enum err replica_copy_closed(struct txn *txn, const struct message_close *close)
{
    bool copied = (close->flags & MESSAGE_CLOSE_COPIED) != 0, was;
    struct buf row = {0};
    enum err e = store_del(txn, TABLE_meta, bytes_of_str(meta_attempt));

    if (e == ERR_OK)
        e = store_get(txn, TABLE_meta, bytes_of_str(meta_copied), &row);
    buf_deinit(&row);
    was = e == ERR_OK;
    if (e == ERR_NOT_FOUND)
        e = ERR_OK;
    if (e == ERR_OK && copied && !was)
        e = store_put(txn, TABLE_meta, bytes_of_str(meta_copied), bytes_of_str("1"));
    if (e == ERR_OK && !copied && was)
        e = store_del(txn, TABLE_meta, bytes_of_str(meta_copied));
    return e;
}

enum err replica_copied(struct txn *txn, bool *copied)
{
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_meta, bytes_of_str(meta_copied), &row);

    *copied = e == ERR_OK;
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}
