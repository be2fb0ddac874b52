/* print.c - see print.h. */
#include "print.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../common/date.h"
#include "../common/json.h"
#include "../common/language.h"
#include "../proto/org_change.h"
#include "admin.h"
#include "overview.h"
#include "print_table.h"

#define MOMENT_SIZE PRINT_MOMENT_SIZE
#define DAY_S 86400
#define FEW_DAYS 7

/* 23/11/2026 14:05, in Vietnam. */
const char *print_moment(uint64_t unix_s, char out[PRINT_MOMENT_SIZE])
{
    char date[DATE_TEXT_SIZE];
    const unsigned minutes = (unsigned)((unix_s + DATE_ZONE_S) % DAY_S / 60);
    if (unix_s == 0)
        return _("never");
    date_print(date_from_unix((int64_t)unix_s), date);
    snprintf(out, MOMENT_SIZE, "%s %02u:%02u", date, minutes / 60, minutes % 60);
    return out;
}

/* 2026-11-23T07:05:09Z, or null. */
void print_put_moment(struct json *j, const char *key, uint64_t unix_s)
{
    char date[DATE_TEXT_SIZE], text[MOMENT_SIZE];
    const unsigned s = (unsigned)(unix_s % DAY_S);
    json_key(j, key);
    if (unix_s == 0) {
        json_null(j);
        return;
    }
    date_print_iso(date_from_days((int32_t)(unix_s / DAY_S)), date);
    snprintf(text, sizeof(text), "%sT%02u:%02u:%02uZ", date, s / 3600, s / 60 % 60, s % 60);
    json_string(j, text);
}

void print_row_begin(struct json *j, struct buf *out)
{
    json_init(j, out);
    json_object_begin(j);
    json_put_uint(j, "v", 1);
}

void print_row_end(struct json *j)
{
    json_object_end(j);
    json_line(j);
}

static const char *copy(struct bytes text, char out[NAME_MAX_BYTES + 1])
{
    if (text.n > 0)
        memcpy(out, text.p, text.n);
    out[text.n] = '\0';
    return out;
}

/* ---- overview ---- */

/* The letters of the access classes whose logs fewer than two devices hold: each time the next one, '\0' at the end. */
static char few_next(const struct overview_cell *c, enum access *at)
{
    for (; *at <= ACCESS_D; (*at)++)
        if ((c->few_holders >> *at & 1) != 0)
            return "-ABCD"[(*at)++];
    return '\0';
}

static void cell_json(const struct overview_cell *c, struct buf *out)
{
    struct json j;
    print_row_begin(&j, out);
    json_put_string(&j, "code", c->code);
    json_put_string(&j, "name", c->name);
    json_put_string(&j, "type", org_type_name(c->type));
    json_put_uint(&j, "devices", c->devices);
    print_put_moment(&j, "contact", c->contact);
    json_put_uint(&j, "meetings", c->meetings);
    json_put_uint(&j, "present", c->present);
    json_put_uint(&j, "counted", c->counted);
    json_put_uint(&j, "members", c->members);
    json_put_uint(&j, "tasks", c->tasks);
    json_put_uint(&j, "due", c->due);
    json_put_uint(&j, "conflicts", c->conflicts);
    json_put_uint(&j, "held", c->held);
    print_put_moment(&j, "held_since", c->held_since);
    json_put_uint(&j, "copied", c->copied);
    json_put_uint(&j, "damaged", c->damaged);
    json_key(&j, "few_holders");
    json_array_begin(&j);
    enum access at = ACCESS_A;
    for (char letter = few_next(c, &at); letter != '\0'; letter = few_next(c, &at))
        json_string(&j, (const char[]){letter, '\0'});
    json_array_end(&j);
    print_put_moment(&j, "few_since", c->few_since);
    print_row_end(&j);
}

static unsigned long long waiting_days(const struct overview_cell *c)
{
    const uint64_t now = (uint64_t)time(NULL);
    return now > c->held_since ? (now - c->held_since) / DAY_S : 0;
}

static void cell_text(const struct overview_cell *c, struct print_table *t)
{
    char text[MOMENT_SIZE];
    print_table_put(t, c->code);
    print_table_put(t, c->name);
    print_table_put(t, print_moment(c->contact, text));
    print_table_put_number(t, c->meetings);
    if (c->counted == 0)
        snprintf(text, sizeof(text), "-");
    else
        snprintf(text, sizeof(text), "%llu %%",
                 (unsigned long long)((200 * c->present + c->counted) / (2 * c->counted)));
    print_table_put(t, text);
    print_table_put_number(t, c->members);
    print_table_put_number(t, c->tasks);
    print_table_put_number(t, c->due);
    print_table_put_number(t, c->conflicts);
    if (c->held == 0)
        snprintf(text, sizeof(text), "0");
    else /* how long the oldest has waited is what the ward is asked about */
        snprintf(text, sizeof(text), _("%llu (%llu days)"), (unsigned long long)c->held, waiting_days(c));
    print_table_put(t, text);
}

