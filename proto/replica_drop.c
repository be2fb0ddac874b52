/* replica_drop.c - a scope that is no longer for this device: handed in first, then erased (protocol.md 7.5). */
#include <stdlib.h>

#include "ledger.h"
#include "message.h"
#include "outbox.h"
#include "reissue.h"
#include "replica.h"
#include "replica_older.h"
#include "replica_snapshot.h"
#include "replica_verdict.h"
#include "verdict.h"

/* --- rows of one scope, gathered before they go ------------------------------------------------ */

struct erasing {
    struct txn *txn;
    const struct scope *scope;
    struct buf keys; /* u8 length, bytes, … */
};

static void gather(struct erasing *g, struct bytes key)
{
    buf_put_u8(&g->keys, (uint8_t)key.n);
    buf_put_bytes(&g->keys, key);
}

static bool gather_all(void *arg, struct bytes key, struct bytes value)
{
    (void)value;
    gather(arg, key);
    return true;
}

/* Tables whose key ends with the scope's number. */
static bool gather_part(void *arg, struct bytes key, struct bytes value)
{
    struct erasing *g = arg;

    (void)value;
    if (key.n == 4 + ID_SIZE && load_u16(key.p + 2 + ID_SIZE) == g->scope->number)
        gather(g, key);
    return true;
}

static enum err erase_table(struct erasing *g, enum table t, struct bytes prefix, store_visit *visit)
{
    struct bytes rest;
    enum err e;

    buf_clear(&g->keys);
    e = store_scan(g->txn, t, prefix, visit, g);
    for (rest = buf_bytes(&g->keys); e == ERR_OK && rest.n > 0; rest = bytes_cut(rest, 1u + rest.p[0]))
        e = store_del(g->txn, t, bytes_of(rest.p + 1, rest.p[0]));
    return e;
}

/* What the organisation's row says of this scope. Its code and name stay: others' records name it. */
static enum err forget_scope(struct txn *txn, const struct scope *s)
{
    struct org o;
    enum err e = org_load(txn, &s->org, &o);

    if (e == ERR_OK && id_equal(&o.scope[s->access], &s->id)) {
        memset(&o.scope[s->access], 0, sizeof o.scope[s->access]);
        e = org_save(txn, &o);
    }
    if (e == ERR_NOT_FOUND)
        e = ERR_OK;
    return e == ERR_OK ? store_del(txn, TABLE_scope, bytes_of(s->id.b, ID_SIZE)) : e;
}

static enum err erase(struct txn *txn, const struct scope *s)
{
    static const enum table by_scope[] = {TABLE_leaf,  TABLE_node,  TABLE_stream,  TABLE_origin, TABLE_change,
                                          TABLE_actor, TABLE_state, TABLE_pending, TABLE_outbox, TABLE_again,
                                          TABLE_held,  TABLE_home,  TABLE_raised,  TABLE_waits};
    struct erasing g = {.txn = txn, .scope = s};
    uint8_t room[STORE_KEY_MAX];
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < ARRAY_LEN(by_scope); i++)
        e = erase_table(&g, by_scope[i], scope_key2(room, s->number), gather_all);
    if (e == ERR_OK)
        e = erase_table(&g, TABLE_part, bytes_of(NULL, 0), gather_part);
    if (e == ERR_OK)
        e = erase_table(&g, TABLE_draft, bytes_of(NULL, 0), gather_part);
    if (e == ERR_OK)
        e = replica_verdict_leave(txn, s);
    if (e == ERR_OK)
        e = replica_end_leave(txn, s);
    if (e == ERR_OK)
        e = replica_older_forget(txn, &s->id);
    if (e == ERR_OK)
        e = replica_snapshot_served(txn, &s->id);
    buf_deinit(&g.keys);
    return e == ERR_OK ? forget_scope(txn, s) : e;
}

/* --- the ward's word on what was written here ------------------------------------------------------ */

struct hearing {
    struct txn *txn;
    struct work *job;
    const struct scope *scope;
    size_t count;
    struct message_word *word; /* count of them, owned */
    struct buf *body;          /* count: of the change, where it is sealed here */
    uint64_t sealed;           /* changes */
    enum err err;
};

static void note_body(struct hearing *h, const struct change_slot *slot)
{
    for (size_t i = 0; i < h->count; i++) {
        if (!crypto_equal(h->word[i].id.b, slot->commitment.b, HASH_SIZE))
            continue;
        buf_clear(&h->body[i]);
        buf_put_bytes(&h->body[i], slot->body);
    }
}

