/* sections.c - see sections.h. */
#include "sections.h"

#include <ini.h>
#include <string.h>

struct reading {
    struct bytes rest;
    sections_visit *visit;
    void *arg;
    unsigned line;
    enum err err;
};

/* inih asks for one line at a time, as from fgets; so the number of the line is known here. */
static char *next_line(char *out, int size, void *arg)
{
    struct reading *r = arg;
    if (r->err != ERR_OK || r->rest.n == 0)
        return NULL;
    const uint8_t *end = memchr(r->rest.p, '\n', r->rest.n);
    size_t n = end == NULL ? r->rest.n : (size_t)(end - r->rest.p) + 1;

    r->line++;
    if (n > SECTIONS_LINE_MAX || n + 1 > (size_t)size) {
        r->err = ERR_TOO_LONG;
        return NULL;
    }
    memcpy(out, r->rest.p, n);
    out[n] = '\0';
    r->rest = bytes_of(r->rest.p + n, r->rest.n - n);
    return out;
}

/* 0 is inih's word for a bad line; our own errors are kept here instead. */
static int row(void *arg, const char *section, const char *key, const char *value)
{
    struct reading *r = arg;
    const struct sections_row row = {.section = section, .key = key, .value = value, .line = r->line};
    if (r->err == ERR_OK)
        r->err = r->visit(r->arg, &row);
    return 1;
}

enum err sections_parse(struct bytes text, sections_visit *visit, void *arg, unsigned *line)
{
    struct reading r = {.rest = text, .visit = visit, .arg = arg};
    int bad = ini_parse_stream(next_line, &r, row, &r);

    *line = r.line;
    if (bad <= 0 || (r.err != ERR_OK && (unsigned)bad > r.line))
        return r.err;
    *line = (unsigned)bad;
    return ERR_BAD_VALUE;
}
