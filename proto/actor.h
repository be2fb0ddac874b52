/* actor.h - who could sign what: the fold of a scope's control leaves (protocol.md 4.2), on both sides alike.
 *
 * Rows live in table `actor` under the scope's number, so any holder of the log can check who might write in it,
 * when. */
#ifndef CHIBO_ACTOR_H
#define CHIBO_ACTOR_H

#include "control.h"
#include "rights.h"
#include "scope.h"

struct actor_device {
    uint8_t key[SIGN_PUBLIC_SIZE];
    struct id person;
    bool revoked;
    uint32_t leaf; /* of the newest device leaf: what the device signed before it, it may not hold any more */
};

#define ACTOR_GRANTS_MAX 32 /* of one person in one scope, over all terms; older ended ones give way */

struct actor_grant {
    enum role role;
    uint32_t from;
    uint32_t until; /* 0: still */
    uint32_t ended; /* index of the leaf that ended it */
};

/* Takes one verified control leaf at this index: changes the scope's copy and the tables. */
MUST_CHECK enum err actor_apply(struct txn *txn, struct scope *s, const struct control *c);

MUST_CHECK enum err actor_device(struct txn *txn, const struct scope *s, const struct id *device,
                                 struct actor_device *out); /* ERR_NOT_FOUND */
/* The index of the newest key leaf. ERR_NOT_FOUND. */
MUST_CHECK enum err actor_key_leaf(struct txn *txn, const struct scope *s, uint64_t *index);
MUST_CHECK enum err actor_name(struct txn *txn, const struct scope *s, const struct id *person, struct buf *name);
/* The strongest role held now (lowest number); ROLE_NONE if none. */
MUST_CHECK enum err actor_holds(struct txn *txn, const struct scope *s, const struct id *person, enum role role,
                                bool *yes); /* this very role, now */
/* All of a person's, ended ones too, in the order they were given. */
MUST_CHECK enum err actor_grants(struct txn *txn, const struct scope *s, const struct id *person,
                                 struct actor_grant grant[ACTOR_GRANTS_MAX], size_t *count);
/* Whoever has some: *list gets their ids. */
MUST_CHECK enum err actor_persons(struct txn *txn, const struct scope *s, struct buf *list);
MUST_CHECK enum err actor_role(struct txn *txn, const struct scope *s, const struct id *person, enum role *out);

#endif
