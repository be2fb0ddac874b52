/* daytime.h - times of day as people write them, in minutes since midnight: 0 .. 1439. */
#ifndef CHIBO_DAYTIME_H
#define CHIBO_DAYTIME_H

#include "base.h"
#include "err.h"

#define DAYTIME_MINUTES 1440
#define DAYTIME_TEXT_SIZE 6 /* "19:30" and NUL */

/* 19:30, 19.30, 19h30, 19h, 19 giờ 30 phút, 7 rưỡi tối, 7h30 toi, 2h chiều, 7:30 pm. A number alone is not a time
 * unless a part of the day follows it. ERR_BAD_VALUE, also for what no clock shows: 25h, 7h60, 14h sáng. */
MUST_CHECK enum err daytime_parse(const char *text, unsigned *minutes);
void daytime_print(unsigned minutes, char out[DAYTIME_TEXT_SIZE]); /* 19:30 */
bool daytime_is_valid(uint64_t minutes);

#endif
