/* t_log.c - logfmt lines, quoting, and the limit on repeated events. */
#include "../common/log.h"
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

static uint64_t now_ms;
static int pipe_fds[2];

static uint64_t fake_clock(void)
{
    return now_ms;
}

static void start(enum log_level most, bool journal)
{
    if (pipe(pipe_fds) != 0)
        abort();
    if (journal)
        setenv("JOURNAL_STREAM", "8:1", 1);
    else
        unsetenv("JOURNAL_STREAM");
    now_ms = 1772348400123u; /* date -u -d @1772348400: 2026-03-01 07:00:00 */
    log_init(pipe_fds[1], most, fake_clock);
}

/* All that was logged since start. */
static const char *written(void)
{
    static char text[65536];
    size_t n = 0;
    ssize_t got;

    close(pipe_fds[1]);
    while ((got = read(pipe_fds[0], text + n, sizeof(text) - 1 - n)) > 0)
        n += (size_t)got;
    close(pipe_fds[0]);
    text[n] = '\0';
    return text;
}

static unsigned lines_in(const char *text)
{
    unsigned lines = 0;

    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

TEST(a_line_with_time)
{
    start(LOG_INFO, false);
    LOG(LOG_WARN, "sync_failed", LOG_TEXT("err", "CUT"), LOG_NUMBER("bytes", 4711));
    CHECK_STR(written(), "time=2026-03-01T07:00:00.123Z level=warn event=sync_failed err=CUT bytes=4711\n");
}

TEST(a_line_for_the_journal)
{
    start(LOG_DEBUG, true);
    LOG(LOG_ERROR, "a", LOG_NUMBER("n", UINT64_MAX));
    LOG(LOG_WARN, "b", LOG_NUMBER("n", 0));
    LOG(LOG_INFO, "c", LOG_TEXT("t", "x"));
    log_event(LOG_DEBUG, "d", NULL, 0);
    CHECK_STR(written(), "<3>level=error event=a n=18446744073709551615\n<4>level=warn event=b n=0\n"
                         "<6>level=info event=c t=x\n<7>level=debug event=d\n");
}

TEST(levels_above_are_dropped)
{
    start(LOG_WARN, true);
    LOG(LOG_INFO, "no", LOG_NUMBER("n", 1));
    LOG(LOG_WARN, "yes", LOG_NUMBER("n", 1));
    CHECK_STR(written(), "<4>level=warn event=yes n=1\n");
}

TEST(values_that_need_quotes)
{
    start(LOG_INFO, true);
    LOG(LOG_INFO, "q", LOG_TEXT("a", ""), LOG_TEXT("b", "two words"), LOG_TEXT("c", "a=\"b\\\""),
        LOG_TEXT("d", "line\nbreak"), LOG_TEXT("e", "\xe1\xbb\x99"), LOG_TEXT("f", "x=y"));
    CHECK_STR(written(), "<6>level=info event=q a=\"\" b=\"two words\" c=\"a=\\\"b\\\\\\\"\" "
                         "d=\"line\\x0abreak\" e=\"\\xe1\\xbb\\x99\" f=\"x=y\"\n");
}

TEST(long_lines_are_cut_and_still_lines)
{
    char text[3000];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    start(LOG_INFO, true);
    LOG(LOG_INFO, "long", LOG_TEXT("a", text), LOG_NUMBER("b", 1));
    const char *line = written();
    CHECK_EQ(strlen(line), LOG_LINE_MAX);
    CHECK_EQ(line[LOG_LINE_MAX - 1], '\n');
    CHECK_EQ(lines_in(line), 1);
}

TEST(repeated_events_are_counted_not_written)
{
    start(LOG_INFO, true);
    for (unsigned i = 0; i < LOG_BURST + 25; i++)
        LOG(LOG_INFO, "again", LOG_NUMBER("i", i));
    LOG(LOG_INFO, "other", LOG_NUMBER("i", 0));
    now_ms += LOG_WINDOW_MS - 1;
    LOG(LOG_INFO, "again", LOG_NUMBER("i", 100));
    now_ms += 1;
    LOG(LOG_INFO, "again", LOG_NUMBER("i", 101));
    LOG(LOG_INFO, "again", LOG_NUMBER("i", 102));
    const char *text = written();
    CHECK_EQ(lines_in(text), LOG_BURST + 3);
    CHECK(strstr(text, "event=other i=0\n") != NULL);
    CHECK(strstr(text, "i=100") == NULL);
    CHECK(strstr(text, "event=again i=101 left_out=26\n") != NULL);
    CHECK(strstr(text, "event=again i=102\n") != NULL);
}

TEST(a_clock_set_back_does_not_silence)
{
    start(LOG_INFO, true);
    for (unsigned i = 0; i < LOG_BURST + 1; i++)
        LOG(LOG_INFO, "again", LOG_NUMBER("i", i));
    now_ms -= 3600000;
    LOG(LOG_INFO, "again", LOG_NUMBER("i", 99));
    CHECK(strstr(written(), "i=99 left_out=1\n") != NULL);
}

TEST(a_reader_that_is_gone_stops_nothing)
{
    start(LOG_INFO, true);
    close(pipe_fds[1]);
    LOG(LOG_INFO, "lost", LOG_NUMBER("i", 1)); /* EBADF */
    close(pipe_fds[0]);
}

TEST(words_for_levels)
{
    enum log_level level = LOG_ERROR;

    CHECK(log_level_parse("debug", &level) && level == LOG_DEBUG);
    CHECK(!log_level_parse("loud", &level) && level == LOG_DEBUG);
}
