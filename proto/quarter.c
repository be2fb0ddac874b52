/* quarter.c - see quarter.h. What is read from which kind, and how. */
#include "quarter.h"

#include <stdlib.h>

#include "../common/date.h"
#include "../common/date.h"
#include "../common/language.h"
#include "../common/period.h"
#include "../common/text.h"
#include "mirror.h"
#include "mp.h"
#include "org_change.h"
#include "quarter_row.h"

static const struct {
    const char *kind;
    const char *field[QUARTER_FIELDS + 1];
} reads[QUARTER_KINDS] = {
    [QUARTER_MEMBER] = {"member", {"family_name", "middle_name", "given_name", "gender", "born", "admitted", "entered",
                                   "official", "card_no"}},
    [QUARTER_PLACE] = {"membership", {"member", "org", "type", "from", "to", "reason"}},
    [QUARTER_HOME] = {"residence_link", {"member", "home_org", "from", "to", "exemption"}},
    [QUARTER_LINK] = {"link", {"first", "second", "verdict"}},
};

static const struct {
    const char *name, *label;
} figures[QUARTER_FIGURES] = {
    [QUARTER_FULL] = {"full", N_("full member")},
    [QUARTER_PROBATIONARY] = {"probationary", N_("probationary member")},
    [QUARTER_TEMP_IN] = {"temp_in", N_("temporarily here")},
    [QUARTER_TEMP_OUT] = {"temp_out", N_("temporarily elsewhere")},
    [QUARTER_LINKED] = {"linked", N_("working member linked to the home cell")},
    [QUARTER_UNPLACED] = {"unplaced", N_("no membership recorded")},
    [QUARTER_MEN] = {"men", N_("men")},
    [QUARTER_WOMEN] = {"women", N_("women")},
    [QUARTER_MOVED_IN] = {"moved_in", N_("moved in during the quarter")},
    [QUARTER_MOVED_OUT] = {"moved_out", N_("moved out during the quarter")},
}, whats[QUARTER_WHATS] = {
    [QUARTER_ONLY_CELL] = {"only_cell", N_("missing in the ward's register")},
    [QUARTER_ONLY_WARD] = {"only_ward", N_("missing in the cell's register")},
    [QUARTER_NOT_RECEIVED] = {"not_received", N_("introduced, not yet received")},
    [QUARTER_DOUBLE] = {"double", N_("counted twice")},
    [QUARTER_OTHER_VALUE] = {"other_value", N_("another value")},
};

const char *quarter_figure_name(enum quarter_figure f) { return figures[f].name; }
const char *quarter_figure_label(enum quarter_figure f) { return figures[f].label; }
const char *quarter_what_name(enum quarter_what w) { return whats[w].name; }
const char *quarter_what_label(enum quarter_what w) { return whats[w].label; }

void quarter_book_deinit(struct quarter_book *b)
{
    buf_wipe_deinit(&b->rows);
    buf_deinit(&b->orgs);
}

void quarter_result_deinit(struct quarter_result *r)
{
    buf_wipe_deinit(&r->lines);
}

/* ---- one row ---- */

static bool kind_of(uint32_t kind, enum quarter_kind *out)
{
    const struct kind_info *k = schema_kind(kind);

    for (size_t i = 0; k != NULL && i < QUARTER_KINDS; i++)
        if (strcmp(k->name, reads[i].kind) == 0) {
            *out = (enum quarter_kind)i;
            return true;
        }
    return false;
}

bool quarter_kind(uint32_t kind)
{
    enum quarter_kind k;

    return kind_of(kind, &k);
}

const struct field_info *quarter_row_field(enum quarter_kind k, size_t field)
{
    return schema_field_named(schema_kind_named(reads[k].kind), reads[k].field[field]);
}

const struct quarter_value *quarter_row_value(const struct quarter_row *r, enum quarter_side s, size_t field)
{
    return s == QUARTER_CELL && r->value[QUARTER_CELL][field].n == 0 ? &r->value[QUARTER_WARD][field]
                                                                    : &r->value[s][field];
}

static bool is_none(const struct quarter_value *v)
{
    return v->n == 0 || v->b[0] == 0xc0;
}

uint32_t quarter_row_number(const struct quarter_row *r, enum quarter_side s, size_t field)
{
    const struct quarter_value *v = quarter_row_value(r, s, field);
    struct mp m;
    uint32_t n;

    if (is_none(v))
        return 0;
    mp_open(&m, bytes_of(v->b, v->n));
    n = (uint32_t)mp_uint(&m, UINT32_MAX);
    return mp_close(&m) == ERR_OK ? n : 0;
}

