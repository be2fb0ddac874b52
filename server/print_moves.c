/* print_moves.c - see print_moves.h. */
#include "print_moves.h"

#include <stdio.h>
#include <stdlib.h>

#include "../common/date.h"
#include "../common/language.h"
#include "../proto/limits.h"
#include "../proto/mp.h"
#include "admin.h"
#include "cmd_org.h"
#include "registry.h"
#include "decision.h"
#include "print_table.h"

static const char *text(struct mp *r, char out[DECISION_TEXT_MAX + 1])
{
    const struct bytes t = mp_str(r, DECISION_TEXT_MAX);
    if (t.n > 0)
        memcpy(out, t.p, t.n);
    out[t.n] = '\0';
    return out;
}

static void put_date(struct json *j, const char *key, uint32_t date)
{
    char iso[DATE_TEXT_SIZE];
    json_key(j, key);
    if (date == 0) {
        json_null(j);
        return;
    }
    date_print_iso(date, iso);
    json_string(j, iso);
}

static const char *date_text(uint32_t date, char out[DATE_TEXT_SIZE])
{
    if (date == 0)
        return "-";
    date_print(date, out);
    return out;
}

/* ---- on their way ---- */

struct way_row {
    struct id member;
    char name[DECISION_TEXT_MAX + 1], from[DECISION_TEXT_MAX + 1], to[DECISION_TEXT_MAX + 1];
    char letter[DECISION_TEXT_MAX + 1];
    uint32_t left, due, received;
    bool overdue;
};

static enum err way_decode(struct way_row *w, struct bytes row)
{
    struct mp r;
    mp_open(&r, row);
    mp_expect_array(&r, 9);
    w->member = id_from(mp_bin_exact(&r, ID_SIZE));
    (void)text(&r, w->name);
    (void)text(&r, w->from);
    (void)text(&r, w->to);
    (void)text(&r, w->letter);
    w->left = (uint32_t)mp_uint(&r, UINT32_MAX);
    w->due = (uint32_t)mp_uint(&r, UINT32_MAX);
    w->received = (uint32_t)mp_uint(&r, UINT32_MAX);
    w->overdue = mp_uint(&r, 1) == 1;
    return mp_close(&r);
}

static void way_json(const struct way_row *w, struct buf *out)
{
    char id[ID_TEXT_SIZE];
    struct json j;
    print_row_begin(&j, out);
    id_print(&w->member, id);
    json_put_string(&j, "member", id);
    json_put_string(&j, "name", w->name);
    json_put_string(&j, "from", w->from);
    if (w->to[0] == '\0')
        (json_key(&j, "to"), json_null(&j));
    else
        json_put_string(&j, "to", w->to);
    json_put_string(&j, "letter", w->letter);
    put_date(&j, "left", w->left);
    put_date(&j, "due", w->due);
    put_date(&j, "received", w->received);
    (json_key(&j, "overdue"), json_bool(&j, w->overdue));
    print_row_end(&j);
}

static void way_text(const struct way_row *w, struct print_table *t)
{
    char id[ID_TEXT_SIZE], date[DATE_TEXT_SIZE], due[DATE_TEXT_SIZE + 64];
    id_print(&w->member, id);
    id[12] = '\0';
    print_table_put(t, id);
    print_table_put(t, w->name);
    print_table_put(t, w->from);
    print_table_put(t, w->to[0] == '\0' ? "-" : w->to);
    print_table_put(t, w->letter[0] == '\0' ? "-" : w->letter);
    print_table_put(t, date_text(w->left, date));
    snprintf(due, sizeof(due), "%s%s", date_text(w->due, date), w->overdue ? _(" OVERDUE") : "");
    print_table_put(t, due);
    print_table_put(t, date_text(w->received, date));
}

enum err print_transit(struct bytes rows, bool json, struct buf *out)
{
    const char *const headings[] = {_("Member"), _("Name"), _("From cell"), _("To cell"), _("Letter"),
                                    _("Introduced on"), _("To present himself by"), _("Received on")};
    static const bool right[ARRAY_LEN(headings)];
    struct way_row *w = mem_alloc(sizeof(*w));
    struct print_table t;
    struct bytes row;
    size_t count = 0;
    enum err e = ERR_OK;
    print_table_init(&t, headings, right, ARRAY_LEN(headings));
    for (; e == ERR_OK && admin_answer_next(&rows, &row); count++) {
        e = way_decode(w, row);
        if (e == ERR_OK && json)
            way_json(w, out);
        else if (e == ERR_OK)
            way_text(w, &t);
    }
    if (e == ERR_OK && !json && count == 0)
        buf_put_str(out, _("Nobody is on the way to another cell.\n"));
    else if (e == ERR_OK && !json)
        print_table_print(&t, out);
    print_table_deinit(&t);
    free(w);
    return e;
}

