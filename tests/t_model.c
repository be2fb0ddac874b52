/* t_model.c - the fold of proto/ and the reference model, told the same random histories, must hold the same bytes.
 *
 * Histories are small and crowded: few records, few fields, few values, so that changes meet. Authors draw the base from
 * the field as it stood, or from versions that went by; changesets come again under another incarnation; held changes
 * are released, refused, released twice. The log's leaves are built by proto/ and by the model and compared too. */
#include <stdio.h>
#include <stdlib.h>

#include "../proto/control.h"
#include "../proto/fold.h"
#include "../proto/header.h"
#include "../proto/leaf.h"
#include "../proto/mp.h"
#include "../proto/tree.h"
#include "model.h"
#include "test.h"

#define HISTORIES 20000
#define LEAVES_MAX 16
#define CHANGES_MAX 4
#define PARTS_MAX 12
#define STREAMS 4

struct sent {
    struct id device, person;
    uint32_t incarnation;
    uint64_t first;
    uint8_t seed[SALT_SIZE];
    uint32_t leaf;
    size_t count;
    struct buf body[CHANGES_MAX];
    struct version version[CHANGES_MAX];
};

struct held_part {
    uint32_t kind;
    struct id record;
    struct part part;
};

/* What somebody saw once of a field, and may still hold when others have gone on. */
struct sight {
    uint32_t kind, tag;
    struct id record;
    size_t n;
    uint8_t base[16 * VERSION_SIZE];
};

#define SIGHTS 32

struct world {
    uint64_t chance;
    size_t sights; /* ever; the last SIGHTS are kept */
    struct sight sight[SIGHTS];
    struct id scope;
    struct model *model;
    struct tree_frontier log;
    size_t sents;
    struct sent sent[LEAVES_MAX];
    size_t parts;
    struct held_part part[PARTS_MAX];
    uint32_t fold; /* version */
    bool crowded;  /* one record, one field of each class: many meet */
    size_t folded;
    struct version folded_version[LEAVES_MAX * CHANGES_MAX];
    uint64_t next[STREAMS * 2]; /* number of the stream's next change */
    struct hash head[STREAMS * 2];
};

static uint64_t pick(struct world *w, uint64_t n)
{
    return test_random(&w->chance) % n;
}

static void fill(struct world *w, uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)test_random(&w->chance);
}

static struct id id_number(uint8_t n)
{
    struct id id = {{0}};

    memset(id.b, n, sizeof(id.b));
    return id;
}

/* ---- random bodies ---- */

static void put_random_value(struct world *w, struct buf *out, int deep)
{
    static const char *const words[] = {"", "a", "Lan", "một dòng chữ dài hơn ba mươi hai byte"};
    static const int64_t numbers[] = {0, 1, 2, -1, -33, 127, 128, 300, -129, 70000, -40000, INT64_MAX, INT64_MIN};

    switch (pick(w, deep > 0 ? 8 : 6)) {
    case 0:
        mp_put_nil(out);
        break;
    case 1:
        mp_put_str(out, bytes_of_str(words[pick(w, ARRAY_LEN(words))]));
        break;
    case 2:
        mp_put_bin(out, "\x01\x02\x03", pick(w, 4));
        break;
    case 6:
    case 7: {
        size_t n = pick(w, 3);
        mp_put_array(out, n);
        while (n-- > 0)
            put_random_value(w, out, deep - 1);
        break;
    }
    default:
        mp_put_int(out, numbers[pick(w, pick(w, 4) > 0 ? 3 : ARRAY_LEN(numbers))]);
    }
}

static void put_random_set(struct world *w, struct buf *out)
{
    size_t n = pick(w, 4);

    if (pick(w, 8) == 0) {
        mp_put_nil(out);
        return;
    }
    mp_put_array(out, n);
    while (n-- > 0)
        put_random_value(w, out, 1);
}

static const struct held_part *find_part(const struct world *w, uint32_t kind, const struct id *record)
{
    for (size_t i = 0; i < w->parts; i++) {
        if (w->part[i].kind == kind && id_equal(&w->part[i].record, record))
            return &w->part[i];
    }
    return NULL;
}

static void add_version(struct buf *base, const struct version *v)
{
    size_t at = 0;

    while (at < base->n && memcmp(base->p + at, v->b, VERSION_SIZE) < 0)
        at += VERSION_SIZE;
    if ((at < base->n && memcmp(base->p + at, v->b, VERSION_SIZE) == 0) || base->n == 16 * VERSION_SIZE)
        return;
    buf_grow(base, VERSION_SIZE);
    memmove(base->p + at + VERSION_SIZE, base->p + at, base->n - at - VERSION_SIZE);
    memcpy(base->p + at, v->b, VERSION_SIZE);
}

