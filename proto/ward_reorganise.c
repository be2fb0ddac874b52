/* ward_reorganise.c - see ward_reorganise.h. */
#include "ward_reorganise.h"

#include <stdlib.h>

#include "mp.h"
#include "org_change.h"
#include "ward_grant.h"

/* One change under way. */
struct change_of {
    struct txn *txn;
    const struct ward *ward;
    const struct ward_decision *decision;
    uint64_t now;
};

/* --- what it touches -------------------------------------------------------------------------------------- */

struct weighing {
    uint16_t number[ACCESS_D + 1];
    uint64_t records;
};

/* A record is counted by its head. Kinds of a later version stand in any scope. */
static bool weigh_part(void *arg, struct bytes key, struct bytes value)
{
    struct weighing *w = arg;
    uint16_t number = key.n == 4 + ID_SIZE ? load_u16(key.p + 2 + ID_SIZE) : 0;
    const struct kind_info *k = key.n == 4 + ID_SIZE ? schema_kind(load_u16(key.p)) : NULL;
    enum access head = k != NULL ? k->access : ACCESS_A;

    (void)value;
    w->records += key.n == 4 + ID_SIZE && number == w->number[head];
    return true;
}

static enum err weigh_people(struct txn *txn, const struct id *org, struct ward_weight *out)
{
    struct ward_device *device = NULL;
    struct buf grants = {0};
    struct id last = {{0}};
    size_t devices = 0;
    enum err e = ward_grant_list(txn, NULL, &grants);

    for (size_t i = 0; e == ERR_OK && i < ward_grant_count(&grants); i++) {
        struct ward_grant g = ward_grant_at(&grants, i); /* ascending by person */

        if (!id_equal(&g.org, org) || id_equal(&g.person, &last))
            continue;
        last = g.person;
        out->persons++;
    }
    if (e == ERR_OK)
        e = ward_device_list(txn, &device, &devices);
    for (size_t i = 0; i < devices; i++) {
        if (!id_equal(&device[i].org, org) || device[i].state == DEVICE_REVOKED)
            continue;
        if (out->devices == 0 || device[i].contact < out->contact)
            out->contact = device[i].contact;
        out->devices++;
    }
    free(device);
    buf_deinit(&grants);
    return e;
}

enum err ward_weigh(struct txn *txn, const struct id *org, struct ward_weight *out)
{
    struct weighing w = {.records = 0};
    struct org o;
    enum err e = org_load(txn, org, &o);

    for (int a = ACCESS_A; e == ERR_OK && a <= ACCESS_D; a++) {
        struct scope s;

        e = scope_load(txn, &o.scope[a], &s);
        w.number[a] = s.number;
        out->scopes += e == ERR_OK && s.frontier.size > 0;
    }
    if (e == ERR_OK)
        e = store_scan(txn, TABLE_part, bytes_of(NULL, 0), weigh_part, &w);
    out->records += w.records;
    return e == ERR_OK ? weigh_people(txn, org, out) : e;
}

/* --- steps ------------------------------------------------------------------------------------------------- */

/* Nothing is changed before all of it is known to be possible. */
static enum err check(const struct change_of *c, const struct id *org)
{
    struct id next[ORG_SUCCESSORS_MAX];
    size_t count;
    struct org o;
    enum err e = org_load(c->txn, org, &o);

    if (e == ERR_OK && (c->decision->number[0] == '\0' || c->decision->date == 0 || o.type == ORG_WARD))
        return ERR_BAD_VALUE;
    if (e == ERR_OK && strlen(c->decision->number) > NAME_MAX_BYTES)
        return ERR_TOO_LONG;
    if (e == ERR_OK)
        e = org_successors(c->txn, org, next, &count);
    return e == ERR_OK && count > 0 ? ERR_FROZEN : e;
}

static enum err begin(const struct change_of *c, const struct id *org)
{
    uint64_t policy;
    enum err e = check(c, org);

    return e == ERR_OK ? ward_policy_next(c->txn, &policy) : e;
}

/* A home leaf in each of its scopes. next NULL: another ward's. */
static enum err retire(const struct change_of *c, const struct id *org, const struct id *next)
{
    struct org o, to = {.type = ORG_WARD};
    enum err e = org_load(c->txn, org, &o);

