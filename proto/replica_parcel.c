/* replica_parcel.c - a device's jobs for files: what goes into one, and what comes out of the ward's answer, whenever
 * and however often that is read (protocol.md 10.1). */
#include "checkpoint.h"
#include "manifest.h"
#include "message.h"
#include "replica_keys.h"

/* Sealed before the first byte is written, as for a session. The ratchet is not touched, nor is the flight counted as
 * cut: what the ward took from the file it passes over when it comes again. */
enum err replica_parcel_open(struct txn *txn, struct replica *r, struct work *job, struct moment *m)
{
    struct manifest manifest = {.direction = MANIFEST_FROM_DEVICE, .ward = r->ward, .device = r->device,
                                .incarnation = r->incarnation, .time = m->now};
    struct work *sizes = work_new(WORK_COUNT);
    enum err e = ERR_NOT_JOINED;

    if (r->enrolled)
        e = replica_seal(txn, r, m);
    if (e == ERR_OK)
        e = replica_sizes(txn, sizes);
    if (e == ERR_OK)
        e = message_sizes_decode(&manifest.needs, buf_bytes(&sizes->out));
    if (e == ERR_OK) {
        replica_draw(m, manifest.number, sizeof manifest.number);
        manifest_encode(&manifest, &job->out);
    }
    work_free(sizes);
    return e;
}

/* --- the ward's answer ------------------------------------------------------------------------------------------- */

/* Is what the file goes on from here, and the same? What is missing is added to the list. */
static enum err check_need(struct txn *txn, const struct message_size *need, struct buf *missing, size_t *count)
{
    struct scope s;
    struct hash root;
    enum err e = scope_load(txn, &need->scope, &s);

    if (e == ERR_NOT_FOUND || (e == ERR_OK && s.epoch <= need->epoch && s.frontier.size < need->size)) {
        message_list_add_size(missing, need);
        ++*count;
        return ERR_OK;
    }
    if (e != ERR_OK || s.epoch != need->epoch || need->size < s.from) /* below a snapshot there is no root to compare */
        return e;
    e = scope_root_at(txn, &s, need->size, &root);
    if (e == ERR_OK && !crypto_equal(root.b, need->root.b, HASH_SIZE))
        e = ERR_ROLLED_BACK;
    return e;
}

enum err replica_parcel_judge(struct txn *txn, const struct replica *r, struct work *job)
{
    struct buf missing = {0};
    struct message_size need;
    struct manifest m;
    size_t count = 0;
    enum err known = replica_keys_list(txn, &job->out2), e = manifest_decode(&m, buf_bytes(&job->in));

    if (known != ERR_OK)
        return known;
    if (e == ERR_OK && (!id_equal(&m.ward, &r->ward) || !id_equal(&m.device, &r->device)))
        e = ERR_FILE_FOREIGN;
    if (e == ERR_OK && m.incarnation != r->incarnation)
        e = ERR_COPY;
    while (e == ERR_OK && message_size_next(&m.needs, &need))
        e = check_need(txn, &need, &missing, &count);
    if (e == ERR_OK && count > 0) {
        message_list_encode(&(struct message_list){count, buf_bytes(&missing)}, &job->out);
        e = ERR_FILE_NEEDS;
    }
    buf_deinit(&missing);
    return e;
}

static bool is_leaf(uint8_t type)
{
    return type == MESSAGE_LEAF || type == MESSAGE_OWN || type == MESSAGE_CONTROL;
}

/* The batch's last message. Whoever made the job saw to it that there is one. */
static enum err last_checkpoint(struct bytes list, struct message_checkpoint *out)
{
    struct bytes message = {0};
    uint8_t type = 0;

    while (work_message_next(&list, &type, &message))
        continue;
    return type == MESSAGE_CHECKPOINT ? message_checkpoint_decode(out, message) : ERR_BAD_FRAME;
}

/* All of it is here. That it is the same is what the ward signed: our own root at that size, if it is not below a
 * snapshot that came meanwhile. */
static enum err check_held(struct txn *txn, const struct replica *r, const struct scope *s,
                           const struct message_checkpoint *m)
{
    struct checkpoint c = {.ward = r->ward, .scope = s->id, .epoch = s->epoch, .size = m->size, .time = m->time};
    enum err e;

    if (m->size < s->from)
        return ERR_OK;
    e = scope_root_at(txn, s, m->size, &c.root);
    return e == ERR_OK ? replica_keys_checkpoint(txn, r, s, &c, m->signature) : e;
}

/* Without what comes before the first leaf that is not here; the checkpoint proves the rest and what is here. The job
 * itself stays as it is: a driver may have to run it again. */
static enum err apply_rest(struct txn *txn, struct replica *r, struct work *job, uint64_t leaves)
{
    struct work *rest = work_new(WORK_APPLY);
    struct bytes list = buf_bytes(&job->in), message;
    uint8_t type;
    enum err e;

    rest->scope = job->scope;
    rest->epoch = job->epoch;
    rest->size = job->size + leaves;
    while (leaves > 0 && work_message_next(&list, &type, &message))
        leaves -= is_leaf(type);
    buf_put_bytes(&rest->in, list);
    e = replica_apply(txn, r, rest);
    job->sent = rest->sent;
    job->received = rest->received;
    job->refused = rest->refused;
    job->held = rest->held;
    work_free(rest);
    return e;
}

/* A short leaf of ours is taken from the outbox by its number alone, and a file has no ratchet by which the ward would
 * have known two stores apart (protocol.md 10.1). If the leaves of a file that the ward has signed do not make its root
 * then, another store has sent its own work under that number. */
static enum err of_copy(const struct work *job, enum err e)
{
    return e == ERR_BAD_PROOF && job->sent > 0 ? ERR_COPY : e;
}

enum err replica_parcel_apply(struct txn *txn, struct replica *r, struct work *job)
{
    struct message_checkpoint m;
    struct scope s;
    enum err e = scope_load(txn, &job->scope, &s);

    if (e == ERR_NOT_FOUND)
        return job->size == 0 ? of_copy(job, replica_apply(txn, r, job)) : ERR_FILE_NEEDS;
    if (e == ERR_OK)
        e = last_checkpoint(buf_bytes(&job->in), &m);
    if (e != ERR_OK || job->epoch < s.epoch) /* of an epoch that is over: what held of it came again in this one */
        return e;
    if (s.from > job->at) /* made before the snapshot came: it says less than is needed here; the next answer has it */
        return m.size <= s.frontier.size && job->epoch == s.epoch ? check_held(txn, r, &s, &m) : ERR_OK;
    if (job->epoch > s.epoch)
        return of_copy(job, replica_apply(txn, r, job));
    if (job->size > s.frontier.size)
        return ERR_FILE_NEEDS;
    if (m.size <= s.frontier.size)
        return check_held(txn, r, &s, &m);
    return of_copy(job, apply_rest(txn, r, job, s.frontier.size - job->size));
}

enum err replica_parcel_settle(struct txn *txn, struct replica *r, struct work *job)
{
    struct manifest m;
    enum err e = manifest_decode(&m, buf_bytes(&job->in));

    if (e != ERR_OK || m.time <= r->synced)
        return e;
    r->synced = m.time;
    return replica_save(txn, r);
}
