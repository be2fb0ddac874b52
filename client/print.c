/* print.c - see print.h. History and other values: print_history.c. */
#include "print.h"

#include "../common/date.h"
#include "../common/language.h"
#include "../common/text.h"
#include "../proto/life.h"
#include "../proto/mp.h"
#include "../proto/replica_verdict.h"
#include "../proto/verdict.h"
#include "alike.h"
#include "issue.h"
#include "print_history.h"
#include "record.h"
#include "word.h"

#define TITLE_COLUMNS 52

/* --- what was refused --- */

struct reading {
    struct print *p;
};

static bool refused_visit(void *arg, const struct replica_verdict *v)
{
    struct reading *r = arg;
    struct print_refused row = {.leaf = v->leaf, .reason = verdict_reason(v->verdict)};
    struct scope scope;

    if (verdict_kind(v->verdict) != VERDICT_REFUSED || v->answered)
        return true;
    if (scope_load(book_txn(r->p->book), &v->scope, &scope) != ERR_OK)
        scope.number = PRINT_NO_SCOPE;
    change_subject(v->body, &row.kind, &row.record);
    row.scope_number = scope.number;
    buf_put(&r->p->refused, &row, sizeof(row));
    return true;
}

enum err print_init(struct print *p, struct book *book)
{
    struct reading r = {p};
    memset(p, 0, sizeof(*p));
    p->book = book;
    refs_init(&p->refs, book);
    return replica_verdict_each(book_txn(book), refused_visit, &r);
}

void print_deinit(struct print *p)
{
    struct issue_desk *desk = (struct issue_desk *)(void *)p->desks.p;

    for (size_t i = 0; i < p->desks.n / sizeof *desk; i++)
        issue_desk_deinit(&desk[i]);
    buf_deinit(&p->desks);
    refs_deinit(&p->refs);
    buf_deinit(&p->links);
    buf_deinit(&p->refused);
}

/* --- state --- */

const char *print_state(const struct view *v)
{
    uint64_t round, step;
    const char *name;
    struct mp r;

    mp_open(&r, replica_view_state(v));
    mp_expect_array(&r, 2);
    round = mp_uint(&r, UINT32_MAX);
    step = mp_uint(&r, UINT32_MAX);
    name = mp_close(&r) == ERR_OK ? schema_state_name(round, step) : NULL;
    return name == NULL ? schema_steps[0].name : name;
}

const char *print_state_label(const struct view *v)
{
    const char *state = print_state(v);

    return strcmp(state, "archived") == 0 && life_is(schema_kind(v->kind), LIFE_SIGNED) ? N_("taken in by the ward")
                                                                                       : state;
}

/* Refused, and nothing after it was taken. */
static bool is_refused(const struct print *p, const struct view *v, const struct view_part *part)
{
    const struct print_refused *row = (const struct print_refused *)(const void *)p->refused.p;
    for (size_t i = 0; i < p->refused.n / sizeof(*row); i++) {
        bool later = false;
        if (row[i].kind != v->kind || row[i].scope_number != part->scope_number ||
            !id_equal(&row[i].record, &v->record))
            continue;
        for (size_t j = 0; j < part->part.changes; j++)
            later = later || (part->part.change[j].leaf > row[i].leaf && part->part.change[j].leaf != UINT32_MAX);
        if (!later)
            return true;
    }
    return false;
}

const char *print_sync(const struct print *p, const struct view *v)
{
    unsigned unsealed = 0, sealed = 0, held = 0;
    bool refused = false;
    for (size_t i = 0; i < v->parts; i++) {
        unsealed += v->part[i].unsealed;
        sealed += v->part[i].sealed;
        held += v->part[i].held;
        refused = refused || is_refused(p, v, &v->part[i]);
    }
    return unsealed > 0 ? "pending" : sealed > 0 ? "sending" : held > 0 ? "held" : refused ? "refused" : "received";
}

const char *print_transport(const struct print *p, const struct view *v)
{
    const char *sync = print_sync(p, v);
    return strcmp(sync, "pending") == 0 ? "unsent" : sync;
}

const char *print_sync_label(const char *sync)
{
    static const char *const labels[][2] = {
        {"pending", N_("not sent yet")},
        {"sending", N_("being sent")},
        {"received", N_("received by the ward")},
        {"held", N_("waits for the ward's decision")},
        {"refused", N_("refused by the ward")},
    };
    for (size_t i = 0; i < ARRAY_LEN(labels); i++)
        if (strcmp(labels[i][0], sync) == 0)
            return labels[i][1];
    return sync;
}

