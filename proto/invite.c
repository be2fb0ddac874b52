/* invite.c - see invite.h. */
#include "invite.h"

#define PREFIX "CHIBO1"
#define VERSION 1
#define HEAD_SIZE (1 + INVITE_PIN_SIZE + INVITE_SECRET_SIZE + 1)
#define CHECK_SIZE 4
#define GROUP 5 /* letters between dashes */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; /* RFC 4648 section 6 */

static void check_make(uint8_t check[CHECK_SIZE], struct bytes before);
static bool base32_decode(const char *text, struct buf *out);
static bool binary_decode(struct bytes b, struct invite *out);
static char next_letter(const char **text);

bool invite_address_is_valid(const char *address)
{
    size_t n = strnlen(address, INVITE_ADDRESS_MAX + 1);
    const char *colon = strrchr(address, ':');
    uint32_t port = 0;

    if (n > INVITE_ADDRESS_MAX || colon == NULL || colon == address || colon[1] < '1' || colon[1] > '9')
        return false;
    for (const char *p = address; *p != '\0'; p++) {
        if (*p <= ' ' || *p > '~')
            return false;
    }
    for (const char *p = colon + 1; *p != '\0'; p++) {
        if (*p < '0' || *p > '9' || (port = port * 10 + (uint32_t)(*p - '0')) > UINT16_MAX)
            return false;
    }
    return true;
}

void invite_print(const struct invite *invite, struct buf *out)
{
    struct buf b = {0};
    uint8_t check[CHECK_SIZE];
    size_t address_n = strlen(invite->address);
    uint32_t bits = 0;
    unsigned have = 0, letters = 0;

    assert(invite_address_is_valid(invite->address));
    buf_reserve(&b, HEAD_SIZE + address_n + CHECK_SIZE);
    buf_put_u8(&b, VERSION);
    buf_put(&b, invite->pin, INVITE_PIN_SIZE);
    buf_put(&b, invite->secret, INVITE_SECRET_SIZE);
    buf_put_u8(&b, (uint8_t)address_n);
    buf_put(&b, invite->address, address_n);
    check_make(check, buf_bytes(&b));
    buf_put(&b, check, CHECK_SIZE);
    buf_put_str(out, PREFIX);
    for (size_t i = 0; i < b.n || have > 0;) {
        if (have < 5 && i < b.n) {
            bits = bits << 8 | b.p[i++];
            have += 8;
        } else if (have < 5) {
            bits <<= 5 - have; /* the last letter is filled up with zero bits */
            have = 5;
        }
        if (letters++ % GROUP == 0)
            buf_put_str(out, "-");
        have -= 5;
        buf_put_u8(out, (uint8_t)alphabet[bits >> have & 31]);
        bits &= (1u << have) - 1;
    }
    buf_wipe_deinit(&b);
}

enum err invite_parse(const char *text, struct invite *out)
{
    struct buf b = {0};

    for (const char *p = PREFIX; *p != '\0'; p++) {
        if (next_letter(&text) != *p)
            return ERR_INVITE_BAD;
    }
    bool good = base32_decode(text, &b) && binary_decode(buf_bytes(&b), out);
    buf_wipe_deinit(&b);
    return good ? ERR_OK : ERR_INVITE_BAD;
}

void invite_id(uint8_t id[INVITE_ID_SIZE], const uint8_t secret[INVITE_SECRET_SIZE])
{
    struct hash h;
    struct bytes pieces[] = {
        bytes_of("chibo1/invite-id", sizeof("chibo1/invite-id")), bytes_of(secret, INVITE_SECRET_SIZE),
    };

    crypto_blake2b(h.b, HASH_SIZE, bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
    memcpy(id, h.b, INVITE_ID_SIZE);
}

static void check_make(uint8_t check[CHECK_SIZE], struct bytes before)
{
    struct hash h;
    struct bytes pieces[] = {bytes_of("chibo1/invite", sizeof("chibo1/invite")), before};

    crypto_blake2b(h.b, HASH_SIZE, bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
    memcpy(check, h.b, CHECK_SIZE);
}

/* False for letters outside the alphabet, for more than an invite can hold, and for a last letter that says more than
 * its bytes do. */
static bool base32_decode(const char *text, struct buf *out)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t letters = 0;

    buf_reserve(out, HEAD_SIZE + INVITE_ADDRESS_MAX + CHECK_SIZE);
    for (char c = next_letter(&text); c != '\0'; c = next_letter(&text)) {
        const char *at = strchr(alphabet, c);
        if (at == NULL || out->n == HEAD_SIZE + INVITE_ADDRESS_MAX + CHECK_SIZE)
            return false;
        letters++;
        bits = bits << 5 | (uint32_t)(at - alphabet);
        have += 5;
        if (have >= 8) {
            have -= 8;
            buf_put_u8(out, (uint8_t)(bits >> have));
            bits &= (1u << have) - 1;
        }
    }
    return bits == 0 && letters == (out->n * 8 + 4) / 5;
}

static bool binary_decode(struct bytes b, struct invite *out)
{
    uint8_t check[CHECK_SIZE];

    if (b.n < HEAD_SIZE + CHECK_SIZE || b.p[0] != VERSION || b.n != HEAD_SIZE + b.p[HEAD_SIZE - 1] + (size_t)CHECK_SIZE)
        return false;
    check_make(check, bytes_of(b.p, b.n - CHECK_SIZE));
    if (!crypto_equal(check, b.p + b.n - CHECK_SIZE, CHECK_SIZE))
        return false;
    memset(out, 0, sizeof(*out));
    memcpy(out->pin, b.p + 1, INVITE_PIN_SIZE);
    memcpy(out->secret, b.p + 1 + INVITE_PIN_SIZE, INVITE_SECRET_SIZE);
    memcpy(out->address, b.p + HEAD_SIZE, b.p[HEAD_SIZE - 1]);
    return strlen(out->address) == b.p[HEAD_SIZE - 1] && invite_address_is_valid(out->address);
}

/* The next character that counts, in upper case; '\0' at the end. */
static char next_letter(const char **text)
{
    while (**text == ' ' || **text == '-' || **text == '\t' || **text == '\r' || **text == '\n')
        (*text)++;
    char c = **text;
    if (c != '\0')
        (*text)++;
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}
