/* sim_node.c - see sim_node.h. */
#include "sim_node.h"

#include "../proto/ward_grant.h"

#include "test.h"

#define CERTIFICATE_LIFE (1827 * 86400u)

void sim_node_random(uint64_t *chance, void *out, size_t n)
{
    uint8_t *p = out;

    for (size_t i = 0; i < n; i += 8) {
        uint8_t bytes[8];

        store_u64(bytes, test_random(chance));
        memcpy(p + i, bytes, n - i < 8 ? n - i : 8);
    }
}

/* --- the ward --------------------------------------------------------------------------------------------- */

static enum err tls_issue(void *arg, const uint8_t tls_public[SIGN_PUBLIC_SIZE], const struct id *device, uint64_t now,
                          struct buf *der)
{
    const struct sim_ward *w = arg;

    buf_put(der, tls_public, 4);
    buf_put(der, device->b, 4);
    buf_put_u64(der, now + (w->certificate_life > 0 ? w->certificate_life : CERTIFICATE_LIFE));
    return w->mute ? ERR_IO : ERR_OK;
}

static void commit(struct memstore *m, enum err e)
{
    assert(e == ERR_OK);
    e = memstore_commit(m, true);
    assert(e == ERR_OK);
}

void sim_node_ward_init(struct sim_ward *w, uint64_t seed, struct id *org)
{
    uint8_t key[32], random[WARD_RANDOM_SIZE];
    struct txn txn;

    memset(w, 0, sizeof *w);
    w->store = memstore_new(false);
    w->chance = seed;
    w->now = SIM_NODE_TIME;
    sim_node_random(&w->chance, w->ward.id.b, ID_SIZE);
    sim_node_random(&w->chance, key, sizeof key);
    crypto_sign_from_seed(key, w->ward.public_key, w->ward.secret_key);
    sim_node_random(&w->chance, w->ward.ratchet_key, KEY_SIZE);
    w->ward.hooks = (struct ward_hooks){w, tls_issue};
    sim_node_random(&w->chance, random, sizeof random);
    *org = id_from(random);
    memstore_begin(w->store, true, &txn);
    commit(w->store, ward_create(&txn, &w->ward, "PHUONG", "a ward", random, w->now));
}

void sim_node_ward_deinit(struct sim_ward *w)
{
    memstore_free(w->store);
    memset(w, 0, sizeof *w);
}

struct id sim_node_org(struct sim_ward *w, const char *code, enum org_type type)
{
    uint8_t random[WARD_RANDOM_SIZE];
    struct txn txn;

    sim_node_random(&w->chance, random, sizeof random);
    memstore_begin(w->store, true, &txn);
    commit(w->store, ward_org_add(&txn, &w->ward, code, code, type, random, w->now));
    return id_from(random);
}

struct id sim_node_invite(struct sim_ward *w, const struct id *org, enum role role, uint8_t secret[INVITE_SECRET_SIZE])
{
    struct id person;

    sim_node_random(&w->chance, person.b, ID_SIZE);
    sim_node_invite_again(w, &person, org, role, secret);
    return person;
}

void sim_node_invite_again(struct sim_ward *w, const struct id *person, const struct id *org, enum role role,
                           uint8_t secret[INVITE_SECRET_SIZE])
{
    struct txn txn;

    sim_node_random(&w->chance, secret, INVITE_SECRET_SIZE);
    memstore_begin(w->store, true, &txn);
    commit(w->store, ward_invite(&txn, &w->ward, org, role, person, rights_role_name(role), secret, 20260101, w->now,
                                 w->now + 86400));
}

void sim_node_grant(struct sim_ward *w, const struct id *person, const struct id *org, enum role role)
{
    struct ward_grant g = {*person, *org, role, 20260101};
    uint64_t policy;
    struct txn txn;
    enum err e;

    memstore_begin(w->store, true, &txn);
    e = ward_policy_next(&txn, &policy);
    assert(e == ERR_OK);
    commit(w->store, ward_grant_add(&txn, &w->ward, &g, w->now));
}

void sim_node_end(struct sim_ward *w, const struct id *person, const struct id *org, enum role role)
{
    struct ward_grant g = {*person, *org, role, 0};
    uint64_t policy;
    struct txn txn;
    enum err e;

    memstore_begin(w->store, true, &txn);
    e = ward_policy_next(&txn, &policy);
    assert(e == ERR_OK);
    commit(w->store, ward_grant_end(&txn, &w->ward, &g, 20261123, w->now));
}

void sim_node_rotate(struct sim_ward *w)
{
    uint8_t seed[32], public_key[SIGN_PUBLIC_SIZE], secret_key[SIGN_SECRET_SIZE];
    struct txn txn;

    sim_node_random(&w->chance, seed, sizeof seed);
    crypto_sign_from_seed(seed, public_key, secret_key);
    memstore_begin(w->store, true, &txn);
    commit(w->store, ward_rotate(&txn, &w->ward, public_key, secret_key, w->now));
    ward_key_take(&w->ward, public_key, secret_key);
}

void sim_node_keys(struct sim_ward *w, struct keys *list)
{
    struct txn txn;
    enum err e;

    memstore_begin(w->store, false, &txn);
    e = ward_keys_list(&txn, list);
    assert(e == ERR_OK);
    memstore_abort(w->store);
}

void sim_node_adopt(struct sim_ward *w, const struct keys *list)
{
    uint8_t key[SIGN_PUBLIC_SIZE];
    struct txn txn;
    enum err e;

    memstore_begin(w->store, true, &txn);
    e = ward_keys_now(&txn, key);
    if (e == ERR_OK && memcmp(key, w->ward.public_key, sizeof key) != 0)
        e = ward_adopt(&txn, &w->ward, list, w->now);
    commit(w->store, e);
}

