/* daemon.c - see daemon.h.
 *
 * The end, step by step: listener and socket stop side by side; when both are gone and the last session's jobs are
 * back, the store's thread; then nothing is left on the loop. */
#include "daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include <uv.h>

#include "../common/disk.h"
#include "../common/log.h"
#include "admin_socket.h"
#include "listener.h"
#include "put_back.h"
#include "serve.h"
#include "server_limits.h"
#include "tickets.h"
#include "upgrade.h"
#include "server_clock.h"

static const int stop_signals[] = {SIGTERM, SIGINT};

struct server {
    uv_loop_t loop;
    uv_signal_t signal[ARRAY_LEN(stop_signals)];
    uv_timer_t reap;
    struct home *home;
    int lock_fd;
    struct tickets *tickets;
    struct tls_context *tls;
    struct store_thread *store;
    struct serve *serve;
    struct listener *listener;
    struct admin_socket *socket;
    bool stopping, listener_gone, socket_gone, store_stopping;
};

/* ---- the end ---- */

static void on_store_stopped(void *user)
{
    struct server *d = user;
    d->store = NULL;
}

static void finish_stop(struct server *d)
{
    if (!d->stopping || !d->listener_gone || !d->socket_gone || d->store_stopping || d->store == NULL ||
        serve_peers(d->serve) > 0 || !store_thread_idle(d->store))
        return;
    const struct store_thread_stats stats = store_thread_stats(d->store);
    LOG(LOG_INFO, "stopped", LOG_NUMBER("jobs", stats.jobs), LOG_NUMBER("batches", stats.batches),
        LOG_NUMBER("alone", stats.alone));
    d->store_stopping = true;
    store_thread_stop(d->store, on_store_stopped, d);
}

static void on_listener_stopped(void *user)
{
    struct server *d = user;
    d->listener_gone = true;
    finish_stop(d);
}

static void on_socket_stopped(void *user)
{
    struct server *d = user;
    d->socket_gone = true;
    finish_stop(d);
}

static void on_sessions_gone(void *user)
{
    finish_stop(user);
}

static void stop(struct server *d)
{
    if (d->stopping)
        return;
    d->stopping = true;
    for (size_t i = 0; i < ARRAY_LEN(stop_signals); i++)
        uv_unref((uv_handle_t *)&d->signal[i]); /* caught until the end, but nothing to wait for */
    serve_stop(d->serve);
    if (d->listener != NULL)
        listener_stop(d->listener, on_listener_stopped, d);
    else
        d->listener_gone = true;
    if (d->socket != NULL)
        admin_socket_stop(d->socket, on_socket_stopped, d);
    else
        d->socket_gone = true;
    finish_stop(d);
}

static void daemon_on_signal(uv_signal_t *handle, int number)
{
    struct server *d = handle->data;
    LOG(LOG_INFO, "stopping", LOG_NUMBER("signal", number), LOG_NUMBER("sessions", serve_peers(d->serve)));
    stop(d);
}

static void on_store_lost(void *user, enum err e)
{
    (void)user;
    LOG(LOG_ERROR, "store_lost", LOG_TEXT("err", err_name(e)));
    _exit(DAEMON_LOST);
}

static void on_revoked(void *user, const struct id *device)
{
    struct server *d = user;
    char text[ID_TEXT_SIZE];
    id_print(device, text);
    text[8] = '\0';
    LOG(LOG_WARN, "revoked", LOG_TEXT("device", text));
    serve_revoked(d->serve, device);
    tickets_forget(d->tickets, device);
}

/* ---- the beginning ---- */

static enum err take_lock(struct server *d)
{
    d->lock_fd = disk_open(d->home->dir, HOME_LOCK, O_RDWR | O_CREAT);
    if (d->lock_fd < 0)
        return ERR_IO;
    return disk_lock(d->lock_fd, 0);
}

static enum err begin_tls(struct server *d)
{
    const struct tls_settings settings = {
        .role = TLS_SERVER,
        .seed = d->home->tls_seed,
        .cert = buf_bytes(&d->home->tls),
        .ca = buf_bytes(&d->home->ca),
        .cache = &tickets_ops,
        .cache_user = d->tickets,
    };
    return tls_context_new(&settings, &d->tls);
}

static enum err begin_listener(struct server *d)
{
    char host[HOME_ADDRESS_MAX + 1];
    struct listener_settings settings = {
        .limits = conn_limits_default(), .tls = d->tls, .ops = &serve_ops, .shared = d->serve};
    enum err e = home_split(d->home->listen, host, &settings.port);
    settings.address = host;
    if (e == ERR_OK)
        e = listener_new(&d->loop, &settings, &d->listener);
    return e == ERR_IO ? ERR_BAD_VALUE : e; /* not an address of this machine, or a port not for us */
}

static void daemon_on_reap(uv_timer_t *timer)
{
    struct server *d = timer->data;
    const enum err e = safe_reap(&d->home->safe);
    if (e != ERR_OK)
        LOG(LOG_WARN, "reap_failed", LOG_TEXT("err", err_name(e)));
    put_back_save(d->home);
}

static void begin_reaping(struct server *d)
{
    uv_timer_init(&d->loop, &d->reap);
    d->reap.data = d;
    uv_timer_start(&d->reap, daemon_on_reap, SERVER_REAP_MS, SERVER_REAP_MS);
    uv_unref((uv_handle_t *)&d->reap); /* nothing to wait for at the end */
}

static void begin_signals(struct server *d)
{
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < ARRAY_LEN(stop_signals); i++) {
        uv_signal_init(&d->loop, &d->signal[i]);
        d->signal[i].data = d;
        uv_signal_start(&d->signal[i], daemon_on_signal, stop_signals[i]);
    }
}

static enum err begin(struct server *d)
{
    enum err e = begin_tls(d);
    if (e == ERR_OK)
        e = begin_listener(d);
    if (e == ERR_OK)
        e = admin_socket_new(&d->loop, d->home, d->store, on_revoked, d, &d->socket);
    if (e == ERR_OK)
        LOG(LOG_INFO, "ready", LOG_NUMBER("port", listener_port(d->listener)), LOG_NUMBER("pid", getpid()));
    return e;
}

enum err daemon_run(struct home *home)
{
    struct server d = {.home = home, .lock_fd = -1};
    enum err e = take_lock(&d);
    if (e == ERR_OK)
        e = upgrade_home(home, server_clock_s());
    if (e != ERR_OK) {
        if (d.lock_fd >= 0)
            close(d.lock_fd);
        return e;
    }
    int status = uv_loop_init(&d.loop);
    assert(status == 0);
    d.tickets = tickets_new(SERVER_TICKETS_MAX, SERVER_TICKETS_PER_DEVICE);
    d.store = store_thread_new(&d.loop, &home->safe, on_store_lost, &d);
    d.serve = serve_new(home, d.store, on_sessions_gone, &d);
    begin_signals(&d);
    begin_reaping(&d);
    e = begin(&d);
    if (e != ERR_OK)
        stop(&d);
    uv_run(&d.loop, UV_RUN_DEFAULT);
    for (size_t i = 0; i < ARRAY_LEN(stop_signals); i++)
        uv_close((uv_handle_t *)&d.signal[i], NULL);
    uv_close((uv_handle_t *)&d.reap, NULL);
    uv_run(&d.loop, UV_RUN_DEFAULT);
    status = uv_loop_close(&d.loop);
    assert(status == 0);
    put_back_save(home);
    serve_free(d.serve);
    tls_context_free(d.tls);
    tickets_free(d.tickets);
    close(d.lock_fd);
    return e;
}
