/* t_client_book.c - the client's home: made whole, one transaction at a time; records split by class; choices by number.
 *
 *     t_client_book --digest HOME    of what the book says, for tests/bad_test.sh: the same before and after a bad command.
 *                                    Keys and sessions of TLS are left out, they say nothing; so is how the last exchange ended. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../client/choice.h"
#include "../client/fields.h"
#include "../client/record.h"
#include "../client/refs.h"
#include "../client/word.h"
#include "../common/language.h"
#include "../proto/draft.h"
#include "test.h"

#define TODAY 20261104

/* --- digest --- */

struct summing {
    enum table table;
    uint64_t sum;
};

static bool sum_visit(void *arg, struct bytes key, struct bytes value)
{
    struct summing *s = arg;
    uint8_t hash[16], table = (uint8_t)s->table;
    struct bytes pieces[] = {bytes_of(&table, 1), key, bytes_of("", 1), value};
    /* What an exchange keeps of itself says nothing of what is in the book. */
    if (s->table == TABLE_meta && key.n > 4 &&
        (memcmp(key.p, "tls ", 4) == 0 || memcmp(key.p, "sync", 4) == 0 || bytes_equal(key, bytes_of_str("attempt"))))
        return true;
    crypto_blake2b(hash, sizeof(hash), bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
    s->sum += load_u64(hash); /* rows come in any order */
    return true;
}

static enum err digest(const char *home, uint64_t *out)
{
    struct book b;
    struct summing s = {0};
    enum err e = book_init(&b, home);
    if (e == ERR_OK)
        e = book_open(&b, KV_READ);
    if (e == ERR_OK)
        e = book_begin(&b, false);
    for (unsigned t = 0; e == ERR_OK && t < TABLE_COUNT; t++) {
        s.table = (enum table)t;
        e = store_scan(book_txn(&b), (enum table)t, bytes_of(NULL, 0), sum_visit, &s);
    }
    book_deinit(&b);
    *out = s.sum;
    return e;
}

/* --- the book --- */

struct world {
    struct book b;
    struct refs refs;
    char home[256];
};

static void world_init(struct world *w)
{
    static unsigned count;
    memset(w, 0, sizeof(*w));
    snprintf(w->home, sizeof(w->home), "%s/%u/deep", test_dir(), ++count);
    CHECK_EQ(book_init(&w->b, w->home), ERR_OK);
    CHECK_EQ(book_create(&w->b, "CB-014", "Chi bộ 14"), ERR_OK);
    refs_init(&w->refs, &w->b);
}

static void world_deinit(struct world *w)
{
    refs_deinit(&w->refs);
    book_deinit(&w->b);
}

/* "name=value;name=value" into a record of this kind. */
static enum err put(struct world *w, const char *kind, const char *words, struct record_written *out)
{
    const struct kind_info *k = schema_kind_named(kind);
    char copy[512], why[ENTRY_WHY_SIZE], *rest = copy, *word;
    struct fields f;
    enum err e = book_begin(&w->b, true);

    snprintf(copy, sizeof(copy), "%s", words);
    fields_init(&f, k);
    while (e == ERR_OK && (word = strsep(&rest, ";")) != NULL) {
        char *value = strchr(word, '=');
        *value++ = 0;
        e = fields_set(&f, schema_field_named(k, word), value, TODAY, &w->refs.entry, why);
    }
    if (e == ERR_OK)
        e = record_create(&w->b, &f, NULL, out);
    if (e == ERR_OK)
        e = book_commit(&w->b);
    book_abort(&w->b);
    fields_deinit(&f);
    return e;
}

TEST(a_home_is_private_and_made_once)
{
    struct world w;
    struct stat s;
    struct book again;

    world_init(&w);
    CHECK_EQ(stat(w.home, &s), 0);
    CHECK_EQ(s.st_mode & 0777, 0700);
    CHECK_EQ(book_init(&again, w.home), ERR_OK);
    CHECK_EQ(book_create(&again, "CB-015", "Chi bộ 15"), ERR_EXISTS);
    book_deinit(&again);
    CHECK_EQ(book_init(&again, test_dir()), ERR_OK);
    CHECK_EQ(book_open(&again, KV_READ), ERR_NO_STORE);
    CHECK_EQ(book_create(&again, "không", "x"), ERR_BAD_VALUE);
    CHECK_EQ(book_create(&again, "CB-015", ""), ERR_BAD_VALUE);
    CHECK_EQ(book_open(&again, KV_READ), ERR_NO_STORE);
    book_deinit(&again);
    world_deinit(&w);
}

TEST(a_store_whose_key_is_gone_is_damaged_and_gets_no_other_key)
{
    struct world w;
    struct book again;
    char key[300];

    world_init(&w);
    world_deinit(&w);
    snprintf(key, sizeof(key), "%s/khoa", w.home);
    CHECK_EQ(unlink(key), 0);
    CHECK_EQ(book_init(&again, w.home), ERR_OK);
    CHECK_EQ(book_open(&again, KV_READ), ERR_DAMAGED);
    CHECK_EQ(book_create(&again, "CB-014", "Chi bộ 14"), ERR_DAMAGED);
    CHECK(access(key, F_OK) != 0);
    book_deinit(&again);
}

/* The name of a member is for the cell (class A), all else for its officers and the ward (B): two parts, one id. */
TEST(a_record_is_split_by_class)
{
    struct world w;
    struct record_written r;
    struct view v;

    world_init(&w);
    REQUIRE(put(&w, "member", "family_name=Lò;given_name=Thử;gender=male;born=1961;phone=0912", &r) == ERR_OK);
    CHECK_EQ(r.changes, 2);
    CHECK(!r.existed);
    REQUIRE(book_begin(&w.b, false) == ERR_OK);
    REQUIRE(replica_view(book_txn(&w.b), &w.b.replica, 1, &r.id, &v) == ERR_OK);
    CHECK_EQ(v.parts, 2);
    CHECK_EQ(v.part[0].access, ACCESS_A);
    CHECK_EQ(v.part[0].part.entries, 2);
    CHECK_EQ(v.part[1].access, ACCESS_B);
    CHECK_EQ(v.part[1].part.entries, 3);
    CHECK_EQ(v.part[0].unsealed, 1);
    replica_view_deinit(&v);
    book_abort(&w.b);
    world_deinit(&w);
}

TEST(what_is_missing_or_wrong_writes_nothing)
{
    struct world w;
    struct record_written r;
    uint64_t before, after;

    world_init(&w);
    REQUIRE(digest(w.home, &before) == ERR_OK);
    CHECK_EQ(put(&w, "task", "from=4/11/2026", &r), ERR_MISSING_FIELD);
    CHECK(r.field != NULL && strcmp(r.field->name, "duty") == 0);
    CHECK_EQ(put(&w, "task", "duty=x;from=31/11/2026", &r), ERR_BAD_DATE);
    CHECK_EQ(put(&w, "task", "duty=x;duty=y", &r), ERR_USAGE);
    REQUIRE(digest(w.home, &after) == ERR_OK);
    CHECK_EQ(after, before);
    CHECK_EQ(put(&w, "task", "duty=x;from=4/11/2026", &r), ERR_OK);
    REQUIRE(digest(w.home, &after) == ERR_OK);
    CHECK(after != before);
    world_deinit(&w);
}

TEST(a_taken_natural_key_is_written_into)
{
    struct world w;
    struct record_written m, r, again;

    world_init(&w);
    REQUIRE(put(&w, "member", "family_name=Lò;given_name=Thử;gender=male;born=1961", &m) == ERR_OK);
    REQUIRE(put(&w, "meeting", "type=regular;period=11/2026;date=4/11/2026;start=19:00;chair=Thử;scribe=Thử", &r) == ERR_OK);
    REQUIRE(put(&w, "meeting", "type=regular;period=11/2026;date=5/11/2026;start=19:00;chair=Thử;scribe=Thử", &again) == ERR_OK);
    CHECK(id_equal(&r.id, &again.id));
    CHECK(again.existed);
    CHECK_EQ(again.changes, 1);
    REQUIRE(put(&w, "meeting", "type=regular;period=11/2026;date=5/11/2026;start=19:00;chair=Thử;scribe=Thử", &again) == ERR_OK);
    CHECK_EQ(again.changes, 0);
    REQUIRE(put(&w, "meeting", "type=topic;period=11/2026;date=5/11/2026;start=19:00;chair=Thử;scribe=Thử", &again) == ERR_OK);
    CHECK(!id_equal(&r.id, &again.id));
    world_deinit(&w);
}

/* --- choices and words --- */

TEST(a_list_is_sorted_by_given_name_and_chosen_from_by_number)
{
    static const struct {
        const char *text;
        enum err err;
        const char *chosen;
    } rows[] = {
        {"", ERR_OK, "0000"},      {"2", ERR_OK, "0100"},        {"1,4", ERR_OK, "1001"},     {" 1 , 3 ", ERR_OK, "1010"},
        {"2-4", ERR_OK, "0111"},   {"0", ERR_BAD_VALUE, ""},     {"5", ERR_BAD_VALUE, ""},    {"1;2", ERR_OK, "1100"},
        {"x", ERR_BAD_VALUE, ""},  {"1x", ERR_BAD_VALUE, ""},    {"4-2", ERR_BAD_VALUE, ""},  {"1-", ERR_BAD_VALUE, ""},
        {"99999999999999999999", ERR_BAD_VALUE, ""},
    };
    static const char *const sorted[] = {"Quàng Dụ", "Trần Giả", "Nguyễn Mẫu", "Lò Thử"};
    struct world w;
    struct record_written r;
    struct choice c;

    world_init(&w);
    CHECK_EQ(put(&w, "member", "family_name=Lò;given_name=Thử;gender=male;born=1961", &r), ERR_OK);
    CHECK_EQ(put(&w, "member", "family_name=Nguyễn;given_name=Mẫu;gender=male;born=1961", &r), ERR_OK);
    CHECK_EQ(put(&w, "member", "family_name=Quàng;given_name=Dụ;gender=male;born=1961", &r), ERR_OK);
    CHECK_EQ(put(&w, "member", "family_name=Trần;given_name=Giả;gender=male;born=1961", &r), ERR_OK);
    REQUIRE(book_begin(&w.b, false) == ERR_OK);
    REQUIRE(choice_load(&c, &w.b, 1, &w.b.replica.org) == ERR_OK);
    book_abort(&w.b);
    REQUIRE(c.count == 4);
    for (size_t i = 0; i < 4; i++)
        CHECK_STR(buf_cstr(&c.item[i].title), sorted[i]);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bool chosen[4] = {false};
        CHECK_EQ(choice_numbers(&c, rows[i].text, chosen), rows[i].err);
        for (size_t k = 0; rows[i].err == ERR_OK && k < 4; k++)
            CHECK_EQ(chosen[k], rows[i].chosen[k] == '1');
    }
    choice_deinit(&c);
    world_deinit(&w);
}

