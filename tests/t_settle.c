/* t_settle.c - people who settle the same conflict apart from each other (protocol.md 5.3).
 *
 * By hand: one history a rule. By property: conflicts of random width, settled by two to four people who each saw all of
 * it or a part, with edits over the resolutions, in every order in which the log can have them. */
#include <stdio.h>
#include <stdlib.h>

#include "../proto/settle.h"
#include "story.h"
#include "test.h"

#define FIELD 3

struct history {
    const char *steps, *want;
};

static void check_history(const struct history *h, uint32_t merge)
{
    struct part p;
    struct buf got = {0};

    part_init(&p);
    story_fold(&p, h->steps, TAG(FIELD, merge));
    const struct entry *e = fold_entry(&p, TAG(FIELD, merge));
    CHECK_STR(story_show(e, &got), h->want);
    if (strcmp(buf_cstr(&got), h->want) != 0)
        CHECK_STR(h->steps, "(the history above)");
    part_deinit(&p);
    buf_deinit(&got);
}

TEST(two_resolutions)
{
    static const struct history h[] = {
        {"a:=1 b:=2 r:ab=1 s:ab=2", "s=2"},            /* the later in the log stands */
        {"a:=1 b:=2 s:ab=2 r:ab=1", "r=1"},
        {"a:=1 b:=2 r:ab=3 s:ab=4 t:ab=5", "t=5"},      /* a third finds what the second took over */
        {"a:=1 b:=2 r:ab=3 s:ab=3", "rs=3"},            /* the same word twice is one value */
        {"a:=1 b:=2 r:ab=3 s:ab=3 e:r=4", "e=4"},       /* so an edit over one of them is over both */
        {"a:=1 b:=2 r:ab=3 s:ab=4 e:s=5", "e=5"},
    };

    for (uint32_t merge = MERGE_OWNER; merge <= MERGE_SERIAL; merge++)
        for (size_t i = 0; i < ARRAY_LEN(h); i++)
            check_history(&h[i], merge);
}

TEST(what_is_no_resolution_of_it_stands_beside)
{
    static const struct history h[] = {
        {"a:=1 b:=2 r:ab=3 e:r=4 s:ab=5", "s=5 e=4"},     /* an edit over a resolution is none */
        {"a:=1 b:=2 r:ab=3 s:ab=5 e:r=4", "e=4 s=5"},
        {"a:=1 b:=2 r:ab=3 s:a=5", "s=5 r=3"},            /* saw one side only: it edits, it does not settle */
        {"a:=1 b:=2 r:ab=3 s:=5", "s=5 r=3"},
        {"a:=1 b:=2 r:ab=3 e:a=3 s:ab=5", "s=5 er=3"},    /* the same word by one who settled nothing holds it */
        {"a:=1 e:a=3 s:a=5", "s=5 e=3"},                  /* no conflict was there: two edits */
        {"a:=1 b:=1 r:ab=3 s:ab=5", "s=5 r=3"},           /* nor here */
        {"a:=1 b:=2 r:ab=3 z:a=4 w:rz=6 s:ab=5", "s=5 w=6"}, /* s never saw z: w settled another conflict */
        {"a:=1 b:=2 r:ab=3 z:a=4 w:rz=6 s:abz=5", "s=5"},    /* this one did */
        {"a:=1 b:=2 c:=4 r:ab=3 s:abc=5 w:cr=6", "w=6"},     /* what s replaced counts as settled by it */
    };

    for (size_t i = 0; i < ARRAY_LEN(h); i++)
        check_history(&h[i], MERGE_ASK);
}

