/* print_held.h - the answer of admin_held.h, for eyes and for scripts. */
#ifndef CHIBO_PRINT_HELD_H
#define CHIBO_PRINT_HELD_H

#include "print.h"

/* {"v":1,"id","org","person","role","kind","record","op","why","verdict","accepted","time","age_days",
 *  "seen":{"epoch","size","leaf","later"},"fields":{NAME:{"old","new"}}} */
print_rows print_held;

#endif
