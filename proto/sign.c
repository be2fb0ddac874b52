/* sign.c - see sign.h. Ed25519 reads its message twice, so context and message are laid side by side first. */
#include "sign.h"

static struct buf with_context(const char *context, struct bytes message)
{
    struct buf b = {0};

    buf_reserve(&b, strlen(context) + 1 + message.n);
    buf_put(&b, context, strlen(context) + 1);
    buf_put_bytes(&b, message);
    return b;
}

void sign_make(uint8_t signature[SIGNATURE_SIZE], const char *context, struct bytes message,
               const uint8_t secret_key[SIGN_SECRET_SIZE])
{
    struct buf b = with_context(context, message);

    crypto_sign(signature, buf_bytes(&b), secret_key);
    buf_deinit(&b);
}

bool sign_check(const uint8_t signature[SIGNATURE_SIZE], const char *context, struct bytes message,
                const uint8_t public_key[SIGN_PUBLIC_SIZE])
{
    struct buf b = with_context(context, message);
    bool holds = crypto_verify(signature, buf_bytes(&b), public_key);

    buf_deinit(&b);
    return holds;
}
