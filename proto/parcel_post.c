/* parcel_post.c - see parcel_post.h. */
#include "parcel_post.h"

#include <stdlib.h>

#include "keys.h"
#include "message.h"

void parcel_report_deinit(struct parcel_report *report)
{
    buf_deinit(&report->needs);
}

/* --- both ------------------------------------------------------------------------------------------------------- */

/* Opens the file and takes its manifest; *m borrows from `kept`. */
static enum err open_manifest(struct parcel_in *in, const struct parcel_io *io, const uint8_t *key,
                              const uint8_t *secret, struct buf *kept, struct manifest *m)
{
    struct bytes message;
    uint8_t type;
    bool got = false;
    enum err e = parcel_in_begin(in, io, key, secret);

    if (e == ERR_OK)
        e = parcel_in_next(in, &type, &message, &got);
    if (e == ERR_OK && (!got || type != MESSAGE_MANIFEST))
        e = ERR_BAD_FRAME;
    if (e != ERR_OK)
        return e;
    buf_clear(kept);
    buf_put_bytes(kept, message);
    return manifest_decode(m, buf_bytes(kept));
}

/* The second reading: the same file, sealed with the same key, or it does not open. */
static enum err open_again(struct parcel_in *in, const struct parcel_io *io, const uint8_t *key, const uint8_t *secret)
{
    struct parcel_head first = in->head;
    struct buf kept = {0};
    struct manifest m;
    enum err e;

    parcel_in_deinit(in);
    e = open_manifest(in, io, key, secret, &kept, &m);
    if (e == ERR_OK && memcmp(&first, &in->head, sizeof first) != 0)
        e = ERR_FILE_DAMAGED;
    buf_deinit(&kept);
    return e;
}

static enum err run_manifest(const struct parcel_io *io, enum work_kind kind, struct bytes manifest, struct work **out)
{
    struct work *job = work_new(kind);

    buf_put_bytes(&job->in, manifest);
    *out = job;
    return io->run(io->arg, job);
}

/* --- the ward --------------------------------------------------------------------------------------------------- */

struct exchange {
    const struct parcel_io *io;
    const struct ward *ward;
    struct ward_key key; /* that the file is sealed to: the device may not know the newest yet */
    struct parcel_report *report;
    struct parcel_in in;
    struct parcel_out out;
    struct buf manifest;
    struct manifest m;
    struct buf reach;
    bool hand_in; /* the device was revoked: what it brings goes into quarantine */
};

/* For whichever of the ward's keys it is sealed to. */
static enum err exchange_open(struct exchange *x)
{
    enum err e = open_manifest(&x->in, x->io, x->ward->public_key, x->ward->secret_key, &x->manifest, &x->m);

    if (!ward_key_opens(x->ward, x->in.head.key_id, &x->key) || e != ERR_FILE_FOREIGN)
        return e;
    parcel_in_deinit(&x->in);
    return open_manifest(&x->in, x->io, x->key.public_key, x->key.secret_key, &x->manifest, &x->m);
}

/* A file for somebody else: whose? */
static enum err explain_foreign(struct exchange *x)
{
    struct work *job;
    enum err e = run_manifest(x->io, WORK_PARCEL_JUDGE, bytes_of(x->in.head.key_id, PARCEL_KEY_ID_SIZE), &job);

    work_free(job);
    return e;
}

/* The signature comes first: what a stranger wrote in a manifest is not worth an answer. */
static enum err exchange_judge(struct exchange *x)
{
    struct work *job;
    enum err judged = run_manifest(x->io, WORK_PARCEL_JUDGE, buf_bytes(&x->manifest), &job), e = judged;

    if (job->out2.n == SIGN_PUBLIC_SIZE)
        e = parcel_check(&x->in, MANIFEST_FROM_DEVICE, &(struct parcel_maker){.key = job->out2.p});
    buf_put_bytes(&x->reach, buf_bytes(&job->out));
    x->hand_in = job->hand_in;
    work_free(job);
    return e == ERR_OK ? judged : e;
}

static enum err append(struct exchange *x, const struct message_scope *scope, struct bytes message)
{
    struct work *job = work_new(WORK_APPEND);
    enum err e;

