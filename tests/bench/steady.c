/* steady.c - see steady.h. It stands before the C library: a program has one function of each name. */
#include "steady.h"

#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define EPOCH_S 1790000000 /* September 2026 */

static bool steady;
static uint64_t drawn, looks;

void steady_begin(void)
{
    steady = true;
}

/* splitmix64 */
static uint8_t draw(void)
{
    uint64_t x = ++drawn * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (uint8_t)(x ^ x >> 31);
}

ssize_t getrandom(void *p, size_t n, unsigned flags)
{
    uint8_t *b = p;
    if (!steady)
        return syscall(SYS_getrandom, p, n, flags);
    for (size_t i = 0; i < n; i++)
        b[i] = draw();
    return (ssize_t)n;
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
    if (!steady)
        return (int)syscall(SYS_clock_gettime, clock, t);
    *t = (struct timespec){.tv_sec = EPOCH_S + (time_t)++looks};
    return 0;
}

time_t time(time_t *t)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) == 0 && t != NULL)
        *t = now.tv_sec;
    return now.tv_sec;
}

uint64_t steady_cpu_us(void)
{
    struct timespec t = {0};
    (void)syscall(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}
