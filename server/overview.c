/* overview.c - see overview.h. */
#include "overview.h"

#include <stdlib.h>

#include "../proto/close.h"
#include "../proto/ward_held_record.h"
#include "../proto/mirror.h"
#include "../proto/org_change.h"
#include "../proto/part.h"
#include "../proto/scope.h"
#include "../proto/unmarked.h"
#include "../proto/ward_repair.h"
#include "holders.h"
#include "reported.h"

#define KEY_SIZE_PART (2 + ID_SIZE + 2)
#define ROW_FIELDS 18

/* Values of enumerations that are counted, by the names of schema.def. */
enum { MEETING_HELD = 3, TASK_DOING = 2, EXEMPT_FROM_INTRODUCTION = 3 };

struct counting {
    struct txn *txn;
    uint32_t today;
    size_t cells;
    struct overview_cell *cell;
    int32_t by_scope[UINT16_MAX + 1]; /* scope number -> cell, or -1 */
    struct holders holders;
    bool copies;      /* there are records whose home is another log */
    struct id record; /* under way */
    enum err err;
};

typedef void count_part(struct counting *c, size_t cell, const struct kind_info *k, const struct part *p);

/* ---- one field ---- */

/* The encoded value that counts; empty: none. */
static struct bytes field(const struct kind_info *k, const struct part *p, const char *name)
{
    const struct field_info *f = schema_field_named(k, name);
    assert(f != NULL);
    for (size_t i = 0; i < p->entries; i++)
        if (p->entry[i].tag == schema_tag(f))
            return p->entry[i].candidate[0].value;
    return bytes_of(NULL, 0);
}

static uint64_t number(const struct kind_info *k, const struct part *p, const char *name, uint64_t otherwise)
{
    const struct bytes value = field(k, p, name);
    struct mp r;
    if (value.n == 0)
        return otherwise;
    mp_open(&r, value);
    const bool nil = mp_nil(&r);
    const uint64_t n = nil ? otherwise : mp_uint(&r, UINT64_MAX);
    return mp_close(&r) == ERR_OK ? n : otherwise;
}

/* From `from` (inclusive) until `to` (inclusive). A month or a year counts from its first day, and to its last. */
static bool in_force(const struct counting *c, const struct kind_info *k, const struct part *p)
{
    const uint64_t from = number(k, p, "from", 0);
    uint64_t to = number(k, p, "to", 0);
    if (to != 0 && to % 10000 == 0)
        to += 1231;
    else if (to != 0 && to % 100 == 0)
        to += 31;
    return from <= c->today && (to == 0 || to >= c->today);
}

/* ---- kinds ---- */

static void count_meeting(struct counting *c, size_t cell, const struct kind_info *k, const struct part *p)
{
    if (number(k, p, "status", 0) == MEETING_HELD)
        c->cell[cell].meetings++;
}

static void count_attendance(struct counting *c, size_t cell, const struct kind_info *k, const struct part *p)
{
    enum { NO, ABSENT, PRESENT };
    static const uint8_t marks[] = {NO, PRESENT, ABSENT, ABSENT, NO, PRESENT, NO, PRESENT};
    const uint64_t mark = number(k, p, "mark", 0);
    const uint8_t what = mark < ARRAY_LEN(marks) ? marks[mark] : NO;
    c->cell[cell].counted += what != NO;
    c->cell[cell].present += what == PRESENT;
}

static void count_task(struct counting *c, size_t cell, const struct kind_info *k, const struct part *p)
{
    if (number(k, p, "status", 0) <= TASK_DOING)
        c->cell[cell].tasks++;
}

static void count_link(struct counting *c, size_t cell, const struct kind_info *k, const struct part *p)
{
    if (schema_field_named(k, "exemption") != NULL && number(k, p, "exemption", 0) == EXEMPT_FROM_INTRODUCTION)
        return;
    if (in_force(c, k, p))
        c->cell[cell].due++;
}

static const struct {
    const char *kind;
    count_part *count;
} counts[] = {
    {"meeting", count_meeting}, {"attendance", count_attendance}, {"task", count_task}, {"area_link", count_link},
    {"residence_link", count_link},
};

/* Those about which a person is asked: of the other classes it is settled which value counts. */
static uint64_t conflicts(const struct part *p)
{
    uint64_t n = 0;
    for (size_t i = 0; i < p->entries; i++) {
        const uint32_t class = TAG_CLASS(p->entry[i].tag);
        n += p->entry[i].count > 1 && (class == MERGE_ASK || class == MERGE_OWNER);
    }
    return n;
}

