/* ward_adopt.c - see ward_adopt.h. */
#include "ward_adopt.h"

#include <stdlib.h>

#include "mp.h"

static const char meta_keys[] = "keys";
static const char meta_from[] = "keys from"; /* u8: place of the oldest key that proves what a device hands back */
static const char meta_gone[] = "key gone";  /* the list that a device showed, as message 20 */

/* --- the list ----------------------------------------------------------------------------------------------------- */

enum err ward_keys_list(struct txn *txn, struct keys *k)
{
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_meta, bytes_of_str(meta_keys), &row);

    k->count = 0;
    if (e == ERR_OK && keys_decode(k, buf_bytes(&row)) != ERR_OK)
        e = ERR_DAMAGED;
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err list_save(struct txn *txn, const char *name, const struct keys *k)
{
    struct buf row = {0};
    enum err e;

    keys_encode(k, &row);
    e = store_put(txn, TABLE_meta, bytes_of_str(name), buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

enum err ward_keys_now(struct txn *txn, uint8_t key[SIGN_PUBLIC_SIZE])
{
    struct scope *scope = NULL;
    size_t count = 0;
    enum err e = ward_key_newest(txn, key);

    if (e != ERR_NOT_FOUND)
        return e;
    e = scope_list(txn, &scope, &count);
    if (e == ERR_OK && count > 0)
        memcpy(key, scope[0].ward_key, SIGN_PUBLIC_SIZE);
    free(scope);
    return e == ERR_OK && count == 0 ? ERR_NOT_FOUND : e;
}

static enum err oldest_proof(struct txn *txn, const struct ward_proofs *p, uint8_t key[SIGN_PUBLIC_SIZE])
{
    if (p->own.count == 0)
        return ward_keys_now(txn, key);
    memcpy(key, keys_at(&p->own, p->from), SIGN_PUBLIC_SIZE);
    return ERR_OK;
}

/* --- going on with a newer key ------------------------------------------------------------------------------------ */

static enum err key_leaf(struct txn *txn, const struct ward *w, struct scope *s, const struct key_link *l, uint64_t now)
{
    struct control c = {.kind = CONTROL_KEY};

    memcpy(c.is.key.key, l->new_key, SIGN_PUBLIC_SIZE);
    memcpy(c.is.key.signature, l->by_new, SIGNATURE_SIZE);
    return ward_control_later(txn, w, s, &c, now);
}

enum err ward_adopt_log(struct txn *txn, const struct ward *w, const struct keys *own, struct scope *s, uint64_t now)
{
    size_t place;
    enum err e = ERR_OK;

    if (crypto_equal(s->ward_key, w->public_key, SIGN_PUBLIC_SIZE))
        return ERR_OK;
    if (!keys_find(own, s->ward_key, &place))
        return ERR_DAMAGED;
    for (; e == ERR_OK && place < own->count; place++)
        e = key_leaf(txn, w, s, &own->link[place], now);
    return e;
}

static enum err from_put(struct txn *txn, size_t place)
{
    uint8_t row = (uint8_t)place;

    return store_put(txn, TABLE_meta, bytes_of_str(meta_from), bytes_of(&row, 1));
}

enum err ward_proofs_keep(struct txn *txn, const struct ward_proofs *p)
{
    return p->gone || p->adopt ? ERR_OK : from_put(txn, p->from);
}

/* The oldest key that proves anything stays what it was before. */
static enum err from_save(struct txn *txn, const struct ward *w, const struct keys *list)
{
    uint8_t before[SIGN_PUBLIC_SIZE];
    struct ward_proofs p;
    size_t place;
    enum err e = ward_proofs_load(txn, w, bytes_of(NULL, 0), &p);

    if (e == ERR_OK)
        e = oldest_proof(txn, &p, before);
    if (e == ERR_OK && !keys_find(list, before, &place))
        e = ERR_BAD_PROOF; /* true as it may be, it does not go on from what this store knows */
    return e == ERR_OK ? from_put(txn, place) : e;
}

enum err ward_adopt(struct txn *txn, const struct ward *w, const struct keys *list, uint64_t now)
{
    struct scope *scope = NULL;
    size_t count = 0;
    uint64_t policy;
    enum err e = keys_verify(list, &w->id);

    if (e == ERR_OK && !crypto_equal(keys_at(list, list->count), w->public_key, SIGN_PUBLIC_SIZE))
        e = ERR_BAD_PROOF;
    if (e == ERR_OK)
        e = from_save(txn, w, list);
    if (e == ERR_OK)
        e = list_save(txn, meta_keys, list);
    if (e == ERR_OK)
        e = store_del(txn, TABLE_meta, bytes_of_str(meta_gone));
    if (e == ERR_OK)
        e = ward_policy_next(txn, &policy);
    if (e == ERR_OK)
        e = scope_list(txn, &scope, &count);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        e = ward_adopt_log(txn, w, list, &scope[i], now);
    free(scope);
    return e;
}

/* --- what a device hands back ------------------------------------------------------------------------------------- */

static enum err from_load(struct txn *txn, const struct ward_proofs *p, size_t *from)
{
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_meta, bytes_of_str(meta_from), &row);

    *from = p->own.count;
    if (e == ERR_OK && (row.n != 1 || row.p[0] > p->own.count))
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        *from = row.p[0];
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err ward_proofs_rewound(struct txn *txn, const struct ward_proofs *p, const struct scope *s)
{
    size_t from, place;
    enum err e = from_load(txn, p, &from);

    return e == ERR_OK && keys_find(&p->own, s->ward_key, &place) && place < from ? from_put(txn, place) : e;
}

/* The list of a device is longer than ours, or it ends with the ward's key and ours does not. */
static enum err proofs_shown(struct txn *txn, const struct ward *w, struct bytes shown, struct ward_proofs *p)
{
    uint8_t now[SIGN_PUBLIC_SIZE], oldest[SIGN_PUBLIC_SIZE];
    struct keys k;
    size_t place, before;
    enum err e = keys_decode(&k, shown);

    if (e == ERR_OK)
        e = keys_verify(&k, &w->id);
    if (e == ERR_OK)
        e = ward_keys_now(txn, now);
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_BAD_PROOF : e;
    if (!keys_find(&k, w->public_key, &place)) /* one that has not heard of the newest */
        return keys_find(&p->own, keys_at(&k, k.count), &before) ? ERR_OK : ERR_BAD_PROOF;
    p->gone = place < k.count;
    p->adopt = place == k.count && !crypto_equal(now, w->public_key, SIGN_PUBLIC_SIZE);
    if (!p->gone && !p->adopt)
        return ERR_OK;
    e = oldest_proof(txn, p, oldest);
    if (e == ERR_OK && !keys_find(&k, oldest, &before))
        e = ERR_BAD_PROOF;
    if (e != ERR_OK)
        return e;
    p->list = k;
    p->from = before;
    return ERR_OK;
}

enum err ward_proofs_load(struct txn *txn, const struct ward *w, struct bytes shown, struct ward_proofs *p)
{
    enum err e = ward_keys_list(txn, &p->own);

    p->adopt = p->gone = false;
    if (e == ERR_OK)
        e = from_load(txn, p, &p->from);
    p->list = p->own;
    return e == ERR_OK && shown.n > 0 ? proofs_shown(txn, w, shown, p) : e;
}

enum err ward_proofs_checkpoint(const struct ward_proofs *p, const struct ward *w, const struct checkpoint *c,
                                const uint8_t signature[SIGNATURE_SIZE])
{
    enum err e = checkpoint_verify(signature, c, w->public_key);

    for (size_t i = p->from; e != ERR_OK && p->list.count > 0 && i <= p->list.count; i++)
        e = checkpoint_verify(signature, c, keys_at(&p->list, i));
    return e;
}

/* --- control leaves under keys that are over ---------------------------------------------------------------------- */

static bool is_ours(const struct ward_proofs *p, const struct ward *w, const uint8_t *key)
{
    size_t place;

    return crypto_equal(key, w->public_key, SIGN_PUBLIC_SIZE) || keys_find(&p->own, key, &place);
}

bool ward_leaf_stands(const struct ward_proofs *p, const struct ward *w, const struct scope *s, const struct control *c,
                      struct bytes encoded, const uint8_t signature[SIGNATURE_SIZE])
{
    size_t place = 0;

    if (c->kind == CONTROL_ERASED)
        return true; /* nobody looks at its signature */
    if (s->frontier.size == 0)
        return c->kind == CONTROL_SCOPE && is_ours(p, w, c->is.is_scope.ward_key);
    if (c->kind == CONTROL_KEY && (control_key_verify(c, s->ward_key) != ERR_OK || !is_ours(p, w, c->is.key.key)))
        return false;
    if (c->kind == CONTROL_SCOPE && !crypto_equal(c->is.is_scope.ward_key, s->ward_key, SIGN_PUBLIC_SIZE))
        return false;
    if (control_verify(signature, encoded, s->ward_key) == ERR_OK)
        return true;
    if (!keys_find(&p->own, s->ward_key, &place))
        return false;
    for (place++; place <= p->own.count; place++)
        if (control_verify(signature, encoded, keys_at(&p->own, place)) == ERR_OK)
            return true;
    return false;
}

/* As it is compared: a scope leaf states the key its log is at, which may be another one each time it is said. */
static void plain_form(const struct control *c, struct bytes encoded, struct buf *out)
{
    struct control same = *c;

    if (c->kind != CONTROL_SCOPE) {
        buf_put_bytes(out, encoded);
        return;
    }
    memset(same.is.is_scope.ward_key, 0, sizeof same.is.is_scope.ward_key);
    control_encode(&same, out);
}

static enum err was_said(struct txn *txn, const struct scope *s, struct bytes form, uint64_t since, bool *yes)
{
    enum err e = ERR_OK;

    *yes = false;
    for (uint64_t i = since; e == ERR_OK && !*yes && i < s->frontier.size; i++) {
        struct buf row = {0}, other = {0};
        struct ledger_leaf l = {0};
        struct control c;

        e = scope_leaf(txn, s, i, &row);
        if (e == ERR_OK)
            e = ledger_decode_head(&l, buf_bytes(&row));
        if (e == ERR_OK && l.is_control && control_decode(&c, l.control) == ERR_OK)
            plain_form(&c, l.control, &other);
        *yes = bytes_equal(buf_bytes(&other), form);
        ledger_leaf_deinit(&l);
        buf_deinit(&other);
        buf_deinit(&row);
    }
    return e;
}

static enum err say(struct txn *txn, const struct ward *w, struct scope *s, const struct control *c,
                    struct bytes encoded)
{
    uint8_t signature[SIGNATURE_SIZE];
    struct control again = *c;
    struct buf out = {0};
    enum err e;

    if (c->kind == CONTROL_SCOPE) {
        memcpy(again.is.is_scope.ward_key, s->ward_key, SIGN_PUBLIC_SIZE);
        control_encode(&again, &out);
    } else {
        buf_put_bytes(&out, encoded);
    }
    control_sign(signature, buf_bytes(&out), w->secret_key);
    e = ledger_add_control(txn, s, buf_bytes(&out), signature);
    buf_deinit(&out);
    return e;
}

enum err ward_say_again(struct txn *txn, const struct ward *w, struct scope *s, const struct control *c,
                        struct bytes encoded, uint64_t since)
{
    struct buf form = {0};
    bool said = true;
    enum err e = ERR_OK;

    if (c->kind == CONTROL_KEY)
        return ERR_OK; /* the log is there already, or the ward has not got that key */
    plain_form(c, encoded, &form);
    e = was_said(txn, s, buf_bytes(&form), since, &said);
    buf_deinit(&form);
    return e == ERR_OK && !said ? say(txn, w, s, c, encoded) : e;
}

/* --- a key that is not here --------------------------------------------------------------------------------------- */

enum err ward_key_gone_note(struct txn *txn, const struct keys *list)
{
    return list_save(txn, meta_gone, list);
}

enum err ward_key_gone(struct txn *txn, bool *gone)
{
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_meta, bytes_of_str(meta_gone), &row);

    *gone = e == ERR_OK;
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}
