/* page_list.c - the records of one kind, in the order people look for them, and those that hold some words; one record
 * whole, with its history. */
#include <stdio.h>

#include "../../common/language.h"
#include "../../common/text.h"
#include "../due.h"
#include "../order.h"
#include "../print_history.h"
#include "../record.h"
#include "../supplement.h"
#include "../word.h"
#include "page_seen.h"

/* --- a list --- */

struct listing {
    struct page *page;
    struct print p;
    struct order order;
    struct buf rows, key; /* key: the folded words that are looked for */
    size_t shown, left;
};

static bool is_sought(struct listing *l, const struct buf *title)
{
    struct buf key = {0};
    bool found = l->key.n == 0 || (text_key(buf_bytes(title), &key) == ERR_OK &&
                                   strstr(buf_cstr(&key), buf_cstr(&l->key)) != NULL);
    buf_wipe_deinit(&key);
    return found;
}

static void put_flags(struct listing *l, const struct view *v, struct buf *out)
{
    html_str(out, _(print_sync_label(print_sync(&l->p, v))));
    if (replica_view_conflict(v))
        html_element(out, "b", NULL, _("several values"));
    if (replica_view_void(v) == CLOSE_RETURNED)
        html_element(out, "b", NULL, _("deleted elsewhere, written to since"));
}

static bool visit(void *arg, struct view *v)
{
    struct listing *l = arg;
    struct buf title = {0}, path = {0};
    char hex[ID_TEXT_SIZE];

    if (replica_view_void(v) == CLOSE_VOID)
        return true;
    refs_title(&l->p.refs, v, &title);
    id_print(&v->record, hex);
    if (title.n == 0)
        buf_put_str(&title, hex);
    if (is_sought(l, &title)) {
        const size_t from = l->rows.n;
        buf_printf(&path, "/xem/%s", hex);
        html_put(&l->rows, "<tr><th scope=\"row\">");
        html_link(&l->rows, buf_cstr(&path), buf_cstr(&title));
        html_put(&l->rows, "</th><td>");
        put_flags(l, v, &l->rows);
        html_put(&l->rows, "</td></tr>\n");
        order_put(&l->order, v, &l->rows, from);
        l->shown++;
    }
    buf_wipe_deinit(&title);
    buf_deinit(&path);
    return l->shown < PAGE_ROWS_MAX;
}

static void put_search(struct page *p, const struct kind_info *k, const char *words)
{
    struct buf path = {0};

    buf_printf(&path, "/ds/%s", k->word);
    html_put(&p->body, "<form method=\"get\" class=\"search\"");
    html_attr(&p->body, "action", buf_cstr(&path));
    html_put(&p->body, "><label for=\"tim\">");
    html_str(&p->body, _("Find, with or without marks"));
    html_put(&p->body, "</label><input type=\"search\" id=\"tim\" name=\"tim\"");
    html_attr(&p->body, "value", words);
    html_put(&p->body, "><button>");
    html_str(&p->body, _("Find"));
    html_put(&p->body, "</button></form>\n<p class=\"actions\">");
    buf_clear(&path);
    buf_printf(&path, "/ghi/%s", k->word);
    html_link(&p->body, buf_cstr(&path), _("Record one"));
    html_put(&p->body, "</p>\n");
    buf_deinit(&path);
}

static enum err list(struct listing *l, const struct kind_info *k)
{
    struct page *p = l->page;
    struct book *b = &p->env->book;
    struct buf line = {0};
    enum err e = print_init(&l->p, b);

    order_init(&l->order, k);
    if (e == ERR_OK)
        e = replica_each(book_txn(b), &b->replica, k->number, visit, l);
    order_flush(&l->order, &l->rows);
    order_deinit(&l->order);
    print_deinit(&l->p);
    html_put(&p->body, "<table>\n");
    buf_put_bytes(&p->body, buf_bytes(&l->rows));
    html_put(&p->body, "</table>\n");
    buf_printf(&line, _("%zu records\n"), l->shown);
    html_element(&p->body, "p", "hint", buf_cstr(&line));
    if (l->shown == PAGE_ROWS_MAX)
        page_notice(p, "note", _("There may be more. Look for a word of the one you want."));
    buf_deinit(&line);
    return e;
}

enum err page_list(struct page *p)
{
    const char *close, *words = param_get(&p->query, "tim");
    const struct kind_info *k = word_kind(p->rest, &close);
    struct listing l = {.page = p};
    enum err e = ERR_OK;

