/* reported.c - see reported.h. */
#include "reported.h"

#include <stdlib.h>

#include "../proto/close.h"
#include "../proto/mirror.h"
#include "../proto/mp.h"
#include "../proto/org_change.h"
#include "../proto/scope.h"
#include "../proto/unmarked.h"
#include "admin.h"

#define KEY_SIZE_PART (2 + ID_SIZE + 2)
#define KINDS_READ 256 /* kinds of a greater number are in no report */

struct gathering {
    struct txn *txn;
    struct report *report;
    struct org *org; /* those that are counted, ascending by code */
    size_t orgs;
    int32_t by_scope[UINT16_MAX + 1]; /* scope number -> organisation, or -1 */
    uint64_t book[UINT16_MAX + 1];    /* scope number -> report_record.book */
    const struct kind_info *wanted[KINDS_READ];
    /* The parts of one record come one after the other. */
    struct report_record record;
    struct part part[ACCESS_D];
    bool is_void;
    bool copies; /* there are records whose home is another log */
    enum err err;
};

/* ---- records ---- */

static void record_end(struct gathering *g)
{
    if (g->record.parts > 0 && !g->is_void)
        report_take(g->report, &g->record);
    for (size_t i = 0; i < g->record.parts; i++)
        part_deinit(&g->part[i]);
    g->record = (struct report_record){0};
    g->is_void = false;
}

static bool part_visit(void *arg, struct bytes key, struct bytes value)
{
    struct gathering *g = arg;
    bool copy = false;

    if (key.n != KEY_SIZE_PART) {
        g->err = ERR_DAMAGED;
        return false;
    }
    const uint16_t kind = load_u16(key.p), scope = load_u16(key.p + 2 + ID_SIZE);
    const struct kind_info *k = kind < KINDS_READ ? g->wanted[kind] : NULL;
    const struct id id = id_from(key.p + 2);
    if (g->record.parts > 0 && (g->record.kind != k || !id_equal(&g->record.record, &id)))
        record_end(g);
    if (k == NULL || g->record.parts == ACCESS_D)
        return true;
    if (g->copies)
        g->err = mirror_is_copy(g->txn, scope, kind, &id, &copy);
    if (g->err != ERR_OK || copy)
        return g->err == ERR_OK;
    struct part *p = &g->part[g->record.parts];
    g->err = part_decode(p, value);
    if (g->err != ERR_OK)
        return false;
    unmarked_give_way(p);
    if (g->record.parts == 0)
        g->record = (struct report_record){.kind = k, .record = id, .book = g->book[scope],
                                           .cell = g->by_scope[scope] < 0 ? g->orgs : (size_t)g->by_scope[scope]};
    g->record.part[g->record.parts++] = p;
    g->is_void = g->is_void || close_void(p) == CLOSE_VOID;
    return true;
}

/* Parts of this kind, or of all that a report reads. */
static void scan(struct gathering *g, const struct kind_info *of)
{
    const struct kind_info *k;

    if (g->err == ERR_OK)
        g->err = store_any(g->txn, TABLE_home, bytes_of(NULL, 0), &g->copies);
    for (size_t i = 0; (k = report_kind(i)) != NULL; i++)
        if (k->number < KINDS_READ)
            g->wanted[k->number] = k;
    for (uint32_t kind = 0; g->err == ERR_OK && kind < KINDS_READ; kind++) {
        uint8_t prefix[2];
        if (of == NULL ? g->wanted[kind] == NULL : of->number != kind)
            continue;
        store_u16(prefix, (uint16_t)kind);
        const enum err e = store_scan(g->txn, TABLE_part, bytes_of(prefix, sizeof(prefix)), part_visit, g);
        g->err = e == ERR_OK ? g->err : e;
    }
    record_end(g);
}

/* ---- organisations ---- */

static enum err take_scopes(struct gathering *g, const struct org *o, size_t at)
{
    enum err e = ERR_OK;

    for (int a = ACCESS_A; e == ERR_OK && a <= ACCESS_D; a++) {
        struct scope s;
        e = scope_load(g->txn, &o->scope[a], &s);
        if (e == ERR_OK)
            g->by_scope[s.number] = (int32_t)at;
        if (e == ERR_OK)
            g->book[s.number] = load_u64(o->id.b);
    }
    return e == ERR_NOT_FOUND ? ERR_DAMAGED : e;
}

