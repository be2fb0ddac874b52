/* paper_minutes.c - the minutes of a meeting: who was there by name, what was said, decided and voted, and after the
 * text what was corrected since it was signed; see paper.h. */
#include <stdlib.h>

#include "../common/date.h"
#include "../common/language.h"
#include "paper_sheet.h"

#define MARKS 8
#define BLANK_LINES 6

struct roll {
    unsigned all, count[MARKS];
    struct buf names[MARKS]; /* with the reason, where there is one */
    struct buf minutes;      /* struct id: of the meeting's minutes */
    struct buf speech;       /* struct speech[] */
};

struct speech {
    uint64_t order;
    struct buf text;
};

static void add_mark(struct paper *p, const struct view *v, void *arg)
{
    const uint64_t mark = paper_number(v, "mark", 0);
    struct buf reason = {0};
    struct roll *r = arg;

    r->all++;
    if (mark >= MARKS)
        return;
    r->count[mark]++;
    if (r->names[mark].n > 0)
        buf_put_str(&r->names[mark], "; ");
    paper_value(p, v, "member", &r->names[mark]);
    paper_value(p, v, "reason", &reason);
    if (reason.n > 0)
        buf_printf(&r->names[mark], " (%s)", buf_cstr(&reason));
    buf_wipe_deinit(&reason);
}

static void put_count(struct paper *p, const struct roll *r, const char *label, unsigned mark, bool names)
{
    struct buf text = {0};

    if (!p->blank)
        buf_printf(&text, "%u", r->count[mark]);
    if (names && r->names[mark].n > 0) {
        buf_put_str(&text, ". Họ tên: ");
        buf_put_bytes(&text, buf_bytes(&r->names[mark]));
    }
    paper_put(p, "line", label, buf_cstr(&text), NULL);
    buf_wipe_deinit(&text);
}

static void put_roll(struct paper *p, const struct roll *r)
{
    struct buf text = {0};

    paper_put(p, "part", "I. Thành phần tham dự", NULL);
    if (!p->blank)
        buf_printf(&text, "%u", r->all);
    paper_put(p, "line", "Tổng số đảng viên", buf_cstr(&text), NULL);
    put_count(p, r, "Có mặt", 1, false);
    put_count(p, r, "Đến muộn hoặc về sớm", 7, true);
    put_count(p, r, "Được miễn sinh hoạt", 4, true);
    put_count(p, r, "Được miễn nhưng có mặt", 5, true);
    put_count(p, r, "Sinh hoạt tạm thời ở chi bộ khác", 6, true);
    put_count(p, r, "Vắng có lý do", 2, true);
    put_count(p, r, "Vắng không có lý do", 3, true);
    buf_deinit(&text);
}

/* ---- what was said ---- */

static void add_speech(struct paper *p, const struct view *v, void *arg)
{
    struct speech one = {.order = paper_number(v, "order", 0)};
    struct roll *r = arg;
    struct buf kind = {0};

    paper_value(p, v, "member guest", &one.text);
    paper_value(p, v, "type", &kind);
    if (kind.n > 0)
        buf_printf(&one.text, " (%s)", buf_cstr(&kind));
    buf_put_str(&one.text, ": ");
    paper_value(p, v, "text", &one.text);
    buf_put(&r->speech, &one, sizeof one);
    buf_deinit(&kind);
}

static int speech_compare(const void *a, const void *b)
{
    const struct speech *x = a, *y = b;

    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return bytes_compare(buf_bytes(&x->text), buf_bytes(&y->text));
}

static void put_speeches(struct paper *p, struct roll *r)
{
    struct speech *speech;
    size_t n;

    paper_put(p, "part", "III. Ý kiến phát biểu", NULL);
    if (p->blank)
        buf_printf(&p->text, "dots\t%u\n", BLANK_LINES);
    else
        paper_each_of(p, "speech", "meeting", &p->view.record, add_speech, r);
    speech = (struct speech *)(void *)r->speech.p;
    n = r->speech.n / sizeof *speech;
    if (n > 0)
        qsort(speech, n, sizeof *speech, speech_compare);
    for (size_t i = 0; i < n; i++) {
        paper_put(p, "text", buf_cstr(&speech[i].text), NULL);
        buf_wipe_deinit(&speech[i].text);
    }
}

