/* t_fold.c - the rules of protocol.md section 5, each case reasoned by hand from that page; story.h has the notation. */
#include "../proto/fold.h"
#include "story.h"
#include "test.h"

#define FIELD 3

struct history {
    const char *steps;
    const char *want;
};

static void check_histories(enum merge_class merge, const struct history *h, size_t count)
{
    struct buf got = {0};

    for (size_t i = 0; i < count; i++) {
        struct part p;
        part_init(&p);
        story_fold(&p, h[i].steps, TAG(FIELD, merge));
        const struct entry *e = fold_entry(&p, TAG(FIELD, merge));
        if (!CHECK_STR(story_show(e, &got), h[i].want))
            CHECK_STR(h[i].steps, "(the history above)");
        CHECK_EQ(fold_in_conflict(&p), merge != MERGE_UNION && strchr(h[i].want, ' ') != NULL);
        CHECK_EQ(e == NULL, h[i].want[0] == '\0');
        part_deinit(&p);
    }
    buf_deinit(&got);
}

/* ---- section 5.2 ---- */

TEST(owner_wins_then_later)
{
    static const struct history h[] = {
        {"a:=1", "a=1"},
        {"a:=1 b:a=2", "b=2"},
        {"a:=1! b:a=2", "a=1! b=2"}, /* another's word beside the owner's, though he saw it */
        {"a:=1! b:a=2 c:ab=2!", "c=2!"},
        {"a:=1! b:a=2!", "b=2!"},
        {"a:=1 b:=2", "b=2 a=1"},
        {"b:=2 a:=1", "a=1 b=2"},
        {"a:=1! b:=2", "a=1! b=2"},
        {"b:=2 a:=1!", "a=1! b=2"},
        {"a:=1! b:=2!", "b=2! a=1!"},
        {"a:=1! b:=2 c:=3", "a=1! c=3 b=2"},
        {"a:=1 b:=1", "ab=1"},
        {"a:=1! b:=1", "ab=1!"},
        {"a:=1 b:=1!", "ab=1!"},
        {"a:=1 b:=2 c:=1!", "ac=1! b=2"},
        {"a:=1 b:=2 c:=1", "ac=1 b=2"},
        {"a:=1! b:=2 c:=3 d:=2", "a=1! bd=2 c=3"},
        {"a:=1! b:=2! c:=1", "ac=1! b=2!"},
        {"a:=1 b:a=n", "b=n"},
        {"a:=1! b:=n", "a=1! b=n"},
        {"b:=n a:=1!", "a=1! b=n"},
        {"a:=1! b:=2 c:ab=3", "a=1! c=3"},
        {"a:=1! b:=2 c:ab=2", "a=1! c=2"},
        {"a:=1! b:=2 c:b=3", "a=1! c=3"},
        {"a:=1 b:z=2", "b=2 a=1"},
        {"a:=1 b:=1 c:b=2", "c=2"},
    };

    check_histories(MERGE_OWNER, h, ARRAY_LEN(h));
}

static const struct history later[] = {
    {"a:=1 b:a=2", "b=2"},
    {"a:=1 b:=2", "b=2 a=1"},
    {"b:=2 a:=1", "a=1 b=2"},
    {"a:=1! b:=2", "b=2 a=1"}, /* owning means nothing here */
    {"a:=1 b:=1", "ab=1"},
    {"b:=1 a:=1", "ab=1"},
    {"a:=1 b:=2 c:=1", "ac=1 b=2"},
    {"a:=1 b:a=n", "b=n"},
    {"a:=1 b:=n", "b=n a=1"},
    {"a:=1 b:a=n c:a=2", "c=2 b=n"},
    {"a:=1 b:=2 c:ab=3", "c=3"},
    {"a:=1 b:=2 c:=3 d:ac=4", "d=4 b=2"},
    {"a:=1 b:=1 c:a=2", "c=2"},
    {"a:=1 b:a=2 c:a=3 d:bc=2", "d=2"},
    {"a:=1 b:a=2 c:a=3 d:bc=2 e:bc=3", "e=3"}, /* two who settle it: t_settle.c */
};

TEST(later_in_the_log_wins)
{
    check_histories(MERGE_LATER, later, ARRAY_LEN(later));
}