    if (e == ERR_OK && next != NULL)
        e = org_load(c->txn, next, &to);
    for (int a = ACCESS_A; e == ERR_OK && a <= ACCESS_D; a++) {
        struct control leaf = {.kind = CONTROL_HOME};
        struct scope s;

        e = scope_load(c->txn, &o.scope[a], &s);
        if (e != ERR_OK)
            break;
        leaf.is.home.target = to.scope[a];
        leaf.is.home.home = s.id;
        leaf.is.home.size = s.frontier.size;
        leaf.is.home.root = scope_root(&s);
        leaf.is.home.org = to.id;
        leaf.is.home.decision = bytes_of_str(c->decision->number);
        leaf.is.home.date = c->decision->date;
        e = ward_control(c->txn, c->ward, &s, &leaf, c->now);
    }
    return e;
}

static bool among(const struct id *id, const struct id *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (id_equal(&list[i], id))
            return true;
    return false;
}

/* Roles and devices of one organisation go on in another: those of the persons named, or of all (person NULL). */
static enum err carry(const struct change_of *c, const struct id *org, const struct id *to, const struct id *person,
                      size_t persons)
{
    struct ward_device *device = NULL;
    struct buf grants = {0};
    size_t devices = 0;
    enum err e = ward_grant_list(c->txn, NULL, &grants);

    for (size_t i = 0; e == ERR_OK && i < ward_grant_count(&grants); i++) {
        struct ward_grant g = ward_grant_at(&grants, i);

        if (id_equal(&g.org, org) && (person == NULL || among(&g.person, person, persons)))
            e = ward_grant_carry(c->txn, &g, to, c->decision->date);
    }
    if (e == ERR_OK)
        e = ward_device_list(c->txn, &device, &devices);
    for (size_t i = 0; e == ERR_OK && i < devices; i++) {
        if (!id_equal(&device[i].org, org) || (person != NULL && !among(&device[i].person, person, persons)))
            continue;
        device[i].org = *to;
        e = ward_device_save(c->txn, &device[i]);
    }
    free(device);
    buf_deinit(&grants);
    return e;
}

/* Whoever holds a role in the successor is let into what became part of it, and into itself. */
static enum err open_history(const struct change_of *c, const struct id *to)
{
    struct org *list = NULL;
    size_t count;
    enum err e = org_list(c->txn, &list, &count);

    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        bool part;

        e = org_leads_to(c->txn, &list[i].id, to, &part);
        if (e == ERR_OK && part)
            e = ward_grant_join(c->txn, c->ward, &list[i], c->now);
    }
    free(list);
    return e;
}

/* --- the changes -------------------------------------------------------------------------------------------- */

enum err ward_merge(struct txn *txn, const struct ward *w, const struct id *from, size_t count, const struct id *into,
                    const struct ward_decision *d, uint64_t now)
{
    struct change_of c = {txn, w, d, now};
    enum err e = among(into, from, count) || count == 0 ? ERR_BAD_VALUE : ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = among(&from[i], from, i) ? ERR_BAD_VALUE : check(&c, &from[i]);
    if (e == ERR_OK)
        e = begin(&c, into);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        e = retire(&c, &from[i], into);
        if (e == ERR_OK)
            e = carry(&c, &from[i], into, NULL, 0);
    }
    return e == ERR_OK ? open_history(&c, into) : e;
}

enum err ward_split(struct txn *txn, const struct ward *w, const struct id *from, const struct id *person,
                    size_t persons, const char *code, const char *name, const uint8_t random[2 * WARD_RANDOM_SIZE],
                    const struct ward_decision *d, uint64_t now)
{
    struct change_of c = {txn, w, d, now};
    struct id rest = id_from(random), part = id_from(random + WARD_RANDOM_SIZE);
    struct org o;
    enum err e = begin(&c, from);

    if (e == ERR_OK)
        e = org_load(txn, from, &o);
    if (e == ERR_OK)
        e = ward_org_add(txn, w, code, name, o.type, random + WARD_RANDOM_SIZE, now);
    if (e == ERR_OK)
        e = retire(&c, from, &part);
    if (e == ERR_OK) /* its code is free now */
        e = ward_org_add(txn, w, o.code, o.name, o.type, random, now);
    if (e == ERR_OK)
        e = retire(&c, from, &rest);
    if (e == ERR_OK)
        e = carry(&c, from, &part, person, persons);
    if (e == ERR_OK)
        e = carry(&c, from, &rest, NULL, 0);
    if (e == ERR_OK)
        e = open_history(&c, &part);
    return e == ERR_OK ? open_history(&c, &rest) : e;
}