struct id quarter_row_id(const struct quarter_row *r, size_t field)
{
    const struct quarter_value *v = quarter_row_value(r, QUARTER_CELL, field);
    struct id id = {{0}};
    struct mp m;

    if (is_none(v))
        return id;
    mp_open(&m, bytes_of(v->b, v->n));
    id = id_from(mp_bin_exact(&m, ID_SIZE));
    return mp_close(&m) == ERR_OK ? id : (struct id){{0}};
}

void quarter_copy(char *out, size_t size, const char *text)
{
    size_t n = strlen(text);

    if (n >= size)
        n = text_utf8_prefix(bytes_of(text, size - 1));
    memcpy(out, text, n);
    out[n] = '\0';
}

void quarter_value_print(const struct field_info *f, const struct quarter_value *v, char *out, size_t size)
{
    const struct enum_value *named;
    struct buf text = {0};
    char date[DATE_TEXT_SIZE];
    struct mp m;

    out[0] = '\0';
    if (is_none(v))
        return;
    mp_open(&m, bytes_of(v->b, v->n));
    if (f->type == TYPE_TEXT) {
        buf_put_bytes(&text, mp_str(&m, QUARTER_VALUE_MAX));
    } else if (f->type == TYPE_DATE) {
        date_print_iso((uint32_t)mp_uint(&m, UINT32_MAX), date);
        buf_put_str(&text, date);
    } else {
        named = schema_value(f, mp_uint(&m, UINT32_MAX));
        buf_put_str(&text, named == NULL ? "?" : named->name);
    }
    if (mp_close(&m) == ERR_OK)
        quarter_copy(out, size, buf_cstr(&text));
    for (char *p = out; *p != '\0'; p++)
        if (*p == '|' || *p == '\n')
            *p = '/';
    buf_deinit(&text);
}

/* ---- taking ---- */

static struct quarter_row *row_of(struct quarter_book *b, const struct id *org, uint32_t kind, enum quarter_kind what,
                                  const struct id *record)
{
    struct quarter_row *r = (struct quarter_row *)(void *)b->rows.p;
    size_t n = b->rows.n / sizeof *r;

    for (size_t i = n; i > 0; i--) /* parts of one record often come one behind the other */
        if (id_equal(&r[i - 1].record, record) && r[i - 1].kind == kind && id_equal(&r[i - 1].org, org))
            return &r[i - 1];
    r = (struct quarter_row *)(void *)buf_grow(&b->rows, sizeof *r);
    memset(r, 0, sizeof *r);
    r->kind = kind;
    r->what = what;
    r->record = *record;
    r->org = *org;
    return r;
}

static void put_value(struct quarter_value *v, struct bytes value)
{
    if (value.n > QUARTER_VALUE_MAX) /* of another form than the schema's: shown as it stands in the record, not here */
        return;
    v->n = (uint8_t)value.n;
    memcpy(v->b, value.p, value.n);
}

/* Only whether somebody gave one: it may be longer than what is compared. */
static void put_reason(struct quarter_row *r, const struct entry *e)
{
    struct quarter_value *v = &r->value[QUARTER_WARD][PLACE_REASON];

    v->n = 1;
    v->b[0] = e->candidate[0].value.n > 1 ? 0xc3 : 0xc0; /* true, nil */
}

static void take_entry(struct quarter_row *r, size_t field, const struct entry *e)
{
    bool has[2] = {false, false};

    if (r->what == QUARTER_PLACE && field == PLACE_REASON) {
        put_reason(r, e);
        return;
    }

    if (TAG_CLASS(e->tag) != MERGE_OWNER) {
        put_value(&r->value[QUARTER_WARD][field], e->candidate[0].value);
        return;
    }
    for (size_t i = 0; i < e->count; i++) {
        enum quarter_side s = e->candidate[i].owns ? QUARTER_WARD : QUARTER_CELL;

        if (!has[s])
            put_value(&r->value[s][field], e->candidate[i].value);
        has[s] = true;
    }
}

void quarter_take(struct quarter_book *b, const struct id *org, uint32_t kind, const struct id *record,
                  const struct part *p)
{
    struct quarter_row *r;
    enum quarter_kind k;

    if (!kind_of(kind, &k) || p->changes == 0)
        return;
    r = row_of(b, org, kind, k, record);
    for (size_t i = 0; i < p->entries; i++)
        for (size_t f = 0; reads[k].field[f] != NULL; f++)
            if (p->entry[i].tag == schema_tag(quarter_row_field(k, f)))
                take_entry(r, f, &p->entry[i]);
}