static bool is_old(uint64_t since)
{
    const uint64_t now = (uint64_t)time(NULL);
    return now > since && now - since > FEW_DAYS * DAY_S;
}

static void copied_text(const struct overview_cell *c, struct buf *out)
{
    if (c->copied > 0)
        buf_printf(out, _("! %s: %llu devices whose book was cloned and is in use twice; what they send is held. "
                          "Which: chibod thiet-bi. Keep one copy, erase the other, then: chibod tin-lai\n"),
                   c->code, (unsigned long long)c->copied);
    if (c->damaged > 0)
        buf_printf(out, _("! %s: %llu leaves of its logs are damaged here; they are asked for from its devices.\n"),
                   c->code, (unsigned long long)c->damaged);
    enum access at = is_old(c->few_since) ? ACCESS_A : ACCESS_D + 1; /* with a cell's first week it mends itself */
    for (char letter = few_next(c, &at); letter != '\0'; letter = few_next(c, &at))
        buf_printf(out, _("%s, class %c: only one device holds all of it. Better two, should the ward's disk fail. "
                          "On another one: chibo dong-bo --lich-su\n"),
                   c->code, letter);
}

enum err print_overview(struct bytes rows, bool json, struct buf *out)
{
    const char *const headings[] = {_("Code"),       _("Cell"),    _("Last contact"), _("Meetings"), _("Attended"),
                                    _("Members"),    _("Tasks"),   _("Contacts due"), _("Conflicts"), _("Waiting")};
    static const bool right[ARRAY_LEN(headings)] = {false, false, false, true, true, true, true, true, true, true};
    struct print_table t;
    struct overview_cell cell;
    struct buf notes = {0};
    struct bytes row;
    enum err e = ERR_OK;
    print_table_init(&t, headings, right, ARRAY_LEN(headings));
    while (e == ERR_OK && admin_answer_next(&rows, &row)) {
        e = overview_decode(&cell, row);
        if (e == ERR_OK && json)
            cell_json(&cell, out);
        else if (e == ERR_OK)
            cell_text(&cell, &t);
        if (e == ERR_OK)
            copied_text(&cell, &notes);
    }
    if (e == ERR_OK && !json) {
        print_table_print(&t, out);
        buf_put_bytes(out, buf_bytes(&notes));
    }
    buf_deinit(&notes);
    print_table_deinit(&t);
    return e;
}

/* ---- devices ---- */

struct device_row {
    struct id id;
    char text[ID_TEXT_SIZE], person[NAME_MAX_BYTES + 1], org[NAME_MAX_BYTES + 1];
    enum device_state state;
    uint64_t enrolled, contact;
};

static const char *const state_words[DEVICE_STATES] = {"active", "revoked", "copied"};
static const char *const state_names[DEVICE_STATES] = {N_("in use"), N_("revoked"), N_("two copies in use")};

static enum err device_decode(struct device_row *d, struct bytes row)
{
    struct mp r;
    mp_open(&r, row);
    mp_expect_array(&r, 6);
    d->id = id_from(mp_bin_exact(&r, ID_SIZE));
    copy(mp_str(&r, NAME_MAX_BYTES), d->person);
    copy(mp_str(&r, NAME_MAX_BYTES), d->org);
    d->state = (enum device_state)mp_uint(&r, DEVICE_STATES - 1);
    d->enrolled = mp_uint(&r, UINT64_MAX);
    d->contact = mp_uint(&r, UINT64_MAX);
    id_print(&d->id, d->text);
    return mp_close(&r);
}

static void device_json(const struct device_row *d, struct buf *out)
{
    struct json j;
    print_row_begin(&j, out);
    json_put_string(&j, "device", d->text);
    json_put_string(&j, "person", d->person);
    json_put_string(&j, "org", d->org);
    json_put_string(&j, "state", state_words[d->state]);
    print_put_moment(&j, "enrolled", d->enrolled);
    print_put_moment(&j, "contact", d->contact);
    print_row_end(&j);
}

static void device_text(struct device_row *d, struct print_table *t)
{
    char text[MOMENT_SIZE];
    d->text[12] = '\0'; /* a prefix that names it, with room to spare */
    print_table_put(t, d->text);
    print_table_put(t, d->org);
    print_table_put(t, d->person);
    print_table_put(t, _(state_names[d->state]));
    print_table_put(t, print_moment(d->enrolled, text));
    print_table_put(t, print_moment(d->contact, text));
}

