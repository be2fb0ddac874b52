/* undo_sent.h - one record of a step that the ward has, or is about to be given: put right by writing once more. */
#ifndef CHIBO_UNDO_SENT_H
#define CHIBO_UNDO_SENT_H

#include "cmd.h"
#include "step.h"

/* `of`: the step's changes of one record, in the order they were written. reversed: its opposite was recorded beside
 * it. Errors as undo_newest, with env->why set. */
MUST_CHECK enum err undo_sent(struct cmd_env *env, const struct step *of, bool *reversed);

#endif