void sim_node_revoke(struct sim_ward *w, const struct id *device)
{
    struct txn txn;

    memstore_begin(w->store, true, &txn);
    commit(w->store, ward_revoke(&txn, &w->ward, device, w->now));
}

#ifdef BUG_2 /* planted (tests/bugs_test.sh): the stream's end is durable before the leaf and the fold are */
static const struct store_ops *whole_ops;

static enum err put_in_two(void *handle, enum table t, struct bytes key, struct bytes value)
{
    enum err e = whole_ops->put(handle, t, key, value);
    struct txn txn;

    if (e == ERR_OK && t == TABLE_stream) {
        e = memstore_commit(handle, true);
        memstore_begin(handle, true, &txn);
    }
    return e;
}
#endif

enum err sim_node_ward_jobs(struct sim_ward *w, struct work *const *job, size_t count, bool durable)
{
    struct txn txn;
    enum err e = ERR_OK;

    memstore_begin(w->store, true, &txn);
#ifdef BUG_2
    struct store_ops in_two = *txn.ops;

    whole_ops = txn.ops;
    in_two.put = put_in_two;
    txn.ops = &in_two;
#endif
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = ward_work(&txn, &w->ward, job[i], w->now);
    if (e == ERR_OK)
        e = memstore_commit(w->store, durable);
    else
        memstore_abort(w->store);
    for (size_t i = 0; e != ERR_OK && i < count; i++)
        job[i]->err = e;
    return e;
}

/* --- a device --------------------------------------------------------------------------------------------- */

struct moment sim_node_moment(struct sim_device *d)
{
    struct moment m = {.now = d->now, .quality = d->quality};

    sim_node_random(&d->chance, m.random, sizeof m.random);
    return m;
}

void sim_node_device_init(struct sim_device *d, uint64_t seed)
{
    uint8_t key[32];
    struct moment m;
    struct replica r;
    struct txn txn;

    memset(d, 0, sizeof *d);
    d->store = memstore_new(true);
    d->chance = seed;
    d->now = SIM_NODE_TIME;
    sim_node_random(&d->chance, key, sizeof key);
    crypto_sign_from_seed(key, d->tls_public, d->tls_secret);
    m = sim_node_moment(d);
    memstore_begin(d->store, true, &txn);
    commit(d->store, replica_create(&txn, &r, "SO", "a book", &m));
}

void sim_node_device_deinit(struct sim_device *d)
{
    memstore_free(d->store);
    memset(d, 0, sizeof *d);
}

struct replica sim_node_replica(struct sim_device *d)
{
    struct replica r;
    struct txn txn;
    enum err e;

    memstore_begin(d->store, false, &txn);
    e = replica_load(&txn, &r);
    assert(e == ERR_OK);
    memstore_abort(d->store);
    return r;
}

void sim_node_prove(struct sim_device *d, const uint8_t secret[INVITE_SECRET_SIZE], const uint8_t binding[BINDING_SIZE],
                    struct buf *message)
{
    struct replica r = sim_node_replica(d);
    struct enrol e = {.incarnation = r.incarnation};

    memcpy(e.tls_key, d->tls_public, sizeof e.tls_key);
    memcpy(e.signing_key, r.sign_public, sizeof e.signing_key);
    enrol_prove(&e, binding, secret, d->tls_secret, r.sign_secret);
    enrol_encode(&e, message);
}

/* As tls_issue above writes it. */
static void certify(struct sim_device *d, const uint8_t *der)
{
    memcpy(d->certificate_key, der, sizeof d->certificate_key);
    d->certificate_end = load_u64(der + 8);
}

enum err sim_node_device_job(struct sim_device *d, struct work *job, bool durable)
{
    struct moment m = sim_node_moment(d);
    struct replica r;
    struct txn txn;
    enum err e;

    memstore_begin(d->store, true, &txn);
    e = replica_load(&txn, &r);
    assert(e == ERR_OK);
    e = replica_work(&txn, &r, job, &m);
    if (e == ERR_OK)
        e = memstore_commit(d->store, durable);
    else
        memstore_abort(d->store);
    if (e == ERR_OK && (job->kind == WORK_RENEWED || job->kind == WORK_ENROLLED))
        certify(d, job->out.p);
    job->err = e;
    return e;
}

enum err sim_node_record(struct sim_device *d, const struct id *org, enum access access, struct change *c)
{
    struct moment m = sim_node_moment(d);
    struct replica r;
    struct scope s;
    struct txn txn;
    enum err e;

    memstore_begin(d->store, true, &txn);
    e = replica_load(&txn, &r);
    if (e == ERR_OK)
        e = replica_scope(&txn, org, access, &s);
    if (e == ERR_OK)
        e = replica_record(&txn, &r, &s, c, &m);
    if (e == ERR_OK)
        return memstore_commit(d->store, true);
    memstore_abort(d->store);
    return e;
}

enum err sim_node_close(struct sim_device *d, const struct id *org, enum access access, uint32_t kind,
                        const struct id *record, uint64_t step)
{
    struct moment m = sim_node_moment(d);
    unsigned changes = 0;
    struct replica r;
    struct scope s;
    struct txn txn;
    enum err e;

    memstore_begin(d->store, true, &txn);
    e = replica_load(&txn, &r);
    if (e == ERR_OK)
        e = replica_scope(&txn, org, access, &s);
    if (e == ERR_OK)
        e = replica_close(&txn, &r, &s, kind, record, step, &m, &changes);
    if (e == ERR_OK)
        return memstore_commit(d->store, true);
    memstore_abort(d->store);
    return e;
}
