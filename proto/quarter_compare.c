/* quarter_compare.c - two readings of one register, side by side (quarter.h says what each difference means).
 *
 * Records that were linked as one person count as one: the smallest id leads. A membership decides where a person
 * counts; whoever has none anywhere counts where his record is, on the sides that know it. */
#include <stdlib.h>

#include "../common/date.h"
#include "../common/period.h"
#include "../common/text.h"
#include "quarter_row.h"

enum { TYPE_FULL = 1, TYPE_PROBATIONARY = 2, TYPE_LINKED = 5, TYPE_LAST = TYPE_LINKED };
enum { GENDER_MALE = 1, LINK_SAME = 1, NOT_INTRODUCED = 3 };
#define DAYS_TO_PRESENT 30
#define CLASS_MAX 64 /* records of one person: more are a mistake, and shown as doubles */

/* What is worked out once of each row. */
struct seen {
    struct id leader; /* of the person it is about */
    struct id org;    /* where it counts */
    char key[QUARTER_NAME_SIZE]; /* of a member: folded name; "" without a birth */
};

struct comparing {
    const struct quarter_book *book;
    const struct quarter_row *row;
    struct seen *seen; /* of each row */
    size_t rows;
    struct buf links;   /* const struct quarter_row *[] */
    struct id org;
    uint32_t first, last; /* days of the quarter */
    uint32_t carried;     /* who left since then and was not received is on the list */
    struct buf counted;   /* struct counted[] */
    struct quarter_result *out;
};

struct counted {
    struct id leader;
    enum quarter_side side;
    enum quarter_figure figure;
};

/* ---- persons ---- */

static const struct quarter_row *link_at(const struct comparing *c, size_t i)
{
    const struct quarter_row *r = NULL;

    if ((i + 1) * sizeof r <= c->links.n)
        memcpy(&r, c->links.p + i * sizeof r, sizeof r);
    return r;
}

/* The other record of a link; false: the link is not of this one. */
static bool link_other(const struct quarter_row *link, const struct id *record, struct id *other)
{
    struct id one = quarter_row_id(link, LINK_FIRST), two = quarter_row_id(link, LINK_SECOND);

    *other = id_equal(&one, record) ? two : one;
    return id_equal(&one, record) || id_equal(&two, record);
}

static bool id_among(const struct id *list, size_t n, const struct id *id)
{
    for (size_t i = 0; i < n; i++)
        if (id_equal(&list[i], id))
            return true;
    return false;
}

/* All that can be reached from it, whatever the order in which they were linked. */
static struct id leader_of(const struct comparing *c, const struct id *record)
{
    struct id seen[CLASS_MAX] = {*record}, leader = *record, other;
    const struct quarter_row *link;
    size_t n = 1;

    for (size_t at = 0; at < n; at++)
        for (size_t i = 0; (link = link_at(c, i)) != NULL; i++) {
            if (quarter_row_number(link, QUARTER_CELL, LINK_VERDICT) != LINK_SAME ||
                !link_other(link, &seen[at], &other) || id_among(seen, n, &other) || n == CLASS_MAX)
                continue;
            seen[n++] = other;
            if (id_compare(&other, &leader) < 0)
                leader = other;
        }
    return leader;
}

/* Has anybody said whether these two are one? */
static bool is_judged(const struct comparing *c, const struct id *a, const struct id *b)
{
    const struct quarter_row *link;
    struct id other;

    for (size_t i = 0; (link = link_at(c, i)) != NULL; i++)
        if (link_other(link, a, &other) && id_equal(&other, b))
            return true;
    return false;
}

/* A record of this person; one of this organisation before others. NULL: none is known. */
static const struct quarter_row *record_of(const struct comparing *c, const struct id *leader)
{
    const struct quarter_row *found = NULL;

    for (size_t i = 0; i < c->rows; i++) {
        const struct quarter_row *r = &c->row[i];

        if (r->what != QUARTER_MEMBER || !id_equal(&c->seen[i].leader, leader))
            continue;
        if (id_equal(&c->seen[i].org, &c->org))
            return r;
        found = found == NULL ? r : found;
    }
    return found;
}

