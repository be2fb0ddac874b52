/* report.h - what a report of a month, quarter, half or year says, counted from the folded records: the lines of
 * report.def, on the ward for every cell, on a device for its own. One code for all lines; a line is a row.
 *
 * Records are brought one by one (report_take), then report_close makes ready, then any period may be asked. Order:
 * records of the kinds that others are dated by (EVENT rows) before those others, and of a kind ascending by id. A
 * record that was made void, and a copy of one that moved elsewhere, is not brought.
 *
 *   - A month counts in its quarter, half and year. What is said to be of a year or a quarter alone counts in periods
 *     that hold all of it.
 *   - What looks twice recorded (TWICE rows) counts once until a person has said that both are right; what was linked
 *     as one counts once. Reversals count with their opposite sums.
 *   - An event was held if it is marked so, or if it was not postponed and somebody was called there.
 *   - A member counts where a membership, full or probationary, is in force on the period's last day; who is on his way
 *     to another cell on that day (transfer.h), where he was; who has none at all, where his record is; who died or
 *     left, nowhere from that day on. */
#ifndef CHIBO_REPORT_H
#define CHIBO_REPORT_H

#include "part.h"
#include "schema.h"

enum report_how {
    REPORT_COUNT, REPORT_ROLL, REPORT_SUM, REPORT_LIST, REPORT_FORCE, REPORT_EVENTS, REPORT_REACHED, REPORT_MEMBERS
};

enum report_section {
#define SECTION(section, label) REPORT_PART_##section,
#define EVENT(kind, when, held, never)
#define TWICE(kind, link, one, other)
#define LINE(section, name, kind, how, when, what, only, label)
#include "report.def"
#undef SECTION
#undef LINE
    REPORT_PARTS
};
extern const char *const report_sections[REPORT_PARTS]; /* msgids */

enum report_line_number {
#define SECTION(section, label)
#define LINE(section, name, kind, how, when, what, only, label) REPORT_LINE_##name,
#include "report.def"
#undef SECTION
#undef LINE
#undef EVENT
#undef TWICE
    REPORT_LINES
};

struct report_line {
    const char *name, *kind;
    enum report_section section;
    enum report_how how;
    const char *when, *what, *only;
    const char *label; /* msgid */
};
extern const struct report_line report_lines[REPORT_LINES];

/* Kinds that some line, event or rule reads, in the order in which they are to be brought; NULL behind the last. */
const struct kind_info *report_kind(size_t n);

struct report_record {
    const struct kind_info *kind;
    struct id record;
    size_t cell; /* where it counts; beyond the last: nowhere (but a membership says who belongs elsewhere) */
    uint64_t book; /* of the organisation that wrote it, whatever became of it: it numbers its own receipts */
    size_t parts;
    const struct part *part[ACCESS_D];
};

struct report;
struct report *report_new(size_t cells, uint32_t period); /* 0: any period may be asked for later */
void report_free(struct report *r); /* NULL is fine */
void report_take(struct report *r, const struct report_record *x);
void report_close(struct report *r);
void report_of(const struct report *r, uint32_t period, int64_t (*value)[REPORT_LINES]); /* of every cell */
/* Does this member count there on this day? Of several records of one person one of them. */
bool report_has_member(const struct report *r, size_t cell, const struct id *member, uint32_t day);

int64_t report_count_members(const struct report *r, size_t cell, uint32_t day);
extern const char *const report_member_kinds[]; /* what must be brought for these two; NULL behind the last */

#endif