static void put_vote(struct paper *p, const struct view *v, void *arg)
{
    static const char *const fields[] = {"subject", "method", "eligible", "agree", "against", "abstain"};
    (void)arg;

    paper_begin(p, "row");
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        struct buf text = {0};
        paper_value(p, v, fields[i], &text);
        paper_add(p, buf_bytes(&text));
        buf_deinit(&text);
    }
    paper_end(p);
}

static void put_votes(struct paper *p)
{
    paper_put(p, "part", "V. Biểu quyết", NULL);
    buf_put_str(&p->text, "table\t12\tlccccc\t100\t45\t35\t30\t30\t30\n"
                          "head\tNội dung\tHình thức\tTổng số\tĐồng ý\tKhông\tÝ kiến khác\n");
    if (p->blank)
        buf_put_str(&p->text, "rows\t3\n");
    else
        paper_each_of(p, "vote", "meeting", &p->view.record, put_vote, NULL);
}

/* ---- what was corrected ---- */

/* The text stands as it was signed; what was said of it since comes after it, in the order of the log. */
struct signed_text {
    uint32_t tag[CHANGE_TRIPLES_MAX];
    struct buf value[CHANGE_TRIPLES_MAX]; /* encoded: the last one before it was amended */
    bool amended[CHANGE_TRIPLES_MAX];
    size_t count;
    struct paper *p;
    struct buf after; /* lines of the description */
};

static size_t place_of(struct signed_text *t, uint32_t tag)
{
    size_t i = 0;

    while (i < t->count && t->tag[i] != tag)
        i++;
    if (i == t->count && t->count < CHANGE_TRIPLES_MAX)
        t->tag[t->count++] = tag;
    return i;
}

static void put_amendment(struct signed_text *t, const struct history_change *h, const struct field_info *f,
                          struct bytes value)
{
    struct paper *p = t->p;
    struct buf text = {0}, kept = p->text;

    if (h->time != 0)
        print_time(h->time, false, &text);
    else
        buf_put_str(&text, _("not sent yet"));
    buf_put_str(&text, " · ");
    print_person(&p->print, &h->person, &text);
    buf_printf(&text, " · %s: ", _(f->label));
    entry_print(f, value, &p->print.refs.entry, &text);
    p->text = t->after;
    paper_put(p, "text", buf_cstr(&text), NULL);
    t->after = p->text;
    p->text = kept;
    buf_wipe_deinit(&text);
}

static bool visit_change(void *arg, const struct scope *s, const struct history_change *h)
{
    struct signed_text *t = arg;
    const struct kind_info *k = schema_kind(h->change.kind);
    (void)s;

    for (size_t i = 0; k != NULL && h->change.op != OP_CLOSE && i < h->change.count; i++) {
        const struct triple *c = &h->change.triple[i];
        const struct field_info *f = schema_field(k, TAG_NUMBER(c->tag));
        size_t at = f == NULL ? CHANGE_TRIPLES_MAX : place_of(t, c->tag);
        if (at == CHANGE_TRIPLES_MAX)
            continue;
        if (h->change.op == OP_AMEND) {
            t->amended[at] = true;
            put_amendment(t, h, f, c->value);
        } else if (!t->amended[at]) {
            buf_clear(&t->value[at]);
            buf_put_bytes(&t->value[at], c->value);
        }
    }
    return true;
}

static void signed_load(struct paper *p, const struct view *minutes, struct signed_text *t)
{
    *t = (struct signed_text){.p = p};
    if (minutes != NULL)
        paper_fail(p, replica_history(book_txn(p->book), &p->book->replica, minutes->kind, &minutes->record,
                                      visit_change, t));
}

static void signed_deinit(struct signed_text *t)
{
    for (size_t i = 0; i < t->count; i++)
        buf_wipe_deinit(&t->value[i]);
    buf_wipe_deinit(&t->after);
}

static void signed_value(struct signed_text *t, const struct view *minutes, const char *field, struct buf *out)
{
    const struct field_info *f = schema_field_named(schema_kind(minutes->kind), field);

    for (size_t i = 0; i < t->count; i++)
        if (t->tag[i] == schema_tag(f) && t->amended[i] && t->value[i].n > 0) {
            entry_print(f, buf_bytes(&t->value[i]), &t->p->print.refs.entry, out);
            return;
        }
    paper_value(t->p, minutes, field, out);
}

/* ---- the paper ---- */

