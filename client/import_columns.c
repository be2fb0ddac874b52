/* import_columns.c - see import_columns.h. */
#include "import_columns.h"

#include "../common/date.h"
#include "../common/language.h"
#include "../common/text.h"
#include "word.h"

/* Words for what the schema calls by another; keys as title_key makes them. field NULL: see use. */
static const struct synonym {
    const char *kind; /* NULL: any */
    const char *key;
    enum import_use use;
    const char *field;
} synonyms[] = {
    {NULL, "", IMPORT_SKIP, NULL},
    {NULL, "tt", IMPORT_SKIP, NULL},
    {NULL, "stt", IMPORT_SKIP, NULL},
    {NULL, "so-tt", IMPORT_SKIP, NULL},
    {NULL, "so-thu-tu", IMPORT_SKIP, NULL},
    {NULL, "ghi-chu", IMPORT_FIELD, "note"},
    {"member", "ho-va-ten", IMPORT_NAME, NULL},
    {"member", "ho-ten", IMPORT_NAME, NULL},
    {"member", "ho-va-ten-dang-vien", IMPORT_NAME, NULL},
    {"member", "ho-ten-dang-vien", IMPORT_NAME, NULL},
    {"member", "ho-va-ten-dang-dung", IMPORT_NAME, NULL},
    {"member", "ho-dem", IMPORT_FAMILY, NULL},
    {"member", "ho-va-dem", IMPORT_FAMILY, NULL},
    {"member", "ho-va-ten-dem", IMPORT_FAMILY, NULL},
    {"member", "ho-ten-khai-sinh", IMPORT_FIELD, "birth_name"},
    {"member", "ho-va-ten-khai-sinh", IMPORT_FIELD, "birth_name"},
    {"member", "khai-sinh", IMPORT_FIELD, "birth_name"},
    {"member", "nam-sinh", IMPORT_FIELD, "born"},
    {"member", "sinh-ngay", IMPORT_FIELD, "born"},
    {"member", "ngay-thang-nam-sinh", IMPORT_FIELD, "born"},
    {"member", "nam-nu", IMPORT_FIELD, "gender"},
    {"member", "vao-dang", IMPORT_FIELD, "entered"},
    {"member", "ngay-thang-vao-dang", IMPORT_FIELD, "entered"},
    {"member", "chinh-thuc", IMPORT_FIELD, "official"},
    {"member", "so-the", IMPORT_FIELD, "card_no"},
    {"member", "so-the-dang", IMPORT_FIELD, "card_no"},
    {"member", "the-dang-vien", IMPORT_FIELD, "card_no"},
    {"member", "ly-lich", IMPORT_FIELD, "file_no"},
    {"member", "huy-hieu", IMPORT_FIELD, "badges"},
    {"member", "huy-hieu-dang", IMPORT_FIELD, "badges"},
    {"member", "hoc-van", IMPORT_FIELD, "education"},
    {"member", "van-hoa", IMPORT_FIELD, "education"},
    {"member", "trinh-do-hoc-van", IMPORT_FIELD, "education"},
    {"member", "trinh-do-van-hoa", IMPORT_FIELD, "education"},
    {"member", "ly-luan", IMPORT_FIELD, "theory"},
    {"member", "trinh-do-ly-luan-chinh-tri", IMPORT_FIELD, "theory"},
    {"member", "chuyen-mon", IMPORT_FIELD, "profession"},
    {"member", "chuyen-mon-nghiep-vu", IMPORT_FIELD, "profession"},
    {"member", "nghe-nghiep-truoc-khi-vao-dang", IMPORT_FIELD, "occupation_before"},
    {"member", "hien-nay", IMPORT_FIELD, "occupation"},
    {"member", "nghe-nghiep-hien-nay", IMPORT_FIELD, "occupation"},
    {"member", "quan-doi-cong-an-huu-tri", IMPORT_FIELD, "served"},
    {"member", "chuyen-di", IMPORT_NOTE, NULL},
    {"member", "ngay-chuyen-di", IMPORT_NOTE, NULL},
    {"member", "noi-chuyen-den", IMPORT_NOTE, NULL},
    {"member", "noi-den", IMPORT_NOTE, NULL},
    {"member", "chuyen-den", IMPORT_NOTE, NULL},
    {"member", "ngay-chuyen-den", IMPORT_NOTE, NULL},
    {"member", "noi-chuyen-di", IMPORT_NOTE, NULL},
    {"member", "tu-tran", IMPORT_FIELD, "died"},
    {"member", "ngay-mat", IMPORT_FIELD, "died"},
    {"member", "ly-do", IMPORT_NOTE, NULL},
    {"member", "ly-do-tu-tran", IMPORT_NOTE, NULL},
    {"member", "ra-khoi-dang", IMPORT_FIELD, "left"},
    {"member", "hinh-thuc", IMPORT_FIELD, "left_how"},
};

