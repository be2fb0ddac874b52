/* steady.h - a machine where the same program does the same twice: its own chance and its own clock. */
#ifndef BENCH_STEADY_H
#define BENCH_STEADY_H

#include "../../common/base.h"

/* From here on: random bytes (of libsodium too) from a counter, and a clock that goes on by a second with each look at
 * it. Never for anything that has to be secret. */
void steady_begin(void);
uint64_t steady_cpu_us(void); /* of this process; the real one */

#endif
