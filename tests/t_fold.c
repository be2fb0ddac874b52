/* t_fold.c - the rules of protocol.md section 5, each case reasoned by hand from that page.
 *
 * A history is written as steps `version:base=value`, e.g. "a:=1 b:a=2 c:=3!": change a saw nothing and sets 1, b saw a
 * and sets 2, c saw nothing, sets 3 and owns the field. `-` for `=` takes out of a set (op 4). Values: 12, -3, 'text', n
 * (nil), [1,[2,n]]. What comes out is written as "versions=value", the candidate that counts first, `!` when it owns. */
#include <ctype.h>
#include <stdlib.h>

#include "../common/crypto.h"
#include "../proto/fold.h"
#include "../proto/mp.h"
#include "test.h"

#define KIND 7
#define FIELD 3

/* ---- the little language ---- */

static const char *put_value(const char *s, struct buf *out);

static const char *put_list(const char *s, struct buf *out)
{
    struct buf items = {0};
    size_t count = 0;

    while (*s != ']') {
        s = put_value(s, &items);
        count++;
        if (*s == ',')
            s++;
    }
    mp_put_array(out, count);
    buf_put_bytes(out, buf_bytes(&items));
    buf_deinit(&items);
    return s + 1;
}

static const char *put_value(const char *s, struct buf *out)
{
    if (*s == '[')
        return put_list(s + 1, out);
    if (*s == 'n') {
        mp_put_nil(out);
        return s + 1;
    }
    if (*s == '\'') {
        const char *end = strchr(s + 1, '\'');
        mp_put_str(out, bytes_of(s + 1, (size_t)(end - s - 1)));
        return end + 1;
    }
    assert(*s == '-' || isdigit((unsigned char)*s));
    char *end;
    long v = strtol(s, &end, 10);
    mp_put_int(out, v);
    return end;
}

static void show_value(struct mp *r, struct buf *out)
{
    switch (mp_peek(r)) {
    case MP_NIL:
        mp_nil(r);
        buf_put_str(out, "n");
        break;
    case MP_INT:
        buf_printf(out, "%lld", (long long)mp_int(r));
        break;
    case MP_STR:
        buf_put_str(out, "'");
        buf_put_bytes(out, mp_str(r, SIZE_MAX));
        buf_put_str(out, "'");
        break;
    case MP_ARRAY:
        buf_put_str(out, "[");
        for (size_t n = mp_array(r, SIZE_MAX); n > 0; n--) {
            show_value(r, out);
            buf_put_str(out, n > 1 ? "," : "");
        }
        buf_put_str(out, "]");
        break;
    default:
        buf_put_str(out, "?");
    }
}

static struct version version_of(char letter)
{
    struct version v;

    memset(v.b, letter, sizeof(v.b));
    return v;
}

/* One step on the tag. Goes through the encoded body, as every real change does. */
static const char *fold_step(struct part *p, const char *s, uint32_t tag)
{
    struct buf base = {0}, value = {0}, body = {0};
    struct change c = {.record = {{1}}, .kind = KIND, .count = 1}, seen;
    struct version v = version_of(*s++);

    assert(*s == ':');
    for (s++; *s != '=' && *s != '-'; s++)
        buf_put(&base, version_of(*s).b, VERSION_SIZE);
    c.op = *s == '-' ? OP_REMOVE : TAG_CLASS(tag) == MERGE_UNION ? OP_ADD : OP_SET;
    s = put_value(s + 1, &value);
    c.triple[0] = (struct triple){tag, buf_bytes(&base), buf_bytes(&value)};
    change_encode(&c, &body);
    CHECK_EQ(change_decode(&seen, buf_bytes(&body)), ERR_OK);
    bool owns = *s == '!';
    CHECK(fold_change(p, &seen, &v, owns, (uint32_t)p->changes, 0));
    buf_deinit(&base);
    buf_deinit(&value);
    buf_deinit(&body);
    return owns ? s + 1 : s;
}

static void fold_history(struct part *p, const char *s, uint32_t tag)
{
    while (*s != '\0') {
        s = fold_step(p, s, tag);
        while (*s == ' ')
            s++;
    }
}

