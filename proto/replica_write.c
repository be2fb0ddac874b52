/* replica_write.c - recording: one change laid over a record part, to be sealed later. */
#include "draft.h"
#include "mp.h"
#include "actor.h"
#include "ledger.h"
#include "replica.h"
#include "rights.h"
#include "verdict.h"

enum err replica_scope(struct txn *txn, const struct id *org, enum access access, struct scope *s)
{
    struct org o;
    enum err e = org_load(txn, org, &o);

    if (e == ERR_NOT_FOUND || (e == ERR_OK && id_is_zero(&o.scope[access])))
        return ERR_NOT_READABLE;
    if (e == ERR_OK)
        e = scope_load(txn, &o.scope[access], s);
    return e == ERR_NOT_FOUND ? ERR_DAMAGED : e;
}

/* What the author saw of each field: the versions of the values on the screen, and `seen`. room keeps the bases. */
static enum err bases_fill(const struct part *p, struct change *c, const struct version *seen,
                           struct buf room[CHANGE_TRIPLES_MAX])
{
    for (size_t i = 0; i < c->count; i++) {
        const struct entry *entry = fold_entry(p, c->triple[i].tag);

        if (c->op == OP_CLOSE)
            break; /* whoever made it said what was seen (close.h) */
        if (c->op == OP_REMOVE) {
            struct mp r;
            size_t n;

            mp_open(&r, c->triple[i].value);
            n = mp_array(&r, LIST_MAX);
            for (size_t k = 0; k < n; k++) {
                struct bytes element = mp_raw(&r);

                if (entry != NULL && !fold_base_element(entry, element, &room[i]))
                    mp_fail(&r, ERR_TOO_LONG);
            }
            if (mp_close(&r) != ERR_OK)
                return ERR_BAD_VALUE;
        } else if (TAG_CLASS(c->triple[i].tag) != MERGE_UNION) {
            fold_base(entry, &room[i]);
        }
        if (seen != NULL)
            (void)fold_base_version(seen, &room[i]);
        c->triple[i].base = buf_bytes(&room[i]);
    }
    return ERR_OK;
}

static enum err own_right(struct txn *txn, const struct replica *r, const struct scope *s, const struct change *c,
                          bool *owns)
{
    enum role role;
    enum err e;

    *owns = true;
    if (s->frontier.size == 0)
        return ERR_OK; /* a book of its own: nobody else's rights yet */
    e = actor_role(txn, s, &r->person, &role);
    if (e == ERR_OK)
        *owns = verdict_owns(rights_verdict(role, c, s->access));
    return e;
}

static enum err pending_put(struct txn *txn, const struct scope *s, uint32_t number, const struct change *c,
                            const struct id *person)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf row = {0};
    enum err e;

    mp_put_array(&row, 3);
    mp_put_uint(&row, c->kind);
    mp_put_bin(&row, c->record.b, ID_SIZE);
    mp_put_bin(&row, person->b, ID_SIZE);
    e = store_put(txn, TABLE_pending, scope_key6(room, s->number, number), buf_bytes(&row));
    buf_wipe_deinit(&row);
    return e;
}

static enum err draft_append(struct txn *txn, struct replica *r, const struct scope *s, struct draft *d,
                             const struct change *c, bool owns, struct moment *m)
{
    struct draft_item *item = draft_add(d);
    enum err e;

    item->state = DRAFT_UNSEALED;
    item->number = r->pending_next++;
    item->owns = owns;
    replica_draw(m, item->version.b, VERSION_SIZE);
    change_encode(c, &item->body);
    if (item->body.n > CHANGE_BODY_MAX)
        return ERR_TOO_LONG;
    e = draft_save(txn, c->kind, &c->record, s->number, d);
    if (e == ERR_OK)
        e = pending_put(txn, s, item->number, c, &r->person);
    return e == ERR_OK ? replica_save(txn, r) : e;
}

enum err replica_record(struct txn *txn, struct replica *r, const struct scope *s, struct change *c, struct moment *m)
{
    return replica_record_over(txn, r, s, c, NULL, m);
}

enum err replica_record_over(struct txn *txn, struct replica *r, const struct scope *s, struct change *c,
                             const struct version *seen, struct moment *m)
{
    struct buf room[CHANGE_TRIPLES_MAX] = {{0}};
    struct draft d;
    struct part p;
    bool owns = true;
    enum err e = ledger_part(txn, s, c->kind, &c->record, &p);

    /* After the first close a scope without a log is one that the ward does not give to this device: what is
     * written there would wait for ever. */
    if (e == ERR_OK && r->synced != 0 && s->frontier.size == 0)
        e = ERR_NOT_READABLE;
    draft_init(&d);
    if (e == ERR_OK)
        e = draft_load(txn, c->kind, &c->record, s->number, &d);
    if (e == ERR_OK)
        e = draft_lay_over(&d, &p);
    if (e == ERR_OK)
        e = bases_fill(&p, c, seen, room);
    if (e == ERR_OK)
        e = schema_check_raised(c, s->access, ledger_holds_raised(&p, s->access));
    if (e == ERR_OK)
        e = own_right(txn, r, s, c, &owns);
    if (e == ERR_OK)
        e = draft_append(txn, r, s, &d, c, owns, m);
    for (size_t i = 0; i < CHANGE_TRIPLES_MAX; i++)
        buf_deinit(&room[i]);
    draft_deinit(&d);
    part_deinit(&p);
    return e;
}

/* --- undo --------------------------------------------------------------------------------------------------- */

struct newest {
    uint16_t scope;
    uint32_t number;
    bool found;
    uint32_t kind;
    struct id record;
};

static bool newest_visit(void *arg, struct bytes key, struct bytes value)
{
    struct newest *n = arg;
    uint32_t number = load_u32(key.p + 2);
    struct mp r;

    if (n->found && number < n->number)
        return true;
    mp_open(&r, value);
    mp_expect_array(&r, 3);
    n->kind = (uint32_t)mp_uint(&r, UINT16_MAX);
    n->record = id_from(mp_bin_exact(&r, ID_SIZE));
    mp_raw(&r);
    n->found = mp_close(&r) == ERR_OK;
    n->scope = load_u16(key.p);
    n->number = number;
    return true;
}

enum err replica_undo(struct txn *txn, struct replica *r, uint32_t *kind, struct id *record)
{
    struct newest n = {0};
    uint8_t room[STORE_KEY_MAX];
    struct draft d;
    enum err e = store_scan(txn, TABLE_pending, bytes_of(NULL, 0), newest_visit, &n);

    (void)r;
    if (e != ERR_OK || !n.found)
        return e == ERR_OK ? ERR_NOT_FOUND : e;
    e = draft_load(txn, n.kind, &n.record, n.scope, &d);
    for (size_t i = d.count; e == ERR_OK && i-- > 0;)
        if (d.item[i].state == DRAFT_UNSEALED && d.item[i].number == n.number)
            draft_remove(&d, i);
    if (e == ERR_OK)
        e = draft_save(txn, n.kind, &n.record, n.scope, &d);
    if (e == ERR_OK)
        e = store_del(txn, TABLE_pending, scope_key6(room, n.scope, n.number));
    draft_deinit(&d);
    *kind = n.kind;
    *record = n.record;
    return e;
}
