/* t_part.c - a part's bytes and bounds (protocol.md 5.1); story.h has the notation of histories. */
#include <stdlib.h>

#include "../proto/fold.h"
#include "../proto/mp.h"
#include "story.h"
#include "test.h"

#define FIELD 3

/* ---- the part ---- */

static void encode_of(const char *steps, uint32_t tag, struct buf *out)
{
    struct part p;

    part_init(&p);
    story_fold(&p, steps, tag);
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

/* A part with every class, conflicts and sets. */
static void rich_part(struct part *p)
{
    part_init(p);
    for (uint32_t merge = MERGE_UNION; merge <= MERGE_IMMUTABLE; merge++) {
        const char *steps = merge == MERGE_UNION ? "a:=[1,'Lan',[2,[3]]] b:=[1,4]" : "a:=1! b:='Minh' c:b=n d:=[3,[1,2]]";
        story_fold(p, steps, TAG(merge * 40, merge));
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
    story_fold(&p, "e:d=9 f:=10", TAG(80, MERGE_LATER)); /* and can go on */
    story_fold(&q, "e:d=9 f:=10", TAG(80, MERGE_LATER));
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
    struct change c = {.record = {{1}}, .kind = STORY_KIND, .op = OP_ADD, .count = 1};
    struct version v = {{0}};
    struct buf value = {0};

    store_u32(v.b, number);
    if (TAG_CLASS(tag) == MERGE_UNION)
        mp_put_array(&value, 1);
    mp_put_uint(&value, number);
    c.triple[0] = (struct triple){tag, bytes_of(NULL, 0), buf_bytes(&value)};
    CHECK(fold_change(p, FOLD_VERSION, &c, &v, false, number, 0));
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