static bool visit_part(void *arg, struct bytes key, struct bytes value)
{
    struct counting *c = arg;
    struct part p;
    c->err = key.n == KEY_SIZE_PART ? ERR_OK : ERR_DAMAGED;
    const int32_t cell = c->err == ERR_OK ? c->by_scope[load_u16(key.p + 2 + ID_SIZE)] : -1;
    if (cell < 0)
        return c->err == ERR_OK;
    /* What moved to another cell is counted there. */
    c->record = id_from(key.p + 2);
    bool copy = false;
    if (c->copies)
        c->err = mirror_is_copy(c->txn, load_u16(key.p + 2 + ID_SIZE), load_u16(key.p), &c->record, &copy);
    if (c->err != ERR_OK || copy)
        return c->err == ERR_OK;
    c->err = part_decode_here(&p, value);
    if (c->err != ERR_OK)
        return false;
    const struct kind_info *k = close_void(&p) == CLOSE_VOID ? NULL : schema_kind(p.kind);
    unmarked_give_way(&p);
    c->cell[cell].conflicts += close_void(&p) == CLOSE_VOID ? 0 : conflicts(&p);
    for (size_t i = 0; k != NULL && i < ARRAY_LEN(counts); i++)
        if (strcmp(counts[i].kind, k->name) == 0)
            counts[i].count(c, (size_t)cell, k, &p);
    part_deinit(&p);
    return true;
}

/* ---- cells ---- */

static enum err take_scopes(struct counting *c, const struct org *o, size_t cell)
{
    enum err e = ERR_OK;
    for (int a = ACCESS_A; e == ERR_OK && a <= ACCESS_D; a++) {
        struct scope s;
        e = scope_load(c->txn, &o->scope[a], &s);
        if (e == ERR_OK)
            c->by_scope[s.number] = (int32_t)cell;
        if (e == ERR_OK && holders_few(&c->holders, s.number)) {
            const uint64_t since = c->holders.since[s.number];
            if (c->cell[cell].few_holders == 0 || since < c->cell[cell].few_since)
                c->cell[cell].few_since = since;
            c->cell[cell].few_holders |= 1u << a;
        }
        if (e == ERR_OK)
            e = ward_wanted_add(c->txn, &s, &c->cell[cell].damaged);
    }
    return e == ERR_NOT_FOUND ? ERR_DAMAGED : e;
}

static enum err take_cell(struct counting *c, const struct org *o)
{
    struct overview_cell *cell = &c->cell[c->cells];
    memcpy(cell->code, o->code, sizeof(cell->code));
    memcpy(cell->name, o->name, sizeof(cell->name));
    cell->type = o->type;
    return take_scopes(c, o, c->cells++);
}

/* A cell that became part of one other is counted there. */
static enum err add_history(struct counting *c, const struct org *o, const struct id *cell_ids)
{
    struct id living;
    enum err e = org_living(c->txn, &o->id, &living);
    for (size_t i = 0; e == ERR_OK && !id_equal(&living, &o->id) && i < c->cells; i++)
        if (id_equal(&cell_ids[i], &living))
            return take_scopes(c, o, i);
    return e == ERR_AMBIGUOUS || e == ERR_FROZEN ? ERR_OK : e;
}

static enum err is_history(struct counting *c, const struct org *o, bool *yes)
{
    struct id living;
    const enum err e = org_living(c->txn, &o->id, &living);
    *yes = e == ERR_OK && !id_equal(&living, &o->id);
    return e == ERR_AMBIGUOUS || e == ERR_FROZEN ? ERR_OK : e;
}

/* What waits for a person, of a record once, whatever its parts; also what was handed in by devices from which nothing
 * is taken any more. */
static int by_record(const void *a, const void *b)
{
    const struct ward_waiting *x = a, *y = b;
    const int order = memcmp(x->record.b, y->record.b, ID_SIZE);
    return order != 0 ? order : x->kind < y->kind ? -1 : x->kind > y->kind;
}

static enum err count_held(struct counting *c)
{
    struct buf list = {0};
    const enum err e = ward_held_gather(c->txn, &list);
    struct ward_waiting *w = (struct ward_waiting *)(void *)list.p;
    const size_t n = list.n / sizeof(*w);
    if (n > 0)
        qsort(w, n, sizeof(*w), by_record);
    for (size_t i = 0; i < n; i++) {
        const int32_t at = c->by_scope[w[i].scope_number];
        if (at < 0)
            continue;
        struct overview_cell *cell = &c->cell[at];
        cell->held += i == 0 || by_record(&w[i - 1], &w[i]) != 0 || c->by_scope[w[i - 1].scope_number] != at;
        if (cell->held_since == 0 || w[i].accepted < cell->held_since)
            cell->held_since = w[i].accepted;
    }
    buf_deinit(&list);
    return e;
}

