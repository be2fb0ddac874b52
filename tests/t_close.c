/* t_close.c - op 7 (protocol.md 5.6): what is void, what comes back, in whatever order; and what a signer had seen. */
#include "../proto/close.h"

#include <stdio.h>

#include "../proto/fold.h"
#include "../proto/freeze.h"
#include "../proto/life.h"
#include "../proto/mp.h"
#include "test.h"

#define PLACE TAG(6, MERGE_ASK)
#define DATE TAG(3, MERGE_ASK)
#define AGENDA TAG(9, MERGE_UNION)
#define MEETING 5
#define MINUTES 7

/* One change with its bytes. */
struct made {
    struct change c;
    struct version v;
    struct close_room room;
    struct buf value, base;
};

static struct version version_of(int n)
{
    struct version v = {{0}};

    store_u64(v.b, (uint64_t)n);
    return v;
}

static void made_deinit(struct made *m)
{
    close_room_deinit(&m->room);
    buf_deinit(&m->value);
    buf_deinit(&m->base);
}

/* What the author of change n writes who sees this part. */
static struct made *edit(struct made *m, const struct part *seen, int n, uint32_t kind, uint32_t tag, const char *text)
{
    memset(m, 0, sizeof *m);
    m->v = version_of(n);
    if (TAG_CLASS(tag) == MERGE_UNION)
        mp_put_array(&m->value, 1);
    mp_put_str(&m->value, bytes_of_str(text));
    fold_base(fold_entry(seen, tag), &m->base);
    m->c = (struct change){.kind = kind, .op = TAG_CLASS(tag) == MERGE_UNION ? OP_ADD : OP_SET, .count = 1};
    m->c.triple[0] = (struct triple){tag, buf_bytes(&m->base), buf_bytes(&m->value)};
    return m;
}

static struct made *closes(struct made *m, const struct part *seen, int n, uint32_t kind, uint64_t step)
{
    memset(m, 0, sizeof *m);
    m->v = version_of(n);
    m->c.kind = kind;
    close_make(seen, 0, step, false, &m->c, &m->room);
    return m;
}

/* It stands after all: op 5, over what is there. */
static struct made *restores(struct made *m, const struct part *seen, int n)
{
    memset(m, 0, sizeof *m);
    m->v = version_of(n);
    mp_put_array(&m->value, 2);
    mp_put_uint(&m->value, 0);
    mp_put_uint(&m->value, 0);
    fold_base(fold_entry(seen, TAG_STATE), &m->base);
    m->c = (struct change){.kind = MEETING, .op = OP_STATE, .count = 1};
    m->c.triple[0] = (struct triple){TAG_STATE, buf_bytes(&m->base), buf_bytes(&m->value)};
    return m;
}

/* As a peer would read it. */
static void fold(struct part *p, const struct made *m)
{
    struct buf body = {0};
    struct change read;

    change_encode(&m->c, &body);
    CHECK_EQ(change_decode(&read, buf_bytes(&body)), ERR_OK);
    CHECK(fold_change(p, FOLD_VERSION, &read, &m->v, true, (uint32_t)p->changes, 0));
    buf_deinit(&body);
}

/* The draft that both have seen: a date, a place, two items. */
static void draft(struct part *p)
{
    struct made m;

    part_init(p);
    for (int i = 0; i < 4; i++) {
        fold(p, edit(&m, p, 1 + i, MEETING, i == 0 ? DATE : i == 1 ? PLACE : AGENDA, i == 3 ? "b" : "a"));
        made_deinit(&m);
    }
}

TEST(what_was_seen_goes_and_nothing_is_lost)
{
    struct part p;
    struct made m;
    uint64_t round, step;

    draft(&p);
    CHECK_EQ(close_void(&p), CLOSE_STANDS);
    CHECK_EQ(close_state(&p).n, 0);
    fold(&p, closes(&m, &p, 10, MEETING, CLOSE_STEP_VOID));
    CHECK_EQ(close_void(&p), CLOSE_VOID);
    close_step(&p, &round, &step);
    CHECK_EQ(step, CLOSE_STEP_VOID);
    CHECK_EQ(fold_entry(&p, PLACE)->count, 1);
    CHECK_EQ(fold_entry(&p, AGENDA)->count, 2);
    CHECK(!fold_in_conflict(&p));
    made_deinit(&m);
    part_deinit(&p);
}

