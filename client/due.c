/* due.c - see due.h. */
#include "due.h"

#include <stdlib.h>

#include "../common/date.h"
#include "../common/language.h"
#include "../common/period.h"
#include "value.h"

struct listing {
    struct book *book;
    const struct rules *rules;
    uint32_t date, until;
    struct buf *items;
    struct buf linked; /* struct linked[] */
    enum err err;
};

static const struct {
    const char *name, *label;
} whats[] = {
    [DUE_PROBATION] = {"probation", N_("Probation ends")},
    [DUE_OUT] = {"transfer_out", N_("Introduced, not received yet")},
    [DUE_IN] = {"transfer_in", N_("To be received")},
    [DUE_BADGE] = {"badge", N_("Party badge")},
    [DUE_DUES] = {"dues", N_("Dues of the month")},
    [DUE_CLASS] = {"class", N_("Class certificate runs out")},
    [DUE_MATERIAL] = {"material", N_("Material for the meeting goes out")},
    [DUE_LINKED] = {"linked", N_("Meeting with linked members")},
    [DUE_ARREARS] = {"arrears", N_("Dues unpaid: the cell considers")},
};

const char *due_label(enum due_what what)
{
    return whats[what].label;
}

const char *due_name(enum due_what what)
{
    return whats[what].name;
}

unsigned due_party_age(uint32_t admitted, uint32_t date)
{
    return date < admitted ? 0 : (date - admitted) / 10000; /* month and day borrow from the year */
}

uint32_t due_after_months(uint32_t date, unsigned months)
{
    unsigned m = date_year(date) * 12 + date_month(date) - 1 + months;
    unsigned year = m / 12, month = m % 12 + 1, last = date_month_days(year, month);
    return year * 10000 + month * 100 + (date_day(date) < last ? date_day(date) : last);
}

uint32_t due_batch(const struct rules_pack *badges, uint32_t date)
{
    uint32_t first = 0, day;
    for (size_t i = 0; rules_item(badges, "dot", i, &day); i++) {
        if (i == 0)
            first = day;
        if (date_year(date) * 10000 + day >= date)
            return date_year(date) * 10000 + day;
    }
    return first == 0 ? 0 : (date_year(date) + 1) * 10000 + first;
}

static void put(struct listing *l, const struct view *v, struct due_item item)
{
    item.org = v->org;
    item.kind = v->kind;
    item.record = v->record;
    if (item.date <= l->until)
        buf_put(l->items, &item, sizeof(item));
}

static bool is_open(const struct listing *l, const struct view *v, const char *end)
{
    uint32_t date;
    return replica_view_void(v) != CLOSE_VOID && (!value_number(v, end, &date) || date >= l->date);
}

/* --- probation: from the ceremony, else from when he was written down as probationary --- */

static bool probation_visit(void *arg, struct view *v)
{
    struct listing *l = arg;
    struct due_item item = {.what = DUE_PROBATION};
    uint32_t from, entered, months;
    struct view member;

    if (!value_is(v, "type", "probationary") || !is_open(l, v, "to") || !value_number(v, "from", &from) ||
        !value_id(v, "member", &item.member))
        return true;
    if (replica_view(book_txn(l->book), &l->book->replica, schema_kind_named("member")->number, &item.member,
                     &member) == ERR_OK) {
        if (value_number(&member, "entered", &entered) && date_is_full(entered))
            from = entered;
        replica_view_deinit(&member);
    }
    if (date_is_full(from) &&
        rules_integer(rules_choose(l->rules, &v->org, "ket-nap", from), "thang_du_bi", &months)) {
        item.date = due_after_months(from, months);
        put(l, v, item);
    }
    return true;
}

/* --- transfers: by the rule of the day he left; where none is known, as the letter says --- */

static bool transfer_visit(void *arg, struct view *v)
{
    struct listing *l = arg;
    struct due_item item = {.what = value_is(v, "way", "out") ? DUE_OUT : DUE_IN};
    uint32_t left, days, done;

    if (replica_view_void(v) == CLOSE_VOID || value_number(v, "received", &done) || value_number(v, "closed", &done) ||
        !value_number(v, "left", &left) || !date_is_full(left))
        return true;
    if (rules_integer(rules_choose(l->rules, &v->org, "chuyen-sinh-hoat", left), "ngay_trinh", &days))
        item.date = date_from_days(date_to_days(left) + (int32_t)days);
    else if (!value_number(v, "due", &item.date))
        return true;
    put(l, v, item);
    return true;
}

/* --- class certificates of those who are not admitted yet --- */

static bool class_visit(void *arg, struct view *v)
{
    struct listing *l = arg;
    struct due_item item = {.what = DUE_CLASS};
    const struct field_info *state = schema_field_named(schema_kind(v->kind), "state");
    uint32_t passed, reached = 0, years;

    if (replica_view_void(v) == CLOSE_VOID || !value_number(v, "class_date", &passed) || !date_is_full(passed))
        return true;
    (void)value_number(v, "state", &reached);
    if (reached < schema_value_named(state, "decided")->value &&
        rules_integer(rules_choose(l->rules, &v->org, "ket-nap", passed), "nam_hieu_luc", &years)) {
        item.date = due_after_months(passed, 12 * years);
        put(l, v, item);
    }
    return true;
}

