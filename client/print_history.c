/* print_history.c - see print_history.h. */
#include "print_history.h"

#include "../common/language.h"
#include "../proto/mp.h"
#include "past.h"
#include "told.h"

/* --- who set a version --- */

struct author {
    struct version version;
    struct id person;
    uint64_t time;
};

static bool author_visit(void *arg, const struct scope *s, const struct history_change *h)
{
    struct buf *list = arg;
    struct author a = {h->version, h->person, h->time};
    (void)s;
    if (h->change.op != OP_CLOSE) /* whose author only saw the values */
        buf_put(list, &a, sizeof(a));
    return true;
}

static enum err authors(struct print *p, const struct view *v, struct buf *list)
{
    return replica_history(book_txn(p->book), &p->book->replica, v->kind, &v->record, author_visit, list);
}

/* Of the candidate's first version that is known. */
static const struct author *author_of(const struct buf *list, const struct candidate *c)
{
    const struct author *a = (const struct author *)(const void *)list->p;
    for (size_t at = 0; at + VERSION_SIZE <= c->versions.n; at += VERSION_SIZE)
        for (size_t i = 0; i < list->n / sizeof(*a); i++)
            if (memcmp(a[i].version.b, c->versions.p + at, VERSION_SIZE) == 0)
                return &a[i];
    return NULL;
}

static bool in_conflict(const struct field_info *f, const struct entry *e)
{
    return e != NULL && !f->list && e->count > 1;
}

static void json_other(struct print *p, const struct field_info *f, const struct candidate *c, const struct buf *list,
                       struct json *j)
{
    const struct author *a = author_of(list, c);
    struct buf text = {0};

    json_object_begin(j);
    json_key(j, "value");
    entry_json(f, c->value, &p->refs.entry, j);
    json_key(j, "by");
    if (a != NULL) {
        print_person(p, &a->person, &text);
        json_string(j, buf_cstr(&text));
    } else {
        json_null(j);
    }
    json_key(j, "time");
    buf_clear(&text);
    if (a != NULL && a->time != 0) {
        print_time(a->time, true, &text);
        json_string(j, buf_cstr(&text));
    } else {
        json_null(j);
    }
    json_object_end(j);
    buf_deinit(&text);
}

enum err print_history_conflicts_json(struct print *p, const struct view *v, struct json *j)
{
    const struct kind_info *k = schema_kind(v->kind);
    struct buf list = {0};
    enum err e = authors(p, v, &list);

    json_key(j, "conflicts");
    json_object_begin(j);
    for (size_t i = 0; e == ERR_OK && i < k->fields; i++) {
        const struct entry *entry = replica_view_entry(v, &k->field[i]);
        if (!in_conflict(&k->field[i], entry))
            continue;
        json_key(j, k->field[i].name);
        json_array_begin(j);
        for (size_t c = 1; c < entry->count; c++)
            json_other(p, &k->field[i], &entry->candidate[c], &list, j);
        json_array_end(j);
    }
    json_object_end(j);
    buf_deinit(&list);
    return e;
}

static void put_author(struct print *p, const struct author *a, struct buf *out)
{
    if (a == NULL)
        return;
    buf_put_str(out, "  (");
    print_person(p, &a->person, out);
    if (a->time != 0) {
        buf_put_str(out, ", ");
        print_time(a->time, false, out);
    }
    buf_put_str(out, ")");
}

enum err print_history_conflicts(struct print *p, const struct view *v, struct buf *out)
{
    const struct kind_info *k = schema_kind(v->kind);
    struct buf list = {0};
    enum err e = authors(p, v, &list);

    buf_printf(out, "  ! %s\n", _("Written differently; all values are kept:"));
    for (size_t i = 0; e == ERR_OK && i < k->fields; i++) {
        const struct entry *entry = replica_view_entry(v, &k->field[i]);
        for (size_t c = 0; in_conflict(&k->field[i], entry) && c < entry->count; c++) {
            buf_printf(out, "    %s %s: ", c == 0 ? "→" : " ", _(k->field[i].label));
            entry_print(&k->field[i], entry->candidate[c].value, &p->refs.entry, out);
            put_author(p, author_of(&list, &entry->candidate[c]), out);
            buf_put_str(out, "\n");
        }
    }
    buf_deinit(&list);
    return e;
}

/* --- all changes --- */

struct telling {
    struct print *p;
    struct json *j;
    struct buf *out;
    struct past past;
};