/* What the ward says, else what the cell says. */
static const struct quarter_value *either(const struct quarter_row *r, size_t field)
{
    return quarter_row_value(r, r->value[QUARTER_WARD][field].n > 0 ? QUARTER_WARD : QUARTER_CELL, field);
}

static void name_of(const struct quarter_row *r, char out[QUARTER_NAME_SIZE])
{
    struct buf name = {0};

    for (size_t f = MEMBER_FAMILY; r != NULL && f <= MEMBER_GIVEN; f++) {
        char part[QUARTER_VALUE_MAX + 1];

        quarter_value_print(quarter_row_field(QUARTER_MEMBER, f), either(r, f), part, sizeof part);
        if (part[0] != '\0' && name.n > 0)
            buf_put_u8(&name, ' ');
        buf_put_str(&name, part);
    }
    quarter_copy(out, QUARTER_NAME_SIZE, buf_cstr(&name));
    buf_wipe_deinit(&name);
}

static const char *code_of(const struct comparing *c, const struct id *org)
{
    const struct quarter_org *o = (const struct quarter_org *)(const void *)c->book->orgs.p;

    for (size_t i = 0; i < c->book->orgs.n / sizeof *o; i++)
        if (id_equal(&o[i].id, org))
            return o[i].code;
    return "?";
}

static struct id living_of(const struct comparing *c, const struct id *org)
{
    const struct quarter_org *o = (const struct quarter_org *)(const void *)c->book->orgs.p;

    for (size_t i = 0; i < c->book->orgs.n / sizeof *o; i++)
        if (id_equal(&o[i].id, org))
            return o[i].living;
    return *org;
}

/* ---- lines ---- */

static struct quarter_line *line_add(struct comparing *c, enum quarter_what what, const struct id *leader)
{
    struct quarter_line *l = (struct quarter_line *)(void *)buf_grow(&c->out->lines, sizeof *l);

    memset(l, 0, sizeof *l);
    l->sign = '+';
    l->what = what;
    l->person = *leader;
    name_of(record_of(c, leader), l->name);
    return l;
}

static bool line_is_there(const struct comparing *c, enum quarter_what what, const struct id *leader)
{
    const struct quarter_line *l = (const struct quarter_line *)(const void *)c->out->lines.p;

    for (size_t i = 0; i < c->out->lines.n / sizeof *l; i++)
        if (l[i].what == what && id_equal(&l[i].person, leader))
            return true;
    return false;
}

static struct quarter_line *line_values(struct comparing *c, const struct id *leader, enum quarter_kind k, size_t field,
                                        const struct quarter_value *cell, const struct quarter_value *ward)
{
    const struct field_info *f = quarter_row_field(k, field);
    struct quarter_line *l = line_add(c, QUARTER_OTHER_VALUE, leader);

    quarter_copy(l->field, sizeof l->field, f->name);
    quarter_value_print(f, cell, l->cell, sizeof l->cell);
    quarter_value_print(f, ward, l->ward, sizeof l->ward);
    return l;
}

static const char *type_name(uint32_t type)
{
    const struct enum_value *v = schema_value(quarter_row_field(QUARTER_PLACE, PLACE_TYPE), type);

    return v == NULL ? "" : v->name;
}

/* One for each person: a record and a membership of it that both wait are one matter. */
static void line_one_side(struct comparing *c, enum quarter_what what, const struct id *leader, uint32_t cell,
                          uint32_t ward)
{
    struct quarter_line *l;

    if (line_is_there(c, what, leader))
        return;
    l = line_add(c, what, leader);
    quarter_copy(l->cell, sizeof l->cell, type_name(cell));
    quarter_copy(l->ward, sizeof l->ward, type_name(ward));
}

static void line_not_received(struct comparing *c, const struct id *leader, uint32_t to, uint32_t type)
{
    struct quarter_line *l;

    if (line_is_there(c, QUARTER_NOT_RECEIVED, leader))
        return;
    l = line_add(c, QUARTER_NOT_RECEIVED, leader);
    quarter_copy(l->field, sizeof l->field, "to");
    date_print_iso(to, l->cell);
    quarter_copy(l->ward, sizeof l->ward, type_name(type));
    if (date_is_full(to))
        date_print_iso(date_from_days(date_to_days(to) + DAYS_TO_PRESENT), l->extra);
}

