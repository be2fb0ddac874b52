/* replica.c - who this device is; a book before and after enrolment. */
#include "replica.h"

#include "enrol.h"
#include "mp.h"
#include "renewal.h"
#include "repair.h"
#include "replica_bare.h"
#include "replica_keys.h"
#include "replica_repair.h"
#include "replica_snapshot.h"
#include "waits.h"

#define SELF_VERSION 1

static const char meta_self[] = "self";

void replica_draw(struct moment *m, void *out, size_t n)
{
    static const char context[] = "chibo1/draw";
    uint8_t counter[4], full[64];
    struct bytes pieces[2] = {bytes_of(context, sizeof context), bytes_of(counter, sizeof counter)};

    assert(n <= sizeof full);
    store_u32(counter, m->drawn++);
    crypto_blake2b(full, sizeof full, bytes_of(m->random, sizeof m->random), pieces, 2);
    memcpy(out, full, n);
    crypto_wipe(full, sizeof full);
}

enum err replica_save(struct txn *txn, const struct replica *r)
{
    struct buf row = {0};
    enum err e;

    mp_put_array(&row, 16);
    mp_put_uint(&row, SELF_VERSION);
    mp_put_uint(&row, r->enrolled ? 1 : 0);
    mp_put_bin(&row, r->device.b, ID_SIZE);
    mp_put_bin(&row, r->person.b, ID_SIZE);
    mp_put_bin(&row, r->org.b, ID_SIZE);
    mp_put_bin(&row, r->ward.b, ID_SIZE);
    mp_put_bin(&row, r->sign_public, sizeof r->sign_public);
    mp_put_bin(&row, r->sign_secret, sizeof r->sign_secret);
    mp_put_bin(&row, r->ward_key, sizeof r->ward_key);
    mp_put_uint(&row, r->incarnation);
    mp_put_uint(&row, r->ratchet_n);
    mp_put_bin(&row, r->ratchet, sizeof r->ratchet);
    mp_put_uint(&row, r->cut ? 1 : 0);
    mp_put_uint(&row, r->states_differ ? 1 : 0);
    mp_put_uint(&row, r->synced);
    mp_put_uint(&row, r->pending_next);
    e = store_put(txn, TABLE_meta, bytes_of_str(meta_self), buf_bytes(&row));
    buf_wipe_deinit(&row);
    return e;
}

static void self_read(struct replica *r, struct mp *in)
{
    r->enrolled = mp_uint(in, 1) == 1;
    r->device = id_from(mp_bin_exact(in, ID_SIZE));
    r->person = id_from(mp_bin_exact(in, ID_SIZE));
    r->org = id_from(mp_bin_exact(in, ID_SIZE));
    r->ward = id_from(mp_bin_exact(in, ID_SIZE));
    memcpy(r->sign_public, mp_bin_exact(in, sizeof r->sign_public), sizeof r->sign_public);
    memcpy(r->sign_secret, mp_bin_exact(in, sizeof r->sign_secret), sizeof r->sign_secret);
    memcpy(r->ward_key, mp_bin_exact(in, sizeof r->ward_key), sizeof r->ward_key);
    r->incarnation = (uint32_t)mp_uint(in, UINT32_MAX);
    r->ratchet_n = mp_uint(in, UINT64_MAX);
    memcpy(r->ratchet, mp_bin_exact(in, sizeof r->ratchet), sizeof r->ratchet);
    r->cut = mp_uint(in, 1) == 1;
    r->states_differ = mp_uint(in, 1) == 1;
    r->synced = mp_uint(in, UINT64_MAX);
    r->pending_next = (uint32_t)mp_uint(in, UINT32_MAX);
}

enum err replica_load(struct txn *txn, struct replica *r)
{
    struct buf row = {0};
    struct mp in;
    uint64_t version;
    enum err e = store_get(txn, TABLE_meta, bytes_of_str(meta_self), &row);

    memset(r, 0, sizeof *r);
    if (e == ERR_OK) {
        mp_open(&in, buf_bytes(&row));
        mp_array(&in, MP_ELEMENTS_MAX);
        version = mp_uint(&in, UINT64_MAX);
        if (version > SELF_VERSION)
            e = ERR_TOO_NEW;
        else
            self_read(r, &in);
        if (mp_close(&in) != ERR_OK && e == ERR_OK)
            e = ERR_DAMAGED;
    }
    buf_wipe_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_NO_STORE : e;
}

/* --- a book of its own ------------------------------------------------------------------------------------- */

static enum err scope_without_log(struct txn *txn, struct org *o, enum access access, struct moment *m)
{
    struct scope s = {.org = o->id, .access = access};
    enum err e = scope_number_new(txn, &s.number);

    replica_draw(m, s.id.b, ID_SIZE);
    o->scope[access] = s.id;
    return e == ERR_OK ? scope_save(txn, &s) : e;
}

enum err replica_create(struct txn *txn, struct replica *r, const char *code, const char *name, struct moment *m)
{
    struct org o = {.type = ORG_AGENCY};
    uint8_t seed[32];
    enum err e = ERR_OK;

