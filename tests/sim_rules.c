/* sim_rules.c - see sim_rules.h. */
#include "sim_rules.h"

#define KINDS 25
#define KIND_MEMBER 1
#define KIND_RECONCILIATION 25

enum column { CLERK, OFFICER, MEMBER, NOBODY };

/* By kind: clerk, officer (secretary, deputy), member. */
static const char rules[KINDS][4] = {
    "---", "WP-", "WP-", "WP-", "-W-", "-W-", "-W-", "-W-", "-W-",
    "-W-", "-WW", "W--", "-W-", "WW-", "W--", "W--", "W--", "-W-",
    "-W-", "-WW", "WW-", "WW-", "-W-", "WW-", "-W-",
};

#define ACCEPTED_OWNS 4u
#define ACCEPTED 0u
#define HELD (1u + 8u * 29u)
#define REFUSED (2u + 8u * 14u)

static enum column column_of(enum role r)
{
    switch (r) {
    case ROLE_CLERK:
        return CLERK;
    case ROLE_SECRETARY:
    case ROLE_DEPUTY:
        return OFFICER;
    case ROLE_MEMBER:
        return MEMBER;
    default:
        return NOBODY;
    }
}

/* Phone, address, occupation: the cell writes them too. */
static bool is_of_the_cell(uint32_t kind, uint32_t tag)
{
    uint32_t number = TAG_NUMBER(tag);

    return kind == KIND_MEMBER && number >= 11 && number <= 13;
}

/* What was counted and the ward's signature are the ward's; explanations and its own signature the cell's. */
static uint32_t reconciliation(enum column column, const struct change *c)
{
    bool needs_ward = c->op == OP_CREATE || c->op == OP_STATE, needs_cell = false;

    for (size_t i = 0; i < c->count; i++) {
        uint32_t number = TAG_NUMBER(c->triple[i].tag);
        bool of_the_cell = number == 9 || number == 10;

        needs_cell = needs_cell || of_the_cell;
        needs_ward = needs_ward || !of_the_cell;
    }
    if ((needs_ward && column != CLERK) || (needs_cell && column != OFFICER))
        return REFUSED;
    return ACCEPTED_OWNS;
}

uint32_t sim_rules_verdict(enum role r, const struct change *c, enum access access)
{
    enum column column = column_of(r);
    bool proposes = false;
    char rule;

    if (column == NOBODY)
        return REFUSED;
    if (c->kind == KIND_RECONCILIATION)
        return reconciliation(column, c);
    if (c->kind >= KINDS)
        return column != MEMBER && access <= ACCESS_B ? ACCEPTED_OWNS : REFUSED;
    rule = rules[c->kind][column];
    if (rule == '-')
        return REFUSED;
    if (rule == 'W')
        return ACCEPTED_OWNS;
    for (size_t i = 0; i < c->count; i++)
        proposes = proposes || !is_of_the_cell(c->kind, c->triple[i].tag);
    if (c->op == OP_CREATE || c->op == OP_STATE)
        return HELD;
    if (!proposes)
        return ACCEPTED_OWNS;
    return c->op == OP_SET ? ACCEPTED : HELD;
}