/* What one writes who does not know, in each kind of field; and the order in which the two reach the log. */
TEST(an_edit_is_stronger_than_a_deletion_in_both_orders)
{
    static const struct {
        uint32_t tag;
        const char *text;
    } rows[] = {{PLACE, "khác"}, {PLACE, "a"}, {DATE, "mới"}, {AGENDA, "c"}, {TAG(5, MERGE_ASK), "lần đầu"}};

    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        struct part seen, p;
        struct made one, other;
        uint64_t round, step;
        bool void_first = i % 2 == 0;

        draft(&seen);
        draft(&p);
        closes(&one, &seen, 10, MEETING, CLOSE_STEP_VOID);
        edit(&other, &seen, 20, MEETING, rows[i / 2].tag, rows[i / 2].text);
        fold(&p, void_first ? &one : &other);
        fold(&p, void_first ? &other : &one);
        CHECK_EQ(close_void(&p), CLOSE_RETURNED);
        CHECK_EQ(close_state(&p).n, 0);
        close_step(&p, &round, &step);
        CHECK_EQ(step, 0);
        made_deinit(&one);
        made_deinit(&other);
        part_deinit(&seen);
        part_deinit(&p);
    }
}

/* A person looks at what came back and says it goes, or that it stays; in both orders of what came before. */
TEST(a_person_says_what_becomes_of_it)
{
    for (int i = 0; i < 4; i++) {
        struct part seen, p;
        struct made m[3];

        draft(&seen);
        draft(&p);
        closes(&m[0], &seen, 10, MEETING, CLOSE_STEP_VOID);
        edit(&m[1], &seen, 20, MEETING, PLACE, "khác");
        fold(&p, &m[i % 2]);
        fold(&p, &m[1 - i % 2]);
        fold(&p, i / 2 == 0 ? closes(&m[2], &p, 30, MEETING, CLOSE_STEP_VOID) : restores(&m[2], &p, 30));
        CHECK_EQ(close_void(&p), i / 2 == 0 ? CLOSE_VOID : CLOSE_STANDS);
        CHECK_EQ(fold_entry(&p, TAG_STATE)->count, 1);
        for (int k = 0; k < 3; k++)
            made_deinit(&m[k]);
        part_deinit(&seen);
        part_deinit(&p);
    }
}

/* One keeps it, one deletes it again, and neither knows: it stays, and a person is asked once more. */
TEST(to_keep_is_stronger_than_to_delete_again)
{
    for (int i = 0; i < 2; i++) {
        struct part seen, p;
        struct made m[4];

        draft(&p);
        draft(&seen);
        fold(&p, closes(&m[0], &seen, 10, MEETING, CLOSE_STEP_VOID));
        fold(&p, edit(&m[1], &seen, 20, MEETING, PLACE, "khác"));
        closes(&m[2], &p, 30, MEETING, CLOSE_STEP_VOID);
        restores(&m[3], &p, 40);
        fold(&p, &m[2 + i]);
        fold(&p, &m[3 - i]);
        CHECK_EQ(close_void(&p), CLOSE_RETURNED);
        for (int k = 0; k < 4; k++)
            made_deinit(&m[k]);
        part_deinit(&seen);
        part_deinit(&p);
    }
}

TEST(two_who_delete_it_agree)
{
    struct part seen, p;
    struct made one, other;

    draft(&seen);
    draft(&p);
    fold(&p, closes(&one, &seen, 10, MEETING, CLOSE_STEP_VOID));
    fold(&p, closes(&other, &seen, 20, MEETING, CLOSE_STEP_VOID));
    CHECK_EQ(close_void(&p), CLOSE_VOID);
    made_deinit(&one);
    made_deinit(&other);
    part_deinit(&seen);
    part_deinit(&p);
}

