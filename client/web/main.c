/* main.c - `chibo-trang`, which `chibo trang` becomes: the book as a page for a browser of this machine.
 *
 *     chibo-trang CHIBO PORT MINUTES OPEN [HOME]
 *
 * CHIBO is the program that runs an exchange; PORT 0 is any free one; after MINUTES without a request it ends by
 * itself; OPEN 1 shows the page in the person's browser. Its address, with the token, is the first line of stdout. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../common/disk.h"
#include "../../common/language.h"
#include "../../common/process.h"
#include "http.h"

#define DOOR "trang.html" /* in the home: what the browser is given to open, since all users see a program's words */
#define TURN_MS 1000
#define DRAIN_TURNS 20 /* for the last page to leave */

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    (void)number;
    stopped = 1;
}

static void listen_to_signals(void)
{
    struct sigaction stop = {.sa_handler = on_signal}, nothing = {.sa_handler = SIG_IGN};

    (void)sigaction(SIGINT, &stop, NULL);
    (void)sigaction(SIGTERM, &stop, NULL);
    (void)sigaction(SIGHUP, &stop, NULL);
    (void)sigaction(SIGPIPE, &nothing, NULL);
}

/* Nobody is asked anything at the terminal while the page runs. */
static void leave_stdin(void)
{
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing >= 0)
        (void)dup2(nothing, STDIN_FILENO);
}

static void door_close(const struct book *b)
{
    char *path = disk_join(b->dir, DOOR);
    (void)unlink(path);
    free(path);
}

/* A private file that sends the browser on: the token stands in no program's words. */
static bool door_open(const struct book *b, const char *address)
{
    struct buf page = {0};

    door_close(b);
    buf_printf(&page, "<!DOCTYPE html><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">"
                      "<meta http-equiv=\"refresh\" content=\"0;url=%s\">\n", address);
    enum err e = disk_create(b->dir, DOOR, buf_bytes(&page));
    buf_wipe_deinit(&page);
    return e == ERR_OK;
}

static bool has_screen(void)
{
    return getenv("DISPLAY") != NULL || getenv("WAYLAND_DISPLAY") != NULL;
}

static void show_in_browser(const struct book *b)
{
    char *path = disk_join(b->dir, DOOR), *whole = realpath(path, NULL);

    (void)signal(SIGCHLD, SIG_DFL);
    pid_t child = whole == NULL ? -1 : fork();
    if (child == 0) {
        if (fork() != 0) /* the browser is nobody's child here */
            _exit(0);
        (void)setsid();
        int nothing = open("/dev/null", O_RDWR);
        for (int fd = STDIN_FILENO; nothing >= 0 && fd <= STDERR_FILENO; fd++)
            (void)dup2(nothing, fd);
        (void)execlp("xdg-open", "xdg-open", whole, (char *)NULL);
        _exit(127);
    }
    if (child > 0)
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
            continue;
    free(whole);
    free(path);
}

static int64_t idle_ms(const char *minutes)
{
    const char *test = getenv("CHIBO_TEST_WEB_IDLE_MS");
    return test != NULL ? strtoll(test, NULL, 10) : strtoll(minutes, NULL, 10) * 60000;
}

static void serve(struct http *h, int64_t idle)
{
    const int64_t turn_ms = idle < TURN_MS ? idle : TURN_MS;
    bool open = true;

    while (open && !stopped && !h->site->stop) {
        http_turn(h, (int)turn_ms);
        if (h->site->guard.entered)
            door_close(&h->site->env.book);
        open = http_now_ms() - h->last_ms < idle;
    }
    for (int i = 0; h->site->stop && i < DRAIN_TURNS; i++)
        http_turn(h, 10);
    if (!open)
        fprintf(stderr, "%s\n", _("Nobody used the page for a while: it is closed. Nothing is lost. To open it again: "
                                  "chibo trang"));
    else
        fprintf(stderr, "%s\n", _("The page is closed."));
}

static int fail(struct page_site *s, enum err e, const char *why)
{
    out_error(&s->env.out, e, why);
    page_site_deinit(s);
    return err_exit_status(e);
}

static enum err try_book(struct book *b, const char *home)
{
    enum err e = book_init(b, home);
    if (e == ERR_OK)
        e = book_open(b, KV_READ);
    if (e == ERR_OK) {
        e = book_begin(b, false);
        book_abort(b);
    }
    if (b->open)
        book_close(b);
    return e;
}

int main(int argc, char **argv)
{
    process_init();
    struct page_site site = {.exchange_fd = -1};
    struct http http = {0};
    struct buf address = {0};
    int status = 0;

    language_init(NULL);
    if (argc < 5)
        return fail(&site, ERR_USAGE, "chibo trang");
    leave_stdin();
    listen_to_signals();
    enum err e = try_book(&site.env.book, argc > 5 ? argv[5] : NULL);
    if (e != ERR_OK)
        return fail(&site, e, e == ERR_NO_STORE ? "chibo khoi-tao" : "");
    e = http_open(&http, (unsigned)strtoul(argv[2], NULL, 10), &site);
    if (e == ERR_OK) {
        page_site_init(&site, http.port, argv[1]);
        buf_printf(&address, "http://127.0.0.1:%u/vao/%s", http.port, site.guard.token);
        printf("%s\n", buf_cstr(&address));
        (void)fflush(stdout);
        fprintf(stderr, "%s\n", _("The address is good for one browser and once. The page is open while this runs; "
                                  "Ctrl+C closes it."));
        if (strcmp(argv[4], "1") == 0 && has_screen() && door_open(&site.env.book, buf_cstr(&address)))
            show_in_browser(&site.env.book);
        serve(&http, idle_ms(argv[3]));
        door_close(&site.env.book);
    } else {
        buf_printf(&address, "%s: %s", argv[2], _("Another program uses this port, or it may not be used."));
        status = fail(&site, e, buf_cstr(&address));
    }
    http_close(&http);
    page_site_deinit(&site);
    buf_wipe_deinit(&address);
    return status;
}
