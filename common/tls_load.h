/* tls_load.h - the client's way to TLS: chibo-tls.so, loaded when a command needs the network and not before.
 *
 * Looked for beside the program first (a build tree), then in CHIBO_LIBDIR (an installed one). It is never unloaded. */
#ifndef CHIBO_TLS_LOAD_H
#define CHIBO_TLS_LOAD_H

#include "base.h"
#include "err.h"
#include "tls.h"

/* ERR_NOT_FOUND: neither place has one that loads. ERR_TOO_NEW: it is of another version than this program.
 * *out lives as long as the process. */
MUST_CHECK enum err tls_load(const char *program_dir, const struct tls_api **out);

#endif
