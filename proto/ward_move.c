/* ward_move.c - see ward_move.h. */
#include "ward_move.h"

#include <stdlib.h>

#include "actor.h"
#include "freeze.h"
#include "header.h"
#include "life.h"
#include "mirror.h"
#include "verdict.h"

#define HOPS_MAX 64 /* moves of one record: more than a life has */

/* --- one change into another log ---------------------------------------------------------------------------- */

/* Name and key of the author travel before the change, as his own log had them; a key that was revoked stays so. */
static enum err bring_author(struct txn *txn, const struct ward *w, const struct scope *from, struct scope *to,
                             const struct header *h, uint64_t now)
{
    struct control c = {.kind = CONTROL_PERSON};
    struct actor_device d, known;
    struct buf name = {0};
    enum err e = actor_device(txn, to, &h->device, &known);

    if (e != ERR_NOT_FOUND)
        return e;
    e = actor_device(txn, from, &h->device, &d);
    if (e == ERR_OK && actor_name(txn, to, &d.person, &name) == ERR_NOT_FOUND)
        e = actor_name(txn, from, &d.person, &name);
    if (e == ERR_OK) {
        c.is.person = (struct control_person){d.person, buf_bytes(&name)};
        e = ward_control(txn, w, to, &c, now);
    }
    if (e == ERR_OK) {
        c = (struct control){.kind = CONTROL_DEVICE};
        c.is.device.device = h->device;
        c.is.device.person = d.person;
        memcpy(c.is.device.key, d.key, SIGN_PUBLIC_SIZE);
        e = ward_control(txn, w, to, &c, now);
    }
    if (e == ERR_OK && d.revoked) {
        c = (struct control){.kind = CONTROL_REVOKE};
        c.is.revoke = (struct control_revoke){h->device, err_wire(ERR_REVOKED)};
        e = ward_control(txn, w, to, &c, now);
    }
    buf_deinit(&name);
    return e == ERR_NOT_FOUND ? ERR_DAMAGED : e;
}

/* A change that is there already is not brought again. */
static enum err bring(struct txn *txn, const struct ward *w, const struct scope *from, struct scope *to,
                      struct control *c, uint64_t now)
{
    uint32_t leaf, position;
    struct hash commitment;
    struct version v;
    struct header h;
    enum err e = mirror_commitment(c, &h, &commitment);

    if (e != ERR_OK)
        return e;
    v = change_version(&commitment);
    e = scope_change_find(txn, to, &v, &leaf, &position);
    if (e != ERR_NOT_FOUND)
        return e;
    e = bring_author(txn, w, from, to, &h, now);
    return e == ERR_OK ? ward_control(txn, w, to, c, now) : e;
}

static enum err bring_leaf(struct txn *txn, const struct ward *w, const struct scope *from, struct scope *to,
                           uint32_t index, uint32_t position, uint64_t now)
{
    struct ledger_leaf l;
    struct buf row = {0};
    struct control c;
    enum err e = ledger_leaf_at(txn, from, index, &row, &l);

    if (e == ERR_OK)
        e = mirror_make(index, &l, position, &c);
    if (e == ERR_OK)
        e = bring(txn, w, from, to, &c, now);
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e; /* its body was erased: nothing of it counts */
}

/* --- moving -------------------------------------------------------------------------------------------------- */

static enum err say_home(struct txn *txn, const struct ward *w, struct scope *from, const struct scope *to,
                         const struct id *record, const struct ward_decision *d, uint64_t now)
{
    struct control c = {.kind = CONTROL_HOME};

    c.is.home.record = *record;
    c.is.home.target = to->id;
    c.is.home.home = from->id;
    c.is.home.size = from->frontier.size;
    c.is.home.root = scope_root(from);
    c.is.home.org = to->org;
    c.is.home.decision = bytes_of_str(d->number);
    c.is.home.date = d->date;
    return ward_control(txn, w, from, &c, now);
}

