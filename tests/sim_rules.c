/* sim_rules.c - see sim_rules.h. */
#include "sim_rules.h"

#include "../proto/close.h"
#include "../proto/fold.h"
#include "../proto/verdict.h"
#include "../proto/versions.h"

#define KINDS 54
#define KIND_MEMBER 1
#define KIND_MINUTES 7
#define KIND_RESOLUTION 8
#define KIND_CANDIDATE 13
#define KIND_APPRAISAL 20
#define KIND_COMMENT 21
#define KIND_REPORT 22
#define SUPERIOR_SCORE 6
#define SUPERIOR_LEVEL 7
#define KIND_RECONCILIATION 25
#define KIND_TRANSFER 26
#define KIND_QUALITY_SCORE 32
#define KIND_TARGET 42
#define KIND_PAPER 45
#define KIND_BOOK 53
#define RECEIVED 9
#define EXPLANATIONS 9
#define CELL_SIGNED 10
#define WARD_SIGNED 11
#define PRINTED 10
#define UNDER_BOOK 11
#define RETURNED 5
#define STATE 3 /* its tag: number 0, class 3 */
#define LOCKED 3
#define AMENDS 6
#define MOVES_ON 5
#define CLOSES 7
#define VOID 5 /* a step */

enum column { CLERK, BUILDING, OFFICER, COMMITTEE, MEMBER, NOBODY };

/* By kind: clerk, building, officer (secretary, deputy), committee, member. */
static const char rules[KINDS][6] = {
    "-----", "W-P--", "WWP--", "W-P--", "--W--", "--WW-", "--WW-", "--WW-", "--W--",
    "--WW-", "--WWW", "W----", "--WW-", "W-W--", "W----", "W----", "W----", "--WW-",
    "--WW-", "--WWW", "WWWW-", "W-W--", "--W--", "W-W--", "--WW-", "WW---", "-W---",
    "W----", "W-W--", "W-W--", "--WW-", "W-WW-", "WWWW-", "--WW-", "--WW-", "W----", /* 27 to 35 */
    "W----", "-----", "W-W--", "--WW-", "--WW-", "W-WW-", "WWP--", "--WW-", "W----", /* 36 to 44 */
    "--WW-", "--WW-", "--WW-", "--WW-", "--W--", "W----", "--WW-", "-----", "--WW-", /* 45 to 53 */
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
    case ROLE_BUILDING:
        return BUILDING;
    case ROLE_SECRETARY:
    case ROLE_DEPUTY:
        return OFFICER;
    case ROLE_COMMITTEE:
        return COMMITTEE;
    case ROLE_MEMBER:
        return MEMBER;
    default:
        return NOBODY;
    }
}

/* Of a member phone, address, occupation, schooling, badges and remarks; of a target what was reached: the cell writes
 * them too. */
static bool is_of_the_cell(uint32_t kind, uint32_t tag)
{
    static const uint32_t members[] = {11, 12, 13, 16, 19, 20, 21, 22, 24, 25, 29};
    uint32_t number = TAG_NUMBER(tag);
    bool found = false;

    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        found = found || members[i] == number;
    return kind == KIND_MEMBER ? found : kind == KIND_TARGET && (number == 5 || number == 6);
}

static bool is_all_of_the_cell(const struct change *c)
{
    bool all = c->op != OP_CREATE && c->op != OP_STATE && c->op != CLOSES && c->count > 0;

    for (size_t i = 0; i < c->count; i++)
        all = all && is_of_the_cell(c->kind, c->triple[i].tag);
    return all;
}

/* What the cell says to the ward's figures is the officers' alone; the rest is the ward's. */
static uint32_t of_reconciliation(enum column column, const struct change *c)
{
    bool cell = false, ward = c->op == OP_CREATE || c->op == OP_STATE || c->op == CLOSES || c->count == 0;

    for (size_t i = 0; c->op != CLOSES && i < c->count; i++) {
        uint32_t number = TAG_NUMBER(c->triple[i].tag);
        bool of_cell = number == EXPLANATIONS || number == CELL_SIGNED;

        cell = cell || of_cell;
        ward = ward || !of_cell;
    }
    if ((cell && column != OFFICER) || (ward && column != CLERK && column != BUILDING))
        return REFUSED;
    return ACCEPTED_OWNS;
}

