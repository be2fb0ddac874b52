/* t_number.c - the numbers of a cell's papers follow from its log alone: stories told by hand, and chance, by devices
 * that keep the rules of the book, with a check of every number against every other (protocol.md 5.7). */
#include <stdio.h>

#include "../proto/mp.h"
#include "../proto/number.h"
#include "../proto/ward_move.h"
#include "sim_story.h"
#include "test.h"

#define NQ 1
#define KH 3
#define NOBODY 0

static const struct kind_info *paper(void)
{
    return schema_kind_named("doc_out");
}

static const struct kind_info *book(void)
{
    return schema_kind_named("doc_book");
}

static struct id named(uint32_t name)
{
    return (struct id){{(uint8_t)(name >> 8), (uint8_t)name, 7}};
}

/* A change under way, and the bytes of its values. */
struct writing {
    struct change c;
    struct buf value[8];
};

static struct buf *field(struct writing *w, const struct kind_info *k, const char *name)
{
    w->c.triple[w->c.count].tag = schema_tag(schema_field_named(k, name));
    return &w->value[w->c.count++];
}

static enum err record(struct sim_story *w, size_t device, struct writing *wr)
{
    enum err e;

    for (size_t i = 0; i < wr->c.count; i++)
        wr->c.triple[i].value = buf_bytes(&wr->value[i]);
    e = sim_node_record(&w->device[device], &w->cell, ACCESS_A, &wr->c);
    for (size_t i = 0; i < wr->c.count; i++)
        buf_deinit(&wr->value[i]);
    return e;
}

/* NOBODY and 0: not said. */
static void under(struct writing *w, uint32_t book_name, uint32_t printed)
{
    struct id id = named(book_name);

    if (printed > 0)
        mp_put_uint(field(w, paper(), "printed"), printed);
    if (book_name != NOBODY)
        mp_put_bin(field(w, paper(), "book"), id.b, ID_SIZE);
}

static void issue_of(struct sim_story *w, size_t device, uint32_t name, uint32_t type, uint32_t year,
                     uint32_t book_name, uint32_t printed)
{
    struct writing wr = {.c = {.kind = paper()->number, .record = named(name), .op = OP_CREATE}};

    mp_put_uint(field(&wr, paper(), "type"), type);
    mp_put_uint(field(&wr, paper(), "year"), year);
    mp_put_uint(field(&wr, paper(), "date"), year * 10000 + 304);
    mp_put_str(field(&wr, paper(), "title"), bytes_of_str("Về vệ sinh môi trường"));
    under(&wr, book_name, printed);
    CHECK_EQ(record(w, device, &wr), ERR_OK);
}

static void issue(struct sim_story *w, size_t device, uint32_t name, uint32_t book_name, uint32_t printed)
{
    issue_of(w, device, name, NQ, 2026, book_name, printed);
}

static void enter(struct sim_story *w, size_t device, uint32_t name, uint32_t book_name, uint32_t printed)
{
    struct writing wr = {.c = {.kind = paper()->number, .record = named(name), .op = OP_SET}};

    under(&wr, book_name, printed);
    CHECK_EQ(record(w, device, &wr), ERR_OK);
}

static void take(struct sim_story *w, size_t device, uint32_t name)
{
    struct writing wr = {.c = {.kind = book()->number, .record = named(name), .op = OP_CREATE}};

    mp_put_str(field(&wr, book(), "holder"), bytes_of_str("Lò Văn Thử"));
    mp_put_str(field(&wr, book(), "device"), bytes_of_str(device == 0 ? "a" : "b"));
    mp_put_uint(field(&wr, book(), "date"), 20260304);
    CHECK_EQ(record(w, device, &wr), ERR_OK);
}

static void give_back(struct sim_story *w, size_t device, uint32_t name)
{
    struct writing wr = {.c = {.kind = book()->number, .record = named(name), .op = OP_SET}};

    mp_put_uint(field(&wr, book(), "returned"), 20260305);
    CHECK_EQ(record(w, device, &wr), ERR_OK);
}

