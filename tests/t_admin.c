/* t_admin.c - the operator's requests inside a transaction, and the whole commands: same answers, right statuses. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../common/disk.h"
#include "../proto/enrol.h"
#include "../proto/invite.h"
#include "../server/admin.h"
#include "../server/cmd.h"

#define NOW 1800000000u

struct world {
    char *dir;
    struct home home;
    struct buf answer;
    struct bytes rows;
    struct buf cut;
};

static void world_init(struct world *w)
{
    const struct home_settings s = {
        .name = "Phường Tân Thanh", .code = "PHUONG", .listen = "127.0.0.1:7440", .cert_days = 10};
    *w = (struct world){.dir = disk_join(test_dir(), "phuong")};
    crypto_init();
    CHECK_EQ(home_create(w->dir, &s, NOW), ERR_OK);
    CHECK_EQ(home_open(w->dir, KV_WRITE, &w->home), ERR_OK);
}

static void world_deinit(struct world *w)
{
    buf_deinit(&w->answer);
    buf_deinit(&w->cut);
    home_close(&w->home);
    free(w->dir);
}

static enum err run_bytes(struct world *w, struct bytes request)
{
    struct safe_txn t;
    CHECK_EQ(safe_begin(&w->home.safe, true, &t), ERR_OK);
    const enum err e = admin_run(&w->home, &t.txn, request, NOW, &w->answer, &w->cut);
    if (e == ERR_OK)
        CHECK_EQ(safe_commit(&t), ERR_OK);
    else
        safe_abort(&t);
    const enum err said = admin_answer_open(buf_bytes(&w->answer), &w->rows);
    CHECK(e == ERR_OK || e == said);
    return said;
}

static enum err run(struct world *w, const struct admin_request *r)
{
    struct buf request = {0};
    admin_request_encode(r, &request);
    const enum err e = run_bytes(w, buf_bytes(&request));
    buf_deinit(&request);
    return e;
}

static enum err org_add(struct world *w, const char *code, const char *name, uint64_t type)
{
    return run(w, &(struct admin_request){.command = ADMIN_ORG_ADD, .text = {code, name}, .number = type});
}

static enum err invite(struct world *w, const char *org, const char *person, uint64_t role)
{
    return run(w, &(struct admin_request){
                      .command = ADMIN_INVITE, .text = {org, person}, .number = role, .days = 3});
}

static size_t count_rows(struct world *w)
{
    struct bytes rows = w->rows, row;
    size_t n = 0;
    while (admin_answer_next(&rows, &row))
        n++;
    return n;
}

TEST(organisations_are_added_once_and_listed)
{
    struct world w;
    world_init(&w);
    CHECK_EQ(org_add(&w, "CB-014", "Tổ dân phố 14", ORG_TDP), ERR_OK);
    CHECK_EQ(count_rows(&w), 1);
    CHECK_EQ(org_add(&w, "CB-014", "Khác", ORG_TDP), ERR_EXISTS);
    CHECK_EQ(org_add(&w, "PHUONG", "Khác", ORG_TDP), ERR_EXISTS);
    CHECK_EQ(org_add(&w, "cb", "Khác", ORG_TDP), ERR_BAD_VALUE);
    CHECK_EQ(org_add(&w, "CB-1", "Khác", ORG_WARD), ERR_BAD_VALUE);
    CHECK_EQ(org_add(&w, "CB-1", "Khác", ORG_TYPE_END), ERR_BAD_VALUE);
    CHECK_EQ(org_add(&w, "CB-1", "", ORG_TDP), ERR_MISSING_FIELD);
    CHECK_EQ(org_add(&w, "CB-1", "Ky\xcc\x83", ORG_TDP), ERR_NOT_NFC); /* y and a tilde that stands alone */
    CHECK_EQ(org_add(&w, "CB-1", "hai  dấu cách", ORG_TDP), ERR_NOT_NFC);
    CHECK_EQ(run(&w, &(struct admin_request){.command = ADMIN_ORG_LIST}), ERR_OK);
    CHECK_EQ(count_rows(&w), 2);
    world_deinit(&w);
}

