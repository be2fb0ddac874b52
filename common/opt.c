/* opt.c - see opt.h. */
#include "opt.h"

#include <stdlib.h>

/* Where the parser stands. */
struct reader {
    struct opt_parsed *out;
    char *const *argv;
    int argc;
    int at;
    bool options_ended;
};

static const char *const sentences[OPT_PROBLEM_COUNT] = {
    [OPT_FINE] = "done",
    [OPT_UNKNOWN] = "there is no such option",
    [OPT_AMBIGUOUS] = "more than one option begins like this",
    [OPT_NO_VALUE] = "this option needs a value",
    [OPT_NEEDLESS_VALUE] = "this option takes no value",
    [OPT_NOT_A_NUMBER] = "a number is needed here",
    [OPT_TOO_GREAT] = "this number is too great",
    [OPT_TWICE] = "this option was given twice",
    [OPT_REQUIRED] = "this option is required",
    [OPT_TOO_FEW_ARGS] = "something is missing after the command",
    [OPT_TOO_MANY_ARGS] = "this word is one too many",
};

static enum err parse_word(struct reader *r);
static enum err parse_long(struct reader *r, const char *word);
static enum err parse_letter(struct reader *r, const char *word);
static enum err take_value(struct reader *r, const struct opt_row *row, const char *word, const char *given);
static enum err take_number(struct reader *r, struct opt_found *found);
static enum err check_whole(struct opt_parsed *out);
static enum err fail(struct opt_parsed *out, enum opt_problem problem, const char *word);
static const struct opt_row *row_named(const struct opt_table *t, const char *name, size_t n, bool *ambiguous);
static const struct opt_row *row_close_to(const struct opt_table *t, const char *name, size_t n);
static const struct opt_found *find(const struct opt_parsed *p, const char *name);

enum err opt_parse(const struct opt_table *table, int argc, char *const *argv, struct opt_parsed *out)
{
    struct reader r = {.out = out, .argv = argv, .argc = argc};

    *out = (struct opt_parsed){.table = table};
    out->found = mem_alloc((size_t)argc * sizeof(*out->found));
    while (r.at < r.argc) {
        enum err e = parse_word(&r);
        if (e != ERR_OK)
            return e;
    }
    return check_whole(out);
}

void opt_deinit(struct opt_parsed *p)
{
    free(p->found);
    *p = (struct opt_parsed){0};
}

static enum err parse_word(struct reader *r)
{
    const char *word = r->argv[r->at++];

    if (!r->options_ended && strcmp(word, "--") == 0) {
        r->options_ended = true;
        return ERR_OK;
    }
    if (!r->options_ended && word[0] == '-' && word[1] == '-')
        return parse_long(r, word);
    if (!r->options_ended && word[0] == '-' && word[1] != '\0')
        return parse_letter(r, word);
    if (r->out->arg_count >= r->out->table->args_max)
        return fail(r->out, OPT_TOO_MANY_ARGS, word);
    r->out->found[r->out->count++] = (struct opt_found){.text = word};
    r->out->arg_count++;
    return ERR_OK;
}

static enum err parse_long(struct reader *r, const char *word)
{
    const char *name = word + 2, *equals = strchr(name, '=');
    size_t n = equals != NULL ? (size_t)(equals - name) : strlen(name);
    bool ambiguous;
    const struct opt_row *row = row_named(r->out->table, name, n, &ambiguous);

    if (row != NULL)
        return take_value(r, row, word, equals != NULL ? equals + 1 : NULL);
    r->out->close = ambiguous ? NULL : row_close_to(r->out->table, name, n);
    return fail(r->out, ambiguous ? OPT_AMBIGUOUS : OPT_UNKNOWN, word);
}

/* One letter a word: -x value. */
static enum err parse_letter(struct reader *r, const char *word)
{
    const struct opt_table *t = r->out->table;

    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].letter != 0 && t->rows[i].letter == word[1] && word[2] == '\0')
            return take_value(r, &t->rows[i], word, NULL);
    return fail(r->out, OPT_UNKNOWN, word);
}

/* given: what stood after `=`, or NULL. */
static enum err take_value(struct reader *r, const struct opt_row *row, const char *word, const char *given)
{
    struct opt_found found = {.row = row, .text = given};

