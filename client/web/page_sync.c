/* page_sync.c - the button that exchanges with the ward. The exchange is `chibo dong-bo` in a process of its own, so
 * that the page answers meanwhile; what it says is shown when it ends. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../common/language.h"
#include "page.h"

#define SAID_MAX 65536

static _Noreturn void become_exchange(const struct page_site *s, int said)
{
    int nothing = open("/dev/null", O_RDONLY);

    (void)signal(SIGPIPE, SIG_DFL);
    if (nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(said, STDOUT_FILENO) >= 0 &&
        dup2(said, STDERR_FILENO) >= 0)
        (void)execl(s->program, "chibo", "dong-bo", "--thu-muc", s->env.book.dir, (char *)NULL);
    _exit(127);
}

static enum err begin(struct page_site *s)
{
    if (s->exchange_fd >= 0)
        (void)close(s->exchange_fd);
    s->exchange_fd = memfd_create("chibo-trang", MFD_CLOEXEC);
    s->exchange = s->exchange_fd < 0 ? -1 : fork();
    if (s->exchange == 0)
        become_exchange(s, s->exchange_fd);
    if (s->exchange > 0)
        return ERR_OK;
    s->exchange = 0;
    return ERR_OTHER;
}

/* Has it ended? */
static void look(struct page_site *s)
{
    int status = 0;

    if (s->exchange == 0)
        return;
    pid_t ended = waitpid(s->exchange, &status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR))
        return;
    s->exchange = 0;
    s->exchange_status = ended > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static void put_said(struct page *p)
{
    struct page_site *s = p->site;
    struct buf text = {0};

    if (s->exchange_fd < 0)
        return;
    ssize_t n = pread(s->exchange_fd, buf_grow(&text, SAID_MAX), SAID_MAX, 0);
    text.n = n > 0 ? (size_t)n : 0;
    if (text.n > 0)
        page_text(p, s->exchange_status == 0 ? "note" : "wrong", &text);
    buf_deinit(&text);
}

enum err page_sync(struct page *p)
{
    struct page_site *s = p->site;
    enum err e = ERR_OK;

    look(s);
    if (p->post && s->exchange == 0)
        e = begin(s);
    if (p->post && e == ERR_OK)
        page_go(p, "/dong-bo", "");
    page_title(p, _("Exchange with the ward"));
    if (s->exchange != 0) {
        page_notice(p, "note", _("The exchange is under way…"));
        p->refresh = "1";
        return e;
    }
    put_said(p);
    html_element(&p->body, "p", NULL, _("What was written here goes to the ward, what the ward has for this "
                                             "book comes here."));
    page_form_begin(p, "/dong-bo", "");
    html_put(&p->body, "<p class=\"buttons\">");
    page_button(p, "lam", "dong-bo", _("Exchange now"), true);
    html_put(&p->body, "</p>\n");
    page_form_end(p);
    return e;
}
