/* ward_registry.c - organisations and their scopes; control leaves; the policy counter. */
#include <stdlib.h>

#include "ward.h"
#include "org_change.h"
#include "ward_grant.h"

static const char meta_ward[] = "ward";
static const char meta_policy[] = "policy";

enum err ward_policy(struct txn *txn, uint64_t *policy)
{
    struct buf value = {0};
    enum err e = store_get(txn, TABLE_meta, bytes_of_str(meta_policy), &value);

    *policy = 0;
    if (e == ERR_OK && value.n == 8)
        *policy = load_u64(value.p);
    else if (e == ERR_OK)
        e = ERR_DAMAGED;
    buf_deinit(&value);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err ward_policy_next(struct txn *txn, uint64_t *policy)
{
    uint8_t bytes[8];
    enum err e = ward_policy(txn, policy);

    if (e != ERR_OK)
        return e;
    store_u64(bytes, ++*policy);
    return store_put(txn, TABLE_meta, bytes_of_str(meta_policy), bytes_of(bytes, sizeof bytes));
}

enum err ward_control(struct txn *txn, const struct ward *w, struct scope *s, struct control *c, uint64_t now)
{
    /* Another process gave the ward a new key meanwhile. */
    if (s->frontier.size > 0 && !crypto_equal(s->ward_key, w->public_key, SIGN_PUBLIC_SIZE))
        return ERR_LOCKED;
    return ward_control_later(txn, w, s, c, now);
}

enum err ward_control_later(struct txn *txn, const struct ward *w, struct scope *s, struct control *c, uint64_t now)
{
    uint8_t signature[SIGNATURE_SIZE];
    struct buf encoded = {0};
    enum err e;

    c->ward = w->id;
    c->scope = s->id;
    c->time = now;
    e = ward_policy(txn, &c->policy);
    if (e == ERR_OK) {
        control_encode(c, &encoded);
        control_sign(signature, buf_bytes(&encoded), w->secret_key);
        e = ledger_add_control(txn, s, buf_bytes(&encoded), signature);
    }
    if (e == ERR_OK)
        e = scope_save(txn, s);
    buf_deinit(&encoded);
    return e;
}

static enum err fold_begin(struct txn *txn, const struct ward *w, struct scope *s, uint64_t now)
{
    struct control c = {.kind = CONTROL_FOLD, .is.fold.version = FOLD_VERSION};

    return ward_control(txn, w, s, &c, now);
}

enum err ward_fold_upgrade(struct txn *txn, const struct ward *w, uint64_t now, size_t *upgraded)
{
    struct scope *scope;
    size_t count;
    enum err e = scope_list(txn, &scope, &count);

    *upgraded = 0;
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        if (scope[i].fold_version >= FOLD_VERSION)
            continue;
        e = fold_begin(txn, w, &scope[i], now);
        ++*upgraded;
    }
    free(scope);
    return e;
}

/* The first leaf of each log says what the scope is, the second how it is folded. */
static enum err scope_found(struct txn *txn, const struct ward *w, const struct org *o, enum access access,
                            uint64_t now)
{
    struct scope s = {.id = o->scope[access], .org = o->id, .access = access};
    struct control c = {.kind = CONTROL_SCOPE};
    enum err e = scope_number_new(txn, &s.number);

    if (e != ERR_OK)
        return e;
    c.is.is_scope.org = o->id;
    c.is.is_scope.access = (uint32_t)access;
    c.is.is_scope.code = bytes_of_str(o->code);
    c.is.is_scope.name = bytes_of_str(o->name);
    c.is.is_scope.type = (uint32_t)o->type;
    c.is.is_scope.parent = o->parent;
    memcpy(c.is.is_scope.ward_key, w->public_key, sizeof c.is.is_scope.ward_key);
    memcpy(s.ward_key, w->public_key, sizeof s.ward_key);
    e = ward_control(txn, w, &s, &c, now);
    return e == ERR_OK ? fold_begin(txn, w, &s, now) : e;
}