static enum err count_devices(struct txn *txn, struct counting *c, const struct id *cell_ids)
{
    struct ward_device *list = NULL;
    size_t count = 0;
    const enum err e = ward_device_list(txn, &list, &count);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < c->cells; j++) {
            if (!id_equal(&list[i].org, &cell_ids[j]))
                continue;
            struct overview_cell *cell = &c->cell[j];
            cell->devices += list[i].state != DEVICE_REVOKED;
            cell->copied += list[i].state == DEVICE_COPIED;
            cell->contact = list[i].contact > cell->contact ? list[i].contact : cell->contact;
        }
    free(list);
    return e;
}

/* By the same code as the reports and every device, so that nobody is told two numbers. */
static enum err count_members(struct counting *c, const struct id *cell_ids)
{
    uint64_t *members = mem_alloc((c->cells + 1) * sizeof(*members));
    const enum err e = reported_members(c->txn, c->today, cell_ids, c->cells, members);
    for (size_t i = 0; i < c->cells; i++)
        c->cell[i].members = members[i];
    free(members);
    return e;
}

static enum err count_all(struct txn *txn, struct counting *c, const struct org *orgs, size_t count,
                          struct id *cell_ids)
{
    enum err e = ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        bool history = false;
        if (orgs[i].type != ORG_WARD)
            e = is_history(c, &orgs[i], &history);
        if (e != ERR_OK || orgs[i].type == ORG_WARD || history)
            continue;
        cell_ids[c->cells] = orgs[i].id;
        e = take_cell(c, &orgs[i]);
    }
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        if (orgs[i].type != ORG_WARD)
            e = add_history(c, &orgs[i], cell_ids);
    if (e == ERR_OK)
        e = count_held(c);
    if (e == ERR_OK)
        e = count_devices(txn, c, cell_ids);
    if (e == ERR_OK)
        e = store_any(txn, TABLE_home, bytes_of(NULL, 0), &c->copies);
    if (e == ERR_OK)
        e = store_scan(txn, TABLE_part, bytes_of(NULL, 0), visit_part, c);
    if (e == ERR_OK)
        e = c->err;
    return e == ERR_OK ? count_members(c, cell_ids) : e;
}

enum err overview_read(struct txn *txn, uint32_t today, struct overview_cell **cells, size_t *count)
{
    struct org *orgs = NULL;
    struct counting *c = mem_alloc(sizeof(*c));
    *cells = NULL;
    *count = 0;
    c->today = today;
    c->txn = txn;
    memset(c->by_scope, 0xff, sizeof(c->by_scope));
    memset(&c->holders, 0, sizeof(c->holders));
    enum err e = holders_read(txn, &c->holders);
    if (e == ERR_OK)
        e = org_list(txn, &orgs, count);
    c->cell = mem_alloc((*count + 1) * sizeof(*c->cell));
    struct id *cell_ids = mem_alloc((*count + 1) * sizeof(*cell_ids));
    if (e == ERR_OK)
        e = count_all(txn, c, orgs, *count, cell_ids);
    *count = e == ERR_OK ? c->cells : 0;
    if (e == ERR_OK)
        *cells = c->cell;
    else
        free(c->cell);
    free(cell_ids);
    free(orgs);
    free(c);
    return e;
}

/* ---- rows ---- */

void overview_encode(const struct overview_cell *c, struct buf *row)
{
    const uint64_t numbers[] = {c->devices, c->contact, c->meetings, c->present,  c->counted,
                                c->members, c->tasks,   c->due,      c->conflicts, c->held,    c->held_since,
                                c->copied,   c->damaged, c->few_holders, c->few_since};
    mp_put_array(row, ROW_FIELDS);
    mp_put_str(row, bytes_of_str(c->code));
    mp_put_str(row, bytes_of_str(c->name));
    mp_put_uint(row, (uint64_t)c->type);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        mp_put_uint(row, numbers[i]);
}

enum err overview_decode(struct overview_cell *c, struct bytes row)
{
    struct mp r;
    *c = (struct overview_cell){0};
    uint64_t *const numbers[] = {&c->devices, &c->contact, &c->meetings, &c->present,  &c->counted,
                                 &c->members, &c->tasks,   &c->due,      &c->conflicts, &c->held,    &c->held_since,
                                 &c->copied,  &c->damaged, &c->few_holders, &c->few_since};
    mp_open(&r, row);
    mp_expect_array(&r, ROW_FIELDS);
    mp_text(&r, c->code, NAME_MAX_BYTES);
    mp_text(&r, c->name, NAME_MAX_BYTES);
    c->type = (enum org_type)mp_uint(&r, ORG_TYPE_END - 1);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        *numbers[i] = mp_uint(&r, UINT64_MAX);
    return mp_close(&r);
}
