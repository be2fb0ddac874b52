/* reconcile.c - see reconcile.h. */
#include "reconcile.h"

#include "../proto/replica_repair.h"

#define SESSIONS_MAX 3 /* leaves come in the first; one more when the ward's state differed or a link was cut */
#define HANDS_IN 1     /* the session that does, if leaves are damaged yet */

void reconcile_report_deinit(struct reconcile_report *r)
{
    buf_deinit(&r->names);
}

/* --- here --- */

typedef enum err step(struct book *b, struct reconcile_report *r, void *arg);

/* One transaction; when the map was too small for it, once more with a larger one. */
static enum err in_txn(struct book *b, struct reconcile_report *r, step *run, void *arg)
{
    enum err e;

    do {
        e = book_begin(b, true);
        if (e == ERR_OK)
            e = run(b, r, arg);
        if (e == ERR_OK)
            e = book_commit(b);
        book_abort(b);
    } while (e == ERR_NO_SPACE && vault_will_grow(&b->vault));
    return e;
}

static enum err step_begin(struct book *b, struct reconcile_report *r, void *arg)
{
    struct mend_damage d = {0};
    enum err e = replica_mend_begin(book_txn(b), &d);

    (void)arg;
    r->rows = d.folded + d.leaves;
    r->aside = d.aside;
    buf_clear(&r->names);
    buf_put_bytes(&r->names, buf_bytes(&d.names));
    mend_damage_deinit(&d);
    return e;
}

struct place {
    size_t place;
    bool more;
    struct replica_mended m, sum;
};

static enum err step_scope(struct book *b, struct reconcile_report *r, void *arg)
{
    struct place *p = arg;

    (void)r;
    p->m = p->sum;
    return replica_mend(book_txn(b), &b->replica, p->place, &p->m, &p->more);
}

static enum err step_all(struct book *b, struct reconcile_report *r, void *arg)
{
    (void)r;
    (void)arg;
    return replica_mend_all(book_txn(b));
}

static enum err look(struct book *b, struct reconcile_report *r, bool first)
{
    struct place p = {.more = true};
    enum err e = ERR_OK;

    for (; e == ERR_OK && p.more; p.place++) {
        e = in_txn(b, r, step_scope, &p);
        p.sum = p.m;
    }
    r->scopes = p.sum.scopes;
    r->leaves = p.sum.leaves;
    r->folded += p.sum.folded;
    r->left = p.sum.bad;
    if (first)
        r->leaves_bad = p.sum.bad;
    return e;
}

/* --- with the ward --- */

/* The ward gives no leaves of a log that is not for this device any more, and the device erases that log only when its
 * own work there is handed in (protocol.md 7.5): then an ordinary exchange puts it right. */
static enum err compare(struct book *b, const struct tls_api *api, struct reconcile_report *r, unsigned n)
{
    const struct link_terms terms = {.repair = n != HANDS_IN || r->left == 0};
    enum err e = link_sync(b, api, &terms, &r->link);

    r->states_differ = e == ERR_OK && b->replica.states_differ;
    if (e == ERR_OK && r->states_differ)
        e = in_txn(b, r, step_all, NULL);
    return e == ERR_OK ? look(b, r, false) : e;
}

enum err reconcile_run(struct book *b, const struct tls_api *api, struct reconcile_report *r)
{
    enum err e = in_txn(b, r, step_begin, NULL);

    if (e == ERR_OK)
        e = look(b, r, true);
    for (unsigned n = 0; e == ERR_OK && b->replica.enrolled && n < SESSIONS_MAX; n++) {
        e = compare(b, api, r, n);
        r->compared = e == ERR_OK && r->left == 0;
        if (r->compared && !r->states_differ)
            break;
    }
    return e;
}
