/* ward_snapshot_make.c - see ward_snapshot_make.h. The log is read once, in its order: at the change that began a part
 * the part is written, so that equal kinds of records come as they were recorded, and pack as they did then. */
#include "ward_snapshot_make.h"

#include <stdlib.h>

#include "held.h"
#include "mirror.h"
#include "snapshot_part.h"
#include "verdict.h"
#include "ward_past.h"

#define ORIGIN_MAX 41 /* bytes of one */
#define PLACE_MAX 10
#define FILL_BYTES 60416 /* of lists in one message: with their heads one frame */

/* Lists of one message that fills up. */
struct filling {
    struct snapshot_part p;
    struct buf control, stream, past, part, origin, place, body;
    struct snapshot_place at;
    struct snapshot_origin from; /* of the last leaf in it */
};

struct known {
    uint32_t leaf, position;
    uint8_t version[VERSION_SIZE];
};

/* The leaf that is looked at. */
struct looking {
    uint32_t index;
    bool proved; /* versions of its changes follow from `origin`, which may be told */
    struct snapshot_origin origin;
};

struct making {
    struct txn *txn;
    const struct scope *s;
    struct snapshot *head;
    struct filling singles, whole; /* bodies pack best among bodies */
    struct buf known;              /* struct known[], by place */
    struct buf waiting;            /* u32 leaf indexes, ascending: held and not decided */
    struct buf row;                /* the part that is looked at */
    struct ward_past index;
    bool *cannot;
    enum err err;
};

/* --- messages ----------------------------------------------------------------------------------------------------- */

static void filling_deinit(struct filling *f)
{
    struct buf *const all[] = {&f->control, &f->stream, &f->past, &f->part, &f->origin, &f->place, &f->body};

    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        buf_deinit(all[i]);
    memset(f, 0, sizeof *f);
}

static enum err flush(struct making *m, struct filling *f)
{
    uint8_t room[STORE_KEY_MAX];
    struct buf message = {0};
    enum err e = ERR_OK;

    if (f->p.controls + f->p.streams + f->p.past + f->p.parts + f->p.bodies > 0) {
        f->p.number = m->head->parts++;
        f->p.control = buf_bytes(&f->control);
        f->p.stream = buf_bytes(&f->stream);
        f->p.past_leaf = buf_bytes(&f->past);
        f->p.part = buf_bytes(&f->part);
        f->p.origin = buf_bytes(&f->origin);
        f->p.place = buf_bytes(&f->place);
        f->p.body = buf_bytes(&f->body);
        snapshot_part_encode(&f->p, &message);
        m->head->content = snapshot_chain(&m->head->content, buf_bytes(&message));
        e = store_put(m->txn, TABLE_snapshot, scope_key6(room, m->s->number, m->head->parts), buf_bytes(&message));
    }
    filling_deinit(f);
    buf_deinit(&message);
    return e;
}

/* Room for n more bytes in a message of at most MESSAGE_MAX. */
static enum err make_room(struct making *m, struct filling *f, size_t n)
{
    size_t bytes = f->control.n + f->stream.n + f->past.n + f->part.n + f->origin.n + f->place.n + f->body.n;
    size_t count = f->p.controls + f->p.streams + f->p.past + f->p.parts + f->p.bodies;

    return count > 0 && (bytes + n > FILL_BYTES || count >= SNAPSHOT_BODIES) ? flush(m, f) : ERR_OK;
}

/* --- versions ----------------------------------------------------------------------------------------------------- */

static bool known_visit(void *arg, struct bytes key, struct bytes value)
{
    struct making *m = arg;
    struct known k;

    if (key.n != 2 + VERSION_SIZE || value.n != 8) {
        m->err = ERR_DAMAGED;
        return false;
    }
    k.leaf = load_u32(value.p);
    k.position = load_u32(value.p + 4);
    memcpy(k.version, key.p + 2, VERSION_SIZE);
    buf_put(&m->known, &k, sizeof k);
    return true;
}