static void sync(struct sim_story *w, size_t device)
{
    CHECK_EQ(sim_link_sync(&w->ward, &w->device[device], NULL), ERR_OK);
}

static void load(struct sim_story *w, struct memstore *m, struct numbers *n)
{
    struct scope s;
    struct txn txn;

    sim_story_scope(m, &w->cell, ACCESS_A, &s);
    memstore_begin(m, false, &txn);
    CHECK_EQ(number_load(&txn, &s, n), ERR_OK);
    memstore_abort(m);
}

/* "1=12 2=… 3=12a": of these papers, in this store. */
static void show(struct sim_story *w, struct memstore *m, uint32_t first, uint32_t last, struct buf *out)
{
    struct numbers n;

    load(w, m, &n);
    buf_clear(out);
    for (uint32_t i = first; i <= last; i++) {
        struct id id = named(i);
        buf_printf(out, "%s%u=", i == first ? "" : " ", (unsigned)i);
        number_print(number_of(&n, &id), out);
    }
    number_list_deinit(&n);
}

static void check(struct sim_story *w, uint32_t last, const char *want)
{
    struct buf got = {0};

    show(w, w->ward.store, 1, last, &got);
    CHECK_STR(buf_cstr(&got), want);
    for (size_t i = 0; i < 2; i++) {
        sync(w, i);
        show(w, w->device[i].store, 1, last, &got);
        CHECK_STR(buf_cstr(&got), want);
    }
    buf_deinit(&got);
}

TEST(without_a_book_the_log_counts_and_what_is_void_keeps_its_number)
{
    struct sim_story w;
    const struct id second = named(2);

    sim_story_init(&w, 2);
    issue(&w, 0, 1, NOBODY, 0);
    issue(&w, 1, 2, NOBODY, 0);
    issue_of(&w, 1, 3, KH, 2026, NOBODY, 0);
    issue_of(&w, 1, 4, NQ, 2027, NOBODY, 0);
    sync(&w, 0);
    sync(&w, 1);
    check(&w, 4, "1=1 2=2 3=1 4=1");
    CHECK_EQ(sim_node_close(&w.device[1], &w.cell, ACCESS_A, paper()->number, &second, CLOSE_STEP_VOID), ERR_OK);
    sync(&w, 1);
    issue(&w, 0, 5, NOBODY, 0);
    sync(&w, 0);
    check(&w, 5, "1=1 2=2 3=1 4=1 5=3");
    sim_story_deinit(&w);
}

/* The holder prints offline while the other one writes: whoever reaches the ward first, the numbers are the same. */
static void two_write(bool holder_first, const char *want)
{
    struct sim_story w;

    sim_story_init(&w, 2);
    issue(&w, 1, 1, NOBODY, 0);
    sync(&w, 1);
    take(&w, 0, 100);
    sync(&w, 0);
    issue(&w, 0, 2, 100, 2);
    issue(&w, 0, 3, 100, 3);
    issue(&w, 1, 4, NOBODY, 0);
    sync(&w, holder_first ? 0 : 1);
    sync(&w, holder_first ? 1 : 0);
    check(&w, 4, "1=1 2=2 3=3 4=…");
    enter(&w, 0, 4, 100, 4);
    sync(&w, 0);
    check(&w, 4, want);
    sim_story_deinit(&w);
}

TEST(the_holder_prints_and_the_others_wait_for_him_in_both_orders)
{
    two_write(true, "1=1 2=2 3=3 4=4");
    two_write(false, "1=1 2=2 3=3 4=4");
}