static enum err org_found(struct txn *txn, const struct ward *w, struct org *o, const uint8_t random[WARD_RANDOM_SIZE],
                          uint64_t now)
{
    uint64_t policy;
    enum err e = ward_policy_next(txn, &policy);

    o->id = id_from(random);
    for (int a = ACCESS_A; a <= ACCESS_D; a++)
        o->scope[a] = id_from(random + (size_t)a * ID_SIZE);
    if (e == ERR_OK)
        e = org_save(txn, o);
    for (int a = ACCESS_A; e == ERR_OK && a <= ACCESS_D; a++)
        e = scope_found(txn, w, o, (enum access)a, now);
    return e;
}

static enum err org_fill(struct org *o, const char *code, const char *name, enum org_type type)
{
    memset(o, 0, sizeof *o);
    if (!org_code_valid(code))
        return ERR_BAD_VALUE;
    if (strlen(name) > NAME_MAX_BYTES)
        return ERR_TOO_LONG;
    if (name[0] == '\0')
        return ERR_BAD_VALUE;
    memcpy(o->code, code, strlen(code));
    memcpy(o->name, name, strlen(name));
    o->type = type;
    return ERR_OK;
}

enum err ward_create(struct txn *txn, const struct ward *w, const char *code, const char *name,
                     const uint8_t random[WARD_RANDOM_SIZE], uint64_t now)
{
    struct org o;
    struct buf row = {0};
    enum err e = org_fill(&o, code, name, ORG_WARD);

    if (e == ERR_OK) {
        mp_put_array(&row, 3);
        mp_put_bin(&row, w->id.b, ID_SIZE);
        mp_put_bin(&row, random, ID_SIZE);
        mp_put_str(&row, bytes_of_str(name));
        e = store_put(txn, TABLE_meta, bytes_of_str(meta_ward), buf_bytes(&row));
        buf_deinit(&row);
    }
    return e == ERR_OK ? org_found(txn, w, &o, random, now) : e;
}

static enum err ward_row(struct txn *txn, struct id *org, struct buf *name)
{
    struct buf row = {0};
    struct mp r;
    struct bytes text;
    enum err e = store_get(txn, TABLE_meta, bytes_of_str(meta_ward), &row);

    if (e == ERR_OK) {
        mp_open(&r, buf_bytes(&row));
        mp_expect_array(&r, 3);
        mp_bin_exact(&r, ID_SIZE);
        *org = id_from(mp_bin_exact(&r, ID_SIZE));
        text = mp_str(&r, NAME_MAX_BYTES);
        if (name != NULL) {
            buf_clear(name);
            buf_put_bytes(name, text);
        }
        e = mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
    }
    buf_deinit(&row);
    return e;
}

enum err ward_org(struct txn *txn, struct id *org)
{
    return ward_row(txn, org, NULL);
}

enum err ward_name(struct txn *txn, struct buf *name)
{
    struct id org;

    return ward_row(txn, &org, name);
}

enum err ward_org_add(struct txn *txn, const struct ward *w, const char *code, const char *name, enum org_type type,
                      const uint8_t random[WARD_RANDOM_SIZE], uint64_t now)
{
    struct org o, other, *list;
    struct id ward_org, next[ORG_SUCCESSORS_MAX];
    size_t count, successors = 0;
    enum err e = org_fill(&o, code, name, type);

    if (e == ERR_OK && type == ORG_WARD)
        e = ERR_BAD_VALUE;
    if (e == ERR_OK)
        e = ward_row(txn, &ward_org, NULL);
    if (e != ERR_OK)
        return e;
    e = org_by_any_code(txn, code, &other);
    if (e == ERR_OK && strcmp(other.code, code) == 0) /* a cell that became history leaves its code to its rest */
        e = org_successors(txn, &other.id, next, &successors);
    if (e != ERR_NOT_FOUND && (e != ERR_OK || successors == 0))
        return e == ERR_OK ? ERR_EXISTS : e;
    e = org_list(txn, &list, &count);
    free(list);
    if (e == ERR_OK && count >= ORGS_MAX)
        e = ERR_TOO_LONG;
    if (e != ERR_OK)
        return e;
    o.parent = ward_org;
    e = org_found(txn, w, &o, random, now);
    return e == ERR_OK ? ward_grant_join(txn, w, &o, now) : e;
}
