/* say.h - what a command says after it has written something: the note about it, and the record as it stands now. */
#ifndef CHIBO_SAY_H
#define CHIBO_SAY_H

#include "cmd.h"
#include "record.h"

/* Appends to env->out.text: form_say_written's sentences, then the record's line, or its JSON when that was asked for.
 * No transaction may be open. Errors are those of the store. */
MUST_CHECK enum err say_record(struct cmd_env *env, const struct kind_info *k, const struct record_written *w);

#endif