TEST(ask_orders_as_later_does)
{
    check_histories(MERGE_ASK, later, ARRAY_LEN(later));
}

TEST(the_furthest_state_wins)
{
    static const struct history h[] = {
        {"a:=[0,1] b:a=[0,2]", "b=[0,2]"},
        {"a:=[0,5] b:a=[0,2]", "b=[0,2]"}, /* who saw it may go back */
        {"a:=[0,1] b:=[0,2]", "b=[0,2] a=[0,1]"},
        {"b:=[0,2] a:=[0,1]", "b=[0,2] a=[0,1]"},
        {"a:=[0,1] b:a=[0,5] c:a=[1,0]", "c=[1,0] b=[0,5]"},
        {"a:=[0,1] c:a=[1,0] b:a=[0,5]", "c=[1,0] b=[0,5]"},
        {"a:=[0,1] b:=[0,1]", "ab=[0,1]"},
        {"a:=3 b:=1 c:=1", "a=3 bc=1"},
        {"a:=3 b:=1 c:=2", "a=3 c=2 b=1"},
        {"a:=[0,1] b:=n", "a=[0,1] b=n"},
        {"b:=n a:=[0,1]", "a=[0,1] b=n"},
        {"a:=2 b:='x' c:=-1 d:=[0] e:=n", "d=[0] b='x' a=2 c=-1 e=n"},
        {"a:=-200 b:=-1 c:=200 d:=70000", "d=70000 c=200 b=-1 a=-200"},
        {"a:=[1] b:=[1,0] c:=[2]", "c=[2] b=[1,0] a=[1]"},
        {"a:='b' b:='aa'", "b='aa' a='b'"}, /* encoded bytes: the length comes first */
        {"a:=[0,1] b:=[0,2] c:ab=[0,3]", "c=[0,3]"},
    };

    check_histories(MERGE_MONOTONE, h, ARRAY_LEN(h));
}

TEST(serialised_first_come_stays)
{
    static const struct history h[] = {
        {"a:=1 b:a=2", "b=2"},
        {"a:=1 b:=2", "a=1 b=2"},
        {"b:=2 a:=1", "b=2 a=1"},
        {"a:=1 b:=2 c:=2", "a=1 bc=2"},
        {"a:=1 b:=2 c:a=3", "b=2 c=3"},
        {"a:=1 b:=n", "a=1 b=n"},
        {"a:=1 b:=2 c:ab=n", "c=n"},
    };

    check_histories(MERGE_SERIAL, h, ARRAY_LEN(h));
}

TEST(immutable_is_never_covered)
{
    static const struct history h[] = {
        {"a:=1 b:a=2", "a=1 b=2"},
        {"a:=1 b:=2", "a=1 b=2"},
        {"b:=2 a:=1", "b=2 a=1"},
        {"a:=1 b:a=1", "ab=1"},
        {"a:=1 b:a=n", "a=1 b=n"},
        {"a:=1 b:=2 c:ab=3", "a=1 b=2 c=3"},
        {"a:=1 b:=2 c:ab=2", "a=1 bc=2"},
    };

    check_histories(MERGE_IMMUTABLE, h, ARRAY_LEN(h));
}

/* ---- section 5.4 ---- */

TEST(a_union_keeps_what_was_added_unseen)
{
    static const struct history h[] = {
        {"a:=[1,2]", "a=1 a=2"},
        {"a:=[1,1]", "a=1"},
        {"a:=[]", ""},
        {"a:=[1,2] b:=[2,3]", "a=1 ab=2 b=3"},
        {"b:=[2,3] a:=[1,2]", "ab=2 b=3 a=1"},
        {"a:=[1] b:a=[1]", "ab=1"},
        {"a:=[1,2] b:a-[1]", "a=2"},
        {"a:=[1] b:a-[1]", ""},
        {"a:=[1] b:=[1] c:a-[1]", "b=1"},
        {"a:=[1] c:a-[1] b:=[1]", "b=1"},
        {"a:=[1] b:=[1] c:ab-[1]", ""},
        {"a:=[1] b:-[1]", "a=1"},
        {"a:=[1] b:z-[1]", "a=1"},
        {"a:=[1] b:a-[2]", "a=1"},
        {"a:=[1,2] b:=[3] c:a-n", "b=3"},
        {"a:=[1,2] b:=[2] c:ab-n", ""},
        {"a:=[1] b:a=n", "a=1"},
        {"a:=n", ""},
        {"a:=[n,'x',[1,2]] b:a-[n,[1,2]]", "a='x'"},
    };

    check_histories(MERGE_UNION, h, ARRAY_LEN(h));
}