static void remember_sight(struct world *w, const struct change *c, uint32_t tag, const struct buf *base)
{
    struct sight *s = &w->sight[w->sights++ % SIGHTS];

    *s = (struct sight){.kind = c->kind, .tag = tag, .record = c->record, .n = base->n};
    if (base->n > 0)
        memcpy(s->base, base->p, base->n);
}

/* As somebody else saw this field, now or some time ago: two who settle the same conflict. */
static void recall_sight(struct world *w, const struct change *c, uint32_t tag, struct buf *base)
{
    size_t kept = w->sights < SIGHTS ? w->sights : SIGHTS, from = (size_t)pick(w, kept + 1);

    for (size_t i = 0; i < kept && base->n == 0; i++) {
        const struct sight *s = &w->sight[(from + i) % kept];
        if (s->kind == c->kind && s->tag == tag && id_equal(&s->record, &c->record))
            buf_put(base, s->base, s->n);
    }
}

/* What the author saw: nothing, the field as it stands, or some of the versions that went by. */
static void put_random_base(struct world *w, const struct change *c, uint32_t tag, struct buf *out)
{
    const struct held_part *held = find_part(w, c->kind, &c->record);
    uint64_t how = pick(w, 5);

    if (how == 1 && held != NULL) {
        fold_base(fold_entry(&held->part, tag), out);
        remember_sight(w, c, tag, out);
    }
    if (how == 4)
        recall_sight(w, c, tag, out);
    for (uint64_t n = how == 2 || how == 3 ? pick(w, 4) : 0; n > 0 && w->sents > 0; n--) {
        const struct sent *s = &w->sent[pick(w, w->sents)];
        add_version(out, &s->version[pick(w, s->count)]);
    }
}

static void put_random_body(struct world *w, struct buf *out)
{
    static const uint32_t numbers[] = {0, 1, 2, 40, 100000};
    struct change c = {.kind = (uint32_t)(3 + pick(w, 5) / 4), .op = (enum op)(1 + pick(w, 7)), .record = id_number((uint8_t)pick(w, 3))};
    struct buf base[7] = {0}, value[7] = {0};
    uint32_t number = numbers[w->crowded ? 1 : pick(w, ARRAY_LEN(numbers))];
    uint32_t from = w->crowded ? 1 + 3 * (uint32_t)pick(w, 2) : (uint32_t)pick(w, 7);

    if (w->crowded) {
        c.record = id_number(1);
        c.kind = 3;
    }

    for (uint32_t merge = from; merge < 7 && c.count < 1 + pick(w, 4); merge++) {
        struct triple *t = &c.triple[c.count];
        t->tag = TAG(number, merge);
        put_random_base(w, &c, t->tag, &base[c.count]);
        if (merge == MERGE_UNION)
            put_random_set(w, &value[c.count]);
        else
            put_random_value(w, &value[c.count], 2);
        t->base = buf_bytes(&base[c.count]);
        t->value = buf_bytes(&value[c.count]);
        c.count++;
    }
    change_encode(&c, out);
    for (size_t i = 0; i < 7; i++) {
        buf_deinit(&base[i]);
        buf_deinit(&value[i]);
    }
}

/* ---- proto's side ---- */

static void fold_one(struct world *w, const struct sent *s, size_t position, bool owns)
{
    struct change c;

    for (size_t i = 0; i < w->folded; i++) {
        if (memcmp(w->folded_version[i].b, s->version[position].b, VERSION_SIZE) == 0)
            return;
    }
    CHECK_EQ(change_decode(&c, buf_bytes(&s->body[position])), ERR_OK);
    struct held_part *held = NULL;
    for (size_t i = 0; i < w->parts; i++) {
        if (w->part[i].kind == c.kind && id_equal(&w->part[i].record, &c.record))
            held = &w->part[i];
    }
    if (held == NULL) {
        assert(w->parts < PARTS_MAX);
        held = &w->part[w->parts++];
        held->kind = c.kind;
        held->record = c.record;
        part_init(&held->part);
    }
    CHECK(fold_change(&held->part, w->fold, &c, &s->version[position], owns, s->leaf, (uint32_t)position));
    w->folded_version[w->folded++] = s->version[position];
}

static void append(struct world *w, struct buf *leaf)
{
    struct hash h = leaf_hash(buf_bytes(leaf));

    CHECK_EQ(tree_append(&w->log, &h, NULL, NULL), ERR_OK);
    CHECK_EQ(model_size(w->model), w->log.size);
    CHECK_BYTES(buf_bytes(leaf), model_leaf(w->model, w->log.size - 1));
    buf_deinit(leaf);
}

