/* repair.c - two stores of LEAVES leaves, COUNT of them damaged in one: what `doi-khop` costs in round trips and bytes.
 *
 *     repair LEAVES COUNT [lost]     the device's rows; lost: their tree nodes too, so nothing says which they are
 *
 * In memory, with the real sessions between them. Prints: round trips, bytes both ways, mean bytes of as many records. */
#include <stdio.h>
#include <stdlib.h>

#include "../sim_repair.h"
#include "../sim_story.h"
#include "../sim_value.h"
#include "../test.h"

static void must(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "repair: %s\n", what);
        exit(1);
    }
}

/* One record of about 375 bytes, a changeset of its own, as who syncs after each one has it. */
static size_t record(struct sim_story *w, uint32_t number, uint64_t *chance)
{
    struct buf body = {0};
    size_t size;
    const struct kind_info *k = schema_kind_named("task");
    struct sim_value v = {0};
    struct id id = {{7}};
    struct buf text = {0};

    store_u32(id.b + 4, number);
    sim_value_create(&v, k, ACCESS_A, &id, chance);
    for (size_t t = 0; t < v.change.count; t++) {
        if (v.change.triple[t].tag != schema_tag(schema_field_named(k, "duty")))
            continue;
        while (text.n < 300)
            buf_put_u8(&text, (uint8_t)('a' + test_random(chance) % 26));
        buf_clear(&v.room[t]);
        mp_put_str(&v.room[t], buf_bytes(&text));
        v.change.triple[t].value = buf_bytes(&v.room[t]);
    }
    must(sim_node_record(&w->device[0], &w->cell, ACCESS_A, &v.change) == ERR_OK, "record");
    must(sim_link_sync(&w->ward, &w->device[0], NULL) == ERR_OK, "sync");
    change_encode(&v.change, &body);
    size = body.n;
    buf_deinit(&body);
    buf_deinit(&text);
    sim_value_deinit(&v);
    return size;
}

int main(int argc, char **argv)
{
    uint32_t leaves = argc > 2 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
    uint32_t count = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
    uint64_t chance = 11, bytes = 0;
    struct sim_repair r;
    struct sim_story w;

    must(leaves > 0 && count > 0 && count <= leaves, "LEAVES COUNT [lost]");
    sim_story_init(&w, 1);
    for (uint32_t i = 0; i < leaves; i++)
        bytes += record(&w, i, &chance);
    must(sim_link_sync(&w.ward, &w.device[0], NULL) == ERR_OK, "sync");
    size_t rows = memstore_table_rows(w.device[0].store, TABLE_leaf);
    for (uint32_t i = 0; i < count; i++) {
        size_t place = rows - leaves + (size_t)((uint64_t)i * leaves / count);
        memstore_rot(w.device[0].store, TABLE_leaf, place, MEMSTORE_FLIP);
        if (argc > 3)
            memstore_rot(w.device[0].store, TABLE_node, place, MEMSTORE_LIE);
    }
    must(sim_repair_device(&w.ward, &w.device[0], &r) == ERR_OK && r.left == 0, "not repaired");
    printf("%llu %llu %llu\n", (unsigned long long)r.waits, (unsigned long long)r.bytes,
           (unsigned long long)(bytes * count / leaves));
    sim_story_deinit(&w);
    return 0;
}
