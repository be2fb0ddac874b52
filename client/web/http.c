/* http.c - see http.h. */
#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "peer.h"

#define CONNECTIONS_MAX 32      /* a browser opens six */
#define CONNECTION_IDLE_S 20
#define CONNECTION_MEMORY 32768 /* for the headers of one request */
#define FORM_MAX (4u << 20)     /* five texts of 64 KiB, percent-encoded, each beside what it was before */
#define DISCARD_MAX (8u << 20)  /* of what is too large and only read to say so */

struct coming {
    struct buf form;
    size_t n;
};

static enum MHD_Result accept_ours(void *arg, const struct sockaddr *address, socklen_t n)
{
    const struct http *h = arg;
    struct sockaddr_in from;

    if (n < sizeof(from) || address->sa_family != AF_INET)
        return MHD_NO;
    memcpy(&from, address, sizeof(from));
    return peer_is_ours(ntohs(from.sin_port), h->port) ? MHD_YES : MHD_NO;
}

static void put_headers(struct MHD_Response *r, const struct page_answer *a, const struct guard *g)
{
    static const char *const headers[][2] = {
        {"Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; "
                                    "base-uri 'none'"},
        {"Cache-Control", "no-store"},
        {"Referrer-Policy", "no-referrer"},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
    };
    struct buf cookie = {0};

    for (size_t i = 0; i < ARRAY_LEN(headers); i++)
        (void)MHD_add_response_header(r, headers[i][0], headers[i][1]);
    (void)MHD_add_response_header(r, "Content-Type", a->type);
    if (a->target[0] != 0)
        (void)MHD_add_response_header(r, "Location", a->target);
    if (a->cookie) {
        guard_set_cookie(g, &cookie);
        (void)MHD_add_response_header(r, "Set-Cookie", buf_cstr(&cookie));
    }
    buf_wipe_deinit(&cookie);
}

static enum MHD_Result send_answer(struct http *h, struct MHD_Connection *c, struct page_answer *a)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(a->content.n, a->content.p, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result sent = MHD_NO;

    if (r == NULL)
        return MHD_NO;
    put_headers(r, a, &h->site->guard);
    sent = MHD_queue_response(c, a->status, r);
    MHD_destroy_response(r);
    return sent;
}

static enum MHD_Result put_query(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct buf *query = arg;
    const char *parts[] = {name, value == NULL ? "" : value};

    (void)kind;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        buf_put_str(query, i > 0 ? "=" : query->n > 0 ? "&" : "");
        for (const char *p = parts[i]; *p != 0; p++)
            buf_printf(query, "%%%02x", (uint8_t)*p);
    }
    return MHD_YES;
}

static enum MHD_Result answer(struct http *h, struct MHD_Connection *c, const char *url, const char *method,
                              const struct coming *in)
{
    struct buf query = {0};
    struct page_answer a;
    struct page_request q = {
        .method = method, .path = url,
        .host = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Host"),
        .origin = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Origin"),
        .fetch_site = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Sec-Fetch-Site"),
        .cookie = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Cookie"),
        .form = buf_bytes(&in->form), .too_large = in->n > FORM_MAX,
    };

    (void)MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, put_query, &query);
    q.query = buf_bytes(&query);
    page_answer(h->site, &q, &a);
    if (a.status < 400)
        h->last_ms = http_now_ms();
    enum MHD_Result sent = send_answer(h, c, &a);
    page_answer_deinit(&a);
    buf_wipe_deinit(&query);
    return sent;
}

/* Called once for the headers, once for each piece of what follows them, and once at the end. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *c, const char *url, const char *method,
                                  const char *version, const char *piece, size_t *piece_n, void **state)
{
    struct coming *in = *state;

    (void)version;
    if (in == NULL) {
        *state = mem_alloc(sizeof(*in));
        return MHD_YES;
    }
    if (*piece_n == 0)
        return answer(arg, c, url, method, in);
    in->n += *piece_n;
    if (in->n > DISCARD_MAX)
        return MHD_NO;
    if (in->n <= FORM_MAX)
        buf_put(&in->form, piece, *piece_n);
    *piece_n = 0;
    return MHD_YES;
}

static void on_done(void *arg, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode how)
{
    struct coming *in = *state;

    (void)arg;
    (void)c;
    (void)how;
    if (in != NULL)
        buf_wipe_deinit(&in->form);
    free(in);
    *state = NULL;
}

/* It tells of sockets that go away, which is nobody's concern. */
static void say_nothing(void *arg, const char *format, va_list args)
{
    (void)arg;
    (void)format;
    (void)args;
}

static int listen_on(unsigned *port)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    socklen_t n = sizeof(here);
    const int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(fd, (const struct sockaddr *)&here, n) != 0 || listen(fd, CONNECTIONS_MAX) != 0 ||
        getsockname(fd, (struct sockaddr *)&here, &n) != 0) {
        (void)close(fd);
        return -1;
    }
    *port = ntohs(here.sin_port);
    return fd;
}

enum err http_open(struct http *h, unsigned port, struct page_site *site)
{
    *h = (struct http){.site = site, .port = port, .last_ms = http_now_ms()};
    int fd = listen_on(&h->port);
    if (fd < 0)
        return ERR_BAD_VALUE;
    h->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, accept_ours, h, on_request, h,
                                 MHD_OPTION_EXTERNAL_LOGGER, say_nothing, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
                                 MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
                                 MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_IDLE_S,
                                 MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
                                 MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 1,
                                 MHD_OPTION_END);
    if (h->daemon == NULL)
        (void)close(fd);
    return h->daemon == NULL ? ERR_OTHER : ERR_OK;
}

void http_close(struct http *h)
{
    if (h->daemon != NULL)
        MHD_stop_daemon(h->daemon);
    h->daemon = NULL;
}

void http_turn(struct http *h, int wait_ms)
{
    (void)MHD_run_wait(h->daemon, wait_ms);
}

int64_t http_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
