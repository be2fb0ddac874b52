/* ward_people.c - persons, roles, invites, devices: rows of the registry and their control leaves. */
#include "ward_people.h"

#include <stdlib.h>

#include "actor.h"
#include "enrol.h"
#include "message.h"
#include "ratchet.h"

/* One grant: who, in which organisation, as what, from when. */
struct grant {
    struct id person;
    struct id org;
    enum role role;
    uint32_t from;
};

static bool reaches(const struct grant *g, const struct org *o, enum access access)
{
    return (id_equal(&g->org, &o->id) || rights_ward_wide(g->role)) && rights_may_read(g->role, access);
}

/* --- rows ---------------------------------------------------------------------------------------------- */

enum err ward_person_name(struct txn *txn, const struct id *person, struct buf *name)
{
    return store_get(txn, TABLE_person, bytes_of(person->b, ID_SIZE), name);
}

static enum err grant_put(struct txn *txn, const struct grant *g)
{
    uint8_t key[2 * ID_SIZE + 1], from[4];

    memcpy(key, g->person.b, ID_SIZE);
    memcpy(key + ID_SIZE, g->org.b, ID_SIZE);
    key[2 * ID_SIZE] = (uint8_t)g->role;
    store_u32(from, g->from);
    return store_put(txn, TABLE_role, bytes_of(key, sizeof key), bytes_of(from, sizeof from));
}

static bool grant_visit(void *arg, struct bytes key, struct bytes value)
{
    struct buf *list = arg;
    struct grant g;

    if (key.n != 2 * ID_SIZE + 1 || value.n != 4 || key.p[2 * ID_SIZE] >= ROLE_COUNT)
        return false;
    g = (struct grant){id_from(key.p), id_from(key.p + ID_SIZE), (enum role)key.p[2 * ID_SIZE], load_u32(value.p)};
    buf_put(list, &g, sizeof g);
    return true;
}

/* Grants of one person, or of all (person NULL), as struct grant[] in *list. */
static enum err grant_list(struct txn *txn, const struct id *person, struct buf *list)
{
    return store_scan(txn, TABLE_role, person != NULL ? bytes_of(person->b, ID_SIZE) : bytes_of(NULL, 0), grant_visit,
                      list);
}

static struct grant grant_at(const struct buf *list, size_t i)
{
    struct grant g;

    memcpy(&g, list->p + i * sizeof g, sizeof g);
    return g;
}

/* --- control leaves ------------------------------------------------------------------------------------ */

/* Person and grant in one scope. */
static enum err scope_admit(struct txn *txn, const struct ward *w, struct scope *s, const struct grant *g,
                            struct bytes name, uint64_t now)
{
    struct control c = {.kind = CONTROL_PERSON};
    struct buf known = {0};
    enum err e = actor_name(txn, s, &g->person, &known);

    if (e == ERR_NOT_FOUND) {
        c.is.person.person = g->person;
        c.is.person.name = name;
        e = ward_control(txn, w, s, &c, now);
    }
    if (e == ERR_OK) {
        memset(&c, 0, sizeof c);
        c.kind = CONTROL_GRANT;
        c.is.grant = (struct control_grant){g->person, (uint32_t)g->role, g->from};
        e = ward_control(txn, w, s, &c, now);
    }
    buf_deinit(&known);
    return e;
}

static enum err scope_admit_device(struct txn *txn, const struct ward *w, struct scope *s, const struct ward_device *d,
                                   uint64_t now)
{
    struct control c = {.kind = CONTROL_DEVICE};
    struct ward_cursor cursor = {0};
    enum err e;

    c.is.device.device = d->id;
    c.is.device.person = d->person;
    memcpy(c.is.device.key, d->sign_public, SIGN_PUBLIC_SIZE);
    e = ward_control(txn, w, s, &c, now);
    return e == ERR_OK ? ward_cursor_save(txn, &d->id, &s->id, &cursor) : e;
}

/* A grant reaches every scope its role may read there. */
static enum err grant_spread(struct txn *txn, const struct ward *w, const struct grant *g, const struct org *o,
                             uint64_t now)
{
    struct buf name = {0};
    enum err e = ward_person_name(txn, &g->person, &name);

    for (int a = ACCESS_A; e == ERR_OK && a <= ACCESS_D; a++) {
        struct scope s;

        if (!reaches(g, o, (enum access)a))
            continue;
        e = scope_load(txn, &o->scope[a], &s);
        if (e == ERR_OK)
            e = scope_admit(txn, w, &s, g, buf_bytes(&name), now);
    }
    buf_deinit(&name);
    return e;
}

