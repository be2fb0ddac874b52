/* print_held.h - the answer of admin_held.h, for eyes and for scripts. */
#ifndef CHIBO_PRINT_HELD_H
#define CHIBO_PRINT_HELD_H

#include "print.h"

/* One line for each record: {"v":1,"record","kind","changes":[{"id","org","person","role","op","verdict","why",
 *  "accepted","time","age_days","seen":{"epoch","size","leaf","later"},"fields":{NAME:{"old","new"}}}]} */
print_rows print_held;
/* {"v":1,"record":ID|null,"changes":[ID],"waiting":N,"half":BOOL}; for eyes the ids, and what must not stay unseen */
print_rows print_ruled;

#endif