    if (!row->repeated && row->kind != OPT_FLAG && opt_given(r->out, row->name))
        return fail(r->out, OPT_TWICE, word);
    if (row->kind == OPT_FLAG && given != NULL)
        return fail(r->out, OPT_NEEDLESS_VALUE, word);
    if (row->kind != OPT_FLAG && given == NULL) {
        if (r->at >= r->argc)
            return fail(r->out, OPT_NO_VALUE, word);
        found.text = r->argv[r->at++];
    }
    if (row->kind == OPT_NUMBER) {
        enum err e = take_number(r, &found);
        if (e != ERR_OK)
            return e;
    }
    r->out->found[r->out->count++] = found;
    return ERR_OK;
}

static enum err take_number(struct reader *r, struct opt_found *found)
{
    uint64_t most = found->row->most != 0 ? found->row->most : UINT64_MAX;

    if (*found->text == '\0' || found->text[strspn(found->text, "0123456789")] != '\0')
        return fail(r->out, OPT_NOT_A_NUMBER, found->text);
    for (const char *s = found->text; *s != '\0'; s++) {
        uint64_t digit = (uint64_t)(*s - '0');
        if (__builtin_mul_overflow(found->number, 10, &found->number) ||
            __builtin_add_overflow(found->number, digit, &found->number) || found->number > most)
            return fail(r->out, OPT_TOO_GREAT, found->text);
    }
    return ERR_OK;
}

static enum err check_whole(struct opt_parsed *out)
{
    const struct opt_table *t = out->table;

    if (out->arg_count < t->args_min)
        return fail(out, OPT_TOO_FEW_ARGS, t->args);
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].required && !opt_given(out, t->rows[i].name))
            return fail(out, OPT_REQUIRED, t->rows[i].name);
    return ERR_OK;
}

static enum err fail(struct opt_parsed *out, enum opt_problem problem, const char *word)
{
    out->problem = problem;
    out->word = word;
    return problem == OPT_NOT_A_NUMBER || problem == OPT_TOO_GREAT ? ERR_BAD_VALUE : ERR_USAGE;
}

static bool begins(const char *name, const char *typed, size_t n)
{
    return name != NULL && strncmp(name, typed, n) == 0;
}

static bool is(const char *name, const char *typed, size_t n)
{
    return begins(name, typed, n) && name[n] == '\0';
}

/* The row of this name, or the only one with a name that begins so; NULL with *ambiguous when there are several. */
static const struct opt_row *row_named(const struct opt_table *t, const char *name, size_t n, bool *ambiguous)
{
    const struct opt_row *beginning = NULL;

    *ambiguous = false;
    for (size_t i = 0; i < t->count; i++) {
        const struct opt_row *row = &t->rows[i];
        if (is(row->name, name, n) || is(row->alias, name, n)) {
            *ambiguous = false;
            return row;
        }
        if (n > 0 && (begins(row->name, name, n) || begins(row->alias, name, n))) {
            *ambiguous = beginning != NULL;
            beginning = row;
        }
    }
    return *ambiguous ? NULL : beginning;
}

static const struct opt_row *row_close_to(const struct opt_table *t, const char *name, size_t n)
{
    const struct opt_row *best = NULL;
    unsigned best_distance = UINT16_MAX;
    char typed[OPT_WORD_MAX + 1];

    if (n > OPT_WORD_MAX)
        return NULL;
    memcpy(typed, name, n);
    typed[n] = '\0';
    for (size_t i = 0; i < 2 * t->count; i++) {
        const struct opt_row *row = &t->rows[i / 2];
        const char *word = i % 2 == 0 ? row->name : row->alias;
        if (word != NULL && opt_is_close(typed, word) && opt_distance(typed, word) < best_distance) {
            best = row;
            best_distance = opt_distance(typed, word);
        }
    }
    return best;
}

static const struct opt_found *find(const struct opt_parsed *p, const char *name)
{
    size_t row = 0;

    while (row < p->table->count && strcmp(p->table->rows[row].name, name) != 0)
        row++;
    assert(row < p->table->count);
    for (size_t i = 0; i < p->count; i++)
        if (p->found[i].row == &p->table->rows[row])
            return &p->found[i];
    return NULL;
}

bool opt_given(const struct opt_parsed *p, const char *name)
{
    return find(p, name) != NULL;
}

const char *opt_text(const struct opt_parsed *p, const char *name, const char *otherwise)
{
    const struct opt_found *found = find(p, name);

    return found != NULL ? found->text : otherwise;
}

