/* main.c - `chibo-in`: a description of a paper on standard input becomes a PDF on standard output.
 *
 * It knows nothing of the book. One line is one thing on the paper: a word, then its texts, parted by tabs; within a
 * text \n, \t and \\ stand for a line end, a tab and a backslash.
 *
 *     page      portrait|landscape               first, once
 *     heading   SUPERIOR OWN NUMBER RIGHT PLACE  the two columns at the top; RIGHT is underlined
 *     title     TEXT…                            centred, bold; what follows the first is smaller
 *     part      TEXT                             the caption of what comes next
 *     text      TEXT                             paragraphs
 *     note      TEXT                             small, in italics
 *     line      LABEL VALUE                      "LABEL: VALUE"; without a value, dots to write on
 *     dots      N                                dotted lines
 *     table     SIZE ALIGN WIDTH…                ALIGN: a letter l, c, r for each column
 *     head, row, sum    TEXT…                    of the table; sum is bold
 *     rows      N                                empty ones
 *     sign      OFFICE NAME …                    side by side, room for the signature between
 *
 * Exit status: 0, or 2 and the number of the line that was not understood, or 1: it could not be written. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../common/process.h"
#include "grid.h"

#define TEXTS_MAX (2 + GRID_COLUMNS)
#define INPUT_MAX ((size_t)64 << 20) /* more paper than anyone prints */
#define SIGNATURE_ROOM 70.0

struct paper {
    struct sheet sheet;
    struct grid grid;
    bool has_sheet, has_grid;
    struct bytes text[TEXTS_MAX];
    size_t texts;
};

static struct bytes text_at(const struct paper *p, size_t i)
{
    return i < p->texts ? p->text[i] : (struct bytes){0};
}

/* Digits only, as far as they go; at most `most`. */
static unsigned number_at(const struct paper *p, size_t i, unsigned most)
{
    struct bytes t = text_at(p, i);
    unsigned n = 0;

    for (size_t k = 0; k < t.n && t.p[k] >= '0' && t.p[k] <= '9' && n <= most; k++)
        n = n * 10 + (unsigned)(t.p[k] - '0');
    return n < most ? n : most;
}

static void put_page(struct paper *p)
{
    sheet_init(&p->sheet, bytes_equal(text_at(p, 0), bytes_of_str("landscape")));
    p->has_sheet = true;
}

/* ---- what stands on the paper ---- */

/* Centred in its column; the lower end of it. */
static double column_text(struct sheet *s, struct bytes text, const struct sheet_style *style, double x, double width,
                          double y)
{
    PangoLayout *l = sheet_layout(s, text, style, width);
    int line = 0;

    if (text.n > 0)
        y += sheet_draw(s, l, &line, x, y, s->bottom - y);
    g_object_unref(l);
    return y;
}

/* The width of one line of text. */
static double text_width_of(struct sheet *s, struct bytes text, const struct sheet_style *style)
{
    PangoLayout *l = sheet_layout(s, text, style, s->width);
    PangoRectangle box;

    pango_layout_get_extents(l, NULL, &box);
    g_object_unref(l);
    return (double)box.width / PANGO_SCALE;
}

static void put_heading(struct paper *p)
{
    const struct sheet_style plain = {.size = 14, .align = PANGO_ALIGN_CENTER};
    const struct sheet_style own = {.size = 14, .bold = true, .align = PANGO_ALIGN_CENTER};
    const struct sheet_style party = {.size = 15, .bold = true, .align = PANGO_ALIGN_CENTER};
    const struct sheet_style place = {.size = 14, .italic = true, .align = PANGO_ALIGN_CENTER};
    struct sheet *s = &p->sheet;
    const double half = (s->right - s->left) * 0.46, x = s->left + half + 8, width = s->right - x;
    double left = s->y, right = s->y;

    left = column_text(s, text_at(p, 0), &plain, s->left, half, left);
    left = column_text(s, text_at(p, 1), &own, s->left, half, left);
    left = column_text(s, bytes_of_str("*"), &plain, s->left, half, left);
    left = column_text(s, text_at(p, 2), &plain, s->left, half, left);
    right = column_text(s, text_at(p, 3), &party, x, width, right);
    double line = text_width_of(s, text_at(p, 3), &party);
    line = line < width ? line : width;
    sheet_rule(s, x + (width - line) / 2, right + 1, x + (width + line) / 2, right + 1, false);
    right = column_text(s, text_at(p, 4), &place, x, width, right + 10);
    s->y = (left > right ? left : right) + 16;
}