static const char *const op_names[] = {[OP_CREATE] = "create", [OP_SET] = "set",     [OP_ADD] = "add",
                                       [OP_REMOVE] = "remove", [OP_STATE] = "state", [OP_AMEND] = "amend",
                                       [OP_CLOSE] = "close"};
static const char *const op_labels[] = {[OP_CREATE] = N_("recorded"), [OP_SET] = N_("changed"), [OP_ADD] = N_("added"),
                                        [OP_REMOVE] = N_("taken out"), [OP_STATE] = N_("moved on"),
                                        [OP_AMEND] = N_("amended"),  [OP_CLOSE] = N_("moved on")};

static const char *const fate_names[] = {[PAST_COUNTS] = "counts",     [PAST_BESIDE] = "beside",
                                         [PAST_COVERED] = "covered",   [PAST_SETTLED] = "settled",
                                         [PAST_REPLACED] = "replaced", [PAST_NOTHING] = "gone"};
static const char *const fate_labels[] = {[PAST_COUNTS] = "",
                                          [PAST_BESIDE] = N_("stands beside the value that counts"),
                                          [PAST_COVERED] = N_("written over by"),
                                          [PAST_SETTLED] = N_("not chosen by"),
                                          [PAST_REPLACED] = N_("settled otherwise, later, by"),
                                          [PAST_NOTHING] = N_("not there any more")};

static void json_time_or_null(struct json *j, const char *key, uint64_t time)
{
    struct buf text = {0};
    json_key(j, key);
    if (time == 0) {
        json_null(j);
    } else {
        print_time(time, true, &text);
        json_string(j, buf_cstr(&text));
    }
    buf_deinit(&text);
}

static bool has_taker(const struct past_value *w)
{
    return w->fate == PAST_COVERED || w->fate == PAST_SETTLED || w->fate == PAST_REPLACED;
}

/* Of each value of one change: what became of it, and who took its place. */
static void json_fates(struct telling *t, const struct kind_info *k, const struct history_change *h)
{
    struct buf name = {0};

    json_key(t->j, "fate");
    json_object_begin(t->j);
    for (size_t i = 0; k != NULL && i < h->change.count; i++) {
        uint32_t tag = h->change.triple[i].tag;
        const struct field_info *f = schema_field(k, TAG_NUMBER(tag));
        const struct past_value *w = past_find(&t->past, tag, bytes_of(h->version.b, VERSION_SIZE));
        if (f == NULL || w == NULL)
            continue;
        json_key(t->j, f->name);
        json_object_begin(t->j);
        json_put_string(t->j, "how", fate_names[w->fate]);
        if (has_taker(w)) {
            buf_clear(&name);
            print_person(t->p, &t->past.value[w->by].person, &name);
            json_put_string(t->j, "by", buf_cstr(&name));
            json_time_or_null(t->j, "time", t->past.value[w->by].time);
        }
        json_object_end(t->j);
    }
    json_object_end(t->j);
    buf_deinit(&name);
}

static void text_fate(struct telling *t, uint32_t tag, const struct version *v)
{
    const struct past_value *w = past_find(&t->past, tag, bytes_of(v->b, VERSION_SIZE));

    if (w == NULL || w->fate == PAST_COUNTS)
        return;
    buf_printf(t->out, "  ← %s", _(fate_labels[w->fate]));
    if (!has_taker(w))
        return;
    buf_put_str(t->out, " ");
    print_person(t->p, &t->past.value[w->by].person, t->out);
    if (t->past.value[w->by].time != 0) {
        buf_put_str(t->out, ", ");
        print_time(t->past.value[w->by].time, false, t->out);
    }
}

/* To which state the change moved the record; NULL: to none. */
static const char *state_name(const struct change *c)
{
    const char *name = NULL;

    for (size_t i = 0; i < c->count; i++) {
        struct mp r;
        if (c->triple[i].tag != TAG_STATE)
            continue;
        mp_open(&r, c->triple[i].value);
        mp_expect_array(&r, 2);
        uint64_t round = mp_uint(&r, UINT32_MAX), step = mp_uint(&r, UINT32_MAX);
        name = mp_close(&r) == ERR_OK ? schema_state_name(round, step) : NULL;
    }
    return name;
}

