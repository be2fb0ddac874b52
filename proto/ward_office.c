/* ward_office.c - see ward_office.h. */
#include "ward_office.h"

#include "actor.h"
#include "ledger.h"
#include "mp.h"
#include "verdict.h"

/* --- the record's own date ---------------------------------------------------------------------------------- */

/* The last day that a date or a month may mean; 0: none given. */
static uint32_t last_day(const struct field_info *f, struct bytes value)
{
    struct mp r;
    uint32_t v;

    mp_open(&r, value);
    if (mp_nil(&r))
        return 0;
    v = (uint32_t)mp_uint(&r, UINT32_MAX);
    if (mp_close(&r) != ERR_OK)
        return 0;
    if (f->type == TYPE_PERIOD)
        return v % 100 >= 1 && v % 100 <= 12 ? v * 100 + 31 : v / 100 * 10000 + 1231;
    return v % 10000 == 0 ? v + 1231 : v % 100 == 0 ? v + 31 : v;
}

/* What the change writes into this field, else what is there; empty: nothing. */
static struct bytes value_of(const struct change *c, const struct part *p, const struct field_info *f)
{
    const struct entry *entry;

    for (size_t i = 0; c != NULL && c->op != OP_CLOSE && i < c->count; i++)
        if (c->triple[i].tag == schema_tag(f))
            return c->triple[i].value;
    entry = fold_entry(p, schema_tag(f));
    return entry == NULL ? bytes_of(NULL, 0) : entry->candidate[0].value;
}

static uint32_t date_here(const struct change *c, const struct part *p, const struct kind_info *k)
{
    static const char *const names[] = {"date", "from", "period"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct field_info *f = schema_field_named(k, names[i]);
        struct bytes value = {0};

        if (f != NULL && (f->type == TYPE_DATE || f->type == TYPE_PERIOD))
            value = value_of(c, p, f);
        if (value.n > 0 && last_day(f, value) != 0)
            return last_day(f, value);
    }
    return 0;
}

/* A roll-call mark, minutes: of the meeting that they name. */
static enum err date_there(struct txn *txn, const struct scope *s, const struct change *c, const struct part *p,
                           const struct kind_info *k, uint32_t *date)
{
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && *date == 0 && i < k->fields; i++) {
        const struct kind_info *other = k->field[i].refers == NULL ? NULL : schema_kind_named(k->field[i].refers);
        struct bytes value = other == NULL || k->field[i].list ? bytes_of(NULL, 0) : value_of(c, p, &k->field[i]);
        struct part there;
        struct mp r;
        struct id id;

        if (value.n == 0)
            continue;
        mp_open(&r, value);
        id = id_from(mp_bin_exact(&r, ID_SIZE));
        if (mp_close(&r) != ERR_OK)
            continue;
        e = ledger_part(txn, s, other->number, &id, &there);
        if (e == ERR_OK)
            *date = date_here(NULL, &there, other);
        part_deinit(&there);
    }
    return e;
}

static enum err own_date(struct txn *txn, const struct scope *s, const struct change *c, uint32_t *date)
{
    const struct kind_info *k = schema_kind(c->kind);
    struct part p;
    enum err e;

    *date = 0;
    if (k == NULL)
        return ERR_OK;
    e = ledger_part(txn, s, c->kind, &c->record, &p);
    if (e == ERR_OK)
        *date = date_here(c, &p, k);
    if (e == ERR_OK && *date == 0)
        e = date_there(txn, s, c, &p, k, date);
    part_deinit(&p);
    return e;
}

/* --- the office --------------------------------------------------------------------------------------------- */

enum err ward_office_verdict(struct txn *txn, const struct scope *s, const struct header *h, const struct change *c,
                             uint32_t *verdict)
{
    struct actor_grant grant[ACTOR_GRANTS_MAX];
    uint32_t date = 0, found = *verdict;
    size_t count = 0;
    enum err e = ERR_OK;

    if (verdict_kind(*verdict) != VERDICT_REFUSED || verdict_reason(*verdict) != ERR_NOT_ALLOWED)
        return ERR_OK;
    e = actor_grants(txn, s, &h->person, grant, &count);
    if (e == ERR_OK && count > 0)
        e = own_date(txn, s, c, &date);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        const struct actor_grant *g = &grant[i];
        uint32_t then = g->until == 0 ? *verdict : rights_verdict(g->role, c, s->access);
        bool unaware = h->epoch == s->epoch && h->size <= g->ended;

        if (verdict_kind(then) == VERDICT_REFUSED)
            continue;
        if (!unaware || date == 0 || date > g->until)
            then = verdict_make(VERDICT_HELD, false, ERR_HELD_FOR_PERSON);
        if (verdict_kind(found) != VERDICT_ACCEPTED)
            found = then;
    }
    *verdict = found;
    return e;
}
