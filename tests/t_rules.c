/* t_rules.c - packs of rules: what comes with the program, which one counts on a day, and what is said of a broken one.
 * The values expected are those of the regulations (docs/rules.md), not of the files. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "../client/rules.h"
#include "../client/rules_texts.h"
#include "../common/date.h"
#include "test.h"

static struct id org_of(uint8_t b)
{
    struct id id = {{b}};
    return id;
}

static enum err add(struct rules *r, const struct id *org, const char *text, struct rules_fault *fault)
{
    return rules_read(r, bytes_of_str(text), org, false, fault);
}

static uint32_t minutes(const struct rules *r, const struct id *org, uint32_t date)
{
    uint32_t n = 0;
    return rules_integer(rules_choose(r, org, "sinh-hoat", date), "phut_toi_thieu", &n) ? n : 0;
}

TEST(each_era_has_its_rules)
{
    static const struct row {
        const char *name;
        uint32_t date;
        const char *source;
    } rows[] = {
        {"sinh-hoat", 20150604, "09-HD/BTCTW"}, {"sinh-hoat", 20251027, "12-HD/BTCTW"},
        {"sinh-hoat", 20251028, "42-HD/BTCTW"}, {"sinh-hoat", 20261104, "42-HD/BTCTW"},
        {"dang-phi", 20150604, "342-QĐ/TW"},    {"dang-phi", 20260131, "342-QĐ/TW"},
        {"dang-phi", 20260201, "01-QĐ/TW"},     {"cu-tru", 20150604, "76-QĐ/TW"},
        {"cu-tru", 20261104, "213-QĐ/TW"},      {"xep-loai", 20250830, "366-QĐ/TW"},
        {"kiem-tra", 20261104, "296-QĐ/TW"},    {"the-thuc", 20261104, "36-HD/VPTW"},
    };
    struct rules r;

    rules_init(&r);
    rules_built_in(&r);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct rules_pack *p = rules_choose(&r, NULL, rows[i].name, rows[i].date);
        if (!CHECK(p != NULL && p->source != NULL))
            continue;
        CHECK_STR(p->source, rows[i].source);
    }
    rules_deinit(&r);
}

TEST(numbers_of_2015_and_of_2026)
{
    struct rules r;
    uint32_t n = 0;

    rules_init(&r);
    rules_built_in(&r);
    CHECK_EQ(minutes(&r, NULL, 20150604), 0); /* nobody verified one */
    CHECK_EQ(minutes(&r, NULL, 20200604), 90);
    CHECK_EQ(minutes(&r, NULL, 20261104), 90);
    const struct rules_pack *now = rules_choose(&r, NULL, "sinh-hoat", 20261104);
    CHECK(rules_integer(now, "phut_toi_thieu_kem_chuyen_de", &n) && n == 120);
    CHECK(rules_choose(&r, NULL, "cham-diem", 20150604) == NULL);
    CHECK(rules_integer(rules_choose(&r, NULL, "cham-diem", 20261104), "kha", &n) && n == 70);
    CHECK_STR(rules_text(rules_choose(&r, NULL, "xep-loai", 20151231), "ten_khong"), "Yếu kém");
    CHECK_STR(rules_text(rules_choose(&r, NULL, "xep-loai", 20261231), "ten_khong"), "Không hoàn thành nhiệm vụ");
    const struct rules_pack *old = rules_choose(&r, NULL, "dang-phi", 20150604);
    const struct rules_pack *fees = rules_choose(&r, NULL, "dang-phi", 20261104);
    CHECK(!rules_integer(old, "sinh_vien_dong", &n) && !rules_integer(old, "mien_tuoi_dang", &n));
    CHECK(rules_integer(fees, "sinh_vien_dong", &n) && n == 5000);
    CHECK(rules_integer(fees, "luong_phan_nghin", &n) && n == 10);
    CHECK(rules_integer(fees, "huu_phan_nghin", &n) && n == 5);
    CHECK(rules_integer(fees, "mien_tuoi_dang", &n) && n == 50);
    CHECK(rules_item(fees, "giam_phan_tram", 2, &n) && n == 70 && !rules_item(fees, "giam_phan_tram", 3, &n));
    CHECK(rules_choose(&r, NULL, "huy-hieu", 20150604) == NULL);
    const struct rules_pack *badges = rules_choose(&r, NULL, "huy-hieu", 20261104);
    CHECK(rules_item(badges, "nam", 0, &n) && n == 30);
    CHECK(rules_item(badges, "dot", 3, &n) && n == 1107);
    CHECK(rules_integer(rules_choose(&r, NULL, "ket-nap", 20261104), "thang_du_bi", &n) && n == 12);
    CHECK(rules_integer(rules_choose(&r, NULL, "chuyen-sinh-hoat", 20261104), "ngay_trinh", &n) && n == 30);
    rules_deinit(&r);
}

