/* server_clock.h - the server's clock, within what the book can say. */
#ifndef CHIBO_SERVER_CLOCK_H
#define CHIBO_SERVER_CLOCK_H

#include "../common/base.h"

/* Seconds since 1970; a clock before that is 0, one beyond the year 9999 its end. */
uint64_t server_clock_s(void);

#endif
