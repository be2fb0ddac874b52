/* admin_mend.c - see admin_mend.h. */
#include "admin_mend.h"

#include "../proto/mp.h"

static void encode(const struct admin_mend *a, struct buf *row)
{
    mp_put_array(row, 9);
    mp_put_uint(row, a->more);
    mp_put_uint(row, a->m.scopes);
    mp_put_uint(row, a->m.leaves);
    mp_put_uint(row, a->m.bad);
    mp_put_uint(row, a->m.folded);
    mp_put_uint(row, a->rows);
    mp_put_uint(row, a->aside);
    mp_put_uint(row, a->wanted);
    mp_put_str(row, bytes_of_str(a->names));
}

enum err admin_mend_decode(struct admin_mend *a, struct bytes row)
{
    struct bytes names;
    struct mp r;

    memset(a, 0, sizeof *a);
    mp_open(&r, row);
    mp_expect_array(&r, 9);
    a->more = mp_uint(&r, 1) == 1;
    a->m.scopes = mp_uint(&r, UINT64_MAX);
    a->m.leaves = mp_uint(&r, UINT64_MAX);
    a->m.bad = mp_uint(&r, UINT64_MAX);
    a->m.folded = mp_uint(&r, UINT64_MAX);
    a->rows = mp_uint(&r, UINT64_MAX);
    a->aside = mp_uint(&r, UINT64_MAX);
    a->wanted = mp_uint(&r, UINT64_MAX);
    names = mp_str(&r, sizeof a->names - 1);
    if (names.n > 0)
        memcpy(a->names, names.p, names.n);
    return mp_close(&r);
}

enum err admin_mend_step(struct txn *txn, uint64_t step, uint64_t now_s, struct buf *row)
{
    struct admin_mend a = {.more = true};
    struct mend_damage d = {0};
    enum err e;

    if (step == 0) {
        e = ward_mend_begin(txn, &d, now_s);
        a.rows = d.folded;
        a.aside = d.aside;
        memcpy(a.names, buf_cstr(&d.names), d.names.n < sizeof a.names ? d.names.n : sizeof a.names - 1);
    } else {
        e = ward_mend(txn, (size_t)step - 1, &a.m, &a.more);
    }
    if (e == ERR_OK)
        e = ward_wanted_count(txn, &a.wanted);
    if (e == ERR_OK)
        encode(&a, row);
    mend_damage_deinit(&d);
    return e;
}