static enum err device_spread(struct txn *txn, const struct ward *w, const struct ward_device *d, const struct org *o,
                              uint64_t now)
{
    struct buf grants = {0};
    enum err e = grant_list(txn, &d->person, &grants);

    for (int a = ACCESS_A; e == ERR_OK && a <= ACCESS_D; a++) {
        bool reached = false;
        struct scope s;

        for (size_t i = 0; i < grants.n / sizeof(struct grant); i++) {
            struct grant g = grant_at(&grants, i);

            reached = reached || reaches(&g, o, (enum access)a);
        }
        if (!reached)
            continue;
        e = scope_load(txn, &o->scope[a], &s);
        if (e == ERR_OK)
            e = scope_admit_device(txn, w, &s, d, now);
    }
    buf_deinit(&grants);
    return e;
}

enum err ward_people_join(struct txn *txn, const struct ward *w, const struct org *o, uint64_t now)
{
    struct buf grants = {0};
    struct ward_device *device = NULL;
    size_t devices = 0;
    enum err e = grant_list(txn, NULL, &grants);

    for (size_t i = 0; e == ERR_OK && i < grants.n / sizeof(struct grant); i++) {
        struct grant g = grant_at(&grants, i);

        if (rights_ward_wide(g.role))
            e = grant_spread(txn, w, &g, o, now);
    }
    if (e == ERR_OK)
        e = ward_device_list(txn, &device, &devices);
    for (size_t i = 0; e == ERR_OK && i < devices; i++)
        if (device[i].state == DEVICE_ACTIVE)
            e = device_spread(txn, w, &device[i], o, now);
    free(device);
    buf_deinit(&grants);
    return e;
}

static enum err each_org(struct txn *txn, enum err (*call)(void *arg, const struct org *o), void *arg)
{
    struct org *list;
    size_t count;
    enum err e = org_list(txn, &list, &count);

    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = call(arg, &list[i]);
    free(list);
    return e;
}

/* --- invites ------------------------------------------------------------------------------------------- */

struct invite_row {
    uint8_t secret[16];
    struct id person;
    struct id org;
    uint64_t expires;
    uint64_t tries;
    struct id device; /* zero: not used yet */
};

static enum err invite_put(struct txn *txn, const uint8_t id[8], const struct invite_row *i)
{
    struct buf row = {0};
    enum err e;

    mp_put_array(&row, 6);
    mp_put_bin(&row, i->secret, sizeof i->secret);
    mp_put_bin(&row, i->person.b, ID_SIZE);
    mp_put_bin(&row, i->org.b, ID_SIZE);
    mp_put_uint(&row, i->expires);
    mp_put_uint(&row, i->tries);
    mp_put_bin(&row, i->device.b, ID_SIZE);
    e = store_put(txn, TABLE_invite, bytes_of(id, 8), buf_bytes(&row));
    buf_wipe_deinit(&row);
    return e;
}

static enum err invite_get(struct txn *txn, const uint8_t id[8], struct invite_row *i)
{
    struct buf row = {0};
    struct mp r;
    enum err e = store_get(txn, TABLE_invite, bytes_of(id, 8), &row);

    if (e == ERR_OK) {
        mp_open(&r, buf_bytes(&row));
        mp_expect_array(&r, 6);
        memcpy(i->secret, mp_bin_exact(&r, sizeof i->secret), sizeof i->secret);
        i->person = id_from(mp_bin_exact(&r, ID_SIZE));
        i->org = id_from(mp_bin_exact(&r, ID_SIZE));
        i->expires = mp_uint(&r, UINT64_MAX);
        i->tries = mp_uint(&r, UINT64_MAX);
        i->device = id_from(mp_bin_exact(&r, ID_SIZE));
        e = mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
    }
    buf_wipe_deinit(&row);
    return e;
}

struct spread {
    struct txn *txn;
    const struct ward *ward;
    const struct grant *grant;
    const struct ward_device *device;
    uint64_t now;
};

static enum err spread_grant_to(void *arg, const struct org *o)
{
    const struct spread *s = arg;

    return grant_spread(s->txn, s->ward, s->grant, o, s->now);
}

static enum err spread_device_to(void *arg, const struct org *o)
{
    const struct spread *s = arg;

    return device_spread(s->txn, s->ward, s->device, o, s->now);
}

