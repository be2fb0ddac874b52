/* scribe.c - see scribe.h. */
#include "scribe.h"

#include "../common/language.h"
#include "../common/text.h"
#include "alike.h"
#include "value.h"

/* What a minutes-taker is asked about. */
static bool is_asked(const char *kind, const char *field)
{
    static const char *const asked[][2] = {
        {"meeting", "start"}, {"meeting", "end"}, {"meeting", "place"}, {"attendance", "mark"},
    };

    for (size_t i = 0; i < ARRAY_LEN(asked); i++)
        if (strcmp(asked[i][0], kind) == 0 && strcmp(asked[i][1], field) == 0)
            return true;
    return false;
}

/* "Lò Văn Thử" as text_key has it; empty: no name. */
static void member_key(const struct view *v, struct buf *key)
{
    static const char *const names[] = {"family_name", "middle_name", "given_name"};
    struct buf whole = {0};
    struct bytes part;

    buf_clear(key);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!value_text(v, names[i], &part))
            continue;
        buf_put_bytes(&whole, part);
        buf_put_str(&whole, " ");
    }
    if (text_key(buf_bytes(&whole), key) != ERR_OK)
        buf_clear(key);
    buf_wipe_deinit(&whole);
}

/* Of the meeting that the record is, or is about. How many say otherwise is in `values`; 0: nobody named any. */
static enum err minutes_taker(struct print *p, const struct view *v, struct id *member, size_t *values)
{
    struct id meeting = v->record;
    struct view m;

    *values = 0;
    (void)value_id(v, "meeting", &meeting);
    enum err e = replica_view(book_txn(p->book), &p->book->replica, schema_kind_named("meeting")->number, &meeting, &m);
    if (e == ERR_OK && value_id(&m, "scribe", member))
        *values = value_count(&m, "scribe");
    replica_view_deinit(&m);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

struct name {
    struct print *print;
    struct id org;
    struct buf key;
    struct id leader;
    bool others;
};

static bool count_visit(void *arg, struct view *v)
{
    struct name *n = arg;
    struct buf key = {0};

    if (id_equal(&v->org, &n->org) && replica_view_void(v) != CLOSE_VOID) {
        member_key(v, &key);
        struct id leader = alike_leader(n->print, v->kind, &v->record);
        n->others = n->others || (bytes_equal(buf_bytes(&key), buf_bytes(&n->key)) && !id_equal(&leader, &n->leader));
        buf_wipe_deinit(&key);
    }
    return true;
}

static enum err name_of(struct print *p, const struct id *member, struct name *n)
{
    const struct kind_info *k = schema_kind_named("member");
    struct view v;
    enum err e = replica_view(book_txn(p->book), &p->book->replica, k->number, member, &v);

    if (e == ERR_OK) {
        n->org = v.org;
        n->leader = alike_leader(p, k->number, member);
        member_key(&v, &n->key);
    }
    replica_view_deinit(&v);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Did somebody of this name write the value, among others perhaps? */
static bool wrote(struct print *p, const struct name *n, const struct entry *e, size_t i, const struct past *past)
{
    struct bytes versions = e->candidate[i].versions;
    struct buf text = {0}, key = {0};
    bool found = false;

    for (size_t at = 0; !found && at < versions.n; at += VERSION_SIZE) {
        const struct past_value *w = past_find(past, e->tag, bytes_of(versions.p + at, VERSION_SIZE));
        buf_clear(&text);
        buf_clear(&key);
        if (w != NULL && replica_person_name(book_txn(p->book), &w->person, &text) == ERR_OK)
            found = text_key(buf_bytes(&text), &key) == ERR_OK && bytes_equal(buf_bytes(&key), buf_bytes(&n->key));
    }
    buf_wipe_deinit(&text);
    buf_wipe_deinit(&key);
    return found;
}

static enum err judge(struct print *p, struct name *n, const struct conflict *c, const struct past *past,
                      enum scribe_found *found, size_t *candidate)
{
    size_t his = 0;
    enum err e = ERR_OK;

    for (size_t i = 0; n->key.n > 0 && i < c->entry->count; i++) {
        if (!wrote(p, n, c->entry, i, past))
            continue;
        *candidate = i;
        his++;
    }
    if (his > 0)
        e = replica_each(book_txn(p->book), &p->book->replica, schema_kind_named("member")->number, count_visit, n);
    *found = his == 0 ? SCRIBE_NONE : n->others ? SCRIBE_NAMESAKES : his > 1 ? SCRIBE_TWICE : SCRIBE_WROTE;
    return e;
}

enum err scribe_find(struct print *p, const struct view *v, const struct conflict *c, const struct past *past,
                     enum scribe_found *found, size_t *candidate)
{
    struct name n = {.print = p};
    struct id member;
    size_t values = 0;
    enum err e = ERR_OK;

    *found = SCRIBE_NONE;
    if (!is_asked(schema_kind(v->kind)->name, c->field->name))
        return ERR_OK;
    e = minutes_taker(p, v, &member, &values);
    if (e != ERR_OK || values != 1) {
        *found = values > 1 ? SCRIBE_DISPUTED : SCRIBE_NONE;
        return e;
    }
    e = name_of(p, &member, &n);
    if (e == ERR_OK)
        e = judge(p, &n, c, past, found, candidate);
    buf_wipe_deinit(&n.key);
    return e;
}

const char *scribe_name(enum scribe_found f)
{
    static const char *const names[] = {NULL, "scribe", "namesakes", "disputed", "twice"};
    return names[f];
}

const char *scribe_reason(enum scribe_found f)
{
    static const char *const reasons[] = {
        "", "",
        N_("Several members have the minutes-taker's name: nothing is chosen beforehand."),
        N_("Who took the minutes was written differently too: nothing is chosen beforehand."),
        N_("The minutes-taker wrote several of these values: nothing is chosen beforehand."),
    };
    return reasons[f];
}
