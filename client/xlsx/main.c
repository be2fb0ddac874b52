/* main.c - `chibo-xlsx`: CSV on stdin, a workbook of one sheet on stdout, which must be a file. The first row holds the
 * headings. chibo runs it, so that the client stays light.
 *
 * Every cell is text: a card number keeps its zeros, and nothing is ever taken for a formula. The argument is the
 * sheet's name. Exit status 1: the input is no table, or the output failed. */
#include <stdlib.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "../../common/process.h"
#include "../../common/text.h"
#include "../csv.h"

#define COLUMN_MIN 8 /* widths in letters */
#define COLUMN_MAX 50
#define INPUT_MAX ((size_t)1 << 30)

static bool read_all(struct buf *in)
{
    for (ssize_t n = 1; n > 0 && in->n < INPUT_MAX;) {
        uint8_t *at = buf_grow(in, 65536);
        n = read(STDIN_FILENO, at, 65536);
        in->n -= 65536 - (size_t)(n < 0 ? 0 : n);
        if (n < 0)
            return false;
    }
    return in->n < INPUT_MAX;
}

static bool fill(lxw_workbook *book, lxw_worksheet *sheet, struct bytes text)
{
    lxw_format *heading = workbook_add_format(book), *plain = workbook_add_format(book);
    size_t width[CSV_CELLS_MAX] = {0};
    struct csv c;
    struct csv_row row = {0};
    bool good = true;
    enum err e = ERR_OK;

    format_set_bold(heading);
    format_set_text_wrap(heading);
    format_set_num_format(plain, "@");
    csv_open(&c, text, ',');
    for (lxw_row_t y = 0; good && (e = csv_next(&c, &row)) == ERR_OK; y++) {
        for (size_t x = 0; good && x < row.count; x++) {
            const char *cell = csv_cell(&row, x);
            size_t wide = text_width(bytes_of_str(cell));
            if (wide > width[x])
                width[x] = wide;
            if (cell[0] != 0)
                good = worksheet_write_string(sheet, y, (lxw_col_t)x, cell, y == 0 ? heading : plain) ==
                       LXW_NO_ERROR;
        }
    }
    for (size_t x = 0; x < CSV_CELLS_MAX && width[x] > 0; x++) {
        size_t w = width[x] < COLUMN_MIN ? COLUMN_MIN : width[x] > COLUMN_MAX ? COLUMN_MAX : width[x] + 1;
        good = good && worksheet_set_column(sheet, (lxw_col_t)x, (lxw_col_t)x, (double)w, NULL) == LXW_NO_ERROR;
    }
    worksheet_freeze_panes(sheet, 1, 0);
    csv_row_deinit(&row);
    return good && e == ERR_NOT_FOUND;
}

int main(int argc, char **argv)
{
    char shared[] = "/dev/shm"; /* halves of sheets do not touch a disk */
    struct buf in = {0};

    process_init();
    if (!read_all(&in))
        return EXIT_FAILURE;
    lxw_workbook_options options = {.tmpdir = access(shared, W_OK) == 0 ? shared : NULL};
    lxw_workbook *book = workbook_new_opt("/proc/self/fd/1", &options);
    lxw_worksheet *sheet = book == NULL ? NULL : workbook_add_worksheet(book, argc > 1 ? argv[1] : NULL);
    bool good = sheet != NULL && fill(book, sheet, buf_bytes(&in));
    good = book != NULL && workbook_close(book) == LXW_NO_ERROR && good;
    buf_wipe_deinit(&in);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