/* ---- decisions ---- */

static const char *const what_labels[REGISTRY_WHATS] = {
    [REGISTRY_MERGE] = N_("merged"), [REGISTRY_SPLIT] = N_("split"), [REGISTRY_RENAME] = N_("renamed"),
    [REGISTRY_HAND_OVER] = N_("handed over"), [REGISTRY_MOVE] = N_("moved"), [REGISTRY_RAISE] = N_("class raised"),
    [REGISTRY_INTRODUCE] = N_("introduced"), [REGISTRY_RECEIVE] = N_("received"),
};

/* Devices that have not been told: under "waiting", or by the names of those who hold them. */
static void read_waiting(struct mp *r, struct json *j, struct buf *names, char room[DECISION_TEXT_MAX + 1])
{
    const size_t count = mp_array(r, 3 * UINT16_MAX) / 3;
    if (j != NULL)
        (json_key(j, "waiting"), json_array_begin(j));
    for (size_t i = 0; i < count && mp_error(r) == ERR_OK; i++) {
        char id[ID_TEXT_SIZE];
        const struct id device = id_from(mp_bin_exact(r, ID_SIZE));
        const char *person = text(r, room);
        const uint64_t contact = mp_uint(r, UINT64_MAX);
        id_print(&device, id);
        buf_printf(names, "%s%s", names->n > 0 ? ", " : "", person[0] != '\0' ? person : id);
        if (j == NULL)
            continue;
        json_object_begin(j);
        json_put_string(j, "device", id);
        json_put_string(j, "person", person);
        print_put_moment(j, "contact", contact);
        json_object_end(j);
    }
    if (j != NULL)
        json_array_end(j);
}

struct decision_row {
    unsigned what;
    uint32_t date;
    uint64_t time;
    char number[DECISION_TEXT_MAX + 1], from[DECISION_TEXT_MAX + 1], to[DECISION_TEXT_MAX + 1];
    char person[DECISION_TEXT_MAX + 1], room[DECISION_TEXT_MAX + 1];
};

static enum err decision_print(struct decision_row *d, struct bytes row, struct print_table *t, struct buf *out)
{
    char date[DATE_TEXT_SIZE];
    struct buf names = {0};
    struct json j;
    struct mp r;
    mp_open(&r, row);
    mp_expect_array(&r, 8);
    d->what = (unsigned)mp_uint(&r, REGISTRY_WHATS - 1);
    (void)text(&r, d->number);
    d->date = (uint32_t)mp_uint(&r, UINT32_MAX);
    d->time = mp_uint(&r, UINT64_MAX);
    (void)text(&r, d->from);
    (void)text(&r, d->to);
    (void)text(&r, d->person);
    if (t == NULL) {
        print_row_begin(&j, out);
        json_put_string(&j, "decision", d->number);
        put_date(&j, "date", d->date);
        json_put_string(&j, "what", cmd_org_what(d->what));
        json_put_string(&j, "from", d->from);
        json_put_string(&j, "to", d->to);
        json_put_string(&j, "person", d->person);
        print_put_moment(&j, "time", d->time);
    }
    read_waiting(&r, t == NULL ? &j : NULL, &names, d->room);
    if (t == NULL) {
        print_row_end(&j);
    } else {
        print_table_put(t, d->number[0] == '\0' ? "-" : d->number);
        print_table_put(t, date_text(d->date != 0 ? d->date : date_from_unix((int64_t)d->time), date));
        print_table_put(t, what_labels[d->what] != NULL ? _(what_labels[d->what]) : "?");
        print_table_put(t, d->from);
        print_table_put(t, d->to);
        print_table_put(t, d->person[0] == '\0' ? "-" : d->person);
        print_table_put(t, names.n == 0 ? _("all devices have it") : buf_cstr(&names));
    }
    buf_deinit(&names);
    return mp_close(&r);
}

enum err print_decisions(struct bytes rows, bool json, struct buf *out)
{
    const char *const headings[] = {_("Number"), _("Date"), _("What"), _("From cell"), _("To cell"), _("Person"),
                                    _("Not told yet")};
    static const bool right[ARRAY_LEN(headings)];
    struct decision_row *d = mem_alloc(sizeof(*d));
    struct print_table t;
    struct bytes row;
    size_t count = 0;
    enum err e = ERR_OK;
    print_table_init(&t, headings, right, ARRAY_LEN(headings));
    for (; e == ERR_OK && admin_answer_next(&rows, &row); count++)
        e = decision_print(d, row, json ? NULL : &t, out);
    if (e == ERR_OK && !json && count == 0)
        buf_put_str(out, _("Nothing was decided yet.\n"));
    else if (e == ERR_OK && !json)
        print_table_print(&t, out);
    print_table_deinit(&t);
    free(d);
    return e;
}
