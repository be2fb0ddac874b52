/* home.h - the server's directory: keys, certificates, configuration and the ward's store, created whole or not at all.
 *
 *   khoa-phuong   the ward: its id, signing key and ratchet key
 *   khoa-cu       signing keys before that one, to open files that are sealed to them; none yet: no file
 *   khoa-ca       key of the CA that certifies devices;        ca.der its certificate
 *   khoa-tls      key of this server's TLS;                    tls.der its certificate, which invites pin
 *   khoa-so, so/  key of the store's tags, and the store (safe.h)
 *   cau-hinh      configuration: `name = value` lines, for the operator to edit
 *   khoa-chay     lock of the one daemon;                      chibod.sock where it takes commands
 *
 * Directory 0700, files 0600. Each key file ends with a checksum over itself, and holds the hash of its certificate: a
 * flipped byte in either is ERR_DAMAGED. Table meta, row `version`: HOME_VERSION; a larger one is ERR_TOO_NEW.
 * A struct home may not move while it is open: the ward's hooks point to it. */
#ifndef CHIBO_HOME_H
#define CHIBO_HOME_H

#include "../common/tls_identity.h"
#include "../proto/ward.h"
#include "safe.h"

#define HOME_VERSION 1
#define HOME_ADDRESS_MAX 255
#define HOME_CERT_DAYS 1827      /* of a device's certificate: one term of office, five years */
#define HOME_CERT_DAYS_MOST 7305
#define HOME_SERVER_DAYS 7305    /* of the CA and of TLS: known by pin, so the end is a formality */
#define HOME_LOCK "khoa-chay"
#define HOME_SOCKET "chibod.sock"

struct home_settings {
    const char *name;    /* of the ward; clean (text.h) */
    const char *code;    /* of its own organisation */
    const char *listen;  /* "host:port", the host a number or localhost */
    const char *address; /* what invites say; NULL: as listen */
    unsigned cert_days;
};

struct home {
    char *dir;
    const char *at; /* the file that the last error is about */
    struct safe safe;
    struct ward ward;
    uint8_t ca_seed[TLS_SEED_SIZE];
    uint8_t tls_seed[TLS_SEED_SIZE];
    struct buf ca, tls; /* DER */
    uint8_t pin[TLS_PIN_SIZE];
    char listen[HOME_ADDRESS_MAX + 1];
    char address[HOME_ADDRESS_MAX + 1];
    unsigned cert_days;
};

/* ERR_EXISTS: there is something in dir already (an empty directory is fine). ERR_BAD_VALUE: code or listen. */
MUST_CHECK enum err home_create(const char *dir, const struct home_settings *settings, uint64_t now_s);
/* ERR_NO_STORE: dir is no home. ERR_BAD_VALUE: the configuration. home_close in any case. */
MUST_CHECK enum err home_open(const char *dir, enum kv_mode mode, struct home *out);
void home_close(struct home *h); /* may run twice; wipes */

/* "10.0.0.5:7440" or "[::1]:7440" or "localhost:7440" taken apart for listener.h. ERR_BAD_VALUE. */
MUST_CHECK enum err home_split(const char *listen, char host[HOME_ADDRESS_MAX + 1], uint16_t *port);

/* --- home_rotate.c: new keys in place of old ones. The home is open for writing, and no daemon serves it (the caller
 * holds HOME_LOCK). --- */
/* A new TLS key, stated by the old one (tls_chain.h). Devices and invites that know an older pin go on. h is as before:
 * open it again. */
MUST_CHECK enum err home_rotate_tls(struct home *h, uint64_t now_s);
/* A new signing key of the ward: a leaf in every log. The old key signs nothing any more; it is kept for opening. h has
 * the new key. */
MUST_CHECK enum err home_rotate_ward(struct home *h, uint64_t now_s);
/* End a rotation that died on its way; parts of home_open, before the keys are read and when the store is open. */
enum err home_finish_tls(struct home *h);
enum err home_finish_ward(struct home *h);
void home_take_ward(struct ward *w, const uint8_t *content); /* HOME_WARD_CONTENT bytes */
/* home_old.c: the old keys of the ward from their file, and to it, whole or not at all. */
#define HOME_OLD_CONTENT (WARD_OLD_KEYS * 32)
void home_old_take(struct ward *w, const uint8_t content[HOME_OLD_CONTENT]);
void home_old_content(const struct ward *w, uint8_t content[HOME_OLD_CONTENT]);
MUST_CHECK enum err home_old_load(struct home *h);
MUST_CHECK enum err home_old_save(struct home *h, const struct ward *w);
/* home_beside.c: files beside the folder, named like it and a suffix: the folder's parent and the file's name there; a
 * file that appears whole, in place of the one before. */
void home_beside_place(const struct home *h, const char *suffix, struct buf *parent, struct buf *name);
MUST_CHECK enum err home_beside_write(const struct home *h, const char *suffix, struct bytes content);
/* All keys of the ward and their list once more, beside the folder. */
MUST_CHECK enum err home_beside_save(struct home *h);
/* Part of home_open for writing, before home_finish_ward: if the folder is an older copy, the newest key is put in. */
MUST_CHECK enum err home_beside_take(struct home *h);

/* khoa-phuong: id ‖ seed of the signing key ‖ ratchet key; khoa-ca, khoa-tls: seed ‖ SHA-256 of the certificate. */
#define HOME_WARD_FILE "khoa-phuong"
#define HOME_TLS_FILE "khoa-tls"
#define HOME_TLS_CERT "tls.der"
#define HOME_NEW ".moi" /* behind the name of a file that will take the name's place */
#define HOME_WARD_CONTENT (ID_SIZE + 32 + KEY_SIZE)
#define HOME_CERT_CONTENT (TLS_SEED_SIZE + HASH_SIZE)
struct tls_validity home_validity(uint64_t now_s, unsigned days);
/* What a certificate's key file holds beside the seed. */
void home_cert_content(const uint8_t seed[TLS_SEED_SIZE], struct bytes der, uint8_t content[HOME_CERT_CONTENT]);

/* home_file.c: files with a version and a checksum. */
#define HOME_CHECK_SIZE 16
void home_file_check(const char *name, struct bytes all, uint8_t out[HOME_CHECK_SIZE]);
/* Under another name, for later: the checksum is for `name`. */
MUST_CHECK enum err home_file_create_as(const char *dir, const char *file, const char *name, struct bytes content);
MUST_CHECK enum err home_file_create(const char *dir, const char *name, struct bytes content);
MUST_CHECK enum err home_file_read(const char *dir, const char *name, size_t size, uint8_t *content);
MUST_CHECK enum err home_file_read_as(const char *dir, const char *file, const char *name, size_t size,
                                      uint8_t *content);
/* The configuration. */
void home_file_config_print(const struct home_settings *s, struct buf *out);
MUST_CHECK enum err home_file_config_parse(struct home *h, struct buf *text);

#endif
