/* ward_held.c - see ward_held.h. */
#include "ward_held.h"

#include <stdlib.h>

#include "mirror.h"
#include "verdict.h"
#include "ward_move.h"

/* --- listing ---------------------------------------------------------------------------------------------- */

static bool gather(void *arg, const struct held *h)
{
    if (!h->decided)
        buf_put(arg, h, sizeof *h);
    return true;
}

static uint64_t later_changes(const struct part *p, const struct header *h, const struct scope *s)
{
    uint64_t n = 0;

    for (size_t i = 0; i < p->changes; i++)
        n += p->change[i].leaf >= h->size || h->epoch != s->epoch;
    return n;
}

/* An erased body leaves nothing to decide about. */
static enum err show(struct txn *txn, struct ward_held *h, struct ledger_leaf *l, ward_held_visit *visit, void *arg,
                     bool *more)
{
    struct bytes body = l->changeset.slot[h->held.position].body;
    struct change c;
    struct part p;
    enum err e = ERR_OK;

    if (body.n == 0)
        return ERR_OK;
    if (change_decode(&c, body) != ERR_OK)
        return ERR_DAMAGED;
    e = ledger_part(txn, h->scope, c.kind, &c.record, &p);
    if (e == ERR_OK) {
        h->change = &c;
        h->part = &p;
        h->later = later_changes(&p, &h->header, h->scope);
        *more = visit(arg, h);
    }
    part_deinit(&p);
    return e;
}

static enum err one(struct txn *txn, const struct scope *s, const struct held *held, ward_held_visit *visit, void *arg,
                    bool *more)
{
    struct ward_held h = {.scope = s, .held = *held};
    struct ledger_leaf l = {0};
    struct buf row = {0};
    enum err e = ledger_leaf_at(txn, s, held->leaf, &row, &l);

    if (e == ERR_OK && (l.is_control || header_decode(&h.header, l.header) != ERR_OK ||
                        held->position >= l.changeset.count))
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        e = show(txn, &h, &l, visit, arg, more);
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    return e;
}

enum err ward_held_each(struct txn *txn, ward_held_visit *visit, void *arg)
{
    struct scope *scope = NULL;
    size_t scopes = 0;
    bool more = true;
    enum err e = scope_list(txn, &scope, &scopes);

    for (size_t i = 0; e == ERR_OK && more && i < scopes; i++) {
        struct buf list = {0};

        e = held_each(txn, &scope[i], gather, &list);
        for (size_t at = 0; e == ERR_OK && more && at < list.n; at += sizeof(struct held)) {
            struct held h;

            memcpy(&h, list.p + at, sizeof h);
            e = one(txn, &scope[i], &h, visit, arg, &more);
        }
        buf_deinit(&list);
    }
    free(scope);
    return e;
}

/* --- finding by prefix ------------------------------------------------------------------------------------ */

struct finding {
    const char *prefix;
    const struct scope *scope;
    struct held found;
    struct scope found_in;
    size_t count;
};

bool ward_held_has_prefix(const uint8_t *bytes, size_t n, const char *prefix)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; prefix[i] != '\0' && i < 2 * n; i++) {
        char c = prefix[i] >= 'A' && prefix[i] <= 'F' ? (char)(prefix[i] - 'A' + 'a') : prefix[i];

        if (c != digits[(i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2]) & 0x0f])
            return false;
    }
    return true;
}

static bool find_held(void *arg, const struct held *h)
{
    struct finding *f = arg;

    if (!ward_held_has_prefix(h->id.b, HASH_SIZE, f->prefix))
        return true;
    if (f->count == 0 || memcmp(f->found.id.b, h->id.b, VERSION_SIZE) != 0)
        f->count++; /* else it was found in the log of its record's home */
    f->found = *h;
    f->found_in = *f->scope;
    return true;
}

/* Among what was accepted at once: the version is the beginning of the id. What a ruling released has its row. */
static bool find_accepted(void *arg, struct bytes key, struct bytes value)
{
    struct finding *f = arg;
    struct held h = {.scope_number = f->scope->number, .verdict = verdict_make(VERDICT_ACCEPTED, false, ERR_OK)};

    if (key.n != 2 + VERSION_SIZE || value.n != 8 || !ward_held_has_prefix(key.p + 2, VERSION_SIZE, f->prefix))
        return true;
    if (f->count > 0 && memcmp(f->found.id.b, key.p + 2, VERSION_SIZE) == 0)
        return true; /* released, or a copy of it in another log */
    memcpy(h.id.b, key.p + 2, VERSION_SIZE);
    h.leaf = load_u32(value.p);
    h.position = load_u32(value.p + 4);
    f->found = h;
    f->found_in = *f->scope;
    f->count++;
    return true;
}

static enum err find(struct txn *txn, struct finding *f)
{
    uint8_t room[STORE_KEY_MAX];
    struct scope *scope = NULL;
    size_t scopes = 0, n = strlen(f->prefix);
    enum err e;

