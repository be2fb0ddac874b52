/* vector.c - see vector.h. */
#include "vector.h"

#include <stdio.h>
#include <stdlib.h>

#include "test.h"

#define ROWS_MAX 400

static struct row {
    char file[24];
    char name[40];
    struct buf bytes;
    bool read;
} rows[ROWS_MAX];
static size_t row_count;

static void die(const char *what, const char *file, const char *name)
{
    fprintf(stderr, "vectors: %s: %s %s\n", what, file, name);
    abort();
}

static void row_add(const char *file, char *line)
{
    char *colon = strchr(line, ':'), *end = strchr(line, '#');

    if (line[0] == '#' || line[0] == '\n')
        return;
    if (colon == NULL || (end != NULL && end < colon) || row_count == ROWS_MAX)
        die("not a row", file, line);
    line[end != NULL ? (size_t)(end - line) : strcspn(line, "\n")] = '\0';
    struct row *r = &rows[row_count++];
    snprintf(r->file, sizeof(r->file), "%s", file);
    snprintf(r->name, sizeof(r->name), "%.*s", (int)(colon - line), line);
    hex_to_buf(colon + 1, &r->bytes);
}

static void load(const char *file)
{
    char path[64], *line = NULL;
    size_t room = 0;

    for (size_t i = 0; i < row_count; i++) {
        if (strcmp(rows[i].file, file) == 0)
            return;
    }
    snprintf(path, sizeof(path), "tests/vectors/%s.hex", file);
    FILE *f = fopen(path, "r");
    if (f == NULL)
        die("cannot open", file, "(run from the top of the tree)");
    while (getline(&line, &room, f) > 0)
        row_add(file, line);
    free(line);
    fclose(f);
}

static struct row *row_find(const char *file, const char *name)
{
    load(file);
    for (size_t i = 0; i < row_count; i++)
        if (strcmp(rows[i].file, file) == 0 && strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

bool vector_has(const char *file, const char *name)
{
    return row_find(file, name) != NULL;
}

struct bytes vector(const char *file, const char *name)
{
    struct row *r = row_find(file, name);

    if (r == NULL)
        die("no such row", file, name);
    r->read = true;
    return buf_bytes(&r->bytes);
}

struct bytes vector_sized(const char *file, const char *name, size_t n)
{
    struct bytes b = vector(file, name);

    if (b.n != n)
        die("of another length", file, name);
    return b;
}

bool vector_all_read(const char *file)
{
    bool all = true;

    load(file);
    for (size_t i = 0; i < row_count; i++) {
        if (strcmp(rows[i].file, file) == 0 && !rows[i].read) {
            fprintf(stderr, "vectors: %s: %s is checked by nothing\n", file, rows[i].name);
            all = false;
        }
    }
    return all;
}
