/* mend_tables.c - rows that do not authenticate are taken away; what follows from leaves is made anew from them. */
#include <stdlib.h>

#include "held.h"
#include "leaf.h"
#include "mend.h"
#include "org.h"
#include "verdict.h"

enum mend_kind {
    OWN,      /* nobody else has it: kept aside, named */
    LEAF,     /* asked for */
    FOLDED,   /* follows from the leaves of the scope whose number its key begins with */
    WIDE,     /* follows from the leaves of some scope: all are folded anew */
    SCOPE,    /* made again from its leaves */
    REGISTRY, /* the ward's; control leaves say it again */
    SPARE,    /* its loss costs a question */
};

static const enum mend_kind kinds[TABLE_COUNT] = {
    [TABLE_leaf] = LEAF,        [TABLE_node] = FOLDED,      [TABLE_stream] = FOLDED,   [TABLE_origin] = FOLDED,
    [TABLE_change] = FOLDED,    [TABLE_held] = FOLDED,      [TABLE_actor] = FOLDED,    [TABLE_state] = FOLDED,
    [TABLE_home] = FOLDED,      [TABLE_raised] = FOLDED,    [TABLE_waits] = FOLDED,
    [TABLE_part] = WIDE,        [TABLE_org] = WIDE,         [TABLE_successor] = WIDE,
    [TABLE_scope] = SCOPE,      [TABLE_person] = REGISTRY,  [TABLE_role] = REGISTRY,   [TABLE_device] = REGISTRY,
    [TABLE_cursor] = REGISTRY,  [TABLE_staged] = SPARE,     [TABLE_missing] = SPARE,   [TABLE_wanted] = SPARE,
    [TABLE_aside] = SPARE,
};

static const char meta_mend[] = "mend";

static struct bytes mark_key(uint8_t *room, uint16_t number)
{
    memcpy(room, meta_mend, sizeof meta_mend);
    store_u16(room + sizeof meta_mend, number);
    return bytes_of(room, sizeof meta_mend + 2);
}

enum err mend_mark(struct txn *txn, uint16_t number)
{
    uint8_t room[STORE_KEY_MAX], one = 1;

    return store_put(txn, TABLE_meta, mark_key(room, number), bytes_of(&one, 1));
}

static enum err mark_all(struct txn *txn)
{
    struct scope *scope = NULL;
    size_t count = 0;
    enum err e = scope_list(txn, &scope, &count);

    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = mend_mark(txn, scope[i].number);
    free(scope);
    return e;
}

/* --- sifting -------------------------------------------------------------------------------------------- */

static bool count_visit(void *arg, struct bytes key, struct bytes value)
{
    (void)key;
    (void)value;
    (*(uint32_t *)arg)++;
    return true;
}

static enum err put_aside(struct txn *txn, enum table t, struct bytes raw)
{
    uint8_t key[5];
    uint32_t number = 0;
    enum err e;

    key[0] = (uint8_t)t;
    e = store_scan(txn, TABLE_aside, bytes_of(key, 1), count_visit, &number);
    store_u32(key + 1, number);
    return e == ERR_OK ? store_put(txn, TABLE_aside, bytes_of(key, sizeof key), raw) : e;
}

static enum err keep_aside(struct txn *txn, enum table t, struct bytes raw, struct mend_damage *d)
{
    d->aside++;
    if (strstr(buf_cstr(&d->names), store_tables[t].name) == NULL)
        buf_printf(&d->names, "%s%s", d->names.n > 0 ? ", " : "", store_tables[t].name);
    return put_aside(txn, t, raw);
}

enum err mend_aside(struct txn *txn, enum table t, struct bytes key)
{
    struct buf value = {0}, raw = {0};
    enum err e = store_get(txn, t, key, &value);

    if (e == ERR_OK) {
        buf_put_u8(&raw, (uint8_t)key.n);
        buf_put_bytes(&raw, key);
        buf_put_bytes(&raw, buf_bytes(&value));
        e = put_aside(txn, t, buf_bytes(&raw));
    }
    buf_wipe_deinit(&value);
    buf_wipe_deinit(&raw);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err take_in(struct txn *txn, enum table t, const struct store_sifted *row, struct mend_damage *d, bool *all)
{
    switch (kinds[t]) {
    case OWN:
        return keep_aside(txn, t, row->raw, d);
    case LEAF:
        d->leaves++;
        break;
    case WIDE:
    case SCOPE:
        d->folded++;
        *all = true;
        return ERR_OK;
    case REGISTRY:
        d->folded++;
        d->registry = true;
        return ERR_OK;
    case FOLDED:
        d->folded++;
        break;
    case SPARE:
        d->folded++;
        return ERR_OK;
    }
    *all = *all || row->key.n < 2;
    return row->key.n < 2 ? ERR_OK : mend_mark(txn, load_u16(row->key.p));
}

enum err mend_sift(struct txn *txn, struct mend_damage *d)
{
    bool all = false;
    enum err e = ERR_OK;