static void add_minutes(struct paper *p, const struct view *v, void *arg)
{
    struct roll *r = arg;

    if (id_equal(&v->record, &p->asked)) /* of several, the one that was named */
        buf_clear(&r->minutes);
    if (r->minutes.n < sizeof p->asked || memcmp(r->minutes.p, &p->asked, sizeof p->asked) != 0)
        buf_put(&r->minutes, &v->record, sizeof v->record);
}

static void put_title(struct paper *p)
{
    struct buf text = {0};

    if (!p->blank) {
        p->period = (uint32_t)paper_number(&p->view, "period", 0);
        buf_put_str(&text, "Sinh hoạt chi bộ ");
        paper_value(p, &p->view, "type", &text);
        buf_put_str(&text, "\n");
        paper_period(p, &text);
    } else {
        buf_put_str(&text, "Sinh hoạt chi bộ ……………………");
    }
    paper_put(p, "title", p->form->title, buf_cstr(&text), NULL);
    buf_deinit(&text);
}

static void put_meeting(struct paper *p)
{
    paper_line(p, &p->view, "Ngày", "date");
    paper_line(p, &p->view, "Bắt đầu lúc", "start");
    paper_line(p, &p->view, "Kết thúc lúc", "end");
    paper_line(p, &p->view, "Địa điểm", "place");
    paper_line(p, &p->view, "Chủ trì", "chair");
    paper_line(p, &p->view, "Thư ký", "scribe");
    paper_line(p, &p->view, "Đại biểu cấp trên", "guest");
}

/* Of one text of the minutes; of a meeting that has none, dots. */
static void put_said(struct signed_text *t, const struct view *minutes, const char *label, const char *field)
{
    struct paper *p = t->p;
    struct buf text = {0};

    if (minutes != NULL)
        signed_value(t, minutes, field, &text);
    if (label != NULL)
        paper_put(p, "part", label, NULL);
    if (text.n > 0)
        paper_put(p, "text", buf_cstr(&text), NULL);
    else if (label != NULL)
        buf_printf(&p->text, "dots\t%u\n", p->blank ? BLANK_LINES : 1);
    buf_wipe_deinit(&text);
}

static void put_signatures(struct paper *p)
{
    struct buf chair = {0}, scribe = {0};

    if (!p->blank) {
        paper_value(p, &p->view, "chair", &chair);
        paper_value(p, &p->view, "scribe", &scribe);
    }
    paper_put(p, "sign", "THƯ KÝ", buf_cstr(&scribe), "CHỦ TRÌ", buf_cstr(&chair), NULL);
    buf_deinit(&chair);
    buf_deinit(&scribe);
}

static void put_all(struct paper *p, struct roll *r, const struct view *minutes)
{
    struct signed_text t;

    signed_load(p, minutes, &t);
    paper_heading_issued(p, minutes, "BB", p->blank ? 0 : (uint32_t)paper_number(&p->view, "date", 0));
    put_title(p);
    put_meeting(p);
    put_roll(p, r);
    put_said(&t, minutes, NULL, "attendees");
    paper_text(p, &p->view, "II. Nội dung", "agenda");
    put_said(&t, minutes, NULL, "opening");
    put_said(&t, minutes, NULL, "proceedings");
    put_speeches(p, r);
    put_said(&t, minutes, "IV. Kết luận", "conclusion");
    put_votes(p);
    put_said(&t, minutes, NULL, "closing");
    if (t.after.n > 0)
        paper_put(p, "part", "Đính chính sau khi ký", NULL);
    buf_put_bytes(&p->text, buf_bytes(&t.after));
    put_signatures(p);
    signed_deinit(&t);
}

void paper_minutes(struct paper *p)
{
    struct roll r = {0};
    struct view minutes;
    bool there = false;

    if (!p->blank) {
        paper_each_of(p, "attendance", "meeting", &p->view.record, add_mark, &r);
        paper_each_of(p, "minutes", "meeting", &p->view.record, add_minutes, &r);
    }
    if (r.minutes.n > sizeof(struct id))
        paper_fail(p, ERR_AMBIGUOUS);
    if (r.minutes.n == sizeof(struct id))
        there = replica_view(book_txn(p->book), &p->book->replica, schema_kind_named("minutes")->number,
                             (const struct id *)(const void *)r.minutes.p, &minutes) == ERR_OK;
    put_all(p, &r, there ? &minutes : NULL);
    if (there)
        replica_view_deinit(&minutes);
    for (size_t i = 0; i < MARKS; i++)
        buf_wipe_deinit(&r.names[i]);
    buf_deinit(&r.minutes);
    buf_deinit(&r.speech);
}
