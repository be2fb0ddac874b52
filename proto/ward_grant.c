/* ward_grant.c - see ward_grant.h. */
#include "ward_grant.h"

#include <stdlib.h>

#include "actor.h"
#include "org_change.h"

/* A role reaches its own organisation, and those that became part of it. */
static enum err reaches(struct txn *txn, const struct ward_grant *g, const struct org *o, enum access access, bool *yes)
{
    *yes = rights_may_read(g->role, access);
    return *yes && !rights_ward_wide(g->role) ? org_leads_to(txn, &o->id, &g->org, yes) : ERR_OK;
}

/* --- rows ---------------------------------------------------------------------------------------------- */

#define KEY_BYTES (2 * ID_SIZE + 1)

static struct bytes grant_key(uint8_t room[KEY_BYTES], const struct ward_grant *g)
{
    memcpy(room, g->person.b, ID_SIZE);
    memcpy(room + ID_SIZE, g->org.b, ID_SIZE);
    room[2 * ID_SIZE] = (uint8_t)g->role;
    return bytes_of(room, KEY_BYTES);
}

static bool grant_visit(void *arg, struct bytes key, struct bytes value)
{
    struct buf *list = arg;
    struct ward_grant g;

    if (key.n != KEY_BYTES || value.n != 4 || key.p[2 * ID_SIZE] >= ROLE_COUNT)
        return false;
    g = (struct ward_grant){id_from(key.p), id_from(key.p + ID_SIZE), (enum role)key.p[2 * ID_SIZE],
                            load_u32(value.p)};
    buf_put(list, &g, sizeof g);
    return true;
}

enum err ward_grant_list(struct txn *txn, const struct id *person, struct buf *list)
{
    return store_scan(txn, TABLE_role, person != NULL ? bytes_of(person->b, ID_SIZE) : bytes_of(NULL, 0), grant_visit,
                      list);
}

struct ward_grant ward_grant_at(const struct buf *list, size_t i)
{
    struct ward_grant g;

    assert(i < ward_grant_count(list));
    memcpy(&g, list->p + i * sizeof g, sizeof g);
    return g;
}

size_t ward_grant_count(const struct buf *list)
{
    return list->n / sizeof(struct ward_grant);
}

enum err ward_grant_row(struct txn *txn, const struct ward_grant *g, bool end)
{
    uint8_t room[KEY_BYTES], from[4];

    if (end)
        return store_del(txn, TABLE_role, grant_key(room, g));
    store_u32(from, g->from);
    return store_put(txn, TABLE_role, grant_key(room, g), bytes_of(from, sizeof from));
}

/* --- one scope ------------------------------------------------------------------------------------------ */

/* Everything that one change of the registry goes through the organisations with. */
struct spread {
    struct txn *txn;
    const struct ward *ward;
    uint64_t now;
    struct ward_device *device; /* all of the ward */
    size_t devices;
    const struct ward_grant *grant;
    uint32_t until;             /* an end */
    struct buf others;          /* an end: what the person holds besides */
};

static enum err put_device(const struct spread *sp, struct scope *s, const struct ward_device *d)
{
    struct control c = {.kind = CONTROL_DEVICE};
    struct ward_cursor cursor = {0};
    enum err e;

    c.is.device.device = d->id;
    c.is.device.person = d->person;
    memcpy(c.is.device.key, d->sign_public, SIGN_PUBLIC_SIZE);
    e = ward_control(sp->txn, sp->ward, s, &c, sp->now);
    return e == ERR_OK ? ward_cursor_save(sp->txn, &d->id, &s->id, &cursor) : e;
}

static enum err put_person(const struct spread *sp, struct scope *s, const struct id *person)
{
    struct control c = {.kind = CONTROL_PERSON};
    struct buf known = {0}, name = {0};
    enum err e = actor_name(sp->txn, s, person, &known);

    if (e == ERR_NOT_FOUND) {
        e = ward_person_name(sp->txn, person, &name);
        c.is.person.person = *person;
        c.is.person.name = buf_bytes(&name);
        if (e == ERR_OK)
            e = ward_control(sp->txn, sp->ward, s, &c, sp->now);
    }
    buf_deinit(&known);
    buf_deinit(&name);
    return e;
}

static enum err put_grant(const struct spread *sp, struct scope *s, const struct ward_grant *g)
{
    struct control c = {.kind = CONTROL_GRANT};
    bool held = false;
    enum err e = put_person(sp, s, &g->person);

