/* link.c - a slow link between two network namespaces, in user space: one TUN device in each, and between them a delay, a
 * rate, a queue and loss for each direction. It counts what a real link would carry: IP bytes, headers included.
 *
 *     link NAMESPACE-A NAMESPACE-B DELAY-MS UP-KBIT DOWN-KBIT LOSS-PERCENT [SEED]
 *
 * The device is chibo0 in both; whoever starts this gives it addresses. "Up" is from A to B. DELAY-MS is one way. 0 kbit:
 * no limit. It says "ready" when the devices are there, and then
 * answers each line on its standard input: "count" with "up BYTES PACKETS DROPPED down BYTES PACKETS DROPPED" since the
 * last count; "cut" drops everything from there on, "mend" no longer. It ends with its input. Needs CAP_NET_ADMIN. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define MTU 1500
#define QUEUE_MAX 256 /* packets that wait for their turn on the wire: about what an access network's buffer holds */

struct packet {
    int64_t due_ns; /* when it comes out at the far end */
    size_t n;
    uint8_t bytes[MTU];
};

struct direction {
    int from, to;
    double kbit;
    int64_t busy_until_ns; /* the wire sends one packet after the other */
    struct packet queue[QUEUE_MAX];
    size_t first, count;
    uint64_t bytes, packets, dropped;
};

static int64_t delay_ns;
static double loss;
static uint64_t chance;
static bool is_cut;
static struct direction up, down;

static void die(const char *what)
{
    fprintf(stderr, "link: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* xorshift64*: the same seed loses the same packets. */
static double draw(void)
{
    chance ^= chance >> 12;
    chance ^= chance << 25;
    chance ^= chance >> 27;
    return (double)((chance * 0x2545f4914f6cdd1dull) >> 11) / (double)(1ull << 53);
}

static void enter(const char *namespace)
{
    char path[128];
    int fd;

    snprintf(path, sizeof path, "/var/run/netns/%s", namespace);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET) != 0)
        die(path);
    close(fd);
}

static int tun_open(const char *namespace)
{
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int fd;

    enter(namespace);
    fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    snprintf(request.ifr_name, sizeof request.ifr_name, "chibo0");
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0)
        die("tun");
    return fd;
}

/* A packet enters the wire if there is room in its queue; a lost one has used the wire all the same. */
static void take(struct direction *d)
{
    for (;;) {
        struct packet *p = &d->queue[(d->first + d->count) % QUEUE_MAX];
        uint8_t spare[MTU];
        bool full = d->count == QUEUE_MAX;
        ssize_t n = read(d->from, full ? spare : p->bytes, MTU);
        int64_t now = now_ns();

        if (n <= 0)
            return;
        if ((full ? spare : p->bytes)[0] >> 4 != 4)
            continue; /* the kernel's own IPv6 neighbour talk is not ours */
        d->bytes += (uint64_t)n;
        d->packets++;
        if (d->busy_until_ns < now)
            d->busy_until_ns = now;
        if (d->kbit > 0 && !full)
            d->busy_until_ns += (int64_t)((double)n * 8.0 * 1e6 / d->kbit);
        if (full || is_cut || draw() < loss) {
            d->dropped++;
            continue;
        }
        p->n = (size_t)n;
        p->due_ns = d->busy_until_ns + delay_ns;
        d->count++;
    }
}

static void give(struct direction *d)
{
    while (d->count > 0 && d->queue[d->first].due_ns <= now_ns()) {
        struct packet *p = &d->queue[d->first];

        if (!is_cut && write(d->to, p->bytes, p->n) < 0 && errno != EAGAIN && errno != EIO)
            die("write");
        d->first = (d->first + 1) % QUEUE_MAX;
        d->count--;
    }
}

static void answer(const char *line)
{
    if (strncmp(line, "count", 5) == 0) {
        printf("up %llu %llu %llu down %llu %llu %llu\n", (unsigned long long)up.bytes, (unsigned long long)up.packets,
               (unsigned long long)up.dropped, (unsigned long long)down.bytes, (unsigned long long)down.packets,
               (unsigned long long)down.dropped);
        up.bytes = up.packets = up.dropped = down.bytes = down.packets = down.dropped = 0;
    } else {
        is_cut = strncmp(line, "cut", 3) == 0;
        printf("%s\n", is_cut ? "cut" : "mended");
    }
    fflush(stdout);
}

/* Nanoseconds until the next packet is due; a second when none waits. */
static int64_t next_ns(void)
{
    const struct direction *const both[] = {&up, &down};
    int64_t now = now_ns(), best = 1000000000;

    for (int i = 0; i < 2; i++)
        if (both[i]->count > 0 && both[i]->queue[both[i]->first].due_ns - now < best)
            best = both[i]->queue[both[i]->first].due_ns - now;
    return best < 0 ? 0 : best;
}

static void run(void)
{
    struct pollfd fds[3] = {{.fd = 0, .events = POLLIN}, {.fd = up.from, .events = POLLIN}, {.fd = down.from, .events = POLLIN}};

    for (;;) {
        int64_t wait_ns = next_ns();
        struct timespec wait = {wait_ns / 1000000000, wait_ns % 1000000000};
        char line[64];

        if (ppoll(fds, 3, &wait, NULL) < 0 && errno != EINTR)
            die("poll");
        take(&up);
        take(&down);
        give(&up);
        give(&down);
        if ((fds[0].revents & (POLLIN | POLLHUP)) != 0) {
            ssize_t n = read(0, line, sizeof line - 1);

            if (n <= 0)
                return;
            line[n] = '\0';
            answer(line);
        }
    }
}

int main(int argc, char **argv)
{
    int a, b;

    if (argc < 7) {
        fprintf(stderr, "link NAMESPACE-A NAMESPACE-B DELAY-MS UP-KBIT DOWN-KBIT LOSS-PERCENT [SEED]\n");
        return 2;
    }
    delay_ns = (int64_t)(atof(argv[3]) * 1e6);
    loss = atof(argv[6]) / 100.0;
    chance = (argc > 7 ? strtoull(argv[7], NULL, 10) : 1) * 0x9e3779b97f4a7c15ull | 1;
    a = tun_open(argv[1]);
    b = tun_open(argv[2]);
    up = (struct direction){.from = a, .to = b, .kbit = atof(argv[4])};
    down = (struct direction){.from = b, .to = a, .kbit = atof(argv[5])};
    printf("ready\n");
    fflush(stdout);
    run();
    return 0;
}