static void put_title(struct paper *p)
{
    struct sheet_style style = {.size = 16, .bold = true, .align = PANGO_ALIGN_CENTER};
    struct sheet *s = &p->sheet;

    for (size_t i = 0; i < p->texts; i++) {
        if (p->text[i].n > 0)
            sheet_flow(s, p->text[i], &style, s->left, s->right - s->left);
        style.size = SHEET_SIZE;
    }
    s->y += 10;
}

static void put_part(struct paper *p)
{
    const struct sheet_style style = {.size = SHEET_SIZE, .bold = true};
    struct sheet *s = &p->sheet;

    s->y += 5;
    (void)sheet_need(s, 4 * SHEET_SIZE);
    sheet_flow(s, text_at(p, 0), &style, s->left, s->right - s->left);
    s->y += 2;
}

static void put_text(struct paper *p)
{
    const struct sheet_style style = {.size = SHEET_SIZE, .justify = true, .indent = 28};

    sheet_flow(&p->sheet, text_at(p, 0), &style, p->sheet.left, p->sheet.right - p->sheet.left);
    p->sheet.y += 3;
}

static void put_note(struct paper *p)
{
    const struct sheet_style style = {.size = 11, .italic = true};

    p->sheet.y += 3;
    sheet_flow(&p->sheet, text_at(p, 0), &style, p->sheet.left, p->sheet.right - p->sheet.left);
    p->sheet.y += 3;
}

static void put_line(struct paper *p)
{
    const struct sheet_style style = {.size = SHEET_SIZE};
    struct sheet *s = &p->sheet;
    struct buf text = {0};

    buf_put_bytes(&text, text_at(p, 0));
    buf_put_str(&text, ": ");
    buf_put_bytes(&text, text_at(p, 1));
    sheet_flow(s, buf_bytes(&text), &style, s->left, s->right - s->left);
    if (text_at(p, 1).n == 0) {
        double end = text_width_of(s, buf_bytes(&text), &style);
        if (s->left + end < s->right)
            sheet_rule(s, s->left + end, s->y - 4, s->right, s->y - 4, true);
    }
    s->y += 3;
    buf_deinit(&text);
}

static void put_dots(struct paper *p)
{
    struct sheet *s = &p->sheet;

    for (unsigned i = number_at(p, 0, 1000); i > 0; i--) {
        (void)sheet_need(s, 22);
        s->y += 20;
        sheet_rule(s, s->left, s->y - 4, s->right, s->y - 4, true);
    }
    s->y += 3;
}

static void put_sign(struct paper *p)
{
    const struct sheet_style office = {.size = SHEET_SIZE, .bold = true, .align = PANGO_ALIGN_CENTER};
    const struct sheet_style how = {.size = 12, .italic = true, .align = PANGO_ALIGN_CENTER};
    struct sheet *s = &p->sheet;
    size_t n = (p->texts + 1) / 2;
    double width = n == 0 ? 0 : (s->right - s->left) / (double)(n > 1 ? n : 2), end = 0;

    s->y += 12;
    (void)sheet_need(s, SIGNATURE_ROOM + 5 * SHEET_SIZE);
    for (size_t i = 0; i < n; i++) {
        double x = s->left + width * (double)(n > 1 ? i : 1); /* one alone stands to the right */
        double y = column_text(s, text_at(p, 2 * i), &office, x, width, s->y);
        y = column_text(s, bytes_of_str("(Ký, ghi rõ họ tên)"), &how, x, width, y);
        y = column_text(s, text_at(p, 2 * i + 1), &office, x + 4, width - 8, y + SIGNATURE_ROOM);
        end = y > end ? y : end;
    }
    s->y = end + 6;
}

/* ---- tables ---- */