    if (n < WARD_HELD_PREFIX_MIN || n > 2 * HASH_SIZE || strspn(f->prefix, "0123456789abcdefABCDEF") != n)
        return ERR_BAD_VALUE;
    e = scope_list(txn, &scope, &scopes);
    for (size_t i = 0; e == ERR_OK && i < scopes; i++) {
        f->scope = &scope[i];
        e = held_each(txn, &scope[i], find_held, f);
        if (e == ERR_OK)
            e = store_scan(txn, TABLE_change, scope_key2(room, scope[i].number), find_accepted, f);
    }
    free(scope);
    if (e != ERR_OK)
        return e;
    return f->count == 0 ? ERR_NO_SUCH_CHANGE : f->count > 1 ? ERR_AMBIGUOUS : ERR_OK;
}

/* --- deciding --------------------------------------------------------------------------------------------- */

static enum err may_rule(const struct held *h, const struct ward_ruling *r)
{
    enum verdict kind = verdict_kind(h->decided ? h->ruled : h->verdict);
    bool accepted = kind == VERDICT_ACCEPTED || kind == VERDICT_PROPOSAL;

    if (accepted && r->verdict == VERDICT_REFUSED && r->also_accepted)
        return ERR_OK;
    if (h->decided)
        return ERR_DECIDED;
    return accepted ? ERR_ACCEPTED : ERR_OK;
}

/* What came to another log as a mirror is ruled on where its author wrote it. */
static enum err origin(struct txn *txn, struct finding *f, struct ledger_leaf *l, struct buf *row)
{
    struct control c;
    enum err e = ledger_leaf_at(txn, &f->found_in, f->found.leaf, row, l);

    if (e != ERR_OK || !l->is_control)
        return e;
    if (control_decode(&c, l->control) == ERR_OK && c.kind == CONTROL_ERASED)
        return ERR_NO_SUCH_CHANGE;
    if (control_decode(&c, l->control) != ERR_OK || c.kind != CONTROL_MIRROR)
        return ERR_DAMAGED;
    if (c.is.mirror.leaf == MIRROR_NO_LEAF)
        return ERR_DECIDED; /* out of quarantine, by a person's word */
    f->found.leaf = (uint32_t)c.is.mirror.leaf;
    f->found.position = c.is.mirror.position;
    e = scope_load(txn, &c.is.mirror.home, &f->found_in);
    f->found.scope_number = f->found_in.number;
    buf_clear(row);
    return e == ERR_OK ? ledger_leaf_at(txn, &f->found_in, f->found.leaf, row, l) : e;
}

/* The leaf that says so; what the ward accepts is the ward's own word from then on. What was written about a copy is
 * accepted at the record's home, and is a proposal here. */
static enum err say(struct txn *txn, const struct ward *w, const struct ward_ruling *r, struct finding *f,
                    struct ledger_leaf *l, uint64_t now)
{
    struct control c = {.kind = CONTROL_VERDICT}, mirror;
    uint32_t verdict = verdict_make(VERDICT_REFUSED, false, ERR_BY_PERSON);
    struct header h;
    bool copy = false;
    enum err e = ERR_DAMAGED, why = ERR_OK;

    if (!l->is_control && header_decode(&h, l->header) == ERR_OK)
        e = ERR_OK;
    if (e == ERR_OK && r->verdict == VERDICT_ACCEPTED) {
        e = mirror_of(&l->changeset, l->header, f->found.position, f->found.leaf, true, &mirror);
        if (e == ERR_OK)
            e = ward_is_copy_of(txn, &f->found_in, mirror.is.mirror.body, &copy);
        if (e == ERR_OK)
            e = ward_home_refuses(txn, &f->found_in, mirror.is.mirror.body, &why);
        if (e == ERR_OK && why != ERR_STALE_BASE) /* which is what the person was asked about */
            e = why; /* signed while it waited: not even a person's word opens that */
        if (e == ERR_NOT_FOUND)
            e = ERR_NO_SUCH_CHANGE; /* erased meanwhile: nothing is left to accept */
        verdict = verdict_make(copy ? VERDICT_PROPOSAL : VERDICT_ACCEPTED, true, ERR_OK);
    }
    c.is.verdict = (struct control_verdict){h.device, h.incarnation, h.first, f->found.position, verdict, r->text,
                                            r->by};
    if (e == ERR_OK)
        e = ward_control(txn, w, &f->found_in, &c, now);
    if (e == ERR_OK && copy)
        e = ward_home_take(txn, w, &f->found_in, &mirror, now);
    return e == ERR_OK ? ledger_strip_ruled(txn, &f->found_in, &c.is.verdict) : e;
}

enum err ward_rule(struct txn *txn, const struct ward *w, const struct ward_ruling *r, uint64_t now, struct held *out)
{
    struct finding f = {.prefix = r->prefix};
    struct ledger_leaf l = {0};
    struct buf row = {0};
    enum err e = find(txn, &f);

    assert(r->verdict == VERDICT_ACCEPTED || r->verdict == VERDICT_REFUSED);
    if (e == ERR_OK)
        e = may_rule(&f.found, r);
    if (e == ERR_OK)
        e = origin(txn, &f, &l, &row);
    *out = f.found;
    if (e == ERR_OK)
        e = say(txn, w, r, &f, &l, now);
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    return e;
}