TEST(words_are_the_same_without_marks)
{
    const char *close;
    CHECK(word_is("Đồng bộ", "dong-bo"));
    CHECK(word_is("DONG_BO", "đồng-bộ"));
    CHECK(!word_is("dong", "dong-bo"));
    CHECK(!word_is("\xff", "dong-bo"));
    CHECK(word_kind("Việc", NULL) == schema_kind_named("task"));
    CHECK(word_kind("doc-in", NULL) == schema_kind_named("doc_in"));
    CHECK(word_kind("viecc", &close) == NULL);
    CHECK_STR(close, "viec");
    CHECK(word_field(schema_kind_named("task"), "DUTY", NULL) == schema_field_named(schema_kind_named("task"), "duty"));
}

TEST(names_find_records)
{
    struct world w;
    struct record_written a, b;
    struct id id;
    uint32_t kind;

    world_init(&w);
    CHECK_EQ(put(&w, "member", "family_name=Lò;middle_name=Văn;given_name=Thử;gender=male;born=1961", &a), ERR_OK);
    CHECK_EQ(put(&w, "member", "family_name=Lò;middle_name=Thị;given_name=Thử;gender=male;born=1961", &b), ERR_OK);
    REQUIRE(book_begin(&w.b, false) == ERR_OK);
    CHECK_EQ(refs_find(&w.refs, 1, "lo van thu", &kind, &id), ERR_OK);
    CHECK(id_equal(&id, &a.id));
    CHECK_EQ(refs_find(&w.refs, 1, "thị thử", &kind, &id), ERR_OK);
    CHECK(id_equal(&id, &b.id));
    CHECK_EQ(refs_find(&w.refs, 1, "thử", &kind, &id), ERR_AMBIGUOUS);
    CHECK_EQ(refs_find(&w.refs, 1, "giả", &kind, &id), ERR_NO_SUCH_RECORD);
    CHECK_EQ(refs_find(&w.refs, 0, "thử", &kind, &id), ERR_BAD_VALUE);
    book_abort(&w.b);
    world_deinit(&w);
}

int main(int argc, char **argv)
{
    uint64_t sum;
    crypto_init();
    if (argc == 3 && strcmp(argv[1], "--digest") == 0) {
        enum err e = digest(argv[2], &sum);
        printf("%s %016llx\n", err_name(e), (unsigned long long)sum);
        return 0;
    }
    return test_run(argc, argv);
}
