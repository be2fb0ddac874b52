/* t_tls_load.c - the client's way to TLS works from the shared object, and only when it is there. */
#include "../common/tls_load.h"
#include "test.h"
#include "tls_world.h"

#include <libgen.h>
#include <unistd.h>

/* The build directory: tests lie in its tests/. */
static const char *build_dir(char path[512])
{
    const ssize_t n = readlink("/proc/self/exe", path, 511);
    assert(n > 0);
    path[n] = '\0';
    return dirname(dirname(path));
}

TEST(a_loaded_client_meets_a_linked_server)
{
    char path[512];
    const struct tls_api *api;
    struct tls_world w;
    struct tls_context *context;
    struct buf cert = {0}, up = {0}, down = {0}, plain = {0};
    REQUIRE(tls_load(build_dir(path), &api) == ERR_OK);
    CHECK(api != &tls_api); /* not this program's own */
    tls_world_init(&w);
    tls_world_issue(&w, false, w.now, &cert);
    const struct tls_settings settings = {
        .role = TLS_CLIENT, .seed = w.device_seed, .cert = buf_bytes(&cert), .pin = w.pin};
    REQUIRE(api->context_new(&settings, &context) == ERR_OK);
    struct tls *client = api->new(context, bytes_of(NULL, 0));
    struct tls *server = tls_new(w.server, bytes_of(NULL, 0));
    while (api->waiting_n(client) + tls_waiting_n(server) > 0) {
        buf_clear(&up);
        api->drain(client, &up, SIZE_MAX);
        CHECK_EQ(tls_feed(server, buf_bytes(&up), &plain), ERR_OK);
        buf_clear(&down);
        tls_drain(server, &down, SIZE_MAX);
        CHECK_EQ(api->feed(client, buf_bytes(&down), &plain), ERR_OK);
    }
    CHECK_EQ(api->state(client), TLS_OPEN);
    CHECK(tls_state(server) == TLS_OPEN && tls_peer(server) != NULL);
    api->free(client);
    api->context_free(context);
    tls_free(server);
    buf_deinit(&cert);
    buf_deinit(&up);
    buf_deinit(&down);
    buf_deinit(&plain);
    tls_world_deinit(&w);
}

TEST(without_the_file_there_is_no_tls)
{
    const struct tls_api *api;
    if (access(CHIBO_LIBDIR "/chibo-tls.so", F_OK) == 0)
        return; /* an installed one is found, as it should be */
    CHECK_EQ(tls_load(test_dir(), &api), ERR_NOT_FOUND);
    CHECK(api == NULL);
}