    for (unsigned t = 0; e == ERR_OK && t < TABLE_COUNT; t++) {
        struct buf found = {0};
        struct store_sifted row;

        e = store_sift(txn, (enum table)t, &found);
        for (struct bytes left = buf_bytes(&found); e == ERR_OK && store_sifted_next(&left, &row);)
            e = take_in(txn, (enum table)t, &row, d, &all);
        buf_wipe_deinit(&found);
    }
    if (e == ERR_OK)
        e = mend_scopes(txn, d);
    return e == ERR_OK && all ? mark_all(txn) : e;
}

void mend_damage_deinit(struct mend_damage *d)
{
    buf_deinit(&d->names);
}

/* --- scopes whose row is gone ---------------------------------------------------------------------------- */

struct extent {
    uint64_t *size; /* by scope number */
};

static bool extent_visit(void *arg, struct bytes key, struct bytes value)
{
    const struct extent *x = arg;
    uint64_t end = key.n == 6 ? (uint64_t)load_u32(key.p + 2) + 1 : 0;

    (void)value;
    if (key.n == 6 && x->size[load_u16(key.p)] < end)
        x->size[load_u16(key.p)] = end;
    return true;
}

/* The first leaf says which scope it is; the tree's nodes say what it was, where they are. */
static enum err scope_again(struct txn *txn, uint16_t number, uint64_t size, bool *made)
{
    struct scope s = {.number = number}, there;
    struct tree_frontier f;
    struct ledger_leaf l = {0};
    struct buf row = {0};
    struct control c;
    enum err e;

    s.frontier.size = size;
    e = ledger_leaf_at(txn, &s, 0, &row, &l);
    if (e == ERR_OK)
        e = l.is_control && control_decode(&c, l.control) == ERR_OK && c.kind == CONTROL_SCOPE ? ERR_OK : ERR_DAMAGED;
    if (e == ERR_OK) {
        s.id = c.scope;
        s.org = c.is.is_scope.org;
        s.access = (enum access)c.is.is_scope.access;
        s.fold_version = 1;
        memcpy(s.ward_key, c.is.is_scope.ward_key, sizeof s.ward_key);
        e = scope_load(txn, &s.id, &there);
        e = e == ERR_NOT_FOUND ? ERR_OK : e == ERR_OK ? ERR_EXISTS : e;
    }
    s.frontier.size = size + 1; /* so that the frontier at `size` is read from the nodes */
    if (e == ERR_OK)
        e = scope_frontier_at(txn, &s, size, &f);
    if (e == ERR_OK) {
        s.frontier = f;
        e = scope_save(txn, &s);
        *made = e == ERR_OK;
    }
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e == ERR_DAMAGED || e == ERR_EXISTS ? ERR_OK : e;
}

enum err mend_scopes(struct txn *txn, struct mend_damage *d)
{
    struct extent x = {mem_alloc((UINT16_MAX + 1) * sizeof *x.size)};
    struct scope *scope = NULL;
    size_t count = 0;
    enum err e = scope_list(txn, &scope, &count);

    if (e == ERR_OK)
        e = store_scan(txn, TABLE_leaf, bytes_of(NULL, 0), extent_visit, &x);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct scope older;

        x.size[scope[i].number] = 0;
        e = scope_load_older(txn, &scope[i].id, &older);
        if (e == ERR_OK)
            x.size[older.number] = 0;
        e = e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    for (unsigned n = 0; e == ERR_OK && n <= UINT16_MAX; n++) {
        bool made = false;

        if (x.size[n] > 0)
            e = scope_again(txn, (uint16_t)n, x.size[n], &made);
        if (e == ERR_OK && x.size[n] > 0 && made)
            e = mend_mark(txn, (uint16_t)n);
        if (x.size[n] > 0 && !made)
            d->leaves++;
    }
    free(x.size);
    free(scope);
    return e;
}

/* --- do the tables say what the leaves say? --------------------------------------------------------------- */

struct census {
    struct txn *txn;
    const struct scope *scope;
    struct buf streams; /* struct stream[] */
    bool sound;
};

static enum err verdicts_stand(struct census *c, const struct changeset *cs, struct bytes verdicts, uint32_t leaf)
{
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && c->sound && i < cs->count; i++) {
        struct version v = change_version(&cs->slot[i].commitment);
        uint32_t verdict, there = leaf, position = (uint32_t)i;
        struct held h;

        e = verdict_list_at(verdicts, i, &verdict);
        if (e == ERR_OK && verdict_kind(verdict) == VERDICT_ACCEPTED && cs->slot[i].body.n > 0)
            e = scope_change_find(c->txn, c->scope, &v, &there, &position);
        else if (e == ERR_OK && (verdict_kind(verdict) == VERDICT_HELD || verdict_kind(verdict) == VERDICT_PROPOSAL))
            e = held_get(c->txn, c->scope, leaf, (uint32_t)i, &h);
        c->sound = c->sound && (there < leaf || (there == leaf && position == i)); /* before: the same change again */
    }
    return e;
}

