/* print_held.c - see print_held.h. */
#include "print_held.h"

#include <stdio.h>
#include <stdlib.h>

#include "../common/language.h"
#include "../proto/rights.h"
#include "../proto/verdict.h"
#include "../proto/ward_quarantine.h"
#include "admin.h"
#include "print_value.h"
#include "server_clock.h"

#define DAY_S 86400
#define PREFIX_SHOWN 12 /* digits of an id: what people type back */
#define RECORD_SHOWN 13 /* of a record, at least: as in the cell's lists */

enum number { KIND, OP, VERDICT, CAME, TIME, QUALITY, EPOCH, SIZE, LEAF, LATER, NUMBERS };

struct held_row {
    char id[2 * HASH_SIZE + 1], record[ID_TEXT_SIZE];
    struct bytes code, name;
    enum role role;
    uint64_t number[NUMBERS];
    struct bytes fields; /* encoded: tag, old, new, ... behind their array's head */
    const struct kind_info *kind;
    size_t at; /* in the list as it came */
};

static const char *const op_labels[] = {[OP_CREATE] = N_("recorded"), [OP_SET] = N_("changed"), [OP_ADD] = N_("added"),
                                        [OP_REMOVE] = N_("taken out"), [OP_STATE] = N_("moved on"),
                                        [OP_AMEND] = N_("amended"),  [OP_CLOSE] = N_("moved on")};
static const char *const op_names[] = {[OP_CREATE] = "create", [OP_SET] = "set",     [OP_ADD] = "add",
                                       [OP_REMOVE] = "remove", [OP_STATE] = "state", [OP_AMEND] = "amend",
                                       [OP_CLOSE] = "close"};

static void copy_hex(const uint8_t *p, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++)
        snprintf(out + 2 * i, 3, "%02x", p[i]);
}

static enum err decode(struct held_row *h, struct bytes row)
{
    struct mp r;
    mp_open(&r, row);
    mp_expect_array(&r, 6 + NUMBERS);
    copy_hex(mp_bin_exact(&r, HASH_SIZE), HASH_SIZE, h->id);
    h->code = mp_str(&r, NAME_MAX_BYTES);
    h->name = mp_str(&r, NAME_MAX_BYTES);
    h->role = (enum role)mp_uint(&r, ROLE_COUNT - 1);
    copy_hex(mp_bin_exact(&r, ID_SIZE), ID_SIZE, h->record);
    for (size_t i = 0; i < NUMBERS; i++)
        h->number[i] = mp_uint(&r, UINT64_MAX);
    h->fields = mp_raw(&r);
    h->kind = schema_kind((uint32_t)h->number[KIND]);
    if (h->number[OP] < OP_CREATE || h->number[OP] > OP_CLOSE)
        mp_fail(&r, ERR_BAD_FRAME);
    return mp_close(&r);
}

struct held_field {
    const struct field_info *info; /* NULL: the state, or not known to this program */
    uint32_t tag;
    struct bytes now, new;
};

static size_t fields_open(const struct held_row *h, struct mp *r)
{
    mp_open(r, h->fields);
    return mp_array(r, 3 * CHANGE_TRIPLES_MAX) / 3;
}

static struct held_field field_next(const struct held_row *h, struct mp *r)
{
    struct held_field f = {.tag = (uint32_t)mp_uint(r, UINT32_MAX)};
    f.now = mp_raw(r);
    f.new = mp_raw(r);
    f.info = h->kind == NULL ? NULL : schema_field(h->kind, TAG_NUMBER(f.tag));
    return f;
}

static uint64_t age_days(const struct held_row *h)
{
    const uint64_t now = server_clock_s();
    return now > h->number[CAME] ? (now - h->number[CAME]) / DAY_S : 0;
}

static const char *why(const struct held_row *h)
{
    const enum err reason = verdict_reason((uint32_t)h->number[VERDICT]);
    return reason == ERR_HELD_FOR_PERSON && h->role == ROLE_NONE ? N_("its author no longer held office")
                                                                 : err_sentence(reason);
}

/* ---- scripts ---- */

static void field_json(const struct held_field *f, struct json *j)
{
    char name[24];
    snprintf(name, sizeof(name), TAG_NUMBER(f->tag) == 0 ? "state" : "%u", TAG_NUMBER(f->tag));
    json_key(j, f->info != NULL ? f->info->name : name);
    json_object_begin(j);
    json_key(j, "old");
    print_value_json(f->info, f->now, j);
    json_key(j, "new");
    print_value_json(f->info, f->new, j);
    json_object_end(j);
}

static void put_bytes(struct json *j, const char *key, struct bytes text)
{
    json_key(j, key);
    json_bytes(j, text);
}

