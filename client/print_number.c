/* print_number.c - the numbers of papers, for eyes and scripts; see print.h. */
#include "issue.h"
#include "print.h"
#include "value.h"

/* What a paper may be of: the field of it that names the record. */
static const struct {
    const char *kind, *field;
} subjects[] = {
    {"resolution", "resolution"}, {"report", "report"}, {"minutes", "minutes"},
};

static const struct issue_desk *desk_of(struct print *p, const struct id *org)
{
    struct issue_desk *known = (struct issue_desk *)(void *)p->desks.p, desk;

    for (size_t i = 0; i < p->desks.n / sizeof desk; i++)
        if (id_equal(&known[i].org, org))
            return &known[i];
    if (issue_desk_load(p->book, org, &desk) != ERR_OK) {
        issue_desk_deinit(&desk);
        return NULL;
    }
    buf_put(&p->desks, &desk, sizeof desk);
    return (const struct issue_desk *)(const void *)(p->desks.p + p->desks.n - sizeof desk);
}

static const char *of_paper(struct print *p, const struct view *v, struct buf *out)
{
    const struct issue_desk *d = desk_of(p, &v->org);
    struct number n;

    if (d == NULL)
        return NULL;
    n = issue_number(d, v);
    issue_symbol(&n, out);
    return issue_state(d, &n);
}

struct looking {
    struct print *p;
    const char *field;
    const struct id *record;
    struct buf *out;
    const char *state;
};

static bool look_visit(void *arg, struct view *v)
{
    struct looking *l = arg;
    struct id named;

    if (value_id(v, l->field, &named) && id_equal(&named, l->record) && replica_view_void(v) != CLOSE_VOID)
        l->state = of_paper(l->p, v, l->out);
    return l->state == NULL;
}

const char *print_number(struct print *p, const struct view *v, struct buf *out)
{
    const struct kind_info *k = schema_kind(v->kind), *paper = schema_kind_named("doc_out");
    struct looking l = {.p = p, .record = &v->record, .out = out};

    if (k == paper)
        return of_paper(p, v, out);
    for (size_t i = 0; k != NULL && l.field == NULL && i < ARRAY_LEN(subjects); i++)
        if (strcmp(k->name, subjects[i].kind) == 0)
            l.field = subjects[i].field;
    if (l.field != NULL && replica_each(book_txn(p->book), &p->book->replica, paper->number, look_visit, &l) != ERR_OK)
        return NULL;
    return l.state;
}
