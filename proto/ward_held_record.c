/* ward_held_record.c - see ward_held_record.h. */
#include "ward_held_record.h"

#include "ward_move.h"
#include "ward_quarantine.h"

void ward_ruled_deinit(struct ward_ruled *out)
{
    buf_deinit(&out->ids);
}

/* --- what waits --------------------------------------------------------------------------------------------- */

static bool gather(void *arg, const struct ward_held *h)
{
    struct ward_waiting w = {.id = h->held.id,
                             .kind = h->change->kind,
                             .op = h->change->op,
                             .record = h->change->record,
                             .scope_number = h->scope->number,
                             .quarantined = h->held.leaf == QUARANTINE_LEAF,
                             .accepted = h->held.accepted};

    buf_put(arg, &w, sizeof w);
    return true;
}

enum err ward_held_gather(struct txn *txn, struct buf *list)
{
    enum err e = ward_held_each(txn, gather, list);

    return e == ERR_OK ? ward_quarantine_each(txn, gather, list) : e;
}


static struct ward_waiting at(const struct buf *rows, size_t i)
{
    struct ward_waiting w;

    memcpy(&w, rows->p + i * sizeof w, sizeof w);
    return w;
}

static size_t count_of(const struct buf *rows)
{
    return rows->n / sizeof(struct ward_waiting);
}

/* --- which ---------------------------------------------------------------------------------------------------- */

static bool same_record(const struct ward_waiting *w, uint32_t kind, const struct id *record)
{
    return w->kind == kind && id_equal(&w->record, record);
}

/* ERR_NOT_FOUND: the prefix is of no record that waits. */
static enum err find_record(const struct buf *rows, const char *prefix, struct ward_ruled *out)
{
    size_t records = 0, changes = 0;

    if (strlen(prefix) < WARD_HELD_PREFIX_MIN)
        return ERR_NOT_FOUND;
    for (size_t i = 0; i < count_of(rows); i++) {
        struct ward_waiting w = at(rows, i);

        changes += ward_held_has_prefix(w.id.b, HASH_SIZE, prefix);
        if (strlen(prefix) > 2 * ID_SIZE || !ward_held_has_prefix(w.record.b, ID_SIZE, prefix))
            continue;
        records += records == 0 || !same_record(&w, out->kind, &out->record);
        out->kind = w.kind;
        out->record = w.record;
    }
    if (records == 0)
        return ERR_NOT_FOUND;
    return records > 1 || changes > 0 ? ERR_AMBIGUOUS : ERR_OK;
}

/* --- deciding --------------------------------------------------------------------------------------------------- */

static bool decided_here(const struct ward_ruled *out, const struct hash *id)
{
    for (size_t i = 0; i < out->ids.n; i += HASH_SIZE)
        if (memcmp(out->ids.p + i, id->b, HASH_SIZE) == 0)
            return true;
    return false;
}

static enum err rule_one(struct txn *txn, const struct ward *w, const struct ward_ruling *r, uint64_t now,
                         const struct ward_waiting *what, struct ward_ruled *out)
{
    static const char digits[] = "0123456789abcdef";
    char hex[2 * HASH_SIZE + 1] = "";
    struct ward_ruling one = *r;
    struct held held;
    enum err e;

    for (size_t i = 0; i < 2 * HASH_SIZE; i++)
        hex[i] = digits[what->id.b[i / 2] >> (i % 2 == 0 ? 4 : 0) & 0x0f];
    one.prefix = hex;
    e = (what->quarantined ? ward_quarantine_rule : ward_rule)(txn, w, &one, now, &held);
    out->torn = e != ERR_OK && (out->torn || out->ids.n > 0);
    if (e == ERR_OK)
        buf_put(&out->ids, what->id.b, HASH_SIZE);
    return e;
}

/* One that lies there twice, from two stores of one device, is one. */
static enum err rule_all(struct txn *txn, const struct ward *w, const struct ward_ruling *r, uint64_t now,
                         const struct buf *rows, struct ward_ruled *out)
{
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < count_of(rows); i++) {
        struct ward_waiting what = at(rows, i);

        if (same_record(&what, out->kind, &out->record) && !decided_here(out, &what.id))
            e = rule_one(txn, w, r, now, &what, out);
    }
    return e;
}

/* A change that is in a log and in quarantine too was accepted out of it. */
static enum err rule_change(struct txn *txn, const struct ward *w, const struct ward_ruling *r, uint64_t now,
                            const struct buf *rows, struct ward_ruled *out)
{
    struct held held;
    enum err e = ward_rule(txn, w, r, now, &held), there;

    if (e == ERR_NO_SUCH_CHANGE || e == ERR_ACCEPTED || e == ERR_DECIDED) {
        there = ward_quarantine_rule(txn, w, r, now, &held);
        e = there == ERR_NO_SUCH_CHANGE ? e : there;
    }
    if (e != ERR_OK)
        return e;
    buf_put(&out->ids, held.id.b, HASH_SIZE);
    for (size_t i = 0; i < count_of(rows); i++) {
        struct ward_waiting what = at(rows, i);

        if (memcmp(what.id.b, held.id.b, VERSION_SIZE) == 0) {
            out->kind = what.kind;
            out->record = what.record;
        }
    }
    return ERR_OK;
}

/* --- and what is left of it ---------------------------------------------------------------------------------- */

static enum err look_left(struct txn *txn, const struct ward_ruling *r, const struct buf *rows, struct ward_ruled *out)
{
    bool created = false;
    struct id org;
    enum err e;

    for (size_t i = 0; i < count_of(rows); i++) {
        struct ward_waiting what = at(rows, i);

        if (!same_record(&what, out->kind, &out->record))
            continue;
        if (decided_here(out, &what.id))
            created = created || what.op == OP_CREATE;
        else
            out->left++;
    }
    if (r->verdict != VERDICT_REFUSED || !created)
        return ERR_OK;
    e = ward_record_org(txn, out->kind, &out->record, &org);
    out->half = e == ERR_OK;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err ward_rule_record(struct txn *txn, const struct ward *w, const struct ward_ruling *r, uint64_t now,
                          struct ward_ruled *out)
{
    struct buf rows = {0};
    enum err e = ward_held_gather(txn, &rows);

    if (e == ERR_OK)
        e = find_record(&rows, r->prefix, out);
    if (e == ERR_OK)
        e = rule_all(txn, w, r, now, &rows, out);
    else if (e == ERR_NOT_FOUND)
        e = rule_change(txn, w, r, now, &rows, out);
    if (e == ERR_OK)
        e = look_left(txn, r, &rows, out);
    buf_deinit(&rows);
    return e;
}