static void put_seen(const struct held_row *h, struct json *j)
{
    json_key(j, "seen");
    json_object_begin(j);
    json_put_uint(j, "epoch", h->number[EPOCH]);
    json_put_uint(j, "size", h->number[SIZE]);
    json_key(j, "leaf");
    if (h->number[LEAF] == QUARANTINE_LEAF) /* in no log */
        json_null(j);
    else
        json_uint(j, h->number[LEAF]);
    json_put_uint(j, "later", h->number[LATER]);
    json_object_end(j);
}

static void fields_json(const struct held_row *h, struct json *j)
{
    struct held_field f;
    struct mp r;
    for (size_t n = fields_open(h, &r); n > 0; n--) {
        f = field_next(h, &r);
        field_json(&f, j);
    }
    (void)!mp_close(&r); /* our own */
}

static void change_json(const struct held_row *h, struct json *j)
{
    json_object_begin(j);
    json_put_string(j, "id", h->id);
    put_bytes(j, "org", h->code);
    put_bytes(j, "person", h->name);
    json_put_string(j, "role", rights_role_name(h->role));
    json_put_string(j, "op", op_names[h->number[OP]]);
    json_put_string(j, "verdict", "held");
    json_put_string(j, "why", why(h));
    print_put_moment(j, "accepted", h->number[CAME]);
    print_put_moment(j, "time", h->number[TIME]);
    json_put_uint(j, "age_days", age_days(h));
    put_seen(h, j);
    json_key(j, "fields");
    json_object_begin(j);
    fields_json(h, j);
    json_object_end(j);
    json_object_end(j);
}

static void record_json(const struct held_row *h, size_t n, struct buf *out)
{
    struct json j;
    print_row_begin(&j, out);
    json_put_string(&j, "record", h->record);
    json_put_string(&j, "kind", h->kind == NULL ? "unknown" : h->kind->name);
    json_key(&j, "changes");
    json_array_begin(&j);
    for (size_t i = 0; i < n; i++)
        change_json(&h[i], &j);
    json_array_end(&j);
    print_row_end(&j);
}

/* ---- eyes ---- */

static void field_text(const struct held_field *f, struct buf *out)
{
    if (f->info != NULL)
        buf_printf(out, "      %s: ", _(f->info->label));
    else
        buf_printf(out, "      %s: ", TAG_NUMBER(f->tag) == 0 ? _("State") : "?");
    if (f->now.n > 1 || (f->now.n == 1 && f->now.p[0] != 0xc0)) {
        print_value(f->info, f->now, out);
        buf_put_str(out, " → ");
    }
    print_value(f->info, f->new, out);
    buf_put_str(out, "\n");
}

/* Who did what, and why it waits: said once for parts of which it is the same. */
static void author_text(const struct held_row *h, struct buf *out)
{
    char text[PRINT_MOMENT_SIZE];
    buf_printf(out, "    %.*s · %s · %s\n", (int)h->name.n, (const char *)h->name.p, _(rights_role_label(h->role)),
               _(op_labels[h->number[OP]]));
    buf_printf(out, "      %s: %s\n", _("Why it waits"), _(why(h)));
    buf_printf(out, _("      Came %s, %llu days ago."), print_moment(h->number[CAME], text),
               (unsigned long long)age_days(h));
    if (h->number[LATER] > 0)
        buf_printf(out, _(" Its author had not seen %llu changes to this record."),
                   (unsigned long long)h->number[LATER]);
    buf_put_str(out, "\n");
}

static bool same_author(const struct held_row *a, const struct held_row *b)
{
    static const enum number same[] = {OP, VERDICT, CAME, LATER};
    for (size_t i = 0; i < ARRAY_LEN(same); i++)
        if (a->number[same[i]] != b->number[same[i]])
            return false;
    return a->role == b->role && bytes_equal(a->name, b->name);
}

static void record_text(const struct held_row *h, size_t n, size_t shown, struct buf *out)
{
    struct held_field f;
    struct mp r;
    buf_printf(out, "%.*s  %.*s · %s\n", (int)shown, h->record, (int)h->code.n, (const char *)h->code.p,
               h->kind == NULL ? "?" : _(h->kind->label));
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !same_author(&h[i - 1], &h[i]))
            author_text(&h[i], out);
        for (size_t k = fields_open(&h[i], &r); k > 0; k--) {
            f = field_next(&h[i], &r);
            field_text(&f, out);
        }
        (void)!mp_close(&r);
    }
    if (n == 1)
        return;
    buf_printf(out, "      %s:", _("Its parts"));
    for (size_t i = 0; i < n; i++)
        buf_printf(out, " %.*s", PREFIX_SHOWN, h[i].id);
    buf_put_str(out, "\n");
}

/* ---- by record ---- */

/* The parts of one record side by side, as they came; records in the order of their ids, which is that of their
 * making. */