/* An owner's word is settled by an owner; in class 6 nothing is. */
TEST(classes_that_guard)
{
    static const struct history owner[] = {
        {"a:=1! b:=2 r:ab=3! s:ab=4!", "s=4!"},
        {"a:=1! b:=2 r:ab=3! s:ab=4", "r=3! s=4"},
        {"a:=1 b:=2 r:ab=3 s:ab=4!", "s=4!"},
    }, fixed = {"a:=1 b:=2 r:ab=3 s:ab=4", "a=1 b=2 r=3 s=4"};

    for (size_t i = 0; i < ARRAY_LEN(owner); i++)
        check_history(&owner[i], MERGE_OWNER);
    check_history(&fixed, MERGE_IMMUTABLE);
}

TEST(the_first_fold_asks_again)
{
    struct part p;
    struct buf got = {0}, body = {0};
    static const char *const steps[] = {"a1", "b2", "r3ab", "s4ab"};

    part_init(&p);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        struct change c = {.record = {{1}}, .kind = STORY_KIND, .op = OP_SET, .count = 1};
        uint8_t value = (uint8_t)(steps[i][1] - '0'), base[16];
        struct version v = story_version(steps[i][0]);
        memset(base, 'a', 8);
        memset(base + 8, 'b', 8);
        c.triple[0] = (struct triple){TAG(FIELD, MERGE_ASK), bytes_of(base, steps[i][2] == 'a' ? 16 : 0), bytes_of(&value, 1)};
        CHECK(fold_change(&p, 1, &c, &v, true, (uint32_t)i, 0));
    }
    CHECK_STR(story_show(fold_entry(&p, TAG(FIELD, MERGE_ASK)), &got), "s=4 r=3");
    part_deinit(&p);
    buf_deinit(&got);
    buf_deinit(&body);
}

/* ---- one change over two fields that mean something together ---- */

static void set_two(struct part *p, char letter, const char *saw, int start, int end)
{
    struct buf value[2] = {{0}}, base = {0};
    struct change c = {.record = {{1}}, .kind = STORY_KIND, .op = OP_SET, .count = 2};
    struct version v = story_version(letter);

    for (; *saw != '\0'; saw++)
        buf_put(&base, story_version(*saw).b, VERSION_SIZE);
    mp_put_int(&value[0], start);
    mp_put_int(&value[1], end);
    for (uint32_t i = 0; i < 2; i++)
        c.triple[i] = (struct triple){TAG(FIELD + i, MERGE_ASK), buf_bytes(&base), buf_bytes(&value[i])};
    CHECK(fold_change(p, FOLD_VERSION, &c, &v, true, (uint32_t)p->changes, 0));
    buf_deinit(&value[0]);
    buf_deinit(&value[1]);
    buf_deinit(&base);
}

/* Both began at 19:00; only the end was in conflict. Whose resolution wins for the end wins for the start too. */
TEST(a_group_is_settled_as_one)
{
    struct part p;
    struct buf got = {0};

    part_init(&p);
    set_two(&p, 'a', "", 1900, 2030);
    set_two(&p, 'b', "", 1900, 2100);
    set_two(&p, 'r', "ab", 1905, 2030);
    set_two(&p, 's', "ab", 1910, 2100);
    CHECK_STR(story_show(fold_entry(&p, TAG(FIELD, MERGE_ASK)), &got), "s=1910");
    CHECK_STR(story_show(fold_entry(&p, TAG(FIELD + 1, MERGE_ASK)), &got), "s=2100");
    CHECK(!fold_in_conflict(&p));
    part_deinit(&p);
    buf_deinit(&got);
}

/* ---- bytes ---- */

/* Written by hand from section 5.1: a candidate with what it settled, two groups of one version each. */
TEST(bytes_of_a_resolution)
{
    struct part p, q;
    struct buf want = {0}, got = {0};

    hex_to_buf("93 07 92 1c 91 93 c408 7272727272727272 03 92 c408 6262626262626262 c408 6161616161616161"
               " c418 0000000000000000 0000000100000000 0000000200000000", &want);
    part_init(&p);
    story_fold(&p, "a:=1 b:=2 r:ab=3", TAG(FIELD, MERGE_ASK));
    part_encode(&p, &got);
    CHECK_BYTES(buf_bytes(&got), buf_bytes(&want));
    REQUIRE(part_decode(&q, buf_bytes(&got)) == ERR_OK);
    buf_clear(&got);
    part_encode(&q, &got);
    CHECK_BYTES(buf_bytes(&got), buf_bytes(&want));
    story_fold(&q, "s:ab=4", TAG(FIELD, MERGE_ASK)); /* what was read back still knows */
    CHECK(!fold_in_conflict(&q));
    part_deinit(&p);
    part_deinit(&q);
    buf_deinit(&want);
    buf_deinit(&got);
}

