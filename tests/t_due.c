/* t_due.c - days that follow from rules; by the calendar. What is due in a book: tests/cli/due.sh. */
#include "../client/due.h"
#include "test.h"

TEST(party_age_in_full_years)
{
    CHECK_EQ(due_party_age(19761107, 20261106), 49);
    CHECK_EQ(due_party_age(19761107, 20261107), 50);
    CHECK_EQ(due_party_age(19760229, 20260228), 49);
    CHECK_EQ(due_party_age(19761200, 20261130), 49); /* the month alone is known */
    CHECK_EQ(due_party_age(19761200, 20261201), 50);
    CHECK_EQ(due_party_age(19760000, 20260101), 50);
    CHECK_EQ(due_party_age(20261107, 20261107), 0);
    CHECK_EQ(due_party_age(20261108, 20261107), 0);
}

TEST(months_later)
{
    CHECK_EQ(due_after_months(20251130, 12), 20261130);
    CHECK_EQ(due_after_months(20261130, 1), 20261230);
    CHECK_EQ(due_after_months(20261231, 2), 20270228);
    CHECK_EQ(due_after_months(20240229, 12), 20250228);
    CHECK_EQ(due_after_months(20240229, 48), 20280229);
    CHECK_EQ(due_after_months(20261104, 0), 20261104);
}

TEST(the_next_batch_of_badges)
{
    struct rules r;
    rules_init(&r);
    rules_built_in(&r);
    const struct rules_pack *p = rules_choose(&r, NULL, "huy-hieu", 20261104);
    CHECK_EQ(due_batch(p, 20261104), 20261107);
    CHECK_EQ(due_batch(p, 20261107), 20261107);
    CHECK_EQ(due_batch(p, 20261108), 20270203);
    CHECK_EQ(due_batch(p, 20270101), 20270203);
    CHECK_EQ(due_batch(p, 20270204), 20270519);
    CHECK_EQ(due_batch(NULL, 20270204), 0);
    rules_deinit(&r);
}