static int known_order(const void *a, const void *b)
{
    const struct known *x = a, *y = b;

    if (x->leaf != y->leaf)
        return x->leaf < y->leaf ? -1 : 1;
    return x->position < y->position ? -1 : x->position > y->position;
}

static enum err known_load(struct making *m)
{
    uint8_t room[STORE_KEY_MAX];
    enum err e = store_scan(m->txn, TABLE_change, scope_key2(room, m->s->number), known_visit, m);

    if (e == ERR_OK)
        e = m->err;
    if (e == ERR_OK && m->known.n > 0)
        qsort(m->known.p, m->known.n / sizeof(struct known), sizeof(struct known), known_order);
    return e;
}

static const uint8_t *version_at(const struct making *m, uint32_t leaf, uint32_t position)
{
    const struct known k = {.leaf = leaf, .position = position}, *found = NULL;

    if (m->known.n > 0)
        found = bsearch(&k, m->known.p, m->known.n / sizeof k, sizeof k, known_order);
    return found == NULL ? NULL : found->version;
}

/* --- parts -------------------------------------------------------------------------------------------------------- */

static enum err write_single(struct making *m, const struct looking *leaf, struct bytes body, uint32_t position,
                             bool owns)
{
    struct filling *f = &m->singles;
    enum err e = make_room(m, f, body.n + ORIGIN_MAX + PLACE_MAX);

    if (!f->at.begun || f->at.leaf != leaf->index) {
        snapshot_origin_put(&leaf->origin, f->at.begun ? &f->from : NULL, &f->origin);
        f->from = leaf->origin;
        f->p.origins++;
    }
    snapshot_place_put(&f->at, leaf->index, position, owns, &f->place);
    buf_put_bytes(&f->body, body);
    f->p.bodies++;
    f->p.places += 2;
    return e;
}

/* Did this change alone make the part? Then its body stands for it. */
static enum err put_single(struct making *m, const struct looking *leaf, const struct change *c, struct bytes body,
                           uint32_t position, bool *done)
{
    const uint8_t *v = leaf->proved ? version_at(m, leaf->index, position) : NULL;
    struct buf part = {0};
    enum err e = ERR_OK;

    *done = false;
    for (int owns = 0; v != NULL && owns <= 1 && !*done; owns++) {
        struct version version;

        memcpy(version.b, v, VERSION_SIZE);
        buf_clear(&part);
        snapshot_single(c, &version, owns, leaf->index, position, &part);
        *done = bytes_equal(buf_bytes(&part), buf_bytes(&m->row));
        if (*done)
            e = write_single(m, leaf, body, position, owns);
    }
    buf_deinit(&part);
    return e;
}

static enum err put_whole(struct making *m, uint32_t kind, const struct id *record, uint32_t leaf, uint32_t position)
{
    struct filling *f = &m->whole;
    struct buf versions = {0};
    struct part p;
    enum err e = part_decode(&p, buf_bytes(&m->row));

    if (e != ERR_OK)
        return e;
    if (p.change[0].leaf != leaf || p.change[0].position != position)
        goto out; /* it was written where it began */
    for (size_t i = 0; e == ERR_OK && i < p.changes; i++) {
        const uint8_t *v = version_at(m, p.change[i].leaf, p.change[i].position);

        if (v == NULL)
            e = ERR_DAMAGED;
        else
            buf_put(&versions, v, VERSION_SIZE);
    }
    if (m->row.n + versions.n > SNAPSHOT_PART_MAX)
        *m->cannot = true;
    if (e == ERR_OK)
        e = make_room(m, f, m->row.n + versions.n);
    if (e == ERR_OK) {
        mp_put_array(&f->part, 4);
        mp_put_uint(&f->part, kind);
        mp_put_bin(&f->part, record->b, ID_SIZE);
        mp_put_bin(&f->part, m->row.p, m->row.n);
        mp_put_bin(&f->part, versions.p, versions.n);
        f->p.parts++;
    }
out:
    part_deinit(&p);
    buf_deinit(&versions);
    return e;
}

