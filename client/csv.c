/* csv.c - see csv.h. */
#include "csv.h"

#define SEPARATOR_ROWS 20 /* looked at to find the separator */

static bool is_end(uint8_t c)
{
    return c == '\n' || c == '\r';
}

void csv_open(struct csv *c, struct bytes text, char separator)
{
    *c = (struct csv){.text = text, .line = 1, .separator = separator};
}

/* --- reading --- */

static bool more(const struct csv *c)
{
    return c->at < c->text.n;
}

/* One character; CR LF counts as one line end. */
static uint8_t take(struct csv *c)
{
    uint8_t now = c->text.p[c->at++];

    if (now == '\n' || (now == '\r' && !(more(c) && c->text.p[c->at] == '\n')))
        c->line++;
    return now;
}

static bool at_cell_end(const struct csv *c)
{
    return !more(c) || is_end(c->text.p[c->at]) || c->text.p[c->at] == (uint8_t)c->separator;
}

/* Behind its first quote, to behind its last. Line ends in it become \n. */
static enum err quoted(struct csv *c, struct buf *out)
{
    while (more(c)) {
        uint8_t now = take(c);
        if (now == 0)
            return ERR_BAD_VALUE;
        if (now == '"' && more(c) && c->text.p[c->at] == '"')
            (void)take(c);
        else if (now == '"')
            return at_cell_end(c) ? ERR_OK : ERR_BAD_VALUE;
        if (now == '\r' && more(c) && c->text.p[c->at] == '\n')
            continue;
        buf_put_u8(out, now == '\r' ? '\n' : now);
    }
    return ERR_BAD_VALUE;
}

static enum err cell(struct csv *c, struct buf *out)
{
    if (more(c) && c->text.p[c->at] == '"') {
        c->at++;
        return quoted(c, out);
    }
    while (!at_cell_end(c)) {
        if (c->text.p[c->at] == 0)
            return ERR_BAD_VALUE;
        buf_put_u8(out, c->text.p[c->at++]);
    }
    return ERR_OK;
}

static enum err row_read(struct csv *c, struct csv_row *row, bool *any)
{
    row->line = c->line;
    row->count = 0;
    *any = false;
    buf_clear(&row->text);
    for (;;) {
        size_t from = row->text.n;
        if (row->count == CSV_CELLS_MAX)
            return ERR_TOO_LONG;
        enum err e = cell(c, &row->text);
        if (e != ERR_OK)
            return e;
        *any = *any || row->text.n > from;
        buf_put_u8(&row->text, 0);
        row->cell[row->count++] = from;
        if (!more(c))
            return ERR_OK;
        if (c->text.p[c->at] == (uint8_t)c->separator) {
            c->at++;
            continue;
        }
        if (take(c) == '\r' && more(c) && c->text.p[c->at] == '\n')
            (void)take(c);
        return ERR_OK;
    }
}

enum err csv_next(struct csv *c, struct csv_row *row)
{
    while (more(c)) {
        bool any;
        enum err e = row_read(c, row, &any);
        if (e != ERR_OK || any)
            return e;
    }
    return ERR_NOT_FOUND;
}

const char *csv_cell(struct csv_row *row, size_t i)
{
    return i < row->count ? (const char *)row->text.p + row->cell[i] : "";
}

void csv_row_deinit(struct csv_row *row)
{
    buf_wipe_deinit(&row->text);
}

/* --- which separator --- */

/* How many of the first rows have as many cells as the very first, which are more than one; 0: it is not this one. */
static size_t rows_alike(struct bytes text, char separator, size_t *cells)
{
    struct csv c;
    struct csv_row row = {0};
    size_t alike = 0;
    enum err e = ERR_OK;

    *cells = 0;
    csv_open(&c, text, separator);
    for (size_t n = 0; n < SEPARATOR_ROWS && (e = csv_next(&c, &row)) == ERR_OK; n++) {
        if (n == 0)
            *cells = row.count;
        alike += row.count == *cells;
    }
    csv_row_deinit(&row);
    return *cells > 1 && (e == ERR_OK || e == ERR_NOT_FOUND) ? alike : 0;
}

char csv_separator(struct bytes text)
{
    static const char separators[] = {',', ';', '\t'};
    size_t best = 0, best_alike = 0, best_cells = 0;

    for (size_t i = 0; i < ARRAY_LEN(separators); i++) {
        size_t cells, alike = rows_alike(text, separators[i], &cells);
        if (alike > best_alike || (alike > 0 && alike == best_alike && cells > best_cells)) {
            best = i;
            best_alike = alike;
            best_cells = cells;
        }
    }
    return separators[best];
}

/* --- writing --- */

void csv_put(struct bytes text, char separator, struct buf *out)
{
    bool plain = text.n == 0 || (text.p[0] != ' ' && text.p[text.n - 1] != ' ');

    for (size_t i = 0; plain && i < text.n; i++)
        plain = text.p[i] != '"' && text.p[i] != (uint8_t)separator && !is_end(text.p[i]);
    if (plain) {
        buf_put_bytes(out, text);
        return;
    }
    buf_put_u8(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            buf_put_u8(out, '"');
        buf_put_u8(out, text.p[i]);
    }
    buf_put_u8(out, '"');
}

/* Behind any number of ', does it begin as a formula does? */
static bool is_formula(struct bytes text)
{
    size_t i = 0;

    while (i < text.n && text.p[i] == '\'')
        i++;
    return i < text.n && text.p[i] != 0 && strchr("=+-@\t\r\n", text.p[i]) != NULL;
}

void csv_guard(struct bytes text, struct buf *out)
{
    if (is_formula(text))
        buf_put_u8(out, '\'');
    buf_put_bytes(out, text);
}

struct bytes csv_unguard(struct bytes text)
{
    return text.n > 0 && text.p[0] == '\'' && is_formula(text) ? bytes_cut(text, 1) : text;
}
