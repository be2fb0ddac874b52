/* exchange_job.c - see exchange_job.h. */
#include "exchange_job.h"

#include "../proto/mp.h"

#define REQUEST_ELEMENTS 9
#define ANSWER_ELEMENTS 9
#define PIECE_MAX (4 * MESSAGE_MAX) /* of an answer: some batches of about one frame, the last of one message more */

void exchange_job_encode(const struct work *job, struct buf *out)
{
    mp_put_array(out, REQUEST_ELEMENTS);
    mp_put_uint(out, (uint64_t)job->kind);
    mp_put_bin(out, job->device.b, ID_SIZE);
    mp_put_uint(out, job->incarnation);
    mp_put_bin(out, job->scope.b, ID_SIZE);
    mp_put_uint(out, job->epoch);
    mp_put_uint(out, job->size);
    mp_put_uint(out, job->at);
    mp_put_uint(out, job->hand_in ? 1 : 0);
    mp_put_bin(out, job->in.p, job->in.n);
}

static enum err request_decode(struct work *job, struct bytes request)
{
    struct bytes in;
    struct mp r;

    mp_open(&r, request);
    mp_expect_array(&r, REQUEST_ELEMENTS);
    job->kind = (enum work_kind)mp_uint(&r, WORK_KINDS - 1);
    job->device = id_from(mp_bin_exact(&r, ID_SIZE));
    job->incarnation = (uint32_t)mp_uint(&r, UINT32_MAX);
    job->scope = id_from(mp_bin_exact(&r, ID_SIZE));
    job->epoch = (uint32_t)mp_uint(&r, UINT32_MAX);
    job->size = mp_uint(&r, UINT64_MAX);
    job->at = mp_uint(&r, UINT64_MAX);
    job->hand_in = mp_uint(&r, 1) == 1;
    in = mp_bin(&r, MESSAGE_MAX);
    buf_put_bytes(&job->in, in);
    if (job->kind != WORK_PARCEL_JUDGE && job->kind != WORK_PARCEL_READ && job->kind != WORK_APPEND)
        mp_fail(&r, ERR_BAD_FRAME);
    if (job->kind == WORK_PARCEL_READ && in.n % sizeof(struct reach) != 0)
        mp_fail(&r, ERR_BAD_FRAME);
    return mp_close(&r);
}

static void answer_encode(const struct work *job, struct buf *row)
{
    mp_put_array(row, ANSWER_ELEMENTS);
    mp_put_uint(row, (uint64_t)job->err);
    mp_put_uint(row, job->more ? 1 : 0);
    mp_put_uint(row, job->at);
    mp_put_uint(row, job->hand_in ? 1 : 0);
    mp_put_uint(row, job->sent);
    mp_put_uint(row, job->received);
    mp_put_bin(row, job->in.p, job->kind == WORK_PARCEL_READ ? job->in.n : 0);
    mp_put_bin(row, job->out.p, job->out.n);
    mp_put_bin(row, job->out2.p, job->out2.n);
}

enum err exchange_job_run(struct txn *txn, const struct ward *w, struct bytes request, uint64_t now_s, struct buf *row)
{
    struct work *job = work_new(WORK_NONE);
    enum err e = request_decode(job, request);

    if (e == ERR_OK)
        e = ward_work(txn, w, job, now_s);
    if (e == ERR_OK)
        answer_encode(job, row);
    work_free(job);
    return e;
}

static void take_bytes(struct buf *out, struct bytes piece)
{
    buf_clear(out);
    buf_put_bytes(out, piece);
}

enum err exchange_job_take(struct work *job, struct bytes row)
{
    struct bytes in, out, out2;
    struct mp r;
    enum err e;

    mp_open(&r, row);
    mp_expect_array(&r, ANSWER_ELEMENTS);
    job->err = (enum err)mp_uint(&r, ERR_COUNT - 1);
    job->more = mp_uint(&r, 1) == 1;
    job->at = mp_uint(&r, UINT64_MAX);
    job->hand_in = mp_uint(&r, 1) == 1;
    job->sent = mp_uint(&r, UINT64_MAX);
    job->received = mp_uint(&r, UINT64_MAX);
    in = mp_bin(&r, MESSAGE_MAX);
    out = mp_bin(&r, PIECE_MAX);
    out2 = mp_bin(&r, PIECE_MAX);
    if (job->kind == WORK_PARCEL_READ)
        take_bytes(&job->in, in);
    take_bytes(&job->out, out);
    take_bytes(&job->out2, out2);
    e = mp_close(&r);
    return e == ERR_OK ? job->err : e;
}