TEST(what_waits_is_counted_when_the_book_is_given_back)
{
    struct sim_story w;

    sim_story_init(&w, 2);
    take(&w, 0, 100);
    sync(&w, 0);
    issue(&w, 1, 1, NOBODY, 0);
    issue(&w, 1, 2, NOBODY, 0);
    sync(&w, 1);
    issue(&w, 0, 3, 100, 1);
    give_back(&w, 0, 100);
    sync(&w, 0);
    check(&w, 3, "1=2 2=3 3=1");
    issue(&w, 1, 4, NOBODY, 0);
    sync(&w, 1);
    check(&w, 4, "1=2 2=3 3=1 4=4");
    sim_story_deinit(&w);
}

/* The old holder has printed 2 and 3, and nobody knows; the new one prints 2 as well. */
static void lost_book(bool old_first, const char *want)
{
    struct sim_story w;

    sim_story_init(&w, 2);
    take(&w, 0, 100);
    issue(&w, 0, 1, 100, 1);
    sync(&w, 0);
    sync(&w, 1);
    issue(&w, 0, 2, 100, 2);
    issue(&w, 0, 3, 100, 3);
    take(&w, 1, 101);
    sync(&w, 1);
    issue(&w, 1, 4, 101, 2);
    sync(&w, old_first ? 0 : 1);
    sync(&w, old_first ? 1 : 0);
    check(&w, 4, want);
    issue(&w, 0, 5, 100, 2); /* still not knowing */
    sync(&w, 0);
    issue(&w, 1, 6, 101, 3);
    sync(&w, 1);
    check(&w, 6, "1=1 2=2a 3=3a 4=2 5=2b 6=3");
    sim_story_deinit(&w);
}

TEST(papers_of_a_lost_book_keep_what_is_printed_with_a_letter)
{
    lost_book(true, "1=1 2=2a 3=3a 4=2");
    lost_book(false, "1=1 2=2a 3=3a 4=2");
}

TEST(what_was_printed_before_there_was_a_ward_stands_if_it_is_free)
{
    struct sim_story w;

    sim_story_init(&w, 2);
    issue(&w, 0, 1, NOBODY, 7);
    issue(&w, 0, 2, NOBODY, 0);
    issue(&w, 0, 3, NOBODY, 7);
    issue(&w, 0, 4, NOBODY, 5);
    issue(&w, 0, 5, NOBODY, 90000); /* a slip: nothing counts on from there */
    issue(&w, 0, 6, NOBODY, 0);
    sync(&w, 0);
    check(&w, 6, "1=7 2=8 3=7a 4=5 5=90000a 6=9");
    sim_story_deinit(&w);
}

TEST(a_number_on_paper_is_written_once_and_its_paper_stays_where_it_is)
{
    static const struct ward_decision decision = {"31-QĐ/ĐU", 20261123};
    struct sim_story w;
    struct sim_link l;
    const struct id first = named(1);
    uint64_t changes;
    struct txn txn;

    sim_story_init(&w, 2);
    take(&w, 0, 100);
    issue(&w, 0, 1, 100, 1);
    issue(&w, 0, 2, 100, 2);
    sync(&w, 0);
    enter(&w, 0, 1, NOBODY, 9);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[0], &l), ERR_OK);
    CHECK_EQ(l.device.counts.refused, 1);
    check(&w, 2, "1=1 2=2");
    memstore_begin(w.ward.store, true, &txn);
    CHECK_EQ(ward_move(&txn, &w.ward.ward, paper()->number, &first, &w.home, &decision, w.ward.now, &changes),
             ERR_FROZEN);
    CHECK_EQ(ward_raise(&txn, &w.ward.ward, paper()->number, &first, ACCESS_C, &decision, w.ward.now, &changes),
             ERR_FROZEN);
    memstore_abort(w.ward.store);
    sim_story_deinit(&w);
}

static void two_stores(struct sim_story *w, size_t device)
{
    struct replica r = sim_node_replica(&w->device[device]);
    struct ward_device d;
    struct txn txn;

    memstore_begin(w->ward.store, true, &txn);
    CHECK_EQ(ward_device_load(&txn, &r.device, &d), ERR_OK);
    d.state = DEVICE_COPIED;
    CHECK_EQ(ward_device_save(&txn, &d), ERR_OK);
    CHECK_EQ(memstore_commit(w->ward.store, true), ERR_OK);
}

