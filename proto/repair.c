/* repair.c - giving what the other side lost, and taking what it gives. */
#include "repair.h"

#include <stdlib.h>

#include "author.h"
#include "held.h"
#include "leaf.h"
#include "mend.h"
#include "message.h"
#include "recall.h"
#include "verdict.h"

#define GIVE_BYTES 49152 /* of one piece: a range and its leaves, within about one frame */

/* --- giving --------------------------------------------------------------------------------------------- */

struct giving {
    struct txn *txn;
    struct work *job;
    bool all;
    struct scope scope;
    struct repair_want want;
    struct repair_range range; /* of this piece */
    struct buf leaves;
};

/* Held or refused, and nobody has released it. */
static enum err kept_back(const struct giving *g, uint64_t index, size_t position, uint32_t verdict, bool *yes)
{
    struct held h;
    enum err e = ERR_OK;

    *yes = verdict_kind(verdict) != VERDICT_ACCEPTED;
    if (*yes)
        e = held_get(g->txn, &g->scope, (uint32_t)index, (uint32_t)position, &h);
    if (*yes && e == ERR_OK)
        *yes = !(h.decided && verdict_kind(h.ruled) == VERDICT_ACCEPTED);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err write_leaf(struct giving *g, uint64_t index, struct ledger_leaf *l)
{
    bool keep[CHANGESET_CHANGES_MAX], own = false;
    struct author reader;
    struct header h;
    enum err e;

    if (l->is_control || g->all)
        return recall_leaf_write(l, &g->leaves);
    if (header_decode(&h, l->header) != ERR_OK)
        return ERR_DAMAGED;
    e = author_load(g->txn, &g->scope, &g->job->device, &reader);
    if (e == ERR_OK)
        e = author_wrote(g->txn, &g->scope, &reader, &h, &own);
    for (size_t i = 0; e == ERR_OK && i < l->changeset.count; i++) {
        uint32_t verdict;
        bool back = false;

        e = verdict_list_at(l->verdicts, i, &verdict);
        if (e == ERR_OK && !own)
            e = kept_back(g, index, i, verdict, &back);
        keep[i] = !back && l->changeset.slot[i].body.n > 0;
    }
    if (e != ERR_OK)
        return e;
    changeset_commit(&l->changeset, &h.scope, &h.device, &h.person);
    return recall_leaf_write_without(l, keep, &g->leaves);
}

static void range_add(struct repair_range *r, uint64_t index)
{
    struct repair_run *last = r->count > 0 ? &r->run[r->count - 1] : NULL;

    if (last != NULL && last->from + last->count == index)
        last->count++;
    else
        r->run[r->count++] = (struct repair_run){index, 1};
}

/* A leaf that is damaged here too is not given. */
static enum err give_leaf(struct giving *g, uint64_t index)
{
    struct ledger_leaf l = {0};
    struct buf row = {0};
    struct hash hash;
    bool whole = false;
    enum err e = mend_leaf(g->txn, &g->scope, index, &hash, &whole);

    if (e == ERR_OK && whole)
        e = ledger_leaf_at(g->txn, &g->scope, index, &row, &l);
    if (e == ERR_OK && whole) {
        range_add(&g->range, index);
        e = write_leaf(g, index, &l);
    }
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}

static void piece_end(struct giving *g)
{
    struct buf message = {0};

    if (g->range.count > 0) {
        g->range.scope = g->scope.id;
        repair_range_encode(&g->range, &message);
        work_message(&g->job->out, MESSAGE_RANGE, buf_bytes(&message));
        buf_put_bytes(&g->job->out, buf_bytes(&g->leaves));
    }
    g->range.count = 0;
    buf_clear(&g->leaves);
    buf_deinit(&message);
}

/* Nodes from `from` on, at most `count` of them. */
static void give_hashes(struct giving *g, uint64_t from, uint64_t count)
{
    struct repair_hashes m = {.scope = g->scope.id, .level = g->want.what - 1, .from = from};
    struct buf hints = {0}, message = {0};

    for (uint64_t i = 0; i < count; i++) {
        struct hash h = {{0}}; /* one that cannot be read here differs, and then the leaves tell */
        struct buf value = {0};
        uint8_t key[7];

        store_u16(key, g->scope.number);
        key[2] = (uint8_t)m.level;
        store_u32(key + 3, (uint32_t)(from + i));
        if (store_get(g->txn, TABLE_node, bytes_of(key, sizeof key), &value) == ERR_OK && value.n == HASH_SIZE)
            memcpy(h.b, value.p, HASH_SIZE);
        buf_put(&hints, h.b, REPAIR_HINT_SIZE);
        buf_deinit(&value);
    }
    m.hints = buf_bytes(&hints);
    repair_hashes_encode(&m, &message);
    work_message(&g->job->out, MESSAGE_HASHES, buf_bytes(&message));
    buf_deinit(&hints);
    buf_deinit(&message);
}

/* Goes on at *done of all that this want names. */
static enum err give_want(struct giving *g, uint64_t *done, bool *full)
{
    uint64_t before = 0;
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && !*full && i < g->want.count; before += g->want.run[i++].count) {
        const struct repair_run *run = &g->want.run[i];

        while (e == ERR_OK && !*full && *done < before + run->count) {
            uint64_t from = run->from + (*done - before), n = run->from + run->count - from;

            n = g->want.what == REPAIR_LEAVES ? 1 : n > REPAIR_HINTS_MAX ? REPAIR_HINTS_MAX : n;
            if (g->want.what == REPAIR_LEAVES)
                e = give_leaf(g, from);
            else
                give_hashes(g, from, n);
            *done += n;
            *full = g->leaves.n >= GIVE_BYTES || g->job->out.n >= GIVE_BYTES || g->range.count == REPAIR_RUNS_MAX;
        }
    }
    piece_end(g);
    return e;
}

