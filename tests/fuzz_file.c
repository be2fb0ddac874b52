/* fuzz_file.c - any file, at the ward and on a device. The input is a program: it edits the bytes of a genuine file, or
 * has one sealed and signed with the right keys whose messages are genuine, damaged, or anything.
 *
 * Whatever it holds: edited bytes are refused and change nothing; what a ward signed leaves a book that verifies; the
 * ward takes in nothing that its device did not sign. Replayed by t_fuzz_file.c. */
#include <stdlib.h>

#include "../proto/message.h"
#include "sim_parcel.h"
#include "sim_story.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define FUZZ_FILE_OPS 64

static struct fuzz_file_world {
    bool built;
    struct sim_story story;
    struct buf file[2];     /* the device's, the ward's */
    struct buf messages[2]; /* what is in them, as work_message */
    uint64_t taken[2];      /* files that were taken in, for t_fuzz_file */
} fuzz_file_world;

static void fuzz_file_must(bool holds)
{
    if (!holds)
        abort();
}

static void fuzz_file_messages(struct fuzz_file_world *w, bool down)
{
    struct replica r = sim_node_replica(&w->story.device[0]);
    struct sim_parcel p = {.device = &w->story.device[0], .file = buf_bytes(&w->file[down])};
    struct parcel_io io = sim_parcel_io(&p);
    const struct ward_key *before = &w->story.ward.ward.old[0];
    struct bytes message;
    struct parcel_in in;
    uint8_t type;
    bool got = true;
    enum err e = down ? parcel_in_begin(&in, &io, r.sign_public, r.sign_secret)
                      : parcel_in_begin(&in, &io, before->public_key, before->secret_key);

    while (e == ERR_OK && got) {
        e = parcel_in_next(&in, &type, &message, &got);
        if (got)
            work_message(&w->messages[down], type, message);
    }
    fuzz_file_must(e == ERR_OK);
    parcel_in_deinit(&in);
}

/* Both devices wrote; the second one synced: the answer has an own leaf and somebody else's. And the ward's keys: it has a
 * new one, which the device has not heard of. */
static void fuzz_file_build(struct fuzz_file_world *w)
{
    struct sim_parcel up = {.out = &w->file[0], .limits = sim_parcel_fine};
    struct sim_parcel down = {.out = &w->file[1], .limits = sim_parcel_fine};
    struct memstore *before;

    sim_story_init(&w->story, 2);
    fuzz_file_must(sim_story_meeting(&w->story, 1, 1) == ERR_OK);
    fuzz_file_must(sim_link_sync(&w->story.ward, &w->story.device[1], NULL) == ERR_OK);
    fuzz_file_must(sim_story_meeting(&w->story, 0, 2) == ERR_OK);
    up.device = &w->story.device[0];
    fuzz_file_must(sim_parcel_send(&up) == ERR_OK);
    sim_node_rotate(&w->story.ward);
    before = memstore_copy(w->story.ward.store);
    down.ward = &w->story.ward;
    down.file = buf_bytes(&w->file[0]);
    fuzz_file_must(sim_parcel_exchange(&down) == ERR_OK);
    memstore_free(w->story.ward.store);
    w->story.ward.store = before;
    for (int i = 0; i < 2; i++)
        fuzz_file_messages(w, i == 1);
    parcel_report_deinit(&up.report);
    parcel_report_deinit(&down.report);
    w->built = true;
}

/* --- programs ---------------------------------------------------------------------------------------------------- */

static uint8_t fuzz_file_byte(struct bytes *in)
{
    uint8_t b = in->n > 0 ? in->p[0] : 0;

    *in = bytes_cut(*in, in->n > 0 ? 1 : 0);
    return b;
}

/* Positions and what is put there. */
static void fuzz_file_edit(struct bytes in, struct buf *file)
{
    while (in.n >= 3) {
        size_t at = (size_t)fuzz_file_byte(&in) << 8;

        at |= fuzz_file_byte(&in);
        if (at % 8 == 7)
            file->n = at < file->n ? at : file->n;
        else if (file->n > 0)
            file->p[at % file->n] ^= in.p[0];
        in = bytes_cut(in, 1);
    }
}

static bool fuzz_file_pick(const struct fuzz_file_world *w, bool down, unsigned which, uint8_t *type, struct buf *out)
{
    struct bytes list = buf_bytes(&w->messages[down]), message;

    buf_clear(out);
    while (work_message_next(&list, type, &message))
        if (which-- == 0) {
            buf_put_bytes(out, message);
            return true;
        }
    return false;
}