/* ---- a store ---- */

struct loading {
    struct txn *txn;
    struct quarter_book *book;
    uint32_t kind;
    struct scope *scope;
    size_t scopes;
    enum err err;
};

/* What stays behind of a record that moved is a copy: it counts where its home is. */
static bool moved_on(struct loading *l, const struct scope *s, const struct id *record)
{
    struct id home;
    enum err e = mirror_home(l->txn, s->number, record, &home);

    if (e != ERR_OK && e != ERR_NOT_FOUND)
        l->err = e;
    return e != ERR_NOT_FOUND;
}

static bool part_visit(void *arg, struct bytes key, struct bytes value)
{
    struct loading *l = arg;
    struct part p;
    struct id record;

    if (key.n != 2 + ID_SIZE + 2) {
        l->err = ERR_DAMAGED;
        return false;
    }
    record = id_from(key.p + 2);
    l->err = part_decode(&p, value);
    for (size_t i = 0; l->err == ERR_OK && i < l->scopes; i++)
        if (l->scope[i].number == load_u16(key.p + 2 + ID_SIZE) && !moved_on(l, &l->scope[i], &record))
            quarter_take(l->book, &l->scope[i].org, l->kind, &record, &p);
    part_deinit(&p);
    return l->err == ERR_OK;
}

static enum err load_parts(struct txn *txn, struct quarter_book *b)
{
    struct loading l = {.txn = txn, .book = b};
    enum err e = scope_list(txn, &l.scope, &l.scopes);

    for (size_t i = 0; e == ERR_OK && i < QUARTER_KINDS; i++) {
        uint8_t prefix[2];

        l.kind = schema_kind_named(reads[i].kind)->number;
        store_u16(prefix, (uint16_t)l.kind);
        e = store_scan(txn, TABLE_part, bytes_of(prefix, 2), part_visit, &l);
        if (e == ERR_OK)
            e = l.err;
    }
    free(l.scope);
    return e;
}

enum err quarter_load(struct txn *txn, struct quarter_book *b, bool parts)
{
    struct org *list = NULL;
    size_t count = 0;
    enum err e = org_list(txn, &list, &count);

    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct quarter_org o = {.id = list[i].id};

        memcpy(o.code, list[i].code, sizeof o.code);
        e = org_living(txn, &o.id, &o.living);
        if (e == ERR_AMBIGUOUS || e == ERR_FROZEN) { /* split, or another ward's: its own history */
            o.living = o.id;
            e = ERR_OK;
        }
        buf_put(&b->orgs, &o, sizeof o);
    }
    free(list);
    return e == ERR_OK && parts ? load_parts(txn, b) : e;
}

/* ---- the word for a quarter ---- */

static uint32_t quarter_of(uint32_t today)
{
    return today / 10000 * 100 + 21 + (date_month(today) - 1) / 3;
}

uint32_t quarter_before(uint32_t period)
{
    return period % 100 > 21 ? period - 1 : period - 100 + 3;
}

/* "4/2026" is a month everywhere else. */
enum err quarter_parse(const char *text, uint32_t today, uint32_t *period)
{
    static const char *const roman[] = {"i/", "ii/", "iii/", "iv/"};
    struct buf key = {0}, with = {0};
    enum err e = text_key(bytes_of_str(text), &key);
    const char *p = buf_cstr(&key);
    bool before = e == ERR_OK && (strcmp(p, "truoc") == 0 || strcmp(p, "last") == 0);

    buf_put_str(&with, p);
    if (e == ERR_OK && p[0] >= '1' && p[0] <= '4' && p[1] == '/') {
        buf_clear(&with);
        buf_printf(&with, "q%s", p);
    }
    for (size_t i = 0; e == ERR_OK && i < ARRAY_LEN(roman); i++)
        if (strncmp(p, roman[i], strlen(roman[i])) == 0) {
            buf_clear(&with);
            buf_printf(&with, "q%zu/%s", i + 1, p + strlen(roman[i]));
        }
    if (before)
        *period = quarter_before(quarter_of(today));
    else if (e == ERR_OK)
        e = period_parse(buf_cstr(&with), today, period);
    buf_deinit(&key);
    buf_deinit(&with);
    return e != ERR_OK || *period % 100 < 21 || *period % 100 > 24 ? ERR_BAD_VALUE : ERR_OK;
}
