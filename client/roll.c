/* roll.c - see roll.h. */
#include "roll.h"

#include <stdlib.h>

#include "../common/language.h"
#include "../proto/mp.h"
#include "figures.h"
#include "form.h"
#include "value.h"

#define UNMARKED "unmarked"
#define EXEMPT "exempt"

bool roll_is(const struct roll_mark *m, const char *mark)
{
    return m->mark != NULL && strcmp(m->mark, mark) == 0;
}

void roll_deinit(struct roll *r)
{
    for (size_t i = 0; r->of != NULL && i < r->members.count; i++) {
        buf_wipe_deinit(&r->of[i].reason);
        buf_wipe_deinit(&r->of[i].hint_reason);
    }
    free(r->of);
    choice_deinit(&r->members);
    memset(r, 0, sizeof(*r));
}

static size_t place_of(const struct roll *r, const struct id *member)
{
    size_t i = 0;
    while (i < r->members.count && !id_equal(&r->members.item[i].id, member))
        i++;
    return i;
}

/* --- who is on it --- */

/* Who is dead, has left or is counted elsewhere that day is not. */
static enum err keep_members(struct roll *r, uint32_t day)
{
    struct figures f = {0};
    struct print p;
    size_t kept = 0;
    enum err e = print_init(&p, &r->env->book);

    if (e == ERR_OK)
        e = figures_load_members(&f, &p, &r->env->book.replica.org);
    for (size_t i = 0; e == ERR_OK && i < r->members.count; i++) {
        struct choice_item *item = &r->members.item[i];
        if (figures_has_member(&f, &item->id, day)) {
            r->members.item[kept++] = *item;
        } else {
            buf_wipe_deinit(&item->title);
            buf_wipe_deinit(&item->key);
        }
    }
    if (e == ERR_OK)
        r->members.count = kept;
    figures_deinit(&f);
    print_deinit(&p);
    return e;
}

static enum err load_members(struct roll *r, uint32_t *day)
{
    struct book *b = &r->env->book;
    const uint32_t kind = schema_kind_named("meeting")->number;
    struct view v;
    enum err e = replica_view(book_txn(b), &b->replica, kind, &r->meeting, &v);

    if (e != ERR_OK)
        return e;
    if (!value_number(&v, "date", day))
        *day = r->env->today;
    replica_view_deinit(&v);
    e = choice_load(&r->members, b, schema_kind_named("member")->number, &b->replica.org);
    if (e == ERR_OK)
        e = keep_members(r, *day);
    if (e == ERR_OK && r->members.count == 0)
        return cmd_explain(r->env, ERR_NOT_FOUND, "", _("This book holds no members yet."));
    if (e == ERR_OK)
        r->of = mem_alloc(r->members.count * sizeof(*r->of));
    return e;
}

/* --- what is known of them --- */

struct visiting {
    struct roll *roll;
    const struct id *meeting;
    uint32_t day;
};

static bool exempt_visit(void *arg, struct view *v)
{
    const struct visiting *g = arg;
    struct roll *r = g->roll;
    uint32_t from, to = 0;
    struct id member;

    if (replica_view_void(v) == CLOSE_VOID || !value_id(v, "member", &member) || !value_number(v, "from", &from) ||
        from > g->day || (value_number(v, "to", &to) && to < g->day))
        return true;
    const size_t i = place_of(r, &member);
    if (i < r->members.count && !roll_is(&r->of[i], EXEMPT)) {
        r->of[i].mark = EXEMPT;
        r->exempt++;
    }
    return true;
}

static bool is_absence(const char *mark)
{
    return strcmp(mark, "excused") == 0 || strcmp(mark, "unexcused") == 0 || strcmp(mark, "elsewhere") == 0;
}

/* A mark of this meeting is known, one of the meeting it is like is only a hint. */
static bool mark_visit(void *arg, struct view *v)
{
    const struct visiting *g = arg;
    struct roll *r = g->roll;
    const bool ours = g->meeting == &r->meeting;
    const struct field_info *marks = schema_field_named(schema_kind(v->kind), "mark");
    struct bytes words = {0};
    struct id meeting, member;
    uint64_t number;

    if (replica_view_void(v) == CLOSE_VOID || !value_id(v, "meeting", &meeting) || !id_equal(&meeting, g->meeting) ||
        !value_uint(v, "mark", &number))
        return true;
    r->again = r->again || ours;
    const struct enum_value *mark = schema_value(marks, number);
    const size_t i = value_id(v, "member", &member) ? place_of(r, &member) : r->members.count;
    if (mark == NULL || i == r->members.count)
        return true;
    struct roll_mark *m = &r->of[i];
    (void)value_text(v, "reason", &words);
    if (ours) {
        m->mark = strcmp(mark->name, UNMARKED) == 0 ? NULL : mark->name;
        buf_put_bytes(&m->reason, words);
    } else if (is_absence(mark->name)) {
        m->hinted = true;
        m->hint = mark->name;
        buf_put_bytes(&m->hint_reason, words);
    }
    return true;
}

/* The first time whoever is not named is present, or exempt; later whoever is not named stays what they are. */
static enum err load_marks(struct roll *r, const struct id *like, uint32_t day)
{
    struct book *b = &r->env->book;
    const uint32_t attendance = schema_kind_named("attendance")->number;
    struct visiting g = {r, &r->meeting, day};
    enum err e = replica_each(book_txn(b), &b->replica, attendance, mark_visit, &g);

