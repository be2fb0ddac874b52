/* cmd_org.c - see cmd_org.h. */
#include "cmd_org.h"

#include <time.h>

#include "../common/date.h"
#include "../common/json.h"
#include "../proto/mp.h"
#include "../proto/rights.h"
#include "registry.h"

static const struct opt_row role_rows[] = {
    {"nguoi", "person", 0, OPT_TEXT, N_("NAME"), N_("name of the person, or the first digits of the id"), 0, false,
     true},
    {"vai-tro", "role", 0, OPT_TEXT, N_("ROLE"),
     "clerk building inspect secretary deputy committee member follower", 0, false, true},
    {"don-vi", "org", 0, OPT_TEXT, N_("CODE"), N_("code of the organisation"), 0, false, true},
    {"ngay", "from", 0, OPT_TEXT, N_("DATE"), N_("from when, or until when (today)"), 0, false, false},
    {"xem-truoc", "dry-run", 0, OPT_FLAG, NULL, N_("say what it touches, change nothing"), 0, false, false},
    {"json", NULL, 0, OPT_FLAG, NULL, N_("for programs: one line of JSON each"), 0, false, false},
};
const struct opt_table cmd_role_table = {role_rows, ARRAY_LEN(role_rows), N_("FOLDER"), 1, 1};

static const struct {
    const char *name, *alias;
    enum registry_what what;
} changes[] = {
    {"gop", "merge", REGISTRY_MERGE},
    {"tach", "split", REGISTRY_SPLIT},
    {"doi-ten", "rename", REGISTRY_RENAME},
    {"ban-giao", "hand-over", REGISTRY_HAND_OVER},
};

static const struct opt_row raise_rows[] = {
    {"muc", "record", 0, OPT_TEXT, N_("ID"), N_("the first digits of the record's id"), 0, false, true},
    {"lop", "class", 0, OPT_TEXT, N_("CLASS"), "B C D", 0, false, true},
    {"quyet-dinh", "decision", 0, OPT_TEXT, N_("NUMBER"), N_("number of the decision"), 0, false, true},
    {"ngay", "date", 0, OPT_TEXT, N_("DATE"), N_("date of the decision (today)"), 0, false, false},
    {"xem-truoc", "dry-run", 0, OPT_FLAG, NULL, N_("say what it touches, change nothing"), 0, false, false},
    {"json", NULL, 0, OPT_FLAG, NULL, N_("for programs: one line of JSON each"), 0, false, false},
};
const struct opt_table cmd_raise_table = {raise_rows, ARRAY_LEN(raise_rows), N_("FOLDER"), 1, 1};

/* ---- the answer ---- */

static const char *const what_names[REGISTRY_WHATS] = {
    [REGISTRY_GRANT] = "grant", [REGISTRY_END] = "end",       [REGISTRY_MERGE] = "merge",
    [REGISTRY_SPLIT] = "split", [REGISTRY_RENAME] = "rename", [REGISTRY_HAND_OVER] = "hand-over",
    [REGISTRY_MOVE] = "move",   [REGISTRY_RAISE] = "raise", [REGISTRY_INTRODUCE] = "introduce",
    [REGISTRY_RECEIVE] = "receive",
};

const char *cmd_org_what(unsigned what)
{
    return what < REGISTRY_WHATS ? what_names[what] : "?";
}

struct touched {
    enum registry_what what;
    uint64_t persons, devices, scopes, records, contact;
};

static enum err touched_read(struct bytes rows, struct touched *t)
{
    struct bytes row;
    struct mp r;
    if (!admin_answer_next(&rows, &row))
        return ERR_BAD_FRAME;
    mp_open(&r, row);
    mp_expect_array(&r, 6);
    t->what = (enum registry_what)mp_uint(&r, REGISTRY_WHATS - 1);
    t->persons = mp_uint(&r, UINT64_MAX);
    t->devices = mp_uint(&r, UINT64_MAX);
    t->scopes = mp_uint(&r, UINT64_MAX);
    t->records = mp_uint(&r, UINT64_MAX);
    t->contact = mp_uint(&r, TIME_MAX);
    return mp_close(&r);
}

