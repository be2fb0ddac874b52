/* parcel.h - a file that carries one side's part of an exchange: the frames of a session, sealed to one receiver and
 * signed by its maker (protocol.md 10.1).
 *
 * Whoever carries it learns its size and for which key it is, can read nothing and change nothing. Both ends keep one
 * chunk, one message and the history of their frames in memory, however large the file is.
 *
 * The driver does what touches the world, through struct parcel_io; every call may fail and ends the matter then. */
#ifndef CHIBO_PARCEL_H
#define CHIBO_PARCEL_H

#include "../common/crypto.h"
#include "frame.h"
#include "manifest.h"
#include "work.h"

#define PARCEL_CONTEXT "chibo1/file"
#define PARCEL_MAGIC_SIZE sizeof PARCEL_CONTEXT /* with its zero byte */
#define PARCEL_KEY_ID_SIZE 8
#define PARCEL_SENT_AT (PARCEL_MAGIC_SIZE + 1 + PARCEL_KEY_ID_SIZE)
#define PARCEL_HEAD_SIZE (PARCEL_SENT_AT + KEY_SIZE)
#define PARCEL_LEVEL 9 /* zstd; what is carried by hand may take its time */
#define PARCEL_CHUNK 65536 /* plain bytes in all sealed chunks but the last, which has one at least */

struct parcel_io {
    void *arg;
    enum err (*read)(void *arg, size_t n, struct buf *out); /* appends n bytes; fewer only at the end of the file */
    enum err (*rewind)(void *arg);                          /* the next read begins at the first byte again */
    enum err (*write)(void *arg, struct bytes piece);
    /* One job in one transaction, durable when it returns; the job's own error, or the store's. */
    enum err (*run)(void *arg, struct work *job);
    int level; /* of packing, 0 none; PARCEL_LEVEL where a person waits */
};

/* The head of a file, which everybody may read. */
struct parcel_head {
    uint8_t key_id[PARCEL_KEY_ID_SIZE]; /* of its receiver */
    uint8_t sent[KEY_SIZE];             /* names the file, too: no two have the same */
};
/* ERR_NOT_A_FILE; ERR_FILE_DAMAGED: cut short; ERR_TOO_NEW: another suite. */
MUST_CHECK enum err parcel_head_decode(struct parcel_head *h, struct bytes first);
/* The first bytes of the id of the device that has this key (protocol.md 2), and of the ward's key likewise. */
void parcel_key_id(uint8_t key_id[PARCEL_KEY_ID_SIZE], const uint8_t key[SIGN_PUBLIC_SIZE]);

/* --- writing: begin, messages (the manifest first), end --- */
struct parcel_out {
    const struct parcel_io *io;
    uint8_t key[KEY_SIZE];
    struct parcel_head head;
    uint8_t receiver[SIGN_PUBLIC_SIZE];
    uint64_t chunk;
    struct frame_out frames;
    struct buf plain;
    struct hash chain; /* over the messages */
    uint64_t bytes;    /* written */
};

/* seed: drawn for this file alone. */
MUST_CHECK enum err parcel_out_begin(struct parcel_out *p, const struct parcel_io *io,
                                     const uint8_t receiver[SIGN_PUBLIC_SIZE], const uint8_t seed[KEY_SIZE], int level);
MUST_CHECK enum err parcel_out_put(struct parcel_out *p, uint8_t type, struct bytes message);
MUST_CHECK enum err parcel_out_list(struct parcel_out *p, struct bytes list); /* of work_message */
MUST_CHECK enum err parcel_out_end(struct parcel_out *p, const uint8_t maker[SIGN_SECRET_SIZE]);
void parcel_out_deinit(struct parcel_out *p); /* in any case */

/* --- reading: begin, next until `end`, then the signature --- */
struct parcel_in {
    const struct parcel_io *io;
    uint8_t key[KEY_SIZE];
    struct parcel_head head;
    uint8_t receiver[SIGN_PUBLIC_SIZE];
    uint64_t chunk;
    struct buf sealed; /* this chunk and the first byte of the next one */
    bool last;         /* the last chunk is open */
    struct buf plain;
    size_t at;         /* of the next byte in plain */
    struct frame_in frames;
    struct hash chain;
    uint64_t bytes;    /* read */
    bool ended;
};

/* ERR_FILE_FOREIGN: for another key, which p->head names. Else as parcel_head_decode, and those of io. */
MUST_CHECK enum err parcel_in_begin(struct parcel_in *p, const struct parcel_io *io,
                                    const uint8_t receiver[SIGN_PUBLIC_SIZE],
                                    const uint8_t receiver_secret[SIGN_SECRET_SIZE]);
/* The next message, valid until the next call; *got false: `end` was the last. ERR_FILE_DAMAGED: a chunk does not open;
 * ERR_BAD_FRAME: what was sealed is not a file's content. */
MUST_CHECK enum err parcel_in_next(struct parcel_in *p, uint8_t *type, struct bytes *message, bool *got);
/* After the last message: the maker's signature over all of it, and nothing behind. ERR_BAD_PROOF. May be asked again,
 * for another maker. */
MUST_CHECK enum err parcel_in_signed(struct parcel_in *p, const uint8_t maker[SIGN_PUBLIC_SIZE]);
void parcel_in_deinit(struct parcel_in *p); /* in any case */

/* Who may have signed a file: whoever has `key`. In one of the ward's: also the last key of the list that the file
 * brings, if that goes on from `key`; or one of those before `key` in the list that is known (*former): such a file is
 * late, or a thief's. */
struct parcel_maker {
    const uint8_t *key;
    const struct id *ward;    /* of a file from it */
    const struct keys *known; /* of a file from it; count 0: none */
    bool former;              /* out */
};

/* What is left of a file whose manifest was read: every message is decoded and stands where it may, and the maker's
 * signature holds. ERR_BAD_PROOF. */
MUST_CHECK enum err parcel_check(struct parcel_in *p, enum manifest_direction direction, struct parcel_maker *maker);

#endif