static bool sealed_visit(void *arg, struct bytes key, struct bytes value)
{
    struct hearing *h = arg;
    struct bytes encoded;
    struct header header;
    struct changeset cs;

    (void)key;
    changeset_init(&cs);
    h->err = outbox_decode(value, &encoded, &header, &cs);
    if (h->err == ERR_OK)
        changeset_commit(&cs, &header.scope, &header.device, &header.person);
    for (size_t i = 0; h->err == ERR_OK && i < cs.count; i++)
        note_body(h, &cs.slot[i]);
    h->sealed += cs.count;
    changeset_deinit(&cs);
    return h->err == ERR_OK;
}

/* One that was told of before, or was accepted and is refused now. Of others there is no body here: another device of
 * this person wrote them, or the leaf is damaged, and nobody gives it any more (protocol.md 8.8). */
static enum err known_body(struct hearing *h, size_t at)
{
    const struct hash *id = &h->word[at].id;
    struct version version = change_version(id);
    struct replica_verdict known;
    struct ledger_leaf l = {0};
    struct buf row = {0};
    uint32_t leaf, position;
    enum err e = replica_verdict_about(h->txn, id, &row, &known);

    if (e == ERR_OK) {
        buf_put_bytes(&h->body[at], known.body);
    } else if (e == ERR_NOT_FOUND) {
        e = scope_change_find(h->txn, h->scope, &version, &leaf, &position);
        if (e == ERR_OK)
            e = ledger_leaf_at(h->txn, h->scope, leaf, &row, &l);
        if (e == ERR_OK && !l.is_control && position < l.changeset.count)
            buf_put_bytes(&h->body[at], l.changeset.slot[position].body);
    }
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err hear(struct hearing *h, size_t at)
{
    const struct message_word *word = &h->word[at];
    enum err e = h->body[at].n > 0 ? ERR_OK : known_body(h, at);
    struct change_slot slot = {.commitment = word->id, .body = buf_bytes(&h->body[at])};

    if (e != ERR_OK || slot.body.n == 0)
        return e;
    h->job->refused += verdict_kind(word->verdict) == VERDICT_REFUSED;
    h->job->held += verdict_kind(word->verdict) == VERDICT_HELD;
    return replica_verdict_word(h->txn, h->scope, word, &slot);
}

/* Words in their order; *sealed: changes that are here without an answer. */
static enum err hear_all(struct txn *txn, struct work *job, const struct scope *s, struct message_list words,
                         uint64_t *sealed)
{
    struct hearing h = {.txn = txn, .job = job, .scope = s, .count = words.count};
    uint8_t room[STORE_KEY_MAX];
    enum err e;

    h.word = mem_alloc((h.count + 1) * sizeof *h.word);
    h.body = mem_alloc((h.count + 1) * sizeof *h.body);
    for (size_t i = 0; message_word_next(&words, &h.word[i]); i++)
        continue;
    e = store_scan(txn, TABLE_outbox, scope_key2(room, s->number), sealed_visit, &h);
    if (e == ERR_OK)
        e = h.err;
    for (size_t i = 0; e == ERR_OK && i < h.count; i++)
        e = hear(&h, i);
    for (size_t i = 0; i < h.count; i++)
        buf_wipe_deinit(&h.body[i]);
    free(h.word);
    free(h.body);
    *sealed = h.sealed;
    return e;
}

/* --- the message ------------------------------------------------------------------------------- */

/* Is everything that was written here durable at the ward, as it was signed here? */
static enum err handed_in(struct txn *txn, const struct scope *s, const struct message_drop *m, bool *yes)
{
    uint8_t room[STORE_KEY_MAX];
    struct replica_end end;
    bool pending = false;
    enum err e = replica_end_load(txn, s->number, &end);

    if (e == ERR_OK)
        e = store_any(txn, TABLE_pending, scope_key2(room, s->number), &pending);
    if (e == ERR_OK && !pending)
        e = reissue_waits(txn, s, &pending);
    *yes = e == ERR_OK && !pending && m->next >= end.next &&
           (m->next > end.next || crypto_equal(m->head.b, end.head.b, HASH_SIZE));
    return e;
}

enum err replica_drop(struct txn *txn, struct work *job)
{
    struct message_drop m;
    struct scope s;
    uint64_t sealed = 0;
    bool yes = false;
    enum err e = message_drop_decode(&m, buf_bytes(&job->in));

    if (e != ERR_OK)
        return e;
    e = scope_load(txn, &m.scope, &s);
    if (e == ERR_NOT_FOUND)
        return ERR_OK;
    if (e == ERR_OK)
        e = hear_all(txn, job, &s, m.words, &sealed);
    if (e == ERR_OK && !m.more)
        e = handed_in(txn, &s, &m, &yes);
    if (e != ERR_OK || !yes)
        return e; /* the next session hands in the rest, and the ward says it again */
    job->sent = sealed;
    job->dropped = 1;
    return erase(txn, &s);
}
