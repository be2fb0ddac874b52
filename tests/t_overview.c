/* t_overview.c - the ward's view of its cells, over parts written by hand; what is expected is counted here, by eye. */
#include "test.h"

#include <stdlib.h>

#include "../proto/mp.h"
#include "../proto/part.h"
#include "../server/overview.h"
#include "../server/print.h"
#include "../server/print_table.h"
#include "../proto/verdict.h"
#include "../proto/ward.h"
#include "memstore.h"

#define TODAY 20261115u

struct world {
    struct memstore *store;
    struct txn txn;
    struct ward ward;
    struct org a, b;
    uint8_t record;
};

static struct org add_org(struct world *w, const char *code, uint8_t seed)
{
    uint8_t random[WARD_RANDOM_SIZE];
    struct org o;
    for (size_t i = 0; i < sizeof(random); i++)
        random[i] = (uint8_t)(seed + i);
    CHECK_EQ(ward_org_add(&w->txn, &w->ward, code, code, ORG_TDP, random, 1800000000), ERR_OK);
    CHECK_EQ(org_by_code(&w->txn, code, &o), ERR_OK);
    return o;
}

static void world_init(struct world *w)
{
    static const uint8_t random[WARD_RANDOM_SIZE] = {1, [16] = 1, [32] = 2, [48] = 3, [64] = 4};
    *w = (struct world){.store = memstore_new(false)};
    crypto_init();
    crypto_sign_keypair(w->ward.public_key, w->ward.secret_key);
    memstore_begin(w->store, true, &w->txn);
    CHECK_EQ(ward_create(&w->txn, &w->ward, "PHUONG", "Phường", random, 1800000000), ERR_OK);
    w->b = add_org(w, "CB-2", 100);
    w->a = add_org(w, "CB-1", 10);
}

static void world_deinit(struct world *w)
{
    memstore_abort(w->store);
    memstore_free(w->store);
}

struct value {
    const char *field;
    uint64_t number;
    uint64_t other; /* not 0: a second candidate */
};

static void add_entry(struct part *p, const struct field_info *f, const struct value *v)
{
    const uint64_t numbers[] = {v->number, v->other};
    static const uint8_t versions[2][VERSION_SIZE] = {{1}, {2}};
    struct entry *e = &p->entry[p->entries++];
    *e = (struct entry){.tag = schema_tag(f)};
    e->count = v->other != 0 ? 2 : 1;
    e->candidate = part_grow(p, NULL, 0, &e->cap, 2, sizeof(*e->candidate));
    for (size_t i = 0; i < e->count; i++) {
        struct buf encoded = {0};
        const struct id named = {{(uint8_t)numbers[i]}};
        if (f->type == TYPE_TEXT)
            mp_put_str(&encoded, bytes_of_str("Hoà"));
        else if (f->type == TYPE_RECORD)
            mp_put_bin(&encoded, named.b, ID_SIZE);
        else
            mp_put_uint(&encoded, numbers[i]);
        e->candidate[i].versions = part_copy(p, bytes_of(versions[i], VERSION_SIZE));
        e->candidate[i].value = part_copy(p, buf_bytes(&encoded));
        e->candidate[i].owns = f->merge == MERGE_OWNER && i == 0; /* the ward wrote it */
        buf_deinit(&encoded);
    }
}

/* The values in the order of their fields' numbers. */
static void put(struct world *w, const struct org *o, enum access access, const char *kind, const struct value *v,
                size_t count)
{
    const struct kind_info *k = schema_kind_named(kind);
    const struct id record = {{++w->record}};
    uint8_t key[STORE_KEY_MAX];
    struct buf encoded = {0};
    struct scope s;
    struct part p;
    part_init(&p);
    p.kind = k->number;
    p.entry = part_grow(&p, NULL, 0, &p.entries_cap, count + 1, sizeof(*p.entry));
    p.change = part_grow(&p, NULL, 0, &p.changes_cap, 1, sizeof(*p.change));
    p.change[p.changes++] = (struct part_change){1, 0};
    for (size_t i = 0; i < count; i++)
        add_entry(&p, schema_field_named(k, v[i].field), &v[i]);
    part_encode(&p, &encoded);
    CHECK_EQ(scope_load(&w->txn, &o->scope[access], &s), ERR_OK);
    CHECK_EQ(store_put(&w->txn, TABLE_part, scope_key_part(key, k->number, &record, s.number), buf_bytes(&encoded)),
             ERR_OK);
    buf_deinit(&encoded);
    part_deinit(&p);
}

#define PUT(org, access, kind, ...) \
    put(&w, org, access, kind, (const struct value[]){__VA_ARGS__}, ARRAY_LEN(((const struct value[]){__VA_ARGS__})))

