/* actor.c - devices, persons and grants of one scope. */
#include "actor.h"

#include "mirror.h"
#include "mp.h"
#include "org_change.h"

enum what { WHAT_DEVICE = 1, WHAT_PERSON = 2, WHAT_GRANTS = 3, WHAT_KEY = 4 };

static struct bytes actor_key(uint8_t *room, const struct scope *s, enum what what, const struct id *id)
{
    store_u16(room, s->number);
    room[2] = (uint8_t)what;
    memcpy(room + 3, id->b, ID_SIZE);
    return bytes_of(room, 3 + ID_SIZE);
}

static enum err put(struct txn *txn, const struct scope *s, enum what what, const struct id *id, struct buf *row)
{
    uint8_t room[STORE_KEY_MAX];
    enum err e = store_put(txn, TABLE_actor, actor_key(room, s, what, id), buf_bytes(row));

    buf_deinit(row);
    return e;
}

static enum err get(struct txn *txn, const struct scope *s, enum what what, const struct id *id, struct buf *row)
{
    uint8_t room[STORE_KEY_MAX];

    return store_get(txn, TABLE_actor, actor_key(room, s, what, id), row);
}

/* --- devices ------------------------------------------------------------------------------------------- */

enum err actor_device(struct txn *txn, const struct scope *s, const struct id *device, struct actor_device *out)
{
    struct buf row = {0};
    struct mp r;
    enum err e = get(txn, s, WHAT_DEVICE, device, &row);

    if (e == ERR_OK) {
        mp_open(&r, buf_bytes(&row));
        mp_expect_array(&r, 4);
        memcpy(out->key, mp_bin_exact(&r, SIGN_PUBLIC_SIZE), SIGN_PUBLIC_SIZE);
        out->person = id_from(mp_bin_exact(&r, ID_SIZE));
        out->revoked = mp_uint(&r, 1) == 1;
        out->leaf = (uint32_t)mp_uint(&r, UINT32_MAX);
        e = mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
    }
    buf_deinit(&row);
    return e;
}

static enum err device_put(struct txn *txn, const struct scope *s, const struct id *device,
                           const struct actor_device *d)
{
    struct buf row = {0};

    mp_put_array(&row, 4);
    mp_put_bin(&row, d->key, SIGN_PUBLIC_SIZE);
    mp_put_bin(&row, d->person.b, ID_SIZE);
    mp_put_uint(&row, d->revoked ? 1 : 0);
    mp_put_uint(&row, d->leaf);
    return put(txn, s, WHAT_DEVICE, device, &row);
}

static enum err on_device(struct txn *txn, struct scope *s, const struct control *c)
{
    struct actor_device d = {.person = c->is.device.person, .leaf = (uint32_t)(s->frontier.size - 1)};

    memcpy(d.key, c->is.device.key, sizeof d.key);
    return device_put(txn, s, &c->is.device.device, &d);
}

static enum err on_revoke(struct txn *txn, struct scope *s, const struct control *c)
{
    struct actor_device d;
    enum err e = actor_device(txn, s, &c->is.revoke.device, &d);

    if (e == ERR_NOT_FOUND)
        return ERR_OK;
    d.revoked = true;
    return e == ERR_OK ? device_put(txn, s, &c->is.revoke.device, &d) : e;
}

/* --- persons and grants -------------------------------------------------------------------------------- */

static enum err on_person(struct txn *txn, struct scope *s, const struct control *c)
{
    struct buf row = {0};

    buf_put_bytes(&row, c->is.person.name);
    return put(txn, s, WHAT_PERSON, &c->is.person.person, &row);
}

enum err actor_name(struct txn *txn, const struct scope *s, const struct id *person, struct buf *name)
{
    return get(txn, s, WHAT_PERSON, person, name);
}

enum err actor_grants(struct txn *txn, const struct scope *s, const struct id *person,
                      struct actor_grant grant[ACTOR_GRANTS_MAX], size_t *count)
{
    struct buf row = {0};
    struct mp r;
    enum err e = get(txn, s, WHAT_GRANTS, person, &row);

    *count = 0;
    if (e == ERR_OK) {
        mp_open(&r, buf_bytes(&row));
        *count = mp_array(&r, 4 * ACTOR_GRANTS_MAX) / 4;
        for (size_t i = 0; i < *count; i++) {
            grant[i].role = (enum role)mp_uint(&r, ROLE_COUNT - 1);
            grant[i].from = (uint32_t)mp_uint(&r, UINT32_MAX);
            grant[i].until = (uint32_t)mp_uint(&r, UINT32_MAX);
            grant[i].ended = (uint32_t)mp_uint(&r, UINT32_MAX);
        }
        e = mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
    }
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static bool person_visit(void *arg, struct bytes key, struct bytes value)
{
    (void)value;
    if (key.n == 3 + ID_SIZE)
        buf_put_bytes(arg, bytes_cut(key, 3));
    return true;
}

enum err actor_persons(struct txn *txn, const struct scope *s, struct buf *list)
{
    uint8_t room[3];

