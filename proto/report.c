/* report.c - see report.h. */
#include "report.h"

#include <stdlib.h>

#include "../common/crypto.h"
#include "../common/period.h"
#include "../common/text.h"
#include "mp.h"
#include "report_rows.h"

_Static_assert(REPORT_LINES <= 64, "an event's lines are bits of one number");

#define TWICE_KEY_SIZE 16

/* One thing counted. Of what is in force: from and until. */
struct counted {
    size_t cell;
    enum report_line_number line;
    struct report_days days; /* 0, 0: at any time */
    int64_t n;
};

struct event {
    struct id id;
    size_t cell;
    struct report_days days;
    bool never, held;
    uint64_t lines;
};

struct doubted {
    struct id id;
    size_t rule; /* the first of its kind */
    struct counted counted;
};

struct key {
    uint8_t rule;
    uint8_t key[TWICE_KEY_SIZE];
    struct id id;
};

struct report {
    struct report_rows rows;
    size_t cells;
    uint32_t period; /* the only one that will be asked for; 0: any */
    int64_t (*value)[REPORT_LINES]; /* of that one, already */
    struct buf counted; /* struct counted[], where any may be asked for */
    struct buf events[REPORT_EVENT_KINDS];
    struct buf doubted, keys, reversed, again; /* struct doubted[], key[], id[], id[] */
    struct report_same members_same, same[REPORT_TWICE_RULES];
    struct report_members members;
};

struct report *report_new(size_t cells, uint32_t period)
{
    struct report *r = mem_alloc(sizeof(*r));

    report_rows_init(&r->rows);
    r->cells = cells;
    r->period = period;
    r->value = mem_alloc((cells + 1) * sizeof(*r->value));
    return r;
}

void report_free(struct report *r)
{
    if (r == NULL)
        return;
    struct buf *const bufs[] = {&r->counted, &r->doubted, &r->keys, &r->reversed, &r->again};
    for (size_t i = 0; i < ARRAY_LEN(bufs); i++)
        buf_deinit(bufs[i]);
    for (size_t i = 0; i < REPORT_EVENT_KINDS; i++)
        buf_deinit(&r->events[i]);
    for (size_t i = 0; i < REPORT_TWICE_RULES; i++)
        report_same_deinit(&r->same[i]);
    report_same_deinit(&r->members_same);
    report_members_deinit(&r->members);
    free(r->value);
    free(r);
}

static bool hits(const struct counted *c, uint32_t period)
{
    const uint32_t first = period_first_day(period), last = period_last_day(period);

    if (report_lines[c->line].how == REPORT_FORCE)
        return c->days.first <= last && c->days.last >= last;
    return c->days.last == 0 || (c->days.first >= first && c->days.last <= last);
}

static void count(struct report *r, const struct counted *c)
{
    if (c->cell >= r->cells)
        return;
    if (r->period == 0)
        buf_put(&r->counted, c, sizeof(*c));
    else if (hits(c, r->period))
        r->value[c->cell][c->line] += c->n;
}

/* ---- events ---- */

static void take_event(struct report *r, const struct report_record *x, size_t rule)
{
    const struct report_event_rule *e = &r->rows.event[rule];
    struct event event = {.id = x->record, .cell = x->cell};
    struct id other;
    bool is_event;

    if (!report_days(x, e->when, &event.days, &other, &is_event) || is_event)
        return;
    event.never = e->never.field != NULL && report_passes(x, &e->never);
    event.held = e->held.field != NULL && report_passes(x, &e->held);
    for (size_t i = 0; i < REPORT_LINES; i++)
        if (report_lines[i].how == REPORT_EVENTS && r->rows.line[i].kind == x->kind &&
            report_passes(x, &r->rows.line[i].only))
            event.lines |= (uint64_t)1 << i;
    buf_put(&r->events[rule], &event, sizeof(event));
}

static int event_order(const void *a, const void *b)
{
    return id_compare(&((const struct event *)a)->id, &((const struct event *)b)->id);
}

static struct event *event_find(struct report *r, const struct id *id)
{
    const struct event wanted = {.id = *id};
    struct event *found = NULL;

    for (size_t i = 0; found == NULL && i < REPORT_EVENT_KINDS; i++)
        if (r->events[i].n > 0)
            found = bsearch(&wanted, r->events[i].p, r->events[i].n / sizeof(wanted), sizeof(wanted), event_order);
    return found;
}

static void count_events(struct report *r)
{
    for (size_t i = 0; i < REPORT_EVENT_KINDS; i++) {
        const struct event *e = (const struct event *)(const void *)r->events[i].p;
        for (size_t k = 0; k < r->events[i].n / sizeof(*e); k++)
            for (size_t l = 0; e[k].held && l < REPORT_LINES; l++)
                if ((e[k].lines >> l & 1) != 0)
                    count(r, &(struct counted){e[k].cell, (enum report_line_number)l, e[k].days, 1});
    }
}

