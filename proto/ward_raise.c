/* ward_raise.c - one record whose access class is raised (protocol.md 4.8): what stands in lower classes goes to the
 * scope of the higher one as if it moved, then leaves the scopes it was in. */
#include <stdlib.h>

#include "life.h"
#include "mirror.h"
#include "ward_move.h"
#include "ward_snapshot.h"

/* Everything the steps share. */
struct raise {
    struct txn *txn;
    const struct ward *ward;
    uint32_t kind;
    const struct id *record;
    const struct ward_decision *decision;
    uint64_t now;
    struct scope to;
    uint64_t changes;
};

/* Does a record of this kind have anything in a scope of this class, now or later? */
static bool reaches(const struct raise *r, enum access access)
{
    const struct kind_info *k = schema_kind(r->kind);

    return k == NULL || schema_has_part(k, access);
}

/* What comes for a part that is not there yet must find the way too. */
static enum err raise_from(struct raise *r, struct scope *from)
{
    struct id elsewhere;
    struct part p;
    enum err e = ledger_part(r->txn, from, r->kind, r->record, &p);

    if (e == ERR_OK && (p.changes > 0 || reaches(r, from->access))) {
        e = mirror_home(r->txn, from->number, r->record, &elsewhere);
        if (e == ERR_NOT_FOUND)
            e = ward_move_part(r->txn, r->ward, from, &r->to, &p, r->record, r->decision, r->now);
        r->changes += p.changes;
    }
    part_deinit(&p);
    return e;
}

static enum err say_raised(struct raise *r, struct scope *s)
{
    struct control c = {.kind = CONTROL_RAISED};
    enum err e = ward_snapshot_forget(r->txn, s); /* it has the record's parts */

    c.is.raised.record = *r->record;
    c.is.raised.kind = r->kind;
    c.is.raised.access = (uint32_t)r->to.access;

    return e == ERR_OK ? ward_control(r->txn, r->ward, s, &c, r->now) : e;
}

/* Every scope of a lower class that holds a copy, also those of cells that it came from. */
static enum err erase_everywhere(struct raise *r)
{
    struct scope *list = NULL;
    size_t count = 0;
    enum err e = scope_list(r->txn, &list, &count);

    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct id home;
        bool done = false;

        e = mirror_home(r->txn, list[i].number, r->record, &home);
        if (e == ERR_OK && id_equal(&home, &r->to.id) && list[i].access < r->to.access) {
            e = ledger_is_raised(r->txn, &list[i], r->record, &done);
            if (e == ERR_OK && !done)
                e = say_raised(r, &list[i]);
        }
        if (e == ERR_NOT_FOUND)
            e = ERR_OK;
    }
    free(list);
    return e;
}

enum err ward_raise(struct txn *txn, const struct ward *w, uint32_t kind, const struct id *record, enum access access,
                    const struct ward_decision *d, uint64_t now, uint64_t *changes)
{
    struct raise r = {.txn = txn, .ward = w, .kind = kind, .record = record, .decision = d, .now = now};
    struct id id;
    struct org o;
    enum err e = ward_record_org(txn, kind, record, &id);

    if (e == ERR_OK && schema_kind(kind) != NULL && life_is(schema_kind(kind), LIFE_PLACED))
        e = ERR_FROZEN; /* its place in this log is its number */
    if (e == ERR_OK)
        e = org_load(txn, &id, &o);
    if (e == ERR_OK)
        e = scope_load(txn, &o.scope[access], &r.to);
    for (int a = ACCESS_A; e == ERR_OK && a < (int)access; a++) {
        struct scope from;

        e = scope_load(txn, &o.scope[a], &from);
        if (e == ERR_OK)
            e = raise_from(&r, &from);
    }
    if (e == ERR_OK && r.changes == 0)
        e = ERR_EXISTS;
    if (e == ERR_OK)
        e = erase_everywhere(&r);
    *changes = r.changes;
    return e;
}
