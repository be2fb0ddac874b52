/* spawn.c - how long a whole process takes, from the call that starts it to its end.
 *
 *     spawn N PROGRAM ARGUMENT...    runs it N times, one after the other; in the arguments `%d` is the number of the run
 *
 * Prints, of all runs: median wall, median CPU (user and system, children included) in microseconds, greatest resident
 * set in KiB. What the program prints goes to the file $SPAWN_OUT, or nowhere; a run that fails ends it. */
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define RUNS_MAX 10000
#define ARGUMENTS_MAX 64
#define ARGUMENT_MAX 4096

extern char **environ;

static uint64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

static uint64_t cpu_us(const struct rusage *u)
{
    return (uint64_t)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000000u +
           (uint64_t)(u->ru_utime.tv_usec + u->ru_stime.tv_usec);
}

static int order(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* The argument with the number of the run in place of %d. */
static void fill(char out[ARGUMENT_MAX], const char *argument, int number)
{
    const char *at = strstr(argument, "%d");
    if (at == NULL)
        snprintf(out, ARGUMENT_MAX, "%s", argument);
    else
        snprintf(out, ARGUMENT_MAX, "%.*s%d%s", (int)(at - argument), argument, number, at + 2);
}

int main(int argc, char **argv)
{
    static char room[ARGUMENTS_MAX][ARGUMENT_MAX];
    static uint64_t wall[RUNS_MAX], cpu[RUNS_MAX];
    char *args[ARGUMENTS_MAX + 1] = {NULL};
    posix_spawn_file_actions_t actions;
    int runs = argc > 2 ? (int)strtol(argv[1], NULL, 10) : 0;
    long rss_kb = 0;

    if (runs < 1 || runs > RUNS_MAX || argc - 2 > ARGUMENTS_MAX)
        return 2;
    posix_spawn_file_actions_init(&actions);
    const char *out = getenv("SPAWN_OUT");
    posix_spawn_file_actions_addopen(&actions, 1, out != NULL ? out : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    for (int i = 0; i < runs; i++) {
        struct rusage use;
        int status;
        pid_t pid;

        for (int a = 2; a < argc; a++) {
            fill(room[a - 2], argv[a], i);
            args[a - 2] = room[a - 2];
        }
        uint64_t start = now_us();
        if (posix_spawnp(&pid, args[0], &actions, NULL, args, environ) != 0 || wait4(pid, &status, 0, &use) < 0)
            return 1;
        wall[i] = now_us() - start;
        cpu[i] = cpu_us(&use);
        if (use.ru_maxrss > rss_kb)
            rss_kb = use.ru_maxrss;
        if (status != 0) {
            fprintf(stderr, "spawn: run %d of %s: status %d\n", i, args[0], WEXITSTATUS(status));
            return 1;
        }
    }
    qsort(wall, (size_t)runs, sizeof wall[0], order);
    qsort(cpu, (size_t)runs, sizeof cpu[0], order);
    printf("%llu %llu %ld\n", (unsigned long long)wall[runs / 2], (unsigned long long)cpu[runs / 2], rss_kb);
    return 0;
}
