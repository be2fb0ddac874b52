/* page_form.c - a new record, and changes of one that is there, as a form of a page. */
#include <stdlib.h>

#include "../../common/date.h"
#include "../../common/language.h"
#include "../../common/period.h"
#include "../../common/text.h"
#include "../whom.h"
#include "../word.h"
#include "page_draft.h"

/* --- a new record --- */

/* What is mostly so; a person sees it and may say otherwise. What the address names comes before it. */
static void put_defaults(struct page_draft *d)
{
    const struct kind_info *k = d->form.kind;
    char date[DATE_TEXT_SIZE], period[PERIOD_TEXT_SIZE];

    date_print(d->page->env->today, date);
    period_print(period_of_date(d->page->env->today), period);
    for (size_t i = 0; i < k->fields; i++) {
        const struct field_info *f = &k->field[i];
        const char *given = param_get(&d->page->query, f->name);
        if (given[0] != 0)
            form_default(&d->form, f->name, given);
        else if (f->type == TYPE_DATE && f->required && f->whole)
            form_default(&d->form, f->name, date);
        else if (f->type == TYPE_PERIOD && f->required && f->whole)
            form_default(&d->form, f->name, period);
    }
}

static enum err draw_new(struct page_draft *d)
{
    struct buf title = {0};

    buf_printf(&title, _("Record: %s"), _(d->form.kind->label));
    page_title(d->page, buf_cstr(&title));
    buf_deinit(&title);
    return page_draft_put(d, "/ghi/", d->form.kind->word);
}

/* About whom is it, where several have one name? Asked once. */
static enum err doubtful(struct page_draft *d, bool *asks)
{
    const struct kind_info *k = d->form.kind;
    const struct field_info *link = strcmp(k->name, "residence_comment") == 0 ? schema_field_named(k, "link") : NULL;
    struct page *p = d->page;
    struct whom whom = {0};
    struct print print;
    struct id id;

    *asks = false;
    if (link == NULL || param_given(&p->form, "chac") || id_parse(buf_cstr(form_answer(&d->form, link)), &id) != ERR_OK)
        return ERR_OK;
    enum err e = print_init(&print, &p->env->book);
    if (e == ERR_OK)
        e = whom_of_link(&print, &id, &whom);
    print_deinit(&print);
    if (e == ERR_OK && whom.namesakes > 0) {
        *asks = true;
        page_notice(p, "wrong", _("Several members have this name. Is it this one? Then record it once more."));
        page_notice(p, "note", buf_cstr(&whom.line));
    }
    whom_deinit(&whom);
    return e;
}

static enum err save_new(struct page_draft *d)
{
    struct page *p = d->page;
    struct record_written w = {0};
    enum err e = form_save(&d->form, p->env, &w);

    if (e == ERR_OK) {
        page_draft_saved(d, &w);
        return ERR_OK;
    }
    if (err_class(e) != ERR_CLASS_INPUT && err_class(e) != ERR_CLASS_REFUSED)
        return e;
    if (w.field != NULL) {
        page_draft_blame(d, w.field, e, "");
    } else {
        struct buf text = {0};
        page_sentence(e, buf_cstr(&p->env->why), &text);
        page_notice(p, "wrong", buf_cstr(&text));
        p->status = 422;
        buf_deinit(&text);
    }
    return ERR_OK;
}

static enum err drop(struct page_draft *d, const char *path, const char *rest)
{
    struct book *b = &d->page->env->book;
    enum err e = book_begin(b, true);

    if (e == ERR_OK)
        e = form_drop(&d->form, d->page->env);
    if (e == ERR_OK)
        e = book_commit(b);
    book_abort(b);
    page_go(d->page, path, rest);
    return e;
}

/* The draft is durable before anything is judged. Where another program writes, it is shown again with the reason. */
static enum err keep(struct page_draft *d, const struct form *typed, bool *may_write)
{
    struct page *p = d->page;
    struct buf text = {0};
    enum err e = form_keep(typed, p->env);

    *may_write = e == ERR_OK;
    if (e != ERR_LOCKED)
        return e;
    page_sentence(e, _("Nothing was saved; what you typed stands below. Try again in a moment."), &text);
    page_notice(p, "wrong", buf_cstr(&text));
    p->status = 503;
    buf_deinit(&text);
    return ERR_OK;
}

static enum err post_new(struct page_draft *d)
{
    struct book *b = &d->page->env->book;
    const bool save = page_draft_wants(d, PAGE_DRAFT_SAVE);
    bool may_write, asks = false;

