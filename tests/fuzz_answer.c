/* fuzz_answer.c - a ward that says anything to a device: the input is a program over a genuine answer (sim_program.h).
 *
 * Whatever it says: the session comes to an end, and the device's book is one that verifies: what it holds is what the
 * ward's key signed, what it wrote is still there or acknowledged. Replayed by t_fuzz_session.c. */
#include "sim_link.h"
#include "sim_program.h"
#include "sim_story.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static struct fuzz_answer_world {
    bool built;
    struct sim_story story;
    struct id device;
    uint8_t binding[BINDING_SIZE];
    struct sim_program_messages answer;
    uint64_t sent, received; /* changes that the last input got accepted and delivered */
} fuzz_answer_world;

struct fuzz_answer {
    struct sim_device device;
    struct session session;
};

static void fuzz_answer_must(bool holds)
{
    if (!holds)
        abort();
}

static void fuzz_answer_work(void *arg)
{
    struct fuzz_answer *f = arg;
    struct work *job;

    while ((job = session_take_work(&f->session)) != NULL) {
        (void)sim_node_device_job(&f->device, job, true);
        sim_link_worked(&f->session, job);
        buf_clear(&f->session.out);
        session_step(&f->session, &(struct session_event){.kind = SESSION_DRAINED});
    }
}

static void fuzz_answer_bytes(void *arg, struct bytes wire)
{
    struct fuzz_answer *f = arg;

    if (!session_wants_bytes(&f->session))
        fuzz_answer_work(f);
    session_step(&f->session, &(struct session_event){.kind = SESSION_BYTES, .bytes = wire});
}

static void fuzz_answer_cut(void *arg)
{
    struct fuzz_answer *f = arg;

    session_step(&f->session, &(struct session_event){.kind = SESSION_EOF});
    fuzz_answer_work(f);
}

/* The device on a copy of its book, with its flight out; it draws the same chance each time. */
static void fuzz_answer_begin(struct fuzz_answer *f)
{
    const struct fuzz_answer_world *w = &fuzz_answer_world;

    f->device = w->story.device[0];
    f->device.store = memstore_copy(w->story.device[0].store);
    session_init_device(&f->session, &w->device, w->binding, 0, 0);
    session_step(&f->session, &(struct session_event){.kind = SESSION_START});
}

/* Both devices wrote; the second one synced. The answer to the first one holds its own leaf, the other's, and a close. */
static void fuzz_answer_build(struct fuzz_answer_world *w)
{
    struct fuzz_answer f;
    struct session ward;
    struct work *job;

    sim_story_init(&w->story, 2);
    w->device = sim_node_replica(&w->story.device[0]).device;
    fuzz_answer_must(sim_story_meeting(&w->story, 1, 1) == ERR_OK);
    fuzz_answer_must(sim_link_sync(&w->story.ward, &w->story.device[1], NULL) == ERR_OK);
    fuzz_answer_must(sim_story_meeting(&w->story, 0, 2) == ERR_OK);
    fuzz_answer_begin(&f);
    session_init_ward(&ward, &w->device, false, w->binding, 0);
    while ((job = session_take_work(&f.session)) != NULL) {
        fuzz_answer_must(sim_node_device_job(&f.device, job, true) == ERR_OK);
        sim_link_worked(&f.session, job);
    }
    session_step(&ward, &(struct session_event){.kind = SESSION_BYTES, .bytes = buf_bytes(&f.session.out)});
    while ((job = session_take_work(&ward)) != NULL) {
        fuzz_answer_must(sim_node_ward_jobs(&w->story.ward, &job, 1, true) == ERR_OK);
        sim_link_worked(&ward, job);
    }
    fuzz_answer_must(ward.state == SESSION_ENDED && ward.err == ERR_OK);
    sim_program_read(&w->answer, buf_bytes(&ward.out));
    session_deinit(&ward);
    session_deinit(&f.session);
    memstore_free(f.device.store);
    w->built = true;
}

static void fuzz_answer_check(struct fuzz_answer *f)
{
    struct replica_counts counts = {0};
    struct replica_report report;
    char why[ERROR_DETAIL_MAX + 1];
    struct replica r;
    struct txn txn;

    memstore_begin(f->device.store, false, &txn);
    fuzz_answer_must(replica_load(&txn, &r) == ERR_OK);
    fuzz_answer_must(replica_verify(&txn, &r, &report, why) == ERR_OK);
    fuzz_answer_must(replica_count(&txn, &counts) == ERR_OK);
    memstore_abort(f->device.store);
    fuzz_answer_must(f->session.counts.sent + counts.unsealed + counts.sealed == 1);
    fuzz_answer_world.sent = f->session.counts.sent;
    fuzz_answer_world.received = f->session.counts.received;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct fuzz_answer_world *w = &fuzz_answer_world;
    struct fuzz_answer f;
    struct sim_program program = {.genuine = &w->answer, .input = bytes_of(p, n), .arg = &f, .bytes = fuzz_answer_bytes,
                                  .pause = fuzz_answer_work, .cut = fuzz_answer_cut};

    if (!w->built)
        fuzz_answer_build(w);
    fuzz_answer_begin(&f);
    fuzz_answer_work(&f);
    frame_out_init(&program.frames, 0);
    while (program.input.n > 0 && f.session.state != SESSION_ENDED)
        sim_program_step(&program);
    fuzz_answer_work(&f);
    fuzz_answer_cut(&f);
    fuzz_answer_must(f.session.state == SESSION_ENDED && session_idle(&f.session));
    fuzz_answer_check(&f);
    session_deinit(&f.session);
    frame_out_deinit(&program.frames);
    memstore_free(f.device.store);
    return 0;
}
