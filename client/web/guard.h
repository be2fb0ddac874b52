/* guard.h - who may use the page: the one browser that brought the token of the address printed at the start.
 *
 *   token    in the first address only; the browser that brings it is given the cookie, then the token is dead
 *   cookie   with every request; HttpOnly, SameSite=Strict, named after the port
 *   seal     in every form of ours: what is sent without it was not sent from a page of ours
 *
 * A site elsewhere that has its name point to this machine is known by its Host; one that sends a form here by its
 * Origin, or Sec-Fetch-Site where the browser sends no origin. Nothing is read, written or printed here. */
#ifndef CHIBO_GUARD_H
#define CHIBO_GUARD_H

#include "../../common/base.h"
#include "../../common/buf.h"

#define GUARD_RANDOM 16                          /* bytes */
#define GUARD_TEXT_SIZE (2 * GUARD_RANDOM + 1)   /* as hex, with the NUL */

struct guard {
    unsigned port;
    bool entered; /* the token was used */
    char token[GUARD_TEXT_SIZE], cookie[GUARD_TEXT_SIZE], seal[GUARD_TEXT_SIZE];
};

void guard_init(struct guard *g, unsigned port);
void guard_deinit(struct guard *g);

/* Headers as they came; NULL: not sent. */
bool guard_host(const struct guard *g, const char *host);
bool guard_origin(const struct guard *g, const char *origin, const char *fetch_site); /* of what changes something */
bool guard_seal(const struct guard *g, const char *sent);
bool guard_cookie(const struct guard *g, const char *sent);
/* True once. */
bool guard_enter(struct guard *g, const char *token);
void guard_cookie_name(const struct guard *g, char name[16]);
void guard_set_cookie(const struct guard *g, struct buf *out); /* the value of Set-Cookie */

#endif
