/* manual.h - all that a program can say of itself from its one table of commands: help on a command, the manual page,
 * completion for bash, JSON for scripts. Nothing of it is written twice.
 *
 * Examples stand in a table of their own. A part `{name:text}` of an example's words is shown as `text`; the test that
 * runs them puts in what `name` is in its prepared store. Texts are msgids; all functions append. */
#ifndef CHIBO_MANUAL_H
#define CHIBO_MANUAL_H

#include "buf.h"
#include "err.h"
#include "opt.h"

struct manual_example {
    const char *command; /* a command's word, or that of a topic */
    const char *words;   /* what follows the command; of a topic all that follows the program */
    const char *says;    /* msgid: what it is for */
    const char *unrun;   /* why the test cannot run it; NULL: it does, and it succeeds */
};

struct manual_command {
    const char *word, *alias, *summary;
    const struct opt_table *options;
};

/* A matter that takes several commands, in the order they are typed. */
struct manual_topic {
    const char *word, *alias, *title;
};

/* Words that stand for a value, such as the kinds for KIND. */
struct manual_list {
    const char *value; /* as the table of options calls it */
    const char *(*word)(size_t i); /* NULL after the last */
};

/* What else is to be known: environment variables. */
struct manual_variable {
    const char *name, *says;
};

struct manual {
    const char *program, *section;
    const char *title; /* msgid, one line */
    const char *about; /* msgid, a paragraph */
    const char *version, *date;
    size_t commands;
    struct manual_command (*command)(size_t i);
    const struct manual_example *examples;
    size_t example_count;
    const struct manual_topic *topics;
    size_t topic_count;
    const struct manual_list *lists;
    size_t list_count;
    const struct manual_variable *variables;
    size_t variable_count;
    opt_translate *translate;
};

/* Help on one command: what it does, examples, options. */
void manual_help(const struct manual *m, const struct manual_command *c, struct buf *out);
/* The examples of a command or a topic, each with its sentence below it; false, nothing appended: there are none. */
bool manual_examples(const struct manual *m, const char *command, struct buf *out);
/* Each exit status with its sentence. */
void manual_statuses(const struct manual *m, struct buf *out);
/* One JSON line. */
void manual_json(const struct manual *m, const struct manual_command *c, struct buf *out);
void manual_topic_json(const struct manual *m, const struct manual_topic *t, struct buf *out);
/* manual_page.c: in man(7). */
void manual_page(const struct manual *m, struct buf *out);
/* manual_bash.c: a script that bash reads. */
void manual_bash(const struct manual *m, struct buf *out);

/* An example as a person types it, without the program. */
void manual_show(const struct manual_example *e, bool topic, struct buf *out);
/* The sentence of an exit status, that of the first error that has it; NULL: none has. */
const char *manual_status(int status);
#define MANUAL_STATUS_MOST 63

#endif
