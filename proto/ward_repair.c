/* ward_repair.c - see ward_repair.h. */
#include "ward_repair.h"

#include <stdlib.h>

#include "repair.h"
#include "ward_recall.h"

/* --- damaged leaves ------------------------------------------------------------------------------------- */

enum err ward_wanted_note(struct txn *txn, const struct scope *s, uint64_t index)
{
    uint8_t room[STORE_KEY_MAX], one = 1;
    enum err e = store_put(txn, TABLE_wanted, scope_key6(room, s->number, (uint32_t)index), bytes_of(&one, 1));

    return e == ERR_OK ? mend_mark(txn, s->number) : e;
}

static bool index_visit(void *arg, struct bytes key, struct bytes value)
{
    (void)value;
    if (key.n == 6)
        buf_put_u32(arg, load_u32(key.p + 2));
    return true;
}

/* Ascending: the key's order. */
static enum err wanted(struct txn *txn, const struct scope *s, struct buf *indexes)
{
    uint8_t room[STORE_KEY_MAX];

    return store_scan(txn, TABLE_wanted, scope_key2(room, s->number), index_visit, indexes);
}

enum err ward_wanted_any(struct txn *txn, const struct scope *s, uint64_t size, bool *any)
{
    struct buf indexes = {0};
    enum err e = wanted(txn, s, &indexes);

    *any = e == ERR_OK && indexes.n > 0 && load_u32(indexes.p) < size;
    buf_deinit(&indexes);
    return e;
}

enum err ward_wanted_add(struct txn *txn, const struct scope *s, uint64_t *count)
{
    struct buf indexes = {0};
    enum err e = wanted(txn, s, &indexes);

    *count += indexes.n / 4;
    buf_deinit(&indexes);
    return e;
}

enum err ward_wanted_count(struct txn *txn, uint64_t *count)
{
    struct buf indexes = {0};
    enum err e = store_scan(txn, TABLE_wanted, bytes_of(NULL, 0), index_visit, &indexes);

    *count = indexes.n / 4;
    buf_deinit(&indexes);
    return e;
}

enum err ward_wanted_ask(struct txn *txn, const struct scope *s, uint64_t held, struct buf *list)
{
    struct repair_asking *a = mem_alloc(sizeof *a);
    struct scope both = *s; /* as both hold it: one that has less would pass over the want */
    struct buf indexes = {0};
    enum err e = wanted(txn, s, &indexes);

    both.frontier.size = held;
    a->list = list;
    for (size_t i = 0; e == ERR_OK && i < indexes.n; i += 4)
        if (load_u32(indexes.p + i) < held)
            repair_ask(a, &both, REPAIR_LEAVES, load_u32(indexes.p + i), 1);
    repair_ask_end(a);
    buf_deinit(&indexes);
    free(a);
    return e;
}

/* --- here ----------------------------------------------------------------------------------------------- */

static enum err follow_scope(struct txn *txn, const struct scope *s, uint64_t now)
{
    enum err e = ERR_OK;

    for (uint64_t i = 0; e == ERR_OK && i < s->frontier.size; i++) {
        struct buf row = {0};
        struct ledger_leaf l = {0};
        struct control c;

        e = ledger_leaf_at(txn, s, i, &row, &l);
        if (e == ERR_OK && l.is_control && control_decode(&c, l.control) == ERR_OK)
            e = ward_follow(txn, s, &c, now);
        e = e == ERR_DAMAGED ? ERR_OK : e;
        ledger_leaf_deinit(&l);
        buf_deinit(&row);
    }
    return e;
}

enum err ward_mend_begin(struct txn *txn, struct mend_damage *d, uint64_t now)
{
    struct scope *scope = NULL;
    size_t count = 0;
    enum err e = mend_sift(txn, d);

    if (e == ERR_OK)
        e = scope_list(txn, &scope, &count);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = mend_org(txn, &scope[i]);
    if (e == ERR_OK)
        e = mend_parts(txn, scope, count);
    for (size_t i = 0; e == ERR_OK && d->registry && i < count; i++)
        e = follow_scope(txn, &scope[i], now);
    free(scope);
    return e;
}

/* Of a span that hides which leaf is wrong, those that cannot be read; if all can, all of them. */
static enum err note_span(struct txn *txn, const struct scope *s, const struct mend_look *k,
                          const struct mend_span *span, struct ward_mended *m)
{
    uint64_t from = span->index << span->level, to = (span->index + 1) << span->level;
    bool all = mend_node(k, span->level, span->index)->whole;
    enum err e = ERR_OK;

    for (uint64_t i = from; e == ERR_OK && i < to; i++)
        if (all || !mend_node(k, 0, i)->whole) {
            e = ward_wanted_note(txn, s, i);
            m->bad++;
        }
    return e;
}