    job->device = x->m.device;
    job->incarnation = x->m.incarnation;
    job->scope = scope->scope;
    job->epoch = scope->epoch;
    job->size = scope->size;
    job->hand_in = x->hand_in;
    buf_put_bytes(&job->in, message);
    e = x->io->run(x->io->arg, job);
    if (e == ERR_BAD_CHAIN) { /* an earlier file of this device, or a session, did not come through to this ward */
        struct buf entry = {0};

        message_list_add_size(&entry, &(struct message_size){.scope = scope->scope, .epoch = scope->epoch,
                                                             .size = scope->size});
        buf_clear(&x->report->needs);
        message_list_encode(&(struct message_list){1, buf_bytes(&entry)}, &x->report->needs);
        buf_deinit(&entry);
        e = ERR_FILE_NEEDS;
    }
    x->report->changes += job->sent;
    x->report->fresh += job->received;
    work_free(job);
    return e;
}

static enum err exchange_append(struct exchange *x)
{
    struct message_scope scope = {0};
    struct bytes message;
    uint8_t type;
    bool got = true;
    enum err e = open_again(&x->in, x->io, x->key.public_key, x->key.secret_key);

    while (e == ERR_OK && got) {
        e = parcel_in_next(&x->in, &type, &message, &got);
        if (e == ERR_OK && got)
            e = type == MESSAGE_SCOPE ? message_scope_decode(&scope, message) : append(x, &scope, message);
    }
    return e;
}

static enum err answer_begin(struct exchange *x, const uint8_t *device_key, const uint8_t *chance, uint64_t now)
{
    struct manifest m = {.direction = MANIFEST_FROM_WARD, .ward = x->ward->id, .device = x->m.device,
                         .incarnation = x->m.incarnation, .time = now, .needs = x->m.needs};
    struct buf message = {0};
    enum err e = parcel_out_begin(&x->out, x->io, device_key, chance, x->io->level);

    memcpy(m.number, chance + KEY_SIZE, MANIFEST_NUMBER_SIZE);
    memcpy(m.answers, x->m.number, MANIFEST_NUMBER_SIZE);
    memcpy(x->report->number, m.number, MANIFEST_NUMBER_SIZE);
    memcpy(x->report->name, x->out.head.sent, KEY_SIZE);
    manifest_encode(&m, &message);
    if (e == ERR_OK)
        e = parcel_out_put(&x->out, MESSAGE_MANIFEST, buf_bytes(&message));
    buf_deinit(&message);
    return e;
}

static struct work *read_job(const struct exchange *x)
{
    struct work *job = work_new(WORK_PARCEL_READ);

    job->device = x->m.device;
    job->incarnation = x->m.incarnation;
    job->hand_in = x->hand_in;
    return job;
}

/* The device's key, as the ward knows it now: it may have been revoked while its file was read. */
static enum err answer_judge(struct exchange *x, uint8_t device_key[SIGN_PUBLIC_SIZE])
{
    struct work *job;
    enum err e = run_manifest(x->io, WORK_PARCEL_JUDGE, buf_bytes(&x->manifest), &job);

    if (e == ERR_OK)
        memcpy(device_key, job->out2.p, SIGN_PUBLIC_SIZE);
    x->hand_in = x->hand_in || job->hand_in;
    work_free(job);
    if (e != ERR_OK || !x->hand_in)
        return e;
    job = read_job(x); /* says what was handed in */
    e = x->io->run(x->io->arg, job);
    work_free(job);
    return e;
}

static enum err answer_leaves(struct exchange *x)
{
    struct work *job = read_job(x);
    enum err e = ERR_OK;

    buf_put_bytes(&job->in, buf_bytes(&x->reach));
    job->more = true;
    while (e == ERR_OK && job->more) {
        buf_clear(&job->out);
        e = x->io->run(x->io->arg, job);
        if (e == ERR_OK)
            e = parcel_out_list(&x->out, buf_bytes(&job->out));
    }
    work_free(job);
    return e;
}

