/* mirror.c - see mirror.h. */
#include "mirror.h"

#include "actor.h"
#include "header.h"
#include "verdict.h"

/* --- the home of a record ---------------------------------------------------------------------------------- */

static struct bytes home_key(uint8_t room[2 + ID_SIZE], uint16_t number, const struct id *record)
{
    store_u16(room, number);
    memcpy(room + 2, record->b, ID_SIZE);
    return bytes_of(room, 2 + ID_SIZE);
}

#define HOME_ROW_SIZE (ID_SIZE + 4) /* the home, and the leaf since which it is not here any more */

enum err mirror_home_put(struct txn *txn, const struct scope *s, const struct id *record, const struct id *target)
{
    uint8_t room[2 + ID_SIZE], row[HOME_ROW_SIZE];
    uint32_t since;
    enum err e;

    /* Back where it came from: its home is here again. */
    if (id_equal(target, &s->id))
        return store_del(txn, TABLE_home, home_key(room, s->number, record));
    e = mirror_home_since(txn, s->number, record, &since);
    if (e == ERR_NOT_FOUND)
        since = (uint32_t)(s->frontier.size - 1); /* the leaf has been added */
    else if (e != ERR_OK)
        return e;
    memcpy(row, target->b, ID_SIZE);
    store_u32(row + ID_SIZE, since);
    return store_put(txn, TABLE_home, home_key(room, s->number, record), bytes_of(row, sizeof row));
}

enum err mirror_home_since(struct txn *txn, uint16_t scope_number, const struct id *record, uint32_t *index)
{
    uint8_t room[2 + ID_SIZE];
    struct buf value = {0};
    enum err e = store_get(txn, TABLE_home, home_key(room, scope_number, record), &value);

    if (e == ERR_OK && value.n != HOME_ROW_SIZE)
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        *index = load_u32(value.p + ID_SIZE);
    buf_deinit(&value);
    return e;
}

enum err mirror_home(struct txn *txn, uint16_t scope_number, const struct id *record, struct id *target)
{
    uint8_t room[2 + ID_SIZE];
    struct buf value = {0};
    enum err e = store_get(txn, TABLE_home, home_key(room, scope_number, record), &value);

    if (e == ERR_OK && value.n != HOME_ROW_SIZE)
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        *target = id_from(value.p);
    buf_deinit(&value);
    return e;
}

enum err mirror_is_copy(struct txn *txn, uint16_t scope_number, uint32_t kind, const struct id *record, bool *yes)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf part = {0};
    struct id target;
    struct scope s;
    enum err e = mirror_home(txn, scope_number, record, &target);

    if (e == ERR_OK)
        e = scope_load(txn, &target, &s);
    if (e == ERR_OK)
        e = store_get(txn, TABLE_part, scope_key_part(room, kind, record, s.number), &part);
    *yes = e == ERR_OK;
    buf_wipe_deinit(&part);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* --- making ------------------------------------------------------------------------------------------------- */

/* The root of a perfect subtree over the commitments. */
static enum err fetch_commitments(void *arg, unsigned level, uint64_t index, struct hash *node)
{
    const struct changeset *cs = arg;
    struct hash left, right;

    if (level == 0) {
        struct bytes piece = bytes_of(cs->slot[index].commitment.b, HASH_SIZE);

        *node = tree_leaf(&piece, 1);
        return ERR_OK;
    }
    (void)!fetch_commitments(arg, level - 1, 2 * index, &left); /* memory does not fail */
    (void)!fetch_commitments(arg, level - 1, 2 * index + 1, &right);
    *node = tree_node(&left, &right);
    return ERR_OK;
}

static enum err make_again(struct ledger_leaf *l, struct control *out)
{
    enum err e = control_decode(out, l->control);

    return e == ERR_OK && out->kind == CONTROL_MIRROR ? ERR_OK : ERR_DAMAGED;
}

enum err mirror_of(struct changeset *cs, struct bytes header, uint32_t position, uint64_t leaf, bool owns,
                   struct control *out)
{
    struct control_mirror *m = &out->is.mirror;
    struct header h;

    memset(out, 0, sizeof *out);
    if (header_decode(&h, header) != ERR_OK || position >= cs->count)
        return ERR_DAMAGED;
    if (cs->slot[position].body.n == 0)
        return ERR_NOT_FOUND;
    changeset_commit(cs, &h.scope, &h.device, &h.person);
    out->kind = CONTROL_MIRROR;
    m->home = h.scope;
    m->leaf = leaf;
    m->header = header;
    memcpy(m->signature, cs->signature, SIGNATURE_SIZE);
    m->position = position;
    if (cs->has_seed)
        change_salt(m->salt, cs->seed, position);
    else
        memcpy(m->salt, cs->slot[position].salt, SALT_SIZE);
    m->body = cs->slot[position].body;
    m->verdict = verdict_make(VERDICT_ACCEPTED, owns, ERR_OK);
    return tree_inclusion(&m->path, position, cs->count, fetch_commitments, cs);
}

enum err mirror_make(uint64_t index, struct ledger_leaf *l, uint32_t position, struct control *out)
{
    uint32_t verdict = 0;
    enum err e;

    if (l->is_control)
        return make_again(l, out);
    e = verdict_list_at(l->verdicts, position, &verdict);
    return e == ERR_OK ? mirror_of(&l->changeset, l->header, position, index, verdict_owns(verdict), out) : ERR_DAMAGED;
}

/* --- checking ------------------------------------------------------------------------------------------------ */

enum err mirror_commitment(const struct control *c, struct header *h, struct hash *commitment)
{
    const struct control_mirror *m = &c->is.mirror;

    if (header_decode(h, m->header) != ERR_OK)
        return ERR_DAMAGED;
    *commitment = change_commit(m->salt, &h->scope, &h->device, &h->person, m->body);
    return ERR_OK;
}

enum err mirror_check(struct txn *txn, const struct scope *s, const struct control *c)
{
    struct actor_device d;
    struct header h;
    enum err e = control_mirror_verify(c);

    if (e == ERR_OK)
        e = header_decode(&h, c->is.mirror.header);
    if (e == ERR_OK)
        e = actor_device(txn, s, &h.device, &d);
    if (e == ERR_NOT_FOUND)
        return ERR_BAD_PROOF;
    return e == ERR_OK ? header_verify(c->is.mirror.signature, c->is.mirror.header, d.key) : e;
}
