/* ward_transfer.c - see ward_transfer.h. */
#include "ward_transfer.h"

#include "../common/date.h"
#include "org_change.h"
#include "quarter_row.h"
#include "ward_desk.h"
#include "ward_move.h"

#define LETTER_MAX 100 /* as the schema says */
#define FIELDS_MAX 9   /* that one change here writes */
enum { TYPE_FULL = 1, TYPE_PROBATIONARY = 2 };

static const char context_transfer[] = "chibo1/transfer";

/* One member on his way. */
struct going {
    struct txn *txn;
    const struct ward *ward;
    struct id member;
    uint64_t now;
    struct quarter_book book;
};

static enum err going_open(struct going *g)
{
    return quarter_load(g->txn, &g->book, true);
}

static const struct quarter_row *row_at(const struct going *g, size_t i)
{
    const struct quarter_row *r = (const struct quarter_row *)(const void *)g->book.rows.p;

    return (i + 1) * sizeof *r <= g->book.rows.n ? &r[i] : NULL;
}

/* ---- one change by the ward's hand ---- */

struct writing {
    const struct kind_info *kind;
    struct part part; /* of the record as it is */
    struct change change;
    struct buf value[FIELDS_MAX], base[FIELDS_MAX];
};

static struct buf *put(struct writing *k, const char *field)
{
    struct triple *t = &k->change.triple[k->change.count];

    t->tag = schema_tag(schema_field_named(k->kind, field));
    fold_base(fold_entry(&k->part, t->tag), &k->base[k->change.count]);
    return &k->value[k->change.count++];
}

static enum err writing_open(struct going *g, const struct scope *s, const char *kind, enum op op,
                             const struct id *record, struct writing *k)
{
    memset(k, 0, sizeof *k);
    k->kind = schema_kind_named(kind);
    k->change = (struct change){.record = *record, .kind = k->kind->number, .op = op};
    return ledger_part(g->txn, s, k->kind->number, record, &k->part);
}

/* The seed of a changeset must never be given twice: the root under it is another one each time. */
static enum err writing_close(struct going *g, struct scope *s, struct writing *k, enum err e)
{
    uint8_t chance[WARD_DESK_RANDOM], when[8];
    struct hash root = scope_root(s);
    struct buf body = {0};

    store_u64(when, g->now);
    for (size_t i = 0; i < k->change.count; i++) {
        k->change.triple[i].value = buf_bytes(&k->value[i]);
        k->change.triple[i].base = buf_bytes(&k->base[i]);
    }
    if (e == ERR_OK) {
        change_encode(&k->change, &body);
        const struct bytes pieces[] = {
            bytes_of(context_transfer, sizeof context_transfer), bytes_of(g->ward->secret_key, 32),
            bytes_of(s->id.b, ID_SIZE), bytes_of(root.b, HASH_SIZE), bytes_of(when, sizeof when), buf_bytes(&body),
        };
        crypto_blake2b(chance, sizeof chance, bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
        e = ward_desk_write(g->txn, g->ward, s, buf_bytes(&body), chance, g->now);
    }
    for (size_t i = 0; i < k->change.count; i++) {
        buf_wipe_deinit(&k->value[i]);
        buf_deinit(&k->base[i]);
    }
    buf_wipe_deinit(&body);
    part_deinit(&k->part);
    return e;
}

static enum err register_of(struct going *g, const struct id *org, struct scope *s)
{
    struct org o;
    enum err e = org_load(g->txn, org, &o);

    return e == ERR_OK ? scope_load(g->txn, &o.scope[ACCESS_B], s) : e;
}

/* Sets one date; 0 clears it. */
static enum err set_date(struct going *g, const struct id *org, const char *kind, const struct id *record,
                         const char *field, uint32_t date)
{
    struct writing k;
    struct scope s;
    enum err e = register_of(g, org, &s);

    if (e != ERR_OK)
        return e;
    e = writing_open(g, &s, kind, OP_SET, record, &k);
    if (e == ERR_OK && k.part.changes == 0)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK && date != 0)
        mp_put_uint(put(&k, field), date);
    else if (e == ERR_OK)
        mp_put_nil(put(&k, field));
    return writing_close(g, &s, &k, e);
}