/* Signed or sent on by one who did not know that it was deleted: it stands as it was sent on. */
TEST(a_step_on_is_stronger_than_a_deletion_in_both_orders)
{
    for (int i = 0; i < 2; i++) {
        struct part seen, p;
        struct made m[2];
        uint64_t round, step;

        draft(&seen);
        draft(&p);
        closes(&m[0], &seen, 10, MEETING, CLOSE_STEP_VOID);
        closes(&m[1], &seen, 20, MEETING, 1);
        fold(&p, &m[i]);
        fold(&p, &m[1 - i]);
        CHECK_EQ(close_void(&p), CLOSE_RETURNED);
        close_step(&p, &round, &step);
        CHECK_EQ(step, 1);
        CHECK(freeze_closes(&p, &m[0].c)); /* no draft any more */
        made_deinit(&m[0]);
        made_deinit(&m[1]);
        part_deinit(&seen);
        part_deinit(&p);
    }
}

/* One change names 16 versions of a field: of a list of forty items several changes make it void. */
TEST(a_long_list_takes_several_changes)
{
    struct part p;
    struct made m;
    char text[16];
    int changes = 0;

    draft(&p);
    for (int i = 0; i < 40; i++) {
        snprintf(text, sizeof text, "m%d", i);
        fold(&p, edit(&m, &p, 100 + i, MEETING, AGENDA, text));
        made_deinit(&m);
    }
    for (; close_void(&p) != CLOSE_VOID && changes < 10; changes++) {
        memset(&m, 0, sizeof m);
        m.v = version_of(10 + changes);
        m.c.kind = MEETING;
        close_make(&p, 0, CLOSE_STEP_VOID, changes > 0, &m.c, &m.room);
        fold(&p, &m);
        made_deinit(&m);
        CHECK_EQ(close_void(&p), changes < 2 ? CLOSE_RETURNED : CLOSE_VOID);
    }
    CHECK_EQ(changes, 3); /* 42 items, 16 a change */
    part_deinit(&p);
}

/* --- signing --- */

TEST(a_signature_is_for_the_text_that_was_seen)
{
    struct part seen, p;
    struct made text, sign, other, again;

    part_init(&seen);
    part_init(&p);
    edit(&text, &seen, 1, MINUTES, TAG(5, MERGE_ASK), "Chốt");
    fold(&seen, &text);
    fold(&p, &text);
    closes(&sign, &seen, 10, MINUTES, FREEZE_STEP);
    CHECK(close_saw(&p, &sign.c) && !freeze_unseen(&p, &sign.c));
    fold(&p, edit(&other, &seen, 20, MINUTES, TAG(5, MERGE_ASK), "Sửa"));
    CHECK(!close_saw(&p, &sign.c) && freeze_unseen(&p, &sign.c));
    closes(&again, &p, 30, MINUTES, FREEZE_STEP);
    CHECK(!freeze_unseen(&p, &again.c));
    again.c.op = OP_STATE; /* says nothing of what was seen */
    CHECK(freeze_unseen(&p, &again.c));
    again.c.op = OP_CLOSE;
    fold(&p, &again);
    CHECK(!freeze_unseen(&p, &sign.c)); /* signed by then: it closes nothing more */
    CHECK(freeze_closes(&p, &text.c));
    made_deinit(&text);
    made_deinit(&sign);
    made_deinit(&other);
    made_deinit(&again);
    part_deinit(&seen);
    part_deinit(&p);
}

TEST(kinds_that_are_put_right_otherwise_are_not_made_void)
{
    static const char *const never[] = {"member", "membership", "office", "fee_payment", "link", "fee_link",
                                        "reconciliation", "task_update", "title"};

    for (size_t i = 0; i < ARRAY_LEN(never); i++)
        CHECK(!life_is(schema_kind_named(never[i]), LIFE_VOID));
    for (size_t i = 0; i < schema_kind_count; i++) /* a state says nothing of another scope's fields */
        for (size_t f = 0; life_is(&schema_kinds[i], LIFE_VOID) && f < schema_kinds[i].fields; f++)
            CHECK_EQ(schema_kinds[i].field[f].access, schema_kinds[i].access);
}
