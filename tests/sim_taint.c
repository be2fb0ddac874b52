/* sim_taint.c - see sim_taint.h. */
#include "sim_taint.h"

#include "../common/id.h"
#include "test.h"

void sim_taint_scan(struct txn *txn, store_visit *visit, void *arg)
{
    for (int table = 0; table < TABLE_COUNT; table++)
        if (table != TABLE_verdict)
            CHECK_EQ(store_scan(txn, (enum table)table, bytes_of(NULL, 0), visit, arg), ERR_OK);
}

struct taint {
    const uint8_t *id; /* or NULL: */
    sim_taint_is *is;
    size_t org;
    bool found;
};

static bool is_id(const struct taint *t, const uint8_t *p)
{
    return t->id != NULL ? memcmp(p, t->id, ID_SIZE) == 0 : t->is(p, t->org);
}

static bool contains(const struct taint *t, struct bytes text)
{
    for (size_t i = 0; i + ID_SIZE <= text.n; i++)
        if (is_id(t, text.p + i))
            return true;
    return false;
}

static bool visit(void *arg, struct bytes key, struct bytes value)
{
    struct taint *t = arg;

    t->found = t->found || contains(t, key) || contains(t, value);
    return !t->found;
}

bool sim_taint_id(struct txn *txn, const uint8_t *id)
{
    struct taint t = {.id = id};

    sim_taint_scan(txn, visit, &t);
    return t.found;
}

bool sim_taint_org(struct txn *txn, sim_taint_is *is, size_t org)
{
    struct taint t = {.is = is, .org = org};

    sim_taint_scan(txn, visit, &t);
    return t.found;
}