static struct overview_cell cell_of(struct world *w, const char *code)
{
    struct overview_cell *cells, found = {0};
    size_t count;
    CHECK_EQ(overview_read(&w->txn, TODAY, &cells, &count), ERR_OK);
    CHECK_EQ(count, 2); /* the ward's own organisation is none of them */
    CHECK_STR(cells[0].code, "CB-1");
    for (size_t i = 0; i < count; i++)
        if (strcmp(cells[i].code, code) == 0)
            found = cells[i];
    free(cells);
    return found;
}

TEST(a_cell_without_records)
{
    struct world w;
    world_init(&w);
    const struct overview_cell c = cell_of(&w, "CB-1");
    CHECK(c.meetings + c.present + c.counted + c.members + c.tasks + c.due + c.conflicts + c.contact + c.devices == 0);
    world_deinit(&w);
}

TEST(meetings_held_and_no_others)
{
    struct world w;
    world_init(&w);
    PUT(&w.a, ACCESS_A, "meeting", {"date", 20261103, 0}, {"status", 3, 0});
    PUT(&w.a, ACCESS_A, "meeting", {"date", 20261003, 0}, {"status", 3, 0});
    PUT(&w.a, ACCESS_A, "meeting", {"date", 20261203, 0}, {"status", 1, 0});
    PUT(&w.a, ACCESS_A, "meeting", {"date", 20261203, 0}, {"status", 2, 0});
    PUT(&w.a, ACCESS_A, "meeting", {"date", 20261203, 0});
    PUT(&w.b, ACCESS_A, "meeting", {"date", 20261003, 0}, {"status", 3, 0});
    CHECK_EQ(cell_of(&w, "CB-1").meetings, 2);
    CHECK_EQ(cell_of(&w, "CB-2").meetings, 1);
    world_deinit(&w);
}

/* unmarked 0, present 1, excused 2, unexcused 3, exempt 4, exempt but present 5, elsewhere 6, partial 7 */
TEST(attendance_by_mark)
{
    static const struct { uint64_t mark, present, counted; } rows[] = {
        {0, 0, 0}, {1, 1, 1}, {2, 0, 1}, {3, 0, 1}, {4, 0, 0}, {5, 1, 1}, {6, 0, 0}, {7, 1, 1}, {99, 0, 0}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct world w;
        world_init(&w);
        PUT(&w.a, ACCESS_A, "attendance", {"mark", rows[i].mark, 0});
        CHECK_EQ(cell_of(&w, "CB-1").present, rows[i].present);
        CHECK_EQ(cell_of(&w, "CB-1").counted, rows[i].counted);
        world_deinit(&w);
    }
}

/* `put` numbers the records from 1 on: the members of CB-1 are 1 to 8, those of CB-2 10 and 11. */
TEST(members_by_memberships_in_force_else_by_their_records)
{
    struct world w;
    world_init(&w);
    for (int i = 0; i < 8; i++)
        PUT(&w.a, ACCESS_A, "member", {"family_name", 0, 0}, {"given_name", 0, 0});
    PUT(&w.a, ACCESS_B, "member", {"gender", 1, 0}); /* another part of one of them */
    CHECK_EQ(cell_of(&w, "CB-1").members, 8);
#define PLACE(o, who, type, ...) \
    PUT(o, ACCESS_B, "membership", {"member", who, 0}, {"type", type, 0}, {"from", 20200101, 0}, __VA_ARGS__)
    PLACE(&w.a, 1, 1, {"to", 0, 0});                                       /* full */
    PLACE(&w.a, 2, 2, {"to", 0, 0});                                         /* probationary */
    PLACE(&w.a, 3, 1, {"to", 20261115, 0});                    /* its last day */
    PLACE(&w.a, 4, 1, {"to", 20261100, 0});                    /* November */
    PLACE(&w.a, 5, 1, {"to", 20261114, 0}, {"reason", 0, 0});  /* over, and somebody said why */
    PUT(&w.a, ACCESS_B, "membership", {"member", 6, 0}, {"type", 1, 0}, {"from", 20261116, 0}); /* tomorrow */
    PLACE(&w.a, 7, 3, {"to", 0, 0});                                         /* a guest */
    CHECK_EQ(cell_of(&w, "CB-1").members, 5);                  /* 1 to 4, and 8 who has none */
    PUT(&w.b, ACCESS_A, "member", {"family_name", 0, 0}, {"given_name", 0, 0});
    PLACE(&w.b, w.record, 1, {"to", 20210101, 0});
    CHECK_EQ(cell_of(&w, "CB-2").members, 0); /* the one there was has left */
    world_deinit(&w);
}

