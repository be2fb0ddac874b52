/* replica_again.c - see replica_again.h. */
#include "replica_again.h"

#include "verdict.h"
#include "versions.h"

enum err replica_again(struct txn *txn, struct replica *r, const struct scope *s, struct change *c,
                       const struct replica_verdict *v, struct moment *m)
{
    struct version refused = change_version(&v->id);
    enum err e = replica_record_over(txn, r, s, c, &refused, m);

    return e == ERR_OK ? replica_verdict_answered(txn, v->number) : e;
}

/* --- heard from another device ------------------------------------------------------------------------------ */

struct open_row {
    struct version version;
    uint32_t number;
};

static bool open_visit(void *arg, const struct replica_verdict *v)
{
    struct open_row row = {change_version(&v->id), v->number};

    if (verdict_kind(v->verdict) == VERDICT_REFUSED && !v->answered)
        buf_put(arg, &row, sizeof row);
    return true;
}

static bool names(const struct changeset *cs, const struct version *v)
{
    struct change c;

    for (size_t i = 0; i < cs->count; i++) {
        if (cs->slot[i].body.n == 0 || change_decode(&c, cs->slot[i].body) != ERR_OK)
            continue;
        for (size_t t = 0; t < c.count; t++)
            if (c.triple[t].base.n > 0 && versions_has(c.triple[t].base, v->b))
                return true;
    }
    return false;
}

enum err replica_again_heard(struct txn *txn, const struct changeset *cs)
{
    struct buf rows = {0};
    enum err e = replica_verdict_each(txn, open_visit, &rows);

    for (size_t at = 0; e == ERR_OK && at < rows.n; at += sizeof(struct open_row)) {
        struct open_row row;

        memcpy(&row, rows.p + at, sizeof row);
        if (names(cs, &row.version))
            e = replica_verdict_answered(txn, row.number);
    }
    buf_deinit(&rows);
    return e;
}
