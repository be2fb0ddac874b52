/* workbook.h - a table as an XLSX workbook, made by the program chibo-xlsx that stands beside chibo. */
#ifndef CHIBO_WORKBOOK_H
#define CHIBO_WORKBOOK_H

#include "../common/buf.h"
#include "../common/err.h"

/* table: CSV with commas, the first row the headings. Appends the workbook. ERR_NOT_FOUND: the program is not there;
 * ERR_OTHER: it could not do it. */
MUST_CHECK enum err workbook_make(struct bytes table, const char *sheet, struct buf *out);

#endif
