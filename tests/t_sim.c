/* t_sim.c - the campaign: many seeds, in two processes, with what they met added up.
 *
 *     t_sim                     the seeds of `make check`
 *     t_sim --seeds N --first S N seeds from S on
 *     t_sim --seed S --trace    one seed, every event on a line
 *     t_sim --hashes ...        prints each seed's trace hash (tests/sim_trace_test.sh)
 *     t_sim --snapshots ...     logs begin at snapshots also where the ward is restored
 *     t_sim --ward FILE ...     plays what `ward.py --flow` says (sim_flow.h; tests/sim_ward_test.sh)
 *     t_sim --stop ...          ends at the first seed that fails (tests/bugs_test.sh) */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim_flow.h"
#include "sim_matrix.h"
#include "sim_more.h"

#define SEEDS 4800
#define WORKERS 2
#define FAILURES_MAX 20

struct options {
    uint64_t first, seeds;
    bool trace, hashes, stop;
};

struct result {
    uint64_t failures;
    struct sim_totals totals;
    struct sim_matrix matrix;
};

static uint64_t running_seed;

/* An assertion failed: say which seed before the process dies. */
static void on_abort(int number)
{
    char line[96];
    int n = snprintf(line, sizeof line, "seed %llu: aborted\n  t_sim --seed %llu --trace\n",
                     (unsigned long long)running_seed, (unsigned long long)running_seed);

    if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
        _exit(2);
    signal(number, SIG_DFL);
    raise(number);
}

static void run_seed(uint64_t seed, const struct options *o, struct result *r)
{
    static struct sim s;

    running_seed = seed;
    if (!sim_run(&s, seed, o->trace)) {
        r->failures++;
        printf("seed %llu: %s\n  t_sim --seed %llu --trace\n", (unsigned long long)seed, s.why, (unsigned long long)seed);
    }
    if (o->hashes) {
        printf("%llu ", (unsigned long long)seed);
        for (size_t i = 0; i < 16; i++)
            printf("%02x", s.hash.b[i]);
        printf("\n");
    }
    sim_add_totals(&r->totals, &s.totals);
    sim_deinit(&s);
}

static void run_share(unsigned worker, unsigned workers, const struct options *o, struct result *r)
{
    signal(SIGABRT, on_abort);
    signal(SIGSEGV, on_abort);
    for (uint64_t i = worker; i < o->seeds && r->failures < FAILURES_MAX && !(o->stop && r->failures > 0); i += workers)
        run_seed(o->first + i, o, r);
    r->matrix = sim_matrix;
}

static void add_result(struct result *sum, const struct result *r)
{
    sum->failures += r->failures;
    sim_add_totals(&sum->totals, &r->totals);
    sim_matrix_add(&sum->matrix, &r->matrix);
}

/* Each worker sends its result through a pipe; one that does not has aborted. */
static void run_workers(const struct options *o, struct result *sum)
{
    int pipes[WORKERS][2];
    pid_t pid[WORKERS];

    fflush(stdout);
    for (unsigned i = 0; i < WORKERS; i++) {
        if (pipe(pipes[i]) != 0)
            abort();
        pid[i] = fork();
        if (pid[i] == 0) {
            struct result r = {0};

            run_share(i, WORKERS, o, &r);
            fflush(stdout);
            exit(write(pipes[i][1], &r, sizeof r) == (ssize_t)sizeof r ? 0 : 1); /* a leak checker looks at the end */
        }
        close(pipes[i][1]);
    }
    for (unsigned i = 0; i < WORKERS; i++) {
        struct result r = {0};
        size_t got = 0;
        ssize_t n;

        while (got < sizeof r && (n = read(pipes[i][0], (char *)&r + got, sizeof r - got)) > 0)
            got += (size_t)n;
        close(pipes[i][0]);
        if (got == sizeof r)
            add_result(sum, &r);
        else
            sum->failures++;
        waitpid(pid[i], NULL, 0);
    }
}

static void print_totals(const struct sim_totals *t)
{
    printf("%llu seeds, %llu actions, %llu records, %llu changes in %llu leaves\n", (unsigned long long)t->seeds,
           (unsigned long long)t->actions, (unsigned long long)t->recorded, (unsigned long long)t->changes,
           (unsigned long long)t->leaves);
    printf("%llu sessions, %llu whole, %llu cuts, %llu ended by an error, %llu replays, %llu restores\n", (unsigned long long)t->sessions,
           (unsigned long long)t->whole, (unsigned long long)t->cuts, (unsigned long long)t->errors,
           (unsigned long long)t->replays, (unsigned long long)t->restores);
    printf("%llu steps of files; %llu crashes, %llu restarts, %llu disk faults, %llu revocations\n",
           (unsigned long long)t->files, (unsigned long long)t->crashes,
           (unsigned long long)t->restarts, (unsigned long long)t->faults, (unsigned long long)t->revoked);
    printf("%llu stores put back, %llu cloned; %llu new incarnations, %llu times two live; %llu rotations of the key; %llu times bits rot;"
           " %llu logs begin at a snapshot, %llu words from below one; %llu times a year away, %llu times"
           " cells and roles change\n",
           (unsigned long long)t->put_back, (unsigned long long)t->clones, (unsigned long long)t->renewed,
           (unsigned long long)t->two_live, (unsigned long long)t->rotations, (unsigned long long)t->rotten, (unsigned long long)t->snapshots,
           (unsigned long long)t->past,
           (unsigned long long)t->away, (unsigned long long)t->reorganised);
    printf("%llu bytes up, %llu down; rounds to settle: %.2f on average, %llu at most\n",
           (unsigned long long)t->bytes[SIM_LINK_UP], (unsigned long long)t->bytes[SIM_LINK_DOWN],
           t->seeds > 0 ? (double)t->rounds / (double)t->seeds : 0.0, (unsigned long long)t->rounds_most);
}

static bool parse(int argc, char **argv, struct options *o)
{
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;

        if (strcmp(argv[i], "--trace") == 0)
            o->trace = true;
        else if (strcmp(argv[i], "--hashes") == 0)
            o->hashes = true;
        else if (strcmp(argv[i], "--snapshots") == 0)
            sim_more_snapshots = true;
        else if (strcmp(argv[i], "--stop") == 0)
            o->stop = true;
        else if (strcmp(argv[i], "--ward") == 0 && more) {
            if (!sim_flow_load(argv[++i]))
                return false;
        } else if (strcmp(argv[i], "--seeds") == 0 && more)
            o->seeds = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--first") == 0 && more)
            o->first = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0 && more) {
            o->first = strtoull(argv[++i], NULL, 10);
            o->seeds = 1;
        } else
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct options o = {.first = 1, .seeds = SEEDS};
    struct result sum = {0};

    if (!parse(argc, argv, &o)) {
        fprintf(stderr, "t_sim [--seeds N] [--first S] [--seed S] [--trace] [--hashes] [--snapshots] [--stop] [--ward FILE]\n");
        return 2;
    }
    crypto_init();
    if (o.seeds == 1 || o.hashes || o.stop)
        run_share(0, 1, &o, &sum);
    else
        run_workers(&o, &sum);
    if (!o.hashes) {
        print_totals(&sum.totals);
        sim_matrix_print(&sum.matrix);
        sum.failures += sim_matrix_check(&sum.matrix, o.first == 1 && o.seeds >= SEEDS && !o.stop && sim_flow == NULL);
    }
    printf("t_sim: %llu passed, %llu failed\n", (unsigned long long)(sum.totals.seeds - sum.failures),
           (unsigned long long)sum.failures);
    return sum.failures > 0 ? 1 : 0;
}
