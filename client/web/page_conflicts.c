/* page_conflicts.c - what several people wrote differently: each value beside what was there before, and a button that
 * takes one of them, or another. */
#include <stdio.h>

#include "../../common/language.h"
#include "../alike.h"
#include "../cmd_conflicts.h"
#include "../form.h"
#include "page_seen.h"

struct listing {
    struct page *page;
    struct print p;
    size_t number;
    enum err err;
};

/* By whom and when. */
static void put_author(struct listing *l, const struct past_value *w, struct buf *out)
{
    struct buf line = {0};

    if (w != NULL) {
        print_person(&l->p, &w->person, &line);
        if (w->time != 0) {
            buf_put_str(&line, ", ");
            print_time(w->time, false, &line);
        }
        html_element(out, "small", NULL, buf_cstr(&line));
    }
    buf_deinit(&line);
}

static void put_choice(struct listing *l, const struct conflict *c, const struct past *past, size_t i, size_t number)
{
    struct buf *out = &l->page->body, text = {0};
    const struct candidate *of = &c->entry->candidate[i];

    entry_print(c->field, of->value, &l->p.refs.entry, &text);
    buf_printf(out, "<label class=\"box\"><input type=\"radio\" name=\"chon\" value=\"%zu\"> <span>", number);
    html_str(out, number == 1 ? _("mine  ") : _("theirs"));
    html_put(out, ": ");
    html_element(out, "b", "text", text.n == 0 ? "–" : buf_cstr(&text));
    html_put(out, " ");
    put_author(l, past_of(past, c->entry->tag, of, &l->page->env->book.replica.device), out);
    html_put(out, "</span></label>\n");
    buf_wipe_deinit(&text);
}

static void put_base(struct listing *l, const struct conflict *c)
{
    struct buf text = {0};

    if (c->base == NULL)
        return;
    entry_print(c->field, buf_bytes(&c->base->value), &l->p.refs.entry, &text);
    html_put(&l->page->body, "<p>");
    html_str(&l->page->body, _("before"));
    html_put(&l->page->body, ": ");
    html_element(&l->page->body, "b", "text", text.n == 0 ? "–" : buf_cstr(&text));
    html_put(&l->page->body, "</p>\n");
    buf_wipe_deinit(&text);
}

static void put_head(struct listing *l, const struct view *v)
{
    struct buf title = {0}, path = {0};
    char hex[ID_TEXT_SIZE];

    id_print(&v->record, hex);
    buf_printf(&path, "/xem/%s", hex);
    buf_printf(&title, "%zu. %s: ", ++l->number, _(schema_kind(v->kind)->label));
    refs_title(&l->p.refs, v, &title);
    html_put(&l->page->body, "<section><h2>");
    html_link(&l->page->body, buf_cstr(&path), buf_cstr(&title));
    html_put(&l->page->body, "</h2>\n");
    buf_wipe_deinit(&title);
    buf_deinit(&path);
}

static void begin(struct listing *l, const struct view *v, const char *field, const char *seen)
{
    struct page *p = l->page;
    char hex[ID_TEXT_SIZE];

    id_print(&v->record, hex);
    page_form_begin(p, "/khac", "");
    page_seen_put(p, seen);
    html_put(&p->body, "<input type=\"hidden\" name=\"ma\"");
    html_attr(&p->body, "value", hex);
    html_put(&p->body, "><input type=\"hidden\" name=\"muc\"");
    html_attr(&p->body, "value", field);
    html_put(&p->body, ">\n");
}

static void put_field(struct listing *l, const struct view *v, const struct past *past, const struct field_info *f,
                      const char *seen)
{
    struct page *p = l->page;
    struct conflict c;
    size_t number = 1;

    conflict_look(&c, &p->env->book, v, past, f);
    put_head(l, v);
    begin(l, v, f->name, seen);
    html_put(&p->body, "<fieldset class=\"field\"><legend>");
    html_str(&p->body, _(f->label));
    html_put(&p->body, "</legend>\n");
    put_base(l, &c);
    put_choice(l, &c, past, c.mine, number);
    for (size_t i = 0; i < c.entry->count; i++)
        if (i != c.mine)
            put_choice(l, &c, past, i, ++number);
    html_put(&p->body, "<label class=\"box\"><input type=\"radio\" name=\"chon\" value=\"khac\"> <span>");
    html_str(&p->body, _("another value:"));
    html_put(&p->body, " <input type=\"text\" name=\"gia-tri\"");
    html_attr(&p->body, "aria-label", _("another value:"));
    html_put(&p->body, "></span></label>\n</fieldset><p class=\"buttons\">");
    page_button(p, "lam", "chon", _("Settle it"), true);
    html_put(&p->body, "</p>\n");
    page_form_end(p);
    html_put(&p->body, "</section>\n");
}

