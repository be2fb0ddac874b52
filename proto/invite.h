/* invite.h - the text by which a device finds its ward and proves that it was invited (protocol.md 9). It holds a
 * secret: whoever reads it first may enrol. */
#ifndef CHIBO_INVITE_H
#define CHIBO_INVITE_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/crypto.h"
#include "../common/err.h"

#define INVITE_PIN_SIZE 16
#define INVITE_SECRET_SIZE 16
#define INVITE_ID_SIZE 8
#define INVITE_ADDRESS_MAX 255 /* its length is one byte */

struct invite {
    uint8_t pin[INVITE_PIN_SIZE]; /* of the server's key */
    uint8_t secret[INVITE_SECRET_SIZE];
    char address[INVITE_ADDRESS_MAX + 1]; /* "host:port" */
};

/* Host and port 1..65535, printable ASCII without blanks; [::1]:7440 for IPv6. */
bool invite_address_is_valid(const char *address);
/* Appends the text. The address must be valid. */
void invite_print(const struct invite *invite, struct buf *out);
/* Takes any case, with or without dashes and blanks. ERR_INVITE_BAD for whatever else differs. */
MUST_CHECK enum err invite_parse(const char *text, struct invite *out);
void invite_id(uint8_t id[INVITE_ID_SIZE], const uint8_t secret[INVITE_SECRET_SIZE]);

#endif
