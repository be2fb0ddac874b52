/* import_columns.h - what the columns of somebody's table mean: each a field of the kind, several fields in one cell,
 * or nothing.
 *
 * A title is a field's name or label, or one of the other words that offices use for it (a table here); a title that
 * names several ("Giới tính, dân tộc, tôn giáo", as in the members' register of 14 columns) holds them in this order,
 * a line each, or with ; or , between. Marks and case do not count. */
#ifndef CHIBO_IMPORT_COLUMNS_H
#define CHIBO_IMPORT_COLUMNS_H

#include "../proto/schema.h"
#include "csv.h"

#define IMPORT_PARTS_MAX 8 /* fields named in one title */

enum import_use {
    IMPORT_SKIP,   /* a running number, or the errors of an earlier import */
    IMPORT_FIELD,
    IMPORT_NAME,   /* a full name: family, middle and given name; behind it may stand the birth and the name at birth */
    IMPORT_FAMILY, /* family and middle name */
    IMPORT_NOTE,   /* goes into the remark, with the title before it */
};

struct import_part {
    enum import_use use;
    const struct field_info *field; /* IMPORT_FIELD */
    char title[64];                 /* IMPORT_NOTE */
};

struct import_columns {
    const struct kind_info *kind;
    uint32_t today; /* dates without a year; the caller says it */
    size_t count;
    struct {
        size_t parts; /* 0: left out */
        bool error;   /* what an earlier import said of the row */
        struct import_part part[IMPORT_PARTS_MAX];
    } column[CSV_CELLS_MAX];
};

/* From the first row. ignore: columns that are not known are left out. ERR_UNKNOWN_FIELD: unknown says which,
 * with commas between; ERR_EXISTS: two columns say the same field, it is named there. */
MUST_CHECK enum err import_columns_read(struct import_columns *c, const struct kind_info *k, struct csv_row *row,
                                        bool ignore, struct buf *unknown);
/* Appends the texts that a row gives for each field: one buf for each of kind->field, empty where nothing is said.
 * proper: names of persons get their capitals. ERR_TOO_LONG: more in a cell than its title says; *column is it. */
MUST_CHECK enum err import_columns_split(const struct import_columns *c, struct csv_row *row, bool proper,
                                         struct buf *text, size_t *column);

#endif
