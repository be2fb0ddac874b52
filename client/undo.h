/* undo.h - the newest step (step.h) is taken back: what was not sent yet is removed, what was is put right by a
 * correcting record: the earlier value, a draft made void, a payment cancelled by its opposite. */
#ifndef CHIBO_UNDO_H
#define CHIBO_UNDO_H

#include "cmd.h"

/* In the open write transaction, which the caller commits or, of a trial, aborts. Tells in out->text or as JSON, one
 * line a record, what becomes of each. All of it or nothing, with env->why set: ERR_NOT_FOUND (nothing to take back),
 * ERR_STALE_BASE (somebody wrote there since), ERR_FROZEN, ERR_BAD_VALUE (of a kind that is put right otherwise), those
 * of record.h. */
MUST_CHECK enum err undo_newest(struct cmd_env *env, bool trial, struct buf *told);

#endif