static void touched_json(const struct touched *t, bool dry, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "change", what_names[t->what]);
    (json_key(&j, "dry_run"), json_bool(&j, dry));
    json_put_uint(&j, "persons", t->persons);
    json_put_uint(&j, "devices", t->devices);
    json_put_uint(&j, "scopes", t->scopes);
    json_put_uint(&j, "records", t->records);
    json_key(&j, "longest_away_since"); /* what such a device has not handed in is not known here */
    if (t->devices == 0 || t->contact == 0)
        json_null(&j);
    else
        json_uint(&j, t->contact);
    json_object_end(&j);
    json_line(&j);
}

static void touched_text(const struct touched *t, bool dry, struct buf *out)
{
    char date[DATE_TEXT_SIZE];
    buf_put_str(out, dry ? _("Nothing was changed. It would touch:\n") : _("Done. It touches:\n"));
    buf_printf(out, _("  persons %llu, devices %llu, logs %llu, records %llu\n"), (unsigned long long)t->persons,
               (unsigned long long)t->devices, (unsigned long long)t->scopes, (unsigned long long)t->records);
    if (t->devices == 0)
        return;
    date_print(date_from_unix((int64_t)t->contact), date);
    if (t->contact == 0)
        buf_put_str(out, _("  One device was never here: what it holds unsent is not known, and stays good.\n"));
    else
        buf_printf(out, _("  The device away longest was here on %s: what it holds unsent stays good.\n"), date);
}

static enum err print_json(struct bytes rows, bool dry, struct buf *out)
{
    struct touched t;
    const enum err e = touched_read(rows, &t);
    if (e == ERR_OK)
        touched_json(&t, dry, out);
    return e;
}

static enum err print_text(struct bytes rows, bool dry, struct buf *out)
{
    struct touched t;
    const enum err e = touched_read(rows, &t);
    if (e == ERR_OK)
        touched_text(&t, dry, out);
    return e;
}

/* ---- the request ---- */

enum err cmd_org_date(struct call *c, uint32_t *out)
{
    struct date_fault fault;
    const uint32_t today = date_from_unix((int64_t)time(NULL));
    enum err e = ERR_OK;
    *out = today;
    if (opt_given(&c->opts, "ngay"))
        e = date_parse(opt_text(&c->opts, "ngay", ""), today, out, &fault);
    if (e == ERR_OK && !date_is_full(*out))
        e = ERR_BAD_DATE;
    return e == ERR_OK ? e : cmd_fault(c, "ngay", e);
}

static enum err required(struct call *c, const char *option, const char **out)
{
    const enum err e = cmd_take_text(c, option, out);
    return e == ERR_OK && (*out)[0] == '\0' ? cmd_fault(c, option, ERR_MISSING_FIELD) : e;
}

enum err cmd_org_send(struct call *c, struct registry_request *r)
{
    struct buf bytes = {0};
    enum err e;
    r->dry = opt_given(&c->opts, "xem-truoc");
    registry_encode(r, &bytes);
    e = cmd_registry(c, buf_bytes(&bytes), opt_given(&c->opts, "json") ? print_json : print_text, r->dry);
    buf_deinit(&bytes);
    return e;
}

enum err cmd_org_role_fault(struct call *c)
{
    c->sentence = _("This role reaches into every cell: it is held in the ward's own organisation, as PHUONG.");
    return cmd_fault(c, "vai-tro", ERR_BAD_VALUE);
}

static enum err roles(struct call *c, enum registry_what what)
{
    struct registry_request r = {.what = what};
    enum role role;
    enum err e = cmd_take_text(c, "nguoi", &r.person);
    if (e == ERR_OK)
        e = cmd_take_text(c, "don-vi", &r.from);
    if (e == ERR_OK && rights_role_parse(opt_text(&c->opts, "vai-tro", ""), &role) != ERR_OK) {
        c->allowed = role_rows[1].help;
        e = cmd_fault(c, "vai-tro", ERR_BAD_VALUE);
    }
    if (e == ERR_OK)
        e = cmd_org_date(c, &r.date);
    if (e != ERR_OK)
        return e;
    r.number = (uint64_t)role;
    e = cmd_org_send(c, &r);
    if (e == ERR_NO_SUCH_RECORD)
        c->sentence = _("There is no such organisation, no such person, or the person does not hold this role.");
    return e == ERR_NOT_ALLOWED ? cmd_org_role_fault(c) : e;
}

