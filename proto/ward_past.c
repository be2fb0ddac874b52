/* ward_past.c - see ward_past.h. */
#include "ward_past.h"

#include <stdlib.h>

#include "actor.h"
#include "author.h"
#include "held.h"
#include "message.h"
#include "recall.h"
#include "verdict.h"
#include "ward_repair.h"

/* An entry: u32 leaf, u32 stream. A row of them is about as long as a part of the snapshot, and stands behind these. */
#define ENTRY_SIZE 8
#define ROW_ENTRIES 7500
#define ROW_FIRST 0x80000000u
#define ENTRY_ANSWERS 0x80000000u /* in `stream`: it names what was refused */

/* --- one leaf ----------------------------------------------------------------------------------------------------- */

static void withhold(struct ledger_leaf *l)
{
    for (size_t i = 0; i < l->changeset.count; i++) {
        uint32_t verdict;

        if (verdict_list_at(l->verdicts, i, &verdict) != ERR_OK || verdict_kind(verdict) != VERDICT_ACCEPTED)
            l->changeset.slot[i].body = bytes_of(NULL, 0);
    }
}

enum err ward_past_write(struct ledger_leaf *l, bool whole, uint64_t index, struct buf *out)
{
    struct buf list = {0};
    struct changeset *cs = &l->changeset;
    struct bytes messages;
    struct message_past m = {.index = index};
    struct header h;
    bool full = cs->has_seed;
    uint8_t type;
    enum err e = header_decode(&h, l->header) == ERR_OK ? ERR_OK : ERR_DAMAGED;

    if (e == ERR_OK) {
        changeset_commit(cs, &h.scope, &h.device, &h.person);
        if (!whole)
            withhold(l);
        for (size_t i = 0; i < cs->count; i++)
            full = full && cs->slot[i].body.n > 0;
        cs->has_seed = full;
        e = recall_leaf_write(l, &list);
    }
    if (e == ERR_OK) {
        messages = buf_bytes(&list);
        bool there = work_message_next(&messages, &type, &m.leaf);
        assert(there && type == MESSAGE_LEAF);
        message_past_encode(&m, out);
    }
    buf_wipe_deinit(&list);
    return e;
}

static enum err put_leaf(struct ledger_leaf *l, bool whole, uint64_t index, struct buf *list)
{
    struct buf message = {0};
    enum err e = ward_past_write(l, whole, index, &message);

    if (e == ERR_OK)
        work_message(list, MESSAGE_PAST, buf_bytes(&message));
    buf_wipe_deinit(&message);
    return e;
}

/* Whose work is it? ERR_DAMAGED. */
static enum err is_work_of(struct txn *txn, const struct scope *s, const struct author *reader,
                           const struct ledger_leaf *l, bool *yes)
{
    struct header h;

    if (l->is_control || header_decode(&h, l->header) != ERR_OK)
        return ERR_DAMAGED;
    return author_wrote(txn, s, reader, &h, yes);
}

enum err ward_past(struct txn *txn, const struct scope *s, const struct work *job, uint64_t index, struct buf *list)
{
    struct author reader;
    struct ledger_leaf l = {0};
    struct buf row = {0};
    bool own = false;
    enum err e = author_load(txn, s, &job->device, &reader);

    if (e == ERR_OK || e == ERR_NOT_FOUND)
        e = ledger_leaf_at(txn, s, index, &row, &l);
    if (e == ERR_OK)
        e = is_work_of(txn, s, &reader, &l, &own);
    if (e == ERR_OK)
        e = put_leaf(&l, own, index, list);
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}

/* --- making the index --------------------------------------------------------------------------------------------- */

void ward_past_deinit(struct ward_past *p)
{
    buf_deinit(&p->refused);
    buf_deinit(&p->open);
    buf_deinit(&p->entries);
}

static void add_refused(struct ward_past *p, const struct hash *id)
{
    struct version v = change_version(id);

    buf_put(&p->refused, v.b, VERSION_SIZE);
}

static bool open_visit(void *arg, const struct held *h)
{
    struct ward_past *p = arg;

    if (h->decided && verdict_kind(h->ruled) == VERDICT_ACCEPTED)
        return true;
    buf_put(&p->open, &h->leaf, sizeof h->leaf);
    if (h->decided && verdict_kind(h->ruled) == VERDICT_REFUSED)
        add_refused(p, &h->id);
    return true;
}

enum err ward_past_begin(struct ward_past *p, struct txn *txn, const struct scope *s)
{
    return held_each(txn, s, open_visit, p);
}

static bool has_verdict(const struct ledger_leaf *l, size_t i, enum verdict is)
{
    uint32_t verdict;

    return verdict_list_at(l->verdicts, i, &verdict) == ERR_OK && verdict_kind(verdict) == is;
}