/* ---- counts ---- */

static void count(struct comparing *c, const struct id *leader, enum quarter_side s, enum quarter_figure f)
{
    const struct counted *known = (const struct counted *)(const void *)c->counted.p;
    struct counted one = {*leader, s, f};

    for (size_t i = 0; i < c->counted.n / sizeof one; i++)
        if (id_equal(&known[i].leader, leader) && known[i].side == s && known[i].figure == f)
            return;
    buf_put(&c->counted, &one, sizeof one);
    c->out->figure[s][f]++;
}

static void count_person(struct comparing *c, const struct id *leader, enum quarter_side s, enum quarter_figure f)
{
    const struct quarter_row *r = record_of(c, leader);
    uint32_t gender = r == NULL ? 0 : quarter_row_number(r, s, MEMBER_GENDER);

    count(c, leader, s, f);
    if (gender != 0 && (f == QUARTER_FULL || f == QUARTER_PROBATIONARY || f == QUARTER_UNPLACED))
        count(c, leader, s, gender == GENDER_MALE ? QUARTER_MEN : QUARTER_WOMEN);
}

static void count_type(struct comparing *c, const struct id *leader, enum quarter_side s, uint32_t type)
{
    if (type != 0)
        count_person(c, leader, s, (enum quarter_figure)(QUARTER_FULL + type - TYPE_FULL));
}

/* ---- memberships ---- */

/* The last day that a partly known date may mean. */
static uint32_t last_of(uint32_t date)
{
    return date == 0 ? 0 : date % 10000 == 0 ? date + 1231 : date % 100 == 0 ? date + 31 : date;
}

static bool is_main(uint32_t type)
{
    return type == TYPE_FULL || type == TYPE_PROBATIONARY;
}

static bool known_to(const struct quarter_row *r, enum quarter_side s)
{
    return s == QUARTER_CELL || r->value[QUARTER_WARD][PLACE_TYPE].n > 0;
}

/* Both days inclusive. The type on the last day of the quarter; 0: none. */
static uint32_t in_force(const struct comparing *c, const struct quarter_row *r, enum quarter_side s)
{
    uint32_t to = last_of(quarter_row_number(r, s, PLACE_TO)), type = quarter_row_number(r, s, PLACE_TYPE);

    if (!known_to(r, s) || quarter_row_number(r, s, PLACE_FROM) > c->last || type > TYPE_LAST)
        return 0;
    return to == 0 || to >= c->last ? type : 0;
}

/* Another membership under which he counts on this side; `here`: 1 in this organisation, 0 elsewhere, -1 anywhere. */
static const struct quarter_row *counts_also(const struct comparing *c, const struct quarter_row *but,
                                             const struct id *leader, enum quarter_side s, int here)
{
    for (size_t i = 0; i < c->rows; i++) {
        if (&c->row[i] == but || c->row[i].what != QUARTER_PLACE || !id_equal(&c->seen[i].leader, leader) ||
            id_equal(&c->row[i].record, &but->record) || !is_main(in_force(c, &c->row[i], s)))
            continue;
        if (here < 0 || (here == 1) == id_equal(&c->seen[i].org, &c->org))
            return &c->row[i];
    }
    return NULL;
}

/* The ward's date of leaving, if he is on his way: he left, and counts nowhere else. */
static uint32_t on_his_way(const struct comparing *c, const struct quarter_row *r, const struct id *leader)
{
    uint32_t to = quarter_row_number(r, QUARTER_WARD, PLACE_TO);

    if (!c->book->whole || !known_to(r, QUARTER_WARD) || !is_main(quarter_row_number(r, QUARTER_WARD, PLACE_TYPE)) ||
        to == 0 || last_of(to) >= c->last || to < c->carried)
        return 0;
    return counts_also(c, r, leader, QUARTER_WARD, -1) == NULL ? to : 0;
}

