/* choice.c - see choice.h. */
#include "choice.h"

#include <stdlib.h>

#include "../common/language.h"
#include "../common/text.h"
#include "../proto/org_change.h"
#include "order.h"
#include "out.h"

struct loading {
    struct choice *c;
    struct refs refs;
    const struct id *org;
    struct book *book;
};

static bool load_visit(void *arg, struct view *v)
{
    struct loading *l = arg;
    struct choice *c = l->c;
    struct choice_item *item;

    if (replica_view_void(v) == CLOSE_VOID)
        return true;
    bool ours = true; /* also those of a cell that became part of it */
    if (l->org != NULL && (org_leads_to(book_txn(l->book), &v->org, l->org, &ours) != ERR_OK || !ours))
        return true;
    if (c->count == c->cap) {
        c->cap = c->cap == 0 ? 64 : 2 * c->cap;
        c->item = realloc(c->item, c->cap * sizeof(*c->item));
        assert(c->item != NULL);
    }
    item = &c->item[c->count++];
    *item = (struct choice_item){.id = v->record};
    refs_title(&l->refs, v, &item->title);
    order_key(v, &item->key);
    if (item->key.n == 0)
        (void)!text_sort_key(buf_bytes(&item->title), &item->key);
    return true;
}

static int order(const void *a, const void *b)
{
    const struct choice_item *x = a, *y = b;
    int c = bytes_compare(buf_bytes(&x->key), buf_bytes(&y->key));
    return c != 0 ? c : id_compare(&x->id, &y->id);
}

enum err choice_load(struct choice *c, struct book *book, uint32_t kind, const struct id *org)
{
    struct loading l = {.c = c, .org = org, .book = book};
    memset(c, 0, sizeof(*c));
    refs_init(&l.refs, book);
    enum err e = replica_each(book_txn(book), &book->replica, kind, load_visit, &l);
    refs_deinit(&l.refs);
    if (c->count > 0)
        qsort(c->item, c->count, sizeof(*c->item), order);
    return e;
}

void choice_deinit(struct choice *c)
{
    for (size_t i = 0; i < c->count; i++) {
        buf_wipe_deinit(&c->item[i].title);
        buf_wipe_deinit(&c->item[i].key);
    }
    free(c->item);
    memset(c, 0, sizeof(*c));
}

void choice_print(const struct choice *c, struct buf *out)
{
    for (size_t i = 0; i < c->count; i++) {
        buf_printf(out, "  %3zu  ", i + 1);
        buf_put_bytes(out, buf_bytes(&c->item[i].title));
        buf_put_str(out, "\n");
    }
}

static bool take_number(const char **p, size_t max, size_t *out)
{
    size_t n = 0;
    const char *from = *p;
    for (; **p >= '0' && **p <= '9' && n <= max; ++*p)
        n = 10 * n + (size_t)(**p - '0');
    *out = n;
    return *p > from && n >= 1 && n <= max;
}

enum err choice_numbers(const struct choice *c, const char *text, bool *chosen)
{
    const char *p = text;
    size_t from, to;
    for (;;) {
        while (*p == ' ' || *p == ',' || *p == ';')
            p++;
        if (*p == 0)
            return ERR_OK;
        if (!take_number(&p, c->count, &from))
            return ERR_BAD_VALUE;
        to = from;
        if (*p == '-') {
            p++;
            if (!take_number(&p, c->count, &to) || to < from)
                return ERR_BAD_VALUE;
        }
        if (*p != 0 && *p != ' ' && *p != ',' && *p != ';')
            return ERR_BAD_VALUE;
        for (; from <= to; from++)
            chosen[from - 1] = true;
    }
}

static bool only_one(const struct choice *c, const char *text, bool *chosen, size_t *which)
{
    size_t n = 0;

    memset(chosen, 0, c->count);
    if (choice_numbers(c, text, chosen) != ERR_OK)
        return false;
    for (size_t i = 0; i < c->count; i++)
        if (chosen[i]) {
            *which = i;
            n++;
        }
    return n == 1;
}

enum ask_answer choice_ask(const struct choice *c, struct ask *ask, const char *question, size_t *which)
{
    struct buf line = {0}, last = {0};
    bool *chosen = mem_alloc(c->count), done = false;
    enum ask_answer a;

    choice_print(c, &line);
    out_write(ask->fd, buf_bytes(&line));
    buf_printf(&last, "%zu", c->count);
    do {
        a = ask_line(ask, question, buf_cstr(&last), &line);
        done = a != ASK_TEXT || only_one(c, line.n == 0 ? buf_cstr(&last) : buf_cstr(&line), chosen, which);
        if (!done)
            ask_say(ask, _("  ✗ One number of the list, please."));
    } while (!done);
    buf_deinit(&line);
    buf_deinit(&last);
    free(chosen);
    return a;
}
