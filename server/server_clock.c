/* server_clock.c - see server_clock.h. */
#include "server_clock.h"

#include <time.h>

#include "../proto/limits.h"

uint64_t server_clock_s(void)
{
    const time_t now = time(NULL);
    return now < 0 ? 0 : now > TIME_MAX ? TIME_MAX : (uint64_t)now;
}
