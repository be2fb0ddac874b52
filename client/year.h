/* year.h - one cell's year at a look, counted from its records and held against the rules of each record's own date:
 * which months had no regular meeting, which quarters no thematic one, meetings that were too short or too few came to,
 * who was excused too often in a row, whether the scores make a good year, how many were rated at which level.
 *
 * Months and quarters count once they are over. A meeting was held when it says so, or says nothing and its day is
 * past.
 * Needs the open transaction. */
#ifndef CHIBO_YEAR_H
#define CHIBO_YEAR_H

#include "rules.h"

#define YEAR_MONTHS 12
#define YEAR_QUARTERS 4
#define YEAR_LEVELS 4

struct year_short { /* a meeting that was too short */
    uint32_t date, minutes, least;
};

struct year_excused { /* a member who was excused more often in a row than the rule has it */
    struct id member;
    uint32_t times, most;
};

struct year {
    uint32_t months, quarters;          /* so many are over */
    uint32_t regular[YEAR_MONTHS + 1], topics[YEAR_QUARTERS + 1]; /* held, by month and quarter from 1 */
    uint32_t meetings, present, expected; /* of all that were held: marks */
    uint32_t poor, poor_below;          /* meetings whose attendance was not above so many per cent, by their rule */
    uint32_t scored, good, fair;        /* meetings with a score; of them good, and fair */
    uint32_t good_wanted;               /* 0: no rule */
    uint32_t tasks_late, candidates;
    uint32_t level[YEAR_LEVELS + 1];    /* members, by the level decided, else proposed; from 1, the best */
    uint32_t excellent_most;            /* per cent of those of the second; UINT32_MAX: no rule */
    struct buf too_short;               /* struct year_short[], ascending by date */
    struct buf excused;                 /* struct year_excused[] */
};

MUST_CHECK enum err year_load(struct year *y, struct book *b, const struct rules *r, const struct id *org,
                              uint32_t year, uint32_t today);
void year_deinit(struct year *y); /* in any case */
/* Are more than so many per cent of the second level on the first? */
bool year_too_excellent(uint32_t excellent, uint32_t second, uint32_t most);

#endif