static void put_returned(struct listing *l, const struct view *v, const char *seen)
{
    struct page *p = l->page;

    put_head(l, v);
    html_element(&p->body, "p", NULL, _("deleted elsewhere, written to since"));
    begin(l, v, "", seen);
    html_put(&p->body, "<p class=\"buttons\">");
    page_button(p, "lam", "de-lai", _("Let it stand again"), true);
    page_button(p, "lam", "bo", _("Make void"), false);
    html_put(&p->body, "</p>\n");
    page_form_end(p);
    html_put(&p->body, "</section>\n");
}

static bool visit(void *arg, struct view *v)
{
    struct listing *l = arg;
    struct book *b = &l->page->env->book;
    const struct kind_info *k = schema_kind(v->kind);
    char seen[GUARD_TEXT_SIZE];
    struct past past;

    if (conflict_count(b, v) == 0)
        return true;
    l->err = past_load(&past, b, v->kind, &v->record);
    if (l->err == ERR_OK)
        l->err = page_seen(&l->p, v, seen);
    if (l->err == ERR_OK && replica_view_void(v) == CLOSE_RETURNED)
        put_returned(l, v, seen);
    for (size_t i = 0; l->err == ERR_OK && i < k->fields; i++)
        if (conflict_waits(b, v, &k->field[i]))
            put_field(l, v, &past, &k->field[i], seen);
    past_deinit(&past);
    return l->err == ERR_OK;
}

static enum err list(struct page *p)
{
    struct book *b = &p->env->book;
    struct listing l = {.page = p};
    struct buf alike = {0};
    enum err e = book_begin(b, false);

    page_title(p, _("Written differently"));
    if (e == ERR_OK)
        e = print_init(&l.p, b);
    if (e == ERR_OK)
        e = replica_each_waiting(book_txn(b), &b->replica, visit, &l);
    if (e == ERR_OK)
        e = l.err;
    if (e == ERR_OK)
        e = alike_list(&l.p, false, &alike);
    if (alike.n > 0)
        page_text(p, "lines", &alike);
    else if (l.number == 0)
        html_element(&p->body, "p", NULL, _("Nothing waits for anybody."));
    print_deinit(&l.p);
    book_abort(b);
    buf_deinit(&alike);
    return e;
}

/* --- settling --- */

/* What was chosen was chosen among what stood on the page. */
static enum err same_as_seen(struct page *p, const struct kind_info **k, struct id *id)
{
    struct book *b = &p->env->book;
    struct print print = {0};
    struct view v;
    enum err e = book_begin(b, false);

    p->rest = param_get(&p->form, "ma");
    if (e == ERR_OK)
        e = page_record(p, k, id);
    if (e == ERR_OK)
        e = print_init(&print, b);
    if (e == ERR_OK)
        e = replica_view(book_txn(b), &b->replica, (*k)->number, id, &v);
    if (e == ERR_OK) {
        e = page_seen_check(p, &print, &v);
        replica_view_deinit(&v);
    }
    print_deinit(&print);
    book_abort(b);
    return e;
}

static enum err keep_or_void(struct page *p, const struct kind_info *k, const struct id *id, bool keep)
{
    struct record_written w = {0};
    enum err e = book_begin(&p->env->book, true);

    if (e == ERR_OK)
        e = (keep ? record_restore : record_void)(&p->env->book, k, id, &w);
    if (e == ERR_OK)
        e = book_commit(&p->env->book);
    book_abort(&p->env->book);
    return e;
}

static enum err settle(struct page *p)
{
    const char *what = param_get(&p->form, "lam"), *chosen = param_get(&p->form, "chon");
    const struct kind_info *k = NULL;
    struct id id;
    const bool other = strcmp(chosen, "khac") == 0;
    const struct conflict_choice choice = {param_get(&p->form, "muc"), other ? param_get(&p->form, "gia-tri") : chosen};
    enum err e = same_as_seen(p, &k, &id);

    if (e == ERR_OK && (strcmp(what, "de-lai") == 0 || strcmp(what, "bo") == 0))
        return keep_or_void(p, k, &id, what[0] == 'd');
    if (e == ERR_OK && chosen[0] == 0)
        return cmd_explain(p->env, ERR_MISSING_FIELD, "", _("Choose one of the values first."));
    if (e == ERR_OK)
        e = cmd_conflicts_settle(p->env, param_get(&p->form, "ma"), &choice, 1, !other);
    buf_clear(&p->env->out.text);
    return e;
}

enum err page_conflicts(struct page *p)
{
    struct buf sentence = {0};
    enum err e = p->post ? settle(p) : ERR_OK;

    if (p->post && e == ERR_OK) {
        buf_printf(&p->site->note, "%s\n", _("Settled. Not sent to the ward yet."));
        page_go(p, "/khac", "");
        return ERR_OK;
    }
    if (e != ERR_OK) {
        page_sentence(e, buf_cstr(&p->env->why), &sentence);
        page_notice(p, "wrong", buf_cstr(&sentence));
        p->status = 422;
    }
    buf_deinit(&sentence);
    return list(p);
}
