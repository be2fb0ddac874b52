/* replica_history.c - what became of a record, change by change (replica.h). */
#include <stdlib.h>

#include "draft.h"
#include "fold_at.h"
#include "ledger.h"
#include "mirror.h"
#include "replica.h"
#include "verdict.h"

/* A change that came with the record when it moved here. */
static enum err history_mirror(const struct ledger_leaf *l, struct history_change *h)
{
    struct control c;
    struct header header;
    struct hash commitment;
    enum err e = control_decode(&c, l->control);

    if (e == ERR_OK)
        e = c.kind == CONTROL_MIRROR ? mirror_commitment(&c, &header, &commitment) : ERR_DAMAGED;
    if (e != ERR_OK)
        return ERR_DAMAGED;
    h->time = header.time;
    h->quality = header.quality;
    h->accepted = c.time;
    h->device = header.device;
    h->person = header.person;
    h->version = change_version(&commitment);
    h->owns = verdict_owns(c.is.mirror.verdict);
    return change_decode(&h->change, c.is.mirror.body) == ERR_OK ? ERR_OK : ERR_DAMAGED;
}

static enum err history_leaf(struct txn *txn, const struct scope *s, const struct part_change *at, uint32_t fold,
                             replica_history_visit *visit, void *arg, bool *more)
{
    struct history_change h = {.fold = fold};
    struct ledger_leaf l = {0};
    struct header header;
    struct buf row = {0};
    enum err e = ledger_leaf_at(txn, s, at->leaf, &row, &l);

    if (e == ERR_NOT_FOUND) { /* older than what is here */
        e = ERR_OK;
        goto out;
    }
    if (e == ERR_OK && l.is_control) {
        e = history_mirror(&l, &h);
        if (e == ERR_OK)
            *more = visit(arg, s, &h);
        goto out;
    }
    if (e == ERR_OK && (l.is_control || header_decode(&header, l.header) != ERR_OK ||
                        at->position >= l.changeset.count))
        e = ERR_DAMAGED;
    if (e == ERR_OK) {
        changeset_commit(&l.changeset, &header.scope, &header.device, &header.person);
        h.time = header.time;
        h.quality = header.quality;
        h.accepted = l.accepted;
        h.device = header.device;
        h.person = header.person;
        h.version = change_version(&l.changeset.slot[at->position].commitment);
        uint32_t verdict;
        e = verdict_list_at(l.verdicts, at->position, &verdict);
        h.owns = e == ERR_OK && verdict_owns(verdict);
        if (e == ERR_OK && l.changeset.slot[at->position].body.n > 0)
            e = change_decode(&h.change, l.changeset.slot[at->position].body) == ERR_OK ? ERR_OK : ERR_DAMAGED;
        if (e == ERR_OK)
            *more = visit(arg, s, &h);
    }
out:
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}

static enum err history_scope(struct txn *txn, const struct replica *r, const struct scope *s, uint32_t kind,
                              const struct id *record, replica_history_visit *visit, void *arg, bool *more)
{
    struct fold_at folds = {0};
    struct draft d;
    struct part p;
    bool copy = false;
    enum err e = mirror_is_copy(txn, s->number, kind, record, &copy);

    if (e != ERR_OK || copy)
        return e; /* all of it is in the home's history too */
    e = ledger_part(txn, s, kind, record, &p);
    draft_init(&d);
    if (e == ERR_OK && p.changes > 0)
        e = fold_at_load(txn, s, &folds);
    if (e == ERR_OK)
        e = draft_load(txn, kind, record, s->number, &d);
    for (size_t i = 0; e == ERR_OK && *more && i < p.changes; i++) {
        uint32_t fold;

        e = fold_at(txn, s, &folds, p.change[i].leaf, p.change[i].position, &fold);
        if (e == ERR_OK)
            e = history_leaf(txn, s, &p.change[i], fold, visit, arg, more);
    }
    for (size_t i = 0; e == ERR_OK && *more && i < d.count; i++) {
        struct history_change h = {.device = r->device, .person = r->person, .version = d.item[i].version,
                                   .is_draft = true, .draft = (unsigned)d.item[i].state,
                                   .fold = FOLD_VERSION,
                                   .owns = d.item[i].owns};

        e = change_decode(&h.change, buf_bytes(&d.item[i].body)) == ERR_OK ? ERR_OK : ERR_DAMAGED;
        if (e == ERR_OK)
            *more = visit(arg, s, &h);
    }
    draft_deinit(&d);
    part_deinit(&p);
    return e;
}

enum err replica_history(struct txn *txn, const struct replica *r, uint32_t kind, const struct id *record,
                         replica_history_visit *visit, void *arg)
{
    struct scope *scope;
    size_t count;
    bool more = true;
    enum err e = scope_list(txn, &scope, &count);

    for (size_t i = 0; e == ERR_OK && more && i < count; i++)
        e = history_scope(txn, r, &scope[i], kind, record, visit, arg, &more);
    free(scope);
    return e;
}

enum err replica_history_missing(struct txn *txn, uint32_t kind, const struct id *record, uint64_t *changes)
{
    struct scope *scope;
    size_t count;
    enum err e = scope_list(txn, &scope, &count);

    *changes = 0;
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct part p;

        if (scope[i].from == 0)
            continue;
        e = ledger_part(txn, &scope[i], kind, record, &p);
        for (size_t k = 0; e == ERR_OK && k < p.changes; k++)
            *changes += p.change[k].leaf < scope[i].from;
        part_deinit(&p);
    }
    free(scope);
    return e;
}