    if (page_draft_was_saved(d))
        return ERR_OK;
    if (page_draft_wants(d, PAGE_DRAFT_DROP))
        return drop(d, "/", "");
    page_draft_take(d);
    enum err e = keep(d, &d->form, &may_write);
    if (e == ERR_OK)
        e = book_begin(b, false);
    if (e == ERR_OK)
        page_draft_check(d, NULL, save);
    if (e == ERR_OK && save && d->wrong == 0)
        e = doubtful(d, &asks);
    book_abort(b);
    if (e == ERR_OK && save && may_write && d->wrong == 0 && !asks)
        e = save_new(d);
    if (e != ERR_OK || d->page->target[0] != 0)
        return e;
    if (!save && may_write)
        page_notice(d->page, "note", _("Kept on this machine. It is not in the book yet."));
    d->sure = asks;
    e = book_begin(b, false);
    if (e == ERR_OK)
        e = draw_new(d);
    book_abort(b);
    return e;
}

enum err page_new(struct page *p)
{
    const char *close;
    const struct kind_info *k = word_kind(p->rest, &close);
    struct page_draft d;

    if (k == NULL)
        return ERR_UNKNOWN_KIND;
    page_draft_init(&d, p, k);
    enum err e = ERR_OK;
    if (p->post) {
        e = post_new(&d);
    } else {
        e = book_begin(&p->env->book, false);
        put_defaults(&d);
        if (e == ERR_OK)
            e = form_recall_within(&d.form, p->env, &d.recalled);
        if (e == ERR_OK)
            e = draw_new(&d);
        book_abort(&p->env->book);
    }
    page_draft_deinit(&d);
    return e;
}

/* --- changes --- */

struct editing {
    struct page_draft d;
    struct id id;
    struct buf now[CHANGE_TRIPLES_MAX]; /* what stands there */
    bool changed[CHANGE_TRIPLES_MAX];
    bool is_signed;
};

static void change_deinit(struct editing *c)
{
    for (size_t i = 0; i < CHANGE_TRIPLES_MAX; i++)
        buf_wipe_deinit(&c->now[i]);
    page_draft_deinit(&c->d);
}

/* As the page shows it and gets it back. */
static void shown(struct buf *text)
{
    struct buf clean = {0};
    text_show(buf_bytes(text), &clean);
    buf_clear(text);
    buf_put_bytes(text, buf_bytes(&clean));
    buf_wipe_deinit(&clean);
}

static enum err load(struct editing *c, struct page *p)
{
    const struct kind_info *k = NULL;
    struct refs refs;
    struct view v;
    enum err e = page_record(p, &k, &c->id);

    if (e == ERR_OK)
        e = replica_view(book_txn(&p->env->book), &p->env->book.replica, k->number, &c->id, &v);
    if (e != ERR_OK)
        return e;
    page_draft_init(&c->d, p, k);
    c->d.change = true;
    c->d.form.record = c->id;
    e = record_is_signed(&p->env->book, &v, &c->is_signed);
    refs_init(&refs, &p->env->book);
    for (size_t i = 0; i < k->fields; i++) {
        const struct entry *entry = replica_view_entry(&v, &k->field[i]);
        page_field_answer(&k->field[i], entry, &refs, &c->now[i]);
        shown(&c->now[i]);
        c->d.fixed[i] = k->field[i].merge == MERGE_IMMUTABLE;
        if (c->d.fixed[i] && entry != NULL)
            entry_print(&k->field[i], entry->candidate[0].value, &refs.entry, &c->d.echo[i]);
    }
    refs_deinit(&refs);
    replica_view_deinit(&v);
    return e;
}

static enum err draw_change(struct editing *c)
{
    struct buf title = {0};

    buf_printf(&title, c->is_signed ? _("Amend what is signed: %s") : _("Change: %s"), _(c->d.form.kind->label));
    page_title(c->d.page, buf_cstr(&title));
    buf_deinit(&title);
    return page_draft_put(&c->d, "/sua/", c->d.page->rest);
}

static bool same(const struct buf *a, const struct buf *b)
{
    return bytes_equal(buf_bytes(a), buf_bytes(b));
}

/* Which fields the person changed. One that somebody else changed meanwhile is looked at again, with the value that
 * stands there now. */
