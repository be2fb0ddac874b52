/* print_held.c - see print_held.h. */
#include "print_held.h"

#include <stdio.h>

#include "../common/language.h"
#include "../proto/rights.h"
#include "../proto/verdict.h"
#include "../proto/ward_quarantine.h"
#include "admin.h"
#include "print_value.h"
#include "server_clock.h"

#define DAY_S 86400
#define PREFIX_SHOWN 12 /* digits of an id: what people type back */
#define RECORD_SHOWN 13 /* of a record: as in the cell's lists; the parts of one record wait one by one */

enum number { KIND, OP, VERDICT, CAME, TIME, QUALITY, EPOCH, SIZE, LEAF, LATER, NUMBERS };

struct held_row {
    char id[2 * HASH_SIZE + 1], record[ID_TEXT_SIZE];
    struct bytes code, name;
    enum role role;
    uint64_t number[NUMBERS];
    struct bytes fields; /* encoded: tag, old, new, ... behind their array's head */
    const struct kind_info *kind;
};

static const char *const op_labels[] = {[OP_CREATE] = N_("recorded"), [OP_SET] = N_("changed"), [OP_ADD] = N_("added"),
                                        [OP_REMOVE] = N_("taken out"), [OP_STATE] = N_("moved on"),
                                        [OP_AMEND] = N_("amended")};
static const char *const op_names[] = {[OP_CREATE] = "create", [OP_SET] = "set",     [OP_ADD] = "add",
                                       [OP_REMOVE] = "remove", [OP_STATE] = "state", [OP_AMEND] = "amend"};

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
    if (h->number[OP] < OP_CREATE || h->number[OP] > OP_AMEND)
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

static void row_json(const struct held_row *h, struct buf *out)
{
    struct held_field f;
    struct json j;
    struct mp r;
    print_row_begin(&j, out);
    json_put_string(&j, "id", h->id);
    put_bytes(&j, "org", h->code);
    put_bytes(&j, "person", h->name);
    json_put_string(&j, "role", rights_role_name(h->role));
    json_put_string(&j, "kind", h->kind == NULL ? "unknown" : h->kind->name);
    json_put_string(&j, "record", h->record);
    json_put_string(&j, "op", op_names[h->number[OP]]);
    json_put_string(&j, "verdict", "held");
    json_put_string(&j, "why", why(h));
    print_put_moment(&j, "accepted", h->number[CAME]);
    print_put_moment(&j, "time", h->number[TIME]);
    json_put_uint(&j, "age_days", age_days(h));
    put_seen(h, &j);
    json_key(&j, "fields");
    json_object_begin(&j);
    for (size_t n = fields_open(h, &r); n > 0; n--) {
        f = field_next(h, &r);
        field_json(&f, &j);
    }
    (void)!mp_close(&r); /* our own */
    json_object_end(&j);
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

static void row_text(const struct held_row *h, struct buf *out)
{
    char text[PRINT_MOMENT_SIZE];
    struct held_field f;
    struct mp r;
    buf_printf(out, "%.*s  %.*s · %.*s · %s · %s %.*s · %s\n", PREFIX_SHOWN, h->id, (int)h->code.n,
               (const char *)h->code.p, (int)h->name.n, (const char *)h->name.p, _(rights_role_label(h->role)),
               h->kind == NULL ? "?" : _(h->kind->label), RECORD_SHOWN, h->record, _(op_labels[h->number[OP]]));
    buf_printf(out, "      %s: %s\n", _("Why it waits"), _(why(h)));
    buf_printf(out, _("      Came %s, %llu days ago."), print_moment(h->number[CAME], text),
               (unsigned long long)age_days(h));
    if (h->number[LATER] > 0)
        buf_printf(out, _(" Its author had not seen %llu changes to this record."),
                   (unsigned long long)h->number[LATER]);
    buf_put_str(out, "\n");
    for (size_t n = fields_open(h, &r); n > 0; n--) {
        f = field_next(h, &r);
        field_text(&f, out);
    }
    (void)!mp_close(&r);
}

enum err print_held(struct bytes rows, bool json, struct buf *out)
{
    struct held_row h;
    struct bytes row;
    uint64_t n = 0;
    enum err e = ERR_OK;
    while (e == ERR_OK && admin_answer_next(&rows, &row)) {
        e = decode(&h, row);
        n++;
        if (e == ERR_OK)
            (json ? row_json : row_text)(&h, out);
    }
    if (e == ERR_OK && !json)
        buf_printf(out, n == 0 ? _("Nothing waits for a decision.\n") : _("%llu changes wait for a decision.\n"),
                   (unsigned long long)n);
    return e;
}
