/* transfer.c - see transfer.h. */
#include "transfer.h"

#include <stdlib.h>

#include "../common/date.h"
#include "fold.h"
#include "mp.h"
#include "quarter_row.h"

enum { TYPE_FULL = 1, TYPE_PROBATIONARY = 2, LINK_SAME = 1 };
#define CLASS_MAX 64 /* records of one person, as in quarter_compare.c */

uint32_t transfer_due(uint32_t left)
{
    return date_is_full(left) ? date_from_days(date_to_days(left) + TRANSFER_DAYS_TO_PRESENT) : 0;
}

struct id transfer_line_id(const struct id *org, const struct id *member, uint32_t left)
{
    struct buf who = {0}, day = {0};
    struct id id;

    mp_put_bin(&who, member->b, ID_SIZE);
    mp_put_uint(&day, left);
    const struct bytes key[] = {buf_bytes(&who), buf_bytes(&day)};
    id = schema_natural_id(schema_kind_named("transfer"), org, 0, key, ARRAY_LEN(key));
    buf_deinit(&who);
    buf_deinit(&day);
    return id;
}

/* ---- a line ---- */

static struct mp field(const struct part *p, const char *name)
{
    const struct entry *e = fold_entry(p, schema_tag(schema_field_named(schema_kind_named("transfer"), name)));
    struct mp r;

    mp_open(&r, e == NULL ? bytes_of("\xc0", 1) : e->candidate[0].value);
    return r;
}

static uint32_t number(const struct part *p, const char *name)
{
    struct mp r = field(p, name);
    uint32_t n = mp_nil(&r) ? 0 : (uint32_t)mp_uint(&r, UINT32_MAX);

    return mp_close(&r) == ERR_OK ? n : 0;
}

static struct id id_field(const struct part *p, const char *name)
{
    struct mp r = field(p, name);
    struct id id = {{0}};

    if (!mp_nil(&r))
        id = id_from(mp_bin_exact(&r, ID_SIZE));
    return mp_close(&r) == ERR_OK ? id : (struct id){{0}};
}

static void text_field(const struct part *p, const char *name, char *out, size_t size)
{
    struct mp r = field(p, name);
    struct buf text = {0};

    if (!mp_nil(&r))
        buf_put_bytes(&text, mp_str(&r, TEXT_MAX));
    quarter_copy(out, size, mp_close(&r) == ERR_OK ? buf_cstr(&text) : "");
    buf_wipe_deinit(&text);
}

bool transfer_read(const struct part *p, struct transfer *out, enum transfer_way *way, bool *closed)
{
    struct id here, other;

    memset(out, 0, sizeof *out);
    if (p->changes == 0 || p->kind != schema_kind_named("transfer")->number)
        return false;
    *way = (enum transfer_way)number(p, "way");
    *closed = number(p, "closed") != 0;
    here = id_field(p, "org");
    other = id_field(p, "other");
    out->from = *way == TRANSFER_OUT ? here : other;
    out->to = *way == TRANSFER_OUT ? other : here;
    out->member = id_field(p, "member");
    out->left = number(p, "left");
    out->due = number(p, "due");
    out->received = *way == TRANSFER_IN ? number(p, "received") : 0;
    text_field(p, "letter_no", out->letter, sizeof out->letter);
    text_field(p, "name", out->name, sizeof out->name);
    out->out = transfer_line_id(&out->from, &out->member, out->left);
    out->in = transfer_line_id(&out->to, &out->member, out->left);
    return *way == TRANSFER_OUT || *way == TRANSFER_IN;
}

/* ---- lines of the ward ---- */

struct listing {
    struct buf *out;
    struct buf received; /* struct transfer[]: what the other cells' lines say */
    enum err err;
};

static struct transfer *at(const struct buf *list, size_t i)
{
    struct transfer *t = (struct transfer *)(void *)list->p;

    return (i + 1) * sizeof *t <= list->n ? &t[i] : NULL;
}

static bool line_visit(void *arg, struct bytes key, struct bytes value)
{
    struct listing *l = arg;
    enum transfer_way way;
    struct transfer t;
    struct part p;
    bool closed;

    (void)key;
    l->err = part_decode(&p, value);
    if (l->err == ERR_OK && transfer_read(&p, &t, &way, &closed)) {
        if (way == TRANSFER_OUT && !closed)
            buf_put(l->out, &t, sizeof t);
        else if (way == TRANSFER_IN && t.received != 0)
            buf_put(&l->received, &t, sizeof t);
    }
    part_deinit(&p);
    return l->err == ERR_OK;
}