/* What the level above says of a member, a meeting or a file is not the cell's to write. */
static bool is_word_from_above(uint32_t kind, uint32_t number)
{
    switch (kind) {
    case KIND_CANDIDATE:
        return number == 11;
    case KIND_APPRAISAL:
        return number == SUPERIOR_SCORE || number == SUPERIOR_LEVEL || number == 14;
    case KIND_COMMENT:
    case KIND_REPORT:
        return number == 9;
    case KIND_QUALITY_SCORE:
        return number >= 6 && number <= 9;
    default:
        return false;
    }
}

static size_t words_from_above(const struct change *c)
{
    size_t words = 0;

    for (size_t i = 0; c->op != CLOSES && i < c->count; i++)
        words += is_word_from_above(c->kind, TAG_NUMBER(c->triple[i].tag));
    return words;
}

/* The state that this change says; empty: none. */
static struct bytes state_in(const struct change *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->triple[i].tag == STATE)
            return c->triple[i].value;
    return bytes_of(NULL, 0);
}

/* Those that go up and come back. */
static bool is_file(uint32_t kind)
{
    return kind == KIND_CANDIDATE || kind == KIND_APPRAISAL || kind == KIND_COMMENT || kind == KIND_REPORT;
}

/* Whose it is to take a file there: the ward's, but for handing it in; 0: anybody's who may write it (a draft that is
 * made void or stands again). */
static char mover(struct bytes state)
{
    const uint8_t round = state.n == 3 ? state.p[1] : 0, step = state.n == 3 ? state.p[2] : 0;

    if (step == 1)
        return 'c';
    return step == VOID || (step == 0 && round == 0) ? 0 : 'w';
}

/* Inspections and what they found, measures, cases, the log of reading. */
static bool is_inspectors(uint32_t kind)
{
    return kind == 33 || kind == 34 || kind == 36 || kind == 37 || kind == 52;
}

uint32_t sim_rules_verdict(enum role r, const struct change *c, enum access access)
{
    enum column column = column_of(r);
    bool proposes = false;
    char rule;

    if (r == ROLE_INSPECT && is_inspectors(c->kind))
        return ACCEPTED_OWNS;
    if (column == NOBODY)
        return REFUSED;
    if (c->kind >= KINDS)
        return column <= OFFICER && column != BUILDING && access <= ACCESS_B ? ACCEPTED_OWNS : REFUSED;
    if (c->kind == KIND_RECONCILIATION)
        return of_reconciliation(column, c);
    if (c->kind == KIND_TRANSFER && column == OFFICER && c->op != OP_CREATE && c->op != OP_STATE && c->count == 1 &&
        TAG_NUMBER(c->triple[0].tag) == RECEIVED)
        return ACCEPTED_OWNS;
    if (words_from_above(c) > 0 && column != CLERK && column != BUILDING)
        return REFUSED;
    if (is_file(c->kind) && (c->op == MOVES_ON || c->op == CLOSES) && mover(state_in(c)) != 0) {
        if (mover(state_in(c)) == 'w')
            return column == CLERK || column == BUILDING ? ACCEPTED_OWNS : REFUSED;
        if (column == CLERK || column == BUILDING)
            return REFUSED;
    } else if (words_from_above(c) == c->count && c->op != CLOSES && c->op != OP_CREATE && c->count > 0) {
        return ACCEPTED_OWNS;
    }
    if (c->kind == KIND_TARGET && column == COMMITTEE && is_all_of_the_cell(c))
        return ACCEPTED_OWNS;
    rule = rules[c->kind][column];
    if (rule == '-')
        return REFUSED;
    if (rule == 'W')
        return ACCEPTED_OWNS;
    for (size_t i = 0; i < c->count; i++)
        proposes = proposes || !is_of_the_cell(c->kind, c->triple[i].tag);
    if (c->op == OP_CREATE || c->op == OP_STATE || c->op == CLOSES)
        return HELD;
    if (!proposes)
        return ACCEPTED_OWNS;
    return c->op == OP_SET ? ACCEPTED : HELD;
}

static bool writes(const struct change *c, uint32_t number)
{
    for (size_t i = 0; i < c->count; i++)
        if (TAG_NUMBER(c->triple[i].tag) == number && c->op != CLOSES)
            return true;
    return false;
}

