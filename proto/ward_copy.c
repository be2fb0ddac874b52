/* ward_copy.c - incarnations of a device: which store is the one that went on, which is a copy, and when two of them
 * live (protocol.md 8.3, 8.7). */
#include "digest.h"
#include "ratchet.h"
#include "renew.h"
#include "renewal.h"
#include "ward.h"
#include "ward_recall.h"

/* One incarnation of one device. The newest ratchet of the open one stands in the device's row. */
struct incarnation {
    uint64_t newest;   /* the newest ratchet shown, when it was closed */
    bool has_attempt;
    uint32_t attempt;  /* of the store that showed the newest ratchet */
    bool by_newest;    /* the store that closed it had shown the newest ratchet itself */
    uint64_t closed;   /* when; 0: it is open */
    uint32_t from;     /* the incarnation it came from */
};

static struct bytes row_key(uint8_t *room, const struct id *device, uint32_t incarnation)
{
    memcpy(room, device->b, ID_SIZE);
    store_u32(room + ID_SIZE, incarnation);
    return bytes_of(room, ID_SIZE + 4);
}

static enum err row_load(struct txn *txn, const struct id *device, uint32_t incarnation, struct incarnation *i)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    struct mp r;
    enum err e = store_get(txn, TABLE_incarnation, row_key(room, device, incarnation), &row);

    memset(i, 0, sizeof *i);
    if (e == ERR_OK) {
        mp_open(&r, buf_bytes(&row));
        mp_expect_array(&r, 6);
        i->newest = mp_uint(&r, UINT64_MAX);
        i->has_attempt = mp_uint(&r, 1) == 1;
        i->attempt = (uint32_t)mp_uint(&r, UINT32_MAX);
        i->by_newest = mp_uint(&r, 1) == 1;
        i->closed = mp_uint(&r, UINT64_MAX);
        i->from = (uint32_t)mp_uint(&r, UINT32_MAX);
        e = mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
    }
    buf_deinit(&row);
    return e;
}

