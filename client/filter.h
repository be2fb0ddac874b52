/* filter.h - `--loc FIELD=VALUE`: which records of a kind a command is asked for.
 *
 * A set holds at most FILTERS_MAX of them; a record fits when it fits all. Beside the fields of the kind stand words
 * that every record has: org (also what became part of it), state, sync, transport; a field of that name goes before
 * the word. An empty value asks for records that have none. Text is compared without marks and case.
 */
#ifndef CHIBO_FILTER_H
#define CHIBO_FILTER_H

#include "cmd.h"
#include "print.h"

#define FILTERS_MAX 64

/* field NULL: one of the words every record has. */
struct filter {
    const struct field_info *field;
    const char *word, *text;
    struct buf value;
    struct id org; /* of `org=`: the organisation that has or had this code; zero: none is known */
};

/* Zeroed: everything fits. */
struct filter_set {
    struct filter filter[FILTERS_MAX];
    size_t n;
    bool state; /* a state was asked for: void records are meant too */
};

#define FILTER_OPTION \
    {.name = "loc", .alias = "where", .kind = OPT_TEXT, .value = N_("FIELD=VALUE"), .repeated = true, \
     .help = N_("only those with this value; org, state and transport may be asked for too")}

/* Reads every `loc` of args. A mistake is explained in env (cmd_explain). args must outlive fs. */
enum err filter_read(struct filter_set *fs, struct cmd_env *env, struct print *p, const struct kind_info *k,
                     const struct opt_parsed *args) MUST_CHECK;
bool filter_fits(const struct filter_set *fs, struct cmd_env *env, struct print *p, const struct view *v);
void filter_deinit(struct filter_set *fs);

#endif
