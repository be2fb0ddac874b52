/* ward.c - the door to the ward's jobs; rows of devices. */
#include "ward.h"

#include <stdlib.h>

#include "actor.h"
#include "mp.h"
#include "ward_quarantine.h"
#include "repair.h"
#include "ward_recall.h"
#include "ward_repair.h"

/* The flight and the answer in the same transaction as the judgement: a short session costs one commit. Quarantine is
 * asked changeset by changeset. */
static enum err judge_and_answer(struct txn *txn, const struct ward *w, struct work *job, uint64_t now)
{
    struct buf hello, reach;
    enum err e = ward_judge(txn, w, job, now);

    if (e == ERR_OK && job->renew_first)
        return ward_renew(w, job, now, &job->out2);
    if (e != ERR_OK || job->ask || !job->answer)
        return e;
    if (job->hand_in && job->flight.n > 0) {
        job->answer = false;
        return ERR_OK;
    }
    if (job->hand_in)
        return ward_quarantine_answer(txn, job); /* it brings nothing */
    e = ward_flight(txn, w, job, now);
    if (e != ERR_OK)
        return e;
    hello = job->in;
    reach = job->out;
    job->in = reach;
    memset(&job->out, 0, sizeof job->out);
    e = ward_read(txn, w, job, now);
    job->out2 = job->out;
    job->out = job->in;
    job->in = hello;
    return e;
}

enum err ward_work(struct txn *txn, const struct ward *w, struct work *job, uint64_t now)
{
    enum err_class class;

    if (job->failed != NULL && *job->failed) {
        job->err = ERR_CUT;
        return ERR_OK;
    }
    switch (job->kind) {
    case WORK_JUDGE:
        job->err = judge_and_answer(txn, w, job, now);
        break;
    case WORK_SIZES:
        job->err = ward_sizes(txn, w, job, now);
        break;
    case WORK_RENEW:
        job->err = ward_copy(txn, w, job, now);
        break;
    case WORK_RESUME:
        job->err = ward_resume(txn, job);
        break;
    case WORK_APPEND:
        job->err = ward_append(txn, w, job, now);
        break;
    case WORK_READ:
        job->err = ward_read(txn, w, job, now);
        break;
    case WORK_PARCEL_JUDGE:
        job->err = ward_parcel_judge(txn, w, job);
        break;
    case WORK_PARCEL_READ:
        job->err = ward_read(txn, w, job, now);
        break;
    case WORK_STAGE:
        job->err = ward_stage(txn, job);
        break;
    case WORK_REFILL:
        job->err = ward_refill(txn, w, job, now);
        break;
    case WORK_GIVE:
        job->err = repair_give(txn, job, ward_repair_may, false);
        break;
    case WORK_TAKE:
        job->err = ward_take(txn, job);
        break;
    case WORK_ENROL:
        job->err = ward_enrol(txn, w, job, now);
        break;
    default:
        assert(false && "a job of the device");
    }
    if (job->failed != NULL)
        *job->failed = job->err != ERR_OK;
    if (job->err == ERR_NOT_FOUND)
        job->err = ERR_DAMAGED; /* a row that must be there is not */
    class = err_class(job->err);
    /* A peer's bad proof is its own error; damage and a full disk are ours. */
    return class == ERR_CLASS_MACHINE || job->err == ERR_DAMAGED ? job->err : ERR_OK;
}

/* --- device rows ----------------------------------------------------------------------------------------- */

enum err ward_device_save(struct txn *txn, const struct ward_device *d)
{
    struct buf row = {0};
    enum err e;

