/* process.c - see process.h. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* open takes the lowest number that is free, and all below fd are taken. */
static void take_descriptor(int fd)
{
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
        return;
    if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
        abort();
}

void process_init(void)
{
    const struct rlimit none = {0, 0};
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        take_descriptor(fd);
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)signal(SIGXFSZ, SIG_IGN);
}
