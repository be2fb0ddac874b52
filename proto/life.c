/* life.c - see life.h. */
#include "life.h"

#include "close.h"
#include "mp.h"

static const struct {
    const char *kind;
    unsigned flags;
} rows[] = {
#define NONE LIFE_NONE
#define VOID LIFE_VOID
#define SIGNED LIFE_SIGNED
#define PLACED LIFE_PLACED
#define FILE LIFE_FILE
#define LIFE(kind, flags) {#kind, flags},
#define MOVE(name, from, to, who)
#include "life.def"
#undef LIFE
#undef MOVE
#undef NONE
#undef VOID
#undef SIGNED
#undef PLACED
#undef FILE
};

enum step { draft, submitted, approved, locked, archived, returned = draft };
enum who { CELL, WARD };

const struct life_move life_moves[] = {
#define LIFE(kind, flags)
#define MOVE(name, from, to, who) {#name, from, to, sizeof(#to) == sizeof("returned") && #to[0] == 'r', who == WARD},
#include "life.def"
#undef LIFE
#undef MOVE
};
const size_t life_move_count = ARRAY_LEN(life_moves);

bool life_is(const struct kind_info *k, enum life flag)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(rows[i].kind, k->name) == 0)
            return (rows[i].flags & (unsigned)flag) != 0;
    return false;
}

const struct life_move *life_move(uint64_t round, uint64_t step, uint64_t to_round, uint64_t to_step)
{
    for (size_t i = 0; i < life_move_count; i++)
        if (life_moves[i].from == step && life_moves[i].to == to_step && to_round == round + life_moves[i].next_round)
            return &life_moves[i];
    return NULL;
}

const struct life_move *life_move_to(uint64_t to_round, uint64_t to_step)
{
    for (size_t i = 0; i < life_move_count; i++)
        if (life_moves[i].to == to_step && (!life_moves[i].next_round || to_round > 0))
            return &life_moves[i];
    return NULL;
}

bool life_is_word_from_above(const struct field_info *f)
{
    return f != NULL && strncmp(f->name, "superior_", 9) == 0;
}

static bool state_of(const struct change *c, uint64_t *round, uint64_t *step)
{
    for (size_t i = 0; i < c->count; i++) {
        struct mp r;

        if (c->triple[i].tag != TAG_STATE)
            continue;
        mp_open(&r, c->triple[i].value);
        mp_expect_array(&r, 2);
        *round = mp_uint(&r, UINT32_MAX);
        *step = mp_uint(&r, UINT32_MAX);
        return mp_close(&r) == ERR_OK;
    }
    return false;
}

bool life_receives(const struct change *c)
{
    const struct kind_info *k = schema_kind(c->kind);
    uint64_t round, step;

    return k != NULL && life_is(k, LIFE_SIGNED) && c->count == 1 && state_of(c, &round, &step) &&
           step == LIFE_STEP_ARCHIVED;
}

/* Making it void is judged for all kinds alike (freeze.h); what was void is a draft. */
static bool leads_nowhere(const struct change *c, uint64_t round, uint64_t step)
{
    uint64_t to_round, to_step;

    if (!state_of(c, &to_round, &to_step) || to_step == CLOSE_STEP_VOID)
        return false;
    return (to_round != round || to_step != step) && life_move(round, step, to_round, to_step) == NULL;
}

bool life_closes(const struct part *p, const struct change *c)
{
    const struct kind_info *k = schema_kind(c->kind);
    uint64_t round, step;

    if (k == NULL || !life_is(k, LIFE_FILE))
        return false;
    close_step(p, &round, &step);
    if (step == CLOSE_STEP_VOID)
        step = draft;
    for (size_t i = 0; c->op != OP_CLOSE && i < c->count; i++) {
        if (c->triple[i].tag == TAG_STATE || step < LIFE_STEP_SUBMITTED)
            continue;
        if (step >= LIFE_STEP_LOCKED || !life_is_word_from_above(schema_field(k, TAG_NUMBER(c->triple[i].tag))))
            return true;
    }
    return leads_nowhere(c, round, step);
}
