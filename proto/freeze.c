/* freeze.c - see freeze.h. To close another kind by a signature: its rows here, and in protocol.md 4.3. */
#include "freeze.h"

#include "close.h"
#include "fold.h"
#include "life.h"
#include "mp.h"

/* A value in the first field closes the second. */
static const struct {
    const char *kind, *seal, *closed;
} rows[] = {
    {"reconciliation", "cell_signed", "cell_signed"},
    {"reconciliation", "cell_signed", "explanations"},
    {"reconciliation", "ward_signed", "ward_signed"},
    {"doc_out", "printed", "printed"},
    {"doc_out", "book", "book"},
    {"doc_out", "book", "printed"},
    {"doc_book", "returned", "returned"},
};

bool freeze_is_signable(const struct kind_info *k)
{
    return life_is(k, LIFE_SIGNED);
}

static bool state_read(struct bytes value, uint64_t *round, uint64_t *step)
{
    struct mp r;

    mp_open(&r, value);
    mp_expect_array(&r, 2);
    *round = mp_uint(&r, UINT32_MAX);
    *step = mp_uint(&r, UINT32_MAX);
    return mp_close(&r) == ERR_OK;
}

bool freeze_is_signed(const struct kind_info *k, struct bytes state)
{
    uint64_t round, step;

    return freeze_is_signable(k) && state_read(state, &round, &step) && step >= FREEZE_STEP && step != CLOSE_STEP_VOID;
}

/* Is this more than may come to a record that was signed in this state? What was signed is not sent back. */
static bool disturbs(const struct change *c, struct bytes state)
{
    uint64_t round, step, next;

    if (c->op != OP_STATE && c->op != OP_CLOSE)
        return c->op != OP_AMEND;
    for (size_t i = 0; i < c->count; i++)
        if (c->triple[i].tag == TAG_STATE && (!state_read(c->triple[i].value, &next, &step) ||
                                              !state_read(state, &round, &step) || next != round))
            return true;
    return close_is_void(c);
}

static bool writes(const struct change *c, const struct kind_info *k, const char *field)
{
    uint32_t number = schema_field_named(k, field)->number;

    for (size_t i = 0; c->op != OP_CLOSE && i < c->count; i++)
        if (TAG_NUMBER(c->triple[i].tag) == number)
            return true;
    return false;
}

static bool is_nil(struct bytes value)
{
    return value.n == 1 && value.p[0] == 0xc0;
}

bool freeze_closes(const struct part *p, const struct change *c)
{
    const struct kind_info *k = schema_kind(c->kind);

    if (life_closes(p, c))
        return true;
    if (k != NULL && p->changes > 0) {
        struct bytes state = close_state(p);
        uint64_t round, step;

        if (freeze_is_signed(k, state))
            return disturbs(c, state);
        if (life_receives(c))
            return true; /* what nobody has signed is not received */
        close_step(p, &round, &step);
        if (close_is_void(c) && step > 0 && step != CLOSE_STEP_VOID)
            return true; /* only a draft is made void */
    }
    for (size_t i = 0; k != NULL && p->changes > 0 && i < ARRAY_LEN(rows); i++) {
        const struct entry *seal;

        if (strcmp(rows[i].kind, k->name) != 0)
            continue;
        seal = fold_entry(p, schema_tag(schema_field_named(k, rows[i].seal)));
        if (seal != NULL && !is_nil(seal->candidate[0].value) && writes(c, k, rows[i].closed))
            return true;
    }
    return false;
}

bool freeze_unseen(const struct part *p, const struct change *c)
{
    const struct kind_info *k = schema_kind(c->kind);

    if (k == NULL || p->changes == 0 || freeze_is_signed(k, close_state(p)))
        return false;
    for (size_t i = 0; i < c->count; i++)
        if (c->triple[i].tag == TAG_STATE && freeze_is_signed(k, c->triple[i].value))
            return !close_saw(p, c);
    return false;
}

bool freeze_closed_by(const struct change *before, const struct change *c)
{
    const struct kind_info *k = schema_kind(c->kind);

    if (k == NULL || before->kind != c->kind || !id_equal(&before->record, &c->record))
        return false;
    for (size_t i = 0; i < before->count; i++)
        if (before->triple[i].tag == TAG_STATE && freeze_is_signed(k, before->triple[i].value))
            return disturbs(c, before->triple[i].value);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(rows[i].kind, k->name) == 0 && writes(before, k, rows[i].seal) && writes(c, k, rows[i].closed))
            return true;
    return false;
}
