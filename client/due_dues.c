/* due_dues.c - what a member pays in a month, and who has not (due.h). */
#include "../common/period.h"
#include "due.h"
#include "value.h"

/* The rate of a member that counts in the month: the latest that has begun and has not ended. */
struct rate {
    struct id member, org, record;
    uint32_t from, waiver;
    bool exempt, student;
    int64_t amount;
};

struct rates {
    struct book *book;
    const struct rules *rules;
    const struct id *only; /* of this member; NULL: of all */
    uint32_t month;
    struct buf rate; /* struct rate[] */
    struct buf paid; /* struct payment[] of the month */
};

struct payment {
    struct id member;
    int64_t dong;
};

static struct rate *rate_of(struct rates *r, const struct id *member)
{
    struct rate *list = (struct rate *)(void *)r->rate.p;
    for (size_t i = 0; i < r->rate.n / sizeof(*list); i++)
        if (id_equal(&list[i].member, member))
            return &list[i];
    return NULL;
}

static bool covers(const struct view *v, uint32_t month, uint32_t *from)
{
    uint32_t until = 0;
    (void)value_number(v, "until", &until);
    return replica_view_void(v) != CLOSE_VOID && value_number(v, "from", from) && *from <= month &&
           (until == 0 || month <= until);
}

static bool rate_visit(void *arg, struct view *v)
{
    struct rates *r = arg;
    struct rate new = {.org = v->org, .record = v->record}, *known;

    if (!value_id(v, "member", &new.member) || (r->only != NULL && !id_equal(&new.member, r->only)) ||
        !covers(v, r->month, &new.from))
        return true;
    new.exempt = value_is(v, "basis", "exempt");
    new.student = value_is(v, "basis", "student");
    (void)value_number(v, "waiver", &new.waiver);
    (void)value_int(v, "amount", &new.amount);
    known = rate_of(r, &new.member);
    if (known == NULL)
        buf_put(&r->rate, &new, sizeof(new));
    else if (new.from > known->from)
        *known = new;
    return true;
}

static enum err load(struct rates *r)
{
    return replica_each(book_txn(r->book), &r->book->replica, schema_kind_named("fee_rate")->number, rate_visit, r);
}

/* Exempt by Party age, as the rules of the month have it. */
static bool is_exempt_by_age(const struct rates *r, const struct rate *rate, const struct rules_pack *p)
{
    const uint32_t kind = schema_kind_named("member")->number;
    uint32_t years, admitted = 0;
    struct view v;

    if (!rules_integer(p, "mien_tuoi_dang", &years) ||
        replica_view(book_txn(r->book), &r->book->replica, kind, &rate->member, &v) != ERR_OK)
        return false;
    bool known = value_number(&v, "admitted", &admitted);
    replica_view_deinit(&v);
    return known && due_party_age(admitted, period_first_day(r->month)) >= years;
}

static int64_t dues_of(const struct rates *r, const struct rate *rate)
{
    const struct rules_pack *p = rules_choose(r->rules, &rate->org, "dang-phi", period_first_day(r->month));
    uint32_t sum;
    int64_t dong = rate->student && rules_integer(p, "sinh_vien_dong", &sum) ? (int64_t)sum : rate->amount;

    if (rate->exempt || is_exempt_by_age(r, rate, p))
        return 0;
    return dong * (100 - (int64_t)(rate->waiver < 100 ? rate->waiver : 100)) / 100;
}

enum err due_dues(struct book *b, const struct rules *r, const struct id *member, uint32_t month,
                  bool *known, int64_t *dong)
{
    struct rates rates = {.book = b, .rules = r, .only = member, .month = month};
    enum err e = load(&rates);

    *known = e == ERR_OK && rates.rate.n > 0;
    if (*known)
        *dong = dues_of(&rates, rate_of(&rates, member));
    buf_deinit(&rates.rate);
    return e;
}

/* --- who has not paid --- */

static bool paid_visit(void *arg, struct view *v)
{
    struct rates *r = arg;
    struct payment p = {0};
    uint32_t month;
    if (replica_view_void(v) != CLOSE_VOID && value_number(v, "month", &month) && month == r->month &&
        value_id(v, "member", &p.member) && value_int(v, "amount", &p.dong))
        buf_put(&r->paid, &p, sizeof(p));
    return true;
}

static int64_t paid_by(const struct rates *r, const struct id *member)
{
    const struct payment *p = (const struct payment *)(const void *)r->paid.p;
    int64_t sum = 0;
    for (size_t i = 0; i < r->paid.n / sizeof(*p); i++)
        if (id_equal(&p[i].member, member))
            sum += p[i].dong;
    return sum;
}

static void put_unpaid(struct rates *r, struct buf *items)
{
    const struct rate *list = (const struct rate *)(const void *)r->rate.p;
    for (size_t i = 0; i < r->rate.n / sizeof(*list); i++) {
        struct due_item item = {.what = DUE_DUES, .date = period_last_day(r->month), .org = list[i].org,
                                .kind = schema_kind_named("fee_rate")->number, .record = list[i].record,
                                .member = list[i].member};
        item.number = dues_of(r, &list[i]) - paid_by(r, &list[i].member);
        if (item.number > 0)
            buf_put(items, &item, sizeof(item));
    }
}

enum err due_unpaid(struct book *b, const struct rules *r, uint32_t month, struct buf *items)
{
    struct rates rates = {.book = b, .rules = r, .month = month};
    const uint32_t kind = schema_kind_named("fee_payment")->number;
    enum err e = replica_each(book_txn(b), &b->replica, kind, paid_visit, &rates);

    if (e == ERR_OK)
        e = load(&rates);
    if (e == ERR_OK)
        put_unpaid(&rates, items);
    buf_deinit(&rates.rate);
    buf_deinit(&rates.paid);
    return e;
}
