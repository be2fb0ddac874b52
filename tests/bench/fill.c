/* fill.c - writes the records of a file of gen.py into a book, as if they had been typed one by one.
 *
 *     fill HOME ROWS             the book is there already; prints how many
 *     fill HOME CHANGES changes  of tests/gen/gen.py instead */
#include <stdio.h>

#include "rows.h"

int main(int argc, char **argv)
{
    struct book b;
    FILE *changes = argc == 4 ? fopen(argv[2], "rb") : NULL;
    enum err e = argc == 3 || changes != NULL ? book_init(&b, argv[1]) : ERR_BAD_VALUE;
    if (e == ERR_OK)
        e = book_open(&b, KV_WRITE);
    if (e != ERR_OK) {
        fprintf(stderr, "fill: %s\n", err_name(e));
        return 1;
    }
    printf("%zu\n", changes != NULL ? rows_changes(&b, changes, SIZE_MAX) : rows_fill(&b, argv[2]));
    if (changes != NULL)
        fclose(changes);
    book_deinit(&b);
    return 0;
}
