/* due.h - what the rules of its own date say about a record, and what is due by them: each a small function over the
 * rules (rules.h) and the records of this book. Needs the open transaction. */
#ifndef CHIBO_DUE_H
#define CHIBO_DUE_H

#include "print.h"
#include "rules.h"

enum due_what {
    DUE_PROBATION, DUE_OUT, DUE_IN, DUE_BADGE, DUE_DUES, DUE_CLASS, DUE_MATERIAL, DUE_LINKED, DUE_ARREARS, DUE_COUNT
};

struct due_item {
    enum due_what what;
    uint32_t date;
    struct id org;
    uint32_t kind;    /* of the record it is about */
    struct id record;
    struct id member; /* zero: the record itself holds the name */
    int64_t number;   /* years of a badge; dong of dues; months of arrears; 0 otherwise */
};

/* Full years at a day since one that may lack its day or month; such a one counts from its beginning. */
unsigned due_party_age(uint32_t admitted, uint32_t date);
uint32_t due_after_months(uint32_t date, unsigned months); /* the same day, or the month's last one */
/* The batch of badges on or after this day; 0: no rule. */
uint32_t due_batch(const struct rules_pack *badges, uint32_t date);
/* What is due by day `until`, sought at `date`, ascending by date; items: struct due_item[]. dues: those of the date's
 * month too, whatever `until` is; it takes a walk over all payments. */
MUST_CHECK enum err due_list(struct book *b, const struct rules *r, uint32_t date, uint32_t until, bool dues,
                             struct buf *items);
/* Badges of one batch alone; the date is the batch's. */
MUST_CHECK enum err due_badges(struct book *b, const struct rules *r, uint32_t batch, struct buf *items);
const char *due_label(enum due_what what); /* msgid */
const char *due_name(enum due_what what);  /* for scripts */

/* due_dues.c: what a member pays in this month, by his rate and the rules of the month. False: nothing says. */
MUST_CHECK enum err due_dues(struct book *b, const struct rules *r, const struct id *member, uint32_t month,
                             bool *known, int64_t *dong);
/* Members with a rate whose month is not paid in full. */
MUST_CHECK enum err due_unpaid(struct book *b, const struct rules *r, uint32_t month, struct buf *items);
/* Members of whom so many months of the date's year, before its month, are not paid as the rule of that day counts:
 * the cell considers what to do. */
MUST_CHECK enum err due_arrears(struct book *b, const struct rules *r, uint32_t date, struct buf *items);
/* How many of a thousand dong of what this basis names (fee_rate) are dues; false: the rule does not say. */
bool due_share(const struct rules_pack *p, const char *basis, uint32_t *thousandths);

/* due_note.c: notes on one record, each a line that begins with "! ": a meeting shorter than its rule, a score and its
 * level, dues that are not what the rate says. Nothing when all is well, or no rule is known. */
MUST_CHECK enum err due_note(struct book *b, const struct rules *r, const struct view *v, struct buf *out);
/* A meeting that was shorter than the rule p of its day has it; false also where nothing says. */
bool due_is_short(const struct rules *r, const struct view *v, const struct rules_pack **p, uint32_t *minutes,
                  uint32_t *least);
/* The same of a record by its id, with the rules loaded when its kind has any. */
MUST_CHECK enum err due_note_of(struct book *b, uint32_t kind, const struct id *record, struct buf *out);

#endif