static enum err note(struct txn *txn, const struct scope *s, const struct mend_look *k, struct ward_mended *m)
{
    const struct mend_leaf *bad = (const struct mend_leaf *)(const void *)k->bad.p;
    const struct mend_span *span = (const struct mend_span *)(const void *)k->unsure.p;
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < k->bad.n / sizeof *bad; i++, m->bad++)
        e = ward_wanted_note(txn, s, bad[i].index);
    for (size_t i = 0; e == ERR_OK && i < k->unsure.n / sizeof *span; i++)
        e = note_span(txn, s, k, &span[i], m);
    return e;
}

/* What was noted and is whole again is not wanted any more. */
static enum err settle_wanted(struct txn *txn, const struct scope *s, size_t *left)
{
    struct buf indexes = {0};
    enum err e = wanted(txn, s, &indexes);

    *left = 0;
    for (size_t i = 0; e == ERR_OK && i < indexes.n; i += 4) {
        uint8_t room[STORE_KEY_MAX];
        uint32_t index = load_u32(indexes.p + i);
        struct hash hash;
        bool whole, proved = false, disproved;

        e = mend_leaf(txn, s, index, &hash, &whole);
        if (e == ERR_OK && whole)
            e = mend_prove(txn, s, index, &hash, &proved, &disproved);
        if (e == ERR_OK && proved)
            e = store_del(txn, TABLE_wanted, scope_key6(room, s->number, index));
        *left += !proved;
    }
    buf_deinit(&indexes);
    return e;
}

static enum err mend(struct txn *txn, struct scope *s, struct ward_mended *m)
{
    struct mend_look k;
    size_t left;
    bool folded = false;
    enum err e = mend_look(txn, s, true, &k);

    if (e == ERR_OK)
        e = mend_nodes(txn, s, &k);
    if (e == ERR_OK)
        e = note(txn, s, &k, m);
    if (e == ERR_OK)
        e = settle_wanted(txn, s, &left);
    if (e == ERR_OK && k.bad.n == 0 && k.unsure.n == 0)
        e = mend_scope(txn, s, &k, &folded);
    m->folded += folded;
    mend_look_deinit(&k);
    return e;
}

enum err ward_mend(struct txn *txn, size_t place, struct ward_mended *m, bool *more)
{
    struct scope *scope = NULL;
    size_t count = 0;
    enum err e = scope_list(txn, &scope, &count);

    *more = e == ERR_OK && place + 1 < count;
    if (e == ERR_OK && place < count && scope[place].frontier.size > 0) {
        m->scopes++;
        m->leaves += scope[place].frontier.size;
        e = mend(txn, &scope[place], m);
    }
    free(scope);
    return e;
}

/* --- jobs ----------------------------------------------------------------------------------------------- */

enum err ward_repair_may(struct txn *txn, const struct scope *s, const struct work *job, bool *yes)
{
    *yes = false;
    return job->hand_in ? ERR_OK : ward_may_read(txn, s, &job->device, yes);
}

/* Bodies that the giver was never given are asked for from their author. */
static enum err note_missing(struct txn *txn, const struct scope *s, uint64_t index)
{
    struct ledger_leaf l = {0};
    struct buf row = {0};
    struct header h;
    enum err e = ledger_leaf_at(txn, s, index, &row, &l);

    if (e == ERR_OK && !l.is_control && header_decode(&h, l.header) == ERR_OK)
        e = ward_missing_note(txn, s, &h, &l.changeset, l.verdicts);
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    return e == ERR_DAMAGED ? ERR_OK : e;
}

/* When nothing is wanted of the scope any more it is mended, if that waited for these leaves. */
enum err ward_take(struct txn *txn, struct work *job)
{
    struct bytes list = buf_bytes(&job->in), message;
    struct repair_range *range = mem_alloc(sizeof *range);
    struct ward_mended m = {0};
    struct buf before = {0};
    struct scope s;
    size_t left = 0;
    uint8_t type;
    enum err e = work_message_next(&list, &type, &message) ? repair_range_decode(range, message) : ERR_BAD_FRAME;

    if (e == ERR_OK)
        e = scope_load(txn, &range->scope, &s);
    e = e == ERR_NOT_FOUND ? ERR_BAD_FRAME : e;
    if (e == ERR_OK)
        e = wanted(txn, &s, &before);
    if (e == ERR_OK)
        e = repair_take(txn, job, ward_missing_take, true);
    if (e == ERR_OK)
        e = settle_wanted(txn, &s, &left);
    for (size_t i = 0; e == ERR_OK && job->repaired > 0 && i < before.n; i += 4)
        e = note_missing(txn, &s, load_u32(before.p + i));
    if (e == ERR_OK && before.n > 0 && left == 0)
        e = mend(txn, &s, &m);
    buf_deinit(&before);
    free(range);
    return e;
}