static void compare(struct editing *c)
{
    struct page_draft *d = &c->d;
    struct buf why = {0};

    for (size_t i = 0; i < d->form.kind->fields; i++) {
        const struct field_info *f = &d->form.kind->field[i];
        c->changed[i] = page_field_typed(f) && !d->fixed[i] && !same(&d->form.answer[i], &d->before[i]);
        if (c->changed[i] && !same(&d->before[i], &c->now[i]) && !same(&d->form.answer[i], &c->now[i])) {
            buf_clear(&why);
            buf_printf(&why, _("Meanwhile it became: %s. If yours is right, record it once more."),
                       buf_cstr(&c->now[i]));
            page_draft_blame(d, f, ERR_STALE_BASE, buf_cstr(&why));
        }
        if (!c->changed[i]) { /* nothing of theirs: what stands there now is shown */
            buf_clear(&d->form.answer[i]);
            buf_put_bytes(&d->form.answer[i], buf_bytes(&c->now[i]));
        }
        buf_clear(&d->before[i]);
        buf_put_bytes(&d->before[i], buf_bytes(&c->now[i]));
    }
    buf_deinit(&why);
}

/* Only what was changed is half-way: the rest may change while it waits. */
static enum err keep_changed(struct editing *c, bool *may_write)
{
    struct form typed;

    form_init(&typed, c->d.form.kind);
    typed.record = c->id;
    for (size_t i = 0; i < typed.kind->fields; i++)
        if (c->changed[i])
            buf_put_bytes(&typed.answer[i], buf_bytes(&c->d.form.answer[i]));
    enum err e = keep(&c->d, &typed, may_write);
    form_deinit(&typed);
    return e;
}

/* A list that lost something is written anew; one that only grew, and a single value, as it is. */
static enum err clear_lists(struct editing *c)
{
    struct page_draft *d = &c->d;
    char why[ENTRY_WHY_SIZE];

    for (size_t i = 0; i < d->form.kind->fields; i++) {
        const struct field_info *f = &d->form.kind->field[i];
        struct fields_value *v = fields_value(&d->fields, f);
        if (!c->changed[i] || (!f->list && d->form.answer[i].n > 0))
            continue;
        if (f->list) {
            v->given = v->clear = true;
            continue;
        }
        enum err e = fields_set(&d->fields, f, "", d->page->env->today, NULL, why);
        if (e != ERR_OK)
            page_draft_blame(d, f, e, why);
    }
    return ERR_OK;
}

static enum err save_change(struct editing *c)
{
    struct page *p = c->d.page;
    struct book *b = &p->env->book;
    struct record_written w = {0};
    enum err e = book_begin(b, true);

    if (e == ERR_OK)
        e = (c->is_signed ? record_amend : record_edit)(b, &c->id, &c->d.fields, &w);
    if (e == ERR_OK)
        e = form_drop(&c->d.form, p->env);
    if (e == ERR_OK)
        e = book_commit(b);
    book_abort(b);
    if (e == ERR_OK) {
        page_draft_saved(&c->d, &w);
    } else if (w.field != NULL) {
        page_draft_blame(&c->d, w.field, e, "");
        e = ERR_OK;
    }
    return e;
}

static enum err post_change(struct editing *c)
{
    struct page_draft *d = &c->d;
    struct book *b = &d->page->env->book;
    const bool save = page_draft_wants(d, PAGE_DRAFT_SAVE);
    bool may_write;

    if (page_draft_was_saved(d))
        return ERR_OK;
    if (page_draft_wants(d, PAGE_DRAFT_DROP))
        return drop(d, "/xem/", d->page->rest);
    page_draft_take(d);
    compare(c);
    enum err e = keep_changed(c, &may_write);
    if (e == ERR_OK)
        e = book_begin(b, false);
    if (e == ERR_OK) {
        page_draft_check(d, c->changed, false);
        e = clear_lists(c);
    }
    book_abort(b);
    if (e == ERR_OK && save && may_write && d->wrong == 0)
        e = save_change(c);
    if (e != ERR_OK || d->page->target[0] != 0)
        return e;
    e = book_begin(b, false);
    if (e == ERR_OK)
        e = draw_change(c);
    book_abort(b);
    return e;
}

enum err page_edit(struct page *p)
{
    struct editing *c = mem_alloc(sizeof(*c));
    struct book *b = &p->env->book;
    enum err e = book_begin(b, false);

    if (e == ERR_OK)
        e = load(c, p);
    if (e == ERR_OK && !p->post) {
        for (size_t i = 0; i < c->d.form.kind->fields; i++) {
            buf_put_bytes(&c->d.form.answer[i], buf_bytes(&c->now[i]));
            buf_put_bytes(&c->d.before[i], buf_bytes(&c->now[i]));
        }
        e = form_recall_within(&c->d.form, p->env, &c->d.recalled);
        if (e == ERR_OK)
            e = draw_change(c);
    }
    book_abort(b);
    if (e == ERR_OK && p->post)
        e = post_change(c);
    change_deinit(c);
    free(c);
    return e;
}
