/* due_note.c - what the rules of its own date say about one record (due.h). */
#include "../common/date.h"
#include "../common/daytime.h"
#include "../common/language.h"
#include "../common/money.h"
#include "../common/period.h"
#include "due.h"
#include "value.h"

struct noting {
    struct book *book;
    const struct rules *rules;
    const struct view *view;
    struct buf *out;
};

/* " (42-HD/BTCTW)" and the end of the line */
static void end_line(struct noting *n, const struct rules_pack *p)
{
    if (p->source != NULL)
        buf_printf(n->out, " (%s)", p->source);
    buf_put_str(n->out, "\n");
}

/* --- a meeting: its true length is kept, and said --- */

bool due_is_short(const struct rules *r, const struct view *v, const struct rules_pack **p, uint32_t *minutes,
                  uint32_t *least)
{
    uint32_t date, start, end;

    if (!value_number(v, "date", &date) || !value_number(v, "start", &start) || !value_number(v, "end", &end))
        return false;
    *p = rules_choose(r, &v->org, "sinh-hoat", date);
    bool both = value_is(v, "type", "both") && rules_integer(*p, "phut_toi_thieu_kem_chuyen_de", least);
    if (!both && !((value_is(v, "type", "regular") || value_is(v, "type", "both")) &&
                   rules_integer(*p, "phut_toi_thieu", least)))
        return false;
    *minutes = end >= start ? end - start : end + DAYTIME_MINUTES - start;
    return *minutes < *least;
}

static enum err note_meeting(struct noting *n)
{
    const struct view *v = n->view;
    const struct rules_pack *p;
    uint32_t least, minutes;
    struct bytes reason;

    if (!due_is_short(n->rules, v, &p, &minutes, &least))
        return ERR_OK;
    buf_printf(n->out, _("! %u minutes: shorter than %u"), minutes, least);
    end_line(n, p);
    if (!value_text(v, "short_reason", &reason))
        buf_printf(n->out, "  %s\n",
                   _("What is true is written down as it is; the reason may be added: short_reason."));
    return ERR_OK;
}

/* --- a score and its level --- */

#define LEVELS 4

/* In the order of the enumeration; what is below the last mark is the level after it. Names: as the pack calls the
 * levels, where it does. */
struct levels {
    const char *mark[LEVELS - 1], *name[LEVELS];
};
static const struct levels of_meetings = {{"tot", "kha", "trung_binh"}, {NULL}};
static const struct levels of_members = {{"xuat_sac", "tot", "hoan_thanh"},
                                         {"ten_xuat_sac", "ten_tot", "ten_hoan_thanh", "ten_khong"}};

static const char *level_name(const struct rules_pack *p, const struct levels *l, const struct field_info *f,
                              uint32_t level)
{
    const char *name = level < 1 || level > LEVELS || l->name[0] == NULL ? NULL : rules_text(p, l->name[level - 1]);

    if (name != NULL || schema_value(f, level) == NULL)
        return name;
    return _(schema_value(f, level)->label);
}

static void note_level(struct noting *n, const struct rules_pack *p, const struct levels *l, const char *total,
                       const char *level)
{
    const struct field_info *f = schema_field_named(schema_kind(n->view->kind), level);
    uint32_t points, from, said = 0, right = 1;

    if (!value_number(n->view, total, &points))
        return;
    for (size_t i = 0; i < ARRAY_LEN(l->mark); i++, right++) {
        if (!rules_integer(p, l->mark[i], &from))
            return;
        if (points >= from)
            break;
    }
    if (value_number(n->view, level, &said) && said == right)
        return;
    buf_printf(n->out, _("! %u points are: %s"), points, level_name(p, l, f, right));
    if (said != 0 && level_name(p, l, f, said) != NULL)
        buf_printf(n->out, _("; written is: %s"), level_name(p, l, f, said));
    end_line(n, p);
}

static enum err note_appraisal(struct noting *n)
{
    uint32_t period;

    if (!value_number(n->view, "period", &period))
        return ERR_OK;
    const struct rules_pack *p = rules_choose(n->rules, &n->view->org, "xep-loai", period_last_day(period));
    note_level(n, p, &of_members, "self_score", "self_level");
    note_level(n, p, &of_members, "superior_score", "superior_level");
    return ERR_OK;
}

static enum err note_score(struct noting *n)
{
    struct book *b = n->book;
    struct view meeting;
    struct id id;
    uint32_t date = 0;

    if (!value_id(n->view, "meeting", &id))
        return ERR_OK;
    enum err e = replica_view(book_txn(b), &b->replica, schema_kind_named("meeting")->number, &id, &meeting);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    bool dated = value_number(&meeting, "date", &date);
    replica_view_deinit(&meeting);
    const struct rules_pack *p = rules_choose(n->rules, &n->view->org, "cham-diem", date);
    if (dated && p != NULL) {
        note_level(n, p, &of_meetings, "self_total", "self_level");
        note_level(n, p, &of_meetings, "superior_total", "superior_level");
    }
    return ERR_OK;
}