/* Between the packs of one name that come with the program there is neither a gap nor a day with two. */
TEST(built_in_packs_follow_each_other)
{
    struct rules r;

    rules_init(&r);
    rules_built_in(&r);
    CHECK_EQ(r.count, rules_texts_count);
    for (size_t i = 0; i < r.count; i++) {
        const struct rules_pack *p = &r.pack[i], *next = NULL;
        for (size_t j = 0; j < r.count; j++) {
            const struct rules_pack *q = &r.pack[j];
            if (strcmp(q->name, p->name) != 0 || i == j)
                continue;
            CHECK(q->from != p->from);
            if (q->from > p->from && (next == NULL || q->from < next->from))
                next = q;
        }
        CHECK_EQ(p->to == 0, next == NULL);
        if (next != NULL && p->to != 0)
            CHECK_EQ(date_to_days(p->to) + 1, date_to_days(next->from));
    }
    rules_deinit(&r);
}

TEST(all_files_of_the_folder_are_in_the_program)
{
    DIR *dir = opendir("rules");
    size_t files = 0;

    REQUIRE(dir != NULL);
    for (const struct dirent *d = readdir(dir); d != NULL; d = readdir(dir))
        files += strstr(d->d_name, ".ini") != NULL;
    closedir(dir);
    CHECK_EQ(files, rules_texts_count);
}

#define HEAD(version, from, more) \
    "[pack]\nname = sinh-hoat\ntitle = Thử\nversion = " version "\nfrom = " from "\n" more "[hop]\nphut_toi_thieu = "

TEST(the_newest_version_whose_days_cover_the_date)
{
    struct id here = org_of(1), other = org_of(2);
    struct rules_fault fault;
    struct rules r;

    rules_init(&r);
    rules_built_in(&r);
    /* the ward's own: version 2 for half a year, version 3 inside it, version 1 that says no more than the program */
    CHECK_EQ(add(&r, &here, HEAD("2", "01/06/2026", "to = 30/11/2026\n") "60\n", &fault), ERR_OK);
    CHECK_EQ(add(&r, &here, HEAD("3", "01/09/2026", "to = 30/09/2026\n") "45\n", &fault), ERR_OK);
    CHECK_EQ(add(&r, &here, HEAD("1", "28/10/2025", "") "50\n", &fault), ERR_OK);
    CHECK_EQ(minutes(&r, &here, 20260531), 90);
    CHECK_EQ(minutes(&r, &here, 20260601), 60);
    CHECK_EQ(minutes(&r, &here, 20260831), 60);
    CHECK_EQ(minutes(&r, &here, 20260901), 45);
    CHECK_EQ(minutes(&r, &here, 20260930), 45);
    CHECK_EQ(minutes(&r, &here, 20261001), 60);
    CHECK_EQ(minutes(&r, &here, 20261130), 60);
    CHECK_EQ(minutes(&r, &here, 20261201), 90);
    CHECK_EQ(minutes(&r, &other, 20260901), 90); /* it was sent to one cell */
    CHECK_EQ(minutes(&r, NULL, 20260901), 90);
    CHECK_EQ(minutes(&r, &here, 20100101), 0); /* before all of them */
    rules_deinit(&r);
}