/* A value stands in this field of the part. */
static bool signed_in(struct bytes part, uint32_t number)
{
    const struct bytes nil = bytes_of("\xc0", 1);
    bool found = false;
    struct part p;

    if (part.n == 0 || part_decode(&p, part) != ERR_OK)
        return false;
    for (size_t i = 0; i < p.entries; i++)
        found = found || (TAG_NUMBER(p.entry[i].tag) == number && !bytes_equal(p.entry[i].candidate[0].value, nil));
    part_deinit(&p);
    return found;
}

static bool is_accepted(uint32_t verdict)
{
    return verdict % 4 == 0;
}

/* The encoded state [round, step] of small numbers: 0x92 round step. */
static bool locks(struct bytes state)
{
    return state.n == 3 && state.p[2] >= LOCKED && state.p[2] != VOID;
}

static bool is_text(uint32_t kind)
{
    return kind == KIND_MINUTES || kind == KIND_RESOLUTION;
}

/* What the ward holds of the record when it comes to this change: the part, with what is accepted before. */
static bool part_before(struct bytes part, const struct model_slot *slot, size_t at, const struct change *c, struct part *p)
{
    struct change before;

    part_init(p);
    if (part.n > 0 && part_decode(p, part) != ERR_OK)
        return false;
    for (size_t i = 0; i < at; i++) {
        struct version v = change_version(&slot[i].commitment);
        if (is_accepted((uint32_t)slot[i].verdict) && change_decode(&before, slot[i].body) == ERR_OK &&
            before.kind == c->kind && id_equal(&before.record, &c->record))
            (void)fold_change(p, FOLD_VERSION, &before, &v, slot[i].verdict / 4 % 2 != 0, 0, 0);
    }
    return true;
}

static bool disturbs(struct bytes state, const struct change *c)
{
    struct bytes next = state_in(c);

    return c->op != AMENDS && ((c->op != MOVES_ON && c->op != CLOSES) || next.n != 3 || next.p[1] != state.p[1] ||
                               (c->op == CLOSES && next.p[2] == VOID));
}

/* By a signature that is accepted before it in its changeset, whatever else the record's state is. */
static bool closed_beside(const struct model_slot *slot, size_t at, const struct change *c)
{
    struct change before;

    for (size_t i = 0; i < at; i++)
        if (is_accepted((uint32_t)slot[i].verdict) && change_decode(&before, slot[i].body) == ERR_OK &&
            before.kind == c->kind && id_equal(&before.record, &c->record) && locks(state_in(&before)) &&
            disturbs(state_in(&before), c))
            return true;
    return false;
}

/* By a signature that is folded: it counts for what is written over it (protocol.md 4.3), though the same changeset takes
 * the state back first. */
static bool closed_below(struct bytes part, const struct change *c)
{
    struct part p;
    bool closed;

    if (c->op == MOVES_ON || c->op == CLOSES || !part_before(part, NULL, 0, c, &p))
        return false;
    closed = locks(close_state(&p)) && disturbs(close_state(&p), c);
    part_deinit(&p);
    return closed;
}

/* Of minutes and resolutions that are signed: amendments, and steps of the same round. Of all: only drafts are made
 * void. */
static bool closed_already(struct bytes part, const struct model_slot *slot, size_t at, const struct change *c)
{
    struct bytes state, next = state_in(c);
    struct part p;
    bool closed = false, voids = c->op == CLOSES && next.n == 3 && next.p[2] == VOID;

    if (!part_before(part, slot, at, c, &p))
        return false;
    state = close_state(&p);
    if (is_text(c->kind) && locks(state))
        closed = disturbs(state, c);
    else if (voids && state.n == 3)
        closed = state.p[2] > 0 && state.p[2] != VOID;
    part_deinit(&p);
    return closed || (is_text(c->kind) && (closed_below(part, c) || closed_beside(slot, at, c)));
}