static const char *const error_titles[] = {"loi", "error"};

/* --- titles --- */

/* Folded words with - between, nothing else. */
static bool title_key(struct bytes title, struct buf *key)
{
    struct buf folded = {0};
    bool good = text_key(title, &folded) == ERR_OK;

    buf_clear(key);
    for (size_t i = 0; good && i < folded.n; i++) {
        uint8_t c = folded.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
        if (letter)
            buf_put_u8(key, c);
        else if (key->n > 0 && key->p[key->n - 1] != '-')
            buf_put_u8(key, '-');
    }
    if (key->n > 0 && key->p[key->n - 1] == '-')
        key->n--;
    buf_deinit(&folded);
    return good;
}

static const struct field_info *field_of_key(const struct kind_info *k, struct buf *key)
{
    struct buf label = {0};
    const struct field_info *found = NULL;

    for (size_t i = 0; found == NULL && i < k->fields; i++) {
        const char *const words[] = {k->field[i].name, _(k->field[i].label)};
        for (size_t w = 0; found == NULL && w < ARRAY_LEN(words); w++)
            if (title_key(bytes_of_str(words[w]), &label) && bytes_equal(buf_bytes(&label), buf_bytes(key)))
                found = &k->field[i];
    }
    buf_deinit(&label);
    return found;
}

static void put_title(struct import_part *p, struct bytes title)
{
    struct buf clean = {0};
    if (text_clean(title, TEXT_ONE_LINE, &clean) == ERR_OK) {
        struct bytes fits = buf_bytes(&clean);
        if (fits.n >= sizeof(p->title))
            fits.n = text_utf8_prefix(bytes_of(fits.p, sizeof(p->title) - 1));
        memcpy(p->title, fits.p, fits.n);
        p->title[fits.n] = 0;
    }
    buf_deinit(&clean);
}

static bool part_of(const struct kind_info *k, struct bytes title, struct import_part *p)
{
    struct buf key = {0};
    bool known = title_key(title, &key);

    *p = (struct import_part){.use = IMPORT_FIELD, .field = known ? field_of_key(k, &key) : NULL};
    if (known && p->field == NULL) {
        known = false;
        for (size_t i = 0; !known && i < ARRAY_LEN(synonyms); i++) {
            const struct synonym *s = &synonyms[i];
            known = (s->kind == NULL || strcmp(s->kind, k->name) == 0) && strcmp(buf_cstr(&key), s->key) == 0;
            p->use = s->use;
            p->field = known && s->field != NULL ? schema_field_named(k, s->field) : NULL;
            known = known && (s->field == NULL || p->field != NULL);
        }
    }
    put_title(p, title);
    buf_deinit(&key);
    return known;
}

/* The place of a separator of titles, and its length. */
static size_t separator_at(struct bytes title, size_t from, bool and_too, size_t *length)
{
    for (size_t i = from; i < title.n; i++) {
        *length = 1;
        if (strchr(",;/\n", title.p[i]) != NULL && title.p[i] != 0)
            return i;
        *length = 5;
        if (and_too && title.n - i > 5 && memcmp(title.p + i, " và ", 5) == 0)
            return i;
    }
    *length = 0;
    return title.n;
}