static enum err row_save(struct txn *txn, const struct id *device, uint32_t incarnation, const struct incarnation *i)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    enum err e;

    mp_put_array(&row, 6);
    mp_put_uint(&row, i->newest);
    mp_put_uint(&row, i->has_attempt ? 1 : 0);
    mp_put_uint(&row, i->attempt);
    mp_put_uint(&row, i->by_newest ? 1 : 0);
    mp_put_uint(&row, i->closed);
    mp_put_uint(&row, i->from);
    e = store_put(txn, TABLE_incarnation, row_key(room, device, incarnation), buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

/* --- a hello that does not say it is a copy ------------------------------------------------------------------ */

enum err ward_copy_judge(struct txn *txn, const struct ward *w, const struct ward_device *d,
                         const struct message_hello *hello, const struct id *device, bool *newer, bool *lost)
{
    struct incarnation i;
    enum err e = row_load(txn, device, hello->incarnation, &i);

    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return e;
    if (!ratchet_is_shown(hello->ratchet, RENEW_PROOF_SIZE, w->ratchet_key, device, hello->incarnation, hello->n))
        return d == NULL ? ERR_AUTH : ERR_COPY;
    if (i.closed != 0)
        return ERR_COPY;
    /* One that we gave, and know nothing of: it is we who forgot. */
    *lost = d == NULL || hello->incarnation != d->incarnation || hello->n > d->ratchet + 1;
    if (*lost)
        return ERR_OK;
#ifdef BUG_11 /* planted (tests/bugs_test.sh): a ratchet is accepted twice */
    if (hello->n <= d->ratchet)
        return ERR_OK;
#endif
    if (hello->n < d->ratchet)
        return ERR_COPY;
    *newer = hello->n == d->ratchet + 1;
    /* The same number again: the answer was lost, unless it is another store that speaks with it for the first time. */
    if (!*newer && i.has_attempt && i.newest == hello->n && i.attempt != renew_attempt(hello->ratchet))
        return ERR_COPY;
    return ERR_OK;
}

enum err ward_copy_adopt(struct txn *txn, struct ward_device *d, uint32_t incarnation)
{
    struct incarnation i;
    enum err e = row_load(txn, &d->id, incarnation, &i);

    if (e == ERR_OK && i.closed != 0)
        return ERR_COPY;
    if (e == ERR_OK || e == ERR_NOT_FOUND)
        e = d->incarnation == WARD_INCARNATION_UNKNOWN ? ERR_NOT_FOUND : row_load(txn, &d->id, d->incarnation, &i);
    if (e == ERR_OK) {
        i.newest = d->ratchet;
        i.closed = d->contact + 1;
        e = row_save(txn, &d->id, d->incarnation, &i);
    }
    d->incarnation = incarnation;
    d->ratchet = 0;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err ward_copy_note(struct txn *txn, const struct id *device, const struct message_hello *hello, bool newer)
{
    struct incarnation i;
    enum err e = row_load(txn, device, hello->incarnation, &i);

    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return e;
    if (e == ERR_OK && i.has_attempt && !newer)
        return ERR_OK;
    i.newest = hello->n;
    i.has_attempt = true;
    i.attempt = renew_attempt(hello->ratchet);
    return row_save(txn, device, hello->incarnation, &i);
}

/* --- renewal --------------------------------------------------------------------------------------------------- */

struct renewing {
    struct txn *txn;
    struct ward_device d;
    struct message_hello hello;
    struct renew renew;
    struct incarnation shown; /* the one the copy comes from */
    uint64_t now;
};

static enum err decode(struct renewing *r, struct bytes list)
{
    struct bytes message = {0};
    uint8_t type;

    if (!work_message_next(&list, &type, &message) || message_hello_decode(&r->hello, message) != ERR_OK)
        return ERR_BAD_FRAME;
    if (!work_message_next(&list, &type, &message) || renew_decode(&r->renew, message) != ERR_OK)
        return ERR_BAD_FRAME;
    return r->renew.incarnation == r->hello.incarnation ? ERR_BAD_FRAME : ERR_OK;
}

/* Did we give this ratchet? One that we do not remember is believed: what we lost comes back in the next session. */
static enum err shown_check(struct renewing *r, const struct ward *w)
{
    const struct message_hello *h = &r->hello;
    enum err e = row_load(r->txn, &r->d.id, h->incarnation, &r->shown);

    if (!ratchet_is_shown(h->ratchet, RENEW_PROOF_SIZE, w->ratchet_key, &r->d.id, h->incarnation, h->n))
        return ERR_AUTH;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* The store that showed the newest ratchet of an incarnation which was closed by another store, or got the next one, is
 * about again: two live. An older one, or a backup put back once more, is no sign of that. */
static bool two_live(const struct renewing *r)
{
    const struct incarnation *i = &r->shown;

    if (i->closed == 0)
        return false;
    if (r->hello.n == i->newest + 1)
        return true;
    return r->hello.n == i->newest && i->has_attempt && i->attempt == renew_attempt(r->hello.ratchet) && !i->by_newest;
}

static enum err open_close(struct renewing *r)
{
    struct incarnation open;
    bool same = r->hello.incarnation == r->d.incarnation;
    uint32_t attempt = renew_attempt(r->hello.ratchet);
    enum err e = row_load(r->txn, &r->d.id, r->d.incarnation, &open);

    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return e;
    open.by_newest = same && (r->hello.n > r->d.ratchet ||
                              (r->hello.n == r->d.ratchet && (!open.has_attempt || open.attempt == attempt)));
    open.newest = same && r->hello.n > r->d.ratchet ? r->hello.n : r->d.ratchet;
    open.closed = r->now;
    return row_save(r->txn, &r->d.id, r->d.incarnation, &open);
}

/* An incarnation that we gave and forgot is not to be believed again. */
static enum err forgotten_close(struct renewing *r)
{
    struct incarnation gone = {.newest = r->hello.n, .has_attempt = true, .by_newest = true, .closed = r->now};

    if (r->shown.closed != 0 || r->hello.incarnation == r->d.incarnation)
        return ERR_OK;
    gone.attempt = renew_attempt(r->hello.ratchet);
    return row_save(r->txn, &r->d.id, r->hello.incarnation, &gone);
}

static enum err change_over(struct renewing *r)
{
    struct incarnation fresh = {.from = r->hello.incarnation}, known;
    enum err e = row_load(r->txn, &r->d.id, r->renew.incarnation, &known);

    /* Said again because the answer was lost: as if it were said for the first time. */
    if (r->renew.incarnation == r->d.incarnation && e == ERR_OK && known.from == r->hello.incarnation &&
        !known.has_attempt && r->d.ratchet == 0)
        return ERR_OK;
    if (e == ERR_OK || (e == ERR_NOT_FOUND && r->renew.incarnation == r->d.incarnation))
        return ERR_COPY; /* in use: the copy was copied */
    if (e == ERR_NOT_FOUND)
        e = open_close(r);
    if (e == ERR_OK)
        e = forgotten_close(r);
    if (e == ERR_OK)
        e = row_save(r->txn, &r->d.id, r->renew.incarnation, &fresh);
    if (e != ERR_OK)
        return e;
    if (two_live(r) && r->d.state == DEVICE_ACTIVE)
        r->d.state = DEVICE_COPIED;
    r->d.incarnation = r->renew.incarnation;
    r->d.ratchet = 0;
    return ward_device_save(r->txn, &r->d);
}

/* A copy of a device from which nothing is taken any more gets no new incarnation, and reads nothing: it hands in what
 * it wrote as it was sealed (protocol.md 8.5). */
static bool hands_in(const struct renewing *r, const struct work *job, enum err loaded)
{
    if (loaded == ERR_NOT_FOUND)
        return ward_is_barred(r->txn, &job->device);
    return r->d.state == DEVICE_REVOKED || renewal_due(job->expired, job->certificate_end, r->now) == RENEWAL_TOO_LATE;
}

enum err ward_copy(struct txn *txn, const struct ward *w, struct work *job, uint64_t now)
{
    struct renewing r = {.txn = txn, .now = now};
    enum err e = decode(&r, buf_bytes(&job->in));

    if (e == ERR_OK)
        e = ward_device_load(txn, &job->device, &r.d);
    if ((e == ERR_OK || e == ERR_NOT_FOUND) && hands_in(&r, job, e)) {
        job->hand_in = job->ask = true;
        job->store = r.renew.incarnation;
        return ward_stage_clear(txn, &job->device);
    }
    if (e == ERR_NOT_FOUND)
        return ratchet_is_shown(r.hello.ratchet, RENEW_PROOF_SIZE, w->ratchet_key, &job->device, r.hello.incarnation,
                                r.hello.n)
                   ? ERR_ROLLED_BACK /* let in after the backup, and nobody has shown it yet */
                   : ERR_AUTH;
    if (e == ERR_OK)
        e = shown_check(&r, w);
    if (e == ERR_OK)
        e = ward_sizes_reach(txn, job, r.renew.sizes);
    if (e == ERR_OK && r.d.incarnation == WARD_INCARNATION_UNKNOWN) /* as after sizes: others have shown it */
        e = ward_follow_roles(txn, w, &r.d.person, now);
    if (e == ERR_OK)
        e = change_over(&r);
    job->incarnation = r.renew.incarnation;
    job->shown = 0;
    return e;
}

enum err ward_trust(struct txn *txn, const struct id *device)
{
    struct ward_device d;
    enum err e = ward_device_load(txn, device, &d);

    if (e != ERR_OK || d.state != DEVICE_COPIED)
        return e;
    d.state = DEVICE_ACTIVE;
    return ward_device_save(txn, &d);
}
