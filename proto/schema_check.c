/* schema_check.c - does a value fit its field, and a change its kind? Bytes here have passed the checker of mp.h. */
#include "schema.h"

#include "../common/date.h"
#include "../common/daytime.h"
#include "../common/period.h"
#include "../common/text.h"
#include "close.h"
#include "life.h"
#include "mp.h"

#define SCALE_MAX 9
#define MEDIA_TYPE_MAX 100
#define HASH_BYTES 32
#define KEY_ID_BYTES 8

static bool is_clean(struct bytes s, bool multiline);

static void check_text(const struct field_info *f, struct mp *r)
{
    size_t line_max = f->list ? SCHEMA_LINE_MAX : TEXT_MAX;
    size_t max = f->list || f->limit == 0 ? line_max : f->limit;
    if (mp_peek(r) != MP_STR) {
        mp_fail(r, ERR_BAD_VALUE);
        return;
    }
    struct bytes s = mp_str(r, CHANGE_BODY_MAX);

    if (s.n > max)
        mp_fail(r, ERR_TOO_LONG);
    else if (s.n == 0)
        mp_fail(r, f->required ? ERR_MISSING_FIELD : ERR_BAD_VALUE);
    else if (!text_is_nfc(s))
        mp_fail(r, ERR_NOT_NFC);
    else if (!is_clean(s, schema_is_multiline(f)))
        mp_fail(r, ERR_BAD_VALUE);
}

static uint64_t greatest(const struct field_info *f, uint64_t own)
{
    return f->limit == 0 ? own : f->limit;
}

static void check_money(const struct field_info *f, struct mp *r)
{
    int64_t max = (int64_t)greatest(f, SCHEMA_MONEY_MAX);
    int64_t v = mp_int(r);
    if (v > max || v < -max)
        mp_fail(r, ERR_BAD_VALUE);
}

static void check_decimal(struct mp *r)
{
    mp_expect_array(r, 2);
    (void)mp_int(r);
    (void)mp_uint(r, SCALE_MAX);
}

static void check_date(const struct field_info *f, struct mp *r)
{
    uint32_t date = (uint32_t)mp_uint(r, UINT32_MAX);
    if (f->whole ? !date_is_full(date) : !date_is_valid(date))
        mp_fail(r, ERR_BAD_VALUE);
}

static void check_period(const struct field_info *f, struct mp *r)
{
    uint64_t period = mp_uint(r, UINT32_MAX);
    if (!period_is_valid(period) || (f->whole && !period_is_month((uint32_t)period)))
        mp_fail(r, ERR_BAD_VALUE);
}

static void check_enum(const struct field_info *f, struct mp *r)
{
    if (schema_value(f, mp_uint(r, UINT32_MAX)) == NULL)
        mp_fail(r, ERR_BAD_VALUE);
}

static void check_blob(struct mp *r)
{
    mp_expect_array(r, 3);
    (void)mp_uint(r, INT64_MAX);
    struct bytes media = mp_str(r, MEDIA_TYPE_MAX);
    (void)mp_bin_exact(r, HASH_BYTES);
    if (media.n == 0 || !is_clean(media, false))
        mp_fail(r, ERR_BAD_VALUE);
}

static void check_sealed(struct mp *r)
{
    mp_expect_array(r, 2);
    (void)mp_bin_exact(r, KEY_ID_BYTES);
    (void)mp_bin(r, CHANGE_BODY_MAX);
}

static void check_one(const struct field_info *f, struct mp *r)
{
    switch (f->type) {
    case TYPE_TEXT: check_text(f, r); return;
    case TYPE_INTEGER: (void)mp_uint(r, greatest(f, SCHEMA_INTEGER_MAX)); return;
    case TYPE_MONEY: check_money(f, r); return;
    case TYPE_TIME: (void)mp_uint(r, DAYTIME_MINUTES - 1); return;
    case TYPE_DECIMAL: check_decimal(r); return;
    case TYPE_DATE: check_date(f, r); return;
    case TYPE_PERIOD: check_period(f, r); return;
    case TYPE_ENUM: check_enum(f, r); return;
    case TYPE_RECORD:
    case TYPE_ORG: (void)mp_bin_exact(r, ID_SIZE); return;
    case TYPE_BLOB: check_blob(r); return;
    case TYPE_SEALED: check_sealed(r); return;
    }
    mp_fail(r, ERR_BAD_VALUE);
}

static void check_list(const struct field_info *f, struct mp *r)
{
    if (mp_peek(r) != MP_ARRAY) {
        mp_fail(r, ERR_BAD_VALUE);
        return;
    }
    size_t n = mp_array(r, MP_ELEMENTS_MAX);
    if (n > greatest(f, LIST_MAX))
        mp_fail(r, ERR_TOO_LONG);
    for (size_t i = 0; i < n && mp_error(r) == ERR_OK; i++)
        check_one(f, r);
}

enum err schema_check_value(const struct field_info *f, struct bytes value)
{
    struct mp r;

    mp_open(&r, value);
    if (mp_nil(&r)) {
        if (f->required)
            mp_fail(&r, ERR_MISSING_FIELD);
    } else if (f->list) {
        check_list(f, &r);
    } else {
        check_one(f, &r);
    }
    enum err e = mp_close(&r);
    return e == ERR_BAD_FRAME ? ERR_BAD_VALUE : e; /* the form was checked before: it is the meaning that is wrong */
}

/* Which classes a part holds: its scope's, or every one up to it. */
struct reach {
    enum access access;
    bool raised;
};

static bool within(struct reach r, enum access access)
{
    return access == r.access || (r.raised && access < r.access);
}

