/* ask.c - see ask.h. */
#include "ask.h"

#include <errno.h>
#include <termios.h>
#include <unistd.h>

#include "../common/language.h"
#include "out.h"

bool ask_is_possible(void)
{
    return isatty(STDIN_FILENO) == 1;
}

static void begin(struct ask *a)
{
    struct termios t;
    if (a->begun)
        return;
    a->begun = true;
    if (a->fd == 0)
        a->fd = STDERR_FILENO;
    if (!ask_is_possible() || tcgetattr(STDIN_FILENO, &t) != 0 || (t.c_iflag & IUTF8) != 0)
        return;
    t.c_iflag |= IUTF8;
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

static void fill(struct ask *a)
{
    ssize_t n;
    uint8_t *room;
    do {
        room = buf_grow(&a->in, 4096);
        n = read(STDIN_FILENO, room, 4096);
        a->in.n -= 4096 - (size_t)(n > 0 ? n : 0);
    } while (n < 0 && errno == EINTR);
    a->ended = n <= 0;
}

/* The next line without its end. False: there is none. A line too long is cut; the rest is the next one. */
static bool take(struct ask *a, struct buf *line)
{
    for (;;) {
        const uint8_t *end = a->in.n > 0 ? memchr(a->in.p, '\n', a->in.n) : NULL;
        size_t n = end != NULL ? (size_t)(end - a->in.p) : a->in.n;
        if (end != NULL || a->in.n >= ASK_LINE_MAX || (a->ended && a->in.n > 0)) {
            buf_put(line, a->in.p, n);
            buf_drop_front(&a->in, n + (end != NULL));
            return true;
        }
        if (a->ended)
            return false;
        fill(a);
    }
}

/* Input methods erase what they put another letter for, with 0x08 or with 0x7F. The terminal knows one of them; the
 * other comes through to us and takes the letter before it, as on every other screen. */
static void erase(struct buf *line)
{
    size_t n = 0;
    for (size_t i = 0; i < line->n; i++) {
        if (line->p[i] != '\b' && line->p[i] != 0x7F) {
            line->p[n++] = line->p[i];
            continue;
        }
        while (n > 0 && (line->p[n - 1] & 0xC0) == 0x80)
            n--;
        n -= n > 0;
    }
    line->n = n;
}

static void trim(struct buf *line)
{
    size_t front = 0;

    erase(line);
    while (line->n > 0 && (line->p[line->n - 1] == ' ' || line->p[line->n - 1] == '\r' || line->p[line->n - 1] == '\t'))
        line->n--;
    while (front < line->n && (line->p[front] == ' ' || line->p[front] == '\t'))
        front++;
    buf_drop_front(line, front);
}

/* A terminal holds so much of a line and drops what is typed beyond it: half a text must not pass for the whole. */
#define TERMINAL_LINE_MAX 4095

enum ask_answer ask_line(struct ask *a, const char *question, const char *shown, struct buf *line)
{
    struct buf text = {0};
    bool cut;

    begin(a);
    buf_put_str(&text, question);
    if (shown != NULL && shown[0] != 0)
        buf_printf(&text, " [%s]", shown);
    buf_put_str(&text, ": ");
    do {
        out_write(a->fd, buf_bytes(&text));
        buf_clear(line);
        if (!take(a, line)) {
            buf_deinit(&text);
            out_write(a->fd, bytes_of_str("\n"));
            return ASK_END;
        }
        cut = ask_is_possible() && line->n >= TERMINAL_LINE_MAX;
        if (cut)
            ask_say(a, _("  ✗ The line is too long for the terminal; its end was lost. Shorter, please."));
    } while (cut);
    buf_deinit(&text);
    trim(line);
    if (!ask_is_possible())
        out_write(a->fd, bytes_of_str("\n"));
    if (bytes_equal(buf_bytes(line), bytes_of_str("<")))
        return ASK_BACK;
    return bytes_equal(buf_bytes(line), bytes_of_str(".")) ? ASK_ENOUGH : ASK_TEXT;
}

enum ask_yes ask_yes(struct ask *a, const char *question, bool otherwise)
{
    struct buf line = {0};
    enum ask_yes yes = ASK_NO;
    enum ask_answer answer;
    bool done;

    do {
        answer = ask_line(a, question, otherwise ? _("y") : _("n"), &line);
        done = answer != ASK_TEXT || line.n == 0 || (line.n == 1 && strchr("ycnk", line.p[0]) != NULL);
    } while (!done);
    if (answer == ASK_TEXT && (line.n == 0 ? otherwise : strchr("yc", line.p[0]) != NULL))
        yes = ASK_YES;
    buf_deinit(&line);
    return answer == ASK_END ? ASK_NOBODY : yes;
}

bool ask_read(struct ask *a, struct buf *line)
{
    buf_clear(line);
    if (!take(a, line))
        return false;
    trim(line);
    return true;
}

void ask_say(struct ask *a, const char *text)
{
    begin(a);
    out_write(a->fd, bytes_of_str(text));
    out_write(a->fd, bytes_of_str("\n"));
}

void ask_deinit(struct ask *a)
{
    buf_wipe_deinit(&a->in);
}