/* --- badges: the greatest he has reached by the batch and was not given, nor any greater --- */

static bool badge_visit(void *arg, struct view *v)
{
    struct listing *l = arg;
    const struct rules_pack *p = rules_choose(l->rules, &v->org, "huy-hieu", l->date);
    struct due_item item = {.what = DUE_BADGE, .date = l->date};
    uint32_t admitted, years, gone;

    if (replica_view_void(v) == CLOSE_VOID || !value_number(v, "admitted", &admitted) ||
        value_number(v, "died", &gone) || value_number(v, "left", &gone))
        return true;
    for (size_t i = 0; rules_item(p, "nam", i, &years); i++)
        if (years <= due_party_age(admitted, l->date))
            item.number = years;
    if (item.number > 0 && !value_list_reaches(v, "badges", (uint32_t)item.number)) {
        item.member = v->record;
        put(l, v, item);
    }
    return true;
}

/* --- meetings: what goes out before one that is planned; the next one with members who are linked here --- */

struct linked {
    struct due_item item;
    uint32_t held;
};

/* The newest of each organisation. */
static void put_linked(struct buf *newest, const struct linked *new)
{
    struct linked *list = (struct linked *)(void *)newest->p;

    for (size_t i = 0; i < newest->n / sizeof(*list); i++)
        if (id_equal(&list[i].item.org, &new->item.org)) {
            if (new->held > list[i].held)
                list[i] = *new;
            return;
        }
    buf_put(newest, new, sizeof(*new));
}

static bool meeting_visit(void *arg, struct view *v)
{
    struct listing *l = arg;
    uint32_t date, days, months;

    if (replica_view_void(v) == CLOSE_VOID || !value_number(v, "date", &date) || !date_is_full(date))
        return true;
    if (value_is(v, "status", "planned") && date >= l->date &&
        rules_integer(rules_choose(l->rules, &v->org, "sinh-hoat", date), "tai_lieu_truoc_ngay", &days))
        put(l, v, (struct due_item){.what = DUE_MATERIAL, .date = date_from_days(date_to_days(date) - (int32_t)days)});
    if (value_is(v, "type", "linked") && !value_is(v, "status", "postponed") &&
        rules_integer(rules_choose(l->rules, &v->org, "cu-tru", date), "thang_giua_hai_buoi", &months)) {
        struct linked one = {.held = date};
        one.item = (struct due_item){.what = DUE_LINKED, .date = due_after_months(date, months), .org = v->org,
                                     .kind = v->kind, .record = v->record};
        put_linked(&l->linked, &one);
    }
    return true;
}

static void put_all_linked(struct listing *l)
{
    const struct linked *list = (const struct linked *)(const void *)l->linked.p;

    for (size_t i = 0; i < l->linked.n / sizeof(*list); i++)
        if (list[i].item.date <= l->until)
            buf_put(l->items, &list[i].item, sizeof(list[i].item));
    buf_deinit(&l->linked);
}

/* --- all --- */

static enum err each(struct listing *l, const char *kind, replica_visit *visit)
{
    enum err e = replica_each(book_txn(l->book), &l->book->replica, schema_kind_named(kind)->number, visit, l);
    return e == ERR_OK ? l->err : e;
}

static int by_date(const void *a, const void *b)
{
    const struct due_item *x = a, *y = b;
    if (x->date != y->date)
        return x->date < y->date ? -1 : 1;
    if (x->what != y->what)
        return x->what < y->what ? -1 : 1;
    return memcmp(x->record.b, y->record.b, ID_SIZE);
}

static void sort(struct buf *items)
{
    if (items->n > 0)
        qsort(items->p, items->n / sizeof(struct due_item), sizeof(struct due_item), by_date);
}

enum err due_badges(struct book *b, const struct rules *r, uint32_t batch, struct buf *items)
{
    struct listing l = {.book = b, .rules = r, .date = batch, .until = batch, .items = items};
    enum err e = each(&l, "member", badge_visit);
    sort(items);
    return e;
}

enum err due_list(struct book *b, const struct rules *r, uint32_t date, uint32_t until, bool dues,
                  struct buf *items)
{
    struct listing l = {.book = b, .rules = r, .date = date, .until = until, .items = items};
    uint32_t batch = due_batch(rules_choose(r, &b->replica.org, "huy-hieu", date), date);
    enum err e = each(&l, "membership", probation_visit);

    if (e == ERR_OK)
        e = each(&l, "transfer", transfer_visit);
    if (e == ERR_OK)
        e = each(&l, "candidate", class_visit);
    if (e == ERR_OK)
        e = each(&l, "meeting", meeting_visit);
    put_all_linked(&l);
    if (e == ERR_OK && batch != 0 && batch <= until)
        e = due_badges(b, r, batch, items);
    if (e == ERR_OK && dues)
        e = due_unpaid(b, r, period_of_date(date), items);
    if (e == ERR_OK && dues)
        e = due_arrears(b, r, date, items);
    sort(items);
    return e;
}
