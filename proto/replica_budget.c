/* replica_budget.c - see replica_budget.h. */
#include "replica_budget.h"

#include <stdlib.h>

#include "changeset.h"
#include "draft.h"
#include "frame.h"
#include "message.h"
#include "mp.h"

#define SESSION_BYTES 84u    /* a hello that names one scope, the end */
#define SCOPE_BYTES 28u      /* the message that names a scope */
#define CHANGESET_BYTES 84u /* seed, signature and frame head of a changeset; the rest is in each change's cost */

struct waiting {
    uint32_t number, kind;
    uint16_t scope;
    struct id record, person;
    bool create, news; /* news: to a record that the ward does not know yet */
    bool chosen;
    uint64_t bytes;
    size_t ref, refs; /* which of struct listing's ids its values name */
};

struct listing {
    struct buf list; /* struct waiting */
    struct buf refs; /* struct id: whatever in a value may be a record */
    uint16_t scope;
};

/* Every 16 bytes that may be a reference; what is none names no record that waits. */
static void note_refs(struct listing *l, struct waiting *e, struct bytes value)
{
    struct mp r;
    mp_open(&r, value);
    for (enum mp_type type; (type = mp_peek(&r)) != MP_END;) {
        if (type == MP_ARRAY) {
            (void)mp_array(&r, MP_ELEMENTS_MAX);
        } else if (type == MP_BIN) {
            struct bytes b = mp_bin(&r, CHANGE_BODY_MAX);
            if (b.n == ID_SIZE) {
                buf_put_bytes(&l->refs, b);
                e->refs++;
            }
        } else {
            (void)mp_raw(&r);
        }
    }
    (void)!mp_close(&r); /* our own */
}

static bool list_visit(void *arg, struct bytes key, struct bytes value)
{
    struct listing *l = arg;
    struct waiting e = {.scope = l->scope};
    struct mp r;
    mp_open(&r, value);
    mp_expect_array(&r, 3);
    e.kind = (uint32_t)mp_uint(&r, UINT16_MAX);
    e.record = id_from(mp_bin_exact(&r, ID_SIZE));
    e.person = id_from(mp_bin_exact(&r, ID_SIZE));
    if (mp_close(&r) != ERR_OK || key.n != 6)
        return false;
    e.number = load_u32(key.p + 2);
    buf_put(&l->list, &e, sizeof e);
    return true;
}

/* What a change takes in a flight of its own, without the head of its changeset: with others beside it, hardly more. */
static uint64_t cost(struct bytes body, unsigned packing)
{
    uint8_t fixed[SIGNATURE_SIZE];
    struct frame_out f;
    struct buf message = {0}, wire = {0};
    for (size_t i = 0; i < sizeof fixed; i++)
        fixed[i] = (uint8_t)(i * 167 + 13); /* as little to pack as in a real one */
    mp_put_array(&message, 8);
    mp_put_uint(&message, 0);
    mp_put_nil(&message);
    for (size_t i = 0; i < 3; i++)
        mp_put_uint(&message, 0);
    mp_put_bin(&message, fixed, SALT_SIZE);
    mp_put_bin(&message, fixed, SIGNATURE_SIZE);
    mp_put_array(&message, 1);
    mp_put_raw(&message, body);
    frame_out_init(&f, ZIP_LEVEL);
    f.packing = packing;
    frame_put(&f, MESSAGE_CHANGESET, buf_bytes(&message), false, &wire);
    uint64_t n = wire.n - FRAME_HEADER_SIZE - SALT_SIZE - SIGNATURE_SIZE;
    frame_out_deinit(&f);
    buf_wipe_deinit(&message);
    buf_wipe_deinit(&wire);
    return n;
}

static enum err weigh(struct txn *txn, struct listing *l, struct waiting *e, unsigned packing)
{
    struct draft d;
    enum err err = draft_load(txn, e->kind, &e->record, e->scope, &d);
    size_t i = 0;
    while (i < d.count && !(d.item[i].state == DRAFT_UNSEALED && d.item[i].number == e->number))
        i++;
    if (err == ERR_OK && i == d.count)
        err = ERR_DAMAGED;
    if (err == ERR_OK) {
        struct change c;
        err = change_decode(&c, buf_bytes(&d.item[i].body));
        e->create = err == ERR_OK && c.op == OP_CREATE;
        e->bytes = cost(buf_bytes(&d.item[i].body), packing);
        e->ref = l->refs.n / sizeof(struct id);
        for (size_t n = 0; err == ERR_OK && n < c.count; n++)
            note_refs(l, e, c.triple[n].value);
    }
    draft_deinit(&d);
    return err;
}

static bool same_record(const struct waiting *a, const struct waiting *b)
{
    return a->kind == b->kind && id_equal(&a->record, &b->record);
}

static int by_record(const void *a, const void *b)
{
    const struct waiting *x = a, *y = b;
    int c = x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : memcmp(x->record.b, y->record.b, ID_SIZE);
    return c != 0 ? c : x->number < y->number ? -1 : x->number > y->number;
}

