/* print.h - a record for eyes and for scripts; every command that shows records calls these. All append to a buffer.
 *
 * A printer belongs to one open transaction: it remembers names and what the ward refused. */
#ifndef CHIBO_PRINT_H
#define CHIBO_PRINT_H

#include "refs.h"

struct print {
    struct book *book;
    struct refs refs;
    struct buf refused; /* struct print_refused[] */
    uint32_t links_kind; /* kind whose links are in `links` (alike.h); 0: none yet */
    struct buf links;
    struct buf desks; /* struct issue_desk[], as asked for */
};

/* A change that the ward refused: kept here so that it can be mended and sent again. */
#define PRINT_NO_SCOPE UINT16_MAX /* it is not readable here any more */

struct print_refused {
    uint32_t kind;
    struct id record;
    uint16_t scope_number;
    uint32_t leaf;
    enum err reason;
};

MUST_CHECK enum err print_init(struct print *p, struct book *book); /* must not move; print_deinit in any case */
void print_deinit(struct print *p);

const char *print_state(const struct view *v);                       /* "draft": identifier and msgid */
const char *print_state_label(const struct view *v); /* msgid, as people say it: what is signed is taken in */
const char *print_sync(const struct print *p, const struct view *v); /* pending sending received held refused */
/* The same in the five words of the transport state: unsent sending received held refused. */
const char *print_transport(const struct print *p, const struct view *v);
const char *print_sync_label(const char *sync);                      /* msgid */

/* The number of a paper, or of the paper that a resolution, report or minutes was issued as: "12-NQ/CB"; its state
 * (issue_state), or NULL: it has none, and nothing was appended. */
const char *print_number(struct print *p, const struct view *v, struct buf *out);
/* One JSON line as the script contract has it; with_history adds "history". */
MUST_CHECK enum err print_json(struct print *p, const struct view *v, bool with_history, struct buf *out);
/* One line: id, title, state of sending. */
void print_line(struct print *p, const struct view *v, bool with_kind, struct buf *out);
/* All of it, field by field, with the other values where there are several. */
MUST_CHECK enum err print_record(struct print *p, const struct view *v, bool with_history, struct buf *out);
/* One field's value, of a list all of it; nothing where nobody wrote it, or it was cleared. */
void print_field(struct print *p, const struct field_info *f, const struct view *v, struct buf *out);
/* "04/11/2026 20:41" in Vietnam; "2026-11-04T20:41:00+07:00" for scripts. */
void print_time(uint64_t unix_s, bool script, struct buf *out);
/* The name of a person the logs know, else "you" for our own, else the id. */
void print_person(struct print *p, const struct id *person, struct buf *out);

#endif
