/* rights.c - rights.def as tables, and the verdict over one change. */
#include "rights.h"

#include "life.h"
#include "mp.h"
#include "verdict.h"

enum part_of_kind { ALL, OWNED, OTHERS, SUPERIOR };
enum reach { CELL, WARD };

static const struct rights_row {
    const char *kind;
    enum part_of_kind fields;
    enum right right[ROLE_COUNT];
} rows[] = {
#define W RIGHT_WRITE
#define P RIGHT_PROPOSE
#define _ RIGHT_NO
#define ROLE(role, name, label, reach, a, b, c, d)
#define RIGHTS(kind, fields, clerk, building, inspect, secretary, deputy, committee, member, follower) \
    { #kind, fields, { [ROLE_CLERK] = clerk, [ROLE_BUILDING] = building, [ROLE_INSPECT] = inspect, \
        [ROLE_SECRETARY] = secretary, [ROLE_DEPUTY] = deputy, [ROLE_COMMITTEE] = committee, \
        [ROLE_MEMBER] = member, [ROLE_FOLLOWER] = follower } },
#include "rights.def"
#undef W
#undef P
#undef _
#undef ROLE
#undef RIGHTS
};

static const struct role_row {
    const char *name;
    const char *label;
    enum reach reach;
    bool reads[ACCESS_D + 1]; /* by class */
} roles[ROLE_COUNT] = {
#define RIGHTS(kind, fields, clerk, building, inspect, secretary, deputy, committee, member, follower)
#define ROLE(role, name, label, reach, a, b, c, d) [ROLE_##role] = { name, label, reach, { false, a, b, c, d } },
#include "rights.def"
#undef ROLE
#undef RIGHTS
};

/* Role numbers come from control leaves and may be of a newer program: NULL. */
static const struct role_row *role_row(enum role r)
{
    return r > ROLE_NONE && r < ROLE_COUNT ? &roles[r] : NULL;
}

const char *rights_role_name(enum role r)
{
    const struct role_row *row = role_row(r);
    return row == NULL ? "none" : row->name;
}

const char *rights_role_label(enum role r)
{
    const struct role_row *row = role_row(r);
    return row == NULL ? "No role" : row->label;
}

enum err rights_role_parse(const char *name, enum role *out)
{
    for (enum role r = ROLE_NONE + 1; r < ROLE_COUNT; r++) {
        if (strcmp(roles[r].name, name) == 0) {
            *out = r;
            return ERR_OK;
        }
    }
    return ERR_BAD_VALUE;
}

bool rights_may_read(enum role r, enum access scope_access)
{
    const struct role_row *row = role_row(r);
    return row != NULL && scope_access >= ACCESS_A && scope_access <= ACCESS_D && row->reads[scope_access];
}

bool rights_ward_wide(enum role r)
{
    const struct role_row *row = role_row(r);
    return row != NULL && row->reach == WARD;
}

static bool row_is_for(const struct rights_row *row, const char *kind, const struct field_info *field)
{
    /* The record as a whole, and what it is about, go with what the ward owns. */
    bool owned = field == NULL || field->merge == MERGE_OWNER || field->merge == MERGE_IMMUTABLE;

    if (row->fields == SUPERIOR)
        return strcmp(row->kind, kind) == 0 && life_is_word_from_above(field);
    return strcmp(row->kind, kind) == 0 && (row->fields == ALL || (row->fields == OWNED) == owned);
}

enum right rights_may_write(enum role r, uint32_t kind, const struct field_info *field, enum op op)
{
    const struct kind_info *k = schema_kind(kind);
    if (role_row(r) == NULL || op < OP_CREATE || op > OP_CLOSE)
        return RIGHT_NO;
    if (k == NULL)
        return r == ROLE_CLERK || r == ROLE_SECRETARY || r == ROLE_DEPUTY ? RIGHT_WRITE : RIGHT_NO;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (row_is_for(&rows[i], k->name, field))
            return rows[i].right[r];
    }
    return RIGHT_NO;
}

static enum right triple_right(enum role r, const struct change *c, size_t i)
{
    const struct kind_info *k = schema_kind(c->kind);
    const struct field_info *f = k == NULL ? NULL : schema_field(k, TAG_NUMBER(c->triple[i].tag));
    return rights_may_write(r, c->kind, f, c->op);
}

/* Of a record that goes up and comes back: the step this change leads to. NULL: none that the table names. */
static const struct life_move *moved(const struct change *c)
{
    const struct kind_info *k = schema_kind(c->kind);
    struct mp value;

    if (k == NULL || (c->op != OP_STATE && c->op != OP_CLOSE))
        return NULL;
    if (!life_is(k, LIFE_FILE) && !life_receives(c))
        return NULL;
    for (size_t i = 0; i < c->count; i++) {
        if (TAG_NUMBER(c->triple[i].tag) != 0)
            continue;
        mp_open(&value, c->triple[i].value);
        mp_expect_array(&value, 2);
        const uint64_t round = mp_uint(&value, UINT32_MAX), step = mp_uint(&value, UINT32_MAX);
        return mp_close(&value) == ERR_OK ? life_move_to(round, step) : NULL;
    }
    return NULL;
}

static enum right move_right(enum role r, const struct change *c, const struct life_move *move)
{
    if (move->by_ward)
        return r == ROLE_CLERK || r == ROLE_BUILDING ? RIGHT_WRITE : RIGHT_NO;
    return rights_ward_wide(r) ? RIGHT_NO : rights_may_write(r, c->kind, NULL, c->op);
}

/* The least of the rights that the change as a whole needs. */
static enum right change_right(enum role r, const struct change *c)
{
    enum right least = RIGHT_WRITE;
    const struct life_move *move = moved(c);

    if (move != NULL)
        return move_right(r, c, move);
    if (c->op == OP_CREATE || c->op == OP_STATE || c->op == OP_CLOSE)
        least = rights_may_write(r, c->kind, NULL, c->op);
    for (size_t i = 0; c->op != OP_CLOSE && i < c->count; i++) { /* which writes no field */
        enum right right = triple_right(r, c, i);
        if (right < least)
            least = right;
    }
    return least;
}

/* Only a field of class owner can hold a proposal beside the owner's value; in any other it would take effect. */
static bool can_stand_beside(enum role r, const struct change *c)
{
    for (size_t i = 0; i < c->count; i++) {
        if (triple_right(r, c, i) == RIGHT_PROPOSE && TAG_CLASS(c->triple[i].tag) != MERGE_OWNER)
            return false;
    }
    return c->op == OP_SET;
}

uint32_t rights_verdict(enum role r, const struct change *c, enum access scope_access)
{
    if (!rights_may_read(r, scope_access))
        return verdict_make(VERDICT_REFUSED, false, ERR_NOT_ALLOWED);
    if (schema_kind(c->kind) == NULL && scope_access > ACCESS_B)
        return verdict_make(VERDICT_REFUSED, false, ERR_NOT_ALLOWED);
    switch (change_right(r, c)) {
    case RIGHT_NO:
        break;
    case RIGHT_PROPOSE:
        if (can_stand_beside(r, c))
            return verdict_make(VERDICT_ACCEPTED, false, ERR_OK);
        return verdict_make(VERDICT_HELD, false, ERR_HELD_FOR_PERSON);
    case RIGHT_WRITE:
        return verdict_make(VERDICT_ACCEPTED, true, ERR_OK);
    }
    return verdict_make(VERDICT_REFUSED, false, ERR_NOT_ALLOWED);
}