void print_time(uint64_t unix_s, bool script, struct buf *out)
{
    char date[DATE_TEXT_SIZE];
    uint64_t local = unix_s + DATE_ZONE_S;
    unsigned hour = (unsigned)(local / 3600 % 24), minute = (unsigned)(local / 60 % 60);
    (script ? date_print_iso : date_print)(date_from_unix((int64_t)unix_s), date);
    if (script)
        buf_printf(out, "%sT%02u:%02u:%02u+07:00", date, hour, minute, (unsigned)(local % 60));
    else
        buf_printf(out, "%s %02u:%02u", date, hour, minute);
}

void print_person(struct print *p, const struct id *person, struct buf *out)
{
    char hex[ID_TEXT_SIZE];
    struct buf name = {0};
    if (replica_person_name(book_txn(p->book), person, &name) == ERR_OK && name.n > 0) {
        buf_put_bytes(out, buf_bytes(&name));
    } else if (id_equal(person, &p->book->replica.person)) {
        buf_put_str(out, _("this book's keeper"));
    } else {
        id_print(person, hex);
        buf_put_str(out, hex);
    }
    buf_deinit(&name);
}

/* --- the record --- */

/* The value as one: of a list, an array of all its elements. */
static void whole_value(const struct field_info *f, const struct entry *e, struct buf *out)
{
    buf_clear(out);
    if (f->list)
        mp_put_array(out, e->count < MP_ELEMENTS_MAX ? e->count : MP_ELEMENTS_MAX);
    for (size_t i = 0; i < (f->list ? e->count : 1) && i < MP_ELEMENTS_MAX; i++)
        mp_put_raw(out, e->candidate[i].value);
}

static void number_json(struct print *p, const struct view *v, struct json *j)
{
    struct buf number = {0};
    const char *state = print_number(p, v, &number);

    if (state != NULL) {
        json_put_string(j, "number", buf_cstr(&number));
        json_put_string(j, "number_state", state);
    }
    buf_deinit(&number);
}

enum err print_json(struct print *p, const struct view *v, bool with_history, struct buf *out)
{
    const struct kind_info *k = schema_kind(v->kind);
    struct buf value = {0};
    char hex[ID_TEXT_SIZE];
    enum err e = ERR_OK;
    struct json j;

    if (k == NULL)
        return ERR_OK;
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    id_print(&v->record, hex);
    json_put_string(&j, "id", hex);
    json_put_string(&j, "kind", k->name);
    (void)refs_org_name(&p->refs, &v->org, true, &value);
    json_put_string(&j, "org", buf_cstr(&value));
    json_put_string(&j, "state", print_state(v));
    if (replica_view_void(v) == CLOSE_RETURNED)
        json_put_string(&j, "void", "elsewhere");
    number_json(p, v, &j);
    json_put_string(&j, "sync", print_sync(p, v));
    json_put_string(&j, "transport", print_transport(p, v));
    struct id leader = alike_leader(p, v->kind, &v->record);
    if (!id_equal(&leader, &v->record)) {
        id_print(&leader, hex);
        json_put_string(&j, "same_as", hex);
    }
    json_key(&j, "fields");
    json_object_begin(&j);
    for (size_t i = 0; i < k->fields; i++) {
        const struct entry *entry = replica_view_entry(v, &k->field[i]);
        if (entry == NULL)
            continue;
        whole_value(&k->field[i], entry, &value);
        json_key(&j, k->field[i].name);
        entry_json(&k->field[i], buf_bytes(&value), &p->refs.entry, &j);
    }
    json_object_end(&j);
    if (replica_view_conflict(v))
        e = print_history_conflicts_json(p, v, &j);
    if (e == ERR_OK && with_history)
        e = print_history_json(p, v, &j);
    if (e == ERR_OK) {
        json_object_end(&j);
        json_line(&j);
    }
    buf_wipe_deinit(&value);
    return e;
}

/* Records that a person said are one bear one name. */
static void put_leader(struct print *p, const struct kind_info *k, const struct id *leader, struct buf *out)
{
    char hex[ID_TEXT_SIZE];
    struct view v;

    id_print(leader, hex);
    buf_printf(out, "  = %s %s ", _("the same as"), hex);
    if (replica_view(book_txn(p->book), &p->book->replica, k->number, leader, &v) != ERR_OK)
        return;
    refs_title(&p->refs, &v, out);
    replica_view_deinit(&v);
}

