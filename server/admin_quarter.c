/* admin_quarter.c - see admin_quarter.h. */
#include "admin_quarter.h"

#include <stdlib.h>

#include "../proto/mp.h"
#include "../proto/org_change.h"
#include "admin.h"

#define NUMBERS 7

static void numbers(struct ward_quarter *q, uint64_t n[NUMBERS], bool out)
{
    uint64_t *const longs[] = {&q->lines, &q->explained};
    unsigned *const shorts[] = {&q->versions, &q->written, &q->cell_signed, &q->ward_signed, &q->open};

    for (size_t i = 0; i < ARRAY_LEN(longs); i++)
        *(out ? &n[i] : longs[i]) = *(out ? longs[i] : &n[i]);
    for (size_t i = 0; i < ARRAY_LEN(shorts); i++)
        if (out)
            n[ARRAY_LEN(longs) + i] = *shorts[i];
        else
            *shorts[i] = (unsigned)n[ARRAY_LEN(longs) + i];
}

enum err admin_quarter_cells(struct txn *txn, struct buf *answer)
{
    struct org *list = NULL;
    struct buf row = {0};
    size_t count = 0;
    enum err e = org_list(txn, &list, &count);

    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct id next[ORG_SUCCESSORS_MAX];
        size_t successors = 0;

        e = org_successors(txn, &list[i].id, next, &successors);
        if (e != ERR_OK || successors > 0 || list[i].type == ORG_WARD)
            continue;
        buf_clear(&row);
        mp_put_array(&row, 2);
        mp_put_str(&row, bytes_of_str(list[i].code));
        mp_put_str(&row, bytes_of_str(list[i].name));
        admin_row(answer, buf_bytes(&row));
    }
    buf_deinit(&row);
    free(list);
    return e;
}

static void encode(const struct org *o, struct ward_quarter *q, struct buf *row)
{
    uint64_t n[NUMBERS];

    numbers(q, n, true);
    mp_put_array(row, 3 + NUMBERS + QUARTER_SIDES * QUARTER_FIGURES);
    mp_put_str(row, bytes_of_str(o->code));
    mp_put_str(row, bytes_of_str(o->name));
    mp_put_bin(row, q->record.b, ID_SIZE);
    for (size_t i = 0; i < NUMBERS; i++)
        mp_put_uint(row, n[i]);
    for (size_t s = 0; s < QUARTER_SIDES; s++)
        for (size_t f = 0; f < QUARTER_FIGURES; f++)
            mp_put_uint(row, q->figure[s][f]);
}

enum err admin_quarter_decode(struct admin_quarter *q, struct bytes row)
{
    struct bytes code, name;
    uint64_t n[NUMBERS];
    struct mp r;

    memset(q, 0, sizeof *q);
    mp_open(&r, row);
    mp_expect_array(&r, 3 + NUMBERS + QUARTER_SIDES * QUARTER_FIGURES);
    code = mp_str(&r, NAME_MAX_BYTES);
    name = mp_str(&r, NAME_MAX_BYTES);
    if (code.n > 0)
        memcpy(q->code, code.p, code.n);
    if (name.n > 0)
        memcpy(q->name, name.p, name.n);
    q->is.record = id_from(mp_bin_exact(&r, ID_SIZE));
    for (size_t i = 0; i < NUMBERS; i++)
        n[i] = mp_uint(&r, UINT32_MAX);
    numbers(&q->is, n, false);
    for (size_t s = 0; s < QUARTER_SIDES; s++)
        for (size_t f = 0; f < QUARTER_FIGURES; f++)
            q->is.figure[s][f] = mp_uint(&r, UINT32_MAX);
    return mp_close(&r);
}

enum err admin_quarter_cell(struct txn *txn, const struct ward *w, const char *code, uint32_t period, uint64_t now_s,
                            struct buf *answer)
{
    uint8_t random[WARD_DESK_RANDOM];
    struct ward_quarter q;
    struct buf row = {0};
    struct org o;
    enum err e = org_by_code(txn, code, &o);

    crypto_random(random, sizeof random);
    if (e == ERR_OK)
        e = ward_quarter(txn, w, &o.id, period, random, now_s, &q);
    if (e == ERR_OK) {
        encode(&o, &q, &row);
        admin_row(answer, buf_bytes(&row));
    }
    buf_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_NO_SUCH_RECORD : e;
}
