/* opt.h - command-line options as a table: parsed, checked, and explained from the same rows.
 *
 * `--name value`, `--name=value`, `-x value`, any unambiguous beginning of a name; options and arguments in any order;
 * `--` ends the options. A row may have a second name, the English alias of a Vietnamese word; usage does not show it.
 * An option given twice is an error unless its row is `repeated`: nothing typed is dropped in silence.
 * Nothing is printed here: on error the parsed struct says what is wrong, opt_explain makes the sentence.
 * All texts borrow from argv and the table. */
#ifndef CHIBO_OPT_H
#define CHIBO_OPT_H

#include "base.h"
#include "buf.h"
#include "err.h"

enum opt_kind {
    OPT_FLAG,   /* no value */
    OPT_TEXT,   /* any text, also an empty one */
    OPT_NUMBER, /* decimal digits, <= most */
};

struct opt_row {
    const char *name;  /* without the dashes */
    const char *alias; /* or NULL */
    char letter;       /* or 0 */
    enum opt_kind kind;
    const char *value; /* what usage calls the value; NULL for flags */
    const char *help;  /* one sentence, a gettext msgid */
    uint64_t most;     /* numbers only; 0: no bound */
    bool repeated;
    bool required;
};

struct opt_table {
    const struct opt_row *rows;
    size_t count;
    const char *args; /* how usage names the arguments, e.g. "KIND [TEXT]"; NULL: none */
    size_t args_min;
    size_t args_max;
};

enum opt_problem {
    OPT_FINE,
    OPT_UNKNOWN,
    OPT_AMBIGUOUS,
    OPT_NO_VALUE,       /* one is needed and missing */
    OPT_NEEDLESS_VALUE, /* --flag=value */
    OPT_NOT_A_NUMBER,
    OPT_TOO_GREAT,
    OPT_TWICE,
    OPT_REQUIRED,
    OPT_TOO_FEW_ARGS,
    OPT_TOO_MANY_ARGS,
    OPT_PROBLEM_COUNT
};

struct opt_found {
    const struct opt_row *row; /* NULL: an argument */
    const char *text;          /* NULL for flags */
    uint64_t number;
};

struct opt_parsed {
    const struct opt_table *table;
    struct opt_found *found; /* in the order typed */
    size_t count;
    size_t arg_count;
    enum opt_problem problem;
    const char *word;            /* what the problem is about, as typed, or the name of a row; may be NULL */
    const struct opt_row *close; /* OPT_UNKNOWN: what was probably meant, or NULL */
};

typedef const char *opt_translate(const char *msgid);

/* argv[0] is the first word to parse, not the program. ERR_USAGE, or ERR_BAD_VALUE for a wrong number; opt_deinit in
 * any case. */
MUST_CHECK enum err opt_parse(const struct opt_table *table, int argc, char *const *argv, struct opt_parsed *out);
void opt_deinit(struct opt_parsed *p);

/* name is the row's first name; a name that is not in the table is a bug and asserts. */
bool opt_given(const struct opt_parsed *p, const char *name);
const char *opt_text(const struct opt_parsed *p, const char *name, const char *otherwise);
uint64_t opt_number(const struct opt_parsed *p, const char *name, uint64_t otherwise);
/* The values of a repeated option one by one: *at is 0 at first; NULL after the last. */
const char *opt_next(const struct opt_parsed *p, const char *name, size_t *at);
const char *opt_arg(const struct opt_parsed *p, size_t i); /* i < arg_count */

/* Appends what is wrong as one line without a newline, after opt_parse failed; translate may be NULL. */
void opt_explain(const struct opt_parsed *p, opt_translate *translate, struct buf *out);
/* Appends the arguments and options on one line after what `words` says ("chibo ghi"), then a line for each option. */
void opt_usage(const struct opt_table *table, const char *words, opt_translate *translate, struct buf *out);

/* How many letters must be added, dropped, changed or swapped with their neighbour to make b of a; case does not count.
 * Words longer than OPT_WORD_MAX bytes are as far as can be. */
#define OPT_WORD_MAX 40
unsigned opt_distance(const char *a, const char *b);
/* Whether someone who typed `typed` may have meant `word`: at most one slip in three letters. */
bool opt_is_close(const char *typed, const char *word);

#endif
