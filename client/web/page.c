/* page.c - see page.h. The table of addresses, who may come in, and the frame around every page. */
#include "page.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../common/language.h"
#include "../refs.h"

enum { FREE = 0, GET = 1, POST = 2 };

/* rest: something stands behind the path. */
static const struct row {
    const char *path;
    bool rest;
    unsigned methods;
    enum kv_mode mode;
    enum err (*run)(struct page *p);
} rows[] = {
    {"/", false, GET, KV_READ, page_home},
    {"/tinh-trang", false, GET, KV_READ, page_status},
    {"/so", false, GET, KV_READ, page_kinds},
    {"/ds/", true, GET, KV_READ, page_list},
    {"/xem/", true, GET, KV_READ, page_show},
    {"/ghi/", true, GET | POST, KV_WRITE, page_new},
    {"/sua/", true, GET | POST, KV_WRITE, page_edit},
    {"/ky/", true, GET | POST, KV_WRITE, page_sign},
    {"/xoa/", true, GET | POST, KV_WRITE, page_void},
    {"/diem-danh/", true, GET | POST, KV_WRITE, page_roll},
    {"/khac", false, GET | POST, KV_WRITE, page_conflicts},
    {"/dong-bo", false, GET | POST, KV_READ, page_sync},
    {"/thoi", false, POST, KV_READ, page_leave},
};

/* --- the site --- */

void page_site_init(struct page_site *s, unsigned port, const char *program)
{
    guard_init(&s->guard, port);
    s->program = program;
    s->exchange_fd = -1;
}

void page_site_deinit(struct page_site *s)
{
    if (s->exchange_fd >= 0)
        (void)close(s->exchange_fd);
    guard_deinit(&s->guard);
    buf_wipe_deinit(&s->note);
    book_deinit(&s->env.book);
    out_deinit(&s->env.out);
    buf_wipe_deinit(&s->env.why);
}

/* --- for the pages --- */

void page_title(struct page *p, const char *text)
{
    buf_clear(&p->title);
    buf_put_str(&p->title, text);
}

void page_go(struct page *p, const char *path, const char *rest)
{
    int n = snprintf(p->target, sizeof(p->target), "%s%s", path, rest);
    assert(n > 0 && (size_t)n < sizeof(p->target));
}

void page_form_begin(struct page *p, const char *path, const char *rest)
{
    struct buf action = {0};

    buf_printf(&action, "%s%s", path, rest);
    html_put(&p->body, "<form method=\"post\" accept-charset=\"utf-8\" autocomplete=\"off\"");
    html_attr(&p->body, "action", buf_cstr(&action));
    html_put(&p->body, "><input type=\"hidden\" name=\"dau\"");
    html_attr(&p->body, "value", p->site->guard.seal);
    html_put(&p->body, ">\n");
    buf_deinit(&action);
}

void page_form_end(struct page *p)
{
    html_put(&p->body, "</form>\n");
}

void page_button(struct page *p, const char *name, const char *value, const char *label, bool main)
{
    html_put(&p->body, main ? "<button class=\"main\"" : "<button");
    html_attr(&p->body, "name", name);
    html_attr(&p->body, "value", value);
    html_put(&p->body, ">");
    html_str(&p->body, label);
    html_put(&p->body, "</button>\n");
}

void page_notice(struct page *p, const char *class, const char *text)
{
    html_put(&p->body, "<p role=\"status\"");
    html_attr(&p->body, "class", class);
    html_put(&p->body, ">");
    html_str(&p->body, text);
    html_put(&p->body, "</p>\n");
}

void page_sentence(enum err e, const char *why, struct buf *out)
{
    buf_printf(out, "%s%s%s", _(err_sentence(e)), why[0] == 0 ? "" : " ", why);
}

enum err page_command(struct page *p, const struct cmd *c, struct buf *text)
{
    struct opt_parsed args;
    char *const none[] = {NULL};
    enum err e = opt_parse(&c->options, 0, none, &args);

    buf_clear(&p->env->out.text);
    if (e == ERR_OK)
        e = c->run(p->env, &args);
    opt_deinit(&args);
    buf_put_bytes(text, buf_bytes(&p->env->out.text));
    buf_clear(&p->env->out.text);
    return e;
}

void page_text(struct page *p, const char *class, struct buf *text)
{
    html_element(&p->body, "pre", class, buf_cstr(text));
    html_put(&p->body, "\n");
}

enum err page_record(struct page *p, const struct kind_info **k, struct id *id)
{
    struct book *b = &p->env->book;

