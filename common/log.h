/* log.h - what a daemon says to its operator: one logfmt line an event, on one descriptor, in one write.
 *
 *     time=2026-03-01T07:00:00.123Z level=warn event=sync_failed device=3f2a… err=CUT bytes=4711
 *
 * Under systemd (JOURNAL_STREAM is set) the line begins with `<n>`, the syslog priority, and has no time. An event is a
 * word in the source, fields are numbers, ids, names of errors and words of the source: never a person's name, never
 * what a record says; bytes outside printable ASCII are written \xNN, so that a mistake is at least visible.
 * Of one event at most LOG_BURST lines are written in LOG_WINDOW_MS; the next line of that event tells how many were
 * left out (left_out=N). Only the mains log; everyone else returns an enum err. One thread only. */
#ifndef CHIBO_LOG_H
#define CHIBO_LOG_H

#include "base.h"

#define LOG_BURST 10
#define LOG_WINDOW_MS 10000
#define LOG_LINE_MAX 1024 /* longer lines are cut */
#define LOG_EVENTS_MAX 64 /* that are counted at one time; more share a row */

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log_field {
    const char *key;
    const char *text; /* NULL: number is meant */
    uint64_t number;
};

#define LOG_TEXT(key, value) {(key), (value), 0}
#define LOG_NUMBER(key, value) {(key), NULL, (uint64_t)(value)}

/* LOG(LOG_INFO, "accepted", LOG_NUMBER("bytes", n), LOG_TEXT("err", err_name(e))); at least one field. */
#define LOG(level, event, ...)                                                           \
    log_event((level), (event), (const struct log_field[]){__VA_ARGS__},                 \
              ARRAY_LEN(((const struct log_field[]){__VA_ARGS__})))

typedef uint64_t log_clock(void); /* Unix milliseconds */

/* Lines of a level above `most` are dropped. fd stays the caller's; clock NULL: the system's. Before log_init: stderr,
 * LOG_INFO. */
void log_init(int fd, enum log_level most, log_clock *clock);
MUST_CHECK bool log_level_parse(const char *word, enum log_level *out); /* error warn info debug */
void log_event(enum log_level level, const char *event, const struct log_field *fields, size_t count);

#endif
