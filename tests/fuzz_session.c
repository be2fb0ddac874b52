/* fuzz_session.c - the fourth driver of the session core: a device with a valid certificate that says anything to a ward.
 *
 * The input is a program over a genuine flight (hello, scope, changesets): messages of it whole, bent, cut, spliced, in
 * any order, messages made from the input, raw bytes, and pauses in which the ward works. Whatever it says: the session
 * comes to an end, the ward's store obeys, and nothing is appended but what the device signed. Replayed by
 * t_fuzz_session.c. */
#include "sim_link.h"
#include "sim_story.h"
#include "sim_value.h"

#include <stdlib.h>

#include "../proto/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define FUZZ_SESSION_FLIGHT 8

enum fuzz_session_op { OP_GENUINE, OP_BENT, OP_SHORT, OP_SPLICED, OP_MADE, OP_RAW, OP_PAUSE, OP_CUT, OP_COUNT };

/* Built once; each input starts from copies. */
static struct fuzz_session_world {
    bool built;
    struct sim_story story;
    struct id device;
    uint8_t binding[BINDING_SIZE];
    size_t count;
    uint8_t type[FUZZ_SESSION_FLIGHT];
    struct buf message[FUZZ_SESSION_FLIGHT];
    uint64_t size;     /* of the cell's open log */
    uint64_t appended; /* leaves, by the last input */
} fuzz_session_world;

struct fuzz_session {
    struct sim_ward ward;
    struct session session;
    struct frame_out frames;
    struct bytes input;
};

static void fuzz_session_must(bool holds)
{
    if (!holds)
        abort();
}

static uint64_t fuzz_session_size(struct memstore *m)
{
    struct scope s;

    sim_story_scope(m, &fuzz_session_world.story.cell, ACCESS_A, &s);
    return s.frontier.size;
}

/* Two changesets wait in the device's book: a second one because a first was sealed alone. */
static void fuzz_session_build(struct fuzz_session_world *w)
{
    struct sim_device *d = &w->story.device[0];
    struct session s;
    struct frame_in in;
    struct bytes more;
    struct work *job;
    bool got = true;

    sim_story_init(&w->story, 2);
    w->device = sim_node_replica(d).device;
    for (uint8_t round = 0; round < 2; round++) {
        fuzz_session_must(sim_story_meeting(&w->story, 0, (uint8_t)(round + 1)) == ERR_OK);
        session_init_device(&s, &w->device, w->binding, 0, 0);
        session_step(&s, &(struct session_event){.kind = SESSION_START});
        while ((job = session_take_work(&s)) != NULL) {
            fuzz_session_must(sim_node_device_job(d, job, true) == ERR_OK);
            sim_link_worked(&s, job);
        }
        if (round == 0)
            session_deinit(&s);
    }
    frame_in_init(&in);
    more = buf_bytes(&s.out);
    while (more.n > 0 && got && w->count < FUZZ_SESSION_FLIGHT) {
        fuzz_session_must(frame_next(&in, &more, &got) == ERR_OK);
        w->type[w->count] = in.type;
        buf_put_bytes(&w->message[w->count++], buf_bytes(&in.message));
    }
    frame_in_deinit(&in);
    session_deinit(&s);
    w->size = fuzz_session_size(w->story.ward.store);
    w->built = true;
}

static uint8_t fuzz_session_u8(struct fuzz_session *f)
{
    uint8_t v = f->input.n > 0 ? f->input.p[0] : 0;

    if (f->input.n > 0)
        f->input = bytes_cut(f->input, 1);
    return v;
}

static struct bytes fuzz_session_slice(struct fuzz_session *f)
{
    size_t n = fuzz_session_u8(f);
    struct bytes slice = bytes_of(f->input.p, n < f->input.n ? n : f->input.n);

    f->input = bytes_cut(f->input, slice.n);
    return slice;
}

static size_t fuzz_session_offset(struct fuzz_session *f, size_t below)
{
    size_t at = fuzz_session_u8(f);

    at = at << 8 | fuzz_session_u8(f);
    return below == 0 ? 0 : at % below;
}

static void fuzz_session_work(struct fuzz_session *f)
{
    struct work *job;

    while ((job = session_take_work(&f->session)) != NULL) {
        fuzz_session_must(sim_node_ward_jobs(&f->ward, &job, 1, true) == ERR_OK);
        sim_link_worked(&f->session, job);
        buf_clear(&f->session.out);
        session_step(&f->session, &(struct session_event){.kind = SESSION_DRAINED});
    }
}

static void fuzz_session_bytes(struct fuzz_session *f, struct bytes wire)
{
    if (!session_wants_bytes(&f->session))
        fuzz_session_work(f);
    session_step(&f->session, &(struct session_event){.kind = SESSION_BYTES, .bytes = wire});
}