static void stream_met(struct census *c, const struct header *h, const struct hash *head)
{
    struct stream *s = (struct stream *)(void *)c->streams.p;
    struct stream fresh = {.device = h->device, .incarnation = h->incarnation, .next = h->first + h->count,
                           .head = *head};

    for (size_t i = 0; i < c->streams.n / sizeof *s; i++)
        if (s[i].incarnation == h->incarnation && id_equal(&s[i].device, &h->device)) {
            s[i].next = fresh.next;
            s[i].head = *head;
            return;
        }
    buf_put(&c->streams, &fresh, sizeof fresh);
}

static enum err leaf_stands(struct census *c, uint64_t index)
{
    struct ledger_leaf l = {0};
    struct buf row = {0};
    struct header h;
    struct hash head;
    uint64_t there = UINT64_MAX;
    enum err e = ledger_leaf_at(c->txn, c->scope, index, &row, &l);

    if (e == ERR_OK && !l.is_control) {
        e = header_decode(&h, l.header);
        if (e == ERR_OK)
            e = ledger_find(c->txn, c->scope, &h.device, h.incarnation, h.first, &there);
        c->sound = c->sound && there == index;
        if (e == ERR_OK) {
            changeset_commit(&l.changeset, &h.scope, &h.device, &h.person);
            e = verdicts_stand(c, &l.changeset, l.verdicts, (uint32_t)index);
        }
        head = header_head(l.header, l.signature);
        if (e == ERR_OK)
            stream_met(c, &h, &head);
    }
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}

static enum err streams_stand(struct census *c)
{
    const struct stream *s = (const struct stream *)(const void *)c->streams.p;
    size_t count = c->streams.n / sizeof *s;
    enum err e = ERR_OK;

    c->sound = c->sound && c->scope->streams == count;
    for (size_t i = 0; e == ERR_OK && c->sound && i < count; i++) {
        struct stream there;

        e = scope_stream_of(c->txn, c->scope, &s[i].device, s[i].incarnation, &there);
        c->sound = e == ERR_OK && there.next == s[i].next && crypto_equal(there.head.b, s[i].head.b, HASH_SIZE);
    }
    return e;
}

/* Only of a scope whose leaves are whole. */
static enum err take_census(struct txn *txn, const struct scope *s, bool *sound)
{
    struct census c = {.txn = txn, .scope = s, .sound = true};
    enum err e = ERR_OK;

    for (uint64_t i = 0; e == ERR_OK && c.sound && i < s->frontier.size; i++)
        e = leaf_stands(&c, i);
    if (e == ERR_OK && c.sound)
        e = streams_stand(&c);
    if (e == ERR_OK && c.sound)
        e = mend_actors(txn, s, &c.sound);
    buf_deinit(&c.streams);
    *sound = e == ERR_OK && c.sound;
    return e == ERR_OK || err_class(e) == ERR_CLASS_MACHINE ? e : ERR_OK;
}

/* --- anew ------------------------------------------------------------------------------------------------- */

static enum err node_again(struct txn *txn, const struct scope *s, const struct mend_look *look, unsigned level,
                           uint64_t index)
{
    const struct mend_node *n = mend_node(look, level, index);
    struct buf value = {0};
    uint8_t key[7];
    enum err e;

    store_u16(key, s->number);
    key[2] = (uint8_t)level;
    store_u32(key + 3, (uint32_t)index);
    e = store_get(txn, TABLE_node, bytes_of(key, sizeof key), &value);
    if (e == ERR_OK && bytes_equal(buf_bytes(&value), bytes_of(n->hash.b, HASH_SIZE)))
        e = ERR_EXISTS;
    buf_deinit(&value);
    if (e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_DAMAGED)
        return store_put(txn, TABLE_node, bytes_of(key, sizeof key), bytes_of(n->hash.b, HASH_SIZE));
    return e == ERR_EXISTS ? ERR_OK : e;
}

