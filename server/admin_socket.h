/* admin_socket.h - where the running daemon takes the operator's commands: a 0600 socket in its home, admin.h's
 * bytes.
 *
 * A client sends u32 length ‖ request and reads u32 length ‖ answer, then both close. Requests become jobs of the
 * store's thread like those of sessions, and are answered when their commit is durable. Who may connect is who may
 * read the keys. */
#ifndef CHIBO_ADMIN_SOCKET_H
#define CHIBO_ADMIN_SOCKET_H

#include "home.h"
#include "store_thread.h"

#define ADMIN_SOCKET_CLIENTS_MAX 16 /* more wait in the kernel's queue */

struct admin_socket;

/* on_revoked: a device lost rights, durably; before the answer leaves. ERR_IO and those of disk.h. */
MUST_CHECK enum err admin_socket_new(struct uv_loop_s *loop, const struct home *home, struct store_thread *store,
                                void (*on_revoked)(void *user, const struct id *device), void *user,
                                struct admin_socket **out);
/* No new commands; those under way are answered. Then it removes its socket, frees itself and calls stopped. Once. */
void admin_socket_stop(struct admin_socket *c, void (*stopped)(void *user), void *user);

/* "/proc/self/fd/N/chibod.sock": the path of a socket has room for 107 bytes only, a home's need not fit. */
#define ADMIN_SOCKET_PATH_SIZE 64
void admin_socket_path(int home_fd, char path[ADMIN_SOCKET_PATH_SIZE]);

#endif