/* What was released later would come into the log before what is known. */
TEST(a_paper_never_waits_for_a_person)
{
    struct sim_story w;
    struct sim_link l;

    sim_story_init(&w, 2);
    two_stores(&w, 1);
    issue(&w, 1, 1, NOBODY, 0);
    CHECK_EQ(sim_story_meeting(&w, 1, 9), ERR_OK);
    CHECK_EQ(sim_link_sync(&w.ward, &w.device[1], &l), ERR_OK);
    CHECK_EQ(l.device.counts.refused, 1);
    CHECK_EQ(l.device.counts.held, 1);
    sim_story_deinit(&w);
}

TEST(a_device_that_begins_with_a_snapshot_gives_the_same_numbers)
{
    struct sim_story w;
    struct scope s;
    uint8_t secret[INVITE_SECRET_SIZE];
    struct buf want = {0}, got = {0};
    const struct id second = named(2);

    sim_story_init(&w, 2);
    w.ward.ward.snapshot_leaves = 6;
    take(&w, 0, 100);
    sync(&w, 0);
    for (uint32_t i = 1; i <= 12; i += 2) {
        issue(&w, 0, i, 100, (i + 1) / 2);
        issue(&w, 1, i + 1, i == 5 ? 99 : NOBODY, i == 5 ? 2 : 0);
        sync(&w, i % 3 == 0 ? 1 : 0);
        sync(&w, i % 3 == 0 ? 0 : 1);
    }
    enter(&w, 0, 2, 100, 7);
    CHECK_EQ(sim_node_close(&w.device[0], &w.cell, ACCESS_A, paper()->number, &second, CLOSE_STEP_VOID), ERR_OK);
    sync(&w, 0);
    sim_node_device_init(&w.device[2], 102);
    sim_node_invite(&w.ward, &w.home, ROLE_CLERK, secret);
    CHECK_EQ(sim_link_enrol(&w.ward, &w.device[2], secret), ERR_OK);
    sync(&w, 2);
    sim_story_scope(w.device[2].store, &w.cell, ACCESS_A, &s);
    CHECK(s.from > 0);
    show(&w, w.ward.store, 1, 12, &want);
    show(&w, w.device[2].store, 1, 12, &got);
    CHECK_STR(buf_cstr(&want), "1=1 2=7 3=2 4=… 5=3 6=2a 7=4 8=… 9=5 10=… 11=6 12=…");
    CHECK_STR(buf_cstr(&got), buf_cstr(&want));
    buf_deinit(&want);
    buf_deinit(&got);
    sim_story_deinit(&w);
}

/* --- by chance --- */

#define DEVICES 2
#define STEPS 60
#define PAPERS 64

/* What a device knows of the book as its person sees it, and what it put on paper. */
struct clerk {
    uint32_t book; /* taken by it, NOBODY */
    bool back;     /* and given back */
    uint32_t high; /* the greatest number it printed */
};

struct told {
    char text[16]; /* the number, once any store gave one */
};

static uint32_t draw(uint64_t *chance, uint32_t n)
{
    *chance = *chance * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*chance >> 33) % n;
}

static bool holds(const struct numbers *n, const struct clerk *c)
{
    const struct id mine = named(c->book);

    return c->book != NOBODY && !c->back && n->held && id_equal(&n->book, &mine);
}

static void write_paper(struct sim_story *w, size_t device, struct clerk *c, uint32_t name)
{
    struct numbers n;

    load(w, w->device[device].store, &n);
    if (holds(&n, c)) {
        uint32_t last = number_last(&n, NQ, 2026);
        c->high = (last > c->high ? last : c->high) + 1;
        issue(w, device, name, c->book, c->high);
    } else {
        issue(w, device, name, NOBODY, 0);
    }
    number_list_deinit(&n);
}

