/* quarter_text.c - see quarter_text.h. */
#include "quarter_text.h"

#include <stdlib.h>

#define LINE_MAX_BYTES 1024

void quarter_sum_deinit(struct quarter_sum *s)
{
    buf_wipe_deinit(&s->lines);
}

/* ---- reading ---- */

/* The next line as a string of its own, without its line feed. */
static bool take_line(struct bytes *text, char out[LINE_MAX_BYTES], enum err *e)
{
    const uint8_t *end = text->n == 0 ? NULL : memchr(text->p, '\n', text->n);
    size_t n;

    if (text->n == 0)
        return false;
    n = end == NULL ? LINE_MAX_BYTES : (size_t)(end - text->p);
    if (n >= LINE_MAX_BYTES || memchr(text->p, 0, n) != NULL) {
        *e = ERR_BAD_VALUE;
        return false;
    }
    memcpy(out, text->p, n);
    out[n] = '\0';
    *text = bytes_cut(*text, n + 1);
    return true;
}

static bool put(char *out, size_t size, const char *text)
{
    bool fits = text != NULL && strlen(text) < size;

    if (fits)
        memcpy(out, text, strlen(text) + 1);
    return fits;
}

static bool what_parse(const char *text, struct quarter_line *l)
{
    if (text == NULL || (text[0] != '+' && text[0] != '-'))
        return false;
    l->sign = text[0];
    for (size_t i = 0; i < QUARTER_WHATS; i++)
        if (strcmp(quarter_what_name((enum quarter_what)i), text + 1) == 0) {
            l->what = (enum quarter_what)i;
            return true;
        }
    return false;
}

/* A number of ours: digits only, as many as a count can have. */
static bool number_parse(const char *text, uint64_t *out)
{
    size_t n = text == NULL ? 0 : strspn(text, "0123456789");

    if (n == 0 || n > 9 || text[n] != '\0')
        return false;
    *out = strtoull(text, NULL, 10);
    return true;
}

bool quarter_line_next(struct bytes *lines, struct quarter_line *l, unsigned *number, enum err *e)
{
    char text[LINE_MAX_BYTES], *rest = text;
    const char *column[8];
    uint64_t n = 0;

    *e = ERR_OK;
    if (!take_line(lines, text, e))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(column); i++)
        column[i] = strsep(&rest, "|");
    memset(l, 0, sizeof *l);
    if (rest != NULL || !number_parse(column[0], &n) || !what_parse(column[1], l) || column[2] == NULL ||
        id_parse(column[2], &l->person) != ERR_OK || !put(l->field, sizeof l->field, column[3]) ||
        !put(l->cell, sizeof l->cell, column[4]) || !put(l->ward, sizeof l->ward, column[5]) ||
        !put(l->extra, sizeof l->extra, column[6]) || !put(l->name, sizeof l->name, column[7]))
        *e = ERR_BAD_VALUE;
    *number = (unsigned)n;
    return *e == ERR_OK;
}

bool quarter_figure_next(struct bytes *figures, enum quarter_figure *f, uint64_t value[QUARTER_SIDES], enum err *e)
{
    char text[LINE_MAX_BYTES], *rest = text;
    const char *name;

    *e = ERR_OK;
    if (!take_line(figures, text, e))
        return false;
    *e = ERR_BAD_VALUE;
    name = strsep(&rest, "|");
    for (*f = QUARTER_FULL; *f < QUARTER_FIGURES; (*f)++)
        if (strcmp(quarter_figure_name(*f), name) == 0)
            break;
    if (*f < QUARTER_FIGURES && number_parse(strsep(&rest, "|"), &value[QUARTER_CELL]) &&
        number_parse(strsep(&rest, "|"), &value[QUARTER_WARD]) && rest == NULL)
        *e = ERR_OK;
    return *e == ERR_OK;
}

unsigned quarter_explained(struct bytes element, struct bytes *text)
{
    unsigned n = 0;
    size_t i = 0;

    while (i < element.n && i < 4 && element.p[i] >= '0' && element.p[i] <= '9')
        n = n * 10 + (unsigned)(element.p[i++] - '0');
    if (i == 0 || i + 2 > element.n || element.p[i] != ':' || element.p[i + 1] != ' ')
        return 0;
    *text = bytes_cut(element, i + 2);
    return n;
}

