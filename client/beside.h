/* beside.h - the programs that belong to chibo and are run by it when they are needed (chibo-in, chibo-xlsx,
 * chibo-trang): they lie beside it, or where make install puts them. */
#ifndef CHIBO_BESIDE_H
#define CHIBO_BESIDE_H

#include "../common/buf.h"

/* Appends the path of that program; false: it is in neither place, and the path is where it should have been. */
bool beside_path(const char *program, struct buf *out);
bool beside_self(struct buf *out); /* of the program that runs */

#endif