TEST(a_broken_pack_says_where)
{
    static const struct row {
        const char *text;
        enum err err;
        unsigned line;
    } rows[] = {
        {"", ERR_MISSING_FIELD, 0},
        {"[pack]\nname = sinh-hoat\ntitle = x\nversion = 1\n", ERR_MISSING_FIELD, 0},
        {"[pack]\nname = hop-hanh\n", ERR_BAD_VALUE, 2},
        {"; a remark\n\n[pack]\nname = sinh-hoat\ntitle = x\nversion = 0\n", ERR_BAD_VALUE, 6},
        {"[pack]\nname = sinh-hoat\nversion = 1\nfrom = 31/11/2026\n", ERR_BAD_DATE, 4},
        {"[pack]\nname = sinh-hoat\nversion = 1\nfrom = 2026\n", ERR_BAD_DATE, 4},
        {"[pack]\nname = sinh-hoat\nfrom 1/1/2026\n", ERR_BAD_VALUE, 3},
        {"[pack]\nname = sinh-hoat\n[pack\nversion = x\n", ERR_BAD_VALUE, 3},
        {"[hop]\nphut_toi_thieu = 90\n", ERR_MISSING_FIELD, 2},
        {"[pack]\nname = sinh-hoat\nnam = 1\n", ERR_UNKNOWN_FIELD, 3},
        {"[pack]\nname = sinh-hoat\nname = sinh-hoat\n", ERR_BAD_VALUE, 3},
        {HEAD("1", "1/1/2026", "") "5\n", ERR_BAD_VALUE, 7},
        {HEAD("1", "1/1/2026", "") "601\n", ERR_BAD_VALUE, 7},
        {HEAD("1", "1/1/2026", "") "90 phút\n", ERR_BAD_VALUE, 7},
        {HEAD("1", "1/1/2026", "") "-90\n", ERR_BAD_VALUE, 7},
        {HEAD("1", "1/1/2026", "") "99999999999999999999\n", ERR_BAD_VALUE, 7},
        {HEAD("1", "1/1/2026", "") "60, 90\n", ERR_TOO_LONG, 7},
        {HEAD("1", "1/1/2026", "") "\n", ERR_MISSING_FIELD, 7},
        {HEAD("1", "1/1/2026", "") "90\nphut_toi_thieu = 90\n", ERR_BAD_VALUE, 8},
        {HEAD("1", "1/1/2026", "") "90\nso_phut = 90\n", ERR_UNKNOWN_FIELD, 8},
        {HEAD("1", "1/1/2026", "to = 31/12/2025\n") "90\n", ERR_BAD_DATE, 0},
        {"[pack]\nname = huy-hieu\n[huy_hieu]\nnam = 40, 30\n", ERR_BAD_VALUE, 4},
        {"[pack]\nname = huy-hieu\n[huy_hieu]\ndot = 31/04\n", ERR_BAD_VALUE, 4},
        {"[pack]\nname = huy-hieu\n[huy_hieu]\ndot = 03/02,\n", ERR_BAD_VALUE, 4},
    };
    struct rules r;

    rules_init(&r);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct rules_fault fault;
        bool fits = CHECK_EQ(add(&r, NULL, rows[i].text, &fault), rows[i].err);
        if (!CHECK_EQ(fault.line, rows[i].line) || !fits)
            printf("  row %zu: %s\n", i, fault.why);
        CHECK(fault.why[0] != '\0');
    }
    CHECK_EQ(r.count, 0);
    rules_deinit(&r);
}