/* ---- what looks recorded twice ---- */

static void key_field(const struct report_record *x, const struct field_info *f, struct buf *key)
{
    const struct entry *e = report_entry(x, f);
    struct mp r;

    if (e == NULL)
        return;
    mp_open(&r, e->candidate[0].value);
    if (f->type != TYPE_TEXT || text_key(mp_str(&r, TEXT_MAX), key) != ERR_OK)
        buf_put_bytes(key, e->candidate[0].value);
    (void)!mp_close(&r);
    buf_put_u8(key, 0xff);
}

static void take_key(struct report *r, const struct report_record *x, size_t rule)
{
    const struct report_twice_rule *t = &r->rows.twice[rule];
    struct key k = {.rule = (uint8_t)rule, .id = x->record};
    struct buf key = {0};
    struct id other;

    if (report_id(x, t->reverses, &other)) {
        buf_put(&r->reversed, &other, sizeof(other));
        return;
    }
    /* Receipts of two cells have nothing to do with each other, nor when one of the cells became part of the other. */
    if (t->key[1] == NULL)
        buf_put(&key, &x->book, sizeof(x->book));
    else
        buf_put(&key, &x->cell, sizeof(x->cell));
    for (size_t i = 0; i < ARRAY_LEN(t->key) && t->key[i] != NULL; i++) {
        if (report_entry(x, t->key[i]) == NULL) {
            buf_deinit(&key);
            return;
        }
        key_field(x, t->key[i], &key);
    }
    const struct bytes whole = buf_bytes(&key);
    const struct hash h = crypto_sha256(&whole, 1);
    memcpy(k.key, h.b, sizeof(k.key));
    buf_put(&r->keys, &k, sizeof(k));
    buf_deinit(&key);
}

static int key_order(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    const int c = x->rule != y->rule ? (int)x->rule - (int)y->rule : memcmp(x->key, y->key, sizeof(x->key));

    return c != 0 ? c : id_compare(&x->id, &y->id);
}

static int id_order(const void *a, const void *b)
{
    return id_compare(a, b);
}

static bool has_id(const struct buf *ids, const struct id *id)
{
    return ids->n > 0 && bsearch(id, ids->p, ids->n / sizeof(*id), sizeof(*id), id_order) != NULL;
}

static void sort_ids(struct buf *ids)
{
    if (ids->n > 0)
        qsort(ids->p, ids->n / sizeof(struct id), sizeof(struct id), id_order);
}

/* Of each pair that nobody has judged, the later id. */
static void find_again(struct report *r)
{
    struct key *k = (struct key *)(void *)r->keys.p;
    const size_t n = r->keys.n / sizeof(*k);

    if (n > 0)
        qsort(k, n, sizeof(*k), key_order);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n && k[j].rule == k[i].rule && memcmp(k[j].key, k[i].key, TWICE_KEY_SIZE) == 0; j++)
            if (!has_id(&r->reversed, &k[i].id) && !has_id(&r->reversed, &k[j].id) &&
                !report_same_judged(&r->same[k[i].rule], &k[i].id, &k[j].id))
                buf_put(&r->again, &k[j].id, sizeof(k[j].id));
    sort_ids(&r->again);
}

static void count_doubted(struct report *r)
{
    const struct doubted *d = (const struct doubted *)(const void *)r->doubted.p;

    for (size_t i = 0; i < r->doubted.n / sizeof(*d); i++) {
        const struct id leader = report_same_leader(&r->same[d[i].rule], &d[i].id);
        if (id_equal(&leader, &d[i].id) && !has_id(&r->again, &d[i].id))
            count(r, &d[i].counted);
    }
}

/* ---- one record ---- */

/* The first rule about what looks recorded twice of this kind; REPORT_TWICE_RULES: there is none. */
static size_t twice_rule(const struct report *r, const struct kind_info *k)
{
    size_t i = 0;

    while (i < REPORT_TWICE_RULES && r->rows.twice[i].kind != k)
        i++;
    return i;
}

static bool reaches(const struct report_record *x, const struct field_info *what, const struct field_info *least)
{
    const struct field_info *const f[2] = {what, least};
    double value[2];

    for (size_t i = 0; i < 2; i++) {
        const struct entry *e = report_entry(x, f[i]);
        struct mp r;
        if (e == NULL)
            return false;
        mp_open(&r, e->candidate[0].value);
        mp_expect_array(&r, 2);
        value[i] = (double)mp_int(&r);
        for (uint64_t scale = mp_uint(&r, UINT8_MAX); scale > 0; scale--)
            value[i] /= 10;
        if (mp_close(&r) != ERR_OK)
            return false;
    }
    return value[0] >= value[1];
}

