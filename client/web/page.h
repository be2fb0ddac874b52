/* page.h - one request between HTTP (http.h) and the pages: what it asks for, and the answer being written.
 *
 * To add a page: its function in a file page_<what>.c, its row in page.c's table, its texts in po/vi.po. The dispatcher
 * opens the book as the row says and closes it afterwards: between two requests the book is free for other programs.
 * A page writes into `body` and returns; an error becomes a page with the error's sentence, and env.why behind it. */
#ifndef CHIBO_PAGE_H
#define CHIBO_PAGE_H

#include "../cmd.h"
#include "guard.h"
#include "html.h"
#include "param.h"

#define PAGE_TARGET_MAX 128 /* bytes of an address to go on to */
#define PAGE_DONE_MAX 16    /* forms that were saved are remembered, so that a second click saves nothing twice */
#define PAGE_CHOICES_MAX 200 /* more than this nobody looks through: a name is typed instead */
#define PAGE_ROWS_MAX 500    /* records of a list on one page; a search finds the others */

struct page_done {
    char form[GUARD_TEXT_SIZE];
    struct id record;
};

/* What outlives a request. */
struct page_site {
    struct cmd_env env;
    struct guard guard;
    const char *program; /* chibo itself, for an exchange in a process of its own */
    struct buf note;     /* said once, on the next page */
    struct page_done done[PAGE_DONE_MAX];
    size_t done_n;
    pid_t exchange;      /* 0: none is under way */
    int exchange_fd;     /* what it said; -1: nothing */
    int exchange_status;
    bool stop;           /* the person is done */
};

struct page {
    struct page_site *site;
    struct cmd_env *env;
    bool post;
    const char *rest;    /* of the address, behind the row's */
    struct params query, form;
    struct buf title, body;
    unsigned status;
    char target[PAGE_TARGET_MAX]; /* not empty: go on there */
    const char *refresh; /* content of a refresh: "1" asks again in a second; NULL: none */
};

/* What to send back. content borrows from the page. */
struct page_answer {
    unsigned status;
    const char *type;
    struct buf content;
    char target[PAGE_TARGET_MAX];
    bool cookie;
};

/* The headers that say who asks; NULL: not sent. */
struct page_request {
    const char *method, *path, *host, *origin, *fetch_site, *cookie;
    struct bytes query, form;
    bool too_large;
};

void page_site_init(struct page_site *s, unsigned port, const char *program);
void page_site_deinit(struct page_site *s);
void page_answer(struct page_site *s, const struct page_request *q, struct page_answer *a);
void page_answer_deinit(struct page_answer *a);

/* --- for the pages --- */

void page_title(struct page *p, const char *text);
void page_go(struct page *p, const char *path, const char *rest); /* after something was done */
/* <form method="post" …> with its seal; ends with page_form_end. */
void page_form_begin(struct page *p, const char *path, const char *rest);
void page_form_end(struct page *p);
void page_button(struct page *p, const char *name, const char *value, const char *label, bool main);
void page_notice(struct page *p, const char *class, const char *text);
/* The errors's sentence, and why. */
void page_sentence(enum err e, const char *why, struct buf *out);
/* What this command says, as text as it stands; the book is open as it needs it. */
MUST_CHECK enum err page_command(struct page *p, const struct cmd *c, struct buf *text);
void page_text(struct page *p, const char *class, struct buf *text); /* lines as they are */
/* The record that the address names. */
MUST_CHECK enum err page_record(struct page *p, const struct kind_info **k, struct id *id);

/* --- page_<what>.c --- */
enum err page_home(struct page *p);
enum err page_status(struct page *p);
enum err page_kinds(struct page *p);
enum err page_list(struct page *p);
enum err page_show(struct page *p);
enum err page_new(struct page *p);
enum err page_edit(struct page *p);
enum err page_sign(struct page *p);
enum err page_void(struct page *p);
enum err page_roll(struct page *p);
enum err page_conflicts(struct page *p);
enum err page_sync(struct page *p);
enum err page_leave(struct page *p);

extern const char *const page_style[]; /* page_style.c; one after the other; NULL-terminated */

#endif
