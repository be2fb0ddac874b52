/* date.h - days, months and years as people in Vietnam write them.
 *
 * A date is one number, year*10000 + month*100 + day; month, or day, is 0 when it is not known: 19580000 is 1958,
 * 19580300 is 03/1958. 0 is no date. Dates compare as numbers; an incomplete one comes before the days in it.
 * The calendar is the Gregorian one, the time zone +07:00 (no summer time since 1975). Nothing here asks the clock:
 * `today` is always brought along. */
#ifndef CHIBO_DATE_H
#define CHIBO_DATE_H

#include "base.h"
#include "buf.h"
#include "err.h"

#define DATE_TEXT_SIZE 11 /* "04/11/2026" and NUL */
#define DATE_YEAR_MIN 1800
#define DATE_YEAR_MAX 2199
#define DATE_ZONE_S (7 * 3600)

/* Why a text is not a date, with what the sentence needs. */
enum date_fault_kind {
    DATE_FAULT_NONE,
    DATE_FAULT_FORM,  /* not of any form known here */
    DATE_FAULT_DAY,   /* the month ends on day_max */
    DATE_FAULT_MONTH, /* there are 12 */
    DATE_FAULT_YEAR,  /* outside DATE_YEAR_MIN..DATE_YEAR_MAX */
    DATE_FAULT_LUNAR  /* a day of the lunar calendar: mùng 4, rằm, tháng chạp */
};

struct date_fault {
    enum date_fault_kind kind;
    unsigned day_max;
    unsigned month;
    unsigned year;
};

/* 4/11, 4-11-26, 04.11.2026, ngày 4 tháng 11 năm 2026, 03/1958, 1958, hôm nay, hom-qua; 2026-11-04 and 2026-11 for
 * scripts. With or without marks, in either case. A year left out is today's; of two digits it is the one from
 * 89 years ago to 10 years ahead. ERR_BAD_DATE (ERR_BAD_UTF8 counts as such), with the reason in *fault. */
MUST_CHECK enum err date_parse(const char *text, uint32_t today, uint32_t *out, struct date_fault *fault);
/* The reason as a sentence in the language chosen: "Tháng 11 chỉ có 30 ngày." Appends. */
void date_fault_print(const struct date_fault *fault, struct buf *out);

void date_print(uint32_t date, char out[DATE_TEXT_SIZE]);     /* 04/11/2026, 03/1958, 1958; "" for 0 */
void date_print_iso(uint32_t date, char out[DATE_TEXT_SIZE]); /* 2026-11-04, 1958-03, 1958; "" for 0 */

bool date_is_valid(uint32_t date); /* 0 is not */
bool date_is_full(uint32_t date);  /* valid, with month and day */
unsigned date_year(uint32_t date);
unsigned date_month(uint32_t date);
unsigned date_day(uint32_t date);
unsigned date_month_days(unsigned year, unsigned month);
unsigned date_year_of_two_digits(unsigned yy, uint32_t today); /* as date_parse takes it */

/* Arithmetic, for full dates only: number of days since 01/01/1970, and back. */
int32_t date_to_days(uint32_t date);
uint32_t date_from_days(int32_t days);
uint32_t date_from_unix(int64_t unix_s); /* the day in Vietnam */
unsigned date_weekday(uint32_t date);    /* 0 Monday .. 6 Sunday */
const char *date_weekday_name(uint32_t date); /* "thứ Tư" or "Wednesday", by the language chosen */

#endif