enum err cmd_grant(struct call *c)
{
    return roles(c, REGISTRY_GRANT);
}

enum err cmd_end(struct call *c)
{
    return roles(c, REGISTRY_END);
}

enum err cmd_raise(struct call *c)
{
    struct registry_request r = {.what = REGISTRY_RAISE};
    const char *class = opt_text(&c->opts, "lop", "");
    enum err e = cmd_take_text(c, "muc", &r.person);
    if (e == ERR_OK)
        e = required(c, "quyet-dinh", &r.decision);
    if (e == ERR_OK && (strlen(class) != 1 || strchr("BCD", class[0]) == NULL)) {
        c->allowed = raise_rows[1].help;
        e = cmd_fault(c, "lop", ERR_BAD_VALUE);
    }
    if (e == ERR_OK)
        e = cmd_org_date(c, &r.date);
    if (e != ERR_OK)
        return e;
    r.number = (uint64_t)(class[0] - 'A') + 1;
    e = cmd_org_send(c, &r);
    if (e == ERR_NO_SUCH_RECORD)
        c->sentence = _("There is no record with this id.");
    else if (e == ERR_EXISTS)
        c->sentence = _("The record is of this class already, or of a higher one.");
    return e;
}

bool cmd_org_changes(const char *action)
{
    for (size_t i = 0; i < ARRAY_LEN(changes); i++)
        if (strcmp(action, changes[i].name) == 0 || strcmp(action, changes[i].alias) == 0)
            return true;
    return false;
}

/* What each change cannot do without; what is left out of the others is "". */
static enum err change_fields(struct call *c, struct registry_request *r)
{
    enum err e = required(c, "tu", &r->from);
    if (e == ERR_OK)
        e = required(c, "quyet-dinh", &r->decision);
    if (e == ERR_OK)
        e = opt_given(&c->opts, "ngay") ? cmd_org_date(c, &r->date) : cmd_fault(c, "ngay", ERR_MISSING_FIELD);
    if (e == ERR_OK && r->what == REGISTRY_RENAME)
        e = cmd_take_text(c, opt_given(&c->opts, "ma") ? "ma" : "vao", &r->into);
    else if (e == ERR_OK)
        e = required(c, opt_given(&c->opts, "ma") ? "ma" : "vao", &r->into);
    if (e == ERR_OK && r->what == REGISTRY_SPLIT)
        e = required(c, "nguoi", &r->person);
    if (e == ERR_OK && (r->what == REGISTRY_SPLIT || opt_given(&c->opts, "ten"))) {
        e = cmd_take_name(c, "ten");
        r->name = buf_cstr(&c->name);
    }
    return e;
}

enum err cmd_org_change(struct call *c, const char *action)
{
    struct registry_request r = {.what = REGISTRY_WHATS};
    enum org_type type = ORG_WARD;
    enum err e;
    for (size_t i = 0; i < ARRAY_LEN(changes); i++)
        if (strcmp(action, changes[i].name) == 0 || strcmp(action, changes[i].alias) == 0)
            r.what = changes[i].what;
    e = change_fields(c, &r);
    if (e == ERR_OK && opt_given(&c->opts, "loai") &&
        (org_type_parse(opt_text(&c->opts, "loai", ""), &type) != ERR_OK || type == ORG_WARD))
        e = cmd_fault(c, "loai", ERR_BAD_VALUE);
    if (e != ERR_OK)
        return e;
    r.number = type == ORG_WARD ? 0 : (uint64_t)type;
    e = cmd_org_send(c, &r);
    if (e == ERR_NO_SUCH_RECORD)
        c->sentence = _("There is no organisation with this code, or no such person.");
    else if (e == ERR_FROZEN)
        c->sentence = _("One of these cells became part of another already: name that one.");
    return e;
}