/* ---- the sum of all versions ---- */

static bool same_line(const struct quarter_line *a, const struct quarter_line *b)
{
    return a->what == b->what && id_equal(&a->person, &b->person) && strcmp(a->field, b->field) == 0 &&
           strcmp(a->cell, b->cell) == 0 && strcmp(a->ward, b->ward) == 0 && strcmp(a->extra, b->extra) == 0;
}

static struct quarter_line *find(const struct buf *lines, const struct quarter_line *l)
{
    struct quarter_line *list = (struct quarter_line *)(void *)lines->p;

    for (size_t i = 0; i < lines->n / sizeof *list; i++)
        if (same_line(&list[i], l))
            return &list[i];
    return NULL;
}

bool quarter_sum_stands(const struct quarter_sum *s, const struct quarter_line *l)
{
    return find(&s->lines, l) != NULL;
}

enum err quarter_sum_add(struct quarter_sum *s, struct bytes figures, struct bytes lines)
{
    enum quarter_figure f;
    struct quarter_line l;
    uint64_t value[QUARTER_SIDES];
    unsigned number;
    enum err e;

    while (quarter_figure_next(&figures, &f, value, &e)) {
        s->has[f] = true;
        s->figure[QUARTER_CELL][f] = value[QUARTER_CELL];
        s->figure[QUARTER_WARD][f] = value[QUARTER_WARD];
    }
    while (e == ERR_OK && quarter_line_next(&lines, &l, &number, &e)) {
        struct quarter_line *there = find(&s->lines, &l), *end;

        if (l.sign == '+' && there == NULL)
            buf_put(&s->lines, &l, sizeof l);
        if (l.sign == '-' && there != NULL) {
            end = (struct quarter_line *)(void *)(s->lines.p + s->lines.n);
            memmove(there, there + 1, (size_t)(end - there - 1) * sizeof l);
            s->lines.n -= sizeof l;
        }
    }
    return e;
}

/* ---- writing ---- */

static void write_figure(const struct quarter_result *r, enum quarter_figure f, struct buf *out)
{
    buf_printf(out, "%s|%llu|%llu\n", quarter_figure_name(f), (unsigned long long)r->figure[QUARTER_CELL][f],
               (unsigned long long)r->figure[QUARTER_WARD][f]);
}

static bool write_lines(const struct buf *list, const struct buf *but, char sign, unsigned *number, struct buf *out)
{
    const struct quarter_line *l = (const struct quarter_line *)(const void *)list->p;
    bool any = false;

    for (size_t i = 0; i < list->n / sizeof *l && out->n + LINE_MAX_BYTES <= QUARTER_LINES_BYTES; i++) {
        char person[ID_TEXT_SIZE];

        if (find(but, &l[i]) != NULL)
            continue;
        id_print(&l[i].person, person);
        buf_printf(out, "%u|%c%s|%s|%s|%s|%s|%s|%s\n", ++*number, sign, quarter_what_name(l[i].what), person,
                   l[i].field, l[i].cell, l[i].ward, l[i].extra, l[i].name);
        any = true;
    }
    return any;
}

bool quarter_sum_differs(const struct quarter_sum *s, const struct quarter_result *r, struct buf *figures,
                         struct buf *lines)
{
    unsigned number = 0;
    bool any = false;

    for (enum quarter_figure f = QUARTER_FULL; f < QUARTER_FIGURES; f++)
        if (!s->has[f] || s->figure[QUARTER_CELL][f] != r->figure[QUARTER_CELL][f] ||
            s->figure[QUARTER_WARD][f] != r->figure[QUARTER_WARD][f]) {
            write_figure(r, f, figures);
            any = true;
        }
    any = write_lines(&r->lines, &s->lines, '+', &number, lines) || any;
    any = write_lines(&s->lines, &r->lines, '-', &number, lines) || any;
    if (any && figures->n == 0) /* a record has figures, if only to say that they stand */
        write_figure(r, QUARTER_FULL, figures);
    return any;
}
