/* report_rows.c - the rows of report.def, read once, and what they ask of one record; see report_rows.h. */
#include "report_rows.h"

#include "../common/date.h"
#include "../common/language.h"
#include "../common/period.h"
#include "mp.h"

#define WORD_MAX 32

#define EVENT(kind, when, held, never)
#define TWICE(kind, link, one, other)

const char *const report_sections[REPORT_PARTS] = {
#define SECTION(section, label) [REPORT_PART_##section] = label,
#define LINE(section, name, kind, how, when, what, only, label)
#include "report.def"
#undef SECTION
#undef LINE
};

const struct report_line report_lines[REPORT_LINES] = {
#define SECTION(section, label)
#define LINE(section, name, kind, how, when, what, only, label) \
    [REPORT_LINE_##name] = {#name, #kind, REPORT_PART_##section, REPORT_##how, when, what, only, label},
#include "report.def"
#undef LINE
};
#undef EVENT
#undef TWICE

#define LINE(section, name, kind, how, when, what, only, label)

static const struct event_row {
    const char *kind, *when, *held, *never;
} events[REPORT_EVENT_KINDS] = {
#define EVENT(kind, when, held, never) {#kind, when, held, never},
#define TWICE(kind, link, one, other)
#include "report.def"
#undef EVENT
#undef TWICE
};

static const struct twice_row {
    const char *kind, *link, *field[2];
} twices[REPORT_TWICE_RULES] = {
#define EVENT(kind, when, held, never)
#define TWICE(kind, link, one, other) {#kind, link, {one, other}},
#include "report.def"
#undef EVENT
#undef TWICE
};
#undef SECTION
#undef LINE

/* The next word of a row's text, up to one of these signs, which is stepped over: the sign, 0 at the end. */
static char word_next(const char **text, const char *signs, char word[WORD_MAX])
{
    const size_t n = strcspn(*text, signs);
    assert(n < WORD_MAX);
    memcpy(word, *text, n);
    word[n] = '\0';
    const char sign = (*text)[n];
    *text += n + (sign != '\0');
    return sign;
}

static const struct field_info *field_of(const struct kind_info *k, const char *name)
{
    const struct field_info *f = name[0] == '\0' ? NULL : schema_field_named(k, name);
    assert(name[0] == '\0' || f != NULL);
    return f;
}

static void when_init(const struct kind_info *k, const char *text, const struct field_info *when[REPORT_PATHS])
{
    char word[WORD_MAX];
    for (size_t i = 0; *text != '\0'; i++) {
        assert(i < REPORT_PATHS);
        (void)word_next(&text, "|", word);
        when[i] = field_of(k, word);
    }
}

static void only_init(const struct kind_info *k, const char *text, struct report_only *only)
{
    char word[WORD_MAX];
    const char sign = word_next(&text, "!=", word);
    only->field = field_of(k, word);
    only->negated = sign == '!';
    text += only->negated;
    while (sign != '\0' && *text != '\0') {
        (void)word_next(&text, "|", word);
        const struct enum_value *v = schema_value_named(only->field, word);
        assert(v != NULL && v->value < 64);
        only->values |= (uint64_t)1 << v->value;
    }
}

void report_rows_init(struct report_rows *rows)
{
    memset(rows, 0, sizeof(*rows));
    for (size_t i = 0; i < REPORT_LINES; i++) {
        struct report_ready *l = &rows->line[i];
        l->kind = schema_kind_named(report_lines[i].kind);
        assert(l->kind != NULL);
        when_init(l->kind, report_lines[i].when, l->when);
        l->what = field_of(l->kind, report_lines[i].what);
        only_init(l->kind, report_lines[i].only, &l->only);
    }
    for (size_t i = 0; i < REPORT_EVENT_KINDS; i++) {
        struct report_event_rule *e = &rows->event[i];
        e->kind = schema_kind_named(events[i].kind);
        when_init(e->kind, events[i].when, e->when);
        only_init(e->kind, events[i].held, &e->held);
        only_init(e->kind, events[i].never, &e->never);
    }
    for (size_t i = 0; i < REPORT_TWICE_RULES; i++) {
        struct report_twice_rule *t = &rows->twice[i];
        t->kind = schema_kind_named(twices[i].kind);
        t->link = schema_kind_named(twices[i].link);
        t->reverses = schema_field_named(t->kind, "reverses");
        for (size_t k = 0; k < ARRAY_LEN(t->key); k++)
            t->key[k] = twices[i].field[k] == NULL ? NULL : field_of(t->kind, twices[i].field[k]);
    }
}

/* ---- which kinds, in what order ---- */

static bool is_named(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

const char *const report_member_kinds[] = {"member", "membership", "link", "transfer", NULL};

const struct kind_info *report_kind(size_t n)
{
    const char *names[REPORT_KINDS_MAX];
    size_t count = 0;

    for (; report_member_kinds[count] != NULL; count++)
        names[count] = report_member_kinds[count];
    for (size_t i = 0; i < REPORT_TWICE_RULES; i++)
        if (!is_named(names, count, twices[i].link))
            names[count++] = twices[i].link;
    for (size_t i = 0; i < REPORT_EVENT_KINDS; i++)
        if (!is_named(names, count, events[i].kind))
            names[count++] = events[i].kind;
    for (size_t i = 0; i < REPORT_LINES && count < REPORT_KINDS_MAX; i++)
        if (!is_named(names, count, report_lines[i].kind))
            names[count++] = report_lines[i].kind;
    return n < count ? schema_kind_named(names[n]) : NULL;
}

/* ---- values ---- */

const struct entry *report_entry(const struct report_record *x, const struct field_info *f)
{
    if (f == NULL)
        return NULL;
    for (size_t i = 0; i < x->parts; i++)
        for (size_t k = 0; k < x->part[i]->entries; k++)
            if (x->part[i]->entry[k].tag == schema_tag(f))
                return &x->part[i]->entry[k];
    return NULL;
}

static bool open_value(const struct report_record *x, const struct field_info *f, struct mp *r)
{
    const struct entry *e = report_entry(x, f);

    if (e != NULL && e->count > 0)
        mp_open(r, e->candidate[0].value);
    return e != NULL && e->count > 0;
}

bool report_uint(const struct report_record *x, const struct field_info *f, uint64_t *out)
{
    struct mp r;

    if (!open_value(x, f, &r))
        return false;
    *out = mp_uint(&r, UINT64_MAX);
    return mp_close(&r) == ERR_OK;
}

bool report_int(const struct report_record *x, const struct field_info *f, int64_t *out)
{
    struct mp r;

    if (!open_value(x, f, &r))
        return false;
    *out = mp_int(&r);
    return mp_close(&r) == ERR_OK;
}

bool report_id(const struct report_record *x, const struct field_info *f, struct id *out)
{
    struct mp r;

    if (!open_value(x, f, &r))
        return false;
    *out = id_from(mp_bin_exact(&r, ID_SIZE));
    return mp_close(&r) == ERR_OK;
}

static bool is_there(const struct report_record *x, const struct field_info *f)
{
    struct mp r;

    if (!open_value(x, f, &r))
        return false;
    const bool there = mp_peek(&r) != MP_NIL;
    (void)!mp_close(&r);
    return there;
}

bool report_passes(const struct report_record *x, const struct report_only *only)
{
    uint64_t n = 0;

    if (only->field == NULL)
        return true;
    if (only->values == 0)
        return is_there(x, only->field);
    const bool in = report_uint(x, only->field, &n) && n < 64 && (only->values >> n & 1) != 0;
    return in != only->negated;
}

bool report_days_of(const struct field_info *f, uint64_t value, struct report_days *out)
{
    if (f->type == TYPE_PERIOD && period_is_valid(value)) {
        *out = (struct report_days){period_first_day((uint32_t)value), period_last_day((uint32_t)value)};
        return true;
    }
    const uint32_t date = value > UINT32_MAX / 10000 ? (uint32_t)value : (uint32_t)value * 10000;
    if ((f->type != TYPE_DATE && f->type != TYPE_INTEGER) || !date_is_valid(date))
        return false;
    const uint32_t year = date_year(date) * 10000, month = date_month(date) * 100, day = date_day(date);
    out->first = year + (month == 0 ? 100 : month) + (day == 0 ? 1 : day);
    out->last = year + (month == 0 ? 1200 : month);
    out->last += day == 0 ? date_month_days(date_year(out->last), date_month(out->last)) : day;
    return true;
}

bool report_days(const struct report_record *x, const struct field_info *const when[REPORT_PATHS],
                 struct report_days *out, struct id *event, bool *is_event)
{
    uint64_t value;

    *is_event = false;
    for (size_t i = 0; i < REPORT_PATHS && when[i] != NULL; i++) {
        if (when[i]->type == TYPE_RECORD) {
            *is_event = report_id(x, when[i], event);
            return *is_event;
        }
        if (report_uint(x, when[i], &value) && report_days_of(when[i], value, out))
            return true;
    }
    *out = (struct report_days){0, 0};
    return when[0] == NULL;
}