/* Every copy names the home as it is now: a device may hold a first copy and the last home, and nothing between. */
static enum err say_everywhere(struct txn *txn, const struct ward *w, struct scope *from, struct scope *to,
                               const struct id *record, const struct ward_decision *d, uint64_t now)
{
    struct scope *list = NULL;
    size_t count = 0;
    enum err e = scope_list(txn, &list, &count);

    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        bool is_target = id_equal(&list[i].id, &to->id);
        struct id target;

        e = mirror_home(txn, list[i].number, record, &target);
        if (e == ERR_OK && id_equal(&target, &from->id))
            e = say_home(txn, w, is_target ? to : &list[i], to, record, d, now);
        if (e == ERR_NOT_FOUND)
            e = ERR_OK;
    }
    free(list);
    return e == ERR_OK ? say_home(txn, w, from, to, record, d, now) : e;
}

enum err ward_move_part(struct txn *txn, const struct ward *w, struct scope *from, struct scope *to,
                        const struct part *p, const struct id *record, const struct ward_decision *d, uint64_t now)
{
    enum err e = say_everywhere(txn, w, from, to, record, d, now);

    for (size_t i = 0; e == ERR_OK && i < p->changes; i++)
        e = bring_leaf(txn, w, from, to, p->change[i].leaf, p->change[i].position, now);
    return e;
}

/* Its home among the scopes of one organisation: not moved on, and something of it there. */
enum err ward_lives_in(struct txn *txn, const struct scope *s, uint32_t kind, const struct id *record, bool *yes)
{
    struct id target;
    struct part p;
    enum err e = ledger_part(txn, s, kind, record, &p);

    *yes = e == ERR_OK && p.changes > 0;
    part_deinit(&p);
    if (e != ERR_OK || !*yes)
        return e;
    e = mirror_home(txn, s->number, record, &target);
    *yes = e == ERR_NOT_FOUND;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err ward_record_org(struct txn *txn, uint32_t kind, const struct id *record, struct id *org)
{
    struct scope *list = NULL;
    size_t count = 0;
    bool found = false;
    enum err e = scope_list(txn, &list, &count);

    for (size_t i = 0; e == ERR_OK && !found && i < count; i++) {
        e = ward_lives_in(txn, &list[i], kind, record, &found);
        if (e == ERR_OK && found)
            *org = list[i].org;
    }
    free(list);
    return e == ERR_OK && !found ? ERR_NOT_FOUND : e;
}

enum err ward_move(struct txn *txn, const struct ward *w, uint32_t kind, const struct id *record, const struct id *to,
                   const struct ward_decision *d, uint64_t now, uint64_t *changes)
{
    struct org here, there;
    struct id org;
    enum err e = ward_record_org(txn, kind, record, &org);

    *changes = 0;
    if (e == ERR_OK && schema_kind(kind) != NULL && life_is(schema_kind(kind), LIFE_PLACED))
        e = ERR_FROZEN; /* its place in this log is its number */
    if (e == ERR_OK && id_equal(&org, to))
        e = ERR_EXISTS;
    if (e == ERR_OK)
        e = org_load(txn, &org, &here);
    if (e == ERR_OK)
        e = org_load(txn, to, &there);
    for (int a = ACCESS_A; e == ERR_OK && a <= ACCESS_D; a++) {
        struct scope from, target;
        struct part p;
        bool lives = false;

        part_init(&p);
        e = scope_load(txn, &here.scope[a], &from);
        if (e == ERR_OK)
            e = ward_lives_in(txn, &from, kind, record, &lives);
        if (e == ERR_OK && lives)
            e = ledger_part(txn, &from, kind, record, &p);
        if (e == ERR_OK && lives)
            e = scope_load(txn, &there.scope[a], &target);
        if (e == ERR_OK && lives)
            e = ward_move_part(txn, w, &from, &target, &p, record, d, now);
        *changes += p.changes;
        part_deinit(&p);
    }
    return e;
}

/* --- what comes later --------------------------------------------------------------------------------------- */

enum err ward_is_copy_of(struct txn *txn, const struct scope *s, struct bytes body, bool *yes)
{
    struct id record, target;
    uint32_t kind;
    enum err e;

