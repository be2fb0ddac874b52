/* page_seen.c - see page_seen.h. And what is done with a whole record: it is signed, made void, let stand again. */
#include "page_seen.h"

#include <stdio.h>

#include "../../common/crypto.h"
#include "../../common/language.h"
#include "../form.h"
#include "../record.h"

enum err page_seen(struct print *print, const struct view *v, char seen[GUARD_TEXT_SIZE])
{
    struct buf json = {0};
    uint8_t hash[GUARD_RANDOM];
    enum err e = print_json(print, v, false, &json);
    const struct bytes all = buf_bytes(&json);

    crypto_blake2b(hash, sizeof(hash), bytes_of(NULL, 0), &all, 1);
    for (size_t i = 0; i < sizeof(hash); i++)
        snprintf(seen + 2 * i, 3, "%02x", hash[i]);
    buf_wipe_deinit(&json);
    return e;
}

void page_seen_put(struct page *p, const char *seen)
{
    html_put(&p->body, "<input type=\"hidden\" name=\"thay\"");
    html_attr(&p->body, "value", seen);
    html_put(&p->body, ">\n");
}

enum err page_seen_check(struct page *p, struct print *print, const struct view *v)
{
    char seen[GUARD_TEXT_SIZE];
    enum err e = page_seen(print, v, seen);

    return e == ERR_OK && strcmp(seen, param_get(&p->form, "thay")) != 0 ? ERR_STALE_BASE : e;
}

void page_values(struct page *p, struct print *print, const struct view *v)
{
    const struct kind_info *k = schema_kind(v->kind);
    struct buf text = {0};

    html_put(&p->body, "<table class=\"record\">\n");
    for (size_t i = 0; i < k->fields; i++) {
        buf_clear(&text);
        print_field(print, &k->field[i], v, &text);
        if (text.n == 0)
            continue;
        html_put(&p->body, "<tr><th scope=\"row\">");
        html_str(&p->body, _(k->field[i].label));
        html_put(&p->body, "</th><td class=\"text\">");
        html_text(&p->body, buf_bytes(&text));
        html_put(&p->body, "</td></tr>\n");
    }
    html_put(&p->body, "</table>\n");
    buf_wipe_deinit(&text);
}

/* --- what is done with a whole record --- */

struct deed {
    const char *path, *title, *button, *warning; /* msgids */
    enum err (*run)(struct book *b, const struct kind_info *k, const struct id *id, struct record_written *w);
};

static const struct deed sign = {"/ky/", N_("Sign"), N_("Yes, sign it"),
                                 N_("From then on the text stands. What is wrong in it is amended, "
                                    "and stays readable."),
                                 record_sign};
static const struct deed make_void = {"/xoa/", N_("Make void"), N_("Yes, make it void"),
                                      N_("It is not counted any more. It stays readable, and can be let stand again."),
                                      record_void};
static const struct deed restore = {"/xoa/", N_("Let it stand again"), N_("Yes, let it stand"), N_("It counts again."),
                                    record_restore};

static enum err ask(struct page *p, const struct deed *d, struct print *print, const struct view *v)
{
    char seen[GUARD_TEXT_SIZE], hex[ID_TEXT_SIZE];
    struct buf title = {0};
    enum err e = page_seen(print, v, seen);

    buf_printf(&title, "%s: %s ", _(d->title), _(schema_kind(v->kind)->label));
    refs_title(&print->refs, v, &title);
    page_title(p, buf_cstr(&title));
    page_values(p, print, v);
    page_notice(p, "note", _(d->warning));
    id_print(&v->record, hex);
    page_form_begin(p, d->path, hex);
    page_seen_put(p, seen);
    html_put(&p->body, "<p class=\"buttons\">");
    page_button(p, "lam", "co", _(d->button), true);
    html_put(&p->body, "</p>");
    page_form_end(p);
    buf_wipe_deinit(&title);
    return e;
}

static enum err carry_out(struct page *p, const struct deed *d, struct print *print, const struct view *v)
{
    const struct kind_info *k = schema_kind(v->kind);
    struct record_written w = {0};
    char hex[ID_TEXT_SIZE];
    enum err e = page_seen_check(p, print, v);

    if (e == ERR_OK)
        e = d->run(&p->env->book, k, &v->record, &w);
    if (e == ERR_OK)
        e = book_commit(&p->env->book);
    if (e == ERR_OK) {
        id_print(&v->record, hex);
        form_note_written(k, &w, &p->site->note);
        page_go(p, "/xem/", hex);
    }
    return e;
}

static enum err deed(struct page *p, bool signing)
{
    struct book *b = &p->env->book;
    const struct kind_info *k = NULL;
    struct print print = {0};
    struct view v;
    struct id id;
    enum err e = book_begin(b, p->post);

    if (e == ERR_OK)
        e = page_record(p, &k, &id);
    if (e == ERR_OK)
        e = print_init(&print, b);
    if (e == ERR_OK)
        e = replica_view(book_txn(b), &b->replica, k->number, &id, &v);
    if (e == ERR_OK) {
        const struct deed *d = signing ? &sign : replica_view_void(&v) == CLOSE_VOID ? &restore : &make_void;
        e = (p->post ? carry_out : ask)(p, d, &print, &v);
        replica_view_deinit(&v);
    }
    print_deinit(&print);
    book_abort(b);
    return e;
}

enum err page_sign(struct page *p)
{
    return deed(p, true);
}

enum err page_void(struct page *p)
{
    return deed(p, false);
}