static const char *show_entry(const struct entry *e, struct buf *out)
{
    buf_clear(out);
    for (size_t i = 0; e != NULL && i < e->count; i++) {
        struct mp r;
        buf_put_str(out, i > 0 ? " " : "");
        for (size_t at = 0; at < e->candidate[i].versions.n; at += VERSION_SIZE)
            buf_put(out, e->candidate[i].versions.p + at, 1);
        buf_put_str(out, "=");
        mp_open(&r, e->candidate[i].value);
        show_value(&r, out);
        CHECK_EQ(mp_close(&r), ERR_OK);
        buf_put_str(out, e->candidate[i].owns ? "!" : "");
    }
    return buf_cstr(out);
}

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
        fold_history(&p, h[i].steps, TAG(FIELD, merge));
        const struct entry *e = fold_entry(&p, TAG(FIELD, merge));
        if (!CHECK_STR(show_entry(e, &got), h[i].want))
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
        {"a:=1! b:a=2", "b=2"},
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
        {"a:=1! b:=2 c:ab=3", "c=3"},
        {"a:=1! b:=2 c:ab=2", "c=2"},
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
    {"a:=1 b:a=2 c:a=3 d:bc=2 e:bc=3", "e=3 d=2"},
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

/* ---- section 5.3 ---- */

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
    struct change c = {.record = {{1}}, .kind = KIND, .op = OP_SET, .count = 3};
    struct version v = version_of(letter), b = version_of(base[0]);

    for (uint32_t i = 0; i < 3; i++)
        c.triple[i] = (struct triple){TAG(i + 1, merge), bytes_of(b.b, base[0] ? VERSION_SIZE : 0),
                                      bytes_of(&of->values[i], 1)};
    CHECK(fold_change(p, &c, &v, of->owns, (uint32_t)p->changes, 0));
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

/* ---- the part ---- */

static void encode_of(const char *steps, uint32_t tag, struct buf *out)
{
    struct part p;

    part_init(&p);
    fold_history(&p, steps, tag);
    buf_clear(out);
    part_encode(&p, out);
    part_deinit(&p);
}

/* Written by hand from section 5.1. */
TEST(bytes_of_a_part)
{
    struct buf want = {0}, got = {0};

    hex_to_buf("93 07 92 1a 92 92c4086262626262626262 02 92c4086161616161616161 01 c410 0000000000000000 0000000100000000",
               &want);
    encode_of("a:=1 b:=2", TAG(FIELD, MERGE_LATER), &got);
    CHECK_BYTES(buf_bytes(&got), buf_bytes(&want));
    buf_clear(&want);
    hex_to_buf("93 07 92 19 91 93c4106161616161616161 6262626262626262 c0 01 c410 0000000000000000 0000000100000000",
               &want);
    encode_of("b:=n a:=n!", TAG(FIELD, MERGE_OWNER), &got);
    CHECK_BYTES(buf_bytes(&got), buf_bytes(&want));
    buf_clear(&want);
    hex_to_buf("93 07 90 c408 0000000000000000", &want);
    encode_of("b:-[1]", TAG(FIELD, MERGE_UNION), &got);
    CHECK_BYTES(buf_bytes(&got), buf_bytes(&want));
    buf_deinit(&want);
    buf_deinit(&got);
}

TEST(another_kind_is_skipped)
{
    struct part p;
    struct change c = {.record = {{1}}, .kind = 0, .op = OP_SET, .count = 1};
    struct version v = version_of('a');
    struct buf before = {0}, after = {0};

    part_init(&p);
    c.triple[0] = (struct triple){TAG(FIELD, MERGE_LATER), bytes_of(NULL, 0), bytes_of("\x05", 1)};
    CHECK(fold_change(&p, &c, &v, false, 4, 2)); /* kind 0 is a kind like any other */
    part_encode(&p, &before);
    c.kind = 8;
    CHECK(!fold_change(&p, &c, &v, false, 5, 0));
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
    fold_history(&p, "a:=1", TAG(70000, MERGE_LATER));
    fold_history(&p, "b:=2", TAG(70000, MERGE_OWNER));
    CHECK_EQ(p.entries, 2);
    CHECK_EQ(p.entry[0].tag, TAG(70000, MERGE_OWNER));
    CHECK_STR(show_entry(fold_entry(&p, TAG(70000, MERGE_LATER)), &got), "a=1");
    CHECK(fold_entry(&p, TAG(70000, MERGE_ASK)) == NULL);
    part_deinit(&p);
    buf_deinit(&got);
}

/* A part with every class, conflicts and sets. */
static void rich_part(struct part *p)
{
    part_init(p);
    for (uint32_t merge = MERGE_UNION; merge <= MERGE_IMMUTABLE; merge++) {
        const char *steps = merge == MERGE_UNION ? "a:=[1,'Lan',[2,[3]]] b:=[1,4]" : "a:=1! b:='Minh' c:b=n d:=[3,[1,2]]";
        fold_history(p, steps, TAG(merge * 40, merge));
    }
}