    if (!org_code_valid(code) || name[0] == '\0' || strlen(name) > NAME_MAX_BYTES)
        return ERR_BAD_VALUE;
    memset(r, 0, sizeof *r);
    replica_draw(m, seed, sizeof seed);
    crypto_sign_from_seed(seed, r->sign_public, r->sign_secret);
    crypto_wipe(seed, sizeof seed);
    r->device = enrol_device_id(r->sign_public);
    replica_draw(m, r->person.b, ID_SIZE);
    replica_draw(m, o.id.b, ID_SIZE);
    replica_draw(m, &r->incarnation, sizeof r->incarnation);
    r->org = o.id;
    memcpy(o.code, code, strlen(code));
    memcpy(o.name, name, strlen(name));
    for (int a = ACCESS_A; e == ERR_OK && a <= ACCESS_C; a++)
        e = scope_without_log(txn, &o, (enum access)a, m);
    if (e == ERR_OK)
        e = org_save(txn, &o);
    if (e == ERR_OK)
        e = waits_make(txn);
    return e == ERR_OK ? replica_save(txn, r) : e;
}

/* --- enrolment ---------------------------------------------------------------------------------------------- */

/* The first answer makes the book the ward's; what was written before moves under the real organisation's id. */
enum err replica_enrolled(struct txn *txn, struct replica *r, struct work *job)
{
    struct enrolled answer;
    struct id old_org = r->org, old_person = r->person;
    enum err e = enrol_answer_decode(&answer, buf_bytes(&job->in));

    if (e != ERR_OK)
        return e;
    if (r->enrolled)
        return ERR_EXISTS;
    if (!id_equal(&answer.device, &r->device))
        return ERR_BAD_PROOF;
    r->enrolled = true;
    r->person = answer.person;
    r->org = answer.org;
    r->ward = answer.ward;
    memcpy(r->ward_key, answer.ward_key, sizeof r->ward_key);
    memcpy(r->ratchet, answer.ratchet, sizeof r->ratchet);
    r->ratchet_n = 0;
    buf_clear(&job->out);
    buf_put_bytes(&job->out, answer.certificate);
    e = replica_rebind(txn, &old_org, &r->org, &old_person, &r->person);
    return e == ERR_OK ? replica_save(txn, r) : e;
}

/* A certificate is TLS's matter: the driver looks at it, and keeps it. */
static enum err replica_copyed(struct work *job)
{
    struct bytes certificate;
    enum err e = renewal_decode(&certificate, buf_bytes(&job->in));

    if (e == ERR_OK) {
        buf_clear(&job->out);
        buf_put_bytes(&job->out, certificate);
    }
    return e;
}

static enum err parcel_work(struct txn *txn, struct replica *r, struct work *job, struct moment *m)
{
    if (job->kind == WORK_PARCEL_OPEN)
        return replica_parcel_open(txn, r, job, m);
    if (job->kind == WORK_PARCEL_JUDGED)
        return replica_parcel_judge(txn, r, job);
    return job->kind == WORK_PARCEL_APPLY ? replica_parcel_apply(txn, r, job) : replica_parcel_settle(txn, r, job);
}

enum err replica_work(struct txn *txn, struct replica *r, struct work *job, struct moment *m)
{
    if (job->failed != NULL && *job->failed)
        return job->err = ERR_CUT;
    switch (job->kind) {
    case WORK_OPEN:
        job->err = replica_open(txn, r, job, m);
        break;
    case WORK_COUNT:
        job->err = replica_sizes(txn, job);
        break;
    case WORK_OUTBOX:
        job->err = replica_outbox(txn, r, job);
        break;
    case WORK_APPLY:
        job->err = replica_apply(txn, r, job);
        break;
    case WORK_SNAPSHOT:
        job->err = replica_snapshot(txn, r, job);
        break;
    case WORK_DROP:
        job->err = replica_drop(txn, job);
        break;
    case WORK_RECALL:
        job->err = replica_recall(txn, r, job, m);
        break;
    case WORK_SETTLE:
        job->err = replica_settle(txn, r, job, m);
        break;
    case WORK_ENROLLED:
        job->err = replica_enrolled(txn, r, job);
        break;
    case WORK_WANT:
        job->err = replica_want(txn, r, job);
        break;
    case WORK_COMPARE:
        job->err = replica_compare(txn, job);
        break;
    case WORK_REFOLD:
        job->err = replica_refold(txn, r);
        break;
    case WORK_GIVE:
        job->err = replica_give(txn, job);
        break;
    case WORK_TAKE:
        job->err = repair_take(txn, job, replica_bare_take, false);
        break;
    case WORK_KEYS:
        job->err = replica_keys(txn, r, job);
        break;
    case WORK_RENEWED:
        job->err = replica_copyed(job);
        break;
    case WORK_PARCEL_OPEN:
    case WORK_PARCEL_JUDGED:
    case WORK_PARCEL_APPLY:
    case WORK_PARCEL_SETTLE:
        job->err = parcel_work(txn, r, job, m);
        break;
    default:
        assert(false && "a job of the ward");
    }
    if (job->failed != NULL)
        *job->failed = job->err != ERR_OK;
    return job->err;
}