/* Does it sign a text that its author had not seen as it stands? */
static bool is_unseen(struct bytes part, const struct model_slot *slot, size_t at, const struct change *c)
{
    bool unseen = false;
    struct part p;

    if (!is_text(c->kind) || !locks(state_in(c)) || !part_before(part, slot, at, c, &p))
        return false;
    for (size_t i = 0; !locks(close_state(&p)) && i < p.entries; i++) {
        struct bytes base = bytes_of(NULL, 0);

        for (size_t k = 0; c->op == CLOSES && k < c->count; k++)
            if (c->triple[k].tag == p.entry[i].tag)
                base = c->triple[k].base;
        for (size_t k = 0; p.entry[i].tag != STATE && k < p.entry[i].count; k++)
            unseen = unseen || !versions_meet(p.entry[i].candidate[k].versions, base);
    }
    part_deinit(&p);
    return unseen;
}

/* A value in the one field closes the other. */
static const struct {
    uint32_t kind, seal, closed;
} seals[] = {
    {KIND_RECONCILIATION, CELL_SIGNED, CELL_SIGNED}, {KIND_RECONCILIATION, CELL_SIGNED, EXPLANATIONS},
    {KIND_RECONCILIATION, WARD_SIGNED, WARD_SIGNED}, {KIND_PAPER, PRINTED, PRINTED},
    {KIND_PAPER, UNDER_BOOK, UNDER_BOOK},            {KIND_PAPER, UNDER_BOOK, PRINTED},
    {KIND_BOOK, RETURNED, RETURNED},
};

static bool sealed_before(uint32_t seal, struct bytes part, const struct model_slot *slot, size_t at,
                          const struct change *c)
{
    bool sealed = signed_in(part, seal);
    struct change before;

    for (size_t i = 0; i < at; i++)
        sealed = sealed ||
                 (is_accepted((uint32_t)slot[i].verdict) && change_decode(&before, slot[i].body) == ERR_OK &&
                  before.kind == c->kind && id_equal(&before.record, &c->record) && writes(&before, seal));
    return sealed;
}

/* A file that was handed in is only written to by the level above, a locked one by nobody; and it goes step by step. */
static bool file_closed(struct bytes part, const struct model_slot *slot, size_t at, const struct change *c)
{
    struct bytes now, next = state_in(c);
    uint8_t round = 0, step = 0;
    bool fields = c->op != CLOSES && c->count > (next.n > 0), closed = false;
    struct part p;

    if (!is_file(c->kind) || !part_before(part, slot, at, c, &p))
        return false;
    now = close_state(&p);
    if (now.n == 3) {
        round = now.p[1];
        step = now.p[2] == VOID ? 0 : now.p[2];
    }
    if (fields && step > 0)
        closed = step >= LOCKED || words_from_above(c) + (next.n > 0) < c->count;
    if (!closed && next.n == 3 && next.p[2] != VOID && (next.p[1] != round || next.p[2] != step)) {
        if (next.p[2] == 0)
            closed = next.p[1] != round + 1 || (step != 1 && step != 2);
        else
            closed = next.p[1] != round || next.p[2] != step + 1;
    }
    part_deinit(&p);
    return closed;
}

bool sim_rules_never_waits(uint32_t kind)
{
    return kind == KIND_PAPER || kind == KIND_BOOK;
}

uint32_t sim_rules_copied(uint32_t kind)
{
    return sim_rules_never_waits(kind) ? SIM_RULES_COPIED - VERDICT_HELD + VERDICT_REFUSED : SIM_RULES_COPIED;
}

bool sim_rules_frozen(struct bytes part, const struct model_slot *slot, size_t at, const struct change *c)
{
    bool frozen = c->kind != KIND_RECONCILIATION &&
                  (closed_already(part, slot, at, c) || file_closed(part, slot, at, c));

    for (size_t i = 0; i < ARRAY_LEN(seals); i++)
        frozen = frozen || (seals[i].kind == c->kind && writes(c, seals[i].closed) &&
                            sealed_before(seals[i].seal, part, slot, at, c));
    return frozen;
}

uint32_t sim_rules_of(enum role r, enum access access, struct bytes part, const struct model_slot *slot, size_t at,
                      const struct change *c)
{
    uint32_t rule = sim_rules_verdict(r, c, access);

    if (sim_rules_frozen(part, slot, at, c))
        return SIM_RULES_FROZEN;
    return is_accepted(rule) && is_unseen(part, slot, at, c) ? SIM_RULES_UNSEEN : rule;
}