TEST(damaged_groups)
{
    static const char *const wrong[] = {
        "91 c408 6161616161616161",                       /* one group settles nothing */
        "92 c408 6161616161616161 c400",                  /* an empty one */
        "92 c408 6161616161616161 c407 62626262626262",
        "92 c410 62626262626262626161616161616161 c408 6363636363636363", /* not ascending */
        "92 c408 6161616161616161 01",
    };

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct buf b = {0};
        struct part p;
        hex_to_buf("93 07 92 1c 91 93 c408 7272727272727272 03", &b);
        struct buf tail = {0};
        hex_to_buf(wrong[i], &tail);
        buf_put_bytes(&b, buf_bytes(&tail));
        buf_clear(&tail);
        hex_to_buf("c408 0000000000000000", &tail);
        buf_put_bytes(&b, buf_bytes(&tail));
        CHECK_EQ(part_decode(&p, buf_bytes(&b)), ERR_DAMAGED);
        buf_deinit(&b);
        buf_deinit(&tail);
    }
}

/* Seventeen candidates settled at once by two people: what does not fit is asked again, nothing grows without end. */
TEST(bounds)
{
    struct settle s = {0};
    struct part p;

    part_init(&p);
    for (uint8_t i = 0; i < SETTLED_GROUPS_MAX + 4; i++) {
        uint8_t versions[(SETTLED_VERSIONS_MAX + 3) * VERSION_SIZE];
        for (size_t k = 0; k < sizeof(versions); k++)
            versions[k] = (uint8_t)(k % VERSION_SIZE == 0 ? k / VERSION_SIZE : i);
        settle_versions(&s, bytes_of(versions, sizeof(versions)));
    }
    CHECK_EQ(s.groups, SETTLED_GROUPS_MAX);
    for (size_t i = 0; i < s.groups; i++) {
        CHECK_EQ(s.group[i].n, SETTLED_VERSIONS_MAX * VERSION_SIZE);
        CHECK_EQ(s.group[i].versions[s.group[i].n - VERSION_SIZE], SETTLED_VERSIONS_MAX - 1);
    }
    struct bytes settled = settle_encode(&s, &p);
    CHECK(settled.n > 0 && settled.n < 2200);
    part_deinit(&p);
}

/* ---- property: every order ---- */

#define STEPS_MAX 7

struct step {
    char text[24];
    int after;      /* this step is in the log before (a device's own order), or -1 */
    bool is_edit;
};

struct plan {
    size_t steps;
    struct step step[STEPS_MAX];
    unsigned orders, asked;
    bool edits;
};

static int letter_order(const void *a, const void *b)
{
    return *(const char *)a - *(const char *)b;
}

