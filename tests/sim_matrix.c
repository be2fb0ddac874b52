/* sim_matrix.c - see sim_matrix.h. */
#include "sim_matrix.h"

#include <stdio.h>

struct sim_matrix sim_matrix;

static const char *const events[SESSION_EVENT_COUNT] = {"START", "BYTES", "WORKED", "DRAINED", "EOF"};
static const char *const roles[2] = {"ward", "device"};
#define SIM_MATRIX_NAME(name) #name,
static const char *const faults[SIM_MATRIX_FAULT_COUNT] = {SIM_MATRIX_FAULTS(SIM_MATRIX_NAME)};
#undef SIM_MATRIX_NAME

/* --- counting ------------------------------------------------------------------------------------------------- */

void sim_matrix_job(enum session_role role, enum work_kind kind, enum sim_matrix_fault fault)
{
    sim_matrix.job[role][kind][fault]++;
}

enum sim_matrix_fault sim_matrix_fault(enum err e, bool cut)
{
    if (e == ERR_OK)
        return cut ? SIM_MATRIX_CUT : SIM_MATRIX_FINE;
    return e == ERR_NO_SPACE ? SIM_MATRIX_FULL : e == ERR_IO ? SIM_MATRIX_EIO : SIM_MATRIX_ERROR;
}

void sim_matrix_add(struct sim_matrix *sum, const struct sim_matrix *m)
{
    uint64_t *to = (uint64_t *)(void *)sum;
    const uint64_t *from = (const uint64_t *)(const void *)m;

    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++)
        to[i] += from[i];
}

/* --- cells that are not met ----------------------------------------------------------------------------------- */

#define ALL 0xffffffffu
#define ST(name) (1u << SESSION_##name)
#define EV(name) (1u << SESSION_##name)
#define JOB(name) (1ull << WORK_##name)
#define FA(name) (1u << SIM_MATRIX_##name)

#define WARD (1u << SESSION_WARD)
#define DEVICE (1u << SESSION_DEVICE)

#define WARD_STATES (ST(WAIT_HELLO) | ST(WAIT_RENEW) | ST(GATHERING) | ST(JUDGING) | ST(WAIT_SIZES) | ST(WAIT_LOST) | \
                     ST(REFILLING) | ST(RESUMING) | ST(WAIT_LEAVES) | ST(GIVING) | ST(FLIGHT) | ST(ANSWERING))
#define DEVICE_STATES (ST(OPENING) | ST(SENDING) | ST(WAIT_RESUME) | ST(ANSWER) | ST(COUNTING) | ST(RECALLED) | \
                       ST(REPAIRING) | ST(COMPARING) | ST(SETTLING) | ST(ENROL_SENT))

enum meets {
    CANNOT, /* that it is met is a fault */
    RARE    /* it may be: a few times in a campaign, or in none */
};

struct cell {
    unsigned roles;
    uint64_t rows; /* states, or jobs */
    unsigned columns;
    enum meets meets;
    const char *why;
};

static const struct cell event_cells[] = {
    {WARD, DEVICE_STATES, ALL, CANNOT, "a state of devices"},
    {DEVICE, WARD_STATES, ALL, CANNOT, "a state of wards"},
    {WARD, ALL, EV(START), CANNOT, "a ward is spoken to"},
    {DEVICE, ~(ST(OPENING) | ST(ENROL_SENT)), EV(START), CANNOT, "a session begins once"},
    {WARD, ST(GATHERING), ALL, CANNOT, "it lasts no longer than the bytes that began it"},
    {WARD, ST(WAIT_HELLO) | ST(WAIT_RENEW), EV(WORKED), CANNOT, "nothing was asked of the store yet"},
    {DEVICE, ST(ENROL_SENT), EV(WORKED), CANNOT, "nothing was asked of the store yet"},
    {DEVICE, ST(OPENING), EV(DRAINED), CANNOT, "nothing was said yet"},
    {WARD, ST(WAIT_RENEW), EV(DRAINED) | EV(EOF), RARE, "hello and renew come in one piece, mostly"},
    {WARD, ST(WAIT_SIZES), EV(WORKED), RARE, "the flight before it was judged and not taken: no job is out"},
    {WARD, ST(WAIT_LEAVES), EV(WORKED) | EV(EOF), RARE, "few leaves are wanted: all of them are taken when the last is here"},
    {WARD, ST(REFILLING) | ST(RESUMING) | ST(GIVING) | ST(ANSWERING) | ST(ENROLLING), EV(BYTES), RARE,
     "the device said LAST and waits; others are the fuzzers' (tests/fuzz_session.c)"},
    {WARD, ST(GIVING) | ST(ENROLLING), EV(DRAINED), RARE, "it says nothing before the store has answered"},
    {WARD, ST(GIVING) | ST(ENROLLING) | ST(REFILLING), EV(EOF), RARE, "no longer than one job, of few sessions"},
    {DEVICE, ST(OPENING) | ST(COUNTING) | ST(RECALLED) | ST(SETTLING) | ST(ENROLLING) | ST(COMPARING), EV(BYTES), RARE,
     "the ward said LAST, or was not spoken to"},
    {DEVICE, ST(ENROLLING) | ST(SETTLING) | ST(RECALLED) | ST(COUNTING), EV(DRAINED), RARE, "all it said had left before"},
    {DEVICE, ST(RECALLED), EV(EOF), RARE, "no longer than the jobs of one recall"},
    {DEVICE, ST(WAIT_RESUME), EV(WORKED), RARE, "no job is out while it waits"},
    {DEVICE, ST(REPAIRING) | ST(COMPARING), ALL, RARE, "hashes are asked for where a tree is gone: tests/t_repair.c"},
    {DEVICE, ST(ENDED), EV(WORKED), RARE, "its driver ends with it"},
};

