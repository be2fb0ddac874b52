/* date.c - the calendar: validity, day numbers, printing. Reading what people write is date_parse.c. */
#include "date.h"

#include "language.h"

/* The civil-date arithmetic counts years from March, so that the leap day comes last. An era is 400 years. */
#define ERA_DAYS 146097
#define EPOCH_FROM_ERA_DAYS 719468 /* 01/03/0000 to 01/01/1970 */

unsigned date_year(uint32_t date)
{
    return date / 10000;
}

unsigned date_month(uint32_t date)
{
    return date / 100 % 100;
}

unsigned date_day(uint32_t date)
{
    return date % 100;
}

unsigned date_month_days(unsigned year, unsigned month)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    assert(month >= 1 && month <= 12);
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

unsigned date_year_of_two_digits(unsigned yy, uint32_t today)
{
    unsigned latest = date_year(today) + 10;
    return latest - (latest - yy) % 100;
}

bool date_is_valid(uint32_t date)
{
    unsigned year = date_year(date), month = date_month(date), day = date_day(date);
    if (year < DATE_YEAR_MIN || year > DATE_YEAR_MAX || month > 12)
        return false;
    return day == 0 || (month != 0 && day <= date_month_days(year, month));
}

bool date_is_full(uint32_t date)
{
    return date_is_valid(date) && date_day(date) != 0;
}

int32_t date_to_days(uint32_t date)
{
    assert(date_is_full(date));
    unsigned month = date_month(date);
    int32_t year = (int32_t)date_year(date) - (month <= 2);
    int32_t month_from_march = (int32_t)(month + 9) % 12;
    int32_t day_of_year = (153 * month_from_march + 2) / 5 + (int32_t)date_day(date) - 1;
    return year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - EPOCH_FROM_ERA_DAYS;
}

uint32_t date_from_days(int32_t days)
{
    int32_t from_era = days + EPOCH_FROM_ERA_DAYS;
    assert(from_era >= 0);
    int32_t era = from_era / ERA_DAYS;
    int32_t day_of_era = from_era % ERA_DAYS;
    int32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int32_t month_from_march = (5 * day_of_year + 2) / 153;
    int32_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    int32_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    int32_t year = era * 400 + year_of_era + (month <= 2);
    return (uint32_t)(year * 10000 + month * 100 + day);
}

uint32_t date_from_unix(int64_t unix_s)
{
    /* Beyond 9999 a clock is broken; what it says is shown as the last day there is. */
    int64_t last_s = INT64_C(253402214400), local_s = (unix_s < last_s ? unix_s : last_s) + DATE_ZONE_S;
    int64_t days = local_s / 86400 - (local_s % 86400 < 0);
    return date_from_days((int32_t)days);
}

unsigned date_weekday(uint32_t date)
{
    /* 01/01/1970 was a Thursday. */
    return (unsigned)((date_to_days(date) % 7 + 7 + 3) % 7);
}

const char *date_weekday_name(uint32_t date)
{
    static const char *const names[] = {
        N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
    };
    return _(names[date_weekday(date)]);
}

static char *put_number(char *at, unsigned value, unsigned digits)
{
    for (unsigned i = digits; i > 0; i--, value /= 10)
        at[i - 1] = (char)('0' + value % 10);
    return at + digits;
}

void date_print(uint32_t date, char out[DATE_TEXT_SIZE])
{
    char *at = out;
    if (date_day(date) != 0) {
        at = put_number(at, date_day(date), 2);
        *at++ = '/';
    }
    if (date_month(date) != 0) {
        at = put_number(at, date_month(date), 2);
        *at++ = '/';
    }
    if (date != 0)
        at = put_number(at, date_year(date), 4);
    *at = 0;
}

void date_print_iso(uint32_t date, char out[DATE_TEXT_SIZE])
{
    char *at = out;
    if (date != 0)
        at = put_number(at, date_year(date), 4);
    if (date_month(date) != 0) {
        *at++ = '-';
        at = put_number(at, date_month(date), 2);
    }
    if (date_day(date) != 0) {
        *at++ = '-';
        at = put_number(at, date_day(date), 2);
    }
    *at = 0;
}

void date_fault_print(const struct date_fault *fault, struct buf *out)
{
    switch (fault->kind) {
    case DATE_FAULT_NONE:
        break;
    case DATE_FAULT_FORM:
        buf_put_str(out, _("Write a date as day/month/year, for example 04/11/2026."));
        break;
    case DATE_FAULT_DAY:
        if (fault->month == 2)
            buf_printf(out, _("Month %u/%u has only %u days."), fault->month, fault->year, fault->day_max);
        else
            buf_printf(out, _("Month %u has only %u days."), fault->month, fault->day_max);
        break;
    case DATE_FAULT_MONTH:
        buf_put_str(out, _("A year has only 12 months; the day is written before the month."));
        break;
    case DATE_FAULT_YEAR:
        buf_printf(out, _("The year must be between %d and %d."), DATE_YEAR_MIN, DATE_YEAR_MAX);
        break;
    case DATE_FAULT_LUNAR:
        buf_put_str(out, _("Only the solar calendar is understood; write the day as day/month, for example 4/11."));
        break;
    }
}
