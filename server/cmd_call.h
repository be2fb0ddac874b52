/* cmd_call.h - one command of chibod under way, for the files that hold commands. */
#ifndef CHIBO_CMD_CALL_H
#define CHIBO_CMD_CALL_H

#include "../common/language.h"
#include "../common/opt.h"
#include "admin.h"
#include "print.h"

/* One command under way. */
struct call {
    struct opt_parsed opts;
    const char *about;   /* what an error is about: an option, a file; NULL: nothing in particular */
    const char *allowed; /* what would be right, to be put into brackets; or NULL */
    const char *sentence; /* instead of the error's own; or NULL */
    struct buf name;     /* cleaned */
    struct buf out;      /* for stdout, once all is well */
};

struct command {
    const char *name, *alias;
    const char *summary; /* msgid */
    const struct opt_table *table;
    enum err (*run)(struct call *c);
};

/* All of them, in the order of the help; NULL after the last. (cmd.c) */
const struct command *cmd_at(size_t i);

/* The option that every command takes; JSON is one line each, with "v":1. */
#define CMD_JSON {"json", NULL, 0, OPT_FLAG, NULL, N_("for programs: one line of JSON each"), 0, false, false}

/* Says what an error is about, and hands it on. */
enum err cmd_fault(struct call *c, const char *about, enum err e);
const char *cmd_dir(const struct call *c);
/* A name as the book keeps it, in c->name: clean, in NFC, whatever the keyboard made of it. */
MUST_CHECK enum err cmd_take_name(struct call *c, const char *option);
/* A text option that a request carries: bounded, UTF-8; "" if not given. */
MUST_CHECK enum err cmd_take_text(struct call *c, const char *option, const char **out);
MUST_CHECK enum err cmd_request(struct call *c, const struct admin_request *r, print_rows *print);
/* The same for a request of registry.h; `dry` goes to print as its flag. */
MUST_CHECK enum err cmd_registry(struct call *c, struct bytes request, print_rows *print, bool dry);

#endif
