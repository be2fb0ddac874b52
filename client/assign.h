/* assign.h - NAME=VALUE words of a command line (`--muc`, `--loc`) against a kind's fields. */
#ifndef CHIBO_ASSIGN_H
#define CHIBO_ASSIGN_H

#include "cmd.h"
#include "fields.h"

/* The kind meant, or NULL with env->why set: ERR_UNKNOWN_KIND is the error. */
const struct kind_info *assign_kind(struct cmd_env *env, const char *typed);
/* Splits at the first '='; *value points into the word. NULL: no such field, or no '=', with *e and env->why set. */
const struct field_info *assign_split(struct cmd_env *env, const struct kind_info *k, const char *word,
                                      const char **value, enum err *e);
/* All --muc of the arguments, in order. A transaction is open. */
MUST_CHECK enum err assign_all(struct cmd_env *env, const struct opt_parsed *args, const struct entry_refs *refs,
                               struct fields *out);
/* Names every required field that is not there, in env->why; ERR_MISSING_FIELD. */
enum err assign_missing(struct cmd_env *env, const struct fields *f);

#endif
