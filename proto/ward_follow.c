/* ward_follow.c - the registry is the fold of control leaves; those that come back from a device bring its rows back.
 * */
#include <stdlib.h>

#include "actor.h"
#include "enrol.h"
#include "org_change.h"
#include "ward_desk.h"
#include "ward_grant.h"
#include "ward_recall.h"

static const char meta_policy[] = "policy";
static const char meta_barred[] = "barred";

static enum err follow_policy(struct txn *txn, uint64_t policy)
{
    uint8_t bytes[8];
    uint64_t ours;
    enum err e = ward_policy(txn, &ours);

    if (e != ERR_OK || policy <= ours)
        return e;
    store_u64(bytes, policy);
    return store_put(txn, TABLE_meta, bytes_of_str(meta_policy), bytes_of(bytes, sizeof bytes));
}

static enum err follow_grant(struct txn *txn, const struct scope *s, const struct control *c)
{
    const struct control_grant *is = &c->is.grant;
    struct ward_grant g = {is->person, s->org, (enum role)is->role, is->date};
    struct id next[ORG_SUCCESSORS_MAX];
    size_t count = 0;
    enum err e = ERR_OK;

    if (is->role == ROLE_NONE || is->role >= ROLE_COUNT)
        return ERR_OK;
    if (rights_ward_wide(g.role))
        e = ward_org(txn, &g.org);
    else
        e = org_successors(txn, &s->org, next, &count);
    if (count > 0)
        return e; /* the cell is history: the role is held in what it became, whose logs say it too */
    return e == ERR_OK ? ward_grant_row(txn, &g, c->kind == CONTROL_END) : e;
}

/* The organisation of the person's first role, or the one whose scope this is. */
static enum err org_of(struct txn *txn, const struct id *person, struct id *org)
{
    struct buf grants = {0};
    enum err e = ward_grant_list(txn, person, &grants);

    if (e == ERR_OK && ward_grant_count(&grants) > 0)
        *org = ward_grant_at(&grants, 0).org;
    buf_deinit(&grants);
    return e;
}

static enum err follow_device(struct txn *txn, const struct scope *s, const struct control *c)
{
    const struct control_device *is = &c->is.device;
    struct ward_cursor cursor = {0};
    struct ward_device d;
    bool known = false;
    enum err e = ward_device_load(txn, &is->device, &d);

    if (e == ERR_NOT_FOUND) {
        memset(&d, 0, sizeof d);
        d.id = is->device;
        d.person = is->person;
        d.org = s->org;
        d.incarnation = WARD_INCARNATION_UNKNOWN;
        d.enrolled = c->time;
        if (ward_is_barred(txn, &is->device)) /* from the first leaf on; its logs say so when all of them is back */
            d.state = DEVICE_REVOKED;
        memcpy(d.sign_public, is->key, sizeof d.sign_public);
        e = org_of(txn, &is->person, &d.org);
        if (e == ERR_OK)
            e = ward_device_save(txn, &d);
        if (e == ERR_OK)
            e = ward_people_claim(txn, &is->person, &is->device);
    }
    if (e == ERR_OK)
        e = ward_cursor_known(txn, &is->device, &s->id, &known);
    return e == ERR_OK && !known ? ward_cursor_save(txn, &is->device, &s->id, &cursor) : e;
}

static enum err follow_revoke(struct txn *txn, const struct control *c)
{
    struct ward_device d;
    enum err e = ward_device_load(txn, &c->is.revoke.device, &d);

    if (e == ERR_NOT_FOUND || (e == ERR_OK && d.state == DEVICE_REVOKED))
        return ERR_OK;
    d.state = DEVICE_REVOKED;
    return e == ERR_OK ? ward_device_save(txn, &d) : e;
}

enum err ward_follow(struct txn *txn, const struct scope *s, const struct control *c, uint64_t now)
{
    enum err e = follow_policy(txn, c->policy);

    (void)now;
    if (e != ERR_OK || ward_desk_is(c)) /* the ward's own hand is in the log alone */
        return e;
    switch (c->kind) {
    case CONTROL_PERSON:
        return store_put(txn, TABLE_person, bytes_of(c->is.person.person.b, ID_SIZE), c->is.person.name);
    case CONTROL_GRANT:
    case CONTROL_END:
        return follow_grant(txn, s, c);
    case CONTROL_DEVICE:
        return follow_device(txn, s, c);
    case CONTROL_REVOKE:
        return follow_revoke(txn, c);
    default:
        return ERR_OK; /* a scope leaf makes its organisation's row when it is added */
    }
}

enum err ward_follow_roles(struct txn *txn, const struct ward *w, const struct id *person, uint64_t now)
{
    struct buf grants = {0};
    uint64_t policy;
    enum err e = ward_policy_next(txn, &policy);

    if (e == ERR_OK)
        e = ward_grant_list(txn, person, &grants);
    for (size_t i = 0; e == ERR_OK && i < ward_grant_count(&grants); i++) {
        struct ward_grant g = ward_grant_at(&grants, i);

        e = ward_grant_add(txn, w, &g, now);
    }
    buf_deinit(&grants);
    return e;
}

/* --- devices that were revoked, whatever the store says ----------------------------------------------------------- */

static struct bytes barred_key(uint8_t *room, const struct id *device)
{
    memcpy(room, meta_barred, sizeof meta_barred - 1);
    memcpy(room + sizeof meta_barred - 1, device->b, ID_SIZE);
    return bytes_of(room, sizeof meta_barred - 1 + ID_SIZE);
}

bool ward_is_barred(struct txn *txn, const struct id *device)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf value = {0};
    enum err e = store_get(txn, TABLE_meta, barred_key(room, device), &value);

    buf_deinit(&value);
    return e != ERR_NOT_FOUND; /* a row that cannot be read lets nobody in */
}

enum err ward_bar(struct txn *txn, const struct ward *w, const struct id *device, uint64_t now)
{
    uint8_t room[STORE_KEY_MAX], one = 1;
    enum err e = ERR_OK;

    if (!ward_is_barred(txn, device))
        e = store_put(txn, TABLE_meta, barred_key(room, device), bytes_of(&one, 1));
    if (e == ERR_OK)
        e = ward_revoke(txn, w, device, now);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err ward_bar_again(struct txn *txn, const struct ward *w, uint64_t now)
{
    struct ward_device *device;
    size_t count;
    enum err e = ward_device_list(txn, &device, &count);

    for (size_t i = 0; e == ERR_OK && i < count; i++)
        if (ward_is_barred(txn, &device[i].id))
            e = ward_revoke(txn, w, &device[i].id, now);
    free(device);
    return e;
}