#define WARD_JOBS (JOB(JUDGE) | JOB(SIZES) | JOB(RENEW) | JOB(RESUME) | JOB(APPEND) | JOB(READ) | JOB(ENROL) | \
                   JOB(PARCEL_JUDGE) | JOB(PARCEL_READ) | JOB(STAGE) | JOB(REFILL))
#define BOTH_JOBS (JOB(GIVE) | JOB(TAKE))
#define PARCEL_JOBS (JOB(PARCEL_JUDGE) | JOB(PARCEL_READ) | JOB(PARCEL_OPEN) | JOB(PARCEL_JUDGED) | JOB(PARCEL_APPLY) | \
                     JOB(PARCEL_SETTLE))
#define REPAIR_JOBS (JOB(GIVE) | JOB(TAKE) | JOB(WANT) | JOB(COMPARE) | JOB(REFOLD))
#define BROKEN (FA(FULL) | FA(EIO) | FA(CRASH))

static const struct cell job_cells[] = {
    {WARD | DEVICE, JOB(NONE), ALL, CANNOT, "is no job"},
    {DEVICE, WARD_JOBS, ALL, CANNOT, "a job of wards"},
    {WARD, ~(WARD_JOBS | BOTH_JOBS), ALL, CANNOT, "a job of devices"},
    {WARD | DEVICE, PARCEL_JOBS, FA(CUT), CANNOT, "a file has no link"},
    {WARD | DEVICE, JOB(GIVE) | JOB(COMPARE), BROKEN, RARE, "it only reads, and faults strike what is written"},
    {WARD | DEVICE, REPAIR_JOBS, ALL & ~FA(FINE), RARE, "a repair is one action: cut or killed somewhere (tests/sim_bitrot.c)"},
    {DEVICE, JOB(COMPARE), FA(FINE), RARE, "hashes are asked for where a tree is gone: tests/t_repair.c"},
    {DEVICE, JOB(SNAPSHOT), ALL, RARE, "in some seeds logs begin at a snapshot; all of it in tests/t_session_snapshot.c"},
    {DEVICE, JOB(DROP), ALL & ~FA(FINE), RARE, "tests/t_drop.c, and one scope of many"},
    {WARD | DEVICE, PARCEL_JOBS, BROKEN, RARE, "killed between two jobs, mostly"},
    {WARD, JOB(PARCEL_JUDGE) | JOB(PARCEL_READ), FA(ERROR), RARE, "few files are late"},
    {DEVICE, JOB(PARCEL_OPEN) | JOB(PARCEL_JUDGED) | JOB(PARCEL_APPLY) | JOB(PARCEL_SETTLE), FA(ERROR), RARE,
     "the ward's answers are good"},
    {WARD, JOB(SIZES) | JOB(RENEW) | JOB(RESUME) | JOB(REFILL), ALL & ~FA(FINE), RARE, "one session of many has one"},
    {WARD, JOB(STAGE), FA(ERROR), RARE, "it verifies nothing: REFILL does"},
    {WARD, JOB(APPEND), FA(ERROR), RARE, "what a device of ours signs is in order, but for copies"},
    {WARD, JOB(ENROL), FA(CUT) | BROKEN, RARE, "most devices enrol before anything fails"},
    {DEVICE, JOB(ENROLLED), FA(ERROR) | BROKEN, RARE, "most devices enrol before anything fails"},
    {DEVICE, JOB(OPEN) | JOB(COUNT) | JOB(RECALL) | JOB(KEYS) | JOB(RENEWED), FA(ERROR), RARE,
     "of its own store, and of what the ward signed"},
    {DEVICE, JOB(COUNT) | JOB(RECALL) | JOB(OUTBOX), BROKEN, RARE, "they write little, and faults strike what is written"},
    {DEVICE, JOB(KEYS) | JOB(RENEWED), BROKEN, RARE, "one session of many has one"},
};

