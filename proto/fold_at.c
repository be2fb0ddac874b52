/* fold_at.c - see fold_at.h. */
#include "fold_at.h"

#include "control.h"
#include "held.h"
#include "ledger.h"

static enum err is_fold(struct txn *txn, const struct scope *s, uint64_t index, bool *yes)
{
    struct ledger_leaf l = {0};
    struct buf row = {0};
    struct control c;
    enum err e = scope_leaf(txn, s, index, &row);

    *yes = false;
    if (e == ERR_OK)
        e = ledger_decode_head(&l, buf_bytes(&row));
    if (e == ERR_OK && l.is_control)
        *yes = control_decode(&c, l.control) == ERR_OK && c.kind == CONTROL_FOLD;
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}

enum err fold_at_load(struct txn *txn, const struct scope *s, struct fold_at *out)
{
    bool yes = false;
    enum err e = ERR_OK;

    *out = (struct fold_at){s->fold_version, s->fold_version, 0};
    if (s->fold_version < 2)
        return ERR_OK;
    for (uint64_t i = s->from > 1 ? s->from : 1; e == ERR_OK && !yes && i < s->frontier.size; i++) {
        e = is_fold(txn, s, i, &yes);
        if (e == ERR_OK && yes)
            *out = (struct fold_at){1, s->fold_version, i};
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err fold_at(struct txn *txn, const struct scope *s, const struct fold_at *f, uint32_t leaf, uint32_t position,
                 uint32_t *version)
{
    struct held h;
    enum err e = held_get(txn, s, leaf, position, &h);
    uint64_t at = e == ERR_OK && h.decided && h.ruling > leaf ? h.ruling : leaf;

    *version = at > f->leaf ? f->from : f->before;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}