    change_subject(body, &kind, &record);
    e = mirror_home(txn, s->number, &record, &target);
    *yes = e == ERR_OK;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* *to: in a scope where the record may be a copy; then its home. It may have moved on, and on. */
static enum err go_home(struct txn *txn, struct scope *to, const struct id *record)
{
    for (unsigned hops = 0; hops < HOPS_MAX; hops++) {
        struct id target;
        enum err e = mirror_home(txn, to->number, record, &target);

        if (e == ERR_NOT_FOUND)
            return ERR_OK;
        if (e == ERR_OK)
            e = scope_load(txn, &target, to);
        if (e != ERR_OK)
            return e;
    }
    return ERR_DAMAGED;
}

enum err ward_home_refuses(struct txn *txn, const struct scope *s, struct bytes body, enum err *why)
{
    uint8_t room[STORE_KEY_MAX];
    struct scope home = *s;
    struct buf row = {0};
    struct change c;
    struct part p;
    enum err e = change_decode(&c, body);

    *why = ERR_OK;
    if (e == ERR_OK)
        e = go_home(txn, &home, &c.record);
    if (e == ERR_OK)
        e = store_get(txn, TABLE_part, scope_key_part(room, c.kind, &c.record, home.number), &row);
    if (e == ERR_OK) {
        e = part_decode(&p, buf_bytes(&row));
        if (e == ERR_OK && freeze_closes(&p, &c))
            *why = ERR_FROZEN;
        else if (row.n + body.n > PART_MAX)
            *why = ERR_TOO_LONG;
        else if (freeze_unseen(&p, &c))
            *why = ERR_STALE_BASE;
        part_deinit(&p);
    }
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err ward_home_verdict(struct txn *txn, const struct scope *s, const struct header *h, struct bytes body,
                           uint32_t *verdict)
{
    uint32_t since = 0;
    bool owns = verdict_owns(*verdict);
    enum role role = ROLE_NONE;
    struct scope home = *s;
    struct change c;
    uint32_t there;
    enum err e = change_decode(&c, body);

    if (e == ERR_OK)
        e = go_home(txn, &home, &c.record);
    if (e == ERR_OK)
        e = mirror_home_since(txn, s->number, &c.record, &since);
    if (e == ERR_OK && h->epoch == s->epoch && h->size <= since) {
        *verdict = verdict_make(VERDICT_PROPOSAL, owns, ERR_OK);
        return ERR_OK; /* when he wrote it, it was at home here */
    }
    if (e == ERR_OK)
        e = actor_role(txn, &home, &h->person, &role);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_DAMAGED : e;
    there = rights_verdict(role, &c, home.access);
    *verdict = verdict_kind(there) == VERDICT_ACCEPTED
                   ? verdict_make(VERDICT_PROPOSAL, owns && verdict_owns(there), ERR_OK)
                   : verdict_make(VERDICT_HELD, false, ERR_HELD_FOR_PERSON);
    return ERR_OK;
}

enum err ward_home_take(struct txn *txn, const struct ward *w, const struct scope *s, struct control *c, uint64_t now)
{
    struct scope to = *s;
    struct id record;
    uint32_t kind;
    enum err e;

    change_subject(c->is.mirror.body, &kind, &record);
    e = go_home(txn, &to, &record);
    return e == ERR_NOT_FOUND ? ERR_DAMAGED : e == ERR_OK ? bring(txn, w, s, &to, c, now) : e;
}

enum err ward_forward(struct txn *txn, const struct ward *w, const struct scope *s, uint64_t index, uint64_t now)
{
    struct ledger_leaf l;
    struct buf row = {0};
    enum err e = ledger_leaf_at(txn, s, index, &row, &l);

    for (size_t i = 0; e == ERR_OK && !l.is_control && i < l.changeset.count; i++) {
        struct control c;
        uint32_t verdict;

        e = verdict_list_at(l.verdicts, i, &verdict);
        if (e != ERR_OK || verdict_kind(verdict) != VERDICT_PROPOSAL)
            continue;
        e = mirror_make(index, &l, (uint32_t)i, &c);
        if (e == ERR_OK)
            e = ward_home_take(txn, w, s, &c, now);
    }
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    return e;
}
