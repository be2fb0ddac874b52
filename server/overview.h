/* overview.h - the ward's view of its cells, counted from the folded parts; nothing is kept, so nothing can be out
 * of date.
 *
 * A cell is any organisation but the ward's own. What is counted:
 *   contact    of its devices' sessions that came to their close, the newest
 *   meetings   status held
 *   present    roll-call marks present, exempt but present, came late or left early
 *   counted    these, and absent with or without reason. Exempt, elsewhere and not called yet count on neither side
 *   members    memberships full or probationary in force today; whoever was introduced elsewhere and not received
 *              there (proto/transfer.h), where he was; whoever has no membership anywhere, where his record is
 *   tasks      not begun or in progress, or without a status
 *   due        contacts this cell is to keep up: area links and residence links in force today, but for persons
 *              exempt from introduction
 *   held       changes that wait for a person to decide, in the logs and in quarantine, and since when the oldest
 *   copied     of the devices, those whose book was cloned and goes on twice: what they send is held
 *   damaged    leaves of its logs that are damaged here and asked for from devices (chibod doi-khop)
 *   few_holders  of its logs that hold a change, those which fewer than two devices hold in full (holders.h)
 *   few_since    when the first change in such a log came: young ones are nothing to speak of
 *   conflicts  fields with two or more values of which a person is to choose one (classes ask and owner)
 * Of a field in conflict the first value counts. One scan over the parts of the whole ward. */
#ifndef CHIBO_OVERVIEW_H
#define CHIBO_OVERVIEW_H

#include "../proto/org.h"

struct overview_cell {
    char code[NAME_MAX_BYTES + 1];
    char name[NAME_MAX_BYTES + 1];
    enum org_type type;
    uint64_t devices;
    uint64_t contact; /* seconds; 0 never */
    uint64_t meetings;
    uint64_t present, counted;
    uint64_t members;
    uint64_t tasks;
    uint64_t due;
    uint64_t conflicts;
    uint64_t held;
    uint64_t held_since; /* seconds; 0 none */
    uint64_t damaged;
    uint64_t copied;
    uint64_t few_holders; /* a bit for each access class, 1 << ACCESS_A on */
    uint64_t few_since;   /* seconds */
};

/* *cells from mem_alloc, freed by the caller; ascending by code. today: a date (date.h). */
MUST_CHECK enum err overview_read(struct txn *txn, uint32_t today, struct overview_cell **cells, size_t *count);

/* One row: [code, name, type, devices, contact, meetings, present, counted, members, tasks, due, conflicts, held,
 * held_since, copied, damaged, few_holders, few_since]. */
void overview_encode(const struct overview_cell *c, struct buf *row);
MUST_CHECK enum err overview_decode(struct overview_cell *c, struct bytes row);

#endif
