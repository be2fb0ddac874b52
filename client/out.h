/* out.h - what a command says. Data is gathered in `text` and leaves through stdout in one piece; notes, prompts and
 * the one error go to stderr at once. With --json the error is a JSON line too. Nothing that could drive a terminal
 * leaves here, even if a ward has let it into the book; JSON, for programs, escapes what is below U+0020. */
#ifndef CHIBO_OUT_H
#define CHIBO_OUT_H

#include "../common/buf.h"
#include "../common/err.h"

struct out {
    bool json;
    struct buf text;
};

/* Writes what was gathered. ERR_NO_SPACE, ERR_OTHER: stdout did not take it. */
MUST_CHECK enum err out_flush(struct out *o);
/* All of it, at once, to this descriptor; what cannot be written is lost. */
void out_write(int fd, struct bytes text);
/* One line on stderr; it is no error. */
void out_note(const char *sentence);
/* The sentence of the error, in the language chosen, and then why: where it is, and what would be right. May be "". */
void out_error(const struct out *o, enum err e, const char *why);
void out_deinit(struct out *o);

#endif
