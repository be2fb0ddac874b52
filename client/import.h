/* import.h - rows of somebody's table into the book, in batches that are each durable as a whole.
 *
 * A row that cannot be taken is put aside with the reason, and the others go on; one that is in the book already is not
 * written twice; one that the book says otherwise is told and, unless `update`, left as the book has it. */
#ifndef CHIBO_IMPORT_H
#define CHIBO_IMPORT_H

#include "cmd.h"
#include "import_columns.h"
#include "import_match.h"
#include "refs.h"

struct import {
    struct cmd_env *env;
    const struct kind_info *kind;
    struct import_columns columns;
    struct csv csv;    /* behind the first row */
    bool update, dry;  /* dry: nothing is kept of all that is done */
    bool proper;       /* names get their capitals */
    const struct id *org; /* or NULL */
    struct import_match match;
    uint64_t rows, written, updated, same, different, wrong, held, refused;
    struct buf errors; /* rows of CSV: as they were, and why they were not taken */
};

/* What there is to say of single rows is appended to env->out.text. Errors are those of the store; of rows there are
 * none. */
MUST_CHECK enum err import_run(struct import *m);
void import_deinit(struct import *m);
/* Appends a row as it was, without the column of errors, and the last cell. */
void import_put_row(const struct import *m, struct csv_row *row, const char *last, struct buf *out);

#endif