static int by_record(const void *a, const void *b)
{
    const struct held_row *x = a, *y = b;
    const int order = strcmp(x->record, y->record);
    if (order != 0 || x->number[KIND] != y->number[KIND])
        return order != 0 ? order : x->number[KIND] < y->number[KIND] ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static size_t parts_of(const struct held_row *h, size_t n)
{
    size_t i = 1;
    while (i < n && h[i].kind == h->kind && strcmp(h[i].record, h->record) == 0)
        i++;
    return i;
}

static size_t digits_alike(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] != '\0' && a[n] == b[n])
        n++;
    return a[n] == '\0' ? 0 : n; /* the same id as another kind: no digits tell them apart */
}

/* As many digits of its id as tell it from its neighbours, and so from all. */
static size_t digits_of(const struct held_row *all, size_t n, size_t at, size_t parts)
{
    size_t digits = RECORD_SHOWN;
    const size_t before = at == 0 ? 0 : digits_alike(all[at].record, all[at - 1].record) + 1;
    const size_t behind = at + parts == n ? 0 : digits_alike(all[at].record, all[at + parts].record) + 1;
    digits = before > digits ? before : digits;
    return behind > digits ? behind : digits;
}

static void put_records(const struct held_row *h, size_t n, bool json, struct buf *out)
{
    size_t records = 0;
    for (size_t i = 0, parts; i < n; i += parts, records++) {
        parts = parts_of(&h[i], n - i);
        if (json)
            record_json(&h[i], parts, out);
        else
            record_text(&h[i], parts, digits_of(h, n, i, parts), out);
    }
    if (!json && n == 0)
        buf_put_str(out, _("Nothing waits for a decision.\n"));
    else if (!json)
        buf_printf(out, _("%llu records wait for a decision, %llu changes.\n"), (unsigned long long)records,
                   (unsigned long long)n);
}

enum err print_held(struct bytes rows, bool json, struct buf *out)
{
    struct buf list = {0};
    struct held_row h;
    struct bytes row;
    enum err e = ERR_OK;
    while (e == ERR_OK && admin_answer_next(&rows, &row)) {
        e = decode(&h, row);
        h.at = list.n;
        buf_put(&list, &h, sizeof(h));
    }
    struct held_row *all = (struct held_row *)(void *)list.p;
    const size_t n = list.n / sizeof(h);
    if (e == ERR_OK) {
        if (n > 0)
            qsort(all, n, sizeof(h), by_record);
        put_records(all, n, json, out);
    }
    buf_deinit(&list);
    return e;
}

/* ---- what was decided ---- */

static void ruled_json(const char *record, uint64_t left, bool half, struct mp *ids, size_t n, struct buf *out)
{
    char hex[2 * HASH_SIZE + 1];
    struct json j;
    print_row_begin(&j, out);
    json_key(&j, "record");
    if (record[0] == '\0')
        json_null(&j);
    else
        json_string(&j, record);
    json_key(&j, "changes");
    json_array_begin(&j);
    for (; n > 0; n--) {
        copy_hex(mp_bin_exact(ids, HASH_SIZE), HASH_SIZE, hex);
        json_string(&j, hex);
    }
    json_array_end(&j);
    json_put_uint(&j, "waiting", left);
    json_key(&j, "half");
    json_bool(&j, half);
    print_row_end(&j);
}

static void ruled_text(const char *record, uint64_t left, bool half, struct mp *ids, size_t n, struct buf *out)
{
    char hex[2 * HASH_SIZE + 1];
    for (; n > 0; n--) {
        copy_hex(mp_bin_exact(ids, HASH_SIZE), HASH_SIZE, hex);
        buf_printf(out, "%s\n", hex);
    }
    if (left > 0)
        buf_printf(out, _("! %llu more changes to this record wait; its id decides them together: %s\n"),
                   (unsigned long long)left, record);
    if (half)
        buf_printf(out, _("! Another part of record %s was accepted: it is in the book without what was refused.\n"),
                   record);
}

enum err print_ruled(struct bytes rows, bool json, struct buf *out)
{
    char record[2 * ID_SIZE + 1] = "";
    struct bytes row;
    struct mp r;
    if (!admin_answer_next(&rows, &row))
        return ERR_BAD_FRAME;
    mp_open(&r, row);
    mp_expect_array(&r, 5);
    if (!mp_nil(&r))
        copy_hex(mp_bin_exact(&r, ID_SIZE), ID_SIZE, record);
    (void)mp_uint(&r, UINT16_MAX);
    const uint64_t left = mp_uint(&r, UINT64_MAX);
    const bool half = mp_uint(&r, 1) == 1;
    const size_t n = mp_array(&r, MP_ELEMENTS_MAX);
    (json ? ruled_json : ruled_text)(record, left, half, &r, n, out);
    return mp_close(&r);
}