/* Is it of the log that stands here, and for whoever asks? */
static enum err stands(struct giving *g, repair_may *may, bool *yes)
{
    enum err e = scope_load(g->txn, &g->want.scope, &g->scope);

    *yes = e == ERR_OK && g->scope.epoch == g->want.epoch && g->scope.frontier.size >= g->want.size;
    return e == ERR_OK && *yes ? may(g->txn, &g->scope, g->job, yes) : e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* `at`: the want's place in the list in the upper half, how much of it was given in the lower. */
enum err repair_give(struct txn *txn, struct work *job, repair_may *may, bool all)
{
    struct giving *g = mem_alloc(sizeof *g);
    struct bytes list = buf_bytes(&job->in), message;
    uint64_t place = 0, done = job->at & UINT32_MAX;
    bool full = false, yes;
    uint8_t type;
    enum err e = ERR_OK;

    g->txn = txn;
    g->job = job;
    g->all = all;
    for (; e == ERR_OK && !full && work_message_next(&list, &type, &message); place++) {
        if (place < job->at >> 32)
            continue;
        e = repair_want_decode(&g->want, message);
        if (e == ERR_OK)
            e = stands(g, may, &yes);
        if (e == ERR_OK && yes)
            e = give_want(g, &done, &full);
        if (full)
            break;
        done = 0;
    }
    job->more = full;
    job->at = place << 32 | done;
    buf_wipe_deinit(&g->leaves);
    free(g);
    return e;
}

/* --- taking --------------------------------------------------------------------------------------------- */

struct taking {
    struct txn *txn;
    struct work *job;
    repair_same *same;
    bool only_proved;
    struct scope scope;
    struct repair_range range;
};

static bool index_of(const struct repair_range *r, uint64_t nth, uint64_t *index)
{
    for (size_t i = 0; i < r->count; i++) {
        if (nth < r->run[i].count) {
            *index = r->run[i].from + nth;
            return true;
        }
        nth -= r->run[i].count;
    }
    return false;
}

static enum err write_row(struct taking *t, uint64_t index, const struct recall_leaf *l)
{
    struct buf row = {0};
    enum err e;

    if (l->leaf.is_control)
        leaf_encode_control(l->leaf.control, l->leaf.signature, &row);
    else
        ledger_encode(l->leaf.header, &l->leaf.changeset, l->leaf.accepted, l->leaf.policy, l->leaf.verdicts, &row);
    e = scope_leaf_replace(t->txn, &t->scope, index, buf_bytes(&row));
    if (e == ERR_OK)
        e = mend_mark(t->txn, t->scope.number);
    t->job->repaired += e == ERR_OK;
    buf_wipe_deinit(&row);
    return e;
}

static enum err take_leaf(struct taking *t, uint64_t index, uint8_t type, struct bytes message)
{
    struct recall_leaf l;
    struct hash hash, here;
    bool proved = false, disproved = false, whole = false;
    enum err e = recall_leaf_read(&l, &t->scope.id, type, message);

    if (e == ERR_OK) {
        hash = ledger_hash(&l.leaf);
        e = mend_prove(t->txn, &t->scope, index, &hash, &proved, &disproved);
    }
    if (e == ERR_OK && disproved)
        e = ERR_BAD_PROOF;
    if (e == ERR_OK)
        e = mend_leaf(t->txn, &t->scope, index, &here, &whole);
    if (e == ERR_OK && whole && crypto_equal(here.b, hash.b, HASH_SIZE))
        e = t->same(t->txn, &t->scope, index, &l.leaf);
    else if (e == ERR_OK && (proved || !t->only_proved))
        e = write_row(t, index, &l);
    recall_leaf_deinit(&l);
    return e;
}

enum err repair_take(struct txn *txn, struct work *job, repair_same *same, bool only_proved)
{
    struct taking *t = mem_alloc(sizeof *t);
    struct bytes list = buf_bytes(&job->in), message;
    uint64_t nth = job->at, index;
    uint8_t type;
    enum err e = work_message_next(&list, &type, &message) ? repair_range_decode(&t->range, message) : ERR_BAD_FRAME;

    t->txn = txn;
    t->job = job;
    t->same = same;
    t->only_proved = only_proved;
    if (e == ERR_OK)
        e = scope_load(txn, &t->range.scope, &t->scope);
    if (e == ERR_NOT_FOUND)
        e = ERR_BAD_FRAME;
    while (e == ERR_OK && work_message_next(&list, &type, &message)) {
        if (!index_of(&t->range, nth++, &index) || index >= t->scope.frontier.size)
            e = ERR_BAD_FRAME;
        else
            e = take_leaf(t, index, type, message);
    }
    free(t);
    return e;
}