static size_t parts_of(const struct kind_info *k, struct bytes title, bool and_too, struct import_part *part)
{
    size_t n = 0, length = 1;

    for (size_t at = 0; at < title.n && n < IMPORT_PARTS_MAX; n++) {
        size_t end = separator_at(title, at, and_too, &length);
        if (end == at || !part_of(k, bytes_of(title.p + at, end - at), &part[n]) || part[n].use == IMPORT_SKIP)
            return 0;
        at = end + length;
        if (at >= title.n)
            return n + 1;
    }
    return 0;
}

static bool is_error_title(const char *title)
{
    for (size_t i = 0; i < ARRAY_LEN(error_titles); i++)
        if (word_is(title, error_titles[i]))
            return true;
    return false;
}

/* Each field once only, but for remarks, which go on. */
static const struct field_info *said_twice(const struct import_columns *c)
{
    bool seen[CHANGE_TRIPLES_MAX] = {false};

    for (size_t i = 0; i < c->count; i++)
        for (size_t p = 0; p < c->column[i].parts; p++) {
            const struct field_info *f = c->column[i].part[p].field;
            if (f == NULL)
                continue;
            if (seen[f - c->kind->field])
                return f;
            seen[f - c->kind->field] = true;
        }
    return NULL;
}

enum err import_columns_read(struct import_columns *c, const struct kind_info *k, struct csv_row *row, bool ignore,
                             struct buf *unknown)
{
    *c = (struct import_columns){.kind = k, .count = row->count};
    for (size_t i = 0; i < row->count; i++) {
        const char *typed = csv_cell(row, i);
        struct buf clean = {0};
        if (text_clean(bytes_of_str(typed), TEXT_MULTILINE, &clean) != ERR_OK)
            buf_put_str(&clean, "?");
        struct bytes title = buf_bytes(&clean);
        c->column[i].error = is_error_title(typed);
        if (!c->column[i].error && part_of(k, title, &c->column[i].part[0]))
            c->column[i].parts = 1;
        else if (!c->column[i].error)
            c->column[i].parts = parts_of(k, title, false, c->column[i].part);
        if (!c->column[i].error && c->column[i].parts == 0)
            c->column[i].parts = parts_of(k, title, true, c->column[i].part);
        if (c->column[i].parts == 0 && !c->column[i].error && !ignore) {
            buf_put_str(unknown, unknown->n > 0 ? ", " : "");
            buf_put_bytes(unknown, title);
        }
        buf_deinit(&clean);
    }
    if (unknown->n > 0)
        return ERR_UNKNOWN_FIELD;
    const struct field_info *twice = said_twice(c);
    if (twice != NULL)
        buf_put_str(unknown, _(twice->label));
    return twice == NULL ? ERR_OK : ERR_EXISTS;
}

/* --- cells --- */

struct splitting {
    const struct kind_info *kind;
    struct buf *text;
    bool proper;
    uint32_t today;
};

static struct buf *text_of(struct splitting *s, const char *field)
{
    const struct field_info *f = schema_field_named(s->kind, field);
    return f == NULL ? NULL : &s->text[f - s->kind->field];
}

static bool is_nothing(struct bytes cell)
{
    static const char *const dashes[] = {"-", "–", "—"};
    for (size_t i = 0; i < ARRAY_LEN(dashes); i++)
        if (bytes_equal(cell, bytes_of_str(dashes[i])))
            return true;
    return cell.n == 0;
}

static bool is_name(const struct field_info *f)
{
    static const char *const names[] = {"family_name", "middle_name", "given_name", "birth_name"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(f->name, names[i]) == 0)
            return true;
    return false;
}

static void put(struct splitting *s, const char *field, struct bytes cell)
{
    struct buf *to = text_of(s, field);
    if (s->proper && text_capitals(cell, to) == ERR_OK)
        return;
    buf_put_bytes(to, cell);
}