TEST(bytes_that_are_no_text_and_lines_without_end)
{
    static char line[4000], whole[RULES_TEXT_MAX + 2];
    struct rules_fault fault;
    struct rules r;

    rules_init(&r);
    CHECK_EQ(add(&r, NULL, "[pack]\nname = \xff\n", &fault), ERR_BAD_UTF8);
    CHECK_EQ(rules_read(&r, bytes_of("[pack]\0name = x", 15), NULL, false, &fault), ERR_BAD_VALUE);
    memset(line, 'x', sizeof(line) - 1);
    memcpy(line, "[pack]\n", 7);
    CHECK_EQ(add(&r, NULL, line, &fault), ERR_TOO_LONG);
    CHECK_EQ(fault.line, 2);
    memset(whole, '\n', sizeof(whole) - 1);
    CHECK_EQ(add(&r, NULL, whole, &fault), ERR_TOO_LONG);
    rules_deinit(&r);
}

/* A ward's newer program may know more keys; what this one knows of such a pack counts. */
TEST(a_newer_program_s_pack_is_read_as_far_as_it_is_known)
{
    struct id here = org_of(1);
    struct rules_fault fault;
    struct rules r;
    const char *text = HEAD("9", "1/1/2026", "colour = red\n") "60\nvon_moi = 7\n[moi]\nx = y\n";

    rules_init(&r);
    CHECK_EQ(rules_read(&r, bytes_of_str(text), &here, false, &fault), ERR_UNKNOWN_FIELD);
    CHECK_EQ(rules_read(&r, bytes_of_str(text), &here, true, &fault), ERR_OK);
    CHECK_EQ(minutes(&r, &here, 20260901), 60);
    rules_deinit(&r);
}

/* A text that came from elsewhere does no harm, whatever is in it; the sanitizers watch. What reads can be asked. */
TEST(texts_with_mistakes_do_no_harm)
{
    static uint8_t text[RULES_TEXT_MAX];
    uint64_t chance = 1;
    size_t read = 0;

    for (unsigned round = 0; round < 3000; round++) {
        const struct rules_texts_file *f = &rules_texts[test_random(&chance) % rules_texts_count];
        struct rules_fault fault;
        struct rules r;
        memcpy(text, f->text, f->size);
        for (unsigned i = 0; i < 1 + round % 4; i++)
            text[test_random(&chance) % f->size] = (uint8_t)"\n[]=;, 09/\xff\0az"[test_random(&chance) % 14];
        rules_init(&r);
        bool fits = rules_read(&r, bytes_of(text, f->size), NULL, true, &fault) == ERR_OK;
        CHECK_EQ(r.count, fits);
        for (size_t i = 0; fits && i < r.pack[0].values; i++) {
            const struct rules_value *v = &r.pack[0].value[i];
            uint32_t n;
            CHECK(rules_text(&r.pack[0], v->key->key) == v->text);
            if (v->key->type == RULES_NUMBER)
                CHECK(rules_integer(&r.pack[0], v->key->key, &n) && n >= v->key->least && n <= v->key->most);
        }
        read += fits;
        rules_deinit(&r);
    }
    CHECK(read > 100 && read < 2900);
}

/* xgettext does not see the table: its words are looked for here. */
TEST(every_key_is_said_in_vietnamese)
{
    static char po[1 << 20];
    FILE *f = fopen("po/vi.po", "r");

    REQUIRE(f != NULL);
    po[fread(po, 1, sizeof(po) - 1, f)] = '\0';
    fclose(f);
    for (size_t i = 0; i < rules_key_count; i++) {
        const char *const words[] = {rules_keys[i].label, rules_keys[i].unit};
        for (size_t j = 0; j < ARRAY_LEN(words); j++) {
            char want[200];
            snprintf(want, sizeof(want), "\nmsgid \"%s\"\nmsgstr \"", words[j]);
            const char *at = words[j][0] == '\0' ? po : strstr(po, want);
            if (!CHECK(at != NULL && (at == po || at[strlen(want)] != '"')))
                printf("  without Vietnamese: %s\n", words[j]);
        }
    }
}
