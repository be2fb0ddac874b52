/* vector.h - rows of tests/vectors/<file>.hex: `name: hex  # meaning`. Bytes live as long as the program. A file or row that is
 * not there, or is malformed, is a mistake in the tests and aborts. */
#ifndef CHIBO_VECTOR_H
#define CHIBO_VECTOR_H

#include "../common/buf.h"

struct bytes vector(const char *file, const char *name);
struct bytes vector_sized(const char *file, const char *name, size_t n); /* of exactly n bytes */
bool vector_has(const char *file, const char *name);
/* True when every row of the file was asked for; prints those that were not. */
bool vector_all_read(const char *file);

#endif
