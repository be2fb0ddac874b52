/* guard.c - see guard.h. */
#include "guard.h"

#include <stdio.h>

#include "../../common/crypto.h"

static void draw(char text[GUARD_TEXT_SIZE])
{
    uint8_t random[GUARD_RANDOM];

    crypto_random(random, sizeof(random));
    for (size_t i = 0; i < sizeof(random); i++)
        snprintf(text + 2 * i, 3, "%02x", random[i]);
    crypto_wipe(random, sizeof(random));
}

void guard_init(struct guard *g, unsigned port)
{
    *g = (struct guard){.port = port};
    draw(g->token);
    draw(g->cookie);
    draw(g->seal);
}

void guard_deinit(struct guard *g)
{
    crypto_wipe(g, sizeof(*g));
}

/* text is prefix, one of this machine's two names, and the port. */
static bool is_ours(const struct guard *g, const char *prefix, const char *text)
{
    static const char *const names[] = {"127.0.0.1", "localhost"};
    char want[64];

    for (size_t i = 0; text != NULL && i < ARRAY_LEN(names); i++) {
        snprintf(want, sizeof(want), "%s%s:%u", prefix, names[i], g->port);
        if (strcmp(want, text) == 0)
            return true;
    }
    return false;
}

bool guard_host(const struct guard *g, const char *host)
{
    return is_ours(g, "", host);
}

/* A page that tells nobody where it was called from (Referrer-Policy) sends "null" as its origin. */
bool guard_origin(const struct guard *g, const char *origin, const char *fetch_site)
{
    if (fetch_site != NULL && strcmp(fetch_site, "same-origin") != 0)
        return false;
    if (origin == NULL || strcmp(origin, "null") == 0)
        return fetch_site != NULL;
    return is_ours(g, "http://", origin);
}

static bool same(const char want[GUARD_TEXT_SIZE], const char *sent)
{
    return sent != NULL && strlen(sent) == GUARD_TEXT_SIZE - 1 && crypto_equal(want, sent, GUARD_TEXT_SIZE - 1);
}

bool guard_seal(const struct guard *g, const char *sent)
{
    return same(g->seal, sent);
}

bool guard_cookie(const struct guard *g, const char *sent)
{
    return g->entered && same(g->cookie, sent);
}

bool guard_enter(struct guard *g, const char *token)
{
    bool enters = !g->entered && same(g->token, token);

    g->entered = g->entered || enters;
    return enters;
}

void guard_cookie_name(const struct guard *g, char name[16])
{
    snprintf(name, 16, "chibo-%u", g->port);
}

void guard_set_cookie(const struct guard *g, struct buf *out)
{
    char name[16];

    guard_cookie_name(g, name);
    buf_printf(out, "%s=%s; Path=/; HttpOnly; SameSite=Strict", name, g->cookie);
}