    if (k == NULL)
        return ERR_UNKNOWN_KIND;
    page_title(p, _(k->label));
    put_search(p, k, words);
    if (words[0] != 0)
        e = text_key(bytes_of_str(words), &l.key);
    if (e == ERR_OK)
        e = book_begin(&p->env->book, false);
    if (e == ERR_OK)
        e = list(&l, k);
    book_abort(&p->env->book);
    buf_wipe_deinit(&l.rows);
    buf_wipe_deinit(&l.key);
    return e;
}

/* --- one record --- */

static void put_action(struct page *p, const char *path, const char *rest, const char *label)
{
    struct buf href = {0};

    buf_printf(&href, "%s%s", path, rest);
    html_link(&p->body, buf_cstr(&href), label);
    buf_deinit(&href);
}

static void put_actions(struct page *p, const struct view *v, const struct kind_info *k, bool is_signed)
{
    char hex[ID_TEXT_SIZE], query[PAGE_TARGET_MAX];
    struct buf list = {0};

    id_print(&v->record, hex);
    html_put(&p->body, "<p class=\"actions\">");
    if (strcmp(k->name, "meeting") == 0) {
        put_action(p, "/diem-danh/", hex, _("Roll call"));
        (void)snprintf(query, sizeof(query), "/ghi/bien-ban?meeting=%s", hex);
        put_action(p, query, "", _("Write the minutes"));
    }
    put_action(p, "/sua/", hex, is_signed ? _("Amend") : _("Change"));
    if ((strcmp(k->name, "minutes") == 0 || strcmp(k->name, "resolution") == 0) && !is_signed)
        put_action(p, "/ky/", hex, _("Sign"));
    put_action(p, "/xoa/", hex, replica_view_void(v) == CLOSE_VOID ? _("Let it stand again") : _("Make void"));
    buf_printf(&list, "/ds/%s", k->word);
    put_action(p, buf_cstr(&list), "", _("All of this kind"));
    html_put(&p->body, "</p>\n");
    buf_deinit(&list);
}

static enum err put_more(struct page *p, struct print *print, const struct view *v)
{
    struct buf notes = {0}, history = {0};
    enum err e = due_note_of(&p->env->book, v->kind, &v->record, &notes);

    if (e == ERR_OK)
        e = supplement_note(print, v, &notes);
    if (e == ERR_OK && replica_view_conflict(v))
        e = print_history_conflicts(print, v, &notes);
    if (notes.n > 0)
        page_text(p, "note", &notes);
    if (e == ERR_OK)
        e = print_history(print, v, &history);
    html_put(&p->body, "<details class=\"history\">");
    html_element(&p->body, "summary", NULL, _("Every change, by whom and when"));
    page_text(p, "lines", &history);
    html_put(&p->body, "</details>\n");
    buf_wipe_deinit(&notes);
    buf_wipe_deinit(&history);
    return e;
}

static enum err show(struct page *p, struct print *print, const struct view *v, const struct kind_info *k)
{
    struct buf text = {0};
    bool is_signed = false;
    enum err e = record_is_signed(&p->env->book, v, &is_signed);

    buf_printf(&text, "%s: ", _(k->label));
    refs_title(&print->refs, v, &text);
    page_title(p, buf_cstr(&text));
    buf_clear(&text);
    (void)refs_org_name(&print->refs, &v->org, false, &text);
    buf_printf(&text, " · %s · %s", _(print_state_label(v)), _(print_sync_label(print_sync(print, v))));
    if (replica_view_void(v) == CLOSE_VOID)
        buf_printf(&text, " · %s", _("void"));
    html_element(&p->body, "p", "hint", buf_cstr(&text));
    page_values(p, print, v);
    put_actions(p, v, k, is_signed);
    buf_wipe_deinit(&text);
    return e == ERR_OK ? put_more(p, print, v) : e;
}

enum err page_show(struct page *p)
{
    struct book *b = &p->env->book;
    const struct kind_info *k = NULL;
    struct print print = {0};
    struct view v;
    struct id id;
    enum err e = book_begin(b, false);

    if (e == ERR_OK)
        e = page_record(p, &k, &id);
    if (e == ERR_OK)
        e = print_init(&print, b);
    if (e == ERR_OK)
        e = replica_view(book_txn(b), &b->replica, k->number, &id, &v);
    if (e == ERR_OK) {
        e = show(p, &print, &v, k);
        replica_view_deinit(&v);
    }
    print_deinit(&print);
    book_abort(b);
    return e;
}
