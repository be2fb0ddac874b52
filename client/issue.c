/* issue.c - see issue.h. */
#include "issue.h"

#include <stdlib.h>

#include "../common/date.h"
#include "../common/language.h"
#include "../proto/mp.h"
#include "value.h"

static const struct kind_info *paper(void)
{
    return schema_kind_named("doc_out");
}

/* --- whose the book is --- */

void issue_device(const struct book *b, struct buf *out)
{
    char hex[ID_TEXT_SIZE];

    id_print(&b->replica.device, hex);
    buf_printf(out, "%s-%08x", hex, (unsigned)b->replica.incarnation);
}

/* As its record stands here: what this device wrote about it counts, sent or not. */
static enum err is_mine(struct book *b, const struct id *book, bool *mine)
{
    struct buf own = {0};
    struct bytes device;
    struct view v;
    uint32_t returned;
    enum err e = replica_view(book_txn(b), &b->replica, schema_kind_named("doc_book")->number, book, &v);

    *mine = false;
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    issue_device(b, &own);
    *mine = value_text(&v, "device", &device) && bytes_equal(device, buf_bytes(&own)) &&
            !value_number(&v, "returned", &returned);
    buf_deinit(&own);
    replica_view_deinit(&v);
    return ERR_OK;
}

enum err issue_desk_load(struct book *b, const struct id *org, struct issue_desk *d)
{
    struct scope s;
    enum err e;

    memset(d, 0, sizeof *d);
    d->org = *org;
    e = replica_scope(book_txn(b), org, paper()->access, &s);
    if (e != ERR_OK)
        return e;
    d->alone = s.frontier.size == 0 && !b->replica.enrolled;
    e = number_load(book_txn(b), &s, &d->numbers);
    if (e == ERR_OK && d->numbers.held)
        e = is_mine(b, &d->numbers.book, &d->mine);
    return e;
}

void issue_desk_deinit(struct issue_desk *d)
{
    number_list_deinit(&d->numbers);
}

/* --- what may be said --- */

struct number issue_number(const struct issue_desk *d, const struct view *v)
{
    const struct number *given = number_of(&d->numbers, &v->record);
    struct number n = {.record = v->record};
    uint32_t printed = 0;
    struct id book;

    if (given != NULL && given->state != NUMBER_WAITS)
        return *given;
    (void)value_number(v, "type", &n.type);
    (void)value_number(v, "year", &n.year);
    if (value_number(v, "printed", &printed) && (d->alone || value_id(v, "book", &book))) {
        n.state = NUMBER_GIVEN;
        n.number = printed;
        n.printed = true;
    }
    return n;
}

const char *issue_state(const struct issue_desk *d, const struct number *n)
{
    if (n->state == NUMBER_WAITS)
        return "waits";
    if (n->state == NUMBER_LETTERED)
        return "lettered";
    const struct number *given = number_of(&d->numbers, &n->record);
    return given != NULL && given->state == NUMBER_GIVEN ? "given" : "unsent";
}

const char *issue_state_label(const char *state)
{
    static const char *const labels[][2] = {
        {"given", N_("in the book")},
        {"unsent", N_("in the book that is kept here, not sent yet")},
        {"waits", N_("waits for its number: leave it open on paper")},
        {"lettered", N_("of a book that was not in force any more: with a letter")},
    };

    for (size_t i = 0; i < ARRAY_LEN(labels); i++)
        if (strcmp(labels[i][0], state) == 0)
            return labels[i][1];
    return state;
}

void issue_symbol(const struct number *n, struct buf *out)
{
    const struct enum_value *type = schema_value(schema_field_named(paper(), "type"), n->type);

    number_print(n, out);
    buf_printf(out, "-%s/CB", type == NULL ? "" : type->label);
}

/* --- giving numbers --- */

static void high_name(const struct issue_desk *d, uint32_t type, uint32_t year, struct buf *name)
{
    char hex[ID_TEXT_SIZE];

    id_print(&d->numbers.book, hex);
    buf_printf(name, "number %s %u %u", d->alone ? "-" : hex, (unsigned)type, (unsigned)year);
}

static enum err high_load(struct book *b, const struct issue_desk *d, uint32_t type, uint32_t year, uint32_t *high)
{
    struct buf name = {0}, value = {0};
    enum err e;

