/* id.c - see id.h. */
#include "id.h"

static const char hex_digits[] = "0123456789abcdef";

static int hex_value(char c);

struct id id_uuid7(uint64_t unix_ms, const uint8_t random[10])
{
    struct id id;

    for (unsigned i = 0; i < 6; i++)
        id.b[i] = (uint8_t)(unix_ms >> (40 - 8 * i));
    memcpy(id.b + 6, random, 10);
    id.b[6] = (uint8_t)(0x70 | (id.b[6] & 0x0f)); /* version 7 */
    id.b[8] = (uint8_t)(0x80 | (id.b[8] & 0x3f)); /* variant 10 */
    return id;
}

struct id id_from(const uint8_t p[ID_SIZE])
{
    struct id id;

    memcpy(id.b, p, ID_SIZE);
    return id;
}

bool id_is_zero(const struct id *a)
{
    static const struct id zero;

    return id_equal(a, &zero);
}

bool id_equal(const struct id *a, const struct id *b)
{
    return memcmp(a->b, b->b, ID_SIZE) == 0;
}

int id_compare(const struct id *a, const struct id *b)
{
    return memcmp(a->b, b->b, ID_SIZE);
}

void id_print(const struct id *a, char out[ID_TEXT_SIZE])
{
    for (unsigned i = 0; i < ID_SIZE; i++) {
        out[2 * i] = hex_digits[a->b[i] >> 4];
        out[2 * i + 1] = hex_digits[a->b[i] & 0x0f];
    }
    out[ID_TEXT_SIZE - 1] = '\0';
}

enum err id_parse(const char *text, struct id *out)
{
    struct id id;

    if (strnlen(text, ID_TEXT_SIZE) != ID_TEXT_SIZE - 1)
        return ERR_BAD_VALUE;
    for (unsigned i = 0; i < ID_SIZE; i++) {
        int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return ERR_BAD_VALUE;
        id.b[i] = (uint8_t)(high << 4 | low);
    }
    *out = id;
    return ERR_OK;
}

bool id_has_prefix(const struct id *a, const char *hex_prefix)
{
    for (unsigned i = 0; hex_prefix[i] != '\0'; i++) {
        if (i >= 2 * ID_SIZE)
            return false;
        int digit = i % 2 == 0 ? a->b[i / 2] >> 4 : a->b[i / 2] & 0x0f;
        if (hex_value(hex_prefix[i]) != digit)
            return false;
    }
    return true;
}

static int hex_value(char c)
{
    const char *at = c == '\0' ? NULL : strchr(hex_digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);

    return at == NULL ? -1 : (int)(at - hex_digits);
}
