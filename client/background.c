/* background.c - see background.h. */
#include "background.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../common/disk.h"

static const char *const words[BACKGROUND_WHENS][2] = {
    [BACKGROUND_TERMINAL] = {"man-hinh", "terminal"},
    [BACKGROUND_ALWAYS] = {"bat", "on"},
    [BACKGROUND_NEVER] = {"tat", "off"},
};

bool background_parse(const char *word, enum background_when *when)
{
    for (unsigned i = 0; i < BACKGROUND_WHENS; i++)
        for (unsigned w = 0; w < ARRAY_LEN(words[i]); w++)
            if (strcmp(words[i][w], word) == 0) {
                *when = (enum background_when)i;
                return true;
            }
    return false;
}

const char *background_word(enum background_when when)
{
    assert(when < BACKGROUND_WHENS);
    return words[when][0];
}

enum err background_load(struct book *b, enum background_when *when)
{
    struct buf value = {0};
    enum err e = book_get(b, BOOK_BACKGROUND, &value);

    *when = BACKGROUND_TERMINAL;
    if (e == ERR_OK && value.n == 1 && value.p[0] < BACKGROUND_WHENS)
        *when = (enum background_when)value.p[0];
    buf_deinit(&value);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err background_save(struct book *b, enum background_when when)
{
    uint8_t value = (uint8_t)when;

    return book_put(b, BOOK_BACKGROUND, bytes_of(&value, 1));
}

static bool wanted(struct book *b)
{
    enum background_when when = BACKGROUND_NEVER;
    enum err e = book_begin(b, false);

    if (e == ERR_OK)
        e = background_load(b, &when);
    book_abort(b);
    if (e != ERR_OK || !b->replica.enrolled)
        return false;
    return when == BACKGROUND_ALWAYS || (when == BACKGROUND_TERMINAL && isatty(STDIN_FILENO) && isatty(STDERR_FILENO));
}

/* In the child. What the parent printed to may be a pipe whose reader waits for its end. */
static _Noreturn void become_sync(const char *dir)
{
    int nothing = open("/dev/null", O_RDWR);

    (void)setsid();
    for (int fd = STDIN_FILENO; nothing >= 0 && fd <= STDERR_FILENO; fd++)
        (void)dup2(nothing, fd);
    if (nothing >= 0)
        (void)execl("/proc/self/exe", "chibo", "dong-bo", "--nen", "--thu-muc", dir, (char *)NULL);
    _exit(1);
}

void background_start(struct book *b)
{
    char *dir = NULL;

    if (!b->open || !wanted(b))
        return;
    dir = realpath(b->dir, NULL);
    (void)fflush(NULL);
    (void)signal(SIGHUP, SIG_IGN); /* the terminal may go before the child has left it */
    if (dir != NULL && fork() == 0)
        become_sync(dir);
    free(dir);
}

enum err background_enter(const struct book *b)
{
    struct buf path = {0};
    int fd;

    buf_printf(&path, "%s/nen", b->dir);
    fd = open(buf_cstr(&path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    buf_deinit(&path);
    (void)alarm(BACKGROUND_DEATH_S);
    return fd < 0 ? ERR_IO : disk_lock(fd, 0);
}