enum err mend_nodes(struct txn *txn, const struct scope *s, const struct mend_look *look)
{
    const struct mend_span *right = (const struct mend_span *)(const void *)look->right.p;
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < look->right.n / sizeof *right; i++)
        for (unsigned level = 0; e == ERR_OK && level <= right[i].level; level++) {
            unsigned up = right[i].level - level;

            for (uint64_t k = right[i].index << up; e == ERR_OK && k < (right[i].index + 1) << up; k++)
                e = node_again(txn, s, look, level, k);
        }
    return e;
}

/* A row that cannot be read must not stand in the way of the leaves that say it again. */
static enum err clear_org(struct txn *txn, const struct id *org)
{
    struct org o;
    enum err e = org_load(txn, org, &o);

    return e == ERR_OK || e == ERR_NOT_FOUND || err_class(e) == ERR_CLASS_MACHINE
               ? (e == ERR_NOT_FOUND ? ERR_OK : e)
               : store_del(txn, TABLE_org, bytes_of(org->b, ID_SIZE));
}

enum err mend_org(struct txn *txn, const struct scope *s)
{
    struct org o;
    enum err e = org_load(txn, &s->org, &o);

    if (e == ERR_NOT_FOUND || err_class(e) == ERR_CLASS_CORRUPT)
        o = (struct org){.id = s->org, .type = ORG_AGENCY};
    else if (e != ERR_OK || id_equal(&o.scope[s->access], &s->id))
        return e;
    o.scope[s->access] = s->id;
    return org_save(txn, &o);
}

enum err mend_scope(struct txn *txn, struct scope *s, const struct mend_look *look, bool *folded)
{
    uint8_t room[STORE_KEY_MAX];
    bool sound = false, marked = false;
    enum err e = mend_nodes(txn, s, look);

    assert(look->bad.n == 0 && look->unsure.n == 0);
    *folded = false;
    if (e == ERR_OK)
        e = mend_marked(txn, s->number, &marked);
    if (e == ERR_OK && !marked)
        e = take_census(txn, s, &sound);
    if (e != ERR_OK || sound)
        return e;
    e = clear_org(txn, &s->org);
    if (e == ERR_OK)
        e = ledger_rewind(txn, s, s->frontier.size);
    *folded = e == ERR_OK;
    return e == ERR_OK ? store_del(txn, TABLE_meta, mark_key(room, s->number)) : e;
}

enum err mend_marked(struct txn *txn, uint16_t number, bool *yes)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf mark = {0};
    enum err e = store_get(txn, TABLE_meta, mark_key(room, number), &mark);

    *yes = e == ERR_OK;
    buf_deinit(&mark);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err mend_unmark(struct txn *txn, uint16_t number)
{
    uint8_t room[STORE_KEY_MAX];

    return store_del(txn, TABLE_meta, mark_key(room, number));
}

struct adding {
    const struct scope *scope;
    size_t count;
    uint8_t (*sum)[FOLD_ACCUMULATOR_SIZE];
};

static bool part_visit(void *arg, struct bytes key, struct bytes value)
{
    const struct adding *a = arg;
    struct id record;

    if (key.n != 4 + ID_SIZE)
        return true;
    record = id_from(key.p + 2);
    for (size_t i = 0; i < a->count; i++)
        if (a->scope[i].number == load_u16(key.p + 2 + ID_SIZE))
            fold_digest_add(a->sum[i], &record, value);
    return true;
}

/* A log that changes were folded in has a sum. Where it has none, parts may be gone with it, and nothing differs. */
static enum err sum_is_gone(struct txn *txn, const struct scope *s, bool *gone)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_state, scope_key2(room, s->number), &row);

    *gone = false;
    if (e == ERR_NOT_FOUND)
        e = store_any(txn, TABLE_change, scope_key2(room, s->number), gone);
    buf_deinit(&row);
    return e == ERR_DAMAGED ? ERR_OK : e;
}

enum err mend_parts(struct txn *txn, const struct scope *scope, size_t count)
{
    struct adding a = {scope, count, mem_alloc((count + 1) * sizeof *a.sum)};
    enum err e = store_scan(txn, TABLE_part, bytes_of(NULL, 0), part_visit, &a);

    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct hash kept, counted = fold_digest(a.sum[i]);
        bool gone;

        e = sum_is_gone(txn, &scope[i], &gone);
        if (e == ERR_OK)
            e = ledger_state(txn, &scope[i], &kept);
        if (e == ERR_DAMAGED || (e == ERR_OK && (gone || !crypto_equal(kept.b, counted.b, HASH_SIZE))))
            e = mend_mark(txn, scope[i].number);
    }
    free(a.sum);
    return e;
}
