/* print_table.h - columns under headings, aligned by what is seen (common/text.h), not by bytes. */
#ifndef CHIBO_PRINT_TABLE_H
#define CHIBO_PRINT_TABLE_H

#include "../common/buf.h"

#define PRINT_TABLE_COLUMNS 12

struct print_table {
    size_t columns;
    size_t count;
    struct buf cells; /* each: u32 length ‖ text */
    size_t widest[PRINT_TABLE_COLUMNS];
    bool right[PRINT_TABLE_COLUMNS]; /* numbers */
};

void print_table_init(struct print_table *t, const char *const *headings, const bool *right, size_t columns);
void print_table_deinit(struct print_table *t);
void print_table_put(struct print_table *t, const char *text); /* row by row */
void print_table_put_number(struct print_table *t, uint64_t n);
void print_table_put_signed(struct print_table *t, int64_t n); /* sums of money may be below nothing */
void print_table_print(const struct print_table *t, struct buf *out);

#endif