/* ---- fields together ---- */

struct pair {
    uint8_t owns;
    uint8_t values[3];
};

static void fold_three(struct part *p, enum merge_class merge, char letter, const char *base, const struct pair *of)
{
    struct change c = {.record = {{1}}, .kind = STORY_KIND, .op = OP_SET, .count = 3};
    struct version v = story_version(letter), b = story_version(base[0]);

    for (uint32_t i = 0; i < 3; i++)
        c.triple[i] = (struct triple){TAG(i + 1, merge), bytes_of(b.b, base[0] ? VERSION_SIZE : 0),
                                      bytes_of(&of->values[i], 1)};
    CHECK(fold_change(p, FOLD_VERSION, &c, &v, of->owns, (uint32_t)p->changes, 0));
}

static bool counts_in(const struct part *p, enum merge_class merge, uint32_t number, char letter)
{
    struct bytes versions = fold_entry(p, TAG(number, merge))->candidate[0].versions;

    return memchr(versions.p, letter, versions.n) != NULL;
}

/* Two concurrent changes that write the same three fields: one of them counts in all three, whatever the values. */
TEST(a_merge_group_is_won_as_one)
{
    static const enum merge_class classes[] = {MERGE_OWNER, MERGE_LATER, MERGE_ASK, MERGE_SERIAL, MERGE_IMMUTABLE};

    for (unsigned k = 0; k < ARRAY_LEN(classes) * 2 * 4 * 512; k++) {
        enum merge_class merge = classes[k % ARRAY_LEN(classes)];
        unsigned bits = k / ARRAY_LEN(classes);
        bool prior = bits & 1;
        struct pair first = {0, {1, 2, 3}};
        struct pair b = {bits >> 1 & 1, {bits >> 3 & 1, bits >> 4 & 1, bits >> 5 & 1}};
        struct pair c = {bits >> 2 & 1, {bits >> 6 & 3, bits >> 8 & 3, bits >> 10 & 3}};
        struct part p;
        bool won = false;
        part_init(&p);
        if (prior)
            fold_three(&p, merge, 'a', "", &first);
        fold_three(&p, merge, 'b', prior ? "a" : "", &b);
        fold_three(&p, merge, 'c', prior ? "a" : "", &c);
        for (const char *x = "abc"; *x != '\0'; x++)
            won |= counts_in(&p, merge, 1, *x) && counts_in(&p, merge, 2, *x) && counts_in(&p, merge, 3, *x);
        CHECK(won);
        part_deinit(&p);
    }
}

TEST(another_kind_is_skipped)
{
    struct part p;
    struct change c = {.record = {{1}}, .kind = 0, .op = OP_SET, .count = 1};
    struct version v = story_version('a');
    struct buf before = {0}, after = {0};

    part_init(&p);
    c.triple[0] = (struct triple){TAG(FIELD, MERGE_LATER), bytes_of(NULL, 0), bytes_of("\x05", 1)};
    CHECK(fold_change(&p, FOLD_VERSION, &c, &v, false, 4, 2)); /* kind 0 is a kind like any other */
    part_encode(&p, &before);
    c.kind = 8;
    CHECK(!fold_change(&p, FOLD_VERSION, &c, &v, false, 5, 0));
    part_encode(&p, &after);
    CHECK_BYTES(buf_bytes(&after), buf_bytes(&before));
    CHECK_EQ(p.change[0].leaf, 4);
    CHECK_EQ(p.change[0].position, 2);
    part_deinit(&p);
    part_deinit(&p);
    buf_deinit(&before);
    buf_deinit(&after);
}

