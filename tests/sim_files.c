/* sim_files.c - see sim_files.h. */
#include "sim_files.h"

#include "sim_copy.h"
#include "sim_log.h"
#include "sim_matrix.h"
#include "sim_outbound.h"
#include "sim_parcel.h"
#include "sim_scopes.h"
#include "sim_world.h"

/* One step under way. */
struct step {
    struct sim *sim;
    size_t peer;
    bool poor; /* a full disk was about */
    bool ward; /* its jobs are the ward's */
    struct id scope; /* the ward sends leaves of it */
};

static struct sim_file *draw_file(struct sim *s, bool used)
{
    size_t from = sim_draw(s, SIM_FILES_MAX);

    for (size_t i = 0; i < SIM_FILES_MAX; i++) {
        struct sim_file *f = &s->file[(from + i) % SIM_FILES_MAX];

        if (f->used == used)
            return f;
    }
    return NULL;
}

static void forget(struct sim_file *f)
{
    buf_deinit(&f->bytes);
    memset(f, 0, sizeof *f);
}

/* A session of this device that is open meanwhile may find that it is not the only one to write. */
static void mark_overlap(struct sim *s, size_t peer)
{
    for (size_t i = 0; i < SIM_SLOTS_MAX; i++)
        if (s->slot[i].used && sim_copy_same(s, s->slot[i].peer, peer))
            s->slot[i].overlap = true;
}

static void ran(void *arg, const struct work *job)
{
    struct step *step = arg;

    step->poor = step->poor || job->err == ERR_NO_SPACE;
    sim_matrix_job(step->ward ? SESSION_WARD : SESSION_DEVICE, job->kind, sim_matrix_fault(job->err, false));
    if (job->err != ERR_OK)
        return;
    if (job->kind == WORK_PARCEL_APPLY)
        sim_log_acked(step->sim, step->peer, &job->scope);
    if (job->kind == WORK_DROP)
        sim_scopes_dropped(step->sim, step->peer);
    if (job->kind == WORK_PARCEL_READ)
        sim_outbound_look(step->sim, step->peer, buf_bytes(&job->out), &step->scope);
}

static bool expected(const struct sim *s, const struct step *step, enum err e)
{
    if (e == ERR_OK || e == ERR_CUT || e == ERR_IO)
        return true;
    if (e == ERR_NO_SPACE)
        return step->poor;
    if (e == ERR_FILE_NEEDS) /* it answers what the store has forgotten */
        return s->peer[step->peer].copies || s->scopes.on || (s->totals.rotten > 0 && s->ward.ward.snapshot_leaves > 0);
    if (e == ERR_FILE_OLD_KEY) /* made for a key that is not kept any more */
        return s->rotations > WARD_OLD_KEYS;
    if (e == ERR_COPY)
        return s->peer[step->peer].copies;
    return (e == ERR_REVOKED || e == ERR_HANDED_IN) && s->peer[step->peer].revoked;
}

static struct sim_parcel begin(struct sim *s, struct step *step)
{
    struct sim_parcel p = {.limits = sim_parcel_fine, .ran = ran, .arg = step};

    if ((s->on[SIM_DEVICE_CRASH] || s->on[SIM_WARD_CRASH]) && sim_one_in(s, 4))
        p.limits.jobs = sim_draw(s, 8);
    mark_overlap(s, step->peer);
    sim_scopes_look(s, step->peer);
    return p;
}

static void end(struct sim *s, const struct step *step, struct sim_parcel *p, const char *what, enum err e)
{
    sim_note(s, "file of %zu %s: %s", step->peer, what, err_name(e));
    parcel_report_deinit(&p->report);
    if (!expected(s, step, e))
        sim_broken(s, "a file of %zu is %s: %s", step->peer, what, err_name(e));
    if (e == ERR_IO && p->ward != NULL)
        sim_world_ward_crash(s);
    else if (e == ERR_IO)
        sim_world_device_crash(s, step->peer);
    s->totals.files += e == ERR_OK;
}

static void act_write(struct sim *s)
{
    struct step step = {.sim = s, .peer = sim_draw(s, s->peers)};
    struct sim_file *f = draw_file(s, false);
    struct sim_parcel p;
    enum err e;

    if (f == NULL || !s->peer[step.peer].enrolled)
        return;
    p = begin(s, &step);
    p.device = &s->peer[step.peer].node;
    p.out = &f->bytes;
    e = sim_parcel_send(&p);
    end(s, &step, &p, "written", e);
    f->used = e == ERR_OK;
    f->peer = step.peer;
    if (!f->used)
        forget(f);
}

static void act_ward(struct sim *s, struct sim_file *f)
{
    struct step step = {.sim = s, .peer = f->peer, .ward = true};
    struct sim_file *answer = draw_file(s, false);
    struct buf dropped = {0};
    struct sim_parcel p = begin(s, &step);
    enum err e;

    p.ward = &s->ward;
    p.file = buf_bytes(&f->bytes);
    p.out = answer != NULL ? &answer->bytes : &dropped;
    e = sim_parcel_exchange(&p);
    if (answer != NULL && e == ERR_OK)
        *answer = (struct sim_file){.used = true, .answer = true, .peer = step.peer, .bytes = answer->bytes};
    else if (answer != NULL)
        forget(answer);
    end(s, &step, &p, "at the ward", e);
    buf_deinit(&dropped);
    sim_log_feed(s);
}

static void act_device(struct sim *s, struct sim_file *f)
{
    struct step step = {.sim = s, .peer = f->peer};
    struct sim_parcel p = begin(s, &step);

    p.device = &s->peer[f->peer].node;
    p.file = buf_bytes(&f->bytes);
    end(s, &step, &p, "answered", sim_parcel_receive(&p));
}

void sim_files_act(struct sim *s)
{
    struct sim_file *f = draw_file(s, true);

    if (!s->on[SIM_FILES])
        return;
    if (f == NULL || sim_one_in(s, 3)) {
        act_write(s);
        return;
    }
    if (f->answer)
        act_device(s, f);
    else
        act_ward(s, f);
    if (sim_one_in(s, 2))
        forget(f); /* else it will be delivered again, or never */
}

void sim_files_deinit(struct sim *s)
{
    for (size_t i = 0; i < SIM_FILES_MAX; i++)
        forget(&s->file[i]);
}
