/* book.h - one device's home on this machine: where it is, its key, its store, and one transaction at a time over
 * it.
 *
 *   HOME/khoa   the key (key.h)      HOME/so/   the store (vault.h)
 *
 * The home is what was asked for, else $CHIBO_HOME, else $XDG_DATA_HOME/chibo, else ~/.local/share/chibo; it is made
 * 0700. A transaction brings the replica with it, fresh from the store, and a new moment; what sync keeps between
 * sessions (keys of TLS, address, session) are rows of `meta`, sealed as all others are. Nobody holds a transaction
 * while a person types or the network is silent. Errors are those of vault.h and key.h. */
#ifndef CHIBO_BOOK_H
#define CHIBO_BOOK_H

#include "../proto/replica.h"
#include "vault.h"

struct book {
    char *dir;
    bool open;
    struct vault vault;
    struct vault_txn txn;
    struct replica replica; /* of the open transaction, or the last one */
    struct moment moment;
    uint64_t now_ms; /* of the moment, for ids */
    struct buf step; /* what the open transaction wrote (step.h): */
    size_t step_changes;
    uint32_t step_number;
};

/* Rows of `meta`. */
#define BOOK_TLS_SEED "tls seed"
#define BOOK_TLS_CERTIFICATE "tls certificate"
#define BOOK_TLS_SESSION "tls session"
#define BOOK_ADDRESS "server address"
#define BOOK_PIN "server pin"
#define BOOK_SYNC_ERROR "sync error" /* name of the error that the last exchange ended with; none after a success */
#define BOOK_BACKGROUND "background" /* u8 enum background_when (background.h) */
#define BOOK_PARCEL "parcel" /* the last file that was written for the ward (post.h) */
#define BOOK_CONFLICTS "conflicts" /* u64: records with one, counted after an exchange that moved anything */
#define BOOK_STEP "step" /* number of the newest step that can be taken back; "step 0" to "step 15" are the steps */
#define BOOK_FORM "form" /* "form 5": answers of a form for the kind 5, left half-way; of a change also its record */
#define BOOK_CALL "call" /* a roll call that was left half-way */

/* home NULL: from the environment. ERR_NO_STORE: no home can be told (no HOME). */
MUST_CHECK enum err book_init(struct book *b, const char *home);
void book_deinit(struct book *b); /* closes too */

MUST_CHECK enum err book_open(struct book *b, enum kv_mode mode); /* ERR_NO_STORE */
/* A book of its own; goes on where an earlier attempt died. Leaves it open for writing. ERR_EXISTS. */
MUST_CHECK enum err book_create(struct book *b, const char *code, const char *name);
void book_close(struct book *b);

/* Ends by exactly one of commit and abort. The replica and the moment are new. */
MUST_CHECK enum err book_begin(struct book *b, bool write);
MUST_CHECK enum err book_commit(struct book *b);
void book_abort(struct book *b); /* also when none is open */
struct txn *book_txn(struct book *b);
uint32_t book_today(void); /* the day in Vietnam */

/* Inside a transaction. ERR_NOT_FOUND. */
MUST_CHECK enum err book_get(struct book *b, const char *name, struct buf *value);
MUST_CHECK enum err book_put(struct book *b, const char *name, struct bytes value);
MUST_CHECK enum err book_del(struct book *b, const char *name);

#endif
