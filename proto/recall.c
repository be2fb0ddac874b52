/* recall.c - see recall.h. */
#include "recall.h"

#include "control.h"
#include "message.h"
#include "verdict.h"
#include "work.h"

static void put_hash(struct buf *out, const struct hash *h)
{
    mp_put_bin(out, h->b, HASH_SIZE);
}

/* --- recall ------------------------------------------------------------------------------------------------------- */

void recall_sizes(struct recall_scope *entry, uint64_t most)
{
    uint64_t before = 0;

    entry->count = 0;
    while (before < most && entry->count < RECALL_POINTS_MAX) {
        entry->point[entry->count++].size = most - before;
        before = before == 0 ? 1 : 2 * before;
    }
}

void recall_add(struct buf *entries, const struct recall_scope *entry)
{
    mp_put_array(entries, 4);
    mp_put_bin(entries, entry->scope.b, ID_SIZE);
    mp_put_uint(entries, entry->epoch);
    mp_put_uint(entries, entry->size);
    mp_put_array(entries, 2 * entry->count);
    for (size_t i = 0; i < entry->count; i++) {
        mp_put_uint(entries, entry->point[i].size);
        put_hash(entries, &entry->point[i].root);
    }
}

void recall_encode(size_t count, struct bytes entries, struct buf *out)
{
    mp_put_array(out, count);
    mp_put_raw(out, entries);
}

static void read_entry(struct mp *r, struct recall_scope *entry)
{
    mp_expect_array(r, 4);
    entry->scope = id_from(mp_bin_exact(r, ID_SIZE));
    entry->epoch = (uint32_t)mp_uint(r, UINT32_MAX);
    entry->size = mp_uint(r, UINT32_MAX);
    entry->count = mp_array(r, 2 * (size_t)RECALL_POINTS_MAX);
    if (entry->count % 2 != 0)
        mp_fail(r, ERR_BAD_FRAME);
    entry->count /= 2;
    for (size_t i = 0; i < entry->count; i++) {
        entry->point[i].size = mp_uint(r, UINT32_MAX);
        memcpy(entry->point[i].root.b, mp_bin_exact(r, HASH_SIZE), HASH_SIZE);
    }
}

enum err recall_decode(struct recall_list *list, struct bytes body)
{
    struct recall_scope entry;
    struct bytes rest;
    struct mp r;

    mp_open(&r, body);
    list->count = mp_array(&r, SCOPES_MAX);
    for (size_t i = 0; i < list->count && mp_error(&r) == ERR_OK; i++)
        read_entry(&r, &entry);
    if (mp_close(&r) != ERR_OK)
        return ERR_BAD_FRAME;
    rest = body; /* behind the head of the array: 1 byte up to 15 elements, 3 beyond */
    list->entries = bytes_cut(rest, list->count < 16 ? 1 : 3);
    return ERR_OK;
}

bool recall_next(struct recall_list *list, struct recall_scope *entry)
{
    struct mp r;
    enum err e;

    if (list->count == 0)
        return false;
    list->count--;
    mp_open(&r, mp_split(&list->entries));
    read_entry(&r, entry);
    e = mp_close(&r);
    assert(e == ERR_OK); /* checked when the list was decoded */
    return true;
}

/* --- lost --------------------------------------------------------------------------------------------------------- */

void recall_lost_encode(const struct recall_lost *m, struct buf *out)
{
    mp_put_array(out, 6);
    mp_put_bin(out, m->scope.b, ID_SIZE);
    mp_put_uint(out, m->epoch);
    mp_put_uint(out, m->size);
    mp_put_uint(out, m->time);
    mp_put_bin(out, m->signature, SIGNATURE_SIZE);
    mp_put_uint(out, m->from);
}

enum err recall_lost_decode(struct recall_lost *m, struct bytes body)
{
    struct mp r;

    mp_open(&r, body);
    mp_expect_array(&r, 6);
    m->scope = id_from(mp_bin_exact(&r, ID_SIZE));
    m->epoch = (uint32_t)mp_uint(&r, UINT32_MAX);
    m->size = mp_uint(&r, UINT32_MAX);
    m->time = mp_uint(&r, TIME_MAX);
    memcpy(m->signature, mp_bin_exact(&r, SIGNATURE_SIZE), SIGNATURE_SIZE);
    m->from = mp_uint(&r, UINT32_MAX);
    if (m->from > m->size)
        mp_fail(&r, ERR_BAD_FRAME);
    return mp_close(&r) == ERR_OK ? ERR_OK : ERR_BAD_FRAME;
}

