/* ward_people.c - persons, invites, devices: rows of the registry. What a role reaches is ward_grant.c. */
#include "enrol.h"
#include "message.h"
#include "ratchet.h"
#include "ward_grant.h"
#include "ward_recall.h"

enum err ward_person_name(struct txn *txn, const struct id *person, struct buf *name)
{
    return store_get(txn, TABLE_person, bytes_of(person->b, ID_SIZE), name);
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

/* Of somebody who is known already. */
static enum err holds(struct txn *txn, const struct ward_grant *g, bool *yes)
{
    struct buf grants = {0};
    enum err e = ward_grant_list(txn, &g->person, &grants);

    *yes = false;
    for (size_t i = 0; e == ERR_OK && i < ward_grant_count(&grants); i++) {
        struct ward_grant held = ward_grant_at(&grants, i);

        *yes = *yes || (held.role == g->role && (rights_ward_wide(g->role) || id_equal(&held.org, &g->org)));
    }
    buf_deinit(&grants);
    return e;
}

enum err ward_invite(struct txn *txn, const struct ward *w, const struct id *org, enum role role,
                     const struct id *person, const char *person_name, const uint8_t secret[16], uint32_t from,
                     uint64_t now, uint64_t expires)
{
    struct invite_row invite = {.person = *person, .org = *org, .expires = expires};
    struct ward_grant g = {*person, *org, role, from};
    uint8_t number[INVITE_ID_SIZE];
    uint64_t policy;
    bool held = false;
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
        e = holds(txn, &g, &held);
    if (e == ERR_OK && !held)
        e = ward_grant_add(txn, w, &g, now);
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

/* --- rows that come back ------------------------------------------------------------------------------- */

static bool invite_visit(void *arg, struct bytes key, struct bytes value)
{
    (void)value;
    if (key.n == INVITE_ID_SIZE)
        buf_put_bytes(arg, key);
    return true;
}

/* The first of a person's invites that was used by `from` (zero: by nobody) is now by `to`. */
static enum err rebind(struct txn *txn, const struct id *person, const struct id *from, const struct id *to, bool *done)
{
    struct buf ids = {0};
    enum err e = store_scan(txn, TABLE_invite, bytes_of(NULL, 0), invite_visit, &ids);

    *done = false;
    for (size_t i = 0; e == ERR_OK && !*done && i + INVITE_ID_SIZE <= ids.n; i += INVITE_ID_SIZE) {
        struct invite_row invite;

        e = invite_get(txn, ids.p + i, &invite);
        *done = e == ERR_OK && id_equal(&invite.person, person) && id_equal(&invite.device, from);
        if (*done) {
            invite.device = *to;
            e = invite_put(txn, ids.p + i, &invite);
        }
        crypto_wipe(&invite, sizeof invite);
    }
    buf_deinit(&ids);
    return e;
}

static const struct id nobody;

enum err ward_people_claim(struct txn *txn, const struct id *person, const struct id *device)
{
    bool done;

    return rebind(txn, person, &nobody, device, &done);
}

/* Which of a person's invites a device had used, that came back with a log, was a guess. Another device of his shows
 * this one, and one of his is free: then it was that one. */
static enum err guess_again(struct txn *txn, const struct enrol *m, struct invite_row *invite)
{
    struct id guessed = invite->device, shown = enrol_device_id(m->signing_key);
    struct ward_device d;
    bool done = false;
    enum err e;

    if (id_is_zero(&guessed) || id_equal(&guessed, &shown))
        return ERR_OK;
    e = ward_device_load(txn, &guessed, &d);
    if (e == ERR_OK && !crypto_equal(d.invite, m->invite_id, INVITE_ID_SIZE))
        e = rebind(txn, &invite->person, &nobody, &guessed, &done);
    if (done)
        invite->device = nobody;
    return e;
}

/* Its answer was lost, and then with an old store its row too; control leaves brought back a part of it. */
static enum err enrol_again(struct txn *txn, const struct ward *w, const struct enrol *m, struct ward_device *d,
                            uint64_t now)
{
    enum err e;

    memcpy(d->tls_public, m->tls_key, SIGN_PUBLIC_SIZE);
    memcpy(d->invite, m->invite_id, INVITE_ID_SIZE);
    d->incarnation = m->incarnation;
    e = ward_device_save(txn, d);
    return e == ERR_OK ? ward_follow_roles(txn, w, &d->person, now) : e;
}

/* It came back with a log, and the guess was another invite of its person. */
static enum err enrol_back(struct txn *txn, const struct ward *w, const struct enrol *m, struct invite_row *invite,
                           struct ward_device *d, uint64_t now)
{
    bool done;
    enum err e;

    if (d->incarnation != WARD_INCARNATION_UNKNOWN || !id_equal(&d->person, &invite->person) ||
        !crypto_equal(d->sign_public, m->signing_key, SIGN_PUBLIC_SIZE))
        return ERR_INVITE_USED; /* a device is enrolled once; a new one has new keys */
    e = rebind(txn, &d->person, &d->id, &nobody, &done);
    if (e == ERR_OK)
        e = invite_put(txn, m->invite_id, invite);
    return e == ERR_OK ? enrol_again(txn, w, m, d, now) : e;
}

/* A first enrol, or the same one again because its answer was lost. */
static enum err enrol_device(struct txn *txn, const struct ward *w, const struct enrol *m,
                             struct invite_row *invite, struct ward_device *d, uint64_t now)
{
    struct ward_device other;
    uint64_t policy;
    enum err e = guess_again(txn, m, invite);

    if (e != ERR_OK)
        return e;
    if (!id_is_zero(&invite->device)) {
        e = ward_device_load(txn, &invite->device, d);
        if (e != ERR_OK)
            return e;
        if (d->incarnation == WARD_INCARNATION_UNKNOWN &&
            crypto_equal(d->sign_public, m->signing_key, SIGN_PUBLIC_SIZE))
            return enrol_again(txn, w, m, d, now);
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
    if (e == ERR_OK) {
        *d = other;
        return enrol_back(txn, w, m, invite, d, now);
    }
    if (e != ERR_NOT_FOUND)
        return e;
    e = ward_policy_next(txn, &policy);
    if (e == ERR_OK)
        e = ward_device_save(txn, d);
    if (e == ERR_OK)
        e = ward_grant_device(txn, w, d, now);
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

