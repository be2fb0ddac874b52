/* http.h - the page's listener: HTTP on 127.0.0.1 by libmicrohttpd, which only this file pair knows. One thread, one
 * request after the other; each is gathered whole, within bounds, before a page sees it. */
#ifndef CHIBO_HTTP_H
#define CHIBO_HTTP_H

#include "page.h"

struct http {
    struct MHD_Daemon *daemon;
    struct page_site *site;
    unsigned port;
    int64_t last_ms; /* of the monotonic clock: the last request of a browser that may use the page */
};

/* port 0: any free one; http->port says which. ERR_BAD_VALUE: it is not to be had. The site is to be made with the port
 * then (page_site_init), before the first http_turn. */
MUST_CHECK enum err http_open(struct http *h, unsigned port, struct page_site *site);
void http_close(struct http *h);
void http_turn(struct http *h, int wait_ms); /* what has come, is answered */
int64_t http_now_ms(void);

#endif