static enum err take_change(struct making *m, const struct looking *leaf, struct bytes body, uint32_t position)
{
    uint8_t room[STORE_KEY_MAX];
    struct change c;
    bool done = false;
    enum err e = change_decode(&c, body) == ERR_OK ? ERR_OK : ERR_DAMAGED;

    if (e == ERR_OK)
        e = store_get(m->txn, TABLE_part, scope_key_part(room, c.kind, &c.record, m->s->number), &m->row);
    if (e == ERR_OK)
        e = put_single(m, leaf, &c, body, position, &done);
    if (e == ERR_OK && !done)
        e = put_whole(m, c.kind, &c.record, leaf->index, position);
    return e == ERR_NOT_FOUND ? ERR_OK : e; /* none of its changes was accepted */
}

/* --- leaves ------------------------------------------------------------------------------------------------------- */

static enum err put_control(struct making *m, const struct ledger_leaf *l, uint32_t index)
{
    static const bool needed[] = {
        [CONTROL_SCOPE] = true, [CONTROL_PERSON] = true, [CONTROL_DEVICE] = true, [CONTROL_GRANT] = true,
        [CONTROL_END] = true,   [CONTROL_REVOKE] = true, [CONTROL_HOME] = true,   [CONTROL_KEY] = true,
        [CONTROL_RAISED] = true,
    };
    struct filling *f = &m->whole;
    struct control c;
    enum err e = control_decode(&c, l->control) == ERR_OK ? ERR_OK : ERR_DAMAGED;

    if (e != ERR_OK || c.kind >= ARRAY_LEN(needed) || !needed[c.kind])
        return e;
    e = make_room(m, f, l->control.n + SIGNATURE_SIZE);
    mp_put_array(&f->control, 3);
    mp_put_uint(&f->control, index);
    mp_put_bin(&f->control, l->control.p, l->control.n);
    mp_put_bin(&f->control, l->signature, SIGNATURE_SIZE);
    f->p.controls++;
    return e;
}

/* Who may speak: before all that builds on it, so the scope leaf is the very first. */
static enum err put_controls(struct making *m)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < m->s->frontier.size; i++) {
        struct ledger_leaf l;
        struct buf row = {0};

        e = scope_leaf(m->txn, m->s, i, &row);
        if (e == ERR_OK)
            e = ledger_decode_head(&l, buf_bytes(&row));
        if (e == ERR_OK)
            e = l.is_control ? put_control(m, &l, i) : ward_past_look(&m->index, m->txn, m->s, i, &l);
        buf_deinit(&row);
    }
    return e;
}

static enum err take_mirror(struct making *m, const struct ledger_leaf *l, uint32_t index)
{
    const struct looking leaf = {.index = index};
    struct control c;
    enum err e = control_decode(&c, l->control) == ERR_OK ? ERR_OK : ERR_DAMAGED;

    return e == ERR_OK && c.kind == CONTROL_MIRROR ? take_change(m, &leaf, c.is.mirror.body, 0) : e;
}

static bool is_waiting(struct making *m, uint32_t index)
{
    for (size_t i = 0; i + sizeof index <= m->waiting.n; i += sizeof index) {
        uint32_t leaf;

        memcpy(&leaf, m->waiting.p + i, sizeof leaf);
        if (leaf == index)
            return true;
    }
    return false;
}

/* The seed of a changeset tells of all its changes: it goes to those who may read every one of them. */
static enum err look(struct making *m, const struct ledger_leaf *l, struct looking *leaf)
{
    struct stream stream;
    struct header h;
    enum err e = header_decode(&h, l->header) == ERR_OK ? ERR_OK : ERR_DAMAGED;

