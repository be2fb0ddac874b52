/* out.c - see out.h. */
#include "out.h"

#include <errno.h>
#include <unistd.h>

#include "../common/disk.h"
#include "../common/json.h"
#include "../common/language.h"
#include "../common/text.h"

static enum err write_all(int fd, struct bytes text)
{
    while (text.n > 0) {
        ssize_t n = write(fd, text.p, text.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return disk_error(errno);
        text = bytes_cut(text, (size_t)n);
    }
    return ERR_OK;
}

static enum err write_shown(int fd, struct bytes text)
{
    struct buf shown = {0};
    text_show(text, &shown);
    enum err e = write_all(fd, buf_bytes(&shown));
    buf_wipe_deinit(&shown);
    return e;
}

/* What stdout does says nothing of the book's disk. */
enum err out_flush(struct out *o)
{
    enum err e = (o->json ? write_all : write_shown)(STDOUT_FILENO, buf_bytes(&o->text));
    buf_clear(&o->text);
    return e == ERR_OK || e == ERR_NO_SPACE ? e : ERR_OTHER;
}

void out_write(int fd, struct bytes text)
{
    (void)!write_shown(fd, text);
}

void out_note(const char *sentence)
{
    struct buf line = {0};
    buf_put_str(&line, sentence);
    buf_put_str(&line, "\n");
    out_write(STDERR_FILENO, buf_bytes(&line));
    buf_deinit(&line);
}

/* A Vietnamese sentence ends with its point, an English one goes on. */
static void sentence_put(struct buf *line, enum err e, const char *why)
{
    const char *sentence = _(err_sentence(e));
    size_t n = strlen(sentence);
    bool ends = n > 0 && sentence[n - 1] == '.';

    buf_put_str(line, sentence);
    if (why[0] != 0) {
        buf_put_str(line, ends ? " " : ": ");
        buf_put_str(line, why);
    }
}

void out_error(const struct out *o, enum err e, const char *why)
{
    struct buf line = {0}, sentence = {0};

    sentence_put(&sentence, e, why);
    if (o->json) {
        struct json j;
        json_init(&j, &line);
        json_object_begin(&j);
        json_put_uint(&j, "v", 1);
        json_put_string(&j, "error", err_name(e));
        json_put_int(&j, "status", err_exit_status(e));
        json_put_string(&j, "message", buf_cstr(&sentence));
        json_object_end(&j);
        json_line(&j);
    } else {
        buf_put_str(&line, "chibo: ");
        buf_put_bytes(&line, buf_bytes(&sentence));
        buf_put_str(&line, "\n");
    }
    out_write(STDERR_FILENO, buf_bytes(&line));
    buf_deinit(&sentence);
    buf_deinit(&line);
}

void out_deinit(struct out *o)
{
    buf_wipe_deinit(&o->text);
}