/* The last word is the given name, the first the family's; family: without a given name. */
static void put_name(struct splitting *s, struct bytes cell, bool family)
{
    size_t first = 0, last = cell.n;
    const uint8_t *space = memchr(cell.p, ' ', cell.n);

    first = space == NULL ? cell.n : (size_t)(space - cell.p);
    while (!family && last > 0 && cell.p[last - 1] != ' ')
        last--;
    if (first == cell.n && !family) { /* one word: nobody knows which name it is */
        put(s, "given_name", cell);
        return;
    }
    put(s, "family_name", bytes_of(cell.p, first));
    if (!family)
        put(s, "given_name", bytes_cut(cell, last));
    size_t end = family ? cell.n : last - 1;
    if (end > first)
        put(s, "middle_name", bytes_of(cell.p + first + 1, end - first - 1));
}

static void put_part(struct splitting *s, const struct import_part *p, struct bytes cell)
{
    struct buf *note = text_of(s, "note");

    switch (p->use) {
    case IMPORT_SKIP: break;
    case IMPORT_NAME: put_name(s, cell, false); break;
    case IMPORT_FAMILY: put_name(s, cell, true); break;
    case IMPORT_NOTE:
        buf_put_str(note, note->n > 0 ? "; " : "");
        buf_printf(note, "%s: ", p->title);
        buf_put_bytes(note, cell);
        break;
    case IMPORT_FIELD:
        if (strcmp(p->field->name, "note") == 0 && note->n > 0)
            buf_put_str(note, "; ");
        if (is_name(p->field))
            put(s, p->field->name, cell);
        else
            buf_put_bytes(&s->text[p->field - s->kind->field], cell);
        break;
    }
}

/* What stands behind a full name in its cell. */
static bool put_behind_name(struct splitting *s, struct bytes cell)
{
    struct buf copy = {0};
    struct date_fault fault;
    uint32_t date;

    buf_put_bytes(&copy, cell);
    const char *field = date_parse(buf_cstr(&copy), s->today, &date, &fault) == ERR_OK ? "born" : "birth_name";
    buf_deinit(&copy);
    if (text_of(s, field)->n > 0)
        return false;
    put(s, field, cell);
    return true;
}

static char separator_of(struct bytes cell)
{
    return memchr(cell.p, '\n', cell.n) != NULL ? '\n' : memchr(cell.p, ';', cell.n) != NULL ? ';' : ',';
}

static bool split_cell(struct splitting *s, const struct import_part *part, size_t parts, struct bytes cell)
{
    char separator = separator_of(cell);
    size_t n = 0;

    for (size_t at = 0; at <= cell.n; n++) {
        const uint8_t *end = at < cell.n ? memchr(cell.p + at, separator, cell.n - at) : NULL;
        size_t to = end == NULL ? cell.n : (size_t)(end - cell.p);
        struct buf one = {0};
        bool good = text_clean(bytes_of(cell.p + at, to - at), TEXT_ONE_LINE, &one) == ERR_OK;
        if (good && !is_nothing(buf_bytes(&one))) {
            if (n < parts)
                put_part(s, &part[n], buf_bytes(&one));
            else
                good = part[0].use == IMPORT_NAME && parts == 1 && put_behind_name(s, buf_bytes(&one));
        }
        buf_wipe_deinit(&one);
        if (!good)
            return false;
        at = to + 1;
    }
    return true;
}

enum err import_columns_split(const struct import_columns *c, struct csv_row *row, bool proper, struct buf *text,
                              size_t *column)
{
    struct splitting s = {c->kind, text, proper, c->today};

    for (size_t i = 0; i < row->count; i++) {
        struct bytes raw = bytes_of_str(csv_cell(row, i)), cell = csv_unguard(raw);
        *column = i;
        if (i >= c->count && cell.n > 0)
            return ERR_TOO_LONG;
        if (i >= c->count || c->column[i].parts == 0 || is_nothing(raw))
            continue;
        bool whole = c->column[i].parts == 1 && c->column[i].part[0].use != IMPORT_NAME &&
                     c->column[i].part[0].use != IMPORT_FAMILY;
        if (whole)
            put_part(&s, &c->column[i].part[0], cell);
        else if (!split_cell(&s, c->column[i].part, c->column[i].parts, cell))
            return ERR_TOO_LONG;
    }
    return ERR_OK;
}