static enum err take_lines(struct txn *txn, struct buf *out)
{
    struct listing l = {.out = out};
    const struct transfer *said;
    uint8_t prefix[2];
    enum err e;

    store_u16(prefix, (uint16_t)schema_kind_named("transfer")->number);
    e = store_scan(txn, TABLE_part, bytes_of(prefix, 2), line_visit, &l);
    for (size_t i = 0; (said = at(&l.received, i)) != NULL; i++)
        for (size_t k = 0; at(out, k) != NULL; k++)
            if (id_equal(&at(out, k)->in, &said->in))
                at(out, k)->received = said->received;
    buf_wipe_deinit(&l.received);
    return e == ERR_OK ? l.err : e;
}

struct finding {
    const struct id *line;
    struct id *member;
    enum err err;
};

static bool find_visit(void *arg, struct bytes key, struct bytes value)
{
    struct finding *f = arg;
    enum transfer_way way;
    struct transfer t;
    struct part p;
    bool closed;
    enum err e;

    if (key.n < 2 + ID_SIZE || memcmp(key.p + 2, f->line->b, ID_SIZE) != 0)
        return true;
    e = part_decode(&p, value);
    if (e == ERR_OK && transfer_read(&p, &t, &way, &closed))
        *f->member = t.member;
    else if (e == ERR_OK)
        e = ERR_NOT_FOUND;
    part_deinit(&p);
    f->err = e;
    return false;
}

enum err transfer_line_member(struct txn *txn, const struct id *line, struct id *member)
{
    const struct id wanted = *line; /* the two may be one */
    struct finding f = {&wanted, member, ERR_NOT_FOUND};
    uint8_t prefix[2];
    enum err e;

    store_u16(prefix, (uint16_t)schema_kind_named("transfer")->number);
    e = store_scan(txn, TABLE_part, bytes_of(prefix, 2), find_visit, &f);
    return e == ERR_OK ? f.err : e;
}

/* ---- memberships ---- */

struct places {
    const struct quarter_book *book;
    const struct quarter_row *row;
    size_t rows;
    uint32_t today, carried;
};

/* One person under these two records? Directly, or over others. */
static bool is_one(const struct places *b, const struct id *one, const struct id *two)
{
    struct id seen[CLASS_MAX] = {*one};
    size_t n = 1;

    for (size_t k = 0; k < n; k++) {
        if (id_equal(&seen[k], two))
            return true;
        for (size_t i = 0; i < b->rows && n < CLASS_MAX; i++) {
            const struct quarter_row *r = &b->row[i];
            struct id first, second, other;
            bool known = false;

            if (r->what != QUARTER_LINK || quarter_row_number(r, QUARTER_WARD, LINK_VERDICT) != LINK_SAME)
                continue;
            first = quarter_row_id(r, LINK_FIRST);
            second = quarter_row_id(r, LINK_SECOND);
            if (!id_equal(&first, &seen[k]) && !id_equal(&second, &seen[k]))
                continue;
            other = id_equal(&first, &seen[k]) ? second : first;
            for (size_t m = 0; m < n; m++)
                known = known || id_equal(&seen[m], &other);
            if (!known)
                seen[n++] = other;
        }
    }
    return false;
}

static uint32_t last_of(uint32_t date)
{
    return date == 0 ? 0 : date % 10000 == 0 ? date + 1231 : date % 100 == 0 ? date + 31 : date;
}

static bool is_main(const struct quarter_row *r)
{
    uint32_t type = r->what == QUARTER_PLACE ? quarter_row_number(r, QUARTER_WARD, PLACE_TYPE) : 0;

    return type == TYPE_FULL || type == TYPE_PROBATIONARY;
}

/* Counted under another one today, or from a later day on. */
static bool counts_also(const struct places *b, const struct quarter_row *but, const struct id *member)
{
    for (size_t i = 0; i < b->rows; i++) {
        const struct quarter_row *r = &b->row[i];
        uint32_t to;
        struct id who;

        if (r == but || !is_main(r))
            continue;
        to = last_of(quarter_row_number(r, QUARTER_WARD, PLACE_TO));
        who = quarter_row_id(r, PLACE_MEMBER);
        if ((to == 0 || to >= b->today) && is_one(b, member, &who))
            return true;
    }
    return false;
}