TEST(an_invite_leads_to_this_server)
{
    struct world w;
    struct invite in, again;
    struct bytes row;
    struct buf text = {0};
    struct mp r;
    world_init(&w);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(invite(&w, "PHUONG", "Nguyễn Thị Hoà", ROLE_CLERK), ERR_OK);
        CHECK(admin_answer_next(&w.rows, &row));
        mp_open(&r, row);
        mp_expect_array(&r, 1);
        buf_clear(&text);
        buf_put_bytes(&text, mp_str(&r, 1000));
        CHECK_EQ(mp_close(&r), ERR_OK);
        CHECK_EQ(invite_parse(buf_cstr(&text), i == 0 ? &in : &again), ERR_OK);
    }
    CHECK_STR(in.address, "127.0.0.1:7440");
    CHECK_MEM(in.pin, w.home.pin, sizeof(in.pin));
    CHECK(memcmp(in.secret, again.secret, sizeof(in.secret)) != 0);
    CHECK_EQ(invite(&w, "CB-404", "Nguyễn Thị Hoà", ROLE_CLERK), ERR_NO_SUCH_RECORD);
    CHECK_EQ(invite(&w, "PHUONG", "", ROLE_CLERK), ERR_MISSING_FIELD);
    CHECK_EQ(invite(&w, "PHUONG", "A", ROLE_NONE), ERR_BAD_VALUE);
    CHECK_EQ(invite(&w, "PHUONG", "A", ROLE_COUNT), ERR_BAD_VALUE);
    buf_deinit(&text);
    world_deinit(&w);
}

static void put_device(struct world *w, uint8_t first, uint8_t second)
{
    struct ward_device d = {.id = {{first, second, 0xcd, 0xef}}};
    struct safe_txn t;
    CHECK_EQ(safe_begin(&w->home.safe, true, &t), ERR_OK);
    CHECK_EQ(ward_device_save(&t.txn, &d), ERR_OK);
    CHECK_EQ(safe_commit(&t), ERR_OK);
}

static enum err revoke_device(struct world *w, const char *prefix)
{
    return run(w, &(struct admin_request){.command = ADMIN_REVOKE, .text = {prefix}});
}

TEST(a_device_is_revoked_by_a_prefix_that_names_one)
{
    struct world w;
    world_init(&w);
    put_device(&w, 0xab, 0x01);
    put_device(&w, 0xab, 0x02);
    CHECK_EQ(revoke_device(&w, "ab01c"), ERR_BAD_VALUE);
    CHECK_EQ(revoke_device(&w, "ab03cd"), ERR_NO_SUCH_RECORD);
    CHECK_EQ(w.cut.n, 0);
    CHECK_EQ(revoke_device(&w, "AB02CD"), ERR_OK);
    CHECK(w.cut.n == ID_SIZE && w.cut.p[1] == 2);
    CHECK_EQ(revoke_device(&w, "ab02cd"), ERR_OK); /* twice is as good as once */
    CHECK_EQ(run(&w, &(struct admin_request){.command = ADMIN_DEVICES}), ERR_OK);
    CHECK_EQ(count_rows(&w), 2);
    CHECK_EQ(w.cut.n, 0);
    world_deinit(&w);
}

TEST(two_devices_of_one_prefix_are_none)
{
    struct world w;
    struct ward_device d = {.id = {{0xab, 0x01, 0xcd, 0x00}}};
    struct safe_txn t;
    world_init(&w);
    put_device(&w, 0xab, 0x01);
    CHECK_EQ(safe_begin(&w.home.safe, true, &t), ERR_OK);
    CHECK_EQ(ward_device_save(&t.txn, &d), ERR_OK);
    CHECK_EQ(safe_commit(&t), ERR_OK);
    CHECK_EQ(revoke_device(&w, "ab01cd"), ERR_AMBIGUOUS);
    CHECK_EQ(revoke_device(&w, "ab01cd0"), ERR_OK);
    world_deinit(&w);
}

/* A row of a device that was changed behind our back: the request fails, and the answer says why. */
TEST(damage_is_an_answer_too)
{
    struct world w;
    struct safe_txn t;
    const uint8_t id[ID_SIZE] = {1};
    world_init(&w);
    CHECK_EQ(safe_begin(&w.home.safe, true, &t), ERR_OK);
    CHECK_EQ(kv_put(&t.kv, TABLE_device, bytes_of(id, sizeof(id)), bytes_of_str("a row without its tag")),
             ERR_OK);
    CHECK_EQ(safe_commit(&t), ERR_OK);
    CHECK_EQ(run(&w, &(struct admin_request){.command = ADMIN_DEVICES}), ERR_DAMAGED);
    world_deinit(&w);
}

