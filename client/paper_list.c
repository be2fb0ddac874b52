/* paper_list.c - see paper_list.h: collects the rows of a list, sorts and describes them. */
#include "paper_list.h"

#include <stdlib.h>

#include "../common/text.h"
#include "order.h"
#include "rules.h"

#define BLANK_ROWS 20
#define NUMBER_WIDTH 5 /* in hundredths of all the others */

struct row {
    struct buf key, text;
};

struct rows {
    const struct paper_list *list;
    struct buf row; /* struct row[] */
};

static size_t columns_of(const struct paper_list *l)
{
    size_t n = 0;

    while (n < PAPER_COLUMNS && l->column[n].head != NULL)
        n++;
    return n;
}

/* Members by name; what else there is by its own order: numbers and dates ascending, texts as Vietnamese sorts. */
static void put_key(struct paper *p, const struct view *v, const char *sort, struct buf *key)
{
    const struct kind_info *k = schema_kind(v->kind);
    const struct field_info *f = sort == NULL ? NULL : schema_field_named(k, sort);
    const struct entry *e = f == NULL ? NULL : replica_view_entry(v, f);
    struct view member;
    struct id id;

    if (f == NULL)
        order_key(v, key);
    else if (f->type == TYPE_RECORD && strcmp(f->refers, "member") == 0) {
        if (value_id(v, sort, &id) && replica_view(book_txn(p->book), &p->book->replica,
                                                    schema_kind_named("member")->number, &id, &member) == ERR_OK) {
            order_key(&member, key);
            replica_view_deinit(&member);
        }
    } else if (f->type == TYPE_TEXT) {
        struct buf text = {0};
        paper_value(p, v, sort, &text);
        (void)!text_sort_key(buf_bytes(&text), key);
        buf_wipe_deinit(&text);
    } else if (e != NULL) {
        buf_put_bytes(key, e->candidate[0].value); /* encoded numbers ascend as the numbers do */
    }
}

static void collect(struct paper *p, const struct view *v, void *arg)
{
    struct rows *r = arg;
    struct row row = {0};
    struct buf kept = p->text;

    if ((r->list->within != NULL && !paper_within(p, v, r->list->within)) ||
        (r->list->keep != NULL && !r->list->keep(p, v)))
        return;
    put_key(p, v, r->list->sort, &row.key);
    p->text = (struct buf){0};
    for (size_t i = 0; i < columns_of(r->list); i++) {
        const struct paper_column *c = &r->list->column[i];
        struct buf cell = {0};
        if (c->make != NULL)
            c->make(p, v, &cell);
        else if (c->paths != NULL)
            paper_value(p, v, c->paths, &cell);
        paper_add(p, buf_bytes(&cell));
        buf_wipe_deinit(&cell);
    }
    row.text = p->text;
    p->text = kept;
    buf_put(&r->row, &row, sizeof row);
}

static int row_compare(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int c = bytes_compare(buf_bytes(&x->key), buf_bytes(&y->key));

    return c != 0 ? c : bytes_compare(buf_bytes(&x->text), buf_bytes(&y->text));
}

static void put_rows(struct paper *p, struct rows *r)
{
    struct row *row = (struct row *)(void *)r->row.p;
    size_t n = r->row.n / sizeof *row;

    if (n > 0)
        qsort(row, n, sizeof *row, row_compare);
    for (size_t i = 0; i < n; i++) {
        buf_printf(&p->text, "row\t%zu", i + 1);
        buf_put_bytes(&p->text, buf_bytes(&row[i].text));
        paper_end(p);
        buf_wipe_deinit(&row[i].key);
        buf_wipe_deinit(&row[i].text);
    }
    buf_deinit(&r->row);
}

static void put_head(struct paper *p, const struct paper_list *l)
{
    unsigned all = 0;
    size_t n = columns_of(l);

    for (size_t i = 0; i < n; i++)
        all += l->column[i].width;
    buf_printf(&p->text, "table\t%u\tc", l->size);
    for (size_t i = 0; i < n; i++)
        buf_put_u8(&p->text, (uint8_t)l->column[i].align);
    buf_printf(&p->text, "\t%u", all * NUMBER_WIDTH / 100 + 1);
    for (size_t i = 0; i < n; i++)
        buf_printf(&p->text, "\t%u", l->column[i].width);
    buf_put_str(&p->text, "\nhead\tTT");
    for (size_t i = 0; i < n; i++)
        paper_add(p, bytes_of_str(l->column[i].head));
    paper_end(p);
}

static void put_title(struct paper *p)
{
    struct buf period = {0}, rule = {0};
    struct rules rules;

    rules_init(&rules);
    if (p->form->list->rule != NULL)
        paper_fail(p, rules_load_of(&rules, p->book, &p->book->replica.org));
    const struct rules_pack *pack = rules_choose(&rules, &p->book->replica.org, "mau", p->today);
    const char *name = p->form->list->rule == NULL ? NULL : rules_text(pack, p->form->list->rule);
    if (name != NULL)
        buf_printf(&rule, "(%s)", name);
    paper_period(p, &period);
    paper_put(p, "title", p->form->title, buf_cstr(&rule), buf_cstr(&period), NULL);
    rules_deinit(&rules);
    buf_deinit(&period);
    buf_deinit(&rule);
}

void paper_list(struct paper *p)
{
    paper_heading(p, NULL, p->blank ? 0 : p->today);
    put_title(p);
    for (const struct paper_list *l = p->form->list; l->kind != NULL; l++) {
        struct rows rows = {l, {0}};
        bool single = l == p->form->list && l[1].kind == NULL;
        if (l->caption != NULL)
            paper_put(p, "part", l->caption, NULL);
        put_head(p, l);
        if (p->blank)
            buf_printf(&p->text, "rows\t%u\n", single ? BLANK_ROWS : BLANK_ROWS / 3);
        else
            paper_each(p, l->kind, collect, &rows);
        put_rows(p, &rows);
    }
    paper_sign(p, "NGƯỜI LẬP", "T/M CHI BỘ\nBÍ THƯ", NULL);
}
