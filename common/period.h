/* period.h - the month, quarter, half or year a record is about.
 *
 * A period is one number: year*100 + month (202611), year*100 + 20 + quarter (202624), year*100 + 30 + half (202631),
 * year*100 (202600). 0 is no period. Years as in date.h. Numbers of different shapes do not sort by time:
 * compare the days they cover. */
#ifndef CHIBO_PERIOD_H
#define CHIBO_PERIOD_H

#include "base.h"
#include "err.h"

#define PERIOD_TEXT_SIZE 8 /* "11/2026", "Q4/2026", "2026-11" and NUL */

/* 11/2026, tháng 11, 11, quý 4/2026, quý IV năm 2026, Q4, 6 tháng đầu năm 2026, 6 thang cuoi nam, H1/2026, 2026,
 * năm 2026; 2026-11, 2026-Q4, 2026-H1 for scripts. A year left out is today's; of two digits it is none: 4/11 is
 * asked again. ERR_BAD_VALUE. */
MUST_CHECK enum err period_parse(const char *text, uint32_t today, uint32_t *out);
void period_print(uint32_t period, char out[PERIOD_TEXT_SIZE]);     /* 11/2026, Q4/2026, H1/2026, 2026; "" for 0 */
void period_print_iso(uint32_t period, char out[PERIOD_TEXT_SIZE]); /* 2026-11, 2026-Q4, 2026-H1, 2026; "" for 0 */

bool period_is_valid(uint64_t period);       /* 0 is not */
bool period_is_month(uint32_t period);       /* and valid */
uint32_t period_of_date(uint32_t date);      /* the month; the date has one */
uint32_t period_first_day(uint32_t period);  /* full dates (date.h), both within */
uint32_t period_last_day(uint32_t period);

#endif
