/* cutter.c - a bad link for the demo and the tests of cuts: relays TCP on loopback, counts bytes, cuts.
 *
 *     cutter free                                      prints a free port
 *     cutter FROM TO [cut N] [cut-down N] [stall-down N] [reset]      relays 127.0.0.1:FROM to 127.0.0.1:TO until it is killed
 *
 * FROM 0: any free port. The first line of stdout says `port N`; each connection that ended adds one,
 * `up N down N cut 0|1`: bytes that were passed on towards TO and back. cut N: of each connection exactly N bytes go
 * up, cut-down N: so many come back, then both ends see it end at once; with `reset` as if a machine had vanished (RST:
 * what the other side has not read yet is lost too). stall-down N: the first connection passes N bytes back, says
 * `stalled PID`, and then stands still with both ends open until SIGCONT reaches PID. One process for each connection. The scripts build it: it is no
 * part of the product. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOM 65536

static bool reset;
static unsigned long long cut_up = ~0ULL, cut_down = ~0ULL, stall_down = ~0ULL;

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(1);
}

static struct sockaddr_in loopback(unsigned port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

static int door(unsigned port)
{
    struct sockaddr_in a = loopback(port);
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 64) != 0)
        die("cutter: listen");
    return fd;
}

static unsigned port_of(int fd)
{
    struct sockaddr_in a;
    socklen_t n = sizeof a;

    if (getsockname(fd, (struct sockaddr *)&a, &n) != 0)
        die("cutter: getsockname");
    return ntohs(a.sin_port);
}

/* One way of the relay. A write blocks: the slower end sets the pace, as a link does. */
struct way {
    int from, to;
    unsigned long long passed, most;
    bool over;
};

/* Passes on what is there. False: this way has passed all it may. */
static bool pass(struct way *w)
{
    static char room[ROOM];
    size_t most = w->most - w->passed < ROOM ? (size_t)(w->most - w->passed) : ROOM;
    ssize_t n = most > 0 ? read(w->from, room, most) : 0;

    if (n <= 0) {
        w->over = true;
        shutdown(w->to, SHUT_WR);
        return most > 0;
    }
    for (ssize_t done = 0, k; done < n; done += k) {
        k = write(w->to, room + done, (size_t)(n - done));
        if (k <= 0) {
            w->over = true;
            return true;
        }
    }
    w->passed += (unsigned long long)n;
    return w->passed < w->most;
}

static void vanish(int fd)
{
    struct linger now = {.l_onoff = 1};

    if (reset)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
}

/* What is on its way stays in the buffers of both ends. */
static void stand_still(void)
{
    stall_down = ~0ULL;
    printf("stalled %ld\n", (long)getpid());
    fflush(stdout);
    raise(SIGSTOP);
}

static void relay(int device, unsigned to)
{
    struct sockaddr_in a = loopback(to);
    int ward = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct way up = {device, ward, 0, cut_up, false}, down = {ward, device, 0, cut_down, false};
    bool whole = true;

    if (ward < 0 || connect(ward, (struct sockaddr *)&a, sizeof a) != 0) {
        vanish(device);
        return;
    }
    while (whole && !(up.over && down.over)) {
        struct pollfd p[2] = {{up.over ? -1 : device, POLLIN, 0}, {down.over ? -1 : ward, POLLIN, 0}};

        if (poll(p, 2, -1) < 0 && errno != EINTR)
            die("cutter: poll");
        if (p[1].revents != 0)
            whole = pass(&down);
        if (down.passed >= stall_down)
            stand_still();
        if (whole && p[0].revents != 0)
            whole = pass(&up);
    }
    vanish(device);
    vanish(ward);
    printf("up %llu down %llu cut %d\n", up.passed, down.passed, !whole);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "free") == 0) {
        printf("%u\n", port_of(door(0)));
        return 0;
    }
    if (argc < 3) {
        fputs("cutter: free | FROM TO [cut N] [cut-down N] [reset]\n", stderr);
        return 2;
    }
    for (int i = 3; i < argc; i++) {
        if (strcmp(argv[i], "reset") == 0)
            reset = true;
        else if (strcmp(argv[i], "cut") == 0 && i + 1 < argc)
            cut_up = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "stall-down") == 0 && i + 1 < argc)
            stall_down = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "cut-down") == 0 && i + 1 < argc)
            cut_down = strtoull(argv[++i], NULL, 10);
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);

    unsigned to = (unsigned)strtoul(argv[2], NULL, 10);
    int fd = door((unsigned)strtoul(argv[1], NULL, 10));
    printf("port %u\n", port_of(fd));
    fflush(stdout);
    for (;;) {
        int device = accept(fd, NULL, NULL);
        if (device < 0)
            continue;
        if (fork() == 0) {
            close(fd);
            relay(device, to);
            _exit(0);
        }
        stall_down = ~0ULL;
        close(device);
    }
}
