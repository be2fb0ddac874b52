/* due_dues.c - what a member pays in a month, and who has not (due.h). */
#include "../common/period.h"
#include "due.h"
#include "value.h"

/* The rate of a member that counts in a month: the latest that has begun and has not ended. */
struct rate {
    struct id member, org, record;
    uint32_t from, until, waiver;
    bool exempt, student;
    int64_t amount;
};

struct rates {
    struct book *book;
    const struct rules *rules;
    const struct id *only; /* of this member; NULL: of all */
    uint32_t first, month; /* what was paid from the one to the other; rates are asked for the other */
    struct buf rate; /* struct rate[] */
    struct buf paid; /* struct payment[] */
};

struct payment {
    struct id member;
    uint32_t month;
    int64_t dong;
};

static bool covers(const struct rate *rate, uint32_t month)
{
    return rate->from <= month && (rate->until == 0 || month <= rate->until);
}

static const struct rate *rate_of(const struct rates *r, const struct id *member)
{
    const struct rate *list = (const struct rate *)(const void *)r->rate.p, *best = NULL;

    for (size_t i = 0; i < r->rate.n / sizeof(*list); i++)
        if (id_equal(&list[i].member, member) && covers(&list[i], r->month) &&
            (best == NULL || list[i].from > best->from))
            best = &list[i];
    return best;
}

static bool rate_visit(void *arg, struct view *v)
{
    struct rates *r = arg;
    struct rate new = {.org = v->org, .record = v->record};

    if (replica_view_void(v) == CLOSE_VOID || !value_id(v, "member", &new.member) ||
        (r->only != NULL && !id_equal(&new.member, r->only)) || !value_number(v, "from", &new.from))
        return true;
    (void)value_number(v, "until", &new.until);
    if (new.from > r->month || (new.until != 0 && new.until < r->first))
        return true;
    new.exempt = value_is(v, "basis", "exempt");
    new.student = value_is(v, "basis", "student");
    (void)value_number(v, "waiver", &new.waiver);
    (void)value_int(v, "amount", &new.amount);
    buf_put(&r->rate, &new, sizeof(new));
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
    struct rates rates = {.book = b, .rules = r, .only = member, .first = month, .month = month};
    enum err e = load(&rates);
    const struct rate *rate = rate_of(&rates, member);

    *known = e == ERR_OK && rate != NULL;
    if (*known)
        *dong = dues_of(&rates, rate);
    buf_deinit(&rates.rate);
    return e;
}

/* --- who has not paid --- */

static bool paid_visit(void *arg, struct view *v)
{
    struct rates *r = arg;
    struct payment p = {0};
    if (replica_view_void(v) != CLOSE_VOID && value_number(v, "month", &p.month) && p.month >= r->first &&
        p.month <= r->month && value_id(v, "member", &p.member) && value_int(v, "amount", &p.dong))
        buf_put(&r->paid, &p, sizeof(p));
    return true;
}

static int64_t paid_by(const struct rates *r, const struct id *member)
{
    const struct payment *p = (const struct payment *)(const void *)r->paid.p;
    int64_t sum = 0;
    for (size_t i = 0; i < r->paid.n / sizeof(*p); i++)
        if (p[i].month == r->month && id_equal(&p[i].member, member))
            sum += p[i].dong;
    return sum;
}

static struct due_item unpaid(const struct rates *r, const struct rate *rate)
{
    struct due_item item = {.what = DUE_DUES, .date = period_last_day(r->month), .org = rate->org,
                            .kind = schema_kind_named("fee_rate")->number, .record = rate->record,
                            .member = rate->member};
    item.number = dues_of(r, rate) - paid_by(r, &rate->member);
    return item;
}

static enum err load_all(struct rates *r)
{
    const uint32_t kind = schema_kind_named("fee_payment")->number;
    enum err e = replica_each(book_txn(r->book), &r->book->replica, kind, paid_visit, r);

    return e == ERR_OK ? load(r) : e;
}

static void deinit(struct rates *r)
{
    buf_deinit(&r->rate);
    buf_deinit(&r->paid);
}

enum err due_unpaid(struct book *b, const struct rules *r, uint32_t month, struct buf *items)
{
    struct rates rates = {.book = b, .rules = r, .first = month, .month = month};
    enum err e = load_all(&rates);
    const struct rate *list = (const struct rate *)(const void *)rates.rate.p;

    for (size_t i = 0; e == ERR_OK && i < rates.rate.n / sizeof(*list); i++) {
        const struct due_item item = unpaid(&rates, &list[i]);
        if (rate_of(&rates, &list[i].member) == &list[i] && item.number > 0)
            buf_put(items, &item, sizeof(item));
    }
    deinit(&rates);
    return e;
}

/* --- for how long --- */

/* How many months a member has not paid in full, from the first to the last one that was gathered. */
static uint32_t months_unpaid(struct rates *r, const struct id *member, uint32_t last)
{
    uint32_t count = 0;

    for (r->month = r->first; r->month <= last; r->month++) {
        const struct rate *rate = rate_of(r, member);
        count += rate != NULL && unpaid(r, rate).number > 0;
    }
    r->month = last;
    return count;
}

enum err due_arrears(struct book *b, const struct rules *r, uint32_t date, struct buf *items)
{
    const uint32_t january = date / 10000 * 100 + 1, last = period_of_date(date) - 1;
    struct rates rates = {.book = b, .rules = r, .first = january, .month = last};
    enum err e = last < january ? ERR_OK : load_all(&rates);
    const struct rate *list = (const struct rate *)(const void *)rates.rate.p;

    for (size_t i = 0; e == ERR_OK && i < rates.rate.n / sizeof(*list); i++) {
        struct due_item item = unpaid(&rates, &list[i]);
        uint32_t most;
        if (rate_of(&rates, &list[i].member) != &list[i] ||
            !rules_integer(rules_choose(r, &item.org, "dang-phi", date), "no_thang", &most))
            continue;
        item.what = DUE_ARREARS;
        item.date = date;
        item.number = months_unpaid(&rates, &list[i].member, last);
        if (item.number >= (int64_t)most)
            buf_put(items, &item, sizeof(item));
    }
    deinit(&rates);
    return e;
}

bool due_share(const struct rules_pack *p, const char *basis, uint32_t *thousandths)
{
    static const struct {
        const char *basis, *key;
    } shares[] = {{"salary", "luong_phan_nghin"}, {"allowance", "tro_cap_phan_nghin"}, {"pension", "huu_phan_nghin"}};

    for (size_t i = 0; i < ARRAY_LEN(shares); i++)
        if (strcmp(shares[i].basis, basis) == 0)
            return rules_integer(p, shares[i].key, thousandths);
    return false;
}
