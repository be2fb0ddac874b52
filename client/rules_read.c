/* rules_read.c - one INI text into one pack (rules.h), checked against the table of known keys. */
#include <stdio.h>
#include <stdlib.h>

#include "../common/date.h"
#include "../common/language.h"
#include "../common/sections.h"
#include "../common/text.h"
#include "rules.h"

#define BOUNDS_SIZE 100

struct reading {
    struct rules_pack *pack;
    bool lenient;
    struct rules_fault *fault;
    unsigned head; /* bit i: head_keys[i] was given */
};

static char *copy(const char *text)
{
    size_t n = strlen(text);
    char *out = mem_alloc(n + 1);
    memcpy(out, text, n);
    return out;
}

static enum err fail(struct reading *r, enum err e, unsigned line, const char *what, const char *why)
{
    r->fault->line = line;
    snprintf(r->fault->why, sizeof(r->fault->why), "%s%s%s", what, what[0] != '\0' && why[0] != '\0' ? ": " : "", why);
    return e;
}

/* Digits alone; UINT32_MAX: it is no such number. */
static uint32_t number(const char *text, size_t n)
{
    uint32_t v = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9' || v > 100000000)
            return UINT32_MAX;
        v = v * 10 + (uint32_t)(text[i] - '0');
    }
    return n == 0 ? UINT32_MAX : v;
}

/* The next part between commas, without blanks around; false: there are no more. */
static bool part(const char **at, const char **text, size_t *n)
{
    if (*at == NULL)
        return false;
    const char *end = strchr(*at, ',');
    *text = *at + strspn(*at, " ");
    *n = end == NULL ? strlen(*text) : (size_t)(end - *text);
    while (*n > 0 && (*text)[*n - 1] == ' ')
        (*n)--;
    *at = end == NULL ? NULL : end + 1;
    return true;
}

/* dd/mm as month * 100 + day; of a leap year too. */
static uint32_t day(const char *text, size_t n)
{
    const char *slash = memchr(text, '/', n);
    if (slash == NULL)
        return UINT32_MAX;
    uint32_t d = number(text, (size_t)(slash - text)), m = number(slash + 1, n - (size_t)(slash - text) - 1);
    return d > 31 || m > 12 || !date_is_full(20240000 + m * 100 + d) ? UINT32_MAX : m * 100 + d;
}

bool rules_item(const struct rules_pack *p, const char *key, size_t i, uint32_t *out)
{
    const char *at = rules_text(p, key), *text;
    size_t n;

    for (; part(&at, &text, &n); i--) {
        if (i > 0)
            continue;
        *out = memchr(text, '/', n) != NULL ? day(text, n) : number(text, n);
        return *out != UINT32_MAX;
    }
    return false;
}

/* --- one key --- */

static enum err check_numbers(struct reading *r, const struct rules_key *k, const struct sections_row *row)
{
    const char *at = row->value, *text;
    uint32_t before = 0;
    size_t n, count = 0;
    char bounds[BOUNDS_SIZE];

    while (part(&at, &text, &n)) {
        uint32_t v = k->type == RULES_DAYS ? day(text, n) : number(text, n);
        count++;
        if (k->type == RULES_DAYS && v == UINT32_MAX)
            return fail(r, ERR_BAD_VALUE, row->line, row->key, _("Days are written 03/02, 19/05."));
        if (k->type != RULES_DAYS && (v == UINT32_MAX || v < k->least || v > k->most)) {
            snprintf(bounds, sizeof(bounds), _("A whole number from %u to %u."), k->least, k->most);
            return fail(r, ERR_BAD_VALUE, row->line, row->key, bounds);
        }
        if (count > 1 && v <= before)
            return fail(r, ERR_BAD_VALUE, row->line, row->key, _("A list goes from small to large."));
        before = v;
    }
    if (count > (k->type == RULES_NUMBER ? 1 : RULES_LIST_MAX))
        return fail(r, ERR_TOO_LONG, row->line, row->key, _("Too many values."));
    return ERR_OK;
}

