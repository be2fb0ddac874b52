/* supplement.c - see supplement.h. */
#include "supplement.h"

#include "../common/language.h"
#include "../common/period.h"
#include "../proto/org_change.h"
#include "value.h"

struct newest {
    struct id org;
    struct bytes form;
    uint64_t period, version, taken;
    struct id record;
};

static bool newest_visit(void *arg, struct view *v)
{
    struct newest *n = arg;
    uint64_t period, version;
    struct bytes form;

    if (!id_equal(&v->org, &n->org) || !value_uint(v, "period", &period) || period != n->period ||
        !value_uint(v, "version", &version) || !value_text(v, "form", &form) || !bytes_equal(form, n->form))
        return true;
    n->taken = version > n->taken ? version : n->taken;
    if (version >= n->version && replica_view_void(v) != CLOSE_VOID) {
        n->version = version;
        n->record = v->record;
    }
    return true;
}

static void compare(struct supplement *s, const struct figures *f, struct bytes text)
{
    int64_t now[REPORT_LINES], reported;
    struct bytes line;
    enum report_line_number which;

    figures_of(f, s->period, now);
    while (figures_line(&text, &line)) {
        if (s->figures.n > 0)
            buf_put_str(&s->figures, "\n");
        if (!figures_parse(line, &which, &reported)) {
            buf_put_bytes(&s->figures, line);
            continue;
        }
        s->known++;
        if (reported != now[which] && s->differ < REPORT_LINES)
            s->line[s->differ++] = (struct supplement_line){which, reported, now[which]};
        buf_printf(&s->figures, "%.*s=%lld", (int)((const uint8_t *)memchr(line.p, '=', line.n) - line.p), line.p,
                   (long long)now[which]);
    }
}

/* What this version says, and what can be counted today. */
static void take(struct supplement *s, const struct figures *f, const struct view *v)
{
    uint64_t period = 0, cutoff = 0;
    struct bytes text;

    s->record = v->record;
    s->org = v->org;
    (void)value_uint(v, "period", &period);
    (void)value_uint(v, "version", &s->version);
    (void)value_uint(v, "cutoff", &cutoff);
    s->period = (uint32_t)period;
    s->cutoff = (uint32_t)cutoff;
    if (value_text(v, "figures", &text) && period_is_valid(period))
        compare(s, f, text);
}

enum err supplement_look(struct supplement *s, struct book *b, const struct figures *f, const struct view *v)
{
    struct newest n = {.org = v->org, .record = v->record};
    struct view newest;

    memset(s, 0, sizeof(*s));
    if (!value_text(v, "form", &n.form) || !value_uint(v, "period", &n.period))
        return ERR_BAD_VALUE;
    buf_put_bytes(&s->form, n.form);
    enum err e = replica_each(book_txn(b), &b->replica, v->kind, newest_visit, &n);
    if (e == ERR_OK)
        e = replica_view(book_txn(b), &b->replica, v->kind, &n.record, &newest);
    if (e != ERR_OK)
        return e;
    s->next = n.taken + 1;
    take(s, f, &newest);
    replica_view_deinit(&newest);
    return ERR_OK;
}

void supplement_deinit(struct supplement *s)
{
    buf_deinit(&s->form);
    buf_deinit(&s->figures);
}

enum err supplement_note(struct print *p, const struct view *v, struct buf *out)
{
    struct supplement s = {0};
    struct figures f;
    char hex[ID_TEXT_SIZE];

    if (v->kind != schema_kind_named("report")->number || replica_view_void(v) == CLOSE_VOID)
        return ERR_OK;
    enum err e = figures_load(&f, p, &v->org, 0);
    if (e == ERR_OK)
        e = supplement_look(&s, p->book, &f, v);
    id_print(&s.record, hex);
    if (e == ERR_OK && !id_equal(&s.record, &v->record))
        buf_printf(out, _("  A later version stands: %llu, %s\n"), (unsigned long long)s.version, hex);
    if (e == ERR_OK && s.differ > 0)
        buf_printf(out, _("  ! Figures came after the cut-off: chibo bo-sung %.13s\n"), hex);
    supplement_deinit(&s);
    figures_deinit(&f);
    return e;
}

/* --- all of a cell's --- */

struct handed {
    struct id record, org;
    uint64_t period, version;
    struct buf form;
};

struct counting {
    struct print *p;
    struct id own;       /* the living organisation of this book */
    struct buf versions; /* struct handed[] */
};

static bool handed_visit(void *arg, struct view *v)
{
    struct counting *c = arg;
    struct handed row = {.record = v->record, .org = v->org};
    struct id living;
    struct bytes form;

    if (replica_view_void(v) == CLOSE_VOID || !value_uint(v, "period", &row.period) ||
        !value_uint(v, "version", &row.version) || !value_text(v, "form", &form) ||
        org_living(book_txn(c->p->book), &v->org, &living) != ERR_OK || !id_equal(&living, &c->own))
        return true;
    buf_put_bytes(&row.form, form);
    buf_put(&c->versions, &row, sizeof(row));
    return true;
}

static bool is_newest(const struct handed *row, size_t n, size_t i)
{
    for (size_t k = 0; k < n; k++)
        if (id_equal(&row[k].org, &row[i].org) && row[k].period == row[i].period && row[k].version > row[i].version &&
            bytes_equal(buf_bytes(&row[k].form), buf_bytes(&row[i].form)))
            return false;
    return true;
}

static enum err is_late(struct print *p, const struct figures *f, const struct handed *row, bool *late,
                        struct buf *lines)
{
    struct supplement s = {0};
    struct view v;
    enum err e = replica_view(book_txn(p->book), &p->book->replica, schema_kind_named("report")->number, &row->record,
                              &v);

    if (e == ERR_OK)
        take(&s, f, &v);
    *late = e == ERR_OK && s.differ > 0;
    if (*late) {
        buf_put_str(lines, "    ");
        print_line(p, &v, true, lines);
    }
    replica_view_deinit(&v);
    supplement_deinit(&s);
    return e;
}

/* The records of an organisation are gathered once for all of its reports; a cell that was merged has several. */
static enum err count_late(struct print *p, const struct buf *versions, uint64_t *reports, struct buf *lines)
{
    const struct handed *row = (const struct handed *)(const void *)versions->p;
    size_t n = versions->n / sizeof(*row);
    struct figures f = {0};
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < n; i++) {
        bool late = false;
        if (!is_newest(row, n, i))
            continue;
        if (!id_equal(&f.org, &row[i].org)) {
            figures_deinit(&f);
            e = figures_load(&f, p, &row[i].org, 0);
        }
        if (e == ERR_OK)
            e = is_late(p, &f, &row[i], &late, lines);
        *reports += late;
    }
    figures_deinit(&f);
    return e;
}

enum err supplement_count(struct print *p, uint64_t *reports, struct buf *lines)
{
    struct counting c = {.p = p};
    enum err e;

    *reports = 0;
    if (org_living(book_txn(p->book), &p->book->replica.org, &c.own) != ERR_OK)
        c.own = p->book->replica.org;
    e = replica_each(book_txn(p->book), &p->book->replica, schema_kind_named("report")->number, handed_visit, &c);
    if (e == ERR_OK)
        e = count_late(p, &c.versions, reports, lines);
    struct handed *row = (struct handed *)(void *)c.versions.p;
    for (size_t i = 0; i < c.versions.n / sizeof(*row); i++)
        buf_deinit(&row[i].form);
    buf_deinit(&c.versions);
    return e;
}