static bool json_visit(void *arg, const struct scope *s, const struct history_change *h)
{
    struct telling *t = arg;
    const struct kind_info *k = schema_kind(h->change.kind);
    struct buf name = {0};

    (void)s;
    json_object_begin(t->j);
    json_time_or_null(t->j, "time", h->time);
    json_time_or_null(t->j, "accepted", h->accepted);
    print_person(t->p, &h->person, &name);
    json_put_string(t->j, "by", buf_cstr(&name));
    json_put_string(t->j, "op", h->change.count > 0 ? op_names[h->change.op] : "erased");
    if (state_name(&h->change) != NULL)
        json_put_string(t->j, "to", state_name(&h->change));
    json_put_string(t->j, "verdict", told_verdict(&t->past, h));
    json_key(t->j, "fields");
    json_object_begin(t->j);
    for (size_t i = 0; h->change.op != OP_CLOSE && i < h->change.count; i++) {
        const struct field_info *f = k == NULL ? NULL : schema_field(k, TAG_NUMBER(h->change.triple[i].tag));
        if (f == NULL)
            continue;
        json_key(t->j, f->name);
        entry_json(f, h->change.triple[i].value, &t->p->refs.entry, t->j);
    }
    json_object_end(t->j);
    json_fates(t, k, h);
    json_object_end(t->j);
    buf_deinit(&name);
    return true;
}

enum err print_history_json(struct print *p, const struct view *v, struct json *j)
{
    struct telling t = {.p = p, .j = j};
    uint64_t missing = 0;
    enum err e = past_load(&t.past, p->book, v->kind, &v->record);
    json_key(j, "history");
    json_array_begin(j);
    if (e == ERR_OK)
        e = replica_history(book_txn(p->book), &p->book->replica, v->kind, &v->record, json_visit, &t);
    if (e == ERR_OK)
        e = told_of_record(p, v, j, NULL);
    json_array_end(j);
    if (e == ERR_OK)
        e = replica_history_missing(book_txn(p->book), v->kind, &v->record, &missing);
    json_put_uint(j, "history_missing", missing);
    past_deinit(&t.past);
    return e;
}

static bool text_visit(void *arg, const struct scope *s, const struct history_change *h)
{
    struct telling *t = arg;
    const struct kind_info *k = schema_kind(h->change.kind);

    (void)s;
    buf_put_str(t->out, "    ");
    if (h->time != 0)
        print_time(h->time, false, t->out);
    else
        buf_put_str(t->out, _("not sent yet"));
    buf_put_str(t->out, " · ");
    print_person(t->p, &h->person, t->out);
    buf_printf(t->out, " · %s", h->change.count > 0 ? _(op_labels[h->change.op]) : _("erased"));
    if (state_name(&h->change) != NULL)
        buf_printf(t->out, ": %s", _(state_name(&h->change)));
    if (id_equal(&h->device, &t->p->book->replica.device) && h->time != 0)
        buf_printf(t->out, " · %s", _(told_verdict_label(told_verdict(&t->past, h))));
    buf_put_str(t->out, "\n");
    for (size_t i = 0; h->change.op != OP_CLOSE && i < h->change.count; i++) {
        const struct field_info *f = k == NULL ? NULL : schema_field(k, TAG_NUMBER(h->change.triple[i].tag));
        if (f == NULL)
            continue;
        buf_printf(t->out, "      %s: ", _(f->label));
        entry_print(f, h->change.triple[i].value, &t->p->refs.entry, t->out);
        text_fate(t, h->change.triple[i].tag, &h->version);
        buf_put_str(t->out, "\n");
    }
    return true;
}

enum err print_history(struct print *p, const struct view *v, struct buf *out)
{
    struct telling t = {.p = p, .out = out};
    uint64_t missing = 0;
    enum err e = past_load(&t.past, p->book, v->kind, &v->record);
    buf_printf(out, "  %s\n", _("History:"));
    if (e == ERR_OK)
        e = replica_history_missing(book_txn(p->book), v->kind, &v->record, &missing);
    if (missing > 0)
        buf_printf(out, _("    (%llu earlier changes are not in this book yet; they come with: chibo dong-bo "
                          "--lich-su)\n"),
                   (unsigned long long)missing);
    if (e == ERR_OK)
        e = replica_history(book_txn(p->book), &p->book->replica, v->kind, &v->record, text_visit, &t);
    if (e == ERR_OK)
        e = told_of_record(p, v, NULL, out);
    past_deinit(&t.past);
    return e;
}