static const struct rules_key *key_of(const char *pack, const struct sections_row *row)
{
    for (size_t i = 0; i < rules_key_count; i++) {
        const struct rules_key *k = &rules_keys[i];
        if (strcmp(k->pack, pack) == 0 && strcmp(k->section, row->section) == 0 && strcmp(k->key, row->key) == 0)
            return k;
    }
    return NULL;
}

static enum err body(struct reading *r, const struct sections_row *row)
{
    struct rules_pack *p = r->pack;
    if (p->name[0] == '\0')
        return fail(r, ERR_MISSING_FIELD, row->line, "[pack]", _("The pack's name comes first."));
    const struct rules_key *k = key_of(p->name, row);
    enum err e = ERR_OK;

    if (k == NULL && r->lenient)
        return ERR_OK;
    if (k == NULL)
        return fail(r, ERR_UNKNOWN_FIELD, row->line, row->key, _("no such key in this section of this pack"));
    if (rules_text(p, row->key) != NULL)
        return fail(r, ERR_BAD_VALUE, row->line, row->key, _("said twice"));
    if (row->value[0] == '\0')
        return fail(r, ERR_MISSING_FIELD, row->line, row->key, _("Nothing is said; leave the line out."));
    if (p->values == RULES_VALUES_MAX)
        return fail(r, ERR_TOO_LONG, row->line, row->key, _("Too many values."));
    if (k->type != RULES_TEXT)
        e = check_numbers(r, k, row);
    if (e == ERR_OK)
        p->value[p->values++] = (struct rules_value){k, copy(row->value)};
    return e;
}

/* --- [pack] --- */

enum head { HEAD_NAME, HEAD_TITLE, HEAD_VERSION, HEAD_FROM, HEAD_TO, HEAD_SOURCE, HEAD_SOURCE_DATE, HEAD_UNVERIFIED };
static const char *const head_keys[] = {"name", "title", "version", "from", "to", "source", "source_date", "chua_kiem"};
#define HEAD_REQUIRED (1u << HEAD_NAME | 1u << HEAD_TITLE | 1u << HEAD_VERSION | 1u << HEAD_FROM)

static enum err head_date(struct reading *r, const struct sections_row *row, bool full, uint32_t *out)
{
    struct date_fault fault;
    if (date_parse(row->value, 20000101, out, &fault) == ERR_OK && (!full || date_is_full(*out)))
        return ERR_OK;
    return fail(r, ERR_BAD_DATE, row->line, row->key, _("Written as 28/10/2025."));
}

static enum err head_number(struct reading *r, const struct sections_row *row, uint32_t least, uint32_t most,
                            uint32_t *out)
{
    char bounds[BOUNDS_SIZE];
    *out = number(row->value, strlen(row->value));
    if (*out != UINT32_MAX && *out >= least && *out <= most)
        return ERR_OK;
    snprintf(bounds, sizeof(bounds), _("A whole number from %u to %u."), least, most);
    return fail(r, ERR_BAD_VALUE, row->line, row->key, bounds);
}

static enum err head_set(struct reading *r, enum head h, const struct sections_row *row)
{
    struct rules_pack *p = r->pack;
    uint32_t flag = 0;
    enum err e = ERR_OK;

    switch (h) {
    case HEAD_NAME:
        if (!rules_is_name(row->value) || strlen(row->value) > RULES_NAME_MAX)
            return fail(r, ERR_BAD_VALUE, row->line, row->value,
                        _("no pack has this name; they are listed by: chibo quy-tac"));
        memcpy(p->name, row->value, strlen(row->value) + 1);
        break;
    case HEAD_TITLE: p->title = copy(row->value); break;
    case HEAD_SOURCE: p->source = copy(row->value); break;
    case HEAD_VERSION: e = head_number(r, row, 1, 100000, &p->version); break;
    case HEAD_UNVERIFIED: e = head_number(r, row, 0, 1, &flag); break;
    case HEAD_FROM: e = head_date(r, row, true, &p->from); break;
    case HEAD_TO: e = head_date(r, row, true, &p->to); break;
    case HEAD_SOURCE_DATE: e = head_date(r, row, false, &p->source_date); break;
    }
    p->unverified = p->unverified || flag != 0;
    return e;
}