/* Moved out of CB-1, and nobody has received him: he counts there, and once. */
TEST(a_member_on_his_way_counts_where_he_was)
{
    struct world w;
    world_init(&w);
    PUT(&w.a, ACCESS_A, "member", {"family_name", 0, 0}, {"given_name", 0, 0});
    const uint64_t who = w.record;
    PLACE(&w.a, who, 1, {"to", 20261102, 0});
    CHECK_EQ(cell_of(&w, "CB-1").members, 1);
    CHECK_EQ(cell_of(&w, "CB-2").members, 0);
    PUT(&w.b, ACCESS_B, "membership", {"member", who, 0}, {"type", 1, 0}, {"from", 20261110, 0});
    CHECK_EQ(cell_of(&w, "CB-1").members, 0);
    CHECK_EQ(cell_of(&w, "CB-2").members, 1);
    world_deinit(&w);
}

TEST(tasks_that_are_not_over)
{
    struct world w;
    world_init(&w);
    for (uint64_t status = 1; status <= 4; status++)
        PUT(&w.a, ACCESS_A, "task", {"status", status, 0});
    PUT(&w.a, ACCESS_A, "task", {"from", 20261101, 0});
    CHECK_EQ(cell_of(&w, "CB-1").tasks, 3); /* open, doing, no status */
    world_deinit(&w);
}

TEST(contacts_to_keep_up)
{
    struct world w;
    world_init(&w);
    PUT(&w.a, ACCESS_A, "area_link", {"from", 20260101, 0});
    PUT(&w.a, ACCESS_A, "area_link", {"from", 20260101, 0}, {"to", 20260630, 0});
    PUT(&w.a, ACCESS_B, "residence_link", {"from", 20260101, 0}, {"exemption", 1, 0});
    PUT(&w.a, ACCESS_B, "residence_link", {"from", 20260101, 0}, {"exemption", 2, 0});
    PUT(&w.a, ACCESS_B, "residence_link", {"from", 20260101, 0}, {"exemption", 3, 0}); /* exempt from introduction */
    CHECK_EQ(cell_of(&w, "CB-1").due, 3);
    CHECK_EQ(cell_of(&w, "CB-2").due, 0);
    world_deinit(&w);
}

TEST(two_values_of_a_field_are_a_conflict_and_the_first_counts)
{
    struct world w;
    world_init(&w);
    PUT(&w.a, ACCESS_A, "meeting", {"date", 20261103, 20261104}, {"status", 3, 1});
    PUT(&w.a, ACCESS_A, "congress", {"summoned", 16, 17});
    PUT(&w.a, ACCESS_A, "task", {"from", 20261101, 20261102}); /* the later one counts, and nobody is asked */
    CHECK_EQ(cell_of(&w, "CB-1").conflicts, 2);
    CHECK_EQ(cell_of(&w, "CB-1").meetings, 1);
    CHECK_EQ(cell_of(&w, "CB-2").conflicts, 0);
    world_deinit(&w);
}

TEST(the_newest_contact_of_its_devices)
{
    struct world w;
    struct ward_device d[] = {{.id = {{1}}, .contact = 1800000100},
                              {.id = {{2}}, .contact = 1800000200},
                              {.id = {{3}}, .contact = 1800000150, .state = DEVICE_REVOKED},
                              {.id = {{4}}, .contact = 1900000000}};
    world_init(&w);
    for (size_t i = 0; i < ARRAY_LEN(d); i++) {
        d[i].org = i < 3 ? w.a.id : w.b.id;
        CHECK_EQ(ward_device_save(&w.txn, &d[i]), ERR_OK);
    }
    CHECK_EQ(cell_of(&w, "CB-1").contact, 1800000200);
    CHECK_EQ(cell_of(&w, "CB-1").devices, 2);
    CHECK_EQ(cell_of(&w, "CB-2").contact, 1900000000);
    world_deinit(&w);
}

TEST(a_damaged_part_is_damage)
{
    struct world w;
    uint8_t key[STORE_KEY_MAX];
    struct scope s;
    const struct id record = {{1}};
    struct overview_cell *cells;
    size_t count;
    world_init(&w);
    CHECK_EQ(scope_load(&w.txn, &w.a.scope[ACCESS_A], &s), ERR_OK);
    CHECK_EQ(store_put(&w.txn, TABLE_part, scope_key_part(key, 5, &record, s.number), bytes_of_str("x")), ERR_OK);
    CHECK_EQ(overview_read(&w.txn, TODAY, &cells, &count), ERR_DAMAGED);
    CHECK(cells == NULL && count == 0);
    world_deinit(&w);
}

