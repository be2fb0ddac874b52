/* ask.h - one line at a time from a person, in the terminal's own (cooked) mode, or from a pipe.
 *
 * No editor of our own: input methods for Vietnamese work as everywhere else. The terminal is told that it holds
 * UTF-8, so that erasing takes a letter and not a byte; of 0x08 and 0x7F the one that it does not know erases too. What
 * is read but not asked for yet stays here. */
#ifndef CHIBO_ASK_H
#define CHIBO_ASK_H

#include "../common/buf.h"

#define ASK_LINE_MAX 65536 /* bytes: the longest text of a field */

enum ask_answer {
    ASK_TEXT,  /* line holds it, trimmed; an empty line is "keep what is shown" */
    ASK_BACK,  /* "<": to the question before */
    ASK_ENOUGH, /* ".": no more questions */
    ASK_END    /* nobody is there any more */
};

struct ask {
    int fd; /* where questions are written: 1, or 2 when stdout is data */
    bool begun;
    bool ended;
    struct buf in;
};

bool ask_is_possible(void); /* stdin is a terminal */
/* Writes the question and, in brackets, what Enter keeps (NULL: nothing). line is cleared first. A line of which the
 * terminal kept only the beginning is asked for again. */
enum ask_answer ask_line(struct ask *a, const char *question, const char *shown, struct buf *line);
/* Yes (c, y) or no (k, n), until it is one of them; Enter is what `otherwise` says. `<` and `.` are no. */
enum ask_yes { ASK_NO, ASK_YES, ASK_NOBODY };
enum ask_yes ask_yes(struct ask *a, const char *question, bool otherwise);
bool ask_read(struct ask *a, struct buf *line); /* a line that needs no question, trimmed; false: there is none */
void ask_say(struct ask *a, const char *text); /* one line */
void ask_deinit(struct ask *a);

#endif
