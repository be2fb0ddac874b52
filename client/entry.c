/* entry.c - values for eyes and for scripts. Each element becomes a struct shown once; the two forms print that. */
#include "entry.h"

#include "../common/date.h"
#include "../common/daytime.h"
#include "../common/language.h"
#include "../common/money.h"
#include "../common/period.h"
#include "../proto/mp.h"

#include <inttypes.h>

/* One element, ready to be printed: a number as it is, or text. */
struct shown {
    enum { SHOWN_NOTHING, SHOWN_NUMBER, SHOWN_TEXT, SHOWN_UNKNOWN } what;
    int64_t number;
    struct buf text;
};

static void show_text(struct shown *s, const char *text)
{
    s->what = SHOWN_TEXT;
    buf_put_str(&s->text, text);
}

static void show_number(struct shown *s, int64_t number)
{
    s->what = SHOWN_NUMBER;
    s->number = number;
}

static void show_date(struct shown *s, uint32_t date, enum entry_form form)
{
    char text[DATE_TEXT_SIZE];
    (form == ENTRY_PEOPLE ? date_print : date_print_iso)(date, text);
    show_text(s, text);
}

static void show_period(struct shown *s, uint32_t period, enum entry_form form)
{
    char text[PERIOD_TEXT_SIZE];
    (form == ENTRY_PEOPLE ? period_print : period_print_iso)(period, text);
    show_text(s, text);
}

static void show_time(struct shown *s, uint64_t minutes)
{
    char text[DAYTIME_TEXT_SIZE];
    daytime_print((unsigned)minutes, text);
    show_text(s, text);
}

static void show_money(struct shown *s, int64_t dong, enum entry_form form)
{
    char text[MONEY_TEXT_SIZE];
    if (form == ENTRY_SCRIPT) {
        show_number(s, dong);
        return;
    }
    money_print(dong, text);
    show_text(s, text);
    buf_put_str(&s->text, " đ");
}

static void show_decimal(struct shown *s, struct mp *r, enum entry_form form)
{
    mp_expect_array(r, 2);
    int64_t mantissa = mp_int(r);
    uint64_t scale = mp_uint(r, 9);
    uint64_t power = 1;
    for (uint64_t i = 0; i < scale; i++)
        power *= 10;
    uint64_t size = mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa;
    s->what = SHOWN_TEXT;
    buf_printf(&s->text, "%s%" PRIu64, mantissa < 0 ? "-" : "", size / power);
    if (scale > 0)
        buf_printf(&s->text, "%c%0*" PRIu64, form == ENTRY_PEOPLE ? ',' : '.', (int)scale, size % power);
}

static void show_enum(struct shown *s, const struct field_info *f, uint64_t value, enum entry_form form)
{
    const struct enum_value *v = schema_value(f, value);
    if (v == NULL)
        show_number(s, (int64_t)value);
    else
        show_text(s, form == ENTRY_PEOPLE ? _(v->label) : v->name);
}

static void show_reference(struct shown *s, const struct field_info *f, const uint8_t *p, const struct entry_refs *refs,
                           enum entry_form form)
{
    struct id id = id_from(p);
    char hex[ID_TEXT_SIZE];
    bool named = false;

    if (f->type == TYPE_ORG)
        named = refs != NULL && refs->name_org != NULL && refs->name_org(refs->arg, &id, form, &s->text);
    else if (form == ENTRY_PEOPLE)
        named = refs != NULL && refs->name_record != NULL && refs->name_record(refs->arg, f->refers, &id, &s->text);
    id_print(&id, hex);
    show_text(s, named ? "" : hex);
}

static void show_one(struct shown *s, const struct field_info *f, struct mp *r, const struct entry_refs *refs,
                     enum entry_form form)
{
    buf_clear(&s->text);
    s->what = SHOWN_NOTHING;
    if (mp_nil(r))
        return;
    switch (f->type) {
    case TYPE_TEXT: s->what = SHOWN_TEXT; buf_put_bytes(&s->text, mp_str(r, CHANGE_BODY_MAX)); break;
    case TYPE_INTEGER: show_number(s, mp_int(r)); break;
    case TYPE_MONEY: show_money(s, mp_int(r), form); break;
    case TYPE_TIME: show_time(s, mp_uint(r, DAYTIME_MINUTES - 1)); break;
    case TYPE_DECIMAL: show_decimal(s, r, form); break;
    case TYPE_DATE: show_date(s, (uint32_t)mp_uint(r, UINT32_MAX), form); break;
    case TYPE_PERIOD: show_period(s, (uint32_t)mp_uint(r, UINT32_MAX), form); break;
    case TYPE_ENUM: show_enum(s, f, mp_uint(r, UINT32_MAX), form); break;
    case TYPE_RECORD:
    case TYPE_ORG: show_reference(s, f, mp_bin_exact(r, ID_SIZE), refs, form); break;
    case TYPE_BLOB:
    case TYPE_SEALED: (void)mp_raw(r); s->what = SHOWN_UNKNOWN; break;
    }
    if (mp_error(r) != ERR_OK)
        s->what = SHOWN_UNKNOWN;
}

/* How many elements follow; a list is entered. */
static size_t elements(const struct field_info *f, struct mp *r)
{
    return f->list && mp_peek(r) == MP_ARRAY ? mp_array(r, MP_ELEMENTS_MAX) : 1;
}

static void print_one(const struct shown *s, struct buf *out)
{
    if (s->what == SHOWN_NUMBER)
        buf_printf(out, "%" PRId64, s->number);
    else if (s->what == SHOWN_TEXT)
        buf_put_bytes(out, buf_bytes(&s->text));
    else if (s->what == SHOWN_UNKNOWN)
        buf_put_str(out, "?");
}

void entry_print(const struct field_info *f, struct bytes value, const struct entry_refs *refs, struct buf *out)
{
    struct shown s = { 0 };
    struct mp r;

    mp_open(&r, value);
    size_t n = elements(f, &r);
    for (size_t i = 0; i < n; i++) {
        show_one(&s, f, &r, refs, ENTRY_PEOPLE);
        buf_put_str(out, i == 0 ? "" : "; ");
        print_one(&s, out);
    }
    (void)!mp_close(&r); /* what was wrong has been shown as such */
    buf_wipe_deinit(&s.text);
}

static void json_one(const struct shown *s, struct json *j)
{
    if (s->what == SHOWN_NUMBER)
        json_int(j, s->number);
    else if (s->what == SHOWN_TEXT)
        json_bytes(j, buf_bytes(&s->text));
    else
        json_null(j);
}

void entry_json(const struct field_info *f, struct bytes value, const struct entry_refs *refs, struct json *j)
{
    struct shown s = { 0 };
    struct mp r;

    mp_open(&r, value);
    bool list = f->list && mp_peek(&r) == MP_ARRAY;
    size_t n = elements(f, &r);
    if (list)
        json_array_begin(j);
    for (size_t i = 0; i < n; i++) {
        show_one(&s, f, &r, refs, ENTRY_SCRIPT);
        json_one(&s, j);
    }
    if (list)
        json_array_end(j);
    (void)!mp_close(&r);
    buf_wipe_deinit(&s.text);
}