    store_u16(room, s->number);
    room[2] = WHAT_GRANTS;
    return store_scan(txn, TABLE_actor, bytes_of(room, sizeof room), person_visit, list);
}

static enum err grants_put(struct txn *txn, const struct scope *s, const struct id *person,
                           const struct actor_grant *grant, size_t count)
{
    struct buf row = {0};

    mp_put_array(&row, 4 * count);
    for (size_t i = 0; i < count; i++) {
        mp_put_uint(&row, (uint64_t)grant[i].role);
        mp_put_uint(&row, grant[i].from);
        mp_put_uint(&row, grant[i].until);
        mp_put_uint(&row, grant[i].ended);
    }
    return put(txn, s, WHAT_GRANTS, person, &row);
}

/* A new grant of a role that is held already changes nothing; an end closes every open grant of the role. */
static enum err on_grant(struct txn *txn, struct scope *s, const struct control *c)
{
    const struct control_grant *g = &c->is.grant;
    struct actor_grant grant[ACTOR_GRANTS_MAX];
    size_t count;
    enum err e = actor_grants(txn, s, &g->person, grant, &count);

    if (e != ERR_OK || g->role >= ROLE_COUNT)
        return e;
    for (size_t i = 0; i < count; i++)
        if (grant[i].role == (enum role)g->role && grant[i].until == 0) {
            if (c->kind == CONTROL_GRANT)
                return ERR_OK;
            grant[i].until = g->date;
            grant[i].ended = (uint32_t)(s->frontier.size - 1);
        }
    if (c->kind == CONTROL_GRANT) {
        if (count == ACTOR_GRANTS_MAX)
            memmove(grant, grant + 1, --count * sizeof *grant);
        grant[count++] = (struct actor_grant){(enum role)g->role, g->date, 0, 0};
    }
    return grants_put(txn, s, &g->person, grant, count);
}

enum err actor_role(struct txn *txn, const struct scope *s, const struct id *person, enum role *out)
{
    struct actor_grant grant[ACTOR_GRANTS_MAX];
    size_t count;
    enum err e = actor_grants(txn, s, person, grant, &count);

    *out = ROLE_NONE;
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        if (grant[i].until == 0 && (*out == ROLE_NONE || grant[i].role < *out))
            *out = grant[i].role;
    return e;
}

enum err actor_holds(struct txn *txn, const struct scope *s, const struct id *person, enum role role, bool *yes)
{
    struct actor_grant grant[ACTOR_GRANTS_MAX];
    size_t count;
    enum err e = actor_grants(txn, s, person, grant, &count);

    *yes = false;
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        *yes = *yes || (grant[i].until == 0 && grant[i].role == role);
    return e;
}

/* --- the ward's key ------------------------------------------------------------------------------------ */

static enum err on_key(struct txn *txn, struct scope *s, const struct control *c)
{
    static const struct id none;
    struct buf row = {0};

    buf_put_u32(&row, (uint32_t)(s->frontier.size - 1)); /* the leaf has been added */
    memcpy(s->ward_key, c->is.key.key, sizeof s->ward_key);
    return put(txn, s, WHAT_KEY, &none, &row);
}

enum err actor_key_leaf(struct txn *txn, const struct scope *s, uint64_t *index)
{
    static const struct id none;
    struct buf row = {0};
    enum err e = get(txn, s, WHAT_KEY, &none, &row);

    if (e == ERR_OK && row.n != 4)
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        *index = load_u32(row.p);
    buf_deinit(&row);
    return e;
}

/* --- scopes -------------------------------------------------------------------------------------------- */

static void text_into(char out[NAME_MAX_BYTES + 1], struct bytes text)
{
    size_t n = text.n < NAME_MAX_BYTES ? text.n : NAME_MAX_BYTES;

    if (n > 0)
        memcpy(out, text.p, n);
    out[n] = '\0';
}

static enum err on_scope(struct txn *txn, struct scope *s, const struct control *c)
{
    const struct control_scope *is = &c->is.is_scope;
    struct org o;
    enum err e;

    if (is->access < ACCESS_A || is->access > ACCESS_D)
        return ERR_BAD_FRAME;
    s->org = is->org;
    s->access = (enum access)is->access;
    memcpy(s->ward_key, is->ward_key, sizeof s->ward_key);
    if (s->older)
        return ERR_OK; /* what the organisation is called now stands in later leaves, which are here already */
    e = org_load(txn, &is->org, &o);
    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return e;
    if (e == ERR_OK && o.code[0] != '\0' && !bytes_equal(bytes_of_str(o.code), is->code))
        e = org_alias_add(txn, o.code, &o.id);
    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return e;
    text_into(o.code, is->code);
    text_into(o.name, is->name);
    o.type = (enum org_type)is->type;
    o.parent = is->parent;
    o.scope[is->access] = s->id;
    return org_save(txn, &o);
}

/* What a whole organisation became, or where one record is at home now. */
static enum err on_home(struct txn *txn, struct scope *s, const struct control *c)
{
    const struct control_home *h = &c->is.home;

    return id_is_zero(&h->record) ? org_successor_add(txn, &s->org, &h->org, h->decision, h->date)
                                  : mirror_home_put(txn, s, &h->record, &h->target);
}

enum err actor_apply(struct txn *txn, struct scope *s, const struct control *c)
{
    static enum err (*const on[])(struct txn *, struct scope *, const struct control *) = {
        [CONTROL_SCOPE] = on_scope, [CONTROL_PERSON] = on_person, [CONTROL_DEVICE] = on_device,
        [CONTROL_GRANT] = on_grant, [CONTROL_END] = on_grant,     [CONTROL_REVOKE] = on_revoke,
        [CONTROL_HOME] = on_home,
        [CONTROL_KEY] = on_key,
    };

    if (c->kind == CONTROL_ERASED)
        return ERR_OK;
    s->policy = c->policy;
    if (c->kind >= ARRAY_LEN(on) || on[c->kind] == NULL)
        return ERR_OK;
    return on[c->kind](txn, s, c);
}