static enum err fuzz_file_op(const struct fuzz_file_world *w, bool down, struct bytes *in, struct parcel_out *out)
{
    struct buf message = {0};
    uint8_t op = fuzz_file_byte(in), type = 0;
    enum err e = ERR_OK;

    if (op < 200) { /* a genuine message of either file, perhaps with one byte changed */
        if (fuzz_file_pick(w, op % 16 == 15 ? !down : down, op % 64 / 2, &type, &message)) {
            if (op % 2 == 1 && message.n > 0)
                message.p[fuzz_file_byte(in) % message.n] ^= (uint8_t)(1u << fuzz_file_byte(in) % 8);
            e = parcel_out_put(out, type, buf_bytes(&message));
        }
    } else if (op < 210) { /* all of them */
        e = parcel_out_list(out, buf_bytes(&w->messages[down]));
    } else { /* any bytes */
        size_t n = fuzz_file_byte(in);

        type = fuzz_file_byte(in);
        n = n < in->n ? n : in->n;
        e = parcel_out_put(out, type, bytes_of(in->p, n));
        *in = bytes_cut(*in, n);
    }
    buf_deinit(&message);
    return e;
}

static void fuzz_file_make(struct fuzz_file_world *w, bool down, struct bytes in, struct buf *file)
{
    static const uint8_t seed[KEY_SIZE] = {9};
    struct replica r = sim_node_replica(&w->story.device[0]);
    struct sim_parcel p = {.device = &w->story.device[0], .out = file, .limits = sim_parcel_fine};
    struct parcel_io io = sim_parcel_io(&p);
    const struct ward *ward = &w->story.ward.ward;
    struct parcel_out out;
    enum err e = parcel_out_begin(&out, &io, down ? r.sign_public : ward->public_key, seed, 0);

    for (unsigned i = 0; e == ERR_OK && in.n > 0 && i < FUZZ_FILE_OPS; i++)
        e = fuzz_file_op(w, down, &in, &out);
    if (e == ERR_OK)
        e = parcel_out_end(&out, down ? ward->secret_key : r.sign_secret);
    fuzz_file_must(e == ERR_OK);
    parcel_out_deinit(&out);
}

/* --- taking it in -------------------------------------------------------------------------------------------------- */

static void fuzz_file_device(struct fuzz_file_world *w, struct bytes file, bool edited)
{
    struct sim_device device = w->story.device[0];
    struct sim_parcel p = {.device = &device, .file = file, .limits = sim_parcel_fine};
    enum err e;

    device.store = memstore_copy(w->story.device[0].store);
    uint64_t before = sim_story_digest(device.store);
    e = sim_parcel_receive(&p);
    if (edited)
        fuzz_file_must(e != ERR_OK && sim_story_digest(device.store) == before);
    sim_story_verify(&device);
    struct replica_counts c = sim_story_counts(&device);
    fuzz_file_must(c.sealed + p.report.sent == 1);
    w->taken[1] += e == ERR_OK;
    parcel_report_deinit(&p.report);
    memstore_free(device.store);
}

static void fuzz_file_ward(struct fuzz_file_world *w, struct bytes file, bool edited)
{
    struct buf answer = {0};
    struct sim_ward ward = w->story.ward;
    struct sim_parcel p = {.ward = &ward, .file = file, .out = &answer, .limits = sim_parcel_fine};
    enum err e;

    ward.store = memstore_copy(w->story.ward.store);
    uint64_t before = sim_story_digest(ward.store);
    e = sim_parcel_exchange(&p);
    if (edited)
        fuzz_file_must(e != ERR_OK && sim_story_digest(ward.store) == before && answer.n == 0);
    fuzz_file_must(p.report.fresh <= 1);
    w->taken[0] += e == ERR_OK;
    parcel_report_deinit(&p.report);
    memstore_free(ward.store);
    buf_deinit(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct fuzz_file_world *w = &fuzz_file_world;
    struct bytes in = bytes_of(p, n);
    struct buf file = {0};
    uint8_t mode = fuzz_file_byte(&in);
    bool down = (mode & 1) != 0, edited = (mode & 2) != 0;

    if (!w->built)
        fuzz_file_build(w);
    if (edited) {
        buf_put_bytes(&file, buf_bytes(&w->file[down]));
        fuzz_file_edit(in, &file);
        edited = !bytes_equal(buf_bytes(&file), buf_bytes(&w->file[down]));
    } else {
        fuzz_file_make(w, down, in, &file);
    }
    if (down)
        fuzz_file_device(w, buf_bytes(&file), edited);
    else
        fuzz_file_ward(w, buf_bytes(&file), edited);
    buf_deinit(&file);
    return 0;
}