enum err print_devices(struct bytes rows, bool json, struct buf *out)
{
    const char *const headings[] = {_("Device"), _("Code"), _("Person"), _("State"), _("Enrolled"), _("Last contact")};
    static const bool right[ARRAY_LEN(headings)];
    struct print_table t;
    struct device_row device;
    struct bytes row;
    enum err e = ERR_OK;
    print_table_init(&t, headings, right, ARRAY_LEN(headings));
    while (e == ERR_OK && admin_answer_next(&rows, &row)) {
        e = device_decode(&device, row);
        if (e == ERR_OK && json)
            device_json(&device, out);
        else if (e == ERR_OK)
            device_text(&device, &t);
    }
    if (e == ERR_OK && !json)
        print_table_print(&t, out);
    print_table_deinit(&t);
    return e;
}

/* ---- organisations ---- */

struct org_row {
    char code[NAME_MAX_BYTES + 1], name[NAME_MAX_BYTES + 1], type[NAME_MAX_BYTES + 1];
    struct bytes next[ORG_SUCCESSORS_MAX]; /* codes of what became of it; empty: another ward's */
    size_t count;
};

static enum err org_decode(struct org_row *o, struct bytes row)
{
    struct mp r;
    mp_open(&r, row);
    mp_expect_array(&r, 4);
    copy(mp_str(&r, NAME_MAX_BYTES), o->code);
    copy(mp_str(&r, NAME_MAX_BYTES), o->name);
    copy(mp_str(&r, NAME_MAX_BYTES), o->type);
    o->count = mp_array(&r, ORG_SUCCESSORS_MAX);
    for (size_t i = 0; i < o->count; i++)
        o->next[i] = mp_str(&r, NAME_MAX_BYTES);
    return mp_close(&r);
}

static void org_json(const struct org_row *o, struct buf *out)
{
    struct json j;
    print_row_begin(&j, out);
    json_put_string(&j, "code", o->code);
    json_put_string(&j, "name", o->name);
    json_put_string(&j, "type", o->type);
    json_key(&j, "successors");
    json_array_begin(&j);
    for (size_t i = 0; i < o->count; i++)
        if (o->next[i].n > 0)
            json_bytes(&j, o->next[i]);
        else
            json_null(&j);
    json_array_end(&j);
    print_row_end(&j);
}

static void org_text(const struct org_row *o, struct print_table *t)
{
    struct buf next = {0};
    for (size_t i = 0; i < o->count; i++) {
        buf_put_str(&next, i == 0 ? "" : ", ");
        if (o->next[i].n > 0)
            buf_put_bytes(&next, o->next[i]);
        else
            buf_put_str(&next, _("another ward"));
    }
    print_table_put(t, o->code);
    print_table_put(t, o->type);
    print_table_put(t, o->name);
    print_table_put(t, buf_cstr(&next));
    buf_deinit(&next);
}

enum err print_orgs(struct bytes rows, bool json, struct buf *out)
{
    const char *const headings[] = {_("Code"), _("Type"), _("Organisation"), _("Now")};
    static const bool right[ARRAY_LEN(headings)];
    struct print_table t;
    struct org_row *o = mem_alloc(sizeof(*o));
    struct bytes row;
    enum err e = ERR_OK;
    print_table_init(&t, headings, right, ARRAY_LEN(headings));
    while (e == ERR_OK && admin_answer_next(&rows, &row)) {
        e = org_decode(o, row);
        if (e == ERR_OK && json)
            org_json(o, out);
        else if (e == ERR_OK)
            org_text(o, &t);
    }
    if (e == ERR_OK && !json)
        print_table_print(&t, out);
    print_table_deinit(&t);
    free(o);
    return e;
}

/* ---- one thing ---- */

enum err print_first(struct bytes rows, bool json, struct buf *out)
{
    struct bytes row;
    struct mp r;
    if (!admin_answer_next(&rows, &row))
        return ERR_BAD_FRAME;
    mp_open(&r, row);
    mp_expect_array(&r, 1);
    if (json)
        buf_put_str(out, mp_peek(&r) == MP_BIN ? "{\"v\":1,\"id\":\"" : "{\"v\":1,\"invite\":\"");
    if (mp_peek(&r) == MP_BIN) {
        const struct bytes id = mp_bin(&r, HASH_SIZE);
        for (size_t i = 0; i < id.n; i++)
            buf_printf(out, "%02x", id.p[i]);
    } else {
        buf_put_bytes(out, mp_str(&r, ADMIN_REQUEST_MAX)); /* letters, digits and dashes */
    }
    buf_put_str(out, json ? "\"}\n" : "\n");
    return mp_close(&r);
}