static void try_order(struct plan *plan, const size_t *order)
{
    struct part p;
    struct buf got = {0}, encoded = {0}, again = {0};
    struct part q;

    part_init(&p);
    for (size_t i = 0; i < plan->steps; i++)
        story_fold(&p, plan->step[order[i]].text, TAG(FIELD, MERGE_ASK));
    const struct entry *e = fold_entry(&p, TAG(FIELD, MERGE_ASK));
    plan->orders++;
    CHECK(e != NULL);
    if (!plan->edits)
        CHECK_EQ(e->count, 1); /* nobody is asked again */
    plan->asked += e->count > 1;
    CHECK_EQ(p.changes, plan->steps); /* and every losing value is in the history */
    part_encode(&p, &encoded);
    REQUIRE(part_decode(&q, buf_bytes(&encoded)) == ERR_OK);
    part_encode(&q, &again);
    CHECK_BYTES(buf_bytes(&again), buf_bytes(&encoded));
    /* One who sees what is left settles it, and nothing is left. */
    char last[40] = "z:";
    size_t n = 2;
    for (size_t i = 0; i < e->count; i++)
        last[n++] = (char)e->candidate[i].versions.p[0];
    qsort(last + 2, n - 2, 1, letter_order);
    memcpy(last + n, "=99", 4);
    story_fold(&q, last, TAG(FIELD, MERGE_ASK));
    CHECK_EQ(fold_entry(&q, TAG(FIELD, MERGE_ASK))->count, 1);
    part_deinit(&p);
    part_deinit(&q);
    buf_deinit(&got);
    buf_deinit(&encoded);
    buf_deinit(&again);
}

static bool may_come(const struct plan *plan, const size_t *order, size_t n, size_t step)
{
    bool there = plan->step[step].after < 0;

    for (size_t i = 0; i < n; i++) {
        if (order[i] == step)
            return false;
        there = there || (int)order[i] == plan->step[step].after;
    }
    return there;
}

static void every_order(struct plan *plan, size_t *order, size_t n)
{
    if (n == plan->steps)
        try_order(plan, order);
    for (size_t i = 0; n < plan->steps && i < plan->steps; i++) {
        if (!may_come(plan, order, n, i))
            continue;
        order[n] = i;
        every_order(plan, order, n + 1);
    }
}

/* width sides of one conflict, then `people` who saw all of it. The sides are in the log before: who settles saw them,
 * in whatever order they came. With edits: the last one goes on and edits over the own resolution. */
static void settle_world(uint64_t *chance, size_t width, size_t people, bool edits, unsigned *asked)
{
    struct plan plan = {.edits = edits};
    size_t order[STEPS_MAX];
    char sides[8] = "abcd";

    sides[width] = '\0';
    for (size_t i = 0; i < width; i++)
        snprintf(plan.step[plan.steps++].text, sizeof(plan.step[0].text), "%c:=%zu", sides[i], i + 1);
    for (size_t i = 0; i < plan.steps; i++)
        plan.step[i].after = i == 0 ? -1 : (int)i - 1;
    for (size_t i = 0; i < people; i++) {
        struct step *s = &plan.step[plan.steps++];
        snprintf(s->text, sizeof(s->text), "%c:%s=%u", (char)('p' + i), sides, (unsigned)(test_random(chance) % 6));
        s->after = (int)width - 1;
    }
    if (edits) {
        struct step *s = &plan.step[plan.steps];
        snprintf(s->text, sizeof(s->text), "e:%c=%u", (char)('p' + people - 1), 10 + (unsigned)(test_random(chance) % 4));
        s->after = (int)plan.steps++ - 1;
    }
    every_order(&plan, order, 0);
    CHECK(plan.orders >= people);
    *asked += plan.asked;
}

TEST(nobody_is_asked_again_in_any_order)
{
    uint64_t chance = 20261123;
    unsigned asked = 0;

    for (unsigned round = 0; round < 400; round++)
        for (size_t width = 2; width <= 4; width++)
            for (size_t people = 2; people <= (width < 4 ? 4u : 3u); people++)
                settle_world(&chance, width, people, false, &asked);
    CHECK_EQ(asked, 0);
}

TEST(an_edit_over_a_resolution_is_asked_or_stands)
{
    uint64_t chance = 3;
    unsigned asked = 0;

    for (unsigned round = 0; round < 300; round++)
        for (size_t width = 2; width <= 3; width++)
            for (size_t people = 2; people <= 3; people++)
                settle_world(&chance, width, people, true, &asked);
    CHECK(asked > 100);
}
