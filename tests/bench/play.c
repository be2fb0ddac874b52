/* play.c - does in one book what a file of tests/gen/ward.py says, by the calls that `chibo ghi`, `sua` and `ky` make.
 *
 *     play HOME NAMES FILE     NAMES: a folder, what records are called, "NAME ID" a line; new ones are added
 *
 * Prints how many records, edits and signatures, and how many values were typed decomposed, and with blanks too many.
 * Ends with status 1 at the first line that cannot be done. */
#include <stdio.h>
#include <stdlib.h>

#include "../../client/record.h"
#include "../../client/refs.h"

#define IN_ONE_COMMIT 200

#define SLOTS ((size_t)1 << 19)
#define CELLS_MAX 512

struct name {
    char *text;
    struct id id;
};

/* The names of one cell are a file of its own: what stands before the first dot. */
struct names {
    char cell[64];
    FILE *file;
};

struct player {
    struct book book;
    struct refs refs;
    const char *dir;
    struct names names[CELLS_MAX];
    size_t cells;
    struct name *all; /* SLOTS of them, open addressing by text */
    size_t used;
    size_t made[3];
    size_t decomposed, blanks;
};

static void die(const char *what, const char *line, enum err e)
{
    fprintf(stderr, "play: %s: %s: %.200s\n", what, err_name(e), line);
    exit(1);
}

/* ---- names ---- */

static size_t hash_of(const char *text)
{
    size_t h = 14695981039346656037u;
    for (; *text != '\0'; text++)
        h = (h ^ (uint8_t)*text) * 1099511628211u;
    return h;
}

static struct name *find(struct player *p, const char *text)
{
    size_t at = hash_of(text) & (SLOTS - 1);
    while (p->all[at].text != NULL && strcmp(p->all[at].text, text) != 0)
        at = (at + 1) & (SLOTS - 1);
    return &p->all[at];
}

static void remember(struct player *p, const char *text, const struct id *id)
{
    struct name *n = find(p, text);
    if (n->text != NULL)
        return;
    *n = (struct name){strdup(text), *id};
    if (++p->used * 2 > SLOTS)
        die("names", "too many", ERR_TOO_LONG);
}

static FILE *names_of(struct player *p, const char *text)
{
    struct names *n = p->names;
    const size_t length = strcspn(text, ".");
    char path[512], line[256], name[200], hex[64];
    for (; n < p->names + p->cells; n++)
        if (strncmp(n->cell, text, length) == 0 && n->cell[length] == '\0')
            return n->file;
    if (p->cells++ == CELLS_MAX || length >= sizeof(n->cell))
        die("names", text, ERR_TOO_LONG);
    memcpy(n->cell, text, length);
    snprintf(path, sizeof(path), "%s/%s", p->dir, n->cell);
    n->file = fopen(path, "a+");
    if (n->file == NULL)
        die("names", path, ERR_NO_STORE);
    rewind(n->file);
    while (fgets(line, sizeof(line), n->file) != NULL) {
        struct id id;
        if (sscanf(line, "%199s %63s", name, hex) == 2 && id_parse(hex, &id) == ERR_OK)
            remember(p, name, &id);
    }
    return n->file;
}

static struct name *slot(struct player *p, const char *text)
{
    (void)names_of(p, text);
    return find(p, text);
}

/* ---- lines ---- */

static void set(struct player *p, struct fields *f, char *word, const char *line)
{
    char why[ENTRY_WHY_SIZE], hex[ID_TEXT_SIZE], *value = strchr(word, '=');
    if (value == NULL)
        die("no value", line, ERR_BAD_VALUE);
    *value++ = '\0';
    const struct field_info *field = schema_field_named(f->kind, word);
    if (field == NULL)
        die(word, line, ERR_UNKNOWN_KIND);
    const size_t length = strlen(value);
    p->blanks += strstr(value, "  ") != NULL || (length > 0 && value[length - 1] == ' ');
    p->decomposed += strpbrk(value, "\xcc\xcd") != NULL; /* they begin the marks that stand by themselves */
    if (value[0] == '@') {
        const struct name *n = slot(p, value + 1);
        if (n->text == NULL)
            die(value, line, ERR_NO_SUCH_RECORD);
        id_print(&n->id, hex);
        value = hex;
    }
    const enum err e = fields_set(f, field, value, book_today(), &p->refs.entry, why);
    if (e != ERR_OK)
        die(word, line, e);
}