enum err ward_past_look(struct ward_past *p, struct txn *txn, const struct scope *s, uint64_t index,
                        const struct ledger_leaf *head)
{
    struct header h;
    struct ledger_leaf l = {0};
    struct buf row = {0};
    bool any = false;
    enum err e = header_decode(&h, head->header) == ERR_OK ? ERR_OK : ERR_DAMAGED;

    for (size_t i = 0; e == ERR_OK && !any && i < h.count; i++)
        any = has_verdict(head, i, VERDICT_REFUSED);
    if (!any)
        return e;
    e = ledger_leaf_at(txn, s, index, &row, &l);
    if (e == ERR_OK)
        changeset_commit(&l.changeset, &h.scope, &h.device, &h.person);
    for (size_t i = 0; e == ERR_OK && i < l.changeset.count; i++)
        if (has_verdict(&l, i, VERDICT_REFUSED))
            add_refused(p, &l.changeset.slot[i].commitment);
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}

static int version_order(const void *a, const void *b)
{
    return memcmp(a, b, VERSION_SIZE);
}

void ward_past_looked(struct ward_past *p)
{
    size_t n = 0;

    if (p->refused.n > 0)
        qsort(p->refused.p, p->refused.n / VERSION_SIZE, VERSION_SIZE, version_order);
    for (size_t i = 0; i < p->refused.n; i += VERSION_SIZE) {
        if (n > 0 && memcmp(p->refused.p + n - VERSION_SIZE, p->refused.p + i, VERSION_SIZE) == 0)
            continue;
        memmove(p->refused.p + n, p->refused.p + i, VERSION_SIZE);
        n += VERSION_SIZE;
    }
    p->refused.n = n;
}

