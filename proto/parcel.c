/* parcel.c - see parcel.h. */
#include "parcel.h"

#include "enrol.h"
#include "message.h"
#include "sign.h"

#define SEALED_CHUNK (PARCEL_CHUNK + AEAD_TAG_SIZE)

/* --- what both ends derive ------------------------------------------------------------------------------------- */

void parcel_key_id(uint8_t key_id[PARCEL_KEY_ID_SIZE], const uint8_t key[SIGN_PUBLIC_SIZE])
{
    struct id id = enrol_device_id(key);

    memcpy(key_id, id.b, PARCEL_KEY_ID_SIZE);
}

static void head_put(const struct parcel_head *h, struct buf *out)
{
    buf_put(out, PARCEL_CONTEXT, PARCEL_MAGIC_SIZE);
    buf_put_u8(out, SUITE_1);
    buf_put(out, h->key_id, PARCEL_KEY_ID_SIZE);
    buf_put(out, h->sent, KEY_SIZE);
}

enum err parcel_head_decode(struct parcel_head *h, struct bytes first)
{
    size_t n = first.n < PARCEL_MAGIC_SIZE ? first.n : PARCEL_MAGIC_SIZE;

    if (n == 0 || memcmp(first.p, PARCEL_CONTEXT, n) != 0)
        return ERR_NOT_A_FILE;
    if (first.n > PARCEL_MAGIC_SIZE && first.p[PARCEL_MAGIC_SIZE] != SUITE_1)
        return ERR_TOO_NEW;
    if (first.n < PARCEL_HEAD_SIZE)
        return ERR_FILE_DAMAGED;
    memcpy(h->key_id, first.p + PARCEL_MAGIC_SIZE + 1, PARCEL_KEY_ID_SIZE);
    memcpy(h->sent, first.p + PARCEL_SENT_AT, KEY_SIZE);
    return ERR_OK;
}

