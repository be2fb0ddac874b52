/* page_home.c - the first page: which book this is, what waits, what was left half-way, what is done most. Its cost
 * does not grow with the book. Also the list of all kinds, where things stand, and the end. */
#include "../../common/language.h"
#include "../cmd_status.h"
#include "../conflict.h"
#include "../form.h"
#include "page.h"

static const struct {
    const char *path, *label;
} most[] = {
    {"/ghi/hop", N_("Record a meeting")},       {"/ds/hop", N_("Roll call")},
    {"/ghi/bien-ban", N_("Write the minutes")}, {"/ghi/viec", N_("Assign a task")},
    {"/ds/dang-vien", N_("Party members")},     {"/so", N_("All kinds of records")},
};

static enum err put_counts(struct page *p)
{
    struct book *b = &p->env->book;
    struct replica_counts counts = {0};
    struct buf line = {0}, row = {0};
    /* A book of its own sends nothing: all of it would be counted. */
    enum err e = b->replica.enrolled ? replica_count(book_txn(b), &counts) : ERR_OK;

    if (e != ERR_OK)
        return e;
    cmd_status_age(b, &line);
    if (counts.unsealed + counts.sealed > 0)
        buf_printf(&line, _(" · %llu changes not sent yet"), (unsigned long long)(counts.unsealed + counts.sealed));
    if (counts.held > 0)
        buf_printf(&line, _(" · %llu wait for the ward"), (unsigned long long)counts.held_records);
    if (counts.refused > 0)
        buf_printf(&line, _(" · %llu refused"), (unsigned long long)counts.refused);
    html_element(&p->body, "p", NULL, buf_cstr(&line));
    if (book_get(b, BOOK_CONFLICTS, &row) == ERR_OK && row.n == 8 && load_u64(row.p) > 0) {
        html_put(&p->body, "<p class=\"wrong\">");
        html_link(&p->body, "/khac", _("Something was written differently by several people, and waits for you."));
        html_put(&p->body, "</p>\n");
    }
    buf_deinit(&row);
    buf_deinit(&line);
    return ERR_OK;
}

static enum err put_drafts(struct page *p)
{
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < schema_kind_count; i++) {
        struct buf path = {0}, line = {0};
        struct form f;
        bool found;
        form_init(&f, &schema_kinds[i]);
        e = form_recall_within(&f, p->env, &found);
        if (e == ERR_OK && found) {
            buf_printf(&path, "/ghi/%s", schema_kinds[i].word);
            buf_printf(&line, _("Left half-way, go on: %s"), _(schema_kinds[i].label));
            html_put(&p->body, "<p class=\"note\">");
            html_link(&p->body, buf_cstr(&path), buf_cstr(&line));
            html_put(&p->body, "</p>\n");
        }
        form_deinit(&f);
        buf_deinit(&path);
        buf_deinit(&line);
    }
    return e;
}

static void put_most(struct page *p)
{
    html_put(&p->body, "<ul class=\"tiles\">\n");
    for (size_t i = 0; i < ARRAY_LEN(most); i++) {
        html_put(&p->body, "<li>");
        html_link(&p->body, most[i].path, _(most[i].label));
        html_put(&p->body, "</li>\n");
    }
    html_put(&p->body, "</ul>\n");
}

static enum err home(struct page *p)
{
    struct org o;
    struct buf title = {0};

    if (org_load(book_txn(&p->env->book), &p->env->book.replica.org, &o) == ERR_OK)
        buf_printf(&title, "%s (%s)", o.name, o.code);
    page_title(p, title.n == 0 ? _("Record book") : buf_cstr(&title));
    buf_deinit(&title);
    enum err e = put_counts(p);
    if (e == ERR_OK)
        e = put_drafts(p);
    put_most(p);
    return e;
}

enum err page_home(struct page *p)
{
    enum err e = book_begin(&p->env->book, false);
    if (e == ERR_OK)
        e = home(p);
    book_abort(&p->env->book);
    return e;
}

enum err page_status(struct page *p)
{
    struct buf text = {0};
    enum err e = page_command(p, &cmd_status, &text);

    page_title(p, _("Where things stand"));
    page_text(p, "lines", &text);
    buf_clear(&text);
    if (e == ERR_OK || e == ERR_CONFLICTS)
        e = page_command(p, &cmd_refused, &text);
    if (text.n > 0) {
        html_element(&p->body, "h2", NULL, _("What the ward refused"));
        page_text(p, "lines", &text);
    }
    buf_deinit(&text);
    return e;
}

enum err page_kinds(struct page *p)
{
    page_title(p, _("The book"));
    html_put(&p->body, "<table>\n");
    for (size_t i = 0; i < schema_kind_count; i++) {
        struct buf list = {0}, form = {0};
        buf_printf(&list, "/ds/%s", schema_kinds[i].word);
        buf_printf(&form, "/ghi/%s", schema_kinds[i].word);
        html_put(&p->body, "<tr><th scope=\"row\">");
        html_link(&p->body, buf_cstr(&list), _(schema_kinds[i].label));
        html_put(&p->body, "</th><td>");
        html_link(&p->body, buf_cstr(&form), _("Record one"));
        html_put(&p->body, "</td></tr>\n");
        buf_deinit(&list);
        buf_deinit(&form);
    }
    html_put(&p->body, "</table>\n");
    return ERR_OK;
}

enum err page_leave(struct page *p)
{
    page_title(p, _("The page is closed."));
    html_element(&p->body, "p", NULL, _("What was saved is in the book. To open the page again: chibo trang"));
    p->site->stop = true;
    return ERR_OK;
}
