/* columns_item.h - MessagePack read item by item, from bytes that nobody has checked (columns.c, columns_restore.c). */
#ifndef CHIBO_COLUMNS_ITEM_H
#define CHIBO_COLUMNS_ITEM_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/id.h"
#include "limits.h"

/* Bytes that stand for more than themselves in the skeleton; MessagePack uses none of them as we do. */
#define COLUMNS_BASE_AGAIN 0xc1u /* in place of a base: the same as the last one of one version */
#define COLUMNS_ID_RANDOM 0u     /* behind op: 16 bytes in raw */
#define COLUMNS_ID_TIME 1u       /* the time as difference from the last such, and the 74 random bits in raw */
#define COLUMNS_ID_AGAIN 2u      /* the last record again */

#define COLUMNS_MAX 128 /* fields of kinds in one message; senders leave a message with more as it is */

enum columns_kind { ITEM_SCALAR, ITEM_STR, ITEM_BIN, ITEM_ARRAY };

struct columns_item {
    enum columns_kind kind;
    struct bytes head; /* the whole of a scalar */
    size_t n;          /* bytes or elements that follow */
    uint32_t value;    /* of an unsigned scalar below 2^32; else UINT32_MAX */
};

/* Takes the next head off *b, but not what follows it. False: there is none. */
bool columns_item(struct bytes *b, struct columns_item *item);
/* Takes n bytes off *b. False: there are fewer. */
bool columns_take(struct bytes *b, size_t n, struct bytes *taken);
/* The random bits of a UUIDv7: 10 bytes less 6 bits that are always the same. Two of them come back, the rest in 9
 * bytes. */
#define COLUMNS_RANDOM_SIZE 9
unsigned columns_random_pack(const uint8_t id[ID_SIZE], uint8_t random[COLUMNS_RANDOM_SIZE]);
void columns_random_unpack(uint8_t id[ID_SIZE], unsigned two, const uint8_t random[COLUMNS_RANDOM_SIZE]);
/* Which element of a message with so many holds the bodies; 0: none does. */
size_t columns_bodies(size_t elements);
/* Milliseconds, if `rest` begins with element `at` of such a message, that is the time, and it is a number below 2^32;
 * else `time` as it is. */
uint64_t columns_time(size_t elements, size_t at, struct bytes rest, uint64_t time);

#endif