    mp_put_array(&row, 10);
    mp_put_bin(&row, d->person.b, ID_SIZE);
    mp_put_bin(&row, d->org.b, ID_SIZE);
    mp_put_bin(&row, d->sign_public, SIGN_PUBLIC_SIZE);
    mp_put_bin(&row, d->tls_public, SIGN_PUBLIC_SIZE);
    mp_put_uint(&row, d->incarnation);
    mp_put_uint(&row, d->ratchet);
    mp_put_uint(&row, (uint64_t)d->state);
    mp_put_uint(&row, d->enrolled);
    mp_put_uint(&row, d->contact);
    mp_put_bin(&row, d->invite, sizeof d->invite);
    e = store_put(txn, TABLE_device, bytes_of(d->id.b, ID_SIZE), buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

static enum err device_decode(struct ward_device *d, struct bytes row)
{
    struct mp r;

    mp_open(&r, row);
    mp_expect_array(&r, 10);
    d->person = id_from(mp_bin_exact(&r, ID_SIZE));
    d->org = id_from(mp_bin_exact(&r, ID_SIZE));
    memcpy(d->sign_public, mp_bin_exact(&r, SIGN_PUBLIC_SIZE), SIGN_PUBLIC_SIZE);
    memcpy(d->tls_public, mp_bin_exact(&r, SIGN_PUBLIC_SIZE), SIGN_PUBLIC_SIZE);
    d->incarnation = (uint32_t)mp_uint(&r, UINT32_MAX);
    d->ratchet = mp_uint(&r, UINT64_MAX);
    d->state = (enum device_state)mp_uint(&r, DEVICE_STATES - 1);
    d->enrolled = mp_uint(&r, UINT64_MAX);
    d->contact = mp_uint(&r, UINT64_MAX);
    memcpy(d->invite, mp_bin_exact(&r, sizeof d->invite), sizeof d->invite);
    return mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
}

enum err ward_device_load(struct txn *txn, const struct id *device, struct ward_device *d)
{
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_device, bytes_of(device->b, ID_SIZE), &row);

    memset(d, 0, sizeof *d);
    d->id = *device;
    if (e == ERR_OK)
        e = device_decode(d, buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

struct gather {
    struct buf rows;
    enum err err;
};

static bool gather_visit(void *arg, struct bytes key, struct bytes value)
{
    struct gather *g = arg;
    struct ward_device d = {0};

    g->err = key.n == ID_SIZE ? ERR_OK : ERR_DAMAGED;
    if (g->err == ERR_OK) {
        d.id = id_from(key.p);
        g->err = device_decode(&d, value);
    }
    buf_put(&g->rows, &d, sizeof d);
    return g->err == ERR_OK;
}

static int enrolment_order(const void *a, const void *b)
{
    const struct ward_device *x = a, *y = b;

    if (x->enrolled != y->enrolled)
        return x->enrolled < y->enrolled ? -1 : 1;
    return id_compare(&x->id, &y->id);
}

enum err ward_device_list(struct txn *txn, struct ward_device **list, size_t *count)
{
    struct gather g = {0};
    enum err e = store_scan(txn, TABLE_device, bytes_of(NULL, 0), gather_visit, &g);

    *list = NULL;
    *count = 0;
    if (e == ERR_OK)
        e = g.err;
    if (e == ERR_OK && g.rows.n > 0) {
        *count = g.rows.n / sizeof **list;
        *list = mem_alloc(*count * sizeof **list);
        memcpy(*list, g.rows.p, *count * sizeof **list);
        qsort(*list, *count, sizeof **list, enrolment_order);
    }
    buf_deinit(&g.rows);
    return e;
}

/* --- revocation ------------------------------------------------------------------------------------------ */

struct revoking {
    struct txn *txn;
    const struct ward *ward;
    const struct id *device;
    uint64_t now;
    bool numbered; /* the policy has the number of this revocation */
    bool again;    /* it was revoked before: only logs that know the device and do not say so yet */
};

static enum err revoke_scope(void *arg, const struct id *id, const struct ward_cursor *cursor)
{
    struct revoking *r = arg;
    struct control c = {.kind = CONTROL_REVOKE};
    struct actor_device d;
    struct scope s;
    uint64_t policy;
    enum err e = scope_load(r->txn, id, &s);

    (void)cursor;
    if (e == ERR_OK && r->again) {
        e = actor_device(r->txn, &s, r->device, &d);
        if (e == ERR_NOT_FOUND || (e == ERR_OK && d.revoked))
            return ERR_OK;
    }
    if (e == ERR_OK && !r->numbered)
        e = ward_policy_next(r->txn, &policy);
    r->numbered = true;
    c.is.revoke.device = *r->device;
    c.is.revoke.reason = err_wire(ERR_REVOKED);
    return e == ERR_OK ? ward_control(r->txn, r->ward, &s, &c, r->now) : e;
}

enum err ward_revoke(struct txn *txn, const struct ward *w, const struct id *device, uint64_t now)
{
    struct revoking r = {.txn = txn, .ward = w, .device = device, .now = now};
    struct ward_device d;
    enum err e = ward_device_load(txn, device, &d);

    r.again = e == ERR_OK && d.state == DEVICE_REVOKED;
    if (e == ERR_OK && !r.again) {
        d.state = DEVICE_REVOKED;
        e = ward_device_save(txn, &d);
    }
    return e == ERR_OK ? ward_cursor_each(txn, device, revoke_scope, &r) : e;
}
