/* sim_matrix.h - where the simulator has been: how often each event met each state of a session, and each job of the
 * store each fault. A cell that a whole campaign never met is named with its reason in a table (sim_matrix.c); one that is
 * not fails, and so does one that was met and cannot be. */
#ifndef CHIBO_SIM_MATRIX_H
#define CHIBO_SIM_MATRIX_H

#include "../proto/session.h"

#define SIM_MATRIX_FAULTS(ROW) \
    ROW(FINE)  /* the job went well, the link is there */ \
    ROW(CUT)   /* it went well, and nobody is there to be told */ \
    ROW(ERROR) /* the peer's fault, or a copy's */ \
    ROW(FULL)  /* no space */ \
    ROW(EIO)   /* the process ends: what was committed is not known */ \
    ROW(CRASH) /* durable, and the process ends before anybody is told */

enum sim_matrix_fault {
#define SIM_MATRIX_ENUM(name) SIM_MATRIX_##name,
    SIM_MATRIX_FAULTS(SIM_MATRIX_ENUM)
#undef SIM_MATRIX_ENUM
    SIM_MATRIX_FAULT_COUNT
};

struct sim_matrix {
    uint64_t event[2][SESSION_STATE_COUNT][SESSION_EVENT_COUNT]; /* by role */
    uint64_t job[2][WORK_KINDS][SIM_MATRIX_FAULT_COUNT];
};
extern struct sim_matrix sim_matrix; /* of this process */

void sim_matrix_job(enum session_role role, enum work_kind kind, enum sim_matrix_fault fault);
enum sim_matrix_fault sim_matrix_fault(enum err e, bool cut); /* of a job that was run, and the process lives */
void sim_matrix_add(struct sim_matrix *sum, const struct sim_matrix *m);
void sim_matrix_print(const struct sim_matrix *m);
/* How many cells are not as the tables say; each is printed. whole: also those that were never met. */
uint64_t sim_matrix_check(const struct sim_matrix *m, bool whole);

#endif