static enum err head(struct reading *r, const struct sections_row *row)
{
    for (size_t i = 0; i < ARRAY_LEN(head_keys); i++) {
        if (strcmp(head_keys[i], row->key) != 0)
            continue;
        if ((r->head & 1u << i) != 0)
            return fail(r, ERR_BAD_VALUE, row->line, row->key, _("said twice"));
        if (row->value[0] == '\0')
            return fail(r, ERR_MISSING_FIELD, row->line, row->key, _("Nothing is said; leave the line out."));
        r->head |= 1u << i;
        return head_set(r, (enum head)i, row);
    }
    return r->lenient ? ERR_OK
                      : fail(r, ERR_UNKNOWN_FIELD, row->line, row->key, _("no such key in this section of this pack"));
}

static enum err visit(void *arg, const struct sections_row *row)
{
    return strcmp(row->section, "pack") == 0 ? head(arg, row) : body(arg, row);
}

/* --- the whole --- */

static enum err finish(struct reading *r)
{
    const struct rules_pack *p = r->pack;
    for (size_t i = 0; i < ARRAY_LEN(head_keys); i++)
        if ((HEAD_REQUIRED & ~r->head & 1u << i) != 0)
            return fail(r, ERR_MISSING_FIELD, 0, "[pack]", head_keys[i]);
    if (p->to != 0 && p->to < p->from)
        return fail(r, ERR_BAD_DATE, 0, "to", _("It ends before it begins."));
    return ERR_OK;
}

static void pack_deinit(struct rules_pack *p)
{
    free(p->title);
    free(p->source);
    for (size_t i = 0; i < p->values; i++)
        free(p->value[i].text);
}

void rules_deinit(struct rules *r)
{
    for (size_t i = 0; i < r->count; i++)
        pack_deinit(&r->pack[i]);
    free(r->pack);
    *r = (struct rules){0};
}

static void append(struct rules *r, const struct rules_pack *p)
{
    if ((r->count & (r->count - 1)) == 0) { /* full at each power of two */
        struct rules_pack *more = mem_alloc((r->count == 0 ? 1 : 2 * r->count) * sizeof(*more));
        if (r->count > 0)
            memcpy(more, r->pack, r->count * sizeof(*more));
        free(r->pack);
        r->pack = more;
    }
    r->pack[r->count++] = *p;
}

enum err rules_read(struct rules *r, struct bytes text, const struct id *org, bool lenient, struct rules_fault *fault)
{
    struct rules_pack p = {0};
    struct reading reading = {.pack = &p, .lenient = lenient, .fault = fault};
    unsigned line = 0;
    enum err e;

    *fault = (struct rules_fault){0};
    if (text.n > RULES_TEXT_MAX)
        return fail(&reading, ERR_TOO_LONG, 0, "", "");
    if (!text_is_utf8(text))
        return fail(&reading, ERR_BAD_UTF8, 0, "", "");
    if (memchr(text.p, '\0', text.n) != NULL)
        return fail(&reading, ERR_BAD_VALUE, 0, "", "");
    e = sections_parse(text, visit, &reading, &line);
    if (e != ERR_OK && fault->line != line) /* inih goes on behind a bad line; what came later is not the fault */
        (void)fail(&reading, e, line, "", "");
    if (e == ERR_BAD_VALUE && fault->why[0] == '\0')
        (void)fail(&reading, e, line, "", _("A line is a [section], KEY = VALUE, or a comment that begins with ;"));
    if (e == ERR_OK)
        e = finish(&reading);
    if (e != ERR_OK) {
        pack_deinit(&p);
        return e;
    }
    if (org != NULL)
        p.org = *org;
    append(r, &p);
    return ERR_OK;
}