enum err parcel_exchange(const struct parcel_io *io, const struct ward *w, const uint8_t chance[PARCEL_CHANCE],
                         uint64_t now, struct parcel_report *report)
{
    struct exchange x = {.io = io, .ward = w, .report = report};
    uint8_t device_key[SIGN_PUBLIC_SIZE];
    enum err e = exchange_open(&x);

    if (e == ERR_FILE_FOREIGN)
        e = explain_foreign(&x);
    else if (e == ERR_OK && x.m.direction != MANIFEST_FROM_DEVICE)
        e = ERR_FILE_WRONG_WAY;
    else if (e == ERR_OK)
        e = exchange_judge(&x);
    report->device = x.m.device;
    if (e == ERR_OK)
        e = exchange_append(&x);
    report->bytes_in = x.in.bytes;
    if (e == ERR_OK)
        e = answer_judge(&x, device_key);
    if (e == ERR_OK)
        e = answer_begin(&x, device_key, chance, now);
    if (e == ERR_OK)
        e = answer_leaves(&x);
    if (e == ERR_OK)
        e = parcel_out_end(&x.out, w->secret_key);
    report->bytes_out = x.out.bytes;
    crypto_wipe(&x.key, sizeof x.key);
    parcel_in_deinit(&x.in);
    parcel_out_deinit(&x.out);
    buf_deinit(&x.manifest);
    buf_deinit(&x.reach);
    return e;
}

/* --- a device --------------------------------------------------------------------------------------------------- */

static enum err put_outbox(const struct parcel_io *io, struct parcel_out *out, struct parcel_report *report)
{
    struct work *job = work_new(WORK_OUTBOX);
    enum err e = ERR_OK;

    job->more = true;
    while (e == ERR_OK && job->more) {
        buf_clear(&job->out);
        e = io->run(io->arg, job);
        if (e == ERR_OK)
            e = parcel_out_list(out, buf_bytes(&job->out));
    }
    report->changes = job->sent;
    work_free(job);
    return e;
}

enum err parcel_send(const struct parcel_io *io, const struct replica *r, const uint8_t seed[KEY_SIZE],
                     struct parcel_report *report)
{
    struct parcel_out out = {0};
    struct work *job = work_new(WORK_PARCEL_OPEN);
    struct manifest m;
    enum err e = io->run(io->arg, job);

    if (e == ERR_OK)
        e = manifest_decode(&m, buf_bytes(&job->out));
    if (e == ERR_OK)
        memcpy(report->number, m.number, MANIFEST_NUMBER_SIZE);
    if (e == ERR_OK)
        message_list_encode(&m.needs, &report->needs);
    if (e == ERR_OK)
        e = parcel_out_begin(&out, io, r->ward_key, seed, io->level);
    if (e == ERR_OK)
        e = parcel_out_put(&out, MESSAGE_MANIFEST, buf_bytes(&job->out));
    if (e == ERR_OK)
        e = put_outbox(io, &out, report);
    if (e == ERR_OK)
        e = parcel_out_end(&out, r->sign_secret);
    report->device = r->device;
    report->bytes_out = out.bytes;
    memcpy(report->name, out.head.sent, KEY_SIZE);
    parcel_out_deinit(&out);
    work_free(job);
    return e;
}

/* One batch of the answer being gathered. */
struct taking {
    const struct parcel_io *io;
    struct parcel_report *report;
    struct message_list needs;  /* what it was made over */
    struct message_scope scope; /* size: index of the first leaf of the batch; from: as it was made over */
    struct buf batch;
    bool newest; /* made after the last contact: what it says of rights is still so */
};

static void count(const struct taking *t, const struct work *job)
{
    t->report->sent += job->sent;
    t->report->received += job->received;
    t->report->refused += job->refused;
    t->report->held += job->held;
}

static enum err take_scope(struct taking *t, struct bytes message)
{
    struct message_list needs = t->needs;
    struct message_size need;
    enum err e = message_scope_decode(&t->scope, message);

    t->scope.from = 0;
    while (e == ERR_OK && message_size_next(&needs, &need))
        if (id_equal(&need.scope, &t->scope.scope))
            t->scope.from = need.from;
    return e;
}

static enum err take_batch(struct taking *t, struct bytes checkpoint)
{
    struct message_checkpoint m;
    struct work *job = work_new(WORK_PARCEL_APPLY);
    enum err e = message_checkpoint_decode(&m, checkpoint);

    work_message(&t->batch, MESSAGE_CHECKPOINT, checkpoint);
    job->scope = t->scope.scope;
    job->epoch = t->scope.epoch;
    job->size = t->scope.size;
    job->at = t->scope.from;
    buf_put_bytes(&job->in, buf_bytes(&t->batch));
    if (e == ERR_OK)
        e = t->io->run(t->io->arg, job);
    if (e == ERR_OK) {
        t->scope.size = m.size;
        count(t, job);
    }
    buf_clear(&t->batch);
    work_free(job);
    return e;
}

