/* sim_number.c - see sim_number.h. */
#include "sim_number.h"

#include "../proto/number.h"

static bool same_number(const struct number *a, const struct number *b)
{
    return a->state != NUMBER_WAITS && b->state != NUMBER_WAITS && a->type == b->type && a->year == b->year &&
           a->number == b->number && a->letter == b->letter;
}

void sim_number_check(struct sim *s, struct txn *txn, const struct scope *scope, struct buf *known, const char *where)
{
    struct numbers n;
    struct buf said = {0};
    enum err e = number_load(txn, scope, &n);
    const struct number *list = (const struct number *)(const void *)n.list.p;
    size_t count = n.list.n / sizeof *list;

    if (e != ERR_OK)
        sim_broken(s, "%s: numbers of papers: %s", where, err_name(e));
    buf_put_str(&said, "numbers:");
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        for (size_t k = 0; k < i; k++)
            if (same_number(&list[i], &list[k]))
                sim_broken(s, "%s: two papers bear number %u of %u/%u", where, list[i].number, list[i].type,
                           list[i].year);
        buf_put_bytes(&said, bytes_of(list[i].record.b, ID_SIZE));
        number_print(&list[i], &said);
    }
    if (known->n == 0)
        buf_put_bytes(known, buf_bytes(&said));
    else if (e == ERR_OK && !bytes_equal(buf_bytes(&said), buf_bytes(known)))
        sim_broken(s, "%s gives papers other numbers than the ward", where);
    number_list_deinit(&n);
    buf_deinit(&said);
}