TEST(decoded_is_what_was_encoded)
{
    struct part p, q;
    struct buf first = {0}, again = {0};

    rich_part(&p);
    part_encode(&p, &first);
    REQUIRE(part_decode(&q, buf_bytes(&first)) == ERR_OK);
    part_encode(&q, &again);
    CHECK_BYTES(buf_bytes(&again), buf_bytes(&first));
    fold_history(&p, "e:d=9 f:=10", TAG(80, MERGE_LATER)); /* and can go on */
    fold_history(&q, "e:d=9 f:=10", TAG(80, MERGE_LATER));
    buf_clear(&first);
    buf_clear(&again);
    part_encode(&p, &first);
    part_encode(&q, &again);
    CHECK_BYTES(buf_bytes(&again), buf_bytes(&first));
    part_deinit(&p);
    part_deinit(&q);
    buf_deinit(&first);
    buf_deinit(&again);
}

/* Whatever decodes is exactly what encodes again; the rest is damaged, and leaves nothing behind. */
static bool decodes_exactly(struct bytes damaged)
{
    struct part p;
    struct buf again = {0};
    enum err e = part_decode(&p, damaged);

    if (e == ERR_OK)
        part_encode(&p, &again);
    bool ok = e == ERR_OK ? bytes_equal(buf_bytes(&again), damaged) : e == ERR_DAMAGED && p.arena == NULL;
    part_deinit(&p);
    buf_deinit(&again);
    return ok;
}

TEST(damaged_parts)
{
    struct part p;
    struct buf b = {0};

    rich_part(&p);
    part_encode(&p, &b);
    part_deinit(&p);
    for (size_t n = 0; n < b.n; n++) {
        uint8_t *exact = mem_alloc(n); /* so that a sanitizer sees one byte too many */
        memcpy(exact, b.p, n);
        CHECK_EQ(part_decode(&p, bytes_of(exact, n)), ERR_DAMAGED);
        free(exact);
    }
    for (size_t bit = 0; bit < 8 * b.n; bit++) {
        b.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK(decodes_exactly(buf_bytes(&b)));
        b.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    buf_put_u8(&b, 0);
    CHECK_EQ(part_decode(&p, buf_bytes(&b)), ERR_DAMAGED);
    buf_deinit(&b);
}

TEST(parts_that_the_fold_never_makes)
{
    static const char *const wrong[] = {
        "93 07 90 c400",                                               /* no change */
        "93 07 90 c407 00000000000000",                                /* half a change */
        "93 07 91 1a c408 0000000000000000",                           /* a tag without entry */
        "93 07 92 1a 90 c408 0000000000000000",                        /* no candidate */
        "93 07 92 1a 91 92c400 01 c408 0000000000000000",              /* no version */
        "93 07 92 1a 91 92c40761616161616161 01 c408 0000000000000000", /* half a version */
        "93 07 92 1a 91 92c41062626262626262626161616161616161 01 c408 0000000000000000",
        "93 07 92 1a 91 92c41061616161616161616161616161616161 01 c408 0000000000000000",
        "93 07 92 1f 91 92c4086161616161616161 01 c408 0000000000000000",   /* class 7 */
        "93 07 92 19 91 92c4086161616161616161 01 c408 0000000000000000",   /* owns missing */
        "93 07 92 19 91 93c4086161616161616161 01 02 c408 0000000000000000", /* owns 2 */
        "93 07 92 1a 91 93c4086161616161616161 01 00 c408 0000000000000000", /* owns of another class */
        "93 07 94 1a 91 92c4086161616161616161 01 1a 91 92c4086161616161616161 01 c408 0000000000000000",
        "93 07 94 1a 91 92c4086161616161616161 01 12 91 92c4086161616161616161 01 c408 0000000000000000",
        "93 c0 90 c408 0000000000000000",
        "92 07 90",
        "94 07 90 c408 0000000000000000 00",
    };
    struct buf b = {0};
    struct part p;

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        buf_clear(&b);
        hex_to_buf(wrong[i], &b);
        if (!CHECK_EQ(part_decode(&p, buf_bytes(&b)), ERR_DAMAGED))
            CHECK_STR(wrong[i], "(the part above)");
    }
    buf_deinit(&b);
}

/* ---- bounds ---- */

static void fold_number(struct part *p, uint32_t tag, uint32_t number)
{
    struct change c = {.record = {{1}}, .kind = KIND, .op = OP_ADD, .count = 1};
    struct version v = {{0}};
    struct buf value = {0};

    store_u32(v.b, number);
    if (TAG_CLASS(tag) == MERGE_UNION)
        mp_put_array(&value, 1);
    mp_put_uint(&value, number);
    c.triple[0] = (struct triple){tag, bytes_of(NULL, 0), buf_bytes(&value)};
    CHECK(fold_change(p, &c, &v, false, number, 0));
    buf_deinit(&value);
}

