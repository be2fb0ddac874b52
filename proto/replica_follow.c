/* replica_follow.c - the holder's organisation after it was merged or split (protocol.md 4.5). */
#include "actor.h"
#include "org_change.h"
#include "replica.h"

/* Does the holder hold a role there, as far as this device can see? */
static enum err holds_role(struct txn *txn, const struct replica *r, const struct id *org, bool *yes)
{
    enum role role = ROLE_NONE;
    struct scope s;
    struct org o;
    enum err e = org_load(txn, org, &o);

    *yes = false;
    if (e == ERR_OK && !id_is_zero(&o.scope[ACCESS_A]))
        e = scope_load(txn, &o.scope[ACCESS_A], &s);
    else if (e == ERR_OK)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK)
        e = actor_role(txn, &s, &r->person, &role);
    *yes = e == ERR_OK && role != ROLE_NONE;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* New records are filed where the holder works now: in the successor that gave him a role. */
enum err replica_follow(struct txn *txn, struct replica *r)
{
    struct id next[ORG_SUCCESSORS_MAX];
    size_t count = 1;
    enum err e = ERR_OK;

    for (unsigned depth = 0; e == ERR_OK && count > 0 && depth < ORG_CHAIN_MAX; depth++) {
        bool found = false;

        e = org_successors(txn, &r->org, next, &count);
        for (size_t i = 0; e == ERR_OK && !found && i < count; i++) {
            e = holds_role(txn, r, &next[i], &found);
            if (e == ERR_OK && found)
                r->org = next[i];
        }
        if (!found)
            return e;
    }
    return e;
}
