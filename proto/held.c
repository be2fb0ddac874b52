/* held.c - see held.h. */
#include "held.h"

#include "ledger.h"
#include "mp.h"
#include "verdict.h"

#define KEY_SIZE_HELD 8

static struct bytes held_key(uint8_t *room, const struct scope *s, uint32_t leaf, uint32_t position)
{
    store_u16(room, s->number);
    store_u32(room + 2, leaf);
    store_u16(room + 6, (uint16_t)position);
    return bytes_of(room, KEY_SIZE_HELD);
}

static enum err put(struct txn *txn, const struct scope *s, const struct held *h)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    enum err e;

    mp_put_array(&row, 5);
    mp_put_bin(&row, h->id.b, HASH_SIZE);
    mp_put_uint(&row, h->verdict);
    mp_put_uint(&row, h->accepted);
    if (h->decided)
        mp_put_uint(&row, h->ruling);
    else
        mp_put_nil(&row);
    mp_put_uint(&row, h->ruled);
    e = store_put(txn, TABLE_held, held_key(room, s, h->leaf, h->position), buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

static enum err decode(struct held *h, struct bytes key, struct bytes value)
{
    struct mp r;

    memset(h, 0, sizeof *h);
    if (key.n != KEY_SIZE_HELD)
        return ERR_DAMAGED;
    h->scope_number = load_u16(key.p);
    h->leaf = load_u32(key.p + 2);
    h->position = load_u16(key.p + 6);
    mp_open(&r, value);
    mp_expect_array(&r, 5);
    memcpy(h->id.b, mp_bin_exact(&r, HASH_SIZE), HASH_SIZE);
    h->verdict = (uint32_t)mp_uint(&r, UINT32_MAX);
    h->accepted = mp_uint(&r, TIME_MAX);
    h->decided = !mp_nil(&r);
    if (h->decided)
        h->ruling = (uint32_t)mp_uint(&r, UINT32_MAX);
    h->ruled = (uint32_t)mp_uint(&r, UINT32_MAX);
    return mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
}

enum err held_get(struct txn *txn, const struct scope *s, uint32_t leaf, uint32_t position, struct held *out)
{
    uint8_t room[STORE_KEY_MAX];
    struct bytes key = held_key(room, s, leaf, position);
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_held, key, &row);

    if (e == ERR_OK)
        e = decode(out, key, buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

/* --- following the log ------------------------------------------------------------------------------------ */

/* A proposal waits for nobody: it went to the record's home in the same transaction. */
static bool waits(uint32_t verdict)
{
    return verdict_kind(verdict) == VERDICT_HELD;
}

enum err held_note(struct txn *txn, const struct scope *s, const struct changeset *cs, struct bytes verdicts,
                   uint64_t accepted, uint32_t leaf)
{
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < cs->count; i++) {
        struct held h = {.leaf = leaf, .position = (uint32_t)i, .id = cs->slot[i].commitment, .accepted = accepted};

        e = verdict_list_at(verdicts, i, &h.verdict);
        if (e == ERR_OK && waits(h.verdict))
            e = put(txn, s, &h);
    }
    return e;
}

/* The row a change would have, had it been held: one that was accepted or refused at once has none. */
static enum err from_leaf(struct txn *txn, const struct scope *s, struct held *h)
{
    struct buf row = {0};
    struct ledger_leaf l = {0};
    struct header header;
    enum err e = ledger_leaf_at(txn, s, h->leaf, &row, &l);

    if (e == ERR_OK && (l.is_control || header_decode(&header, l.header) != ERR_OK))
        e = ERR_DAMAGED;
    if (e == ERR_OK && h->position >= l.changeset.count)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK) {
        changeset_commit(&l.changeset, &header.scope, &header.device, &header.person);
        h->id = l.changeset.slot[h->position].commitment;
        h->accepted = l.accepted;
        e = verdict_list_at(l.verdicts, h->position, &h->verdict);
    }
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    return e;
}