static enum err say_again(const struct change_of *c, const struct org *o)
{
    enum err e = ERR_OK;

    for (int a = ACCESS_A; e == ERR_OK && a <= ACCESS_D; a++) {
        struct control leaf = {.kind = CONTROL_SCOPE};
        struct scope s;

        e = scope_load(c->txn, &o->scope[a], &s);
        if (e != ERR_OK)
            break;
        leaf.is.is_scope.org = o->id;
        leaf.is.is_scope.access = (uint32_t)a;
        leaf.is.is_scope.code = bytes_of_str(o->code);
        leaf.is.is_scope.name = bytes_of_str(o->name);
        leaf.is.is_scope.type = (uint32_t)o->type;
        leaf.is.is_scope.parent = o->parent;
        memcpy(leaf.is.is_scope.ward_key, c->ward->public_key, SIGN_PUBLIC_SIZE);
        e = ward_control(c->txn, c->ward, &s, &leaf, c->now);
    }
    return e;
}

static enum err new_name(struct txn *txn, struct org *o, const char *code, const char *name)
{
    struct org other;
    enum err e = ERR_OK;

    if (code != NULL && strcmp(code, o->code) != 0) {
        e = org_code_valid(code) ? org_by_any_code(txn, code, &other) : ERR_BAD_VALUE;
        if (e == ERR_OK && !id_equal(&other.id, &o->id))
            return ERR_EXISTS;
        if (e != ERR_OK && e != ERR_NOT_FOUND)
            return e;
        memset(o->code, 0, sizeof o->code);
        memcpy(o->code, code, strlen(code));
    }
    if (name == NULL)
        return ERR_OK;
    if (name[0] == '\0' || strlen(name) > NAME_MAX_BYTES)
        return name[0] == '\0' ? ERR_BAD_VALUE : ERR_TOO_LONG;
    memset(o->name, 0, sizeof o->name);
    memcpy(o->name, name, strlen(name));
    return ERR_OK;
}

enum err ward_rename(struct txn *txn, const struct ward *w, const struct id *org, const char *code, const char *name,
                     const struct ward_decision *d, uint64_t now)
{
    struct change_of c = {txn, w, d, now};
    struct org o;
    enum err e = begin(&c, org);

    if (e == ERR_OK)
        e = org_load(txn, org, &o);
    if (e == ERR_OK)
        e = new_name(txn, &o, code, name);
    return e == ERR_OK ? say_again(&c, &o) : e;
}

static enum err end_roles(const struct change_of *c, const struct id *org)
{
    struct buf grants = {0};
    enum err e = ward_grant_list(c->txn, NULL, &grants);

    for (size_t i = 0; e == ERR_OK && i < ward_grant_count(&grants); i++) {
        struct ward_grant g = ward_grant_at(&grants, i);

        if (id_equal(&g.org, org) && !rights_ward_wide(g.role))
            e = ward_grant_end(c->txn, c->ward, &g, c->decision->date, c->now);
    }
    buf_deinit(&grants);
    return e;
}

enum err ward_hand_over(struct txn *txn, const struct ward *w, const struct id *org, const char *code,
                        const struct ward_decision *d, uint64_t now)
{
    struct change_of c = {txn, w, d, now};
    struct org o;
    enum err e = begin(&c, org);

    if (e == ERR_OK)
        e = org_load(txn, org, &o);
    if (e == ERR_OK)
        e = new_name(txn, &o, code, NULL);
    if (e == ERR_OK)
        e = say_again(&c, &o);
    if (e == ERR_OK)
        e = retire(&c, org, NULL);
    return e == ERR_OK ? end_roles(&c, org) : e;
}