static void put_verdicts(const struct model_slot *slot, size_t count, struct buf *out)
{
    size_t n = 1;

    while (n < count && slot[n].verdict == slot[0].verdict)
        n++;
    if (n < count)
        mp_put_array(out, n = count);
    else
        n = 1;
    for (size_t i = 0; i < n; i++)
        mp_put_uint(out, slot[i].verdict);
}

static void append_changeset(struct world *w, const struct sent *s, const struct model_changeset *cs, size_t stream)
{
    struct header h = {.scope = w->scope, .device = s->device, .incarnation = s->incarnation, .person = s->person,
                       .first = s->first, .count = (uint32_t)s->count, .previous = w->head[stream],
                       .epoch = cs->seen_epoch, .size = cs->seen_size, .root = cs->seen_root, .time = cs->time,
                       .quality = (enum quality)cs->quality};
    struct buf encoded = {0}, leaf = {0}, verdicts = {0};
    struct hash commitment[CHANGES_MAX];

    for (size_t i = 0; i < s->count; i++) {
        uint8_t salt[SALT_SIZE];
        change_salt(salt, s->seed, (uint32_t)i);
        commitment[i] = change_commit(salt, &w->scope, &s->device, &s->person, buf_bytes(&s->body[i]));
    }
    h.commitments = header_commitments(commitment, s->count);
    header_encode(&h, &encoded);
    w->head[stream] = header_head(buf_bytes(&encoded), cs->signature);
    put_verdicts(cs->slot, s->count, &verdicts);
    leaf_encode_changeset(buf_bytes(&encoded), cs->signature, cs->accepted, cs->policy, buf_bytes(&verdicts), &leaf);
    append(w, &leaf);
    buf_deinit(&encoded);
    buf_deinit(&verdicts);
}

/* ---- one leaf ---- */

static uint64_t random_verdict(struct world *w)
{
    return (pick(w, 4) > 0 ? 0 : pick(w, 4)) + 4 * pick(w, 2) + 8 * (pick(w, 4) == 0 ? pick(w, 40) : 0);
}

static void random_changeset(struct world *w, struct sent *s)
{
    size_t who = pick(w, STREAMS);

    s->device = id_number((uint8_t)(0x40 + who));
    s->person = id_number((uint8_t)(0x80 + (pick(w, 5) == 0)));
    s->incarnation = 0;
    fill(w, s->seed, sizeof(s->seed));
    s->count = 1 + pick(w, CHANGES_MAX);
    for (size_t i = 0; i < s->count; i++)
        put_random_body(w, &s->body[i]);
}

/* The same seed and bodies once more, from another incarnation of the device: the same versions. */
static void again(struct world *w, struct sent *s)
{
    const struct sent *old = &w->sent[pick(w, w->sents)];

    s->device = old->device;
    s->person = old->person;
    s->incarnation = 1;
    memcpy(s->seed, old->seed, sizeof(s->seed));
    s->count = old->count;
    for (size_t i = 0; i < s->count; i++)
        buf_put_bytes(&s->body[i], buf_bytes(&old->body[i]));
}

static void add_changeset(struct world *w)
{
    struct sent *s = &w->sent[w->sents];
    struct model_slot slot[CHANGES_MAX];
    struct model_changeset cs = {.seen_epoch = (uint32_t)pick(w, 3), .seen_size = pick(w, 70000), .time = pick(w, 1 << 30),
                                 .quality = (unsigned)pick(w, 3), .accepted = pick(w, UINT32_MAX), .policy = pick(w, 300)};
    uint8_t salts[CHANGES_MAX][SALT_SIZE];

    if (w->sents > 0 && pick(w, 6) == 0)
        again(w, s);
    else
        random_changeset(w, s);
    size_t stream = (s->device.b[0] - 0x40u) * 2 + s->incarnation;
    s->first = w->next[stream];
    w->next[stream] += s->count;
    s->leaf = (uint32_t)w->log.size;
    fill(w, cs.signature, sizeof(cs.signature));
    fill(w, cs.seen_root.b, HASH_SIZE);
    bool by_salts = pick(w, 3) == 0;
    uint64_t verdict = random_verdict(w);
    for (size_t i = 0; i < s->count; i++) {
        change_salt(salts[i], s->seed, (uint32_t)i);
        struct hash h = change_commit(salts[i], &w->scope, &s->device, &s->person, buf_bytes(&s->body[i]));
        s->version[i] = change_version(&h);
        slot[i] = (struct model_slot){.body = buf_bytes(&s->body[i]), .salt = salts[i],
                                      .verdict = pick(w, 2) ? verdict : random_verdict(w)};
    }
    cs.device = s->device;
    cs.person = s->person;
    cs.incarnation = s->incarnation;
    cs.first = s->first;
    cs.seed = by_salts ? NULL : s->seed;
    cs.count = s->count;
    cs.slot = slot;
    w->sents++;
    model_add_changeset(w->model, &cs);
    append_changeset(w, s, &cs, stream);
    for (size_t i = 0; i < s->count; i++) {
        if ((slot[i].verdict & 3) == 0)
            fold_one(w, s, i, slot[i].verdict >> 2 & 1);
    }
}