static int leaf_order(const void *a, const void *b)
{
    uint32_t x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

/* Is there something in this leaf that its author may have to be told? */
static bool is_open(const struct ward_past *p, uint32_t index, const struct ledger_leaf *l)
{
    bool yes = p->open.n > 0 && bsearch(&index, p->open.p, p->open.n / sizeof index, sizeof index, leaf_order) != NULL;

    for (size_t i = 0; !yes && i < l->changeset.count; i++)
        yes = has_verdict(l, i, VERDICT_REFUSED) || has_verdict(l, i, VERDICT_PROPOSAL);
    return yes;
}

static bool names_refused(const struct ward_past *p, struct bytes base)
{
    for (size_t i = 0; i < base.n; i += VERSION_SIZE)
        if (bsearch(base.p + i, p->refused.p, p->refused.n / VERSION_SIZE, VERSION_SIZE, version_order) != NULL)
            return true;
    return false;
}

/* What was refused and is sent again is named in the bases of what is sent (4.3). */
static bool answers(const struct ward_past *p, const struct changeset *cs)
{
    struct change c;

    for (size_t i = 0; p->refused.n > 0 && i < cs->count; i++) {
        if (cs->slot[i].body.n == 0 || change_decode(&c, cs->slot[i].body) != ERR_OK)
            continue;
        for (size_t t = 0; t < c.count; t++)
            if (names_refused(p, c.triple[t].base))
                return true;
    }
    return false;
}

static enum err flush(struct ward_past *p, struct txn *txn, const struct scope *s)
{
    uint8_t room[STORE_KEY_MAX];
    enum err e = store_put(txn, TABLE_snapshot, scope_key6(room, s->number, ROW_FIRST + p->rows++),
                           buf_bytes(&p->entries));

    buf_clear(&p->entries);
    return e;
}

enum err ward_past_note(struct ward_past *p, struct txn *txn, const struct scope *s, uint64_t index,
                        const struct ledger_leaf *l)
{
    bool open = is_open(p, (uint32_t)index, l), again = answers(p, &l->changeset);
    struct stream stream;
    struct header h;
    enum err e;

    if (!open && !again)
        return ERR_OK;
    e = header_decode(&h, l->header) == ERR_OK ? ERR_OK : ERR_DAMAGED;
    if (e == ERR_OK)
        e = scope_stream_of(txn, s, &h.device, h.incarnation, &stream);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_DAMAGED : e;
    buf_put_u32(&p->entries, (uint32_t)index);
    buf_put_u32(&p->entries, stream.number | (again ? ENTRY_ANSWERS : 0));
    return p->entries.n == (size_t)ENTRY_SIZE * ROW_ENTRIES ? flush(p, txn, s) : ERR_OK;
}

/* An index without entries is one, too. */
enum err ward_past_end(struct ward_past *p, struct txn *txn, const struct scope *s)
{
    return p->entries.n > 0 || p->rows == 0 ? flush(p, txn, s) : ERR_OK;
}

enum err ward_past_made(struct txn *txn, const struct scope *s, bool *yes)
{
    uint8_t room[STORE_KEY_MAX];

    return store_any(txn, TABLE_snapshot, scope_key6(room, s->number, ROW_FIRST), yes);
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

struct sending {
    struct txn *txn;
    const struct scope *s;
    struct work *job;
    struct author reader;
    uint64_t size;
    bool own[STREAMS_MAX]; /* the streams of the reader's person */
    bool any;
    struct buf rulings;    /* u32 leaf indexes: of the words on the leaf at hand */
    uint32_t at;           /* the leaf that is read */
};

static enum err find_streams(struct sending *x)
{
    enum err e = author_load(x->txn, x->s, &x->job->device, &x->reader);

    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    for (uint32_t i = 0; e == ERR_OK && i < x->s->streams; i++) {
        struct header h = {.person = x->reader.person};
        struct stream stream;

        e = scope_stream(x->txn, x->s, i, &stream);
        h.device = stream.device;
        if (e == ERR_OK)
            e = author_wrote(x->txn, x->s, &x->reader, &h, &x->own[i]);
        x->any = x->any || x->own[i];
    }
    return e;
}

/* What is said of each change, as the log stood at the snapshot: *told if not all is accepted. */
static enum err find_words(struct sending *x, uint32_t index, const struct ledger_leaf *l, bool *told)
{
    enum err e = ERR_OK;

    buf_clear(&x->rulings);
    for (size_t i = 0; e == ERR_OK && i < l->changeset.count; i++) {
        uint32_t verdict;
        struct held h;

        e = verdict_list_at(l->verdicts, i, &verdict) == ERR_OK ? ERR_OK : ERR_DAMAGED;
        if (e == ERR_OK)
            e = held_get(x->txn, x->s, index, (uint32_t)i, &h);
        if (e == ERR_OK && h.decided && h.ruling < x->size) {
            verdict = h.ruled;
            buf_put(&x->rulings, &h.ruling, sizeof h.ruling);
        }
        e = e == ERR_NOT_FOUND ? ERR_OK : e;
        *told = *told || (e == ERR_OK && verdict_kind(verdict) != VERDICT_ACCEPTED);
    }
    if (x->rulings.n > 0)
        qsort(x->rulings.p, x->rulings.n / sizeof(uint32_t), sizeof(uint32_t), leaf_order);
    return e;
}

static enum err put_ruling(struct sending *x, uint32_t index)
{
    struct buf row = {0}, message = {0};
    struct ledger_leaf l = {0};
    enum err e;

    x->at = index;
    e = ledger_leaf_at(x->txn, x->s, index, &row, &l);
    if (e == ERR_OK && !l.is_control)
        e = ERR_DAMAGED;
    if (e == ERR_OK) {
        struct message_past m = {.index = index, .is_word = true, .leaf = l.control};

        memcpy(m.signature, l.signature, SIGNATURE_SIZE);
        message_past_encode(&m, &message);
        work_message(&x->job->out, MESSAGE_PAST, buf_bytes(&message));
    }
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    buf_deinit(&message);
    return e;
}

static enum err put_entry(struct sending *x, uint32_t index, bool again)
{
    struct buf row = {0};
    struct ledger_leaf l = {0};
    bool own = false, told = again;
    enum err e;

    x->at = index;
    e = ledger_leaf_at(x->txn, x->s, index, &row, &l);
    if (e == ERR_OK)
        e = is_work_of(x->txn, x->s, &x->reader, &l, &own);
    if (e == ERR_OK && own)
        e = find_words(x, index, &l, &told);
    if (e == ERR_OK && own && told) {
        e = put_leaf(&l, true, index, &x->job->out);
        for (size_t i = 0; e == ERR_OK && i < x->rulings.n; i += sizeof(uint32_t)) {
            uint32_t ruling;

            memcpy(&ruling, x->rulings.p + i, sizeof ruling);
            e = put_ruling(x, ruling);
        }
    }
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}

/* One row of entries from *at on. */
static enum err put_row(struct sending *x, struct bytes row, uint64_t *at, size_t most)
{
    enum err e = ERR_OK;

    for (size_t i = *at % ROW_ENTRIES * ENTRY_SIZE; e == ERR_OK && i < row.n && x->job->out.n < most; i += ENTRY_SIZE) {
        uint32_t index = load_u32(row.p + i), stream = load_u32(row.p + i + 4);
        size_t before = x->job->out.n;

        if ((stream & ~ENTRY_ANSWERS) < STREAMS_MAX && x->own[stream & ~ENTRY_ANSWERS])
            e = put_entry(x, index, (stream & ENTRY_ANSWERS) != 0);
        if (e == ERR_DAMAGED) { /* the state stands without it; who holds the leaf is asked for it */
            x->job->out.n = before;
            e = ward_wanted_note(x->txn, x->s, x->at);
        }
        ++*at;
    }
    return e;
}

enum err ward_past_send(struct txn *txn, const struct scope *s, struct work *job, uint64_t size, uint64_t *at,
                        size_t most, bool *done)
{
    struct sending x = {.txn = txn, .s = s, .job = job, .size = size};
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    enum err e = find_streams(&x);

    *done = e == ERR_OK && !x.any;
    while (e == ERR_OK && !*done && job->out.n < most) {
        uint32_t number = (uint32_t)(*at / ROW_ENTRIES);
        uint64_t end = ((uint64_t)number + 1) * ROW_ENTRIES;

        e = store_get(txn, TABLE_snapshot, scope_key6(room, s->number, ROW_FIRST + number), &row);
        if (e == ERR_OK)
            e = put_row(&x, buf_bytes(&row), at, most);
        *done = e == ERR_NOT_FOUND || (e == ERR_OK && job->out.n < most && *at < end);
        e = e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    buf_deinit(&x.rulings);
    buf_deinit(&row);
    return e;
}