/* --- dues --- */

static unsigned months_between(uint32_t from, uint32_t until)
{
    return until / 100 * 12 + until % 100 + 1 - from / 100 * 12 - from % 100;
}

static enum err note_rate(struct noting *n)
{
    const struct view *v = n->view;
    uint32_t from, until, sum, waiver, most, one;
    int64_t amount = 0;
    char text[MONEY_TEXT_SIZE];
    bool fits = false, any = false;

    if (!value_number(v, "from", &from))
        return ERR_OK;
    const struct rules_pack *p = rules_choose(n->rules, &v->org, "dang-phi", period_first_day(from));
    if (value_is(v, "basis", "student") && rules_integer(p, "sinh_vien_dong", &sum) &&
        value_int(v, "amount", &amount) && amount != (int64_t)sum) {
        money_print(sum, text);
        buf_printf(n->out, _("! Pupils and students pay %s đ a month"), text);
        end_line(n, p);
    }
    if (!value_number(v, "waiver", &waiver) || waiver == 0)
        return ERR_OK;
    for (size_t i = 0; rules_item(p, "giam_phan_tram", i, &one); i++) {
        any = true;
        fits = fits || one == waiver;
    }
    if (any && !fits) {
        buf_printf(n->out, _("! Dues are reduced by %s per cent"), rules_text(p, "giam_phan_tram"));
        end_line(n, p);
    }
    if (rules_integer(p, "giam_thang_toi_da", &most) &&
        (!value_number(v, "until", &until) || months_between(from, until) > most)) {
        buf_printf(n->out, _("! Dues are reduced for at most %u months at a time"), most);
        end_line(n, p);
    }
    return ERR_OK;
}

static enum err note_payment(struct noting *n)
{
    const struct view *v = n->view;
    struct id member, reversed;
    uint32_t month;
    int64_t paid, dues = 0;
    bool known = false;
    char text[MONEY_TEXT_SIZE], when[PERIOD_TEXT_SIZE];

    if (value_id(v, "reverses", &reversed) || !value_id(v, "member", &member) || !value_number(v, "month", &month) ||
        !value_int(v, "amount", &paid))
        return ERR_OK;
    enum err e = due_dues(n->book, n->rules, &member, month, &known, &dues);
    if (e != ERR_OK || !known || dues == paid)
        return e;
    money_print(dues, text);
    period_print(month, when);
    buf_printf(n->out, _("! Dues of this member for %s: %s đ"), when, text);
    buf_put_str(n->out, "\n");
    return ERR_OK;
}

/* What the cell keeps of its dues. */
static enum err note_remit(struct noting *n)
{
    const struct view *v = n->view;
    uint32_t period, share;
    int64_t total, kept;
    char text[MONEY_TEXT_SIZE];

    if (!value_number(v, "period", &period) || !value_int(v, "total", &total) || !value_int(v, "kept", &kept))
        return ERR_OK;
    const struct rules_pack *p = rules_choose(n->rules, &v->org, "dang-phi", period_last_day(period));
    if (!rules_integer(p, "giu_phan_tram", &share) || kept == total * share / 100)
        return ERR_OK;
    money_print(total * share / 100, text);
    buf_printf(n->out, _("! The cell keeps %u per cent: %s đ"), share, text);
    end_line(n, p);
    return ERR_OK;
}

static const struct {
    const char *kind;
    enum err (*note)(struct noting *n);
} notes[] = {
    {"meeting", note_meeting},
    {"quality_score", note_score},
    {"fee_rate", note_rate},
    {"fee_payment", note_payment},
    {"fee_remit", note_remit},
    {"appraisal", note_appraisal},
};

enum err due_note(struct book *b, const struct rules *r, const struct view *v, struct buf *out)
{
    struct noting n = {.book = b, .rules = r, .view = v, .out = out};
    const struct kind_info *k = schema_kind(v->kind);

    for (size_t i = 0; k != NULL && i < ARRAY_LEN(notes); i++)
        if (strcmp(notes[i].kind, k->name) == 0 && replica_view_void(v) != CLOSE_VOID)
            return notes[i].note(&n);
    return ERR_OK;
}

enum err due_note_of(struct book *b, uint32_t kind, const struct id *record, struct buf *out)
{
    const struct kind_info *k = schema_kind(kind);
    bool any = false;
    struct rules r;
    struct view v;
    enum err e;

    for (size_t i = 0; k != NULL && i < ARRAY_LEN(notes); i++)
        any = any || strcmp(notes[i].kind, k->name) == 0;
    if (!any)
        return ERR_OK;
    rules_init(&r);
    e = replica_view(book_txn(b), &b->replica, kind, record, &v);
    if (e != ERR_OK)
        return e;
    e = rules_load_of(&r, b, &v.org);
    if (e == ERR_OK)
        e = due_note(b, &r, &v, out);
    replica_view_deinit(&v);
    rules_deinit(&r);
    return e;
}
