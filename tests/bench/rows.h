/* rows.h - records of gen.py into a device's book, as unsealed changes, few transactions. */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include <stdio.h>

#include "../../client/book.h"

/* The book is open for writing. Ends the process on any error. The number of records. */
/* The next changes of a file of tests/gen/gen.py, at most so many; 0: none left. */
size_t rows_changes(struct book *b, FILE *f, size_t most);
size_t rows_fill(struct book *b, const char *path);

#endif
