/* report_rows.h - the rows of report.def made ready for reading, and what report.c and its parts share. */
#ifndef CHIBO_REPORT_ROWS_H
#define CHIBO_REPORT_ROWS_H

#include "report.h"

#define REPORT_EVENT_KINDS 2
#define REPORT_TWICE_RULES 2
#define REPORT_PATHS 2     /* "a|b" */
#define REPORT_KINDS_MAX 64

/* "field=value|value" */
struct report_only {
    const struct field_info *field; /* NULL: all */
    bool negated;
    uint64_t values; /* a bit for each; 0: it is there */
};

struct report_ready {
    const struct kind_info *kind;
    const struct field_info *when[REPORT_PATHS];
    const struct field_info *what;
    struct report_only only;
};

struct report_event_rule {
    const struct kind_info *kind;
    const struct field_info *when[REPORT_PATHS];
    struct report_only held, never;
};

struct report_twice_rule {
    const struct kind_info *kind, *link;
    const struct field_info *key[2], *reverses;
};

struct report_rows {
    struct report_ready line[REPORT_LINES];
    struct report_event_rule event[REPORT_EVENT_KINDS];
    struct report_twice_rule twice[REPORT_TWICE_RULES];
};
void report_rows_init(struct report_rows *rows);

/* --- values of one record --- */
const struct entry *report_entry(const struct report_record *x, const struct field_info *f); /* NULL: nothing */
bool report_uint(const struct report_record *x, const struct field_info *f, uint64_t *out);
bool report_int(const struct report_record *x, const struct field_info *f, int64_t *out);
bool report_id(const struct report_record *x, const struct field_info *f, struct id *out);
bool report_passes(const struct report_record *x, const struct report_only *only);

/* Days that a date, a month or quarter, or a year covers. False: none of these, or empty. */
struct report_days {
    uint32_t first, last; /* full dates */
};
bool report_days_of(const struct field_info *f, uint64_t value, struct report_days *out);
/* The first of these fields that is there. A field that names an event: *event, and no days. */
bool report_days(const struct report_record *x, const struct field_info *const when[REPORT_PATHS],
                 struct report_days *out, struct id *event, bool *is_event);

/* --- who is one, and what was judged (report_same.c) --- */
struct report_same {
    struct buf pairs;   /* struct report_pair[] */
    struct buf leaders; /* struct report_leader[], ascending by id, after report_same_close */
};
void report_same_add(struct report_same *s, const struct report_record *x); /* of a kind of links */
void report_same_close(struct report_same *s);
void report_same_deinit(struct report_same *s);
struct id report_same_leader(const struct report_same *s, const struct id *id);
bool report_same_judged(const struct report_same *s, const struct id *a, const struct id *b);

/* --- members (report_members.c) --- */
struct report_members {
    struct buf persons, places, ways;
};
void report_members_add(struct report_members *m, const struct report_record *x); /* of any kind */
void report_members_close(struct report_members *m, const struct report_same *s);
void report_members_deinit(struct report_members *m);
/* Of several records of one person the smallest id alone. */
bool report_members_has(const struct report_members *m, size_t cell, const struct id *member, uint32_t day);
int64_t report_members_count(const struct report_members *m, size_t cell, uint32_t day);

#endif