static void end_table(struct paper *p)
{
    if (p->has_grid) {
        grid_deinit(&p->grid);
        p->sheet.y += 6;
    }
    p->has_grid = false;
}

static void put_table(struct paper *p)
{
    double width[GRID_COLUMNS] = {0};
    char align[GRID_COLUMNS] = {0};
    size_t columns = p->texts > 2 ? p->texts - 2 : 0;

    for (size_t i = 0; i < columns; i++) {
        width[i] = number_at(p, i + 2, 1000);
        align[i] = i < text_at(p, 1).n ? (char)text_at(p, 1).p[i] : 'l';
    }
    grid_init(&p->grid, &p->sheet, number_at(p, 0, 40), columns, width, align);
    p->has_grid = true;
}

static void put_head(struct paper *p) { grid_head(&p->grid, p->text, p->texts); }
static void put_row(struct paper *p) { grid_row(&p->grid, p->text, p->texts, false); }
static void put_sum(struct paper *p) { grid_row(&p->grid, p->text, p->texts, true); }
static void put_rows(struct paper *p) { grid_blank(&p->grid, number_at(p, 0, 1000)); }

/* ---- reading ---- */

static const struct word {
    const char *word;
    void (*put)(struct paper *p);
    bool in_table;
} words[] = {
    {"page", put_page, false}, {"heading", put_heading, false}, {"title", put_title, false},
    {"part", put_part, false}, {"text", put_text, false},       {"note", put_note, false},
    {"line", put_line, false}, {"dots", put_dots, false},       {"sign", put_sign, false},
    {"table", put_table, false}, {"head", put_head, true},      {"row", put_row, true},
    {"sum", put_sum, true},    {"rows", put_rows, true},
};

/* Parts a line at its tabs and resolves what stands for others, in place. False: too many texts. */
static bool part_line(struct paper *p, uint8_t *line, size_t n, struct bytes *word)
{
    uint8_t *start = line, *to = line;

    p->texts = 0;
    *word = (struct bytes){0};
    for (size_t i = 0; i <= n; i++) {
        if (i == n || line[i] == '\t') {
            struct bytes piece = {start, (size_t)(to - start)};
            if (word->p == NULL)
                *word = piece;
            else if (p->texts == TEXTS_MAX)
                return false;
            else
                p->text[p->texts++] = piece;
            start = to = line + i + 1;
        } else if (line[i] == '\\' && i + 1 < n) {
            i++;
            *to++ = line[i] == 'n' ? '\n' : line[i] == 't' ? ' ' : line[i];
        } else {
            *to++ = line[i];
        }
    }
    return true;
}

static bool put_one(struct paper *p, struct bytes word)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!bytes_equal(word, bytes_of_str(words[i].word)))
            continue;
        if (p->has_sheet == (i == 0) || (words[i].in_table && !p->has_grid))
            return false;
        if (!words[i].in_table)
            end_table(p);
        words[i].put(p);
        return true;
    }
    return false;
}

static bool read_all(struct buf *in)
{
    ssize_t n = 1;

    while (n > 0 && in->n < INPUT_MAX) {
        uint8_t *p = buf_grow(in, 65536);
        n = read(STDIN_FILENO, p, 65536);
        in->n -= 65536 - (size_t)(n > 0 ? n : 0);
    }
    return n == 0;
}

int main(void)
{
    struct paper p = {0};
    struct buf in = {0};
    unsigned line = 0;

    process_init();
    bool good = read_all(&in);
    for (size_t at = 0; good && at < in.n;) {
        const uint8_t *end = memchr(in.p + at, '\n', in.n - at);
        size_t n = end == NULL ? in.n - at : (size_t)(end - (in.p + at));
        struct bytes word;
        line++;
        good = part_line(&p, in.p + at, n, &word) && put_one(&p, word);
        at += n + 1;
    }
    if (!good || !p.has_sheet) {
        fprintf(stderr, "chibo-in: line %u is not understood\n", line);
        return 2;
    }
    end_table(&p);
    good = sheet_finish(&p.sheet);
    buf_deinit(&in);
    return good ? 0 : 1;
}
