/* sim_ruling.c - see sim_ruling.h. */
#include "sim_ruling.h"

#include <stdio.h>

#include "../proto/ward_held.h"
#include "test.h"

static bool any_visit(void *arg, const struct ward_held *h)
{
    for (size_t i = 0; i < HASH_SIZE; i++)
        snprintf((char *)arg + 2 * i, 3, "%02x", h->held.id.b[i]);
    return false;
}

static bool first_visit(void *arg, const struct ward_held *h)
{
    return h->scope->access != ACCESS_A || any_visit(arg, h);
}

void sim_ruling_which(struct sim_story *w, char hex[2 * HASH_SIZE + 1])
{
    struct txn txn;

    hex[0] = '\0';
    memstore_begin(w->ward.store, false, &txn);
    CHECK_EQ(ward_held_each(&txn, first_visit, hex), ERR_OK);
    if (hex[0] == '\0')
        CHECK_EQ(ward_held_each(&txn, any_visit, hex), ERR_OK);
    memstore_abort(w->ward.store);
}

bool sim_ruling_oldest(struct sim_story *w, enum verdict verdict, const char *why, const char *who)
{
    char hex[2 * HASH_SIZE + 1];
    struct ward_ruling r = {hex, verdict, bytes_of_str(why), bytes_of_str(who), false};
    struct held held;
    struct txn txn;

    sim_ruling_which(w, hex);
    if (hex[0] == '\0')
        return false;
    memstore_begin(w->ward.store, true, &txn);
    CHECK_EQ(ward_rule(&txn, &w->ward.ward, &r, w->ward.now, &held), ERR_OK);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
    return true;
}
