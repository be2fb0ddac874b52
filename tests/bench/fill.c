/* fill.c - writes the records of a file of gen.py into a book, as if they had been typed one by one.
 *
 *     fill HOME ROWS      the book is there already; prints how many */
#include <stdio.h>

#include "rows.h"

int main(int argc, char **argv)
{
    struct book b;
    enum err e = argc == 3 ? book_init(&b, argv[1]) : ERR_BAD_VALUE;
    if (e == ERR_OK)
        e = book_open(&b, KV_WRITE);
    if (e != ERR_OK) {
        fprintf(stderr, "fill: %s\n", err_name(e));
        return 1;
    }
    printf("%zu\n", rows_fill(&b, argv[2]));
    book_deinit(&b);
    return 0;
}