/* ---- memberships ---- */

static bool is_main(const struct going *g, const struct quarter_row *r)
{
    struct id member = quarter_row_id(r, PLACE_MEMBER);
    uint32_t type = r->what == QUARTER_PLACE ? quarter_row_number(r, QUARTER_WARD, PLACE_TYPE) : 0;

    return (type == TYPE_FULL || type == TYPE_PROBATIONARY) && id_equal(&member, &g->member);
}

static uint32_t end_of(const struct quarter_row *r)
{
    return quarter_row_number(r, QUARTER_WARD, PLACE_TO);
}

/* Those in force on this day are over after `last`; but not in the cell he comes to. */
static enum err end_places(struct going *g, const struct id *to, uint32_t day, uint32_t last)
{
    const struct quarter_row *r;
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && (r = row_at(g, i)) != NULL; i++)
        if (is_main(g, r) && !id_equal(&r->org, to) && (end_of(r) == 0 || end_of(r) >= day))
            e = set_date(g, &r->org, "membership", &r->record, "to", last);
    return e;
}

/* Where he was last, if it is over on this day. */
static const struct quarter_row *last_place(const struct going *g, uint32_t day)
{
    const struct quarter_row *r, *found = NULL;

    for (size_t i = 0; (r = row_at(g, i)) != NULL; i++) {
        if (!is_main(g, r))
            continue;
        if (end_of(r) == 0 || end_of(r) >= day)
            return NULL;
        found = found == NULL || end_of(r) > end_of(found) ? r : found;
    }
    return found;
}

static enum err start_place(struct going *g, const struct id *org, uint32_t type, uint32_t date)
{
    uint8_t name[ID_SIZE], day[4];
    const struct bytes pieces[] = {bytes_of(context_transfer, sizeof context_transfer), bytes_of(g->member.b, ID_SIZE),
                                   bytes_of(org->b, ID_SIZE), bytes_of(day, sizeof day)};
    struct writing k;
    struct scope s;
    struct id record;
    enum err e = register_of(g, org, &s);

    store_u32(day, date);
    crypto_blake2b(name, sizeof name, bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
    record = id_from(name);
    if (e != ERR_OK)
        return e;
    e = writing_open(g, &s, "membership", OP_CREATE, &record, &k);
    if (e == ERR_OK) {
        mp_put_bin(put(&k, "member"), g->member.b, ID_SIZE);
        mp_put_bin(put(&k, "org"), org->b, ID_SIZE);
        mp_put_uint(put(&k, "type"), type);
        mp_put_uint(put(&k, "from"), date);
    }
    return writing_close(g, &s, &k, e);
}

/* From this day on his membership is in `to`; nobody who had none gets one. */
static enum err carry_place(struct going *g, const struct id *to, uint32_t date)
{
    const struct quarter_row *last;
    uint32_t type = 0;
    enum err e = end_places(g, to, date, date_from_days(date_to_days(date) - 1));

    quarter_book_deinit(&g->book);
    if (e == ERR_OK)
        e = going_open(g);
    if (e != ERR_OK)
        return e;
    last = last_place(g, date);
    if (last != NULL)
        type = quarter_row_number(last, QUARTER_WARD, PLACE_TYPE);
    return type == 0 ? ERR_OK : start_place(g, to, type, date);
}

/* The introduction came to nothing: what it ended goes on. */
static enum err resume_place(struct going *g, const struct id *org, uint32_t left)
{
    const struct quarter_row *r;
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && (r = row_at(g, i)) != NULL; i++)
        if (is_main(g, r) && id_equal(&r->org, org) && end_of(r) == left)
            e = set_date(g, &r->org, "membership", &r->record, "to", 0);
    return e;
}

/* ---- lines ---- */

static enum err write_line(struct going *g, const struct transfer *t, enum transfer_way way)
{
    const struct id *org = way == TRANSFER_OUT ? &t->from : &t->to, *other = way == TRANSFER_OUT ? &t->to : &t->from;
    struct id record = transfer_line_id(org, &t->member, t->left);
    struct writing k;
    struct scope s;
    enum err e = register_of(g, org, &s);