/* Two memberships that both ended: the later one is where he was. */
static bool is_last(const struct places *b, const struct quarter_row *one, const struct id *member)
{
    uint32_t to = last_of(quarter_row_number(one, QUARTER_WARD, PLACE_TO));

    for (size_t i = 0; i < b->rows; i++) {
        const struct quarter_row *r = &b->row[i];
        uint32_t other;
        struct id who;

        if (r == one || !is_main(r))
            continue;
        other = last_of(quarter_row_number(r, QUARTER_WARD, PLACE_TO));
        who = quarter_row_id(r, PLACE_MEMBER);
        if ((other > to || (other == to && r > one)) && is_one(b, member, &who))
            return false;
    }
    return true;
}

void transfer_name(const struct quarter_book *b, const struct id *member, char out[QUARTER_NAME_SIZE])
{
    const struct quarter_row *row = (const struct quarter_row *)(const void *)b->rows.p;
    struct buf name = {0};

    for (size_t i = 0; i < b->rows.n / sizeof *row; i++) {
        if (row[i].what != QUARTER_MEMBER || !id_equal(&row[i].record, member))
            continue;
        for (size_t f = MEMBER_FAMILY; f <= MEMBER_GIVEN; f++) {
            char part[QUARTER_VALUE_MAX + 1];

            quarter_value_print(quarter_row_field(QUARTER_MEMBER, f), &row[i].value[QUARTER_WARD][f], part,
                                sizeof part);
            if (part[0] != '\0' && name.n > 0)
                buf_put_u8(&name, ' ');
            buf_put_str(&name, part);
        }
        break;
    }
    quarter_copy(out, QUARTER_NAME_SIZE, buf_cstr(&name));
    buf_wipe_deinit(&name);
}

/* He died, left the Party, came back: whoever wrote that down does not say that he is on his way. */
static bool has_reason(const struct quarter_row *r)
{
    const struct quarter_value *v = &r->value[QUARTER_WARD][PLACE_REASON];

    return v->n > 0 && v->b[0] != 0xc0;
}

static void take_place(const struct places *b, const struct quarter_row *r, struct buf *out)
{
    uint32_t to = is_main(r) ? quarter_row_number(r, QUARTER_WARD, PLACE_TO) : 0;
    struct id member = quarter_row_id(r, PLACE_MEMBER);
    struct transfer *t;

    if (to == 0 || last_of(to) >= b->today || counts_also(b, r, &member) || !is_last(b, r, &member))
        return;
    for (size_t i = 0; (t = at(out, i)) != NULL; i++)
        if (is_one(b, &t->member, &member)) {
            t->gone = true;
            return;
        }
    if (to < b->carried || has_reason(r))
        return;
    t = (struct transfer *)(void *)buf_grow(out, sizeof *t);
    memset(t, 0, sizeof *t);
    t->member = member;
    t->from = r->org;
    t->left = to;
    t->due = transfer_due(to);
    t->gone = true;
    transfer_name(b->book, &member, t->name);
}

uint32_t transfer_carried(uint32_t today)
{
    unsigned year = today / 10000, quarter = (date_month(today) - 1) / 3; /* 0 to 3 */

    return quarter == 0 ? (year - 1) * 10000 + 1001 : year * 10000 + ((quarter - 1) * 3 + 1) * 100 + 1;
}

static int by_day(const void *a, const void *b)
{
    const struct transfer *x = a, *y = b;

    return x->left != y->left ? (x->left < y->left ? -1 : 1) : id_compare(&x->member, &y->member);
}

enum err transfer_list(struct txn *txn, uint32_t today, struct buf *out)
{
    struct quarter_book book = {0};
    struct places b = {.book = &book, .today = today, .carried = transfer_carried(today)};
    enum err e = take_lines(txn, out);

    if (e == ERR_OK)
        e = quarter_load(txn, &book, true);
    b.row = (const struct quarter_row *)(const void *)book.rows.p;
    b.rows = book.rows.n / sizeof *b.row;
    for (size_t i = 0; e == ERR_OK && i < b.rows; i++)
        take_place(&b, &b.row[i], out);
    if (e == ERR_OK && out->n > 0)
        qsort(out->p, out->n / sizeof(struct transfer), sizeof(struct transfer), by_day);
    quarter_book_deinit(&book);
    return e;
}