static int by_worth(const void *a, const void *b)
{
    const struct waiting *x = *(struct waiting *const *)a, *y = *(struct waiting *const *)b;
    return x->news != y->news ? (x->news ? 1 : -1) : x->number < y->number ? -1 : x->number > y->number;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* How the bytes of a flight add up: heads of changesets and scopes come when they are first needed. */
struct choice {
    const struct replica *r;
    struct waiting *entry; /* by_record */
    struct waiting **named; /* the first of each record, by_id */
    size_t count, records;
    const struct id *refs;
    uint64_t budget, bytes;
    uint64_t in_scope[UINT16_MAX + 1]; /* changes so far */
    struct buf taken;                  /* struct waiting *: what comes with the one at hand */
};

static uint64_t heads(const struct choice *c, const struct waiting *e)
{
    uint64_t n = c->in_scope[e->scope];
    return (n == 0 ? SCOPE_BYTES : 0u) + (n % CHANGESET_CHANGES_SEAL == 0 ? CHANGESET_BYTES : 0u) +
           (id_equal(&e->person, &c->r->person) ? 0u : CHANGESET_BYTES);
}

static int by_id(const void *a, const void *b)
{
    const struct waiting *x = *(struct waiting *const *)a, *y = *(struct waiting *const *)b;
    return memcmp(x->record.b, y->record.b, ID_SIZE);
}

/* e and what was written before it to its record. */
static void take_chain(struct choice *c, struct waiting *e)
{
    struct waiting *from = e;
    while (from > c->entry && same_record(from - 1, e) && !from[-1].chosen)
        from--;
    for (struct waiting *i = from; i <= e; i++) {
        if (i->chosen)
            continue;
        c->bytes += i->bytes + heads(c, i);
        c->in_scope[i->scope]++;
        i->chosen = true;
        buf_put(&c->taken, &i, sizeof(struct waiting *));
    }
}

/* The creation of each record that e names, if it waits too: in every scope in which that record begins. */
static void take_named(struct choice *c, const struct waiting *e)
{
    for (size_t n = 0; n < e->refs; n++) {
        struct waiting want = {.record = c->refs[e->ref + n]}, *at = &want;
        struct waiting **found = c->records == 0 ? NULL : bsearch(&at, c->named, c->records, sizeof *c->named, by_id);
        if (found == NULL)
            continue;
        for (struct waiting *i = *found; i < c->entry + c->count && same_record(i, *found); i++)
            if (i->create && !i->chosen)
                take_chain(c, i);
    }
}

/* e with all that it needs, if that still fits; else none of it. */
static void take(struct choice *c, struct waiting *e)
{
    uint64_t before = c->bytes;
    if (e->chosen)
        return;
    buf_clear(&c->taken);
    take_chain(c, e);
    for (size_t i = 0; i < c->taken.n / sizeof e && c->bytes <= c->budget; i++)
        take_named(c, ((struct waiting **)(void *)c->taken.p)[i]);
    if (c->bytes <= c->budget)
        return;
    c->bytes = before;
    for (size_t i = 0; i < c->taken.n / sizeof e; i++) {
        struct waiting *back = ((struct waiting **)(void *)c->taken.p)[i];
        c->in_scope[back->scope]--;
        back->chosen = false;
    }
}

struct weighing {
    struct frame_out f;
    uint64_t bytes;
};

static bool outbox_visit(void *arg, struct bytes key, struct bytes value)
{
    struct weighing *l = arg;
    struct buf wire = {0};
    (void)key;
    if (value.n < MESSAGE_MAX)
        frame_put(&l->f, MESSAGE_CHANGESET, value, false, &wire);
    l->bytes += wire.n;
    buf_wipe_deinit(&wire);
    return true;
}

/* About what the flight takes before anything more is sealed. */
static enum err sealed_bytes(struct txn *txn, unsigned packing, uint64_t *bytes)
{
    struct weighing l = {.bytes = SESSION_BYTES};
    frame_out_init(&l.f, ZIP_LEVEL);
    l.f.packing = packing;
    enum err e = store_scan(txn, TABLE_outbox, bytes_of(NULL, 0), outbox_visit, &l);
    frame_out_deinit(&l.f);
    *bytes = l.bytes;
    return e;
}

static void choose(struct choice *c, struct buf *chosen)
{
    if (c->count == 0)
        return;
    struct waiting **order = mem_alloc((c->count + 1) * sizeof *order);
    c->named = mem_alloc((c->count + 1) * sizeof *c->named);
    qsort(c->entry, c->count, sizeof *c->entry, by_record);
    for (size_t i = 0; i < c->count; i++) {
        bool first = i == 0 || !same_record(&c->entry[i - 1], &c->entry[i]);
        c->entry[i].news = first ? c->entry[i].create : c->entry[i - 1].news;
        order[i] = &c->entry[i];
        if (first)
            c->named[c->records++] = &c->entry[i];
    }
    qsort(order, c->count, sizeof *order, by_worth);
    qsort(c->named, c->records, sizeof *c->named, by_id);
    for (size_t i = 0; i < c->count; i++)
        take(c, order[i]);
    for (size_t i = 0; i < c->count; i++)
        if (c->entry[i].chosen)
            buf_put(chosen, &c->entry[i].number, sizeof c->entry[i].number);
    if (chosen->n > 0)
        qsort(chosen->p, chosen->n / sizeof(uint32_t), sizeof(uint32_t), by_number);
    buf_deinit(&c->taken);
    free(c->named);
    free(order);
}

static enum err list(struct txn *txn, struct listing *l)
{
    struct scope *scope = NULL;
    uint8_t room[STORE_KEY_MAX];
    size_t count = 0;
    enum err e = scope_list(txn, &scope, &count);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        l->scope = scope[i].number;
        if (scope[i].frontier.size > 0)
            e = store_scan(txn, TABLE_pending, scope_key2(room, scope[i].number), list_visit, l);
    }
    free(scope);
    return e;
}