static bool in_force(const struct report_record *x, struct report_days *out)
{
    const struct field_info *from = schema_field_named(x->kind, "from"), *to = schema_field_named(x->kind, "to");
    struct report_days begin, end;
    uint64_t value;

    if (!report_uint(x, from, &value) || !report_days_of(from, value, &begin))
        return false;
    *out = (struct report_days){begin.first, UINT32_MAX};
    if (report_uint(x, to, &value) && report_days_of(to, value, &end))
        out->last = end.last;
    return true;
}

/* How much this record adds to the line; 0: nothing. */
static int64_t amount(const struct report_record *x, const struct report_ready *l, enum report_how how)
{
    const struct entry *e;
    int64_t n = 0;

    switch (how) {
    case REPORT_COUNT:
    case REPORT_ROLL:
    case REPORT_FORCE: return report_passes(x, &l->only);
    case REPORT_LIST: e = report_entry(x, l->what); return e == NULL ? 0 : (int64_t)e->count;
    case REPORT_SUM: return report_int(x, l->what, &n) ? n : 0;
    case REPORT_REACHED: return reaches(x, l->what, l->only.field);
    case REPORT_EVENTS:
    case REPORT_MEMBERS: break;
    }
    return 0;
}

static void take_line(struct report *r, const struct report_record *x, enum report_line_number line)
{
    const struct report_ready *l = &r->rows.line[line];
    const enum report_how how = report_lines[line].how;
    struct doubted d = {x->record, twice_rule(r, x->kind), {x->cell, line, {0, 0}, amount(x, l, how)}};
    struct id id;
    bool is_event = false;

    if (d.counted.n == 0 ||
        !(how == REPORT_FORCE ? in_force(x, &d.counted.days)
                              : report_days(x, l->when, &d.counted.days, &id, &is_event)))
        return;
    if (is_event) {
        struct event *e = event_find(r, &id);
        if (e == NULL || e->never)
            return;
        e->held = e->held || how == REPORT_ROLL;
        d.counted.days = e->days;
    }
    if (d.rule < REPORT_TWICE_RULES)
        buf_put(&r->doubted, &d, sizeof(d));
    else
        count(r, &d.counted);
}

void report_take(struct report *r, const struct report_record *x)
{
    const char *name = x->kind->name;

    if (strcmp(name, "link") == 0)
        report_same_add(&r->members_same, x);
    report_members_add(&r->members, x);
    for (size_t i = 0; i < REPORT_TWICE_RULES; i++)
        if (r->rows.twice[i].link == x->kind)
            report_same_add(&r->same[i], x);
    if (x->cell >= r->cells)
        return;
    for (size_t i = 0; i < REPORT_TWICE_RULES; i++)
        if (r->rows.twice[i].kind == x->kind)
            take_key(r, x, i);
    for (size_t i = 0; i < REPORT_EVENT_KINDS; i++)
        if (r->rows.event[i].kind == x->kind)
            take_event(r, x, i);
    for (size_t i = 0; i < REPORT_LINES; i++)
        if (r->rows.line[i].kind == x->kind)
            take_line(r, x, (enum report_line_number)i);
}

void report_close(struct report *r)
{
    report_same_close(&r->members_same);
    for (size_t i = 0; i < REPORT_TWICE_RULES; i++)
        report_same_close(&r->same[i]);
    report_members_close(&r->members, &r->members_same);
    sort_ids(&r->reversed);
    find_again(r);
    count_doubted(r);
    count_events(r);
}

void report_of(const struct report *r, uint32_t period, int64_t (*value)[REPORT_LINES])
{
    const struct counted *c = (const struct counted *)(const void *)r->counted.p;

    assert(r->period == 0 || r->period == period);
    memcpy(value, r->value, r->cells * sizeof(*value));
    for (size_t i = 0; i < r->counted.n / sizeof(*c); i++)
        if (hits(&c[i], period))
            value[c[i].cell][c[i].line] += c[i].n;
    for (size_t i = 0; i < r->cells; i++)
        value[i][REPORT_LINE_members] = report_members_count(&r->members, i, period_last_day(period));
}

bool report_has_member(const struct report *r, size_t cell, const struct id *member, uint32_t day)
{
    return report_members_has(&r->members, cell, member, day);
}

int64_t report_count_members(const struct report *r, size_t cell, uint32_t day)
{
    return report_members_count(&r->members, cell, day);
}
