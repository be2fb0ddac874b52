/* print_value.c - see print_value.h. */
#include "print_value.h"

#include <stdio.h>

#include "../common/date.h"
#include "../common/daytime.h"
#include "../common/language.h"
#include "../common/money.h"
#include "../proto/mp.h"

#define TEXT_SHOWN_MAX 200 /* bytes of a long text: enough to decide whether to ask */

static void put_period(uint64_t v, bool script, struct buf *out)
{
    const unsigned p = (unsigned)(v % 100), y = (unsigned)(v / 100);
    if (p >= 1 && p <= 12 && script)
        buf_printf(out, "%04u-%02u", y, p);
    else if (p >= 1 && p <= 12)
        buf_printf(out, "%02u/%04u", p, y);
    else
        buf_printf(out, p >= 21 && p <= 24 ? "Q%u/%u" : p >= 31 && p <= 32 ? "H%u/%u" : "%u/%u", p % 10, y);
}

static void put_number(const struct field_info *f, int64_t number, bool script, struct buf *out)
{
    char text[64];
    const uint64_t v = number < 0 ? 0 : (uint64_t)number;
    const struct enum_value *value = f->type == TYPE_ENUM ? schema_value(f, v) : NULL;
    if (value != NULL) {
        buf_put_str(out, script ? value->name : _(value->label));
    } else if (f->type == TYPE_DATE) {
        (script ? date_print_iso : date_print)((uint32_t)v, text);
        buf_put_str(out, text);
    } else if (f->type == TYPE_TIME && daytime_is_valid(v)) {
        daytime_print((unsigned)v, text);
        buf_put_str(out, text);
    } else if (f->type == TYPE_MONEY && !script) {
        money_print(number, text);
        buf_put_str(out, text);
    } else if (f->type == TYPE_PERIOD) {
        put_period(v, script, out);
    } else {
        buf_printf(out, "%lld", (long long)number);
    }
}

static void put_text(struct bytes text, bool script, struct buf *out)
{
    size_t n = text.n;
    if (!script && n > TEXT_SHOWN_MAX)
        for (n = TEXT_SHOWN_MAX; n > 0 && (text.p[n] & 0xc0) == 0x80;)
            n--;
    buf_put_bytes(out, bytes_of(text.p, n));
    buf_put_str(out, n < text.n ? " …" : "");
}

static void put_one(const struct field_info *f, struct mp *r, bool script, struct buf *out)
{
    char hex[ID_TEXT_SIZE];
    if (mp_peek(r) == MP_STR) {
        put_text(mp_str(r, TEXT_MAX), script, out);
    } else if (mp_peek(r) == MP_INT && f != NULL) {
        put_number(f, mp_int(r), script, out);
    } else if (mp_peek(r) == MP_BIN && f != NULL && (f->type == TYPE_RECORD || f->type == TYPE_ORG)) {
        const struct id id = id_from(mp_bin_exact(r, ID_SIZE));
        id_print(&id, hex);
        buf_put_str(out, hex);
    } else {
        const bool nil = mp_peek(r) == MP_NIL;
        (void)mp_raw(r);
        buf_put_str(out, nil ? "-" : "?");
    }
}

/* The state of a record is an array that is no list. */
static bool put_state(struct bytes value, struct buf *out)
{
    struct mp r;
    mp_open(&r, value);
    if (mp_peek(&r) != MP_ARRAY)
        return false;
    mp_expect_array(&r, 2);
    const uint64_t round = mp_uint(&r, UINT32_MAX), step = mp_uint(&r, UINT32_MAX);
    const char *name = mp_close(&r) == ERR_OK ? schema_state_name(round, step) : NULL;
    if (name != NULL)
        buf_put_str(out, name);
    return name != NULL;
}

static void put(const struct field_info *f, struct bytes value, bool script, struct buf *out)
{
    struct mp r;
    if (f == NULL && put_state(value, out))
        return;
    mp_open(&r, value);
    const bool list = f != NULL && f->list && mp_peek(&r) == MP_ARRAY;
    const size_t n = list ? mp_array(&r, MP_ELEMENTS_MAX) : 1;
    for (size_t i = 0; i < n; i++) {
        buf_put_str(out, i == 0 ? "" : "; ");
        put_one(f, &r, script, out);
    }
    (void)!mp_close(&r); /* what does not decode was shown as far as it went */
}

void print_value(const struct field_info *f, struct bytes value, struct buf *out)
{
    put(f, value, false, out);
}

void print_value_json(const struct field_info *f, struct bytes value, struct json *j)
{
    struct buf text = {0};
    struct mp r;
    mp_open(&r, value);
    const bool nil = mp_nil(&r);
    (void)!mp_close(&r);
    put(f, value, true, &text);
    if (nil)
        json_null(j);
    else
        json_bytes(j, buf_bytes(&text));
    buf_wipe_deinit(&text);
}