    if (e == ERR_OK)
        e = actor_holds(sp->txn, s, &g->person, g->role, &held);
    if (e != ERR_OK || held)
        return e;
    c.is.grant = (struct control_grant){g->person, (uint32_t)g->role, g->from};
    return ward_control(sp->txn, sp->ward, s, &c, sp->now);
}

/* Person and grant; a device leaf (again) for each device that could not read here until now. */
static enum err admit(const struct spread *sp, struct scope *s, const struct ward_grant *g)
{
    enum role before = ROLE_NONE;
    bool read;
    enum err e = actor_role(sp->txn, s, &g->person, &before);

    read = rights_may_read(before, s->access);
    if (e == ERR_OK)
        e = put_grant(sp, s, g);
    for (size_t i = 0; e == ERR_OK && i < sp->devices; i++) {
        const struct ward_device *d = &sp->device[i];
        struct actor_device known;

        if (d->state == DEVICE_REVOKED || !id_equal(&d->person, &g->person))
            continue;
        e = actor_device(sp->txn, s, &d->id, &known);
        if (e == ERR_NOT_FOUND || (e == ERR_OK && !read))
            e = put_device(sp, s, d);
    }
    return e;
}

static enum err spread_begin(struct spread *sp)
{
    return ward_device_list(sp->txn, &sp->device, &sp->devices);
}

static void spread_end(struct spread *sp)
{
    free(sp->device);
    buf_deinit(&sp->others);
}

typedef enum err scope_call(const struct spread *sp, const struct org *o, struct scope *s);

static enum err each_scope(const struct spread *sp, const struct org *o, scope_call *call)
{
    enum err e = ERR_OK;

    for (int a = ACCESS_A; e == ERR_OK && a <= ACCESS_D; a++) {
        struct scope s;

        if (id_is_zero(&o->scope[a]))
            continue; /* lost with an old store; nobody who holds it has come yet */
        e = scope_load(sp->txn, &o->scope[a], &s);
        if (e == ERR_OK)
            e = call(sp, o, &s);
    }
    return e;
}

static enum err everywhere(const struct spread *sp, scope_call *call)
{
    struct org *list;
    size_t count;
    enum err e = org_list(sp->txn, &list, &count);

    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = each_scope(sp, &list[i], call);
    free(list);
    return e;
}

/* --- grant ----------------------------------------------------------------------------------------------- */

static enum err admit_one(const struct spread *sp, const struct org *o, struct scope *s)
{
    bool yes;
    enum err e = reaches(sp->txn, sp->grant, o, s->access, &yes);

    return e == ERR_OK && yes ? admit(sp, s, sp->grant) : e;
}

enum err ward_grant_add(struct txn *txn, const struct ward *w, const struct ward_grant *g, uint64_t now)
{
    struct spread sp = {.txn = txn, .ward = w, .now = now, .grant = g};
    uint8_t room[KEY_BYTES], from[4];
    enum err e;

    store_u32(from, g->from);
    e = store_put(txn, TABLE_role, grant_key(room, g), bytes_of(from, sizeof from));
    if (e == ERR_OK)
        e = spread_begin(&sp);
    if (e == ERR_OK)
        e = everywhere(&sp, admit_one);
    spread_end(&sp);
    return e;
}

enum err ward_grant_join(struct txn *txn, const struct ward *w, const struct org *o, uint64_t now)
{
    struct spread sp = {.txn = txn, .ward = w, .now = now};
    struct buf grants = {0};
    enum err e = ward_grant_list(txn, NULL, &grants);

    if (e == ERR_OK)
        e = spread_begin(&sp);
    for (size_t i = 0; e == ERR_OK && i < ward_grant_count(&grants); i++) {
        struct ward_grant g = ward_grant_at(&grants, i);

        sp.grant = &g;
        e = each_scope(&sp, o, admit_one);
    }
    spread_end(&sp);
    buf_deinit(&grants);
    return e;
}

enum err ward_grant_carry(struct txn *txn, const struct ward_grant *g, const struct id *to, uint32_t date)
{
    struct ward_grant next = {g->person, *to, g->role, date};
    uint8_t room[KEY_BYTES], from[4];
    enum err e = store_del(txn, TABLE_role, grant_key(room, g));

    store_u32(from, date);
    return e == ERR_OK ? store_put(txn, TABLE_role, grant_key(room, &next), bytes_of(from, sizeof from)) : e;
}

/* --- a new device ---------------------------------------------------------------------------------------- */

