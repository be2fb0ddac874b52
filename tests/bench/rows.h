/* rows.h - records of gen.py into a device's book, as unsealed changes, few transactions. */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include "../../client/book.h"

/* The book is open for writing. Ends the process on any error. The number of records. */
size_t rows_fill(struct book *b, const char *path);

#endif