    if (e != ERR_OK || r->again)
        return e;
    for (size_t i = 0; i < r->members.count; i++)
        r->of[i] = (struct roll_mark){.mark = ROLL_PRESENT, .write = true};
    e = replica_each(book_txn(b), &b->replica, schema_kind_named("exemption")->number, exempt_visit, &g);
    g.meeting = like;
    return e == ERR_OK && like != NULL ? replica_each(book_txn(b), &b->replica, attendance, mark_visit, &g) : e;
}

/* --- half-way answers --- */

enum err roll_keep(struct roll *r, const bool *named, const bool *told)
{
    struct book *b = &r->env->book;
    struct buf row = {0}, items = {0};
    size_t n = 0;

    for (size_t i = 0; i < r->members.count; i++) {
        if (!named[i])
            continue;
        n++;
        mp_put_array(&items, 3);
        mp_put_bin(&items, r->members.item[i].id.b, ID_SIZE);
        mp_put_str(&items, bytes_of_str(told[i] && r->of[i].mark != NULL ? r->of[i].mark : ""));
        mp_put_str(&items, told[i] ? buf_bytes(&r->of[i].reason) : bytes_of_str(""));
    }
    mp_put_array(&row, 2);
    mp_put_bin(&row, r->meeting.b, ID_SIZE);
    mp_put_array(&row, n);
    mp_put_raw(&row, buf_bytes(&items));
    enum err e = book_begin(b, true);
    if (e == ERR_OK)
        e = book_put(b, BOOK_CALL, buf_bytes(&row));
    if (e == ERR_OK)
        e = book_commit(b);
    book_abort(b);
    buf_wipe_deinit(&items);
    buf_wipe_deinit(&row);
    return e;
}

static void recall_one(struct roll *r, struct mp *in)
{
    const struct field_info *marks = schema_field_named(schema_kind_named("attendance"), "mark");
    char name[32] = {0};

    mp_expect_array(in, 3);
    const struct id member = id_from(mp_bin_exact(in, ID_SIZE));
    const struct bytes mark = mp_str(in, sizeof(name) - 1), reason = mp_str(in, CHANGE_BODY_MAX);
    const size_t i = place_of(r, &member);
    if (mp_error(in) != ERR_OK || i == r->members.count)
        return;
    if (mark.n > 0)
        memcpy(name, mark.p, mark.n);
    const struct enum_value *value = schema_value_named(marks, name);
    struct roll_mark *m = &r->of[i];
    m->hinted = true;
    m->hint = value == NULL ? NULL : value->name;
    buf_clear(&m->hint_reason);
    buf_put_bytes(&m->hint_reason, reason);
}

/* They say more than the meeting before. */
static enum err recall(struct roll *r)
{
    struct buf row = {0};
    struct mp in;
    enum err e = book_get(&r->env->book, BOOK_CALL, &row);

    if (e == ERR_OK) {
        mp_open(&in, buf_bytes(&row));
        mp_expect_array(&in, 2);
        const struct id meeting = id_from(mp_bin_exact(&in, ID_SIZE));
        size_t n = mp_array(&in, MP_ELEMENTS_MAX);
        r->half_way = id_equal(&meeting, &r->meeting) && !r->again;
        for (size_t i = 0; r->half_way && i < r->members.count; i++)
            r->of[i].hinted = false;
        while (r->half_way && n-- > 0)
            recall_one(r, &in);
        (void)!mp_close(&in); /* another meeting's are left alone */
    }
    buf_wipe_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err roll_load(struct roll *r, struct cmd_env *env, const struct id *meeting, const struct id *like)
{
    uint32_t day = 0;

    *r = (struct roll){.env = env, .meeting = *meeting};
    enum err e = book_begin(&env->book, false);
    if (e == ERR_OK)
        e = load_members(r, &day);
    if (e == ERR_OK)
        e = load_marks(r, like, day);
    if (e == ERR_OK)
        e = recall(r);
    book_abort(&env->book);
    return e;
}

/* --- saving --- */

static enum err save_one(struct roll *r, size_t i, struct record_written *w)
{
    char meeting[ID_TEXT_SIZE], member[ID_TEXT_SIZE];
    struct fields fields;
    struct form f;

    form_init(&f, schema_kind_named("attendance"));
    id_print(&r->meeting, meeting);
    id_print(&r->members.item[i].id, member);
    form_default(&f, "meeting", meeting);
    form_default(&f, "member", member);
    form_default(&f, "mark", r->of[i].mark);
    form_default(&f, "reason", buf_cstr(&r->of[i].reason));
    enum err e = form_fields(&f, r->env, &fields);
    /* Called anew, without a reason now: the old one does not stay. */
    fields_value(&fields, schema_field_named(f.kind, "reason"))->given = true;
    if (e == ERR_OK)
        e = record_create(&r->env->book, &fields, NULL, w);
    fields_deinit(&fields);
    form_deinit(&f);
    return e;
}

enum err roll_save(struct roll *r)
{
    struct book *b = &r->env->book;
    struct record_written w = {0};
    enum err e = book_begin(b, true);

    for (size_t i = 0; e == ERR_OK && i < r->members.count; i++)
        e = r->of[i].write ? save_one(r, i, &w) : ERR_OK;
    if (e == ERR_OK)
        e = book_del(b, BOOK_CALL);
    if (e == ERR_OK)
        e = book_commit(b);
    book_abort(b);
    if (e == ERR_OK && w.verdict == VERDICT_REFUSED)
        form_say_written(r->env, schema_kind_named("attendance"), &w);
    return e;
}
