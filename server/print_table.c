/* print_table.c - see print_table.h. */
#include "print_table.h"

#include <stdio.h>

#include "../common/text.h"

void print_table_init(struct print_table *t, const char *const *headings, const bool *right, size_t columns)
{
    assert(columns <= PRINT_TABLE_COLUMNS);
    *t = (struct print_table){.columns = columns};
    memcpy(t->right, right, columns * sizeof(*right));
    for (size_t i = 0; i < columns; i++)
        print_table_put(t, headings[i]);
}

void print_table_deinit(struct print_table *t)
{
    buf_deinit(&t->cells);
}

void print_table_put(struct print_table *t, const char *text)
{
    const size_t column = t->count++ % t->columns;
    const size_t width = text_width(bytes_of_str(text));
    t->widest[column] = width > t->widest[column] ? width : t->widest[column];
    buf_put_u32(&t->cells, (uint32_t)strlen(text));
    buf_put_str(&t->cells, text);
}

void print_table_put_number(struct print_table *t, uint64_t n)
{
    char text[24];
    snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
    print_table_put(t, text);
}

void print_table_put_signed(struct print_table *t, int64_t n)
{
    char text[24];
    snprintf(text, sizeof(text), "%lld", (long long)n);
    print_table_put(t, text);
}

static void put_blanks(struct buf *out, size_t n)
{
    while (n-- > 0)
        buf_put_u8(out, ' ');
}

void print_table_print(const struct print_table *t, struct buf *out)
{
    size_t column = 0;
    for (size_t at = 0; at < t->cells.n;) {
        const struct bytes text = bytes_of(t->cells.p + at + 4, load_u32(t->cells.p + at));
        const size_t blanks = t->widest[column] - text_width(text);
        const bool last = column + 1 == t->columns;
        at += 4 + text.n;
        put_blanks(out, t->right[column] ? blanks : 0);
        buf_put_bytes(out, text);
        put_blanks(out, last ? 0 : 2 + (t->right[column] ? 0 : blanks));
        if (last)
            buf_put_str(out, "\n");
        column = (column + 1) % t->columns;
    }
}
