/* replica_rebind.c - a book that was its own becomes a cell's: the drafts move under the real organisation's id.
 *
 * Natural ids hold the organisation (protocol.md 3.4), so they change, and with them every reference. All ids are 16
 * bytes that nothing else can equal, so one pass renames them wherever an encoded bin 16 holds one. */
#include <stdlib.h>

#include "draft.h"
#include "mp.h"
#include "replica.h"

struct rename {
    struct id from;
    struct id to;
};

struct drafted {
    uint32_t kind;
    struct id record;
    uint16_t number;
};

struct rebinding {
    struct txn *txn;
    struct buf drafts;  /* struct drafted[] */
    struct buf renames; /* struct rename[] */
};

static bool drafts_visit(void *arg, struct bytes key, struct bytes value)
{
    struct rebinding *b = arg;
    struct drafted d;

    (void)value;
    if (key.n != 4 + ID_SIZE)
        return false;
    d = (struct drafted){load_u16(key.p), id_from(key.p + 2), load_u16(key.p + 2 + ID_SIZE)};
    buf_put(&b->drafts, &d, sizeof d);
    return true;
}

/* bin 16 in canonical MessagePack: c4 10 and the bytes. */
static void rename_in(const struct rebinding *b, uint8_t *p, size_t n)
{
    const struct rename *r = (const struct rename *)(const void *)b->renames.p;

    for (size_t i = 0; i + 2 + ID_SIZE <= n; i++) {
        if (p[i] != 0xc4 || p[i + 1] != ID_SIZE)
            continue;
        for (size_t k = 0; k < b->renames.n / sizeof *r; k++)
            if (memcmp(p + i + 2, r[k].from.b, ID_SIZE) == 0)
                memcpy(p + i + 2, r[k].to.b, ID_SIZE);
    }
}

/* The natural key's values from the draft's own creation. False: the key is not all there. */
static bool key_values(const struct kind_info *k, const struct draft *d, struct buf room[8], struct bytes values[8],
                       size_t *count)
{
    struct part p;

    part_init(&p);
    *count = 0;
    if (draft_lay_over(d, &p) == ERR_OK)
        for (size_t i = 0; k->natural[i] != NULL && i < 8; i++) {
            const struct entry *e = fold_entry(&p, schema_tag(schema_field_named(k, k->natural[i])));

            if (e == NULL)
                break;
            buf_put_bytes(&room[i], e->candidate[0].value);
            values[i] = buf_bytes(&room[i]);
            (*count)++;
        }
    part_deinit(&p);
    return *count > 0 && k->natural[*count] == NULL;
}

/* Adds the renames of one natural kind; references inside its key must be renamed already. */
static enum err rename_kind(struct rebinding *b, const struct kind_info *k, const struct id *old_org,
                            const struct id *new_org)
{
    const struct drafted *list = (const struct drafted *)(const void *)b->drafts.p;
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < b->drafts.n / sizeof *list; i++) {
        struct buf room[8] = {{0}};
        struct bytes values[8];
        struct rename r = {.from = list[i].record};
        struct draft d;
        size_t count;

        if (list[i].kind != k->number)
            continue;
        e = draft_load(b->txn, list[i].kind, &list[i].record, list[i].number, &d);
        if (e == ERR_OK && key_values(k, &d, room, values, &count))
            for (uint32_t ordinal = 0; ordinal < 16; ordinal++) {
                struct id old_id;

                for (size_t v = 0; v < count; v++)
                    values[v] = buf_bytes(&room[v]);
                old_id = schema_natural_id(k, old_org, ordinal, values, count);
                if (!id_equal(&old_id, &r.from))
                    continue;
                for (size_t v = 0; v < count; v++)
                    rename_in(b, room[v].p, room[v].n);
                r.to = schema_natural_id(k, new_org, ordinal, values, count);
                buf_put(&b->renames, &r, sizeof r);
                break;
            }
        for (size_t v = 0; v < 8; v++)
            buf_deinit(&room[v]);
        draft_deinit(&d);
    }
    return e;
}

static struct id renamed(const struct rebinding *b, const struct id *id)
{
    const struct rename *r = (const struct rename *)(const void *)b->renames.p;

    for (size_t k = 0; k < b->renames.n / sizeof *r; k++)
        if (id_equal(&r[k].from, id))
            return r[k].to;
    return *id;
}

static enum err rewrite(struct rebinding *b, const struct drafted *at)
{
    struct id record = renamed(b, &at->record);
    uint8_t room[STORE_KEY_MAX];
    struct draft d;
    struct buf row = {0};
    enum err e = draft_load(b->txn, at->kind, &at->record, at->number, &d);

    if (e == ERR_OK)
        e = store_del(b->txn, TABLE_draft, scope_key_part(room, at->kind, &at->record, at->number));
    for (size_t i = 0; e == ERR_OK && i < d.count; i++) {
        rename_in(b, d.item[i].body.p, d.item[i].body.n);
        e = store_get(b->txn, TABLE_pending, scope_key6(room, at->number, d.item[i].number), &row);
        if (e == ERR_OK) {
            rename_in(b, row.p, row.n);
            e = store_put(b->txn, TABLE_pending, scope_key6(room, at->number, d.item[i].number), buf_bytes(&row));
        }
    }
    if (e == ERR_OK)
        e = draft_save(b->txn, at->kind, &record, at->number, &d);
    draft_deinit(&d);
    buf_deinit(&row);
    return e;
}

/* The scopes without a log now belong to the real organisation; the first answer gives them their logs. */
static enum err move_org(struct txn *txn, const struct id *old_org, const struct id *new_org)
{
    struct org o;
    enum err e = org_load(txn, old_org, &o);

    for (int a = ACCESS_A; e == ERR_OK && a <= ACCESS_D; a++) {
        struct scope s;

        if (id_is_zero(&o.scope[a]))
            continue;
        e = scope_load(txn, &o.scope[a], &s);
        s.org = *new_org;
        if (e == ERR_OK)
            e = scope_save(txn, &s);
    }
    o.id = *new_org;
    if (e == ERR_OK)
        e = org_save(txn, &o);
    return e == ERR_OK ? store_del(txn, TABLE_org, bytes_of(old_org->b, ID_SIZE)) : e;
}

enum err replica_rebind(struct txn *txn, const struct id *old_org, const struct id *new_org,
                        const struct id *old_person, const struct id *new_person)
{
    struct rebinding b = {.txn = txn};
    struct rename org = {*old_org, *new_org}, person = {*old_person, *new_person};
    const struct drafted *list;
    enum err e = store_scan(txn, TABLE_draft, bytes_of(NULL, 0), drafts_visit, &b);

    buf_put(&b.renames, &org, sizeof org);
    buf_put(&b.renames, &person, sizeof person); /* pending rows name who wrote: the ward knows only the new one */
    /* Rows of the schema stand so that a kind comes after those its key refers to. */
    for (size_t k = 0; e == ERR_OK && k < schema_kind_count; k++)
        if (schema_kinds[k].natural != NULL)
            e = rename_kind(&b, &schema_kinds[k], old_org, new_org);
    list = (const struct drafted *)(const void *)b.drafts.p;
    for (size_t i = 0; e == ERR_OK && i < b.drafts.n / sizeof *list; i++)
        e = rewrite(&b, &list[i]);
    if (e == ERR_OK)
        e = move_org(txn, old_org, new_org);
    buf_deinit(&b.drafts);
    buf_deinit(&b.renames);
    return e;
}