    if (id_parse(p->rest, id) != ERR_OK)
        return ERR_NO_SUCH_RECORD;
    /* A look in each kind costs less than a search through all ids, as a beginning of one needs it. */
    for (size_t i = 0; i < schema_kind_count; i++) {
        struct view v;
        enum err e = replica_view(book_txn(b), &b->replica, schema_kinds[i].number, id, &v);
        if (e == ERR_OK) {
            replica_view_deinit(&v);
            *k = &schema_kinds[i];
            return ERR_OK;
        }
        if (e != ERR_NOT_FOUND)
            return e;
    }
    return ERR_NO_SUCH_RECORD;
}

/* --- the frame --- */

static const struct {
    const char *path, *label;
} links[] = {
    {"/", N_("First page")}, {"/so", N_("The book")}, {"/tinh-trang", N_("Where things stand")},
    {"/khac", N_("Written differently")}, {"/dong-bo", N_("Exchange with the ward")},
};

static void put_nav(struct page *p, struct buf *out)
{
    html_put(out, "<nav>");
    for (size_t i = 0; i < ARRAY_LEN(links); i++)
        html_link(out, links[i].path, _(links[i].label));
    html_put(out, "<form method=\"post\" action=\"/thoi\"><input type=\"hidden\" name=\"dau\"");
    html_attr(out, "value", p->site->guard.seal);
    html_put(out, "><button>");
    html_str(out, _("Close the page"));
    html_put(out, "</button></form></nav>");
}

static void frame(struct page *p, bool nav, struct buf *out)
{
    html_put(out, "<!DOCTYPE html>\n<html lang=\"");
    html_put(out, language_is_english() ? "en" : "vi");
    html_put(out, "\">\n<head><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    if (p->refresh != NULL) {
        html_put(out, "<meta http-equiv=\"refresh\"");
        html_attr(out, "content", p->refresh);
        html_put(out, ">");
    }
    html_put(out, "<link rel=\"stylesheet\" href=\"/kieu.css\"><title>");
    html_text(out, buf_bytes(&p->title));
    html_put(out, " – ");
    html_str(out, _("Record book"));
    html_put(out, "</title></head>\n<body>\n");
    if (nav) {
        html_put(out, "<a class=\"skip\" href=\"#noi-dung\">");
        html_str(out, _("To the content"));
        html_put(out, "</a>\n<header>");
        put_nav(p, out);
        html_put(out, "</header>\n");
    }
    html_put(out, "<main id=\"noi-dung\">\n<h1>");
    html_text(out, buf_bytes(&p->title));
    html_put(out, "</h1>\n");
    if (nav && p->site->note.n > 0) {
        html_element(out, "pre", "note", buf_cstr(&p->site->note));
        buf_clear(&p->site->note);
    }
    buf_put_bytes(out, buf_bytes(&p->body));
    html_put(out, "</main>\n</body>\n</html>\n");
}

/* --- who may come in --- */

/* The value of our cookie among all that the browser keeps for this machine; false: it is not there. */
static bool cookie_of(const struct guard *g, const char *header, char value[GUARD_TEXT_SIZE])
{
    char name[16];
    guard_cookie_name(g, name);
    size_t n = strlen(name);

    for (const char *p = header; p != NULL && *p != 0;) {
        p += strspn(p, "; ");
        size_t all = strcspn(p, ";");
        if (all == n + 1 + GUARD_TEXT_SIZE - 1 && strncmp(p, name, n) == 0 && p[n] == '=') {
            memcpy(value, p + n + 1, GUARD_TEXT_SIZE - 1);
            value[GUARD_TEXT_SIZE - 1] = 0;
            return true;
        }
        p += all;
    }
    return false;
}

static bool has_cookie(const struct guard *g, const char *header)
{
    char value[GUARD_TEXT_SIZE];
    return cookie_of(g, header, value) && guard_cookie(g, value);
}

/* A page without the way around the book, for those who are not in it. */
static void plain(struct page *p, unsigned status, const char *title, const char *text)
{
    p->status = status;
    page_title(p, title);
    buf_clear(&p->body);
    html_element(&p->body, "p", NULL, text);
}

static void refuse(struct page *p, unsigned status)
{
    plain(p, status, _("This page is not open to you"),
          _("The address is good for one browser and once. Start anew: chibo trang"));
}

/* The first address. The page goes on by itself, so that the next request comes from this site: browsers keep a strict
 * cookie back where another program opened the address. */
static bool enter(struct page *p, const char *path)
{
    static const char door[] = "/vao/";

    if (p->post || strncmp(path, door, sizeof(door) - 1) != 0)
        return false;
    if (guard_enter(&p->site->guard, path + sizeof(door) - 1)) {
        plain(p, 200, _("The book opens"), "");
        html_put(&p->body, "<p>");
        html_link(&p->body, "/", _("Go on"));
        html_put(&p->body, "</p>");
        return true;
    }
    refuse(p, 403);
    return true;
}