/* Void is said together with what was seen (op 7), of kinds that can be. */
static enum err check_state(const struct kind_info *k, enum op op, const struct triple *t, struct reach reach)
{
    struct mp r;

    mp_open(&r, t->value);
    mp_expect_array(&r, 2);
    uint64_t round = mp_uint(&r, UINT32_MAX);
    uint64_t step = mp_uint(&r, UINT32_MAX);
    enum err e = mp_close(&r);
    if (e != ERR_OK || t->tag != TAG_STATE || !within(reach, k->access) || schema_state_name(round, step) == NULL)
        return ERR_BAD_VALUE;
    if (step == CLOSE_STEP_VOID && (op != OP_CLOSE || !life_is(k, LIFE_VOID)))
        return ERR_BAD_VALUE;
    return ERR_OK;
}

static bool is_nil(struct bytes value)
{
    return value.n == 1 && value.p[0] == 0xc0;
}

static enum err check_triple(const struct kind_info *k, enum op op, const struct triple *t, struct reach reach)
{
    if (TAG_NUMBER(t->tag) == 0)
        return op == OP_CREATE || op == OP_STATE || op == OP_CLOSE ? check_state(k, op, t, reach) : ERR_BAD_VALUE;
    const struct field_info *f = schema_field(k, TAG_NUMBER(t->tag));
    if (f == NULL)
        return ERR_OK;
    if (t->tag != schema_tag(f) || !within(reach, f->access) || op == OP_STATE)
        return ERR_BAD_VALUE;
    if (op == OP_CLOSE) /* it only says what was seen */
        return is_nil(t->value) ? ERR_OK : ERR_BAD_VALUE;
    if (f->merge == MERGE_IMMUTABLE && op != OP_CREATE)
        return ERR_FIXED;
    if ((op == OP_ADD || op == OP_REMOVE) && !f->list)
        return ERR_BAD_VALUE;
    return schema_check_value(f, t->value);
}

static bool has_tag(const struct change *c, uint32_t tag)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->triple[i].tag == tag)
            return true;
    }
    return false;
}

/* Counts that must add up: who writes one of them writes all, and the last is the sum of the others. */
static const struct sum {
    const char *kind;
    const char *field[5]; /* ends with NULL; the last one is the sum */
} sums[] = {
    {"vote", {"agree", "against", "abstain", "eligible", NULL}},
};

static bool value_of(const struct change *c, uint32_t tag, uint64_t *value)
{
    for (size_t i = 0; i < c->count; i++) {
        struct mp r;
        if (c->triple[i].tag != tag)
            continue;
        mp_open(&r, c->triple[i].value);
        *value = mp_uint(&r, SCHEMA_INTEGER_MAX);
        return mp_close(&r) == ERR_OK;
    }
    return false;
}

static bool adds_up(const struct change *c, const struct kind_info *k, const struct sum *s)
{
    uint64_t total = 0, value = 0;
    size_t there = 0, n = 0;

    for (; s->field[n] != NULL; n++) {
        total += value; /* of the field before: the last one is left out */
        there += value_of(c, schema_tag(schema_field_named(k, s->field[n])), &value);
    }
    return there == 0 || (there == n && total == value);
}

const struct field_info *schema_check_sums(const struct change *c)
{
    const struct kind_info *k = schema_kind(c->kind);

    for (size_t i = 0; k != NULL && i < ARRAY_LEN(sums); i++) {
        size_t last = 0;
        if (strcmp(sums[i].kind, k->name) != 0 || adds_up(c, k, &sums[i]))
            continue;
        while (sums[i].field[last + 1] != NULL)
            last++;
        return schema_field_named(k, sums[i].field[last]);
    }
    return NULL;
}

enum err schema_check_change(const struct change *c, enum access scope_access)
{
    return schema_check_raised(c, scope_access, false);
}

enum err schema_check_raised(const struct change *c, enum access scope_access, bool raised)
{
    const struct reach reach = {scope_access, raised};
    const struct kind_info *k = schema_kind(c->kind);
    if (k == NULL)
        return ERR_OK;
    for (size_t i = 0; i < c->count; i++) {
        enum err e = check_triple(k, c->op, &c->triple[i], reach);
        if (e != ERR_OK)
            return e;
    }
    if (c->op == OP_CLOSE)
        return has_tag(c, TAG_STATE) ? ERR_OK : ERR_BAD_VALUE;
    if (c->op != OP_CREATE)
        return schema_check_sums(c) == NULL ? ERR_OK : ERR_BAD_VALUE;
    if (!raised && !schema_has_part(k, scope_access))
        return ERR_BAD_VALUE;
    for (size_t i = 0; i < k->fields; i++) {
        const struct field_info *f = &k->field[i];
        if (f->required && within(reach, f->access) && !has_tag(c, schema_tag(f)))
            return ERR_MISSING_FIELD;
    }
    return schema_check_sums(c) == NULL ? ERR_OK : ERR_BAD_VALUE;
}

/* Control characters could drive a terminal, and marks that turn the direction of writing could make a text read as
 * what it is not: C0, DEL, C1, U+202A..202E, U+2066..2069 (what common/text.c never lets through). The bytes are
 * valid UTF-8. */
static bool is_clean(struct bytes s, bool multiline)
{
    for (size_t i = 0; i < s.n; i++) {
        const uint8_t *p = s.p + i;
        if (p[0] < 0x20 ? !(multiline && p[0] == '\n') : p[0] == 0x7f)
            return false;
        if (p[0] == 0xc2 && p[1] < 0xa0)
            return false;
        if (p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae)
            return false;
        if (p[0] == 0xe2 && p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)
            return false;
    }
    return true;
}
