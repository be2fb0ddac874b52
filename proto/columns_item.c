/* columns_item.c - see columns_item.h. */
#include "columns_item.h"

#define TIME_BEFORE_BODIES 4 /* elements; behind it come quality, seed and signature */

/* Bytes of a head by its first byte; 0: not of ours. */
static size_t head_size(uint8_t c)
{
    if (c < 0x80 || c >= 0xe0 || c == 0xc0 || (c >= 0x90 && c < 0xc0))
        return 1;
    switch (c) {
    case 0xc4: case 0xcc: case 0xd0: case 0xd9:
        return 2;
    case 0xc5: case 0xcd: case 0xd1: case 0xda: case 0xdc:
        return 3;
    case 0xce: case 0xd2:
        return 5;
    case 0xcf: case 0xd3:
        return 9;
    default:
        return 0;
    }
}

static uint32_t number(struct bytes head)
{
    uint32_t v = 0;
    if (head.n == 1)
        return head.p[0] < 0x80 ? head.p[0] : UINT32_MAX;
    if (head.p[0] < 0xcc || head.p[0] > 0xce)
        return UINT32_MAX;
    for (size_t i = 1; i < head.n; i++)
        v = v << 8 | head.p[i];
    return v;
}

static size_t length(struct bytes head)
{
    return head.n == 2 ? head.p[1] : load_u16(head.p + 1);
}

bool columns_item(struct bytes *b, struct columns_item *item)
{
    size_t n = b->n > 0 ? head_size(b->p[0]) : 0;
    if (n == 0 || n > b->n)
        return false;
    *item = (struct columns_item){.kind = ITEM_SCALAR, .head = bytes_of(b->p, n), .value = UINT32_MAX};
    *b = bytes_cut(*b, n);
    uint8_t c = item->head.p[0];
    if (c >= 0x90 && c < 0xa0) {
        item->kind = ITEM_ARRAY;
        item->n = c & 15u;
    } else if (c >= 0xa0 && c < 0xc0) {
        item->kind = ITEM_STR;
        item->n = c & 31u;
    } else if (c == 0xc4 || c == 0xc5) {
        item->kind = ITEM_BIN;
        item->n = length(item->head);
    } else if (c == 0xd9 || c == 0xda) {
        item->kind = ITEM_STR;
        item->n = length(item->head);
    } else if (c == 0xdc) {
        item->kind = ITEM_ARRAY;
        item->n = length(item->head);
    } else {
        item->value = number(item->head);
    }
    return true;
}

bool columns_take(struct bytes *b, size_t n, struct bytes *taken)
{
    if (b->n < n)
        return false;
    *taken = bytes_of(b->p, n);
    *b = bytes_cut(*b, n);
    return true;
}

unsigned columns_random_pack(const uint8_t id[ID_SIZE], uint8_t random[COLUMNS_RANDOM_SIZE])
{
    random[0] = (uint8_t)((id[6] & 3u) << 6 | (id[8] & 63u));
    random[1] = id[7];
    memcpy(random + 2, id + 9, 7);
    return id[6] >> 2 & 3u;
}

void columns_random_unpack(uint8_t id[ID_SIZE], unsigned two, const uint8_t random[COLUMNS_RANDOM_SIZE])
{
    id[6] = (uint8_t)(0x70u | two << 2 | random[0] >> 6);
    id[7] = random[1];
    id[8] = (uint8_t)(0x80u | (random[0] & 63u));
    memcpy(id + 9, random + 2, 7);
}

size_t columns_bodies(size_t elements)
{
    return elements == 8 ? 7 : elements == 12 ? 8 : 0;
}

uint64_t columns_time(size_t elements, size_t at, struct bytes rest, uint64_t time)
{
    struct columns_item item;
    if (at + TIME_BEFORE_BODIES != columns_bodies(elements) || !columns_item(&rest, &item) || item.value == UINT32_MAX)
        return time;
    return (uint64_t)item.value * 1000;
}