/* --- errors --- */

static unsigned status_of(enum err e)
{
    if (e == ERR_NO_SUCH_RECORD || e == ERR_NOT_FOUND || e == ERR_UNKNOWN_KIND)
        return 404;
    switch (err_class(e)) {
    case ERR_CLASS_NONE: return 200;
    case ERR_CLASS_INPUT: return 422;
    case ERR_CLASS_RETRY: return 503;
    case ERR_CLASS_REFUSED: return 403;
    default: return 500;
    }
}

static void put_error(struct page *p, enum err e)
{
    struct buf text = {0};

    page_sentence(e, buf_cstr(&p->env->why), &text);
    p->status = status_of(e);
    p->target[0] = 0;
    page_title(p, _("That did not work"));
    buf_clear(&p->body);
    page_notice(p, "wrong", buf_cstr(&text));
    html_element(&p->body, "p", NULL, _("Nothing that was saved is lost. Go back and try again."));
    buf_wipe_deinit(&text);
}

/* --- one request --- */

static const struct row *row_of(const char *path, const char **rest)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        size_t n = strlen(rows[i].path);
        *rest = path + n;
        if (rows[i].rest ? strncmp(path, rows[i].path, n) == 0 && **rest != 0 : strcmp(path, rows[i].path) == 0)
            return &rows[i];
    }
    return NULL;
}

static void run_row(struct page *p, const struct row *row)
{
    struct cmd_env *env = p->env;
    enum err e = book_open(&env->book, p->post ? row->mode : KV_READ);

    buf_clear(&env->why);
    buf_clear(&env->out.text);
    env->today = book_today();
    if (e == ERR_OK)
        e = row->run(p);
    book_close(&env->book);
    if (e != ERR_OK)
        put_error(p, e);
    buf_clear(&env->why);
}

static void dispatch(struct page *p, const struct page_request *q)
{
    const struct row *row = row_of(q->path, &p->rest);

    if (row == NULL) {
        put_error(p, ERR_NOT_FOUND);
    } else if ((row->methods & (p->post ? POST : GET)) == 0) {
        put_error(p, ERR_USAGE);
        p->status = 405;
    } else if (q->too_large) {
        put_error(p, ERR_TOO_LONG);
        p->status = 413;
    } else if (param_parse(q->query, &p->query) != ERR_OK || param_parse(q->form, &p->form) != ERR_OK) {
        put_error(p, ERR_BAD_VALUE);
        p->status = 400;
    } else if (p->post && !guard_seal(&p->site->guard, param_get(&p->form, "dau"))) {
        refuse(p, 403);
    } else {
        run_row(p, row);
    }
}

/* True: the request is answered; nobody who has no cookie comes further. */
static bool at_door(struct page *p, const struct page_request *q)
{
    const struct guard *g = &p->site->guard;

    if (!guard_host(g, q->host)) {
        refuse(p, 421);
        return true;
    }
    if (p->post && !guard_origin(g, q->origin, q->fetch_site)) {
        refuse(p, 403);
        return true;
    }
    return false;
}

void page_answer(struct page_site *s, const struct page_request *q, struct page_answer *a)
{
    struct page p = {.site = s, .env = &s->env, .status = 200};
    bool get = strcmp(q->method, "GET") == 0 || strcmp(q->method, "HEAD") == 0, inside = false;

    *a = (struct page_answer){.type = "text/html; charset=utf-8"};
    p.post = strcmp(q->method, "POST") == 0;
    if (at_door(&p, q)) {
        a->status = p.status;
    } else if (get && strcmp(q->path, "/kieu.css") == 0) { /* the same for everybody, and in no need of a secret */
        a->type = "text/css; charset=utf-8";
        for (size_t i = 0; page_style[i] != NULL; i++)
            buf_put_str(&a->content, page_style[i]);
    } else if (enter(&p, q->path)) {
        a->cookie = p.status == 200;
        p.refresh = a->cookie ? "0;url=/" : NULL;
    } else if (!has_cookie(&s->guard, q->cookie)) {
        refuse(&p, 403);
    } else if (!get && !p.post) {
        inside = true;
        put_error(&p, ERR_USAGE);
        p.status = 405;
    } else {
        inside = true;
        dispatch(&p, q);
    }
    a->status = p.target[0] != 0 ? 303 : p.status;
    memcpy(a->target, p.target, sizeof(a->target));
    if (a->content.n == 0 && p.target[0] == 0)
        frame(&p, inside, &a->content);
    param_deinit(&p.query);
    param_deinit(&p.form);
    buf_wipe_deinit(&p.title);
    buf_wipe_deinit(&p.body);
}

void page_answer_deinit(struct page_answer *a)
{
    buf_wipe_deinit(&a->content);
}
