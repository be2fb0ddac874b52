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

static enum err note_meeting(struct noting *n)
{
    const struct view *v = n->view;
    uint32_t date, start, end, least, minutes;
    struct bytes reason;

    if (!value_number(v, "date", &date) || !value_number(v, "start", &start) || !value_number(v, "end", &end))
        return ERR_OK;
    const struct rules_pack *p = rules_choose(n->rules, &v->org, "sinh-hoat", date);
    bool both = value_is(v, "type", "both") && rules_integer(p, "phut_toi_thieu_kem_chuyen_de", &least);
    if (!both && !((value_is(v, "type", "regular") || value_is(v, "type", "both")) &&
                   rules_integer(p, "phut_toi_thieu", &least)))
        return ERR_OK;
    minutes = end >= start ? end - start : end + DAYTIME_MINUTES - start;
    if (minutes >= least)
        return ERR_OK;
    buf_printf(n->out, _("! %u minutes: shorter than %u"), minutes, least);
    end_line(n, p);
    if (!value_text(v, "short_reason", &reason))
        buf_printf(n->out, "  %s\n",
                   _("What is true is written down as it is; the reason may be added: short_reason."));
    return ERR_OK;
}

/* --- a score and its level --- */

/* In the order of the enumeration; what is below the last is the one after it. */
static const char *const marks[] = {"tot", "kha", "trung_binh"};

static void note_level(struct noting *n, const struct rules_pack *p, const char *total, const char *level)
{
    const struct field_info *f = schema_field_named(schema_kind(n->view->kind), level);
    uint32_t points, from, said = 0, right = 1;

    if (!value_number(n->view, total, &points))
        return;
    for (size_t i = 0; i < ARRAY_LEN(marks); i++, right++) {
        if (!rules_integer(p, marks[i], &from))
            return;
        if (points >= from)
            break;
    }
    if (value_number(n->view, level, &said) && said == right)
        return;
    buf_printf(n->out, _("! %u points are: %s"), points, _(schema_value(f, right)->label));
    if (said != 0 && schema_value(f, said) != NULL)
        buf_printf(n->out, _("; written is: %s"), _(schema_value(f, said)->label));
    end_line(n, p);
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
        note_level(n, p, "self_total", "self_level");
        note_level(n, p, "superior_total", "superior_level");
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

static const struct {
    const char *kind;
    enum err (*note)(struct noting *n);
} notes[] = {
    {"meeting", note_meeting},
    {"quality_score", note_score},
    {"fee_rate", note_rate},
    {"fee_payment", note_payment},
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
