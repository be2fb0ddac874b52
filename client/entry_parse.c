/* entry_parse.c - what was typed, as an encoded value; what was wrong, as a sentence. */
#include "entry.h"

#include "../common/date.h"
#include "../common/daytime.h"
#include "../common/language.h"
#include "../common/money.h"
#include "../common/period.h"
#include "../common/text.h"
#include "../proto/mp.h"

#include <stdio.h>

#define DECIMAL_DIGITS_MAX 18
#define DECIMAL_SCALE_MAX 9

struct typed {
    const struct field_info *field;
    const char *text; /* cleaned; never empty */
    uint32_t today;
    const struct entry_refs *refs;
    struct buf *out;
    char *why;
};

/* Cuts between characters. */
static void explain(const struct typed *t, const char *sentence)
{
    struct bytes all = bytes_of_str(sentence);
    if (all.n >= ENTRY_WHY_SIZE)
        all.n = text_utf8_prefix(bytes_of(all.p, ENTRY_WHY_SIZE - 1));
    memcpy(t->why, all.p, all.n);
    t->why[all.n] = 0;
}

static enum err parse_text(const struct typed *t)
{
    mp_put_str(t->out, bytes_of_str(t->text));
    return ERR_OK;
}

static enum err parse_integer(const struct typed *t)
{
    uint64_t v = 0, max = t->field->limit != 0 ? t->field->limit : SCHEMA_INTEGER_MAX;
    const char *p = t->text;

    for (; *p >= '0' && *p <= '9' && v <= max; p++)
        v = v * 10 + (uint64_t)(*p - '0');
    if (p > t->text && *p == '%')
        p++;
    if (p == t->text || *p != 0 || v > max) {
        snprintf(t->why, ENTRY_WHY_SIZE, _("Please type a whole number from 0 to %llu."), (unsigned long long)max);
        return ERR_BAD_VALUE;
    }
    mp_put_uint(t->out, v);
    return ERR_OK;
}

static enum err parse_money(const struct typed *t)
{
    int64_t dong;
    if (money_parse(t->text, &dong) != ERR_OK) {
        explain(t, _("Please type a sum in đồng, such as 32.000 or 1,5 triệu."));
        return ERR_BAD_VALUE;
    }
    mp_put_int(t->out, dong);
    return ERR_OK;
}

static enum err parse_time(const struct typed *t)
{
    unsigned minutes;
    if (daytime_parse(t->text, &minutes) != ERR_OK) {
        explain(t, _("Please type the time as 19:30 or 19h30."));
        return ERR_BAD_VALUE;
    }
    mp_put_uint(t->out, minutes);
    return ERR_OK;
}

/* 92,5 or 92.5: one mark at most, which is the decimal one. */
static enum err parse_decimal(const struct typed *t)
{
    const char *p = t->text + (t->text[0] == '-');
    unsigned digits = 0, scale = 0;
    int64_t v = 0;
    bool mark = false, good = true;

    for (; *p != 0 && good; p++) {
        if (*p >= '0' && *p <= '9') {
            v = v * 10 + (*p - '0');
            digits++;
            scale += mark;
            good = digits <= DECIMAL_DIGITS_MAX && scale <= DECIMAL_SCALE_MAX;
        } else {
            good = !mark && digits > 0 && (*p == ',' || *p == '.');
            mark = true;
        }
    }
    if (!good || digits == 0 || (mark && scale == 0)) {
        explain(t, _("Please type a number such as 92,5."));
        return ERR_BAD_VALUE;
    }
    mp_put_array(t->out, 2);
    mp_put_int(t->out, t->text[0] == '-' ? -v : v);
    mp_put_uint(t->out, scale);
    return ERR_OK;
}

static enum err parse_date(const struct typed *t)
{
    struct date_fault fault;
    uint32_t date;

    if (date_parse(t->text, t->today, &date, &fault) != ERR_OK) {
        struct buf sentence = { 0 };
        date_fault_print(&fault, &sentence);
        explain(t, buf_cstr(&sentence));
        buf_deinit(&sentence);
        return ERR_BAD_DATE;
    }
    if (t->field->whole && !date_is_full(date)) {
        explain(t, _("The day is needed too: day/month/year."));
        return ERR_BAD_DATE;
    }
    mp_put_uint(t->out, date);
    return ERR_OK;
}

static enum err parse_period(const struct typed *t)
{
    uint32_t period;
    if (period_parse(t->text, t->today, &period) != ERR_OK || (t->field->whole && !period_is_month(period))) {
        explain(t, _("Please type the month as 11/2026."));
        return ERR_BAD_VALUE;
    }
    mp_put_uint(t->out, period);
    return ERR_OK;
}

/* How to tell persons of one name apart. */
static void explain_homonyms(const struct typed *t)
{
    struct buf sentence = {0};

    if (t->field->refers == NULL || schema_field_named(schema_kind_named(t->field->refers), "born") == NULL)
        return;
    buf_printf(&sentence,
               _("If several bear this name, write the birth date or the card's number behind it: %s (1961)"), t->text);
    explain(t, buf_cstr(&sentence));
    buf_deinit(&sentence);
}

static enum err parse_record(const struct typed *t)
{
    struct id id;
    enum err e = t->refs != NULL && t->refs->find_record != NULL
                     ? t->refs->find_record(t->refs->arg, t->field->refers, t->text, &id)
                     : id_parse(t->text, &id);
    if (e == ERR_OK)
        mp_put_bin(t->out, id.b, ID_SIZE);
    else if (e == ERR_AMBIGUOUS)
        explain_homonyms(t);
    return e;
}