/* The agreed point is hashed with both public keys: the key belongs to this file and this receiver. */
static void key_make(uint8_t key[KEY_SIZE], const uint8_t shared[KEY_SIZE], const uint8_t sent[KEY_SIZE],
                     const uint8_t receiver[SIGN_PUBLIC_SIZE])
{
    static const char context[] = PARCEL_CONTEXT;
    const struct bytes pieces[] = {bytes_of(context, sizeof context), bytes_of(shared, KEY_SIZE),
                                   bytes_of(sent, KEY_SIZE), bytes_of(receiver, SIGN_PUBLIC_SIZE)};

    crypto_blake2b(key, KEY_SIZE, bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
}

/* A chunk's place and whether it is the last: chunks cannot be moved, dropped or added. */
static void nonce_make(uint8_t nonce[AEAD_NONCE_SIZE], uint64_t chunk, bool last)
{
    memset(nonce, 0, AEAD_NONCE_SIZE);
    store_u64(nonce, chunk);
    nonce[8] = last ? 1 : 0;
}

static void chain_add(struct hash *chain, uint8_t type, struct bytes message)
{
    static const char context[] = PARCEL_CONTEXT;
    const struct bytes pieces[] = {bytes_of(context, sizeof context), bytes_of(chain->b, HASH_SIZE), bytes_of(&type, 1),
                                   message};
    struct hash next;

    crypto_blake2b(next.b, HASH_SIZE, bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
    *chain = next;
}

/* What the maker signs: for whom, and everything in it. */
static void signed_put(const uint8_t receiver[SIGN_PUBLIC_SIZE], const struct hash *chain, struct buf *out)
{
    buf_put(out, receiver, SIGN_PUBLIC_SIZE);
    buf_put(out, chain->b, HASH_SIZE);
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

static enum err put(struct parcel_out *p, struct bytes piece)
{
    p->bytes += piece.n;
    return p->io->write(p->io->arg, piece);
}

enum err parcel_out_begin(struct parcel_out *p, const struct parcel_io *io, const uint8_t receiver[SIGN_PUBLIC_SIZE],
                          const uint8_t seed[KEY_SIZE], int level)
{
    uint8_t shared[KEY_SIZE];
    struct buf head = {0};
    enum err e;

    memset(p, 0, sizeof *p);
    p->io = io;
    frame_out_init(&p->frames, level);
    memcpy(p->receiver, receiver, SIGN_PUBLIC_SIZE);
    parcel_key_id(p->head.key_id, receiver);
    e = crypto_agree_send(shared, p->head.sent, seed, receiver);
    if (e == ERR_OK) {
        key_make(p->key, shared, p->head.sent, receiver);
        head_put(&p->head, &head);
        e = put(p, buf_bytes(&head));
    }
    crypto_wipe(shared, sizeof shared);
    buf_deinit(&head);
    return e;
}

static enum err seal_chunk(struct parcel_out *p, size_t n, bool last)
{
    uint8_t nonce[AEAD_NONCE_SIZE];
    struct buf sealed = {0}, head = {0};
    enum err e;

    nonce_make(nonce, p->chunk++, last);
    head_put(&p->head, &head);
    crypto_seal_with_nonce(buf_grow(&sealed, n + AEAD_OVERHEAD), p->key, nonce, bytes_of(p->plain.p, n),
                           buf_bytes(&head));
    e = put(p, bytes_cut(buf_bytes(&sealed), AEAD_NONCE_SIZE)); /* the reader knows the nonce */
    buf_drop_front(&p->plain, n);
    buf_deinit(&sealed);
    buf_deinit(&head);
    return e;
}

static enum err put_message(struct parcel_out *p, uint8_t type, struct bytes message, bool last)
{
    enum err e = ERR_OK;

    chain_add(&p->chain, type, message);
    frame_put(&p->frames, type, message, last, &p->plain);
    while (e == ERR_OK && p->plain.n > PARCEL_CHUNK)
        e = seal_chunk(p, PARCEL_CHUNK, false);
    return e;
}

enum err parcel_out_put(struct parcel_out *p, uint8_t type, struct bytes message)
{
    return put_message(p, type, message, false);
}

enum err parcel_out_list(struct parcel_out *p, struct bytes list)
{
    struct bytes message;
    uint8_t type;
    enum err e = ERR_OK;

    while (e == ERR_OK && work_message_next(&list, &type, &message))
        e = put_message(p, type, message, false);
    return e;
}

enum err parcel_out_end(struct parcel_out *p, const uint8_t maker[SIGN_SECRET_SIZE])
{
    uint8_t signature[SIGNATURE_SIZE];
    struct buf nothing = {0}, whole = {0};
    enum err e;

    message_empty_encode(&nothing);
    e = put_message(p, MESSAGE_END, buf_bytes(&nothing), true);
    signed_put(p->receiver, &p->chain, &whole);
    sign_make(signature, PARCEL_CONTEXT, buf_bytes(&whole), maker);
    buf_put(&p->plain, signature, sizeof signature);
    if (e == ERR_OK && p->plain.n > PARCEL_CHUNK)
        e = seal_chunk(p, PARCEL_CHUNK, false);
    if (e == ERR_OK)
        e = seal_chunk(p, p->plain.n, true);
    buf_deinit(&nothing);
    buf_deinit(&whole);
    return e;
}

void parcel_out_deinit(struct parcel_out *p)
{
    frame_out_deinit(&p->frames);
    buf_wipe_deinit(&p->plain);
    crypto_wipe(p->key, sizeof p->key);
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

static enum err get(struct parcel_in *p, size_t n, struct buf *out)
{
    size_t before = out->n;
    enum err e = p->io->read(p->io->arg, n, out);

    p->bytes += out->n - before;
    return e;
}

enum err parcel_in_begin(struct parcel_in *p, const struct parcel_io *io, const uint8_t receiver[SIGN_PUBLIC_SIZE],
                         const uint8_t receiver_secret[SIGN_SECRET_SIZE])
{
    uint8_t shared[KEY_SIZE], key_id[PARCEL_KEY_ID_SIZE];
    struct buf head = {0};
    enum err e;

    memset(p, 0, sizeof *p);
    p->io = io;
    frame_in_init(&p->frames);
    memcpy(p->receiver, receiver, SIGN_PUBLIC_SIZE);
    parcel_key_id(key_id, receiver);
    e = io->rewind(io->arg);
    if (e == ERR_OK)
        e = get(p, PARCEL_HEAD_SIZE, &head);
    if (e == ERR_OK)
        e = parcel_head_decode(&p->head, buf_bytes(&head));
    if (e == ERR_OK && memcmp(p->head.key_id, key_id, sizeof key_id) != 0)
        e = ERR_FILE_FOREIGN;
    if (e == ERR_OK && crypto_agree_receive(shared, p->head.sent, receiver_secret) != ERR_OK)
        e = ERR_FILE_DAMAGED;
    if (e == ERR_OK)
        key_make(p->key, shared, p->head.sent, receiver);
    crypto_wipe(shared, sizeof shared);
    buf_deinit(&head);
    return e;
}

/* The next chunk into plain, behind what is left there. One byte is read ahead: without it this chunk is the last. */
static enum err open_chunk(struct parcel_in *p)
{
    uint8_t nonce[AEAD_NONCE_SIZE];
    struct buf box = {0}, head = {0};
    size_t n;
    enum err e = get(p, SEALED_CHUNK + 1 - p->sealed.n, &p->sealed);

    if (e != ERR_OK)
        return e;
    p->last = p->sealed.n <= SEALED_CHUNK;
    n = p->last ? p->sealed.n : SEALED_CHUNK;
    if (n <= AEAD_TAG_SIZE)
        return ERR_FILE_DAMAGED;
    buf_drop_front(&p->plain, p->at);
    p->at = 0;
    nonce_make(nonce, p->chunk++, p->last);
    head_put(&p->head, &head);
    buf_put(&box, nonce, sizeof nonce);
    buf_put(&box, p->sealed.p, n);
    buf_drop_front(&p->sealed, n);
    if (crypto_open(buf_grow(&p->plain, n - AEAD_TAG_SIZE), p->key, buf_bytes(&box), buf_bytes(&head)) != ERR_OK)
        e = ERR_FILE_DAMAGED;
    buf_deinit(&box);
    buf_deinit(&head);
    return e;
}

enum err parcel_in_next(struct parcel_in *p, uint8_t *type, struct bytes *message, bool *got)
{
    *got = false;
    if (p->ended)
        return ERR_OK;
    for (;;) {
        struct bytes more = bytes_cut(buf_bytes(&p->plain), p->at);
        bool whole = false;
        enum err e = more.n > 0 ? frame_next(&p->frames, &more, &whole) : ERR_OK;

        p->at = p->plain.n - more.n;
        if (e != ERR_OK)
            return e;
        if (whole)
            break;
        if (p->last)
            return ERR_BAD_FRAME;
        e = open_chunk(p);
        if (e != ERR_OK)
            return e;
    }
    *type = p->frames.type;
    *message = buf_bytes(&p->frames.message);
    chain_add(&p->chain, *type, *message);
    if ((*type == MESSAGE_END) != p->frames.last)
        return ERR_BAD_FRAME;
    p->ended = p->frames.last;
    *got = !p->ended;
    return p->ended && !message_empty(*message) ? ERR_BAD_FRAME : ERR_OK;
}

enum err parcel_in_signed(struct parcel_in *p, const uint8_t maker[SIGN_PUBLIC_SIZE])
{
    struct buf whole = {0};
    enum err e = ERR_OK;

    assert(p->ended);
    if (!p->last)
        e = open_chunk(p);
    if (e == ERR_OK && (!p->last || p->plain.n - p->at != SIGNATURE_SIZE))
        e = ERR_BAD_FRAME;
    signed_put(p->receiver, &p->chain, &whole);
    if (e == ERR_OK && !sign_check(p->plain.p + p->at, PARCEL_CONTEXT, buf_bytes(&whole), maker))
        e = ERR_BAD_PROOF;
    buf_deinit(&whole);
    return e;
}

void parcel_in_deinit(struct parcel_in *p)
{
    frame_in_deinit(&p->frames);
    buf_wipe_deinit(&p->plain);
    buf_deinit(&p->sealed);
    crypto_wipe(p->key, sizeof p->key);
}
