/* id.h - 16-byte ids: made, compared, printed, parsed.
 *
 * Record ids are UUIDv7 (RFC 9562 section 5.7: 48 bits of Unix milliseconds, version, 74 random bits) or are
 * derived from a natural key (proto/record.h). Ids of scopes, persons, devices and organisations are 16 bytes too.
 * Printed as 32 lower-case hex digits without dashes; prefixes of >= 6 digits name a record. */
#ifndef CHIBO_ID_H
#define CHIBO_ID_H

#include "base.h"
#include "err.h"

#define ID_SIZE 16
#define ID_TEXT_SIZE (2 * ID_SIZE + 1)
#define ID_PREFIX_MIN 6

struct id {
    uint8_t b[ID_SIZE];
};

struct id id_uuid7(uint64_t unix_ms, const uint8_t random[10]); /* pure: the caller brings time and chance */
struct id id_from(const uint8_t p[ID_SIZE]);
bool id_is_zero(const struct id *a);
bool id_equal(const struct id *a, const struct id *b);
int id_compare(const struct id *a, const struct id *b);
void id_print(const struct id *a, char out[ID_TEXT_SIZE]);
MUST_CHECK enum err id_parse(const char *text, struct id *out);              /* ERR_BAD_VALUE */
bool id_has_prefix(const struct id *a, const char *hex_prefix);               /* case-insensitive */

#endif