/* Keeps those that live; what became part of one of them counts there. */
static enum err take_orgs(struct gathering *g, struct org *list, size_t count)
{
    struct id *living = mem_alloc((count + 1) * sizeof(*living));
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        e = org_living(g->txn, &list[i].id, &living[i]);
        if (e == ERR_AMBIGUOUS || e == ERR_FROZEN) { /* split, or another ward's: it is listed as what it was */
            living[i] = list[i].id;
            e = ERR_OK;
        }
        if (e == ERR_OK && id_equal(&living[i], &list[i].id))
            g->org[g->orgs++] = list[i];
    }
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        for (size_t k = 0; e == ERR_OK && k < g->orgs; k++)
            if (id_equal(&g->org[k].id, &living[i]))
                e = take_scopes(g, &list[i], k);
    free(living);
    return e;
}

/* ---- rows ---- */

static void put_row(const struct org *o, uint32_t period, const int64_t value[REPORT_LINES], struct buf *answer)
{
    struct buf row = {0};

    mp_put_array(&row, 3 + REPORT_LINES);
    mp_put_str(&row, bytes_of_str(o->code));
    mp_put_str(&row, bytes_of_str(o->name));
    mp_put_uint(&row, period);
    for (size_t i = 0; i < REPORT_LINES; i++)
        mp_put_int(&row, value[i]);
    admin_row(answer, buf_bytes(&row));
    buf_deinit(&row);
}

static enum err put_rows(struct gathering *g, const char *code, uint32_t period, struct buf *answer)
{
    int64_t(*value)[REPORT_LINES] = mem_alloc((g->orgs + 1) * sizeof(*value));
    struct org asked;
    enum err e = code[0] == '\0' ? ERR_OK : org_by_any_code(g->txn, code, &asked);

    if (e == ERR_OK && code[0] != '\0')
        e = org_living(g->txn, &asked.id, &asked.id);
    if (e == ERR_AMBIGUOUS || e == ERR_FROZEN)
        e = ERR_OK;
    if (e == ERR_NOT_FOUND)
        e = ERR_NO_SUCH_RECORD;
    if (e == ERR_OK)
        report_of(g->report, period, value);
    for (size_t i = 0; e == ERR_OK && i < g->orgs; i++)
        if (code[0] == '\0' || id_equal(&g->org[i].id, &asked.id))
            put_row(&g->org[i], period, value[i], answer);
    free(value);
    return e;
}

static struct gathering *gathering_new(struct txn *txn, uint32_t period)
{
    struct gathering *g = mem_alloc(sizeof(*g));
    struct org *list = NULL;
    size_t count = 0;

    g->txn = txn;
    memset(g->by_scope, 0xff, sizeof(g->by_scope));
    g->err = org_list(txn, &list, &count);
    g->org = mem_alloc((count + 1) * sizeof(*g->org));
    if (g->err == ERR_OK)
        g->err = take_orgs(g, list, count);
    g->report = report_new(g->orgs, period);
    free(list);
    return g;
}

static void gathering_free(struct gathering *g)
{
    report_free(g->report);
    free(g->org);
    free(g);
}

enum err reported_rows(struct txn *txn, const char *code, uint32_t period, struct buf *answer)
{
    struct gathering *g = gathering_new(txn, period);
    enum err e;

    scan(g, NULL);
    report_close(g->report);
    e = g->err == ERR_OK ? put_rows(g, code, period, answer) : g->err;
    gathering_free(g);
    return e;
}

enum err reported_members(struct txn *txn, uint32_t day, const struct id *cell, size_t cells, uint64_t *members)
{
    struct gathering *g = gathering_new(txn, 0);
    enum err e;

    for (const char *const *kind = report_member_kinds; *kind != NULL; kind++)
        scan(g, schema_kind_named(*kind));
    report_close(g->report);
    for (size_t i = 0; g->err == ERR_OK && i < cells; i++)
        for (size_t k = 0; k < g->orgs; k++)
            if (id_equal(&g->org[k].id, &cell[i]))
                members[i] = (uint64_t)report_count_members(g->report, k, day);
    e = g->err;
    gathering_free(g);
    return e;
}