static void place_fields(struct comparing *c, const struct quarter_row *r, const struct id *leader)
{
    static const size_t fields[] = {PLACE_TYPE, PLACE_FROM, PLACE_TO};

    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct quarter_value *cell = quarter_row_value(r, QUARTER_CELL, fields[i]),
                                   *ward = quarter_row_value(r, QUARTER_WARD, fields[i]);

        if (known_to(r, QUARTER_WARD) && (cell->n != ward->n || memcmp(cell->b, ward->b, cell->n) != 0))
            (void)line_values(c, leader, QUARTER_PLACE, fields[i], cell, ward);
    }
}

static void moved(struct comparing *c, const struct quarter_row *r, const struct id *leader, bool waits)
{
    for (enum quarter_side s = QUARTER_CELL; s < QUARTER_SIDES; s++) {
        uint32_t from = quarter_row_number(r, s, PLACE_FROM), to = last_of(quarter_row_number(r, s, PLACE_TO));

        if (!known_to(r, s) || !is_main(quarter_row_number(r, s, PLACE_TYPE)))
            continue;
        if (from >= c->first && from <= c->last)
            count(c, leader, s, QUARTER_MOVED_IN);
        if (to >= c->first && to <= c->last && !(waits && s == QUARTER_WARD))
            count(c, leader, s, QUARTER_MOVED_OUT);
    }
}

/* The same person under two memberships. In one cell the two are one line, in two cells each has its own. */
static void place_double(struct comparing *c, const struct quarter_row *r, const struct id *leader)
{
    enum quarter_side s = is_main(in_force(c, r, QUARTER_WARD)) ? QUARTER_WARD : QUARTER_CELL;
    const struct quarter_row *other;
    struct quarter_line *l;

    if (!is_main(in_force(c, r, s)) || line_is_there(c, QUARTER_DOUBLE, leader))
        return;
    other = counts_also(c, r, leader, s, 1);
    if (other == NULL)
        other = counts_also(c, r, leader, s, 0);
    if (other == NULL)
        return;
    l = line_add(c, QUARTER_DOUBLE, leader);
    quarter_copy(l->field, sizeof l->field, "org");
    quarter_copy(l->cell, sizeof l->cell, code_of(c, &c->org));
    quarter_copy(l->ward, sizeof l->ward, code_of(c, &c->seen[other - c->row].org));
}

static void place(struct comparing *c, const struct quarter_row *r, const struct id *leader)
{
    uint32_t cell = in_force(c, r, QUARTER_CELL), ward = in_force(c, r, QUARTER_WARD);
    uint32_t way = on_his_way(c, r, leader), said = quarter_row_number(r, QUARTER_CELL, PLACE_TO);

    if (way != 0) {
        ward = quarter_row_number(r, QUARTER_WARD, PLACE_TYPE);
        line_not_received(c, leader, way, ward);
    } else if (ward != 0 && cell == 0 && is_main(ward) && said != 0 &&
               counts_also(c, r, leader, QUARTER_WARD, -1) == NULL) {
        line_not_received(c, leader, said, ward);
    } else if (ward == 0 && cell != 0) {
        line_one_side(c, QUARTER_ONLY_CELL, leader, cell, 0);
    } else if (ward != 0 && cell == 0) {
        line_one_side(c, QUARTER_ONLY_WARD, leader, 0, ward);
    } else {
        place_fields(c, r, leader);
    }
    moved(c, r, leader, way != 0);
    count_type(c, leader, QUARTER_CELL, cell);
    count_type(c, leader, QUARTER_WARD, ward);
    place_double(c, r, leader);
}

/* ---- records of members ---- */

static bool has_place(const struct comparing *c, const struct id *leader)
{
    for (size_t i = 0; i < c->rows; i++)
        if (c->row[i].what == QUARTER_PLACE && id_equal(&c->seen[i].leader, leader))
            return true;
    return false;
}

/* Where he counts by a membership, or by his record alone; not one who went. */
static bool is_counted(const struct comparing *c, const struct id *leader)
{
    bool any = false;

    for (size_t i = 0; i < c->rows; i++) {
        if (c->row[i].what != QUARTER_PLACE || !id_equal(&c->seen[i].leader, leader))
            continue;
        any = true;
        if (is_main(in_force(c, &c->row[i], QUARTER_WARD)) || is_main(in_force(c, &c->row[i], QUARTER_CELL)))
            return true;
    }
    return !any;
}