/* --- leaves ------------------------------------------------------------------------------------------------------- */

static enum err write_changeset(struct ledger_leaf *l, const bool *keep, struct buf *list)
{
    struct changeset *cs = &l->changeset;
    struct buf message = {0};
    struct header h;

    if (header_decode(&h, l->header) != ERR_OK)
        return ERR_DAMAGED;
    cs->other_person = cs->full_seen = true;
    cs->person = h.person;
    cs->epoch = h.epoch;
    cs->size = h.size;
    cs->root = h.root;
    mp_put_array(&message, 12);
    mp_put_array(&message, 3);
    mp_put_bin(&message, h.device.b, ID_SIZE);
    mp_put_uint(&message, h.incarnation);
    put_hash(&message, &h.previous);
    if (keep == NULL)
        changeset_write(cs, &message);
    else
        changeset_write_without(cs, keep, &message);
    mp_put_uint(&message, l->accepted);
    mp_put_uint(&message, l->policy);
    mp_put_raw(&message, l->verdicts);
    work_message(list, MESSAGE_LEAF, buf_bytes(&message));
    buf_wipe_deinit(&message);
    return ERR_OK;
}

enum err recall_leaf_write(struct ledger_leaf *l, struct buf *list)
{
    struct message_control control = {.control = l->control};
    struct buf message = {0};

    if (!l->is_control)
        return write_changeset(l, NULL, list);
    memcpy(control.signature, l->signature, SIGNATURE_SIZE);
    message_control_encode(&control, &message);
    work_message(list, MESSAGE_CONTROL, buf_bytes(&message));
    buf_deinit(&message);
    return ERR_OK;
}

enum err recall_leaf_write_without(struct ledger_leaf *l, const bool *keep, struct buf *list)
{
    return write_changeset(l, keep, list);
}

static enum err read_changeset(struct recall_leaf *l, const struct id *scope, struct bytes message)
{
    struct changeset *cs = &l->leaf.changeset;
    struct hash previous;
    struct id device;
    uint32_t incarnation, verdict[CHANGESET_CHANGES_MAX];
    struct mp r;

    mp_open(&r, message);
    mp_expect_array(&r, 12);
    mp_expect_array(&r, 3);
    device = id_from(mp_bin_exact(&r, ID_SIZE));
    incarnation = (uint32_t)mp_uint(&r, UINT32_MAX);
    memcpy(previous.b, mp_bin_exact(&r, HASH_SIZE), HASH_SIZE);
    changeset_read(cs, &r);
    l->leaf.accepted = mp_uint(&r, TIME_MAX);
    l->leaf.policy = mp_uint(&r, UINT64_MAX);
    l->leaf.verdicts = mp_raw(&r);
    if (mp_close(&r) != ERR_OK || !cs->full_seen || !cs->other_person)
        return ERR_BAD_FRAME;
    if (verdict_list_decode(verdict, cs->count, l->leaf.verdicts) != ERR_OK)
        return ERR_BAD_FRAME;
    changeset_commit(cs, scope, &device, &cs->person);
    l->is = changeset_header(cs, scope, &device, incarnation, &cs->person, &previous, cs->epoch, &cs->root);
    header_encode(&l->is, &l->header);
    l->leaf.header = buf_bytes(&l->header);
    memcpy(l->leaf.signature, cs->signature, SIGNATURE_SIZE);
    return ERR_OK;
}

enum err recall_leaf_read(struct recall_leaf *l, const struct id *scope, uint8_t type, struct bytes message)
{
    struct message_control control;
    struct control c;

    memset(l, 0, sizeof *l);
    changeset_init(&l->leaf.changeset);
    if (type != MESSAGE_CONTROL)
        return type == MESSAGE_LEAF ? read_changeset(l, scope, message) : ERR_BAD_FRAME;
    if (message_control_decode(&control, message) != ERR_OK || control_decode(&c, control.control) != ERR_OK)
        return ERR_BAD_FRAME;
    l->leaf.is_control = true;
    l->leaf.control = control.control;
    memcpy(l->leaf.signature, control.signature, SIGNATURE_SIZE);
    return ERR_OK;
}

void recall_leaf_deinit(struct recall_leaf *l)
{
    ledger_leaf_deinit(&l->leaf);
    buf_deinit(&l->header);
}