static enum err admit_device(const struct spread *sp, const struct org *o, struct scope *s)
{
    bool reached = false;
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && !reached && i < ward_grant_count(&sp->others); i++) {
        struct ward_grant g = ward_grant_at(&sp->others, i);

        e = reaches(sp->txn, &g, o, s->access, &reached);
    }
    return e == ERR_OK && reached ? put_device(sp, s, sp->device) : e;
}

enum err ward_grant_device(struct txn *txn, const struct ward *w, const struct ward_device *d, uint64_t now)
{
    struct ward_device one = *d;
    struct spread sp = {.txn = txn, .ward = w, .now = now, .device = &one, .devices = 1};
    enum err e = ward_grant_list(txn, &d->person, &sp.others);

    if (e == ERR_OK)
        e = everywhere(&sp, admit_device);
    buf_deinit(&sp.others);
    return e;
}

/* --- end -------------------------------------------------------------------------------------------------- */

static enum err end_one(const struct spread *sp, const struct org *o, struct scope *s)
{
    struct control c = {.kind = CONTROL_END};
    bool held = false, reached, still = false;
    enum err e = reaches(sp->txn, sp->grant, o, s->access, &reached);

    for (size_t i = 0; e == ERR_OK && reached && !still && i < ward_grant_count(&sp->others); i++) {
        struct ward_grant g = ward_grant_at(&sp->others, i);

        if (g.role == sp->grant->role)
            e = reaches(sp->txn, &g, o, s->access, &still);
    }
    if (e != ERR_OK || !reached || still)
        return e;
    e = actor_holds(sp->txn, s, &sp->grant->person, sp->grant->role, &held);
    if (e != ERR_OK || !held)
        return e;
    c.is.grant = (struct control_grant){sp->grant->person, (uint32_t)sp->grant->role, sp->until};
    return ward_control(sp->txn, sp->ward, s, &c, sp->now);
}

enum err ward_grant_end(struct txn *txn, const struct ward *w, const struct ward_grant *g, uint32_t until, uint64_t now)
{
    struct spread sp = {.txn = txn, .ward = w, .now = now, .grant = g, .until = until};
    struct buf row = {0};
    uint8_t room[KEY_BYTES];
    enum err e = store_get(txn, TABLE_role, grant_key(room, g), &row);

    if (e == ERR_OK)
        e = store_del(txn, TABLE_role, grant_key(room, g));
    if (e == ERR_OK)
        e = ward_grant_list(txn, &g->person, &sp.others);
    if (e == ERR_OK)
        e = everywhere(&sp, end_one);
    spread_end(&sp);
    buf_deinit(&row);
    return e;
}

static enum err end_held(const struct spread *sp, const struct org *o, struct scope *s, const struct id *person,
                         enum role role)
{
    struct control c = {.kind = CONTROL_END};
    bool reached = false;
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && !reached && i < ward_grant_count(&sp->others); i++) {
        struct ward_grant g = ward_grant_at(&sp->others, i);

        if (g.role == role && id_equal(&g.person, person))
            e = reaches(sp->txn, &g, o, s->access, &reached);
    }
    c.is.grant = (struct control_grant){*person, (uint32_t)role, sp->until};
    return e == ERR_OK && !reached ? ward_control(sp->txn, sp->ward, s, &c, sp->now) : e;
}

static enum err end_unreached(const struct spread *sp, const struct org *o, struct scope *s)
{
    struct buf persons = {0};
    enum err e = actor_persons(sp->txn, s, &persons);

    for (size_t k = 0; e == ERR_OK && k < persons.n / ID_SIZE; k++) {
        struct id person = id_from(persons.p + k * ID_SIZE);
        struct actor_grant grant[ACTOR_GRANTS_MAX];
        size_t count = 0;

        if (!id_equal(&person, &sp->ward->id)) /* its own hand has no row (ward_desk.h) */
            e = actor_grants(sp->txn, s, &person, grant, &count);
        for (size_t i = 0; e == ERR_OK && i < count; i++)
            if (grant[i].until == 0)
                e = end_held(sp, o, s, &person, grant[i].role);
    }
    buf_deinit(&persons);
    return e;
}

enum err ward_grant_end_unreached(struct txn *txn, const struct ward *w, uint32_t until, uint64_t now)
{
    struct spread sp = {.txn = txn, .ward = w, .now = now, .until = until};
    enum err e = ward_grant_list(txn, NULL, &sp.others);

    if (e == ERR_OK)
        e = everywhere(&sp, end_unreached);
    spread_end(&sp);
    return e;
}
