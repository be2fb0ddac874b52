/* revoked.h - what may never be undone, kept beside the store: an old store that is put back learns it again.
 *
 * Two files with the same records: `thu-hoi` in the ward's directory, and, where its parent may be written, a second
 * one beside the directory under its name and `.thu-hoi`, in case the whole directory is put back. A record is durable
 * in the first before the command that made it reports success.
 *
 *   record (80 bytes)   u8 kind ‖ what, zero to 63 bytes ‖ BLAKE2b-128(ratchet key of the ward; "chibo1/revoked"0 ‖ the
 * 64)   kind 1              a device was revoked: its id (16)
 *   kind 2              a change was erased: scope (16), u32 leaf, u32 position, commitment (32)
 *
 * A record that does not verify (torn, of another ward) counts for nothing; of either file the good ones count. */
#ifndef CHIBO_REVOKED_H
#define CHIBO_REVOKED_H

#include "home.h"

enum revoked_kind { REVOKED_DEVICE = 1, REVOKED_CHANGE = 2 };

#define REVOKED_FILE "thu-hoi"
#define REVOKED_MAX 65536 /* records read: a ward of 2,000 devices and its redactions over decades */

MUST_CHECK enum err revoked_add(const struct home *h, enum revoked_kind kind, struct bytes what);
/* Part of home_open for writing: each device of the list is revoked in the store, both files get what they lack. */
MUST_CHECK enum err revoked_replay(struct home *h, uint64_t now_s);

#endif