TEST(the_same_number_in_two_classes_is_two_fields)
{
    struct part p;
    struct buf got = {0};

    part_init(&p);
    story_fold(&p, "a:=1", TAG(70000, MERGE_LATER));
    story_fold(&p, "b:=2", TAG(70000, MERGE_OWNER));
    CHECK_EQ(p.entries, 2);
    CHECK_EQ(p.entry[0].tag, TAG(70000, MERGE_OWNER));
    CHECK_STR(story_show(fold_entry(&p, TAG(70000, MERGE_LATER)), &got), "a=1");
    CHECK(fold_entry(&p, TAG(70000, MERGE_ASK)) == NULL);
    part_deinit(&p);
    buf_deinit(&got);
}

/* ---- what an author signs as seen ---- */

static const char *show_base(const struct entry *e, struct buf *base, struct buf *text)
{
    buf_clear(base);
    buf_clear(text);
    fold_base(e, base);
    for (size_t i = 0; i < base->n; i += VERSION_SIZE)
        buf_put(text, base->p + i, 1);
    return buf_cstr(text);
}

TEST(a_base_names_all_that_is_seen)
{
    static const struct {
        enum merge_class merge;
        const char *steps;
        const char *want;
    } row[] = {
        {MERGE_LATER, "b:=1", "b"},
        {MERGE_LATER, "c:=1 a:=2 b:=1", "abc"},
        {MERGE_UNION, "b:=[1,2] a:=[2,3]", "ab"},
        /* 17 versions: each candidate gives its first one before any gives its second */
        {MERGE_LATER, "z:=2 a:=1 b:=1 c:=1 d:=1 e:=1 f:=1 g:=1 h:=1 i:=1 j:=1 k:=1 l:=1 m:=1 n:=1 o:=1 p:=1",
         "abcdefghijklmnoz"},
    };
    struct buf base = {0}, text = {0};

    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        struct part p;
        part_init(&p);
        story_fold(&p, row[i].steps, TAG(FIELD, row[i].merge));
        CHECK_STR(show_base(fold_entry(&p, TAG(FIELD, row[i].merge)), &base, &text), row[i].want);
        part_deinit(&p);
    }
    CHECK_STR(show_base(NULL, &base, &text), "");
    buf_deinit(&base);
    buf_deinit(&text);
}

TEST(taking_an_element_out_names_its_own_versions)
{
    struct part p;
    struct buf base = {0};

    part_init(&p);
    story_fold(&p, "c:=[1] a:=[1,2] b:=[3]", TAG(FIELD, MERGE_UNION));
    const struct entry *e = fold_entry(&p, TAG(FIELD, MERGE_UNION));
    CHECK(fold_base_element(e, bytes_of("\x01", 1), &base));
    CHECK_BYTES(buf_bytes(&base), bytes_of("aaaaaaaacccccccc", 16));
    CHECK(fold_base_element(e, bytes_of("\x02", 1), &base));
    CHECK(fold_base_element(e, bytes_of("\x09", 1), &base));
    CHECK_EQ(base.n, 16);
    CHECK(fold_base_element(e, bytes_of("\x03", 1), &base));
    CHECK_BYTES(buf_bytes(&base), bytes_of("aaaaaaaabbbbbbbbcccccccc", 24));
    CHECK(fold_base_element(NULL, bytes_of("\x03", 1), &base));
    story_fold(&p, "d:=[7] e:=[7] f:=[7] g:=[7] h:=[7] i:=[7] j:=[7] k:=[7] l:=[7] m:=[7] n:=[7] o:=[7] p:=[7]",
                 TAG(FIELD, MERGE_UNION));
    e = fold_entry(&p, TAG(FIELD, MERGE_UNION));
    CHECK(fold_base_element(e, bytes_of("\x07", 1), &base)); /* 3 + 13 is what fits */
    CHECK_EQ(base.n, 16 * VERSION_SIZE);
    story_fold(&p, "q:=[8]", TAG(FIELD, MERGE_UNION));
    e = fold_entry(&p, TAG(FIELD, MERGE_UNION));
    CHECK(!fold_base_element(e, bytes_of("\x08", 1), &base));
    CHECK_EQ(base.n, 16 * VERSION_SIZE);
    part_deinit(&p);
    buf_deinit(&base);
}