static void check_survives_the_store(const struct part *p)
{
    struct buf b = {0};

    part_encode(p, &b);
    CHECK(decodes_exactly(buf_bytes(&b)));
    struct part q;
    CHECK_EQ(part_decode(&q, buf_bytes(&b)), ERR_OK);
    CHECK_EQ(q.changes, p->changes);
    part_deinit(&q);
    buf_deinit(&b);
}

TEST(candidates_are_bounded)
{
    static const struct {
        enum merge_class merge;
        uint64_t first, last; /* values after numbers 0 … 2,999: the last of the entry went each time */
    } row[] = {
        {MERGE_UNION, 0, 511},   {MERGE_OWNER, 2999, 2488}, {MERGE_LATER, 2999, 2488},  {MERGE_MONOTONE, 2999, 2488},
        {MERGE_ASK, 2999, 2488}, {MERGE_SERIAL, 0, 511},    {MERGE_IMMUTABLE, 0, 511},
    };

    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        struct part p;
        struct buf first = {0}, last = {0};
        uint32_t tag = TAG(FIELD, row[i].merge);
        part_init(&p);
        for (uint32_t n = 0; n < 3000; n++)
            fold_number(&p, tag, n);
        mp_put_uint(&first, row[i].first);
        mp_put_uint(&last, row[i].last);
        CHECK_EQ(p.entry[0].count, CANDIDATES_MAX);
        CHECK_BYTES(p.entry[0].candidate[0].value, buf_bytes(&first));
        CHECK_BYTES(p.entry[0].candidate[CANDIDATES_MAX - 1].value, buf_bytes(&last));
        CHECK_EQ(p.changes, 3000);
        check_survives_the_store(&p);
        part_deinit(&p);
        buf_deinit(&first);
        buf_deinit(&last);
    }
}

TEST(tags_are_bounded)
{
    struct part p;

    part_init(&p);
    for (uint32_t n = 0; n < PART_TAGS_MAX; n++)
        fold_number(&p, TAG(n * 2, MERGE_LATER), n);
    fold_number(&p, TAG(3, MERGE_LATER), 9999);
    fold_number(&p, TAG(2, MERGE_LATER), 9998);
    CHECK_EQ(p.entries, PART_TAGS_MAX);
    CHECK(fold_entry(&p, TAG(3, MERGE_LATER)) == NULL);
    CHECK_EQ(fold_entry(&p, TAG(2, MERGE_LATER))->count, 2);
    check_survives_the_store(&p);
    part_deinit(&p);
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
        fold_history(&p, row[i].steps, TAG(FIELD, row[i].merge));
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
    fold_history(&p, "c:=[1] a:=[1,2] b:=[3]", TAG(FIELD, MERGE_UNION));
    const struct entry *e = fold_entry(&p, TAG(FIELD, MERGE_UNION));
    CHECK(fold_base_element(e, bytes_of("\x01", 1), &base));
    CHECK_BYTES(buf_bytes(&base), bytes_of("aaaaaaaacccccccc", 16));
    CHECK(fold_base_element(e, bytes_of("\x02", 1), &base));
    CHECK(fold_base_element(e, bytes_of("\x09", 1), &base));
    CHECK_EQ(base.n, 16);
    CHECK(fold_base_element(e, bytes_of("\x03", 1), &base));
    CHECK_BYTES(buf_bytes(&base), bytes_of("aaaaaaaabbbbbbbbcccccccc", 24));
    CHECK(fold_base_element(NULL, bytes_of("\x03", 1), &base));
    fold_history(&p, "d:=[7] e:=[7] f:=[7] g:=[7] h:=[7] i:=[7] j:=[7] k:=[7] l:=[7] m:=[7] n:=[7] o:=[7] p:=[7]",
                 TAG(FIELD, MERGE_UNION));
    e = fold_entry(&p, TAG(FIELD, MERGE_UNION));
    CHECK(fold_base_element(e, bytes_of("\x07", 1), &base)); /* 3 + 13 is what fits */
    CHECK_EQ(base.n, 16 * VERSION_SIZE);
    fold_history(&p, "q:=[8]", TAG(FIELD, MERGE_UNION));
    e = fold_entry(&p, TAG(FIELD, MERGE_UNION));
    CHECK(!fold_base_element(e, bytes_of("\x08", 1), &base));
    CHECK_EQ(base.n, 16 * VERSION_SIZE);
    part_deinit(&p);
    buf_deinit(&base);
}