/* A verdict leaf: for a change of this log, or one that it never had. Now and then another kind of control leaf. */
static void add_control(struct world *w)
{
    const struct sent *s = &w->sent[pick(w, w->sents)];
    uint64_t position = pick(w, s->count + 1), verdict = random_verdict(w);
    uint64_t kind = pick(w, 6) > 0 ? 7 : 14, first = s->first + (pick(w, 8) == 0);
    struct buf control = {0}, leaf = {0};
    uint8_t signature[SIGNATURE_SIZE];
    struct id ward = id_number(9);

    mp_put_array(&control, 11);
    mp_put_uint(&control, 1);
    mp_put_bin(&control, ward.b, ID_SIZE);
    mp_put_bin(&control, w->scope.b, ID_SIZE);
    mp_put_uint(&control, kind);
    mp_put_uint(&control, pick(w, 300));
    mp_put_uint(&control, pick(w, UINT32_MAX));
    mp_put_bin(&control, s->device.b, ID_SIZE);
    mp_put_uint(&control, s->incarnation);
    mp_put_uint(&control, first);
    mp_put_uint(&control, position);
    mp_put_uint(&control, verdict);
    fill(w, signature, sizeof(signature));
    model_add_control(w->model, buf_bytes(&control), bytes_of(signature, sizeof(signature)));
    leaf_encode_control(buf_bytes(&control), signature, &leaf);
    append(w, &leaf);
    buf_deinit(&control);
    if (kind != 7 || (verdict & 3) != 0)
        return;
    for (size_t i = 0; i < w->sents; i++) {
        const struct sent *x = &w->sent[i];
        if (id_equal(&x->device, &s->device) && x->incarnation == s->incarnation && x->first == first && position < x->count)
            fold_one(w, x, position, verdict >> 2 & 1);
    }
}

/* From here on by the newer fold: as a rule behind the first leaf, now and then later, or not at all. */
static void add_fold(struct world *w)
{
    struct buf control = {0}, leaf = {0};
    uint8_t signature[SIGNATURE_SIZE];
    struct control c = {.ward = id_number(9), .scope = w->scope, .kind = CONTROL_FOLD, .is.fold.version = FOLD_VERSION};

    control_encode(&c, &control);
    fill(w, signature, sizeof(signature));
    model_add_control(w->model, buf_bytes(&control), bytes_of(signature, sizeof(signature)));
    leaf_encode_control(buf_bytes(&control), signature, &leaf);
    append(w, &leaf);
    buf_deinit(&control);
    w->fold = FOLD_VERSION;
}

/* ---- a history ---- */

static size_t count_settled(const struct world *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->parts; i++)
        for (size_t k = 0; k < w->part[i].part.entries; k++)
            for (size_t c = 0; c < w->part[i].part.entry[k].count; c++)
                n += w->part[i].part.entry[k].candidate[c].settled.n > 0;
    return n;
}

static void compare(struct world *w)
{
    static uint8_t accumulator[FOLD_ACCUMULATOR_SIZE];
    struct buf encoded = {0};
    struct hash root = tree_root(&w->log), want = model_root(w->model, model_size(w->model));

    CHECK_MEM(root.b, want.b, HASH_SIZE);
    CHECK_EQ(model_parts(w->model), w->parts);
    memset(accumulator, 0, sizeof(accumulator));
    for (size_t i = 0; i < w->parts; i++) {
        buf_clear(&encoded);
        part_encode(&w->part[i].part, &encoded);
        fold_digest_add(accumulator, &w->part[i].record, buf_bytes(&encoded));
        CHECK_BYTES(buf_bytes(&encoded), model_part(w->model, w->part[i].kind, &w->part[i].record));
        if (pick(w, 2) == 0) { /* from here on the part goes on as the store gave it back */
            part_deinit(&w->part[i].part);
            CHECK_EQ(part_decode(&w->part[i].part, buf_bytes(&encoded)), ERR_OK);
        }
    }
    struct hash digest = fold_digest(accumulator);
    want = model_state_hash(w->model);
    CHECK_MEM(digest.b, want.b, HASH_SIZE);
    buf_deinit(&encoded);
}