TEST(requests_that_are_none_are_refused)
{
    static const char *const hex[] = {"", "c0", "90", "96a5302e312e30", "91a1ff"};
    struct world w;
    struct buf request = {0};
    world_init(&w);
    for (size_t i = 0; i < ARRAY_LEN(hex); i++) {
        buf_clear(&request);
        hex_to_buf(hex[i], &request);
        CHECK_EQ(run_bytes(&w, buf_bytes(&request)), ERR_BAD_FRAME);
    }
    buf_clear(&request);
    mp_put_array(&request, 6);
    mp_put_str(&request, bytes_of_str("999.0.0"));
    for (int i = 0; i < 5; i++)
        mp_put_uint(&request, 1);
    CHECK_EQ(run_bytes(&w, buf_bytes(&request)), ERR_TOO_NEW);
    buf_deinit(&request);
    world_deinit(&w);
}

/* ---- whole commands ---- */

/* Silent: what is said is tests/e2e/server.sh's matter. */
static int command(const char *const *words, size_t n)
{
    char *argv[16];
    FILE *out = stdout, *err = stderr;
    for (size_t i = 0; i < n; i++) {
        argv[i] = strdup(words[i]);
        assert(argv[i] != NULL);
    }
    stdout = fopen("/dev/null", "w");
    stderr = fopen("/dev/null", "w");
    const int status = cmd_main((int)n, argv);
    fclose(stdout);
    fclose(stderr);
    stdout = out;
    stderr = err;
    for (size_t i = 0; i < n; i++)
        free(argv[i]);
    return status;
}

/* One process has a store open once. */
static void reopen(struct world *w, bool open)
{
    home_close(&w->home);
    if (open)
        CHECK_EQ(home_open(w->dir, KV_WRITE, &w->home), ERR_OK);
}

#define COMMAND(...) \
    command((const char *const[]){"chibod", __VA_ARGS__}, ARRAY_LEN(((const char *const[]){"chibod", __VA_ARGS__})))

TEST(a_store_of_a_newer_program_is_status_18)
{
    struct world w;
    struct safe_txn t;
    uint8_t version[4];
    world_init(&w);
    reopen(&w, false);
    CHECK_EQ(COMMAND("tong-hop", w.dir), 0);
    reopen(&w, true);
    store_u32(version, HOME_VERSION + 1);
    CHECK_EQ(safe_begin(&w.home.safe, true, &t), ERR_OK);
    CHECK_EQ(store_put(&t.txn, TABLE_meta, bytes_of_str("version"), bytes_of(version, 4)), ERR_OK);
    CHECK_EQ(safe_commit(&t), ERR_OK);
    reopen(&w, false);
    CHECK_EQ(COMMAND("tong-hop", w.dir), 18);
    CHECK_EQ(COMMAND("don-vi", w.dir, "liet-ke"), 18);
    CHECK_EQ(COMMAND("chay", w.dir), 18);
    world_deinit(&w);
}

TEST(names_are_cleaned_on_their_way_in)
{
    struct world w;
    struct bytes row;
    world_init(&w);
    static const char typed[] = " Cho\xcc\x9b\xcc\xa3  Mo\xcc\x9b\xcc\x81i "; /* each mark by itself */
    reopen(&w, false);
    CHECK_EQ(COMMAND("org", w.dir, "add", "--code", "CB-1", "--name", typed, "--type", "TDP"), 0);
    reopen(&w, true);
    CHECK_EQ(run(&w, &(struct admin_request){.command = ADMIN_ORG_LIST}), ERR_OK);
    CHECK(admin_answer_next(&w.rows, &row));
    struct mp r;
    mp_open(&r, row);
    mp_expect_array(&r, 4);
    CHECK_BYTES(mp_str(&r, 100), bytes_of_str("CB-1"));
    CHECK_BYTES(mp_str(&r, 100), bytes_of_str("Ch\xe1\xbb\xa3 M\xe1\xbb\x9bi"));
    CHECK_BYTES(mp_str(&r, 100), bytes_of_str("TDP"));
    CHECK_EQ(mp_array(&r, 1), 0); /* no successors */
    CHECK_EQ(mp_close(&r), ERR_OK);
    world_deinit(&w);
}