TEST(rows_go_over_and_come_back)
{
    const struct overview_cell c = {.code = "CB-1", .name = "Chi bộ", .type = ORG_SCHOOL, .devices = 1, .contact = 2,
                                    .meetings = 3, .present = 4, .counted = 5, .members = 6, .tasks = 7, .due = 8,
                                    .conflicts = 9, .few_holders = 6, .few_since = 10};
    struct overview_cell back;
    struct buf row = {0};
    overview_encode(&c, &row);
    CHECK_EQ(overview_decode(&back, buf_bytes(&row)), ERR_OK);
    CHECK_MEM(&back, &c, sizeof(c));
    row.n--;
    CHECK(overview_decode(&back, buf_bytes(&row)) != ERR_OK);
    buf_deinit(&row);
}

TEST(columns_stand_under_each_other_by_what_is_seen)
{
    static const char *const headings[] = {"Mã", "Tên chi bộ", "Số"};
    static const bool right[] = {false, false, true};
    struct print_table t;
    struct buf out = {0};
    print_table_init(&t, headings, right, 3);
    print_table_put(&t, "CB-014");
    print_table_put(&t, "Tổ");
    print_table_put_number(&t, 1234);
    print_table_print(&t, &out);
    CHECK_STR(buf_cstr(&out), "Mã      Tên chi bộ    Số\n"
                              "CB-014  Tổ          1234\n");
    print_table_deinit(&t);
    buf_deinit(&out);
}

static void as_row(const struct overview_cell *c, struct buf *rows)
{
    struct buf row = {0};
    overview_encode(c, &row);
    buf_put_u32(rows, (uint32_t)row.n);
    buf_put_bytes(rows, buf_bytes(&row));
    buf_deinit(&row);
}

TEST(a_line_of_json_each)
{
    struct overview_cell c = {.code = "CB-1", .name = "Chi \"bộ\"", .type = ORG_TDP, .contact = 1800000000,
                              .present = 4, .counted = 5};
    struct buf rows = {0}, out = {0};
    as_row(&c, &rows);
    c.contact = 0;
    as_row(&c, &rows);
    CHECK_EQ(print_overview(buf_bytes(&rows), true, &out), ERR_OK);
    /* 1800000000 is 2027-01-15T08:00:00Z: date -u -d @1800000000 */
    CHECK_STR(buf_cstr(&out),
              "{\"v\":1,\"code\":\"CB-1\",\"name\":\"Chi \\\"bộ\\\"\",\"type\":\"TDP\",\"devices\":0,"
              "\"contact\":\"2027-01-15T08:00:00Z\",\"meetings\":0,\"present\":4,\"counted\":5,\"members\":0,"
              "\"tasks\":0,\"due\":0,\"conflicts\":0,\"held\":0,\"held_since\":null,\"copied\":0,\"damaged\":0,\"few_holders\":[],\"few_since\":null}\n"
              "{\"v\":1,\"code\":\"CB-1\",\"name\":\"Chi \\\"bộ\\\"\",\"type\":\"TDP\",\"devices\":0,"
              "\"contact\":null,\"meetings\":0,\"present\":4,\"counted\":5,\"members\":0,"
              "\"tasks\":0,\"due\":0,\"conflicts\":0,\"held\":0,\"held_since\":null,\"copied\":0,\"damaged\":0,\"few_holders\":[],\"few_since\":null}\n");
    buf_clear(&out);
    CHECK_EQ(print_overview(buf_bytes(&rows), false, &out), ERR_OK);
    CHECK(strstr(buf_cstr(&out), "80 %") != NULL);
    CHECK(strstr(buf_cstr(&out), "15/01/2027 15:00") != NULL); /* in Vietnam */
    CHECK(strstr(buf_cstr(&out), "tin-lai") == NULL);
    c.copied = 1;
    as_row(&c, &rows);
    buf_clear(&out);
    CHECK_EQ(print_overview(buf_bytes(&rows), false, &out), ERR_OK);
    CHECK(strstr(buf_cstr(&out), "! CB-1: 1 ") != NULL); /* and what to do about it */
    CHECK(strstr(buf_cstr(&out), "tin-lai") != NULL);
    buf_deinit(&rows);
    buf_deinit(&out);
}

static void add_device(struct world *w, uint8_t name, enum device_state state)
{
    struct ward_device d = {.id = {{name}}, .org = w->a.id, .state = state};
    CHECK_EQ(ward_device_save(&w->txn, &d), ERR_OK);
}

TEST(devices_in_use_and_those_whose_book_was_cloned)
{
    struct world w;
    world_init(&w);
    add_device(&w, 1, DEVICE_ACTIVE);
    add_device(&w, 2, DEVICE_COPIED);
    add_device(&w, 3, DEVICE_REVOKED);
    const struct overview_cell c = cell_of(&w, "CB-1");
    CHECK_EQ(c.devices, 2);
    CHECK_EQ(c.copied, 1);
    CHECK_EQ(cell_of(&w, "CB-2").copied, 0);
    world_deinit(&w);
}