    *high = 0;
    high_name(d, type, year, &name);
    e = book_get(b, buf_cstr(&name), &value);
    if (e == ERR_OK && value.n == 4)
        *high = load_u32(value.p);
    buf_deinit(&name);
    buf_deinit(&value);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err high_save(struct book *b, const struct issue_desk *d, uint32_t type, uint32_t year, uint32_t high)
{
    uint8_t value[4];
    struct buf name = {0};
    enum err e;

    high_name(d, type, year, &name);
    store_u32(value, high);
    e = book_put(b, buf_cstr(&name), bytes_of(value, sizeof value));
    buf_deinit(&name);
    return e;
}

static void put_uint(struct fields *f, const char *field, uint64_t n)
{
    struct fields_value *v = fields_value(f, schema_field_named(f->kind, field));

    buf_clear(&v->value);
    mp_put_uint(&v->value, n);
    v->given = true;
    v->count = 1;
}

static void put_book(struct fields *f, const struct id *book)
{
    struct fields_value *v = fields_value(f, schema_field_named(f->kind, "book"));

    buf_clear(&v->value);
    mp_put_bin(&v->value, book->b, ID_SIZE);
    v->given = true;
    v->count = 1;
}

/* The number typed, or the next one: it is this paper's from here on. */
static enum err take_number(struct book *b, const struct issue_desk *d, uint32_t type, uint32_t year, uint32_t typed,
                            uint32_t *number)
{
    uint32_t high, last = number_last(&d->numbers, type, year);
    enum err e = high_load(b, d, type, year, &high);

    if (e != ERR_OK)
        return e;
    *number = typed != 0 ? typed : (last > high ? last : high) + 1;
    if (typed != 0 && (number_is_given(&d->numbers, type, year, typed) || typed == high))
        return ERR_EXISTS;
    return *number > high ? high_save(b, d, type, year, *number) : ERR_OK;
}

static uint32_t uint_of(struct fields *f, const char *field)
{
    const struct fields_value *v = fields_value(f, schema_field_named(f->kind, field));
    struct mp r;
    uint64_t n;

    if (v->count == 0)
        return 0;
    mp_open(&r, buf_bytes(&v->value));
    n = mp_uint(&r, UINT32_MAX);
    return mp_close(&r) == ERR_OK ? (uint32_t)n : 0;
}

static enum err number_new(struct book *b, const struct issue_desk *d, struct fields *f, struct record_written *w)
{
    uint32_t number, typed = uint_of(f, "printed");
    enum err e = take_number(b, d, uint_of(f, "type"), uint_of(f, "year"), typed, &number);

    if (e == ERR_EXISTS)
        w->field = schema_field_named(f->kind, "printed");
    if (e != ERR_OK)
        return e;
    put_uint(f, "printed", number);
    if (d->mine)
        put_book(f, &d->numbers.book);
    return e;
}

enum err issue_prepare(struct book *b, struct fields *f, const struct id *org, struct record_written *w)
{
    struct issue_desk d;
    enum err e;

    if (f->kind != paper())
        return ERR_OK;
    if (uint_of(f, "year") != date_year(uint_of(f, "date"))) {
        w->field = schema_field_named(f->kind, "year");
        return ERR_BAD_VALUE;
    }
    if (fields_value(f, schema_field_named(f->kind, "book"))->count > 0)
        return ERR_OK;
    e = issue_desk_load(b, org, &d);
    if (e == ERR_OK && (d.mine || d.alone))
        e = number_new(b, &d, f, w);
    issue_desk_deinit(&d);
    return e == ERR_NOT_READABLE ? ERR_OK : e; /* whoever writes it will say so */
}

/* --- what others wrote --- */

static int place_order(const void *a, const void *b)
{
    const struct number *x = a, *y = b;

    if (x->place.leaf != y->place.leaf)
        return x->place.leaf < y->place.leaf ? -1 : 1;
    return x->place.position < y->place.position ? -1 : x->place.position > y->place.position;
}

/* It may be entered here already, and not sent yet; or void. */
static enum err enter_one(struct book *b, const struct issue_desk *d, const struct number *n, size_t *count)
{
    struct record_written written;
    struct fields f;
    struct view v;
    struct id book;
    uint32_t number;
    enum err e = replica_view(book_txn(b), &b->replica, paper()->number, &n->record, &v);

    if (e != ERR_OK)
        return e;
    if (replica_view_void(&v) != CLOSE_VOID && !value_id(&v, "book", &book)) {
        fields_init(&f, paper());
        e = take_number(b, d, n->type, n->year, 0, &number);
        if (e == ERR_OK) {
            put_uint(&f, "printed", number);
            put_book(&f, &d->numbers.book);
            e = record_edit(b, &n->record, &f, &written);
        }
        *count += e == ERR_OK;
        fields_deinit(&f);
    }
    replica_view_deinit(&v);
    return e;
}

enum err issue_enter(struct book *b, const struct issue_desk *d, size_t *count)
{
    struct buf waiting = {0};
    const struct number *list = (const struct number *)(const void *)d->numbers.list.p;
    enum err e = ERR_OK;

    *count = 0;
    for (size_t i = 0; i < d->numbers.list.n / sizeof *list; i++)
        if (list[i].state == NUMBER_WAITS)
            buf_put(&waiting, &list[i], sizeof *list);
    if (waiting.n > 0)
        qsort(waiting.p, waiting.n / sizeof *list, sizeof *list, place_order);
    list = (const struct number *)(const void *)waiting.p;
    for (size_t i = 0; e == ERR_OK && i < waiting.n / sizeof *list; i++)
        e = enter_one(b, d, &list[i], count);
    buf_deinit(&waiting);
    return e;
}