enum err ward_invite(struct txn *txn, const struct ward *w, const struct id *org, enum role role,
                     const struct id *person, const char *person_name, const uint8_t secret[16], uint32_t from,
                     uint64_t now, uint64_t expires)
{
    struct invite_row invite = {.person = *person, .org = *org, .expires = expires};
    struct grant g = {*person, *org, role, from};
    struct spread spread = {.txn = txn, .ward = w, .grant = &g, .now = now};
    uint8_t number[INVITE_ID_SIZE];
    uint64_t policy;
    enum err e;

    if (role <= ROLE_NONE || role >= ROLE_COUNT || person_name[0] == '\0')
        return ERR_BAD_VALUE;
    if (strlen(person_name) > NAME_MAX_BYTES)
        return ERR_TOO_LONG;
    memcpy(invite.secret, secret, sizeof invite.secret);
    invite_id(number, secret);
    e = ward_policy_next(txn, &policy);
    if (e == ERR_OK)
        e = store_put(txn, TABLE_person, bytes_of(person->b, ID_SIZE), bytes_of_str(person_name));
    if (e == ERR_OK)
        e = grant_put(txn, &g);
    if (e == ERR_OK)
        e = each_org(txn, spread_grant_to, &spread);
    if (e == ERR_OK)
        e = invite_put(txn, number, &invite);
    return e;
}

/* --- enrolment ----------------------------------------------------------------------------------------- */

static enum err enrolled_answer(const struct ward *w, struct work *job, const struct ward_device *d, uint64_t now)
{
    struct enrolled answer = {.device = d->id, .person = d->person, .org = d->org, .ward = w->id, .time = now};
    struct buf der = {0}, message = {0};
    enum err e = w->hooks.tls_issue(w->hooks.arg, d->tls_public, &d->id, now, &der);

    if (e == ERR_OK) {
        answer.certificate = buf_bytes(&der);
        memcpy(answer.ward_key, w->public_key, sizeof answer.ward_key);
        ratchet_make(answer.ratchet, w->ratchet_key, &d->id, d->incarnation, 0);
        enrol_answer_encode(&answer, &message);
        work_message(&job->out, MESSAGE_ENROLLED, buf_bytes(&message));
    }
    buf_deinit(&der);
    buf_deinit(&message);
    return e;
}

/* A first enrol, or the same one again because its answer was lost. */
static enum err enrol_device(struct txn *txn, const struct ward *w, const struct enrol *m,
                             struct invite_row *invite, struct ward_device *d, uint64_t now)
{
    struct spread spread = {.txn = txn, .ward = w, .device = d, .now = now};
    struct ward_device other;
    uint64_t policy;
    enum err e;

    if (!id_is_zero(&invite->device)) {
        e = ward_device_load(txn, &invite->device, d);
        if (e != ERR_OK)
            return e;
        return crypto_equal(d->sign_public, m->signing_key, SIGN_PUBLIC_SIZE) &&
                       crypto_equal(d->tls_public, m->tls_key, SIGN_PUBLIC_SIZE) && d->incarnation == m->incarnation
                   ? ERR_OK
                   : ERR_INVITE_USED;
    }
    memset(d, 0, sizeof *d);
    d->id = enrol_device_id(m->signing_key);
    d->person = invite->person;
    d->org = invite->org;
    memcpy(d->sign_public, m->signing_key, SIGN_PUBLIC_SIZE);
    memcpy(d->tls_public, m->tls_key, SIGN_PUBLIC_SIZE);
    memcpy(d->invite, m->invite_id, INVITE_ID_SIZE);
    d->incarnation = m->incarnation;
    d->enrolled = now;
    invite->device = d->id;
    e = ward_device_load(txn, &d->id, &other);
    if (e != ERR_NOT_FOUND)
        return e == ERR_OK ? ERR_INVITE_USED : e; /* a device is enrolled once; a new one has new keys */
    e = ward_policy_next(txn, &policy);
    if (e == ERR_OK)
        e = ward_device_save(txn, d);
    if (e == ERR_OK)
        e = each_org(txn, spread_device_to, &spread);
    return e == ERR_OK ? invite_put(txn, m->invite_id, invite) : e;
}

enum err ward_enrol(struct txn *txn, const struct ward *w, struct work *job, uint64_t now)
{
    struct enrol m;
    struct invite_row invite;
    struct ward_device d;
    enum err e = enrol_decode(&m, buf_bytes(&job->in));

    if (e != ERR_OK)
        return e;
    e = invite_get(txn, m.invite_id, &invite);
    if (e == ERR_NOT_FOUND)
        return ERR_INVITE_BAD;
    if (e != ERR_OK)
        return e;
    if (id_is_zero(&invite.device) && (now > invite.expires || invite.tries >= WARD_INVITE_TRIES)) {
        e = ERR_INVITE_EXPIRED;
    } else if (enrol_check(&m, job->binding, invite.secret) != ERR_OK) {
        invite.tries++;
        e = invite_put(txn, m.invite_id, &invite);
        if (e == ERR_OK)
            e = ERR_INVITE_BAD;
    } else {
        e = enrol_device(txn, w, &m, &invite, &d, now);
        if (e == ERR_OK)
            e = enrolled_answer(w, job, &d, now);
    }
    crypto_wipe(&invite, sizeof invite);
    return e;
}