static const struct cell *find(const struct cell *list, size_t count, unsigned role, unsigned row, unsigned column)
{
    for (size_t i = 0; i < count; i++)
        if ((list[i].roles >> role & 1) != 0 && (list[i].rows >> row & 1) != 0 && (list[i].columns >> column & 1) != 0)
            return &list[i];
    return NULL;
}

/* --- both matrices alike -------------------------------------------------------------------------------------- */

struct view {
    const struct sim_matrix *m;
    unsigned rows, columns;
    uint64_t (*hits)(const struct sim_matrix *m, unsigned role, unsigned row, unsigned column);
    const char *(*row)(unsigned row);
    const char *const *column;
    const struct cell *cell;
    size_t cells;
};

static uint64_t event_hits(const struct sim_matrix *m, unsigned role, unsigned row, unsigned column)
{
    return m->event[role][row][column];
}

static uint64_t job_hits(const struct sim_matrix *m, unsigned role, unsigned row, unsigned column)
{
    return m->job[role][row][column];
}

static const char *state_of(unsigned row)
{
    return session_state_name((enum session_state)row);
}

static const char *job_of(unsigned row)
{
    return work_name((enum work_kind)row);
}

static const struct view views[] = {
    {NULL, SESSION_STATE_COUNT, SESSION_EVENT_COUNT, event_hits, state_of, events, event_cells, ARRAY_LEN(event_cells)},
    {NULL, WORK_KINDS, SIM_MATRIX_FAULT_COUNT, job_hits, job_of, faults, job_cells, ARRAY_LEN(job_cells)},
};

static void print_row(const struct view *v, const struct sim_matrix *m, unsigned role, unsigned row)
{
    uint64_t sum = 0;

    for (unsigned c = 0; c < v->columns; c++)
        sum += v->hits(m, role, row, c);
    if (sum == 0)
        return;
    printf("  %-16s", v->row(row));
    for (unsigned c = 0; c < v->columns; c++)
        if (v->hits(m, role, row, c) > 0)
            printf(" %11llu", (unsigned long long)v->hits(m, role, row, c));
        else
            printf(" %11s", "never");
    printf("\n");
}

void sim_matrix_print(const struct sim_matrix *m)
{
    for (size_t i = 0; i < ARRAY_LEN(views); i++)
        for (unsigned role = 0; role < 2; role++) {
            printf("%-18s", roles[role]);
            for (unsigned c = 0; c < views[i].columns; c++)
                printf(" %11s", views[i].column[c]);
            printf("\n");
            for (unsigned row = 0; row < views[i].rows; row++)
                print_row(&views[i], m, role, row);
        }
}

/* Is this cell as the table says? */
static bool is_explained(const struct view *v, const struct sim_matrix *m, unsigned role, unsigned row, unsigned column,
                         bool whole)
{
    const struct cell *cell = find(v->cell, v->cells, role, row, column);
    uint64_t hits = v->hits(m, role, row, column);

    if (hits > 0 && cell != NULL && cell->meets == CANNOT) {
        printf("%s: %s in %s was met, and cannot be: %s\n", roles[role], v->column[column], v->row(row), cell->why);
        return false;
    }
    if (hits == 0 && cell == NULL && whole) {
        printf("%s: %s in %s was never met, and nobody says why (tests/sim_matrix.c)\n", roles[role], v->column[column],
               v->row(row));
        return false;
    }
    return true;
}

uint64_t sim_matrix_check(const struct sim_matrix *m, bool whole)
{
    uint64_t wrong = 0;

    for (size_t i = 0; i < ARRAY_LEN(views); i++)
        for (unsigned role = 0; role < 2; role++)
            for (unsigned row = 0; row < views[i].rows; row++)
                for (unsigned c = 0; c < views[i].columns; c++)
                    wrong += !is_explained(&views[i], m, role, row, c, whole);
    return wrong;
}