    if (e != ERR_OK)
        return e;
    e = writing_open(g, &s, "transfer", OP_CREATE, &record, &k);
    if (e == ERR_OK && k.part.changes > 0) /* taken back on the same day */
        e = ERR_DECIDED;
    if (e == ERR_OK) {
        mp_put_bin(put(&k, "org"), org->b, ID_SIZE);
        mp_put_uint(put(&k, "way"), way);
        mp_put_bin(put(&k, "member"), t->member.b, ID_SIZE);
        mp_put_str(put(&k, "name"), bytes_of_str(t->name));
        mp_put_bin(put(&k, "other"), other->b, ID_SIZE);
        mp_put_uint(put(&k, "left"), t->left);
        mp_put_uint(put(&k, "due"), t->due);
        if (t->letter[0] != '\0')
            mp_put_str(put(&k, "letter_no"), bytes_of_str(t->letter));
    }
    return writing_close(g, &s, &k, e);
}

static enum err close_lines(struct going *g, const struct transfer *t, uint32_t date)
{
    enum err e = set_date(g, &t->from, "transfer", &t->out, "closed", date);

    if (e == ERR_OK)
        e = set_date(g, &t->to, "transfer", &t->in, "closed", date);
    return e == ERR_NOT_FOUND ? ERR_DAMAGED : e;
}

enum err ward_on_the_way(struct txn *txn, const struct id *member, uint64_t now, struct transfer *out)
{
    struct buf list = {0};
    const struct transfer *l;
    enum err e = transfer_list(txn, date_from_unix((int64_t)now), &list), found = ERR_NOT_FOUND;

    l = (const struct transfer *)(const void *)list.p;
    for (size_t i = 0; i < list.n / sizeof *l; i++)
        if (id_equal(&l[i].member, member) && !id_is_zero(&l[i].out)) {
            *out = l[i];
            found = ERR_OK;
        }
    buf_wipe_deinit(&list);
    return e == ERR_OK ? found : e;
}

/* ---- the steps ---- */

