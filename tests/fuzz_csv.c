/* fuzz_csv.c - any file somebody calls a list: the first byte chooses encoding and separator, the rest is the file.
 *
 * Whatever it holds: it is refused, or read to its end; what was read is the same after it was written as CSV, guarded
 * against spreadsheets or not, and read again. */
#include <stdlib.h>

#include "../client/charset.h"
#include "../client/csv.h"
#include "../common/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void fuzz_csv_must(bool holds)
{
    if (!holds)
        abort();
}

static struct bytes fuzz_csv_cell(struct csv_row *row, size_t i)
{
    const char *text = csv_cell(row, i);
    return bytes_of(text, strlen(text));
}

/* Rows of text as CSV with this separator; false: one could not be read, `line` is its. */
static bool fuzz_csv_again(struct bytes text, char from, char to, struct buf *out, size_t *line)
{
    struct csv_row row = {0};
    struct csv csv;
    enum err e;

    csv_open(&csv, text, from);
    while ((e = csv_next(&csv, &row)) == ERR_OK) {
        fuzz_csv_must(row.count > 0 && row.count <= CSV_CELLS_MAX);
        for (size_t i = 0; i < row.count; i++) {
            struct buf guarded = {0};
            struct bytes cell = fuzz_csv_cell(&row, i);
            csv_guard(cell, &guarded);
            fuzz_csv_must(bytes_equal(csv_unguard(buf_bytes(&guarded)), cell));
            if (i > 0)
                buf_put_u8(out, (uint8_t)to);
            csv_put(cell, to, out);
            buf_wipe_deinit(&guarded);
        }
        buf_put_str(out, "\r\n");
    }
    *line = row.line;
    csv_row_deinit(&row);
    return e == ERR_NOT_FOUND;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const char separator[] = ",;\t";
    struct buf text = {0}, first = {0}, second = {0};
    size_t line;
    enum charset told;

    if (n == 0)
        return 0;
    struct bytes file = bytes_of(p + 1, n - 1);
    enum charset c = charset_told(file, &told) ? told : (enum charset)(p[0] % CHARSET_COUNT);
    if (charset_decode(file, c, &text) == ERR_OK) {
        struct buf again = {0};
        (void)charset_was_vni(buf_bytes(&text), &again);
        fuzz_csv_must(text_is_utf8(buf_bytes(&again)));
        buf_wipe_deinit(&again);
        char sep = p[0] & 0x80 ? csv_separator(buf_bytes(&text)) : separator[(p[0] >> 4) % 3];
        fuzz_csv_must(strchr(separator, sep) != NULL && sep != '\0');
        if (fuzz_csv_again(buf_bytes(&text), sep, ';', &first, &line)) {
            fuzz_csv_must(fuzz_csv_again(buf_bytes(&first), ';', ';', &second, &line));
            fuzz_csv_must(bytes_equal(buf_bytes(&first), buf_bytes(&second)));
        } else
            fuzz_csv_must(line >= 1);
    }
    buf_wipe_deinit(&text);
    buf_wipe_deinit(&first);
    buf_wipe_deinit(&second);
    return 0;
}