/* One that waits, if the device holds the book. */
static void enter_one(struct sim_story *w, size_t device, struct clerk *c)
{
    const struct number *list;
    struct numbers n;

    load(w, w->device[device].store, &n);
    list = (const struct number *)(const void *)n.list.p;
    for (size_t i = 0; holds(&n, c) && i < n.list.n / sizeof *list; i++) {
        uint32_t last = number_last(&n, NQ, 2026);
        if (list[i].state != NUMBER_WAITS)
            continue;
        c->high = (last > c->high ? last : c->high) + 1;
        enter(w, device, (uint32_t)(list[i].record.b[0] << 8 | list[i].record.b[1]), c->book, c->high);
        break;
    }
    number_list_deinit(&n);
}

/* Nothing is doubled, and what was told once stays so. */
static void look(struct sim_story *w, struct memstore *m, struct told *told, uint32_t papers)
{
    struct buf text[PAPERS] = {{0}};
    struct numbers n;

    load(w, m, &n);
    for (uint32_t i = 1; i <= papers; i++) {
        const struct id id = named(i);
        const struct number *number = number_of(&n, &id);

        if (number == NULL || number->state == NUMBER_WAITS)
            continue;
        number_print(number, &text[i]);
        if (told[i].text[0] != 0)
            CHECK_STR(buf_cstr(&text[i]), told[i].text);
        snprintf(told[i].text, sizeof told[i].text, "%s", buf_cstr(&text[i]));
        for (uint32_t k = 1; k < i; k++)
            CHECK(!bytes_equal(buf_bytes(&text[i]), buf_bytes(&text[k])));
    }
    for (uint32_t i = 1; i <= papers; i++)
        buf_deinit(&text[i]);
    number_list_deinit(&n);
}

static void act(struct sim_story *w, uint64_t *chance, struct clerk *clerk, uint32_t *papers, uint32_t *books)
{
    size_t d = draw(chance, DEVICES);

    switch (draw(chance, 8)) {
    case 0:
        clerk[d] = (struct clerk){.book = 200 + ++*books};
        take(w, d, clerk[d].book);
        break;
    case 1:
        if (clerk[d].book != NOBODY && !clerk[d].back)
            give_back(w, d, clerk[d].book);
        clerk[d].back = true;
        break;
    case 2:
        sync(w, d);
        enter_one(w, d, &clerk[d]); /* once after each session: the store does not show what it wrote and has not sent */
        break;
    case 3:
        sync(w, d);
        break;
    default:
        if (*papers + 1 < PAPERS)
            write_paper(w, d, &clerk[d], ++*papers);
    }
}

TEST(no_number_is_ever_doubled_or_changed_by_chance)
{
    for (uint64_t seed = 1; seed <= 25; seed++) {
        struct told told[PAPERS] = {{{0}}};
        struct clerk clerk[DEVICES] = {{0}};
        uint32_t papers = 0, books = 0;
        uint64_t chance = seed;
        struct buf a = {0}, b = {0};
        struct sim_story w;

        sim_story_init(&w, DEVICES);
        for (unsigned step = 0; step < STEPS; step++) {
            act(&w, &chance, clerk, &papers, &books);
            look(&w, w.ward.store, told, papers);
            for (size_t d = 0; d < DEVICES; d++)
                look(&w, w.device[d].store, told, papers);
        }
        for (size_t d = 0; d < 2 * DEVICES; d++)
            sync(&w, d % DEVICES);
        show(&w, w.ward.store, 1, papers, &a);
        for (size_t d = 0; d < DEVICES; d++) {
            show(&w, w.device[d].store, 1, papers, &b);
            CHECK_STR(buf_cstr(&b), buf_cstr(&a));
        }
        buf_deinit(&a);
        buf_deinit(&b);
        sim_story_deinit(&w);
    }
}