enum err replica_budget_choose(struct txn *txn, const struct replica *r, uint64_t budget_bytes, struct buf *chosen)
{
    struct listing l = {0};
    struct choice *c = mem_alloc(sizeof *c);
    unsigned packing;
    enum err e = list(txn, &l);
    struct waiting *entry = (struct waiting *)(void *)l.list.p;
    size_t count = l.list.n / sizeof *entry;
    if (e == ERR_OK)
        e = replica_packing_load(txn, &packing);
    if (e == ERR_OK)
        e = sealed_bytes(txn, packing, &c->bytes);
    c->r = r;
    c->entry = entry;
    c->count = count;
    c->budget = budget_bytes;
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = weigh(txn, &l, &entry[i], packing);
    c->refs = (const struct id *)(const void *)l.refs.p;
    if (e == ERR_OK)
        choose(c, chosen);
    free(c);
    buf_deinit(&l.list);
    buf_deinit(&l.refs);
    return e;
}

/* --- the plan ------------------------------------------------------------------------------------------------ */

static enum err count_message(struct replica_plan *plan, struct bytes message, uint64_t *changes)
{
    struct changeset cs;
    struct mp r;
    changeset_init(&cs);
    mp_open(&r, message);
    mp_expect_array(&r, 8);
    changeset_read(&cs, &r);
    enum err e = mp_close(&r);
    for (size_t i = 0; e == ERR_OK && i < cs.count; i++) {
        struct id record;
        uint32_t kind;
        change_subject(cs.slot[i].body, &kind, &record);
        plan->kind[kind < PLAN_KINDS ? kind : 0]++;
    }
    *changes += cs.count;
    changeset_deinit(&cs);
    return e;
}

static enum err count_flight(struct replica_plan *plan, struct frame_out *f, struct bytes messages, uint64_t *changes)
{
    struct bytes message;
    struct buf wire = {0};
    uint8_t type;
    enum err e = ERR_OK;
    while (e == ERR_OK && work_message_next(&messages, &type, &message)) {
        frame_put(f, type, message, false, &wire);
        plan->bytes += wire.n;
        buf_clear(&wire);
        if (type == MESSAGE_CHANGESET)
            e = count_message(plan, message, changes);
    }
    buf_wipe_deinit(&wire);
    return e;
}

static enum err fly(struct txn *txn, struct replica_plan *plan, struct frame_out *f, uint64_t *changes)
{
    bool more = true;
    uint64_t at = 0;
    enum err e = ERR_OK;
    while (e == ERR_OK && more) {
        struct work *job = work_new(WORK_OUTBOX);
        job->at = at;
        e = replica_outbox(txn, NULL, job);
        if (e == ERR_OK)
            e = count_flight(plan, f, buf_bytes(&job->out), changes);
        at = job->at;
        more = job->more;
        work_free(job);
    }
    return e;
}

enum err replica_plan(struct txn *txn, struct replica *r, struct moment *m, uint64_t budget_bytes,
                      struct replica_plan *plan)
{
    struct replica_counts before, after;
    struct frame_out f;
    struct buf wire = {0};
    struct work *open = work_new(WORK_OPEN);
    uint64_t changes = 0;
    enum err e = replica_count(txn, &before);
    memset(plan, 0, sizeof *plan);
    open->budget_bytes = budget_bytes;
    frame_out_init(&f, ZIP_LEVEL);
    if (e == ERR_OK)
        e = replica_open(txn, r, open, m);
    if (e == ERR_OK) {
        f.packing = open->packing;
        f.level = pace_level(open->pace);
        frame_put(&f, MESSAGE_HELLO, buf_bytes(&open->out), !open->more, &wire);
        plan->bytes += wire.n;
    }
    if (e == ERR_OK && open->more)
        e = fly(txn, plan, &f, &changes);
    if (e == ERR_OK)
        e = replica_count(txn, &after);
    if (e == ERR_OK) {
        plan->left = after.unsealed;
        plan->chosen = before.unsealed - after.unsealed;
        plan->sealed = changes - plan->chosen;
    }
    frame_out_deinit(&f);
    buf_deinit(&wire);
    work_free(open);
    return e;
}
