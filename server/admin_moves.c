/* admin_moves.c - see admin_moves.h. */
#include "admin_moves.h"

#include <stdlib.h>

#include "../proto/mp.h"
#include "../proto/org_change.h"
#include "../proto/transfer.h"
#include "admin.h"
#include "decision.h"

/* ---- on their way ---- */

static enum err put_code(struct txn *txn, const struct id *org, struct buf *row)
{
    struct org o = {0};
    const enum err e = id_is_zero(org) ? ERR_OK : org_load(txn, org, &o);
    mp_put_str(row, bytes_of_str(o.code));
    return e;
}

enum err admin_transit_rows(struct txn *txn, uint32_t today, struct buf *answer)
{
    struct buf list = {0}, row = {0};
    enum err e = transfer_list(txn, today, &list);
    const struct transfer *t = (const struct transfer *)(const void *)list.p;
    for (size_t i = 0; e == ERR_OK && i < list.n / sizeof(*t); i++) {
        mp_put_array(&row, 9);
        mp_put_bin(&row, t[i].member.b, ID_SIZE);
        mp_put_str(&row, bytes_of_str(t[i].name));
        e = put_code(txn, &t[i].from, &row);
        if (e == ERR_OK)
            e = put_code(txn, &t[i].to, &row);
        mp_put_str(&row, bytes_of_str(t[i].letter));
        mp_put_uint(&row, t[i].left);
        mp_put_uint(&row, t[i].due);
        mp_put_uint(&row, t[i].received);
        mp_put_uint(&row, t[i].due != 0 && t[i].due < today ? 1 : 0);
        admin_row(answer, buf_bytes(&row));
        buf_clear(&row);
    }
    buf_wipe_deinit(&list);
    buf_wipe_deinit(&row);
    return e;
}

/* ---- decisions ---- */

struct listing {
    struct txn *txn;
    struct buf *answer;
    struct ward_device *device;
    size_t devices;
};

struct looking {
    const struct decision *d;
    bool held[DECISION_SCOPES_MAX]; /* this device reads the log */
    bool lacks;
};

static enum err look_at_cursor(void *arg, const struct id *scope, const struct ward_cursor *c)
{
    struct looking *l = arg;
    for (size_t i = 0; i < l->d->scopes; i++)
        if (id_equal(&l->d->scope[i].scope, scope)) {
            l->held[i] = true;
            l->lacks = l->lacks || c->next < l->d->scope[i].size;
        }
    return ERR_OK;
}

/* Is it of a cell that the decision is about, or of what became of one, and has not been told? What it may not read any
 * more it is told by its next session. */
static enum err lacks(const struct listing *l, const struct decision *d, const struct ward_device *device, bool *yes)
{
    struct looking k = {.d = d};
    enum err e = device->state == DEVICE_REVOKED ? ERR_OK : ward_cursor_each(l->txn, &device->id, look_at_cursor, &k);
    *yes = false;
    if (device->state == DEVICE_REVOKED)
        return e;
    for (size_t i = 0; e == ERR_OK && i < d->scopes; i++) {
        bool of = false;
        e = org_leads_to(l->txn, &d->scope[i].org, &device->org, &of);
        if (e == ERR_OK && of)
            *yes = *yes || (k.held[i] ? k.lacks : device->contact < d->time);
    }
    return e;
}

static enum err visit(void *arg, const struct decision *d)
{
    const struct listing *l = arg;
    struct buf row = {0}, waiting = {0}, name = {0};
    size_t count = 0;
    enum err e = ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < l->devices; i++) {
        bool yes;
        e = lacks(l, d, &l->device[i], &yes);
        if (e != ERR_OK || !yes)
            continue;
        e = ward_person_name(l->txn, &l->device[i].person, &name);
        e = e == ERR_NOT_FOUND ? ERR_OK : e;
        mp_put_bin(&waiting, l->device[i].id.b, ID_SIZE);
        mp_put_str(&waiting, buf_bytes(&name));
        mp_put_uint(&waiting, l->device[i].contact);
        buf_clear(&name);
        count++;
    }
    mp_put_array(&row, 8);
    mp_put_uint(&row, d->what);
    mp_put_str(&row, bytes_of_str(d->number));
    mp_put_uint(&row, d->date);
    mp_put_uint(&row, d->time);
    mp_put_str(&row, bytes_of_str(d->from));
    mp_put_str(&row, bytes_of_str(d->to));
    mp_put_str(&row, bytes_of_str(d->person));
    mp_put_array(&row, 3 * count);
    buf_put_bytes(&row, buf_bytes(&waiting));
    admin_row(l->answer, buf_bytes(&row));
    buf_deinit(&row);
    buf_deinit(&waiting);
    buf_deinit(&name);
    return e;
}

enum err admin_decision_rows(struct txn *txn, struct buf *answer)
{
    struct listing l = {.txn = txn, .answer = answer};
    enum err e = ward_device_list(txn, &l.device, &l.devices);
    if (e == ERR_OK)
        e = decision_each(txn, visit, &l);
    free(l.device);
    return e;
}