static void fuzz_session_say(struct fuzz_session *f, uint8_t type, struct bytes message, bool last)
{
    struct buf wire = {0};

    frame_put(&f->frames, type, message, last, &wire);
    fuzz_session_bytes(f, buf_bytes(&wire));
    buf_deinit(&wire);
}

/* One step of the program: low bits the operation, then LAST, then which genuine message. */
static void fuzz_session_step(struct fuzz_session *f)
{
    const struct fuzz_session_world *w = &fuzz_session_world;
    uint8_t byte = fuzz_session_u8(f);
    bool last = (byte & 0x08) != 0;
    size_t which = (byte >> 4) % w->count, at;
    struct buf b = {0};
    struct bytes tail;

    switch ((enum fuzz_session_op)(byte % OP_COUNT)) {
    case OP_GENUINE:
        fuzz_session_say(f, w->type[which], buf_bytes(&w->message[which]), last);
        break;
    case OP_BENT:
        buf_put_bytes(&b, buf_bytes(&w->message[which]));
        at = fuzz_session_offset(f, b.n);
        b.p[at] ^= fuzz_session_u8(f);
        fuzz_session_say(f, w->type[which], buf_bytes(&b), last);
        break;
    case OP_SHORT:
        fuzz_session_say(f, w->type[which], bytes_of(w->message[which].p, fuzz_session_offset(f, w->message[which].n)), last);
        break;
    case OP_SPLICED:
        at = fuzz_session_offset(f, w->message[which].n);
        buf_put(&b, w->message[which].p, at);
        buf_put_bytes(&b, fuzz_session_slice(f));
        tail = bytes_cut(buf_bytes(&w->message[which]), at);
        buf_put_bytes(&b, bytes_cut(tail, fuzz_session_u8(f) % (tail.n + 1)));
        fuzz_session_say(f, w->type[which], buf_bytes(&b), last);
        break;
    case OP_MADE:
        at = fuzz_session_u8(f);
        fuzz_session_say(f, (uint8_t)at, fuzz_session_slice(f), last);
        break;
    case OP_RAW:
        fuzz_session_bytes(f, fuzz_session_slice(f));
        break;
    case OP_PAUSE:
        fuzz_session_work(f);
        break;
    default:
        session_step(&f->session, &(struct session_event){.kind = SESSION_EOF});
        fuzz_session_work(f);
    }
    buf_deinit(&b);
}

/* What was appended is what the device signed: the next leaves of its own book, in order. */
static void fuzz_session_check(struct fuzz_session *f)
{
    struct fuzz_session_world *w = &fuzz_session_world;
    uint64_t size = fuzz_session_size(f->ward.store);
    struct stream stream;
    struct scope s;
    struct txn txn;

    fuzz_session_must(size >= w->size && size <= w->size + 2);
    w->appended = size - w->size;
    sim_story_scope(f->ward.store, &w->story.cell, ACCESS_A, &s);
    memstore_begin(f->ward.store, false, &txn);
    for (uint64_t i = w->size; i < size; i++) {
        struct buf row = {0};
        struct ledger_leaf l;

        fuzz_session_must(ledger_leaf_at(&txn, &s, i, &row, &l) == ERR_OK && !l.is_control);
        fuzz_session_must(l.changeset.first == i - w->size && l.changeset.count == 1);
        ledger_leaf_deinit(&l);
        buf_deinit(&row);
    }
    if (size > w->size)
        fuzz_session_must(scope_stream_of(&txn, &s, &w->device, sim_node_replica(&w->story.device[0]).incarnation,
                                          &stream) == ERR_OK &&
                          stream.next == size - w->size);
    memstore_abort(f->ward.store);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct fuzz_session_world *w = &fuzz_session_world;
    struct fuzz_session f = {.input = bytes_of(p, n)};

    if (!w->built)
        fuzz_session_build(w);
    f.ward = w->story.ward;
    f.ward.ward.hooks.arg = &f.ward;
    f.ward.store = memstore_copy(w->story.ward.store);
    frame_out_init(&f.frames, 0);
    session_init_ward(&f.session, &w->device, false, w->binding, 0);
    while (f.input.n > 0 && f.session.state != SESSION_ENDED)
        fuzz_session_step(&f);
    fuzz_session_work(&f);
    session_step(&f.session, &(struct session_event){.kind = SESSION_EOF});
    fuzz_session_work(&f);
    fuzz_session_must(f.session.state == SESSION_ENDED && session_idle(&f.session));
    fuzz_session_check(&f);
    session_deinit(&f.session);
    frame_out_deinit(&f.frames);
    memstore_free(f.ward.store);
    return 0;
}