    leaf->proved = e == ERR_OK && l->changeset.has_seed;
    for (size_t i = 0; leaf->proved && i < l->changeset.count; i++) {
        uint32_t verdict = 0;

        leaf->proved = verdict_list_at(l->verdicts, i, &verdict) == ERR_OK && verdict_kind(verdict) == VERDICT_ACCEPTED;
    }
    if (!leaf->proved)
        return e;
    e = scope_stream_of(m->txn, m->s, &h.device, h.incarnation, &stream);
    leaf->origin = (struct snapshot_origin){.stream = stream.number, .person = h.person};
    memcpy(leaf->origin.seed, l->changeset.seed, SALT_SIZE);
    return e == ERR_NOT_FOUND ? ERR_DAMAGED : e;
}

static enum err take_leaf(struct making *m, uint32_t index)
{
    struct ledger_leaf l;
    struct looking leaf = {.index = index};
    struct buf row = {0}, past = {0};
    enum err e = ledger_leaf_at(m->txn, m->s, index, &row, &l);

    if (e == ERR_OK && l.is_control)
        e = take_mirror(m, &l, index);
    else if (e == ERR_OK)
        e = look(m, &l, &leaf);
    for (size_t i = 0; e == ERR_OK && !l.is_control && i < l.changeset.count; i++)
        if (l.changeset.slot[i].body.n > 0)
            e = take_change(m, &leaf, l.changeset.slot[i].body, (uint32_t)i);
    if (e == ERR_OK && !l.is_control)
        e = ward_past_note(&m->index, m->txn, m->s, index, &l);
    if (e == ERR_OK && !l.is_control && is_waiting(m, index)) {
        e = ward_past_write(&l, false, index, &past);
        if (e == ERR_OK)
            e = make_room(m, &m->whole, past.n);
        buf_put_bytes(&m->whole.past, buf_bytes(&past));
        m->whole.p.past++;
    }
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
    buf_deinit(&past);
    return e;
}

static bool waiting_visit(void *arg, const struct held *h)
{
    if (!h->decided)
        buf_put(arg, &h->leaf, sizeof h->leaf);
    return true;
}

static enum err put_streams(struct making *m)
{
    struct filling *f = &m->whole;
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < m->s->streams; i++) {
        struct stream stream;

        e = scope_stream(m->txn, m->s, i, &stream);
        if (e == ERR_OK)
            e = make_room(m, f, ID_SIZE + HASH_SIZE);
        mp_put_array(&f->stream, 4);
        mp_put_bin(&f->stream, stream.device.b, ID_SIZE);
        mp_put_uint(&f->stream, stream.incarnation);
        mp_put_uint(&f->stream, stream.next);
        mp_put_bin(&f->stream, stream.head.b, HASH_SIZE);
        f->p.streams++;
    }
    return e == ERR_OK ? flush(m, f) : e;
}

enum err ward_snapshot_make(struct txn *txn, const struct ward *w, const struct scope *s, struct snapshot *head,
                            bool *cannot)
{
    struct making m = {.txn = txn, .s = s, .head = head, .cannot = cannot};
    enum err e;

    *head = (struct snapshot){.ward = w->id, .scope = s->id, .epoch = s->epoch, .frontier = s->frontier,
                              .fold_version = s->fold_version};
    e = ledger_state(txn, s, &head->state);
    if (e == ERR_OK)
        e = known_load(&m);
    if (e == ERR_OK)
        e = held_each(txn, s, waiting_visit, &m.waiting);
    if (e == ERR_OK)
        e = ward_past_begin(&m.index, txn, s);
    if (e == ERR_OK)
        e = put_controls(&m);
    ward_past_looked(&m.index);
    if (e == ERR_OK)
        e = put_streams(&m);
    for (uint32_t i = 0; e == ERR_OK && !*cannot && i < s->frontier.size; i++)
        e = take_leaf(&m, i);
    if (e == ERR_OK)
        e = flush(&m, &m.whole);
    if (e == ERR_OK)
        e = flush(&m, &m.singles);
    if (e == ERR_OK)
        e = ward_past_end(&m.index, txn, s);
    filling_deinit(&m.whole);
    filling_deinit(&m.singles);
    ward_past_deinit(&m.index);
    buf_deinit(&m.known);
    buf_deinit(&m.waiting);
    buf_deinit(&m.row);
    return e;
}
