/* ward_parcel.c - the ward's jobs for a file: judged as a session is, but for the ratchet, which files do not carry
 * (protocol.md 10.1). */
#include <stdlib.h>

#include "manifest.h"
#include "parcel.h"
#include "ward.h"
#include "ward_put_back.h"

/* Its maker does not know the ward's newest key yet: over the network he learns it. */
static enum err judge_old_key(struct txn *txn, struct bytes key_id)
{
    bool was = false;
    enum err e = ward_key_was(txn, key_id.p, &was);

    return e != ERR_OK ? e : was ? ERR_FILE_OLD_KEY : ERR_FILE_FOREIGN;
}

/* A file that is not for the ward: is it an answer that the ward gave one of its devices? */
static enum err judge_foreign(struct txn *txn, struct bytes key_id)
{
    struct ward_device *list = NULL;
    size_t count = 0;
    enum err e = ward_device_list(txn, &list, &count);

    if (e == ERR_OK)
        e = ERR_FILE_FOREIGN;
    for (size_t i = 0; e == ERR_FILE_FOREIGN && i < count; i++)
        if (memcmp(list[i].id.b, key_id.p, PARCEL_KEY_ID_SIZE) == 0)
            e = ERR_FILE_WRONG_WAY;
    free(list);
    return e == ERR_FILE_FOREIGN ? judge_old_key(txn, key_id) : e;
}

/* What the device held when it made the file, as `sizes` of a session would say it. */
static enum err judge_sizes(struct txn *txn, const struct ward *w, struct work *job, const struct manifest *m)
{
    struct work *sizes = work_new(WORK_SIZES);
    enum err e;

    sizes->device = m->device;
    sizes->incarnation = m->incarnation;
    message_list_encode(&m->needs, &sizes->in);
    e = ward_sizes(txn, w, sizes, 0); /* writes nothing: no ratchet was shown */
    if (e == ERR_OK && sizes->recall)
        e = ERR_ROLLED_BACK; /* what was lost comes back over a session */
    buf_put_bytes(&job->out, buf_bytes(&sizes->out));
    work_free(sizes);
    return e;
}

enum err ward_parcel_judge(struct txn *txn, const struct ward *w, struct work *job)
{
    struct manifest m;
    struct ward_device d;
    enum err e;

    buf_clear(&job->out);
    buf_clear(&job->out2);
    if (job->in.n == PARCEL_KEY_ID_SIZE)
        return judge_foreign(txn, buf_bytes(&job->in));
    e = manifest_decode(&m, buf_bytes(&job->in));
    if (e != ERR_OK)
        return e;
    if (!id_equal(&m.ward, &w->id))
        return ERR_FILE_FOREIGN;
    e = ward_device_load(txn, &m.device, &d);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_AUTH : e;
    buf_put(&job->out2, d.sign_public, SIGN_PUBLIC_SIZE);
    job->hand_in = d.state == DEVICE_REVOKED;
    if (job->hand_in)
        return ERR_OK; /* into quarantine, and there will be no answer */
    if (d.incarnation != m.incarnation)
        return ERR_COPY;
    return judge_sizes(txn, w, job, &m);
}

/* The ratchet stays where it is; only the day of the contact is kept. */
enum err ward_parcel_close(struct txn *txn, const struct id *device, uint64_t now)
{
    struct ward_device d;
    enum err e = ward_device_load(txn, device, &d);

    if (e == ERR_OK)
        e = ward_put_back_seen(txn, &d.org);
    if (e != ERR_OK || now <= d.contact)
        return e;
    d.contact = now;
    return ward_device_save(txn, &d);
}