static bool same_value(const struct quarter_row *a, const struct quarter_row *b, size_t field)
{
    const struct quarter_value *x = either(a, field), *y = either(b, field);

    return x->n > 1 && x->n == y->n && memcmp(x->b, y->b, x->n) == 0;
}

static bool look_alike(const struct comparing *c, size_t i, size_t k)
{
    if (same_value(&c->row[i], &c->row[k], MEMBER_CARD))
        return true;
    return c->seen[i].key[0] != '\0' && strcmp(c->seen[i].key, c->seen[k].key) == 0 &&
           same_value(&c->row[i], &c->row[k], MEMBER_BORN);
}

/* Two records that nobody has judged yet: one line in each cell, and one where both are in one. */
static void member_double(struct comparing *c, size_t i)
{
    const struct id *leader = &c->seen[i].leader;

    for (size_t k = 0; k < c->rows; k++) {
        const struct quarter_row *r = &c->row[k];
        struct quarter_line *l;
        bool here = id_equal(&c->seen[k].org, &c->org);

        if (r->what != QUARTER_MEMBER || id_equal(&c->seen[k].leader, leader) || !look_alike(c, i, k) ||
            (here && id_compare(&r->record, &c->row[i].record) < 0) ||
            is_judged(c, &c->row[i].record, &r->record) || !is_counted(c, leader) ||
            !is_counted(c, &c->seen[k].leader))
            continue;
        l = line_add(c, QUARTER_DOUBLE, leader);
        quarter_copy(l->field, sizeof l->field, "member");
        quarter_copy(l->cell, sizeof l->cell, code_of(c, &c->org));
        quarter_copy(l->ward, sizeof l->ward, code_of(c, &c->seen[k].org));
        id_print(&r->record, l->extra);
    }
}

static void member_fields(struct comparing *c, const struct quarter_row *r, const struct id *leader)
{
    for (size_t f = 0; f < MEMBER_FIELDS; f++) {
        const struct quarter_value *cell = quarter_row_value(r, QUARTER_CELL, f),
                                   *ward = quarter_row_value(r, QUARTER_WARD, f);

        if (cell->n != ward->n || memcmp(cell->b, ward->b, cell->n) != 0)
            (void)line_values(c, leader, QUARTER_MEMBER, f, cell, ward);
    }
}

/* Two records of one person that do not say the same of him. */
static void member_linked(struct comparing *c, const struct quarter_row *r, const struct id *leader)
{
    const struct quarter_row *lead = NULL;

    for (size_t i = 0; i < c->rows && lead == NULL; i++)
        if (c->row[i].what == QUARTER_MEMBER && id_equal(&c->row[i].record, leader))
            lead = &c->row[i];
    for (size_t f = 0; lead != NULL && !id_equal(&r->record, leader) && f < MEMBER_FIELDS; f++)
        if (either(r, f)->n > 1 && either(lead, f)->n > 1 && !same_value(r, lead, f))
            id_print(&r->record, line_values(c, leader, QUARTER_MEMBER, f, either(r, f), either(lead, f))->extra);
}

static void member(struct comparing *c, size_t i)
{
    const struct quarter_row *r = &c->row[i];
    const struct id *leader = &c->seen[i].leader;
    bool ward = r->value[QUARTER_WARD][MEMBER_GIVEN].n > 0, placed = has_place(c, leader);

    if (!ward)
        line_one_side(c, QUARTER_ONLY_CELL, leader, 0, 0);
    else
        member_fields(c, r, leader);
    member_linked(c, r, leader);
    if (!placed) {
        count_person(c, leader, QUARTER_CELL, QUARTER_UNPLACED);
        if (ward)
            count_person(c, leader, QUARTER_WARD, QUARTER_UNPLACED);
    }
    member_double(c, i);
}

/* ---- links with the place of residence ---- */