/* A scope that is no longer for this device; unless it was given back since. */
static enum err take_drop(const struct taking *t, struct bytes message)
{
    struct work *job = work_new(WORK_DROP);
    enum err e = ERR_OK;

    buf_put_bytes(&job->in, message);
    if (t->newest)
        e = t->io->run(t->io->arg, job);
    if (e == ERR_OK)
        count(t, job);
    work_free(job);
    return e;
}

static enum err take_keys(const struct taking *t, struct bytes message)
{
    struct work *job = work_new(WORK_KEYS);
    enum err e;

    buf_put_bytes(&job->in, message);
    e = t->io->run(t->io->arg, job);
    work_free(job);
    return e;
}

static enum err take_all(struct taking *t, struct parcel_in *in)
{
    struct bytes message;
    uint8_t type;
    bool got = true;
    enum err e = ERR_OK;

    while (e == ERR_OK && got) {
        e = parcel_in_next(in, &type, &message, &got);
        if (e != ERR_OK || !got)
            break;
        if (type == MESSAGE_SCOPE)
            e = take_scope(t, message);
        else if (type == MESSAGE_CHECKPOINT)
            e = take_batch(t, message);
        else if (type == MESSAGE_DROP)
            e = take_drop(t, message);
        else if (type == MESSAGE_KEYS)
            e = take_keys(t, message);
        else
            work_message(&t->batch, type, message);
    }
    return e;
}

/* *former: signed with a key that the ward has no more. It came late and says nothing new, or a thief made it: nothing
 * of it is taken, the next answer has it all. */
static enum err receive_judge(struct parcel_in *in, const struct replica *r, struct bytes manifest,
                              struct parcel_report *report, bool *former)
{
    struct parcel_maker maker = {.ward = &r->ward, .key = r->ward_key};
    struct work *job;
    struct keys *known = mem_alloc(sizeof *known);
    enum err judged = run_manifest(in->io, WORK_PARCEL_JUDGED, manifest, &job), e = ERR_OK;

    known->count = 0;
    if (judged == ERR_CUT || err_class(judged) == ERR_CLASS_MACHINE)
        e = judged; /* the store did not say which keys are known */
    else if (job->out2.n > 0)
        e = keys_decode(known, buf_bytes(&job->out2)) == ERR_OK ? ERR_OK : ERR_DAMAGED;
    maker.known = known;
    if (e == ERR_OK)
        e = parcel_check(in, MANIFEST_FROM_WARD, &maker);
    *former = maker.former;
    buf_put_bytes(&report->needs, buf_bytes(&job->out));
    free(known);
    work_free(job);
    return e == ERR_OK ? judged : e;
}

enum err parcel_receive(const struct parcel_io *io, const struct replica *r, struct parcel_report *report)
{
    uint8_t ward_id[PARCEL_KEY_ID_SIZE];
    struct taking t = {.io = io, .report = report};
    struct buf manifest = {0};
    struct parcel_in in;
    struct work *job = NULL;
    struct manifest m;
    bool former = false;
    enum err e = open_manifest(&in, io, r->sign_public, r->sign_secret, &manifest, &m);

    parcel_key_id(ward_id, r->ward_key);
    if (e == ERR_FILE_FOREIGN && memcmp(in.head.key_id, ward_id, sizeof ward_id) == 0)
        e = ERR_FILE_WRONG_WAY;
    if (e == ERR_OK && m.direction != MANIFEST_FROM_WARD)
        e = ERR_FILE_WRONG_WAY;
    if (e == ERR_OK)
        memcpy(report->number, m.number, MANIFEST_NUMBER_SIZE);
    if (e == ERR_OK)
        e = receive_judge(&in, r, buf_bytes(&manifest), report, &former);
    if (e == ERR_OK && !former)
        e = open_again(&in, io, r->sign_public, r->sign_secret);
    t.newest = m.time >= r->synced;
    t.needs = m.needs;
    if (e == ERR_OK && !former)
        e = take_all(&t, &in);
    if (e == ERR_OK && !former) {
        e = run_manifest(io, WORK_PARCEL_SETTLE, buf_bytes(&manifest), &job);
        work_free(job);
    }
    report->device = r->device;
    report->changes = report->sent + report->received;
    report->bytes_in = in.bytes;
    parcel_in_deinit(&in);
    buf_wipe_deinit(&t.batch);
    buf_deinit(&manifest);
    return e;
}