void print_line(struct print *p, const struct view *v, bool with_kind, struct buf *out)
{
    const struct kind_info *k = schema_kind(v->kind);
    const char *sync = print_sync(p, v);
    struct buf title = {0};
    char hex[ID_TEXT_SIZE];

    if (k == NULL)
        return;
    id_print(&v->record, hex);
    buf_printf(out, "%s  ", hex);
    if (with_kind)
        buf_printf(&title, "%s · ", _(k->label));
    if (v->kind == schema_kind_named("doc_out")->number && print_number(p, v, &title) != NULL)
        buf_put_str(&title, " · ");
    refs_title(&p->refs, v, &title);
    size_t before = out->n;
    word_fit(buf_bytes(&title), TITLE_COLUMNS, out);
    word_pad(text_width(bytes_of(out->p + before, out->n - before)), TITLE_COLUMNS, out);
    buf_printf(out, "  %s", _(print_sync_label(sync)));
    if (replica_view_conflict(v))
        buf_printf(out, "  ! %s", _("several values"));
    if (replica_view_void(v) == CLOSE_VOID)
        buf_printf(out, "  ✗ %s", _("void"));
    else if (replica_view_void(v) == CLOSE_RETURNED)
        buf_printf(out, "  ! %s", _("deleted elsewhere, written to since"));
    struct id leader = alike_leader(p, v->kind, &v->record);
    if (!id_equal(&leader, &v->record))
        put_leader(p, k, &leader, out);
    buf_put_str(out, "\n");
    buf_wipe_deinit(&title);
}

static size_t widest_label(const struct kind_info *k)
{
    size_t widest = 0;
    for (size_t i = 0; i < k->fields; i++) {
        size_t n = text_width(bytes_of_str(_(k->field[i].label)));
        widest = n > widest ? n : widest;
    }
    return widest;
}

/* Further lines of a long text begin under its first. */
static void print_value(struct print *p, const struct field_info *f, struct bytes value, size_t indent, struct buf *out)
{
    struct buf text = {0};
    entry_print(f, value, &p->refs.entry, &text);
    for (size_t i = 0; i < text.n; i++) {
        buf_put_u8(out, text.p[i]);
        if (text.p[i] == '\n')
            word_pad(0, indent, out);
    }
    buf_put_str(out, "\n");
    buf_wipe_deinit(&text);
}

/* Somebody took the value away, and nobody says otherwise. */
static bool is_cleared(const struct field_info *f, const struct entry *e)
{
    struct mp r;
    mp_open(&r, e->candidate[0].value);
    const bool nil = mp_nil(&r);
    return mp_close(&r) == ERR_OK && nil && !f->list && e->count == 1;
}

void print_field(struct print *p, const struct field_info *f, const struct view *v, struct buf *out)
{
    const struct entry *entry = replica_view_entry(v, f);
    struct buf value = {0};

    if (entry == NULL || is_cleared(f, entry))
        return;
    whole_value(f, entry, &value);
    entry_print(f, buf_bytes(&value), &p->refs.entry, out);
    buf_wipe_deinit(&value);
}

static void print_head(struct print *p, const struct view *v, const struct kind_info *k, struct buf *out)
{
    char hex[ID_TEXT_SIZE];
    bool waits;
    id_print(&v->record, hex);
    buf_printf(out, "%s  %s\n  ", _(k->label), hex);
    (void)refs_org_name(&p->refs, &v->org, false, out);
    buf_printf(out, " · %s · %s\n", _(print_state_label(v)), _(print_sync_label(print_sync(p, v))));
    if (replica_view_void(v) == CLOSE_RETURNED)
        buf_printf(out, "  ! %s\n", _("deleted elsewhere, written to since"));
    if (record_signature_waits(p->book, v, &waits) == ERR_OK && waits)
        buf_printf(out, "  ! %s\n",
                   _("It was changed before your signature came. Read it, and sign again: chibo ky ID"));
}

static void number_line(struct print *p, const struct view *v, size_t widest, struct buf *out)
{
    struct buf number = {0};
    const char *state = print_number(p, v, &number);

    if (state != NULL) {
        buf_printf(out, "  %s", _("Number"));
        word_pad(text_width(bytes_of_str(_("Number"))), widest + 2, out);
        buf_printf(out, "%s · %s\n", buf_cstr(&number), _(issue_state_label(state)));
    }
    buf_deinit(&number);
}

enum err print_record(struct print *p, const struct view *v, bool with_history, struct buf *out)
{
    const struct kind_info *k = schema_kind(v->kind);
    struct buf value = {0};
    enum err e = ERR_OK;

    if (k == NULL)
        return ERR_OK;
    print_head(p, v, k, out);
    size_t widest = widest_label(k);
    number_line(p, v, widest, out);
    for (size_t i = 0; i < k->fields; i++) {
        const struct field_info *f = &k->field[i];
        const struct entry *entry = replica_view_entry(v, f);
        if (entry == NULL || is_cleared(f, entry))
            continue;
        buf_printf(out, "  %s", _(f->label));
        word_pad(text_width(bytes_of_str(_(f->label))), widest + 2, out);
        whole_value(f, entry, &value);
        print_value(p, f, buf_bytes(&value), widest + 4, out);
    }
    if (replica_view_conflict(v))
        e = print_history_conflicts(p, v, out);
    if (e == ERR_OK && with_history)
        e = print_history(p, v, out);
    buf_wipe_deinit(&value);
    return e;
}
