/* admin_held.c - see admin_held.h. */
#include "admin_held.h"

#include "../common/text.h"
#include "../proto/actor.h"
#include "../proto/ward_quarantine.h"
#include "admin.h"

struct listing {
    struct txn *txn;
    struct buf *answer;
    enum err err;
};

/* The value that counts now, or nil. */
static void put_now(const struct part *p, uint32_t tag, struct buf *row)
{
    const struct entry *now = fold_entry(p, tag);
    if (now == NULL)
        mp_put_nil(row);
    else
        mp_put_raw(row, now->candidate[0].value);
}

static void put_row(const struct ward_held *h, const struct org *o, struct bytes name, enum role role, struct buf *row)
{
    const struct change *c = h->change;
    const uint64_t numbers[] = {c->kind,
                                (uint64_t)c->op,
                                h->held.verdict,
                                h->held.accepted,
                                h->header.time,
                                (uint64_t)h->header.quality,
                                h->header.epoch,
                                h->header.size,
                                h->held.leaf,
                                h->later};
    mp_put_array(row, 6 + ARRAY_LEN(numbers));
    mp_put_bin(row, h->held.id.b, HASH_SIZE);
    mp_put_str(row, bytes_of_str(o->code));
    mp_put_str(row, name);
    mp_put_uint(row, (uint64_t)role);
    mp_put_bin(row, c->record.b, ID_SIZE);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        mp_put_uint(row, numbers[i]);
    mp_put_array(row, 3 * c->count);
    for (size_t i = 0; i < c->count; i++) {
        mp_put_uint(row, c->triple[i].tag);
        put_now(h->part, c->triple[i].tag, row);
        mp_put_raw(row, c->triple[i].value);
    }
}

static bool visit(void *arg, const struct ward_held *h)
{
    struct listing *l = arg;
    struct buf name = {0}, row = {0};
    struct org o = {0};
    enum role role = ROLE_NONE;
    l->err = org_load(l->txn, &h->scope->org, &o);
    if (l->err == ERR_OK || l->err == ERR_NOT_FOUND)
        l->err = actor_name(l->txn, h->scope, &h->header.person, &name);
    if (l->err == ERR_OK || l->err == ERR_NOT_FOUND)
        l->err = actor_role(l->txn, h->scope, &h->header.person, &role);
    if (l->err == ERR_OK) {
        put_row(h, &o, buf_bytes(&name), role, &row);
        admin_row(l->answer, buf_bytes(&row));
    }
    buf_deinit(&name);
    buf_wipe_deinit(&row);
    return l->err == ERR_OK;
}

enum err admin_held_rows(struct txn *txn, struct buf *answer)
{
    struct listing l = {txn, answer, ERR_OK};
    enum err e = ward_held_each(txn, visit, &l);
    if (e == ERR_OK && l.err == ERR_OK)
        e = ward_quarantine_each(txn, visit, &l);
    return e == ERR_OK ? l.err : e;
}

static enum err check_clean(struct bytes text, size_t limit, bool required)
{
    struct buf clean = {0};
    enum err e = text.n > limit ? ERR_TOO_LONG : text_clean(text, TEXT_ONE_LINE, &clean);
    if (e == ERR_OK && !bytes_equal(buf_bytes(&clean), text))
        e = ERR_NOT_NFC;
    if (e == ERR_OK && required && text.n == 0)
        e = ERR_MISSING_FIELD;
    buf_deinit(&clean);
    return e;
}

/* [record or nil, kind, changes left, half, [change id, ...]] */
static void put_ruled(const struct ward_ruled *r, struct buf *answer)
{
    struct buf row = {0};
    mp_put_array(&row, 5);
    if (r->kind == 0)
        mp_put_nil(&row);
    else
        mp_put_bin(&row, r->record.b, ID_SIZE);
    mp_put_uint(&row, r->kind);
    mp_put_uint(&row, r->left);
    mp_put_uint(&row, r->half ? 1 : 0);
    mp_put_array(&row, r->ids.n / HASH_SIZE);
    for (size_t i = 0; i < r->ids.n; i += HASH_SIZE)
        mp_put_bin(&row, r->ids.p + i, HASH_SIZE);
    admin_row(answer, buf_bytes(&row));
    buf_deinit(&row);
}

enum err admin_held_rule(struct txn *txn, const struct ward *w, const struct ward_ruling *r, uint64_t now_s,
                         struct buf *answer, bool *torn)
{
    struct ward_ruled ruled = {0};
    enum err e = check_clean(r->by, NAME_MAX_BYTES, true);
    if (e == ERR_OK) /* nobody is refused without a word */
        e = check_clean(r->text, VERDICT_TEXT_MAX, r->verdict == VERDICT_REFUSED);
    if (e == ERR_OK)
        e = ward_rule_record(txn, w, r, now_s, &ruled);
    if (e == ERR_OK)
        put_ruled(&ruled, answer);
    *torn = ruled.torn;
    ward_ruled_deinit(&ruled);
    return e;
}