/* The ward sent a letter; the home cell has received him when he has a membership of this type there. */
static void home(struct comparing *c, const struct quarter_row *r, const struct id *leader)
{
    uint32_t from = quarter_row_number(r, QUARTER_WARD, HOME_FROM);
    uint32_t to = last_of(quarter_row_number(r, QUARTER_WARD, HOME_TO));
    struct quarter_line *l;

    if (from > c->last || (to != 0 && to < c->last) ||
        quarter_row_number(r, QUARTER_WARD, HOME_EXEMPTION) == NOT_INTRODUCED)
        return;
    count(c, leader, QUARTER_WARD, QUARTER_LINKED);
    for (size_t i = 0; i < c->rows; i++)
        if (c->row[i].what == QUARTER_PLACE && id_equal(&c->seen[i].leader, leader) &&
            id_equal(&c->seen[i].org, &c->org) && in_force(c, &c->row[i], QUARTER_CELL) == TYPE_LINKED)
            return;
    l = line_add(c, QUARTER_NOT_RECEIVED, leader);
    quarter_copy(l->field, sizeof l->field, "from");
    date_print_iso(from, l->cell);
    quarter_copy(l->ward, sizeof l->ward, type_name(TYPE_LINKED));
    if (date_is_full(from))
        date_print_iso(date_from_days(date_to_days(from) + DAYS_TO_PRESENT), l->extra);
}

/* ---- all of it ---- */

static int line_order(const void *a, const void *b)
{
    const struct quarter_line *x = a, *y = b;
    int d = (int)x->what - (int)y->what;

    if (d == 0)
        d = strcmp(x->name, y->name);
    if (d == 0)
        d = id_compare(&x->person, &y->person);
    if (d == 0)
        d = strcmp(x->field, y->field);
    return d != 0 ? d : strcmp(x->extra, y->extra);
}

static void prepare(struct comparing *c)
{
    for (size_t i = 0; i < c->rows; i++) {
        const struct quarter_row *r = &c->row[i];

        if (r->what == QUARTER_LINK)
            buf_put(&c->links, &r, sizeof r);
    }
    for (size_t i = 0; i < c->rows; i++) {
        const struct quarter_row *r = &c->row[i];
        struct id about = r->what == QUARTER_MEMBER ? r->record : quarter_row_id(r, PLACE_MEMBER);
        struct id org = r->what == QUARTER_MEMBER ? r->org : quarter_row_id(r, PLACE_ORG);
        char name[QUARTER_NAME_SIZE];
        struct buf key = {0};

        if (r->what == QUARTER_LINK)
            continue;
        c->seen[i].leader = leader_of(c, &about);
        c->seen[i].org = living_of(c, &org);
        if (r->what != QUARTER_MEMBER || either(r, MEMBER_BORN)->n <= 1)
            continue;
        name_of(r, name);
        if (text_key(bytes_of_str(name), &key) == ERR_OK && key.n < QUARTER_NAME_SIZE)
            memcpy(c->seen[i].key, buf_cstr(&key), key.n + 1);
        buf_deinit(&key);
    }
}

void quarter_compare(const struct quarter_book *b, const struct id *org, uint32_t period, struct quarter_result *r)
{
    struct comparing c = {.book = b, .org = *org, .out = r, .rows = b->rows.n / sizeof *c.row};

    c.row = (const struct quarter_row *)(const void *)b->rows.p;
    c.seen = mem_alloc((c.rows + 1) * sizeof *c.seen);
    c.first = period_first_day(period);
    c.last = period_last_day(period);
    c.carried = period_first_day(quarter_before(period));
    memset(r, 0, sizeof *r);
    prepare(&c);
    for (size_t i = 0; i < c.rows; i++) {
        if (c.row[i].what == QUARTER_LINK || !id_equal(&c.seen[i].org, org))
            continue;
        if (c.row[i].what == QUARTER_MEMBER)
            member(&c, i);
        else if (c.row[i].what == QUARTER_PLACE)
            place(&c, &c.row[i], &c.seen[i].leader);
        else
            home(&c, &c.row[i], &c.seen[i].leader);
    }
    if (r->lines.n > 0)
        qsort(r->lines.p, r->lines.n / sizeof(struct quarter_line), sizeof(struct quarter_line), line_order);
    buf_deinit(&c.links);
    buf_deinit(&c.counted);
    free(c.seen);
}