static void one_history(uint64_t seed, size_t *changes, size_t *settled)
{
    struct world *w = mem_alloc(sizeof(*w));

    w->chance = seed;
    w->scope = id_number(0x20);
    w->model = model_new(&w->scope);
    w->fold = 1;
    w->crowded = pick(w, 2) == 0;
    if (pick(w, 4) > 0)
        add_fold(w);
    for (size_t leaves = 1 + pick(w, LEAVES_MAX); leaves > 0; leaves--) {
        if (w->fold < FOLD_VERSION && pick(w, 8) == 0)
            add_fold(w);
        if (w->sents > 0 && pick(w, 4) == 0)
            add_control(w);
        else
            add_changeset(w);
        if (pick(w, 6) == 0)
            compare(w);
    }
    compare(w);
    *changes += w->folded;
    *settled += count_settled(w);
    for (size_t i = 0; i < w->sents; i++) {
        for (size_t k = 0; k < w->sent[i].count; k++)
            buf_deinit(&w->sent[i].body[k]);
    }
    for (size_t i = 0; i < w->parts; i++)
        part_deinit(&w->part[i].part);
    model_free(w->model);
    free(w);
}

TEST(fold_and_model_agree)
{
    const char *from = getenv("CHIBO_SEED");
    uint64_t seed = from == NULL ? 1 : strtoull(from, NULL, 10);
    size_t changes = 0, settled = 0;

    crypto_init();
    for (uint64_t i = 0; i < HISTORIES; i++)
        one_history(seed * 1000003 + i, &changes, &settled);
    CHECK(changes > HISTORIES * 8);
    CHECK(settled > HISTORIES / 8);
    printf("%zu changes, %zu resolutions\n", changes, settled);
}

/* One field of each class, beyond the bound on candidates; every third value comes again, some sets lose elements. */
static void crowd(struct model *m, struct part *p, const struct id *scope, uint32_t tag, uint32_t number)
{
    struct change c = {.record = id_number(1), .kind = 3, .op = number % 5 == 4 ? OP_REMOVE : OP_ADD, .count = 1}, seen;
    struct buf value = {0}, body = {0};
    uint8_t salt[SALT_SIZE] = {0};
    struct id device = id_number(2);

    store_u32(salt, number); /* or equal bodies would be one change */
    if (TAG_CLASS(tag) == MERGE_UNION)
        mp_put_array(&value, 1);
    mp_put_uint(&value, number % 3 == 2 ? number / 2 : (number * 7919) % 10007);
    c.triple[0] = (struct triple){tag, bytes_of(NULL, 0), buf_bytes(&value)};
    change_encode(&c, &body);
    struct model_slot slot = {.body = buf_bytes(&body), .salt = salt, .verdict = number % 2 * 4};
    struct model_changeset cs = {.device = device, .person = device, .first = number, .count = 1, .slot = &slot};
    model_add_changeset(m, &cs);
    struct hash h = change_commit(salt, scope, &device, &device, buf_bytes(&body));
    struct version v = change_version(&h);
    CHECK_EQ(change_decode(&seen, buf_bytes(&body)), ERR_OK);
    CHECK(fold_change(p, FOLD_VERSION, &seen, &v, number % 2, number, 0));
    buf_deinit(&value);
    buf_deinit(&body);
}

TEST(they_agree_beyond_the_bounds)
{
    crypto_init();
    for (uint32_t merge = MERGE_UNION; merge <= MERGE_IMMUTABLE; merge++) {
        struct id scope = id_number(3), record = id_number(1);
        struct model *m = model_new(&scope);
        struct part p;
        struct buf encoded = {0};
        part_init(&p);
        for (uint32_t n = 0; n < 1500; n++)
            crowd(m, &p, &scope, TAG(5, merge), n);
        CHECK_EQ(p.entry[0].count, CANDIDATES_MAX);
        for (uint32_t n = 1500; n < 1500 + PART_TAGS_MAX + 10; n++)
            crowd(m, &p, &scope, TAG(n / 2 + 100 * (n % 2), merge), n);
        part_encode(&p, &encoded);
        CHECK_BYTES(buf_bytes(&encoded), model_part(m, 3, &record));
        buf_deinit(&encoded);
        part_deinit(&p);
        model_free(m);
    }
}
