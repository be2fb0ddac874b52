/* fuzz_session.c - the fourth driver of the session core: a device with a valid certificate that says anything to a ward.
 *
 * The input is a program over a genuine flight (sim_program.h). Whatever it says: the session comes to an end, the
 * ward's store obeys, and nothing is appended but what the device signed. Replayed by t_fuzz_session.c. */
#include "sim_link.h"
#include "sim_program.h"
#include "sim_story.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Built once; each input starts from copies. */
static struct fuzz_session_world {
    bool built;
    struct sim_story story;
    struct id device;
    uint8_t binding[BINDING_SIZE];
    struct sim_program_messages flight;
    uint64_t size;     /* of the cell's open log */
    uint64_t appended; /* leaves, by the last input */
} fuzz_session_world;

struct fuzz_session {
    struct sim_ward ward;
    struct session session;
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
    struct work *job;

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
        if (round == 1)
            sim_program_read(&w->flight, buf_bytes(&s.out));
        session_deinit(&s);
    }
    w->size = fuzz_session_size(w->story.ward.store);
    w->built = true;
}

static void fuzz_session_work(void *arg)
{
    struct fuzz_session *f = arg;
    struct work *job;

    while ((job = session_take_work(&f->session)) != NULL) {
        fuzz_session_must(sim_node_ward_jobs(&f->ward, &job, 1, true) == ERR_OK);
        sim_link_worked(&f->session, job);
        buf_clear(&f->session.out);
        session_step(&f->session, &(struct session_event){.kind = SESSION_DRAINED});
    }
}

static void fuzz_session_bytes(void *arg, struct bytes wire)
{
    struct fuzz_session *f = arg;

    if (!session_wants_bytes(&f->session))
        fuzz_session_work(f);
    session_step(&f->session, &(struct session_event){.kind = SESSION_BYTES, .bytes = wire});
}

static void fuzz_session_cut(void *arg)
{
    struct fuzz_session *f = arg;

    session_step(&f->session, &(struct session_event){.kind = SESSION_EOF});
    fuzz_session_work(f);
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
    struct fuzz_session f;
    struct sim_program program = {.genuine = &w->flight, .input = bytes_of(p, n), .arg = &f, .bytes = fuzz_session_bytes,
                                  .pause = fuzz_session_work, .cut = fuzz_session_cut};

    if (!w->built)
        fuzz_session_build(w);
    f.ward = w->story.ward;
    f.ward.ward.hooks.arg = &f.ward;
    f.ward.store = memstore_copy(w->story.ward.store);
    frame_out_init(&program.frames, 0);
    session_init_ward(&f.session, &w->device, false, w->binding, 0);
    while (program.input.n > 0 && f.session.state != SESSION_ENDED)
        sim_program_step(&program);
    fuzz_session_work(&f);
    fuzz_session_cut(&f);
    fuzz_session_must(f.session.state == SESSION_ENDED && session_idle(&f.session));
    fuzz_session_check(&f);
    session_deinit(&f.session);
    frame_out_deinit(&program.frames);
    memstore_free(f.ward.store);
    return 0;
}