static enum err decide(struct txn *txn, const struct scope *s, const struct control_verdict *v, uint32_t ruling)
{
    struct held h = {.position = v->position};
    uint64_t leaf;
    enum err e = ledger_find(txn, s, &v->device, v->incarnation, v->first, &leaf);

    if (e == ERR_OK) {
        h.leaf = (uint32_t)leaf;
        e = held_get(txn, s, h.leaf, v->position, &h);
        if (e == ERR_NOT_FOUND)
            e = from_leaf(txn, s, &h);
    }
    if (e == ERR_NOT_FOUND)
        return ERR_OK; /* of a changeset or a position that is not here: it decides nothing */
    if (e != ERR_OK || waits(v->verdict))
        return e;
    h.decided = true;
    h.ruling = ruling;
    h.ruled = v->verdict;
    return put(txn, s, &h);
}

enum err held_decided(struct txn *txn, const struct scope *s, const struct control_verdict *v)
{
    assert(s->frontier.size > 0);
    return decide(txn, s, v, (uint32_t)(s->frontier.size - 1));
}

/* --- reading ---------------------------------------------------------------------------------------------- */

struct reading {
    held_visit *visit;
    void *arg;
    enum err err;
};

static bool each_visit(void *arg, struct bytes key, struct bytes value)
{
    struct reading *r = arg;
    struct held h;

    r->err = decode(&h, key, value);
    return r->err == ERR_OK && r->visit(r->arg, &h);
}

enum err held_each(struct txn *txn, const struct scope *s, held_visit *visit, void *arg)
{
    uint8_t room[STORE_KEY_MAX];
    struct reading r = {visit, arg, ERR_OK};
    enum err e = store_scan(txn, TABLE_held, s == NULL ? bytes_of(NULL, 0) : scope_key2(room, s->number), each_visit,
                            &r);

    return e == ERR_OK ? r.err : e;
}

static bool count_visit(void *arg, const struct held *h)
{
    struct held_count *c = arg;

    if (h->decided)
        return true;
    c->count++;
    if (c->since == 0 || h->accepted < c->since)
        c->since = h->accepted;
    return true;
}

enum err held_count(struct txn *txn, const struct scope *s, struct held_count *c)
{
    return held_each(txn, s, count_visit, c);
}

/* --- anew ------------------------------------------------------------------------------------------------- */

static bool gather_visit(void *arg, const struct held *h)
{
    buf_put(arg, h, sizeof *h);
    return true;
}

static enum err clear(struct txn *txn, const struct scope *s)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf list = {0};
    enum err e = held_each(txn, s, gather_visit, &list);
    const struct held *h = (const struct held *)(const void *)list.p;

    for (size_t i = 0; e == ERR_OK && i < list.n / sizeof *h; i++)
        e = store_del(txn, TABLE_held, held_key(room, s, h[i].leaf, h[i].position));
    buf_deinit(&list);
    return e;
}

static enum err again(struct txn *txn, const struct scope *s, uint32_t leaf)
{
    struct buf row = {0};
    struct ledger_leaf l = {0};
    struct header h;
    struct control c;
    enum err e = ledger_leaf_at(txn, s, leaf, &row, &l);

    if (e == ERR_OK && l.is_control) {
        e = control_decode(&c, l.control) == ERR_OK ? ERR_OK : ERR_DAMAGED;
        if (e == ERR_OK && c.kind == CONTROL_VERDICT)
            e = decide(txn, s, &c.is.verdict, leaf);
    } else if (e == ERR_OK) {
        e = header_decode(&h, l.header) == ERR_OK ? ERR_OK : ERR_DAMAGED;
        if (e == ERR_OK) {
            changeset_commit(&l.changeset, &h.scope, &h.device, &h.person);
            e = held_note(txn, s, &l.changeset, l.verdicts, l.accepted, leaf);
        }
    }
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    return e;
}

enum err held_rebuild(struct txn *txn, const struct scope *s)
{
    enum err e = clear(txn, s);

    for (uint64_t i = 0; e == ERR_OK && i < s->frontier.size; i++)
        e = again(txn, s, (uint32_t)i);
    return e;
}
