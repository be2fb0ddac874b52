/* replica_keys.c - which keys of the ward this device believes, and what each of them may sign (protocol.md 4.5). */
#include "replica_keys.h"

#include "snapshot.h"

static const char meta_keys[] = "ward keys";

static enum err keys_load(struct txn *txn, struct keys *k)
{
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_meta, bytes_of_str(meta_keys), &row);

    k->count = 0;
    if (e == ERR_OK && keys_decode(k, buf_bytes(&row)) != ERR_OK)
        e = ERR_DAMAGED;
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err replica_keys_list(struct txn *txn, struct buf *message)
{
    enum err e = store_get(txn, TABLE_meta, bytes_of_str(meta_keys), message);

    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err replica_keys(struct txn *txn, struct replica *r, struct work *job)
{
    struct keys k;
    size_t place;
    enum err e = keys_decode(&k, buf_bytes(&job->in));

    if (e == ERR_OK)
        e = keys_verify(&k, &r->ward);
    if (e == ERR_OK && !keys_find(&k, r->ward_key, &place))
        e = ERR_BAD_PROOF; /* true as they may be, they have nothing to do with what we know */
    if (e == ERR_OK)
        e = store_put(txn, TABLE_meta, bytes_of_str(meta_keys), buf_bytes(&job->in));
    if (e != ERR_OK)
        return e;
    memcpy(r->ward_key, keys_at(&k, k.count), SIGN_PUBLIC_SIZE);
    return replica_save(txn, r);
}

/* Where the key stands among those of the ward. Without a list there is but the one we were given. */
static enum err place_of(struct txn *txn, const struct replica *r, const uint8_t *key, struct keys *k, size_t *place)
{
    enum err e = keys_load(txn, k);

    *place = 0;
    if (e != ERR_OK)
        return e;
    if (k->count == 0)
        return crypto_equal(key, r->ward_key, SIGN_PUBLIC_SIZE) ? ERR_OK : ERR_BAD_PROOF;
    return keys_find(k, key, place) ? ERR_OK : ERR_BAD_PROOF;
}

/* The first leaf says which key its log begins with. Only a key leaf changes it, and only to the next one. */
static enum err key_moves(const struct replica_log *log, const struct control *c, struct txn *txn,
                          const struct replica *r)
{
    struct keys k;
    size_t place, next;
    enum err e = ERR_OK;

    if (c->kind == CONTROL_SCOPE && log->size > 0 &&
        !crypto_equal(c->is.is_scope.ward_key, log->ward_key, SIGN_PUBLIC_SIZE))
        return ERR_BAD_PROOF;
    if (c->kind != CONTROL_KEY)
        return ERR_OK;
    e = control_key_verify(c, log->ward_key);
    if (e == ERR_OK)
        e = place_of(txn, r, log->ward_key, &k, &place);
    if (e == ERR_OK)
        e = place_of(txn, r, c->is.key.key, &k, &next);
    return e == ERR_OK && next != place + 1 ? ERR_BAD_PROOF : e;
}

/* By the key its log is at; or by a later one: what a ward that was put back says in the older part of a log. */
static enum err leaf_signed(struct txn *txn, const struct replica *r, const struct replica_log *log,
                            struct bytes encoded, const uint8_t signature[SIGNATURE_SIZE])
{
    struct keys k;
    size_t place;
    enum err e = control_verify(signature, encoded, log->ward_key);

    if (e == ERR_OK)
        return ERR_OK;
    e = place_of(txn, r, log->ward_key, &k, &place);
    if (e != ERR_OK)
        return e;
    for (place++; place <= k.count; place++)
        if (control_verify(signature, encoded, keys_at(&k, place)) == ERR_OK)
            return ERR_OK;
    return ERR_BAD_PROOF;
}

enum err replica_keys_control(struct txn *txn, const struct replica *r, struct replica_log *log,
                              const struct control *c, struct bytes encoded, const uint8_t signature[SIGNATURE_SIZE])
{
    struct keys k;
    size_t place;
    enum err e = ERR_OK;

    if (c->kind == CONTROL_ERASED)
        return log->size > 0 ? ERR_OK : ERR_BAD_PROOF; /* the checkpoint behind it stands for it */

    if (log->size == 0) {
        if (c->kind != CONTROL_SCOPE)
            return ERR_BAD_PROOF;
        memcpy(log->ward_key, c->is.is_scope.ward_key, SIGN_PUBLIC_SIZE);
        e = place_of(txn, r, log->ward_key, &k, &place);
    }
    if (e == ERR_OK)
        e = leaf_signed(txn, r, log, encoded, signature);
    if (e == ERR_OK)
        e = key_moves(log, c, txn, r);
    if (e == ERR_OK && c->kind == CONTROL_KEY)
        memcpy(log->ward_key, c->is.key.key, SIGN_PUBLIC_SIZE);
    return e;
}

enum err replica_keys_checkpoint(struct txn *txn, const struct replica *r, const struct scope *s,
                                 const struct checkpoint *c, const uint8_t signature[SIGNATURE_SIZE])
{
    struct keys k;
    size_t place;
    enum err e;

    if (checkpoint_verify(signature, c, s->ward_key) == ERR_OK ||
        checkpoint_verify(signature, c, r->ward_key) == ERR_OK)
        return ERR_OK;
    e = place_of(txn, r, s->ward_key, &k, &place);
    if (e != ERR_OK)
        return e;
    for (place++; place < k.count; place++)
        if (checkpoint_verify(signature, c, keys_at(&k, place)) == ERR_OK)
            return ERR_OK;
    return ERR_BAD_PROOF;
}

typedef enum err verifier(const uint8_t signature[SIGNATURE_SIZE], struct bytes encoded,
                          const uint8_t public_key[SIGN_PUBLIC_SIZE]);

static enum err by_any_key(struct txn *txn, const struct replica *r, verifier *verify, struct bytes encoded,
                           const uint8_t signature[SIGNATURE_SIZE], uint8_t key[SIGN_PUBLIC_SIZE])
{
    struct keys k;
    enum err e = keys_load(txn, &k);

    memcpy(key, r->ward_key, SIGN_PUBLIC_SIZE);
    if (e != ERR_OK || verify(signature, encoded, key) == ERR_OK)
        return e;
    for (size_t place = 0; place < k.count; place++) {
        memcpy(key, keys_at(&k, place), SIGN_PUBLIC_SIZE);
        if (verify(signature, encoded, key) == ERR_OK)
            return ERR_OK;
    }
    return ERR_BAD_PROOF;
}

enum err replica_keys_snapshot(struct txn *txn, const struct replica *r, struct bytes encoded,
                               const uint8_t signature[SIGNATURE_SIZE], uint8_t key[SIGN_PUBLIC_SIZE])
{
    return by_any_key(txn, r, snapshot_verify, encoded, signature, key);
}

enum err replica_keys_word(struct txn *txn, const struct replica *r, struct bytes encoded,
                           const uint8_t signature[SIGNATURE_SIZE])
{
    uint8_t key[SIGN_PUBLIC_SIZE];

    return by_any_key(txn, r, control_verify, encoded, signature, key);
}
