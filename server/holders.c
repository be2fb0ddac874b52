/* holders.c - see holders.h. */
#include "holders.h"

#include <stdlib.h>

#include "../proto/ledger.h"
#include "../proto/ward.h"

struct holding {
    struct txn *txn;
    struct holders *h;
};

/* Does this leaf hold a change? */
static enum err holds_change(struct txn *txn, const struct scope *s, uint64_t index, bool *yes)
{
    struct ledger_leaf l = {0};
    struct control c;
    struct buf row = {0};
    enum err e = ledger_leaf_at(txn, s, index, &row, &l);
    *yes = e == ERR_OK && !l.is_control;
    if (e == ERR_OK && l.is_control && control_decode(&c, l.control) == ERR_OK)
        *yes = c.kind == CONTROL_MIRROR;
    if (e == ERR_OK)
        ledger_leaf_deinit(&l);
    buf_deinit(&row);
    if (e != ERR_NOT_FOUND && e != ERR_DAMAGED)
        return e;
    *yes = true; /* a damaged leaf, asked for from the devices: it may be one */
    return ERR_OK;
}

static enum err find_work(struct txn *txn, struct holders *h)
{
    struct scope *list = NULL;
    size_t count = 0;
    enum err e = scope_list(txn, &list, &count);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        uint64_t n = list[i].frontier.size;
        bool yes = false;
        for (; e == ERR_OK && n > 0 && !yes; n -= !yes)
            e = holds_change(txn, &list[i], n - 1, &yes);
        h->work[list[i].number] = n;
    }
    free(list);
    return e;
}

static enum err visit_cursor(void *arg, const struct id *scope, const struct ward_cursor *cursor)
{
    const struct holding *is = arg;
    struct scope s;
    const enum err e = scope_load(is->txn, scope, &s);
    if (e != ERR_OK)
        return e;
    /* What it holds once it shows its next number it does hold: it was sent that before the close. */
    if (cursor->from == 0 && cursor->epoch == s.epoch && cursor->next >= is->h->work[s.number])
        is->h->count[s.number]++;
    return ERR_OK;
}

/* Of work that came from another log the time is not said: it is old. */
static enum err find_since(struct txn *txn, struct holders *h)
{
    struct scope *list = NULL;
    size_t count = 0;
    enum err e = scope_list(txn, &list, &count);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        bool yes = !holders_few(h, list[i].number);
        for (uint64_t k = 0; e == ERR_OK && !yes && k < list[i].frontier.size; k++) {
            struct ledger_leaf l = {0};
            struct buf row = {0};
            e = holds_change(txn, &list[i], k, &yes);
            if (e == ERR_OK && yes && ledger_leaf_at(txn, &list[i], k, &row, &l) == ERR_OK) {
                h->since[list[i].number] = l.is_control ? 0 : l.accepted;
                ledger_leaf_deinit(&l);
            }
            buf_deinit(&row);
        }
    }
    free(list);
    return e;
}

enum err holders_read(struct txn *txn, struct holders *h)
{
    struct holding is = {txn, h};
    struct ward_device *list = NULL;
    size_t count = 0;
    enum err e = find_work(txn, h);
    if (e == ERR_OK)
        e = ward_device_list(txn, &list, &count);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        if (list[i].state == DEVICE_ACTIVE)
            e = ward_cursor_each(txn, &list[i].id, visit_cursor, &is);
    free(list);
    return e == ERR_OK ? find_since(txn, h) : e;
}

bool holders_few(const struct holders *h, uint16_t scope_number)
{
    return h->work[scope_number] > 0 && h->count[scope_number] < HOLDERS_ENOUGH;
}