uint64_t opt_number(const struct opt_parsed *p, const char *name, uint64_t otherwise)
{
    const struct opt_found *found = find(p, name);

    return found != NULL ? found->number : otherwise;
}

const char *opt_next(const struct opt_parsed *p, const char *name, size_t *at)
{
    const struct opt_found *first = find(p, name);

    for (; first != NULL && *at < p->count; ++*at)
        if (p->found[*at].row == first->row)
            return p->found[(*at)++].text;
    return NULL;
}

const char *opt_arg(const struct opt_parsed *p, size_t i)
{
    assert(i < p->arg_count);
    for (size_t at = 0;; at++)
        if (p->found[at].row == NULL && i-- == 0)
            return p->found[at].text;
}

static const char *say(opt_translate *translate, const char *msgid)
{
    return translate != NULL ? translate(msgid) : msgid;
}

void opt_explain(const struct opt_parsed *p, opt_translate *translate, struct buf *out)
{
    buf_put_str(out, say(translate, sentences[p->problem]));
    if (p->word != NULL)
        buf_printf(out, ": %s%s", p->problem == OPT_REQUIRED ? "--" : "",
                   p->problem == OPT_TOO_FEW_ARGS ? say(translate, p->word) : p->word);
    if (p->close != NULL)
        buf_printf(out, " (%s --%s?)", say(translate, "did you mean"), p->close->name);
}

/* Columns of UTF-8 text without wide or combining letters. */
static size_t width(struct bytes text)
{
    size_t columns = 0;

    for (size_t i = 0; i < text.n; i++)
        columns += (text.p[i] & 0xc0) != 0x80;
    return columns;
}

static void put_option(const struct opt_row *row, opt_translate *translate, struct buf *out)
{
    if (row->letter != 0)
        buf_printf(out, "-%c, ", row->letter);
    buf_printf(out, "--%s", row->name);
    if (row->kind != OPT_FLAG)
        buf_printf(out, " %s", say(translate, row->value));
    if (row->repeated)
        buf_put_str(out, " …");
}

void opt_usage(const struct opt_table *table, const char *words, opt_translate *translate, struct buf *out)
{
    struct buf left = {0};
    size_t widest = 0;

    buf_put_str(out, words);
    if (table->args != NULL)
        buf_printf(out, " %s", say(translate, table->args));
    for (size_t i = 0; i < table->count; i++) {
        const struct opt_row *row = &table->rows[i];
        buf_printf(out, " %s--%s%s%s%s%s", row->required ? "" : "[", row->name, row->kind == OPT_FLAG ? "" : " ",
                   row->kind == OPT_FLAG ? "" : say(translate, row->value), row->required ? "" : "]",
                   row->repeated ? "…" : "");
        buf_clear(&left);
        put_option(row, translate, &left);
        widest = width(buf_bytes(&left)) > widest ? width(buf_bytes(&left)) : widest;
    }
    buf_put_str(out, "\n");
    for (size_t i = 0; i < table->count; i++) {
        buf_clear(&left);
        put_option(&table->rows[i], translate, &left);
        buf_printf(out, "  %s%*s  %s\n", buf_cstr(&left), (int)(widest - width(buf_bytes(&left))), "",
                   say(translate, table->rows[i].help));
    }
    buf_deinit(&left);
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Damerau-Levenshtein in its restricted form (no letter is touched twice), three rows of the usual table. */
unsigned opt_distance(const char *a, const char *b)
{
    unsigned rows[3][OPT_WORD_MAX + 1];
    size_t an = strlen(a), bn = strlen(b);

    if (an > OPT_WORD_MAX || bn > OPT_WORD_MAX)
        return OPT_WORD_MAX + 1;
    for (size_t j = 0; j <= bn; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= an; i++) {
        unsigned *now = rows[i % 3], *before = rows[(i + 2) % 3], *two_before = rows[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= bn; j++) {
            bool same = lower(a[i - 1]) == lower(b[j - 1]);
            now[j] = least(least(before[j], now[j - 1]) + 1, before[j - 1] + (same ? 0 : 1));
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                now[j] = least(now[j], two_before[j - 2] + 1);
        }
    }
    return rows[an % 3][bn];
}

bool opt_is_close(const char *typed, const char *word)
{
    size_t n = strlen(word);

    return n >= 2 && opt_distance(typed, word) <= (n < 6 ? 1 : n / 3);
}
