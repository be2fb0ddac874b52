/* csv.h - tables as text: rows and cells of RFC 4180 with a comma, a semicolon or a tab between them.
 *
 * A cell in quotes may hold separators, line ends and quotes written twice. Rows end with CR LF, LF or CR. The text is
 * UTF-8 without a mark at the front (charset.h). Nothing here knows what the cells mean. */
#ifndef CHIBO_CSV_H
#define CHIBO_CSV_H

#include "../common/buf.h"
#include "../common/err.h"

#define CSV_CELLS_MAX 256 /* in one row; forms of offices have 14 to 40 */

struct csv {
    struct bytes text; /* borrowed */
    size_t at;
    size_t line;       /* of `at`, from 1 */
    char separator;
};

struct csv_row {
    size_t line;  /* on which it begins */
    size_t count;
    struct buf text; /* the cells, each with a NUL behind it */
    size_t cell[CSV_CELLS_MAX];
};

/* The separator by which most of the first rows have as many cells as the first one; of equals that of the most cells;
 * a comma where none does. */
char csv_separator(struct bytes text);
void csv_open(struct csv *c, struct bytes text, char separator);
/* The next row that holds anything. ERR_NOT_FOUND: there is none. ERR_BAD_VALUE: a quote that nothing closes, text
 * behind a closed one, or a NUL; ERR_TOO_LONG: too many cells. row->line then says where. */
MUST_CHECK enum err csv_next(struct csv *c, struct csv_row *row);
const char *csv_cell(struct csv_row *row, size_t i); /* "" beyond the last; valid until the next row */
void csv_row_deinit(struct csv_row *row);

/* Appends one cell, in quotes where it needs them. */
void csv_put(struct bytes cell, char separator, struct buf *out);
/* A cell that a spreadsheet would take for a formula gets ' in front; csv_unguard takes exactly that away again. */
void csv_guard(struct bytes cell, struct buf *out);
struct bytes csv_unguard(struct bytes cell);

#endif