static enum err parse_org(const struct typed *t)
{
    struct id id;
    enum err e = t->refs != NULL && t->refs->find_org != NULL ? t->refs->find_org(t->refs->arg, t->text, &id)
                                                              : id_parse(t->text, &id);
    if (e == ERR_OK)
        mp_put_bin(t->out, id.b, ID_SIZE);
    else
        explain(t, _("There is no organisation with this code."));
    return e;
}

/* --- enumerations --- */

static bool is_number(const char *s)
{
    return s[0] != 0 && strspn(s, "0123456789") == strlen(s) && strlen(s) < 10;
}

/* `words` stands in `all` as whole words. Both are folded. */
static bool has_words(const char *all, const char *words)
{
    size_t n = strlen(words);
    for (const char *at = strstr(all, words); at != NULL; at = strstr(at + 1, words)) {
        if ((at == all || at[-1] == ' ') && (at[n] == 0 || strchr(" ,(", at[n]) != NULL))
            return true;
    }
    return false;
}

/* Blanks and dashes stand for the underscores of an identifier. */
static bool is_identifier(const char *name, const char *key)
{
    for (; *name != 0; name++, key++) {
        if (*name != *key && !(*name == '_' && (*key == ' ' || *key == '-')))
            return false;
    }
    return *key == 0;
}

/* By number, identifier or whole label; else the only label that holds the words. NULL: none, or several. */
static const struct enum_value *find_value(const struct field_info *f, const char *key)
{
    const struct enum_value *found = NULL, *exact = NULL;
    struct buf label = { 0 };
    size_t holding = 0;

    for (const struct enum_value *v = f->values; v->name != NULL && exact == NULL; v++) {
        char number[16];
        snprintf(number, sizeof(number), "%u", v->value);
        buf_clear(&label);
        if (text_key(bytes_of_str(_(v->label)), &label) != ERR_OK)
            continue;
        const char *folded = buf_cstr(&label);
        if (is_number(key) ? strcmp(number, key) == 0 : is_identifier(v->name, key) || strcmp(folded, key) == 0) {
            exact = v;
        } else if (!is_number(key) && has_words(folded, key)) {
            found = v;
            holding++;
        }
    }
    buf_deinit(&label);
    return exact != NULL ? exact : holding == 1 ? found : NULL;
}

static enum err parse_enum(const struct typed *t)
{
    struct buf key = { 0 };
    enum err e = text_key(bytes_of_str(t->text), &key);
    const struct enum_value *v = e == ERR_OK ? find_value(t->field, buf_cstr(&key)) : NULL;

    if (v != NULL) {
        mp_put_uint(t->out, v->value);
    } else {
        struct buf sentence = { 0 };
        buf_put_str(&sentence, _("Please choose one of these:"));
        for (v = t->field->values; v->name != NULL; v++)
            buf_printf(&sentence, "%s %u %s", v == t->field->values ? "" : ",", v->value, _(v->label));
        explain(t, buf_cstr(&sentence));
        buf_deinit(&sentence);
        e = ERR_BAD_VALUE;
    }
    buf_deinit(&key);
    return e;
}

static enum err parse_one(const struct typed *t)
{
    switch (t->field->type) {
    case TYPE_TEXT: return parse_text(t);
    case TYPE_INTEGER: return parse_integer(t);
    case TYPE_MONEY: return parse_money(t);
    case TYPE_TIME: return parse_time(t);
    case TYPE_DECIMAL: return parse_decimal(t);
    case TYPE_DATE: return parse_date(t);
    case TYPE_PERIOD: return parse_period(t);
    case TYPE_ENUM: return parse_enum(t);
    case TYPE_RECORD: return parse_record(t);
    case TYPE_ORG: return parse_org(t);
    case TYPE_BLOB:
    case TYPE_SEALED: break;
    }
    explain(t, _("This field cannot be typed."));
    return ERR_BAD_VALUE;
}

/* What the ward would refuse is refused here. */
static enum err check(const struct typed *t, struct bytes one)
{
    struct buf value = { 0 };
    if (t->field->list)
        mp_put_array(&value, 1);
    mp_put_raw(&value, one);
    enum err e = schema_check_value(t->field, buf_bytes(&value));
    buf_wipe_deinit(&value);
    if (e == ERR_TOO_LONG) {
        unsigned max = t->field->list ? SCHEMA_LINE_MAX : t->field->limit != 0 ? t->field->limit : TEXT_MAX;
        snprintf(t->why, ENTRY_WHY_SIZE, _("At most %u bytes; this text has %zu."), max, strlen(t->text));
    }
    return e;
}

enum err entry_parse(const struct field_info *f, const char *text, uint32_t today, const struct entry_refs *refs,
                     struct buf *out, char why[ENTRY_WHY_SIZE])
{
    struct buf clean = { 0 }, one = { 0 };

    why[0] = 0;
    enum err e = text_clean(bytes_of_str(text), schema_is_multiline(f) ? TEXT_MULTILINE : TEXT_ONE_LINE, &clean);
    struct typed t = { f, buf_cstr(&clean), today, refs, &one, why };
    if (e == ERR_BAD_VALUE) {
        explain(&t, _("The text holds a control character."));
    } else if (e == ERR_OK && clean.n == 0) {
        mp_put_nil(&one);
        e = f->required ? ERR_MISSING_FIELD : ERR_OK;
    } else if (e == ERR_OK) {
        e = parse_one(&t);
        if (e == ERR_OK)
            e = check(&t, buf_bytes(&one));
    }
    if (e == ERR_OK)
        buf_put_bytes(out, buf_bytes(&one));
    buf_wipe_deinit(&one);
    buf_wipe_deinit(&clean);
    return e;
}