/* The two of a link are named in the order of their ids. */
static void order_pair(struct fields *f)
{
    const struct field_info *first = schema_field_named(f->kind, "first"), *second = schema_field_named(f->kind, "second");
    if (first == NULL || second == NULL)
        return;
    struct fields_value *a = fields_value(f, first), *b = fields_value(f, second), swap = *a;
    if (a->value.n != b->value.n || memcmp(a->value.p, b->value.p, a->value.n) <= 0)
        return;
    *a = *b;
    *b = swap;
}

static enum err create(struct player *p, struct fields *f, const char *code, const char *name)
{
    struct record_written w;
    struct id org;
    char hex[ID_TEXT_SIZE];
    enum err e = ERR_OK;
    if (strcmp(code, "-") != 0)
        e = p->refs.entry.find_org(p->refs.entry.arg, code, &org);
    if (e == ERR_OK)
        e = record_create(&p->book, f, strcmp(code, "-") == 0 ? NULL : &org, &w);
    if (e != ERR_OK)
        return e;
    if (slot(p, name)->text == NULL) {
        id_print(&w.id, hex);
        remember(p, name, &w.id);
        fprintf(names_of(p, name), "%s %s\n", name, hex);
    }
    return ERR_OK;
}

static void play_line(struct player *p, char *line)
{
    char *word[64], *rest = NULL;
    size_t n = 0;
    struct record_written w;
    struct fields f;
    for (char *at = strtok_r(line, "\t\n", &rest); at != NULL && n < 64; at = strtok_r(NULL, "\t\n", &rest))
        word[n++] = at;
    const char op = n >= 3 ? word[0][0] : '?';
    const struct kind_info *k = n >= 3 ? schema_kind_named(word[2]) : NULL;
    if (k == NULL)
        die("line", line, ERR_UNKNOWN_KIND);
    const size_t from = op == '+' ? 4 : 3;
    fields_init(&f, k);
    for (size_t i = from; i < n; i++)
        set(p, &f, word[i], word[1]);
    order_pair(&f);
    const struct id id = slot(p, word[1])->id;
    enum err e = op == '+'   ? create(p, &f, word[3], word[1])
                 : op == '~' ? record_edit(&p->book, &id, &f, &w)
                 : op == '!' ? record_sign(&p->book, k, &id, &w)
                             : ERR_BAD_VALUE;
    if (e != ERR_OK)
        die(word[2], word[1], e);
    p->made[op == '+' ? 0 : op == '~' ? 1 : 2]++;
    fields_deinit(&f);
}

static void begin(struct player *p)
{
    const enum err e = book_begin(&p->book, true);
    if (e != ERR_OK)
        die("begin", p->book.dir, e);
    refs_init(&p->refs, &p->book);
}

static void commit(struct player *p)
{
    refs_deinit(&p->refs);
    const enum err e = book_commit(&p->book);
    if (e != ERR_OK || fflush(NULL) != 0)
        die("commit", p->book.dir, e);
}

int main(int argc, char **argv)
{
    static struct player p;
    char *line = NULL;
    size_t size = 0, count = 0;
    enum err e = argc == 4 ? book_init(&p.book, argv[1]) : ERR_BAD_VALUE;
    if (e == ERR_OK)
        e = book_open(&p.book, KV_WRITE);
    FILE *f = e == ERR_OK ? fopen(argv[3], "r") : NULL;
    if (f == NULL)
        die("book or file", argc == 4 ? argv[3] : "play HOME NAMES FILE", e);
    p.dir = argv[2];
    p.all = mem_alloc(SLOTS * sizeof(*p.all));
    while (getline(&line, &size, f) > 0) {
        if (count % IN_ONE_COMMIT == 0)
            begin(&p);
        play_line(&p, line);
        if (++count % IN_ONE_COMMIT == 0)
            commit(&p);
    }
    if (count % IN_ONE_COMMIT != 0)
        commit(&p);
    printf("%zu %zu %zu %zu %zu\n", p.made[0], p.made[1], p.made[2], p.decomposed, p.blanks);
    fclose(f);
    for (size_t i = 0; i < p.cells; i++)
        fclose(p.names[i].file);
    book_deinit(&p.book);
    return 0;
}