enum err ward_introduce(struct txn *txn, const struct ward *w, const struct id *member, const struct id *to,
                        const struct ward_decision *d, uint64_t now)
{
    struct going g = {.txn = txn, .ward = w, .member = *member, .now = now};
    struct transfer t = {.member = *member, .to = *to, .left = d->date, .due = transfer_due(d->date)}, open;
    uint64_t policy;
    enum err e = ward_record_org(txn, schema_kind_named("member")->number, member, &t.from);

    if (e == ERR_OK && id_equal(&t.from, to))
        e = ERR_EXISTS;
    if (e == ERR_OK && t.due == 0)
        e = ERR_BAD_DATE;
    if (e == ERR_OK && strlen(d->number) > LETTER_MAX)
        e = ERR_TOO_LONG;
    if (e == ERR_OK) {
        e = ward_on_the_way(txn, &g.member, now, &open);
        e = e == ERR_OK ? ERR_DECIDED : e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    if (e == ERR_OK)
        e = going_open(&g);
    if (e == ERR_OK) {
        transfer_name(&g.book, member, t.name);
        quarter_copy(t.letter, sizeof t.letter, d->number);
        e = t.name[0] == '\0' ? ERR_NOT_FOUND : ward_policy_next(txn, &policy);
    }
    if (e == ERR_OK)
        e = write_line(&g, &t, TRANSFER_OUT);
    if (e == ERR_OK)
        e = write_line(&g, &t, TRANSFER_IN);
    if (e == ERR_OK)
        e = end_places(&g, to, t.left, t.left);
    quarter_book_deinit(&g.book);
    return e;
}

static enum err finish(struct going *g, const struct transfer *t, const struct id *to, uint32_t date,
                       uint64_t *changes)
{
    const struct ward_decision d = {t->letter, t->left};
    uint32_t kind = schema_kind_named("member")->number;
    uint64_t policy;
    struct id org;
    enum err e = ward_record_org(g->txn, kind, &g->member, &org);

    *changes = 0;
    if (e == ERR_OK)
        e = going_open(g);
    if (e == ERR_OK)
        e = ward_policy_next(g->txn, &policy);
    if (e == ERR_OK && !id_equal(&org, to))
        e = ward_move(g->txn, g->ward, kind, &g->member, to, &d, g->now, changes);
    if (e == ERR_OK && id_equal(&t->from, to))
        e = resume_place(g, to, t->left);
    else if (e == ERR_OK)
        e = carry_place(g, to, date);
    if (e == ERR_OK && !id_is_zero(&t->out))
        e = close_lines(g, t, date);
    quarter_book_deinit(&g->book);
    return e;
}

enum err ward_receive(struct txn *txn, const struct ward *w, const struct id *member, uint32_t date, uint64_t now,
                      uint64_t *changes)
{
    struct going g = {.txn = txn, .ward = w, .member = *member, .now = now};
    struct transfer t;
    struct id to;
    enum err e = date_is_full(date) ? ward_on_the_way(txn, member, now, &t) : ERR_BAD_DATE;

    if (e == ERR_OK)
        e = org_living(txn, &t.to, &to);
    return e == ERR_OK ? finish(&g, &t, &to, date, changes) : e;
}

enum err ward_transfer(struct txn *txn, const struct ward *w, const struct id *member, const struct id *to,
                       const struct ward_decision *d, uint64_t now, uint64_t *changes)
{
    struct going g = {.txn = txn, .ward = w, .member = *member, .now = now};
    struct transfer t = {.left = d->date};
    const uint32_t from = d->date != 0 ? d->date : date_from_unix((int64_t)now);
    struct id org;
    enum err e = date_is_full(from) ? ward_on_the_way(txn, member, now, &t) : ERR_BAD_DATE;

    quarter_copy(t.letter, sizeof t.letter, d->number);
    if (e == ERR_NOT_FOUND) {
        t = (struct transfer){.left = d->date};
        e = ward_record_org(txn, schema_kind_named("member")->number, member, &org);
        if (e == ERR_OK && id_equal(&org, to))
            e = ERR_EXISTS;
    }
    return e == ERR_OK ? finish(&g, &t, to, from, changes) : e;
}

/* ---- what a cell says ---- */

/* Nothing is to be done when a person must look first: the line then stays open. */
static enum err heed(struct txn *txn, const struct ward *w, const struct scope *s, const struct id *record,
                     uint64_t now)
{
    uint32_t today = date_from_unix((int64_t)now), kind = schema_kind_named("transfer")->number;
    struct going g = {.txn = txn, .ward = w, .now = now};
    struct transfer t = {.received = 0}, open;
    enum transfer_way way = TRANSFER_OUT;
    uint64_t changes;
    bool closed = true, line;
    struct part p;
    enum err e = ledger_part(txn, s, kind, record, &p);

    line = e == ERR_OK && transfer_read(&p, &t, &way, &closed);
    part_deinit(&p);
    if (e != ERR_OK || !line || way != TRANSFER_IN || closed || t.received == 0 || !id_equal(&t.in, record))
        return e;
    g.member = t.member;
    e = ward_on_the_way(txn, &g.member, now, &open);
    if (e == ERR_OK && id_equal(&open.in, record) && id_equal(&s->org, &open.to))
        e = ward_receive(txn, w, &t.member, t.received < t.left || t.received > today ? today : t.received, now,
                         &changes);
    return e == ERR_NOT_FOUND || e == ERR_AMBIGUOUS || e == ERR_FROZEN ? ERR_OK : e;
}

enum err ward_transfer_heed(struct txn *txn, const struct ward *w, const struct scope *s, const struct changeset *cs,
                            uint64_t now)
{
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < cs->count; i++) {
        struct id record;
        uint32_t kind;

        change_subject(cs->slot[i].body, &kind, &record);
        if (kind == schema_kind_named("transfer")->number)
            e = heed(txn, w, s, &record, now);
    }
    return e;
}
