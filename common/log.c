/* log.c - see log.h. */
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct counter {
    uint32_t event; /* hash of its word */
    uint32_t lines;
    uint64_t left_out;
    uint64_t since_ms;
};

struct line {
    char text[LOG_LINE_MAX];
    size_t n;
};

static const struct {
    const char *word;
    char priority; /* syslog's */
} levels[] = {
    [LOG_ERROR] = {"error", '3'},
    [LOG_WARN] = {"warn", '4'},
    [LOG_INFO] = {"info", '6'},
    [LOG_DEBUG] = {"debug", '7'},
};

static uint64_t system_clock(void);

static int out_fd = STDERR_FILENO;
static enum log_level most_level = LOG_INFO;
static log_clock *clock_ms = system_clock;
static struct counter counters[LOG_EVENTS_MAX];

static bool may_write(const char *event, uint64_t now_ms, uint64_t *left_out);
static void begin(struct line *l, enum log_level level, uint64_t now_ms);
static void put(struct line *l, const char *s);
static void put_number(struct line *l, const char *key, uint64_t n);
static void put_text(struct line *l, const char *key, const char *s);
static void finish(struct line *l);

void log_init(int fd, enum log_level most, log_clock *clock)
{
    out_fd = fd;
    most_level = most;
    clock_ms = clock != NULL ? clock : system_clock;
    memset(counters, 0, sizeof(counters));
}

bool log_level_parse(const char *word, enum log_level *out)
{
    for (unsigned i = 0; i < ARRAY_LEN(levels); i++)
        if (strcmp(word, levels[i].word) == 0) {
            *out = (enum log_level)i;
            return true;
        }
    return false;
}

void log_event(enum log_level level, const char *event, const struct log_field *fields, size_t count)
{
    struct line l = {.n = 0};
    uint64_t left_out, now_ms = clock_ms();

    if (level > most_level || !may_write(event, now_ms, &left_out))
        return;
    begin(&l, level, now_ms);
    put_text(&l, " event", event);
    for (size_t i = 0; i < count; i++) {
        put(&l, " ");
        if (fields[i].text != NULL)
            put_text(&l, fields[i].key, fields[i].text);
        else
            put_number(&l, fields[i].key, fields[i].number);
    }
    if (left_out > 0)
        put_number(&l, " left_out", left_out);
    finish(&l);
}

/* A clock that was set back opens a new window. */
static bool may_write(const char *event, uint64_t now_ms, uint64_t *left_out)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (const char *s = event; *s != '\0'; s++)
        hash = (hash ^ (uint8_t)*s) * 16777619u;
    struct counter *c = &counters[hash % LOG_EVENTS_MAX];

    *left_out = 0;
    if (c->event != hash || now_ms < c->since_ms || now_ms - c->since_ms >= LOG_WINDOW_MS) {
        if (c->event == hash)
            *left_out = c->left_out;
        *c = (struct counter){.event = hash, .since_ms = now_ms};
    }
    if (c->lines < LOG_BURST) {
        c->lines++;
        return true;
    }
    c->left_out++;
    return false;
}

static void begin(struct line *l, enum log_level level, uint64_t now_ms)
{
    const char priority[] = {'<', levels[level].priority, '>', '\0'};
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm utc;
    char text[80];

    if (getenv("JOURNAL_STREAM") != NULL) {
        put(l, priority);
    } else {
        gmtime_r(&seconds, &utc);
        size_t n = strftime(text, sizeof(text), "time=%Y-%m-%dT%H:%M:%S", &utc);
        snprintf(text + n, sizeof(text) - n, ".%03uZ ", (unsigned)(now_ms % 1000));
        put(l, text);
    }
    put_text(l, "level", levels[level].word);
}

/* Keeps room for the newline. */
static void put(struct line *l, const char *s)
{
    size_t n = strlen(s), room = sizeof(l->text) - 1 - l->n;

    memcpy(l->text + l->n, s, n < room ? n : room);
    l->n += n < room ? n : room;
}

static void put_number(struct line *l, const char *key, uint64_t n)
{
    char text[24];

    snprintf(text, sizeof(text), "=%llu", (unsigned long long)n);
    put(l, key);
    put(l, text);
}

static void put_text(struct line *l, const char *key, const char *s)
{
    bool bare = *s != '\0';
    char text[8];

    for (const char *c = s; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~' || *c == '"' || *c == '=' || *c == '\\')
            bare = false;
    put(l, key);
    put(l, bare ? "=" : "=\"");
    for (; *s != '\0'; s++) {
        if (*s < ' ' || *s > '~')
            snprintf(text, sizeof(text), "\\x%02x", (unsigned)(uint8_t)*s);
        else
            snprintf(text, sizeof(text), "%s%c", *s == '"' || *s == '\\' ? "\\" : "", *s);
        put(l, text);
    }
    put(l, bare ? "" : "\"");
}

/* A log nobody can take is not worth stopping for. */
static void finish(struct line *l)
{
    l->text[l->n++] = '\n';
    while (write(out_fd, l->text, l->n) < 0 && errno == EINTR)
        continue;
}

static uint64_t system_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
