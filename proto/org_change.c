/* org_change.c - see org_change.h. Former codes are rows of `meta`: "alias" and the code. */
#include "org_change.h"

#include <stdlib.h>

#include "mp.h"

#define ALIAS "alias"

static struct bytes edge_key(uint8_t room[2 * ID_SIZE], const struct id *org, const struct id *next)
{
    memcpy(room, org->b, ID_SIZE);
    memcpy(room + ID_SIZE, next->b, ID_SIZE);
    return bytes_of(room, 2 * (size_t)ID_SIZE);
}

enum err org_successor_add(struct txn *txn, const struct id *org, const struct id *next, struct bytes decision,
                           uint32_t date)
{
    struct id known[ORG_SUCCESSORS_MAX];
    uint8_t room[2 * ID_SIZE];
    struct buf row = {0};
    size_t count;
    enum err e = org_successors(txn, org, known, &count);

    for (size_t i = 0; e == ERR_OK && i < count; i++)
        if (id_equal(&known[i], next))
            return ERR_OK; /* each of its scopes says it */
    if (e == ERR_OK && count == ORG_SUCCESSORS_MAX)
        e = ERR_TOO_LONG;
    if (e == ERR_OK) {
        mp_put_array(&row, 2);
        mp_put_str(&row, decision);
        mp_put_uint(&row, date);
        e = store_put(txn, TABLE_successor, edge_key(room, org, next), buf_bytes(&row));
    }
    buf_deinit(&row);
    return e;
}

struct edges {
    struct id *next;
    size_t count;
};

static bool edge_visit(void *arg, struct bytes key, struct bytes value)
{
    struct edges *l = arg;

    (void)value;
    if (key.n == 2 * (size_t)ID_SIZE && l->count < ORG_SUCCESSORS_MAX)
        l->next[l->count++] = id_from(key.p + ID_SIZE);
    return true;
}

enum err org_successors(struct txn *txn, const struct id *org, struct id next[ORG_SUCCESSORS_MAX], size_t *count)
{
    struct edges l = {.next = next};
    enum err e = store_scan(txn, TABLE_successor, bytes_of(org->b, ID_SIZE), edge_visit, &l);

    *count = l.count;
    return e;
}

static enum err leads(struct txn *txn, const struct id *org, const struct id *to, unsigned depth, bool *yes)
{
    struct id next[ORG_SUCCESSORS_MAX];
    size_t count;
    enum err e;

    *yes = id_equal(org, to);
    if (*yes || depth == 0 || id_is_zero(org))
        return ERR_OK;
    e = org_successors(txn, org, next, &count);
    for (size_t i = 0; e == ERR_OK && !*yes && i < count; i++)
        e = leads(txn, &next[i], to, depth - 1, yes);
    return e;
}

enum err org_leads_to(struct txn *txn, const struct id *org, const struct id *to, bool *yes)
{
    return leads(txn, org, to, ORG_CHAIN_MAX, yes);
}

enum err org_living(struct txn *txn, const struct id *org, struct id *out)
{
    struct id next[ORG_SUCCESSORS_MAX];
    size_t count = 1;
    enum err e = ERR_OK;

    *out = *org;
    for (unsigned depth = 0; e == ERR_OK && count > 0 && depth < ORG_CHAIN_MAX; depth++) {
        e = org_successors(txn, out, next, &count);
        if (e == ERR_OK && count > 1)
            e = ERR_AMBIGUOUS;
        if (e == ERR_OK && count == 1)
            *out = next[0];
        if (e == ERR_OK && id_is_zero(out))
            e = ERR_FROZEN;
    }
    return e;
}

/* --- codes ------------------------------------------------------------------------------------------------- */

static struct bytes alias_key(uint8_t *room, const char *code)
{
    size_t n = strnlen(code, STORE_KEY_MAX - sizeof ALIAS);

    memcpy(room, ALIAS, sizeof ALIAS - 1);
    memcpy(room + sizeof ALIAS - 1, code, n);
    return bytes_of(room, sizeof ALIAS - 1 + n);
}

enum err org_alias_add(struct txn *txn, const char *code, const struct id *org)
{
    uint8_t room[STORE_KEY_MAX];

    return store_put(txn, TABLE_meta, alias_key(room, code), bytes_of(org->b, ID_SIZE));
}

static enum err by_alias(struct txn *txn, const char *code, struct org *o)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf value = {0};
    struct id id;
    enum err e = store_get(txn, TABLE_meta, alias_key(room, code), &value);

    if (e == ERR_OK && value.n != ID_SIZE)
        e = ERR_DAMAGED;
    if (e == ERR_OK) {
        id = id_from(value.p);
        e = org_load(txn, &id, o);
    }
    buf_deinit(&value);
    return e;
}

enum err org_by_any_code(struct txn *txn, const char *code, struct org *o)
{
    struct org *list = NULL;
    struct id next[ORG_SUCCESSORS_MAX];
    size_t count, successors = 1;
    bool found = false;
    enum err e = org_list(txn, &list, &count);

    for (size_t i = 0; e == ERR_OK && i < count && (!found || successors > 0); i++) {
        if (strcmp(list[i].code, code) != 0)
            continue;
        found = true;
        *o = list[i];
        e = org_successors(txn, &o->id, next, &successors);
    }
    free(list);
    if (e == ERR_OK && !found)
        e = by_alias(txn, code, o);
    return e;
}
