/* number.c - protocol.md 5.7: the places of all papers and books of one log, walked in their order. */
#include "number.h"

#include <stdlib.h>

#include "draft.h"
#include "mp.h"

#define LETTERS 26
#define AHEAD_MAX 1000 /* a printed number further on is a slip of the hand: it would be the series' last for ever */

/* --- what stands in the log --- */

enum event_kind { EVENT_BOOK, EVENT_RETURNED, EVENT_PAPER, EVENT_ENTERED };

struct event {
    struct number_place place;
    enum event_kind kind;
    size_t paper;   /* index into papers */
    struct id book; /* the record of it, or the one a paper names (zero: none) */
    uint32_t printed;
};

struct paper {
    struct number number;
    bool done;
};

struct gathering {
    struct txn *txn;
    const struct scope *scope;
    struct buf papers; /* struct paper[] */
    struct buf events; /* struct event[] */
    enum err err;
    const struct kind_info *kind;
};

static int place_compare(struct number_place a, struct number_place b)
{
    if (a.leaf != b.leaf)
        return a.leaf < b.leaf ? -1 : 1;
    return a.position == b.position ? 0 : a.position < b.position ? -1 : 1;
}

static const struct entry *entry_named(const struct gathering *g, const struct part *p, const char *field)
{
    const struct entry *e = fold_entry(p, schema_tag(schema_field_named(g->kind, field)));

    return e == NULL || (e->candidate[0].value.n == 1 && e->candidate[0].value.p[0] == 0xc0) ? NULL : e;
}

static uint32_t uint_of(const struct entry *e)
{
    struct mp r;
    uint64_t n;

    if (e == NULL)
        return 0;
    mp_open(&r, e->candidate[0].value);
    n = mp_uint(&r, UINT32_MAX);
    return mp_close(&r) == ERR_OK ? (uint32_t)n : 0;
}

static struct id id_of(const struct entry *e)
{
    struct id id = {{0}};
    struct mp r;

    if (e == NULL)
        return id;
    mp_open(&r, e->candidate[0].value);
    id = id_from(mp_bin_exact(&r, ID_SIZE));
    return mp_close(&r) == ERR_OK ? id : (struct id){{0}};
}

static struct number_place first_place(const struct part *p)
{
    return (struct number_place){p->change[0].leaf, p->change[0].position};
}

/* Where this value was written: the first of the changes that say so. */
static enum err value_place(const struct gathering *g, const struct part *p, const struct entry *e,
                            struct number_place *out)
{
    struct bytes versions = e->candidate[0].versions;
    enum err err = ERR_OK;

    *out = first_place(p);
    if (p->changes == 1)
        return ERR_OK;
    *out = (struct number_place){UINT32_MAX, UINT32_MAX};
    for (size_t i = 0; err == ERR_OK && i < versions.n; i += VERSION_SIZE) {
        struct number_place at;
        struct version v;

        memcpy(v.b, versions.p + i, VERSION_SIZE);
        err = scope_change_find(g->txn, g->scope, &v, &at.leaf, &at.position);
        if (err == ERR_OK && place_compare(at, *out) < 0)
            *out = at;
    }
    return err == ERR_NOT_FOUND ? ERR_DAMAGED : err;
}

static void event_add(struct gathering *g, const struct event *e)
{
    buf_put(&g->events, e, sizeof *e);
}

static enum err gather_book(struct gathering *g, const struct id *record, const struct part *p)
{
    struct event e = {.kind = EVENT_BOOK, .place = first_place(p), .book = *record};
    const struct entry *returned = entry_named(g, p, "returned");
    enum err err = ERR_OK;

    event_add(g, &e);
    if (returned != NULL) {
        e.kind = EVENT_RETURNED;
        err = value_place(g, p, returned, &e.place);
        if (err == ERR_OK)
            event_add(g, &e);
    }
    return err;
}

/* The printed number counts where it was written together with the paper, or with its entry in the book. */
static enum err gather_paper(struct gathering *g, const struct id *record, const struct part *p)
{
    struct paper paper = {.number = {.record = *record, .place = first_place(p)}};
    struct event e = {.kind = EVENT_PAPER, .place = first_place(p), .paper = g->papers.n / sizeof paper};
    const struct entry *book = entry_named(g, p, "book"), *printed = entry_named(g, p, "printed");
    struct number_place at = e.place, printed_at = e.place;
    enum err err = ERR_OK;

    paper.number.type = uint_of(entry_named(g, p, "type"));
    paper.number.year = uint_of(entry_named(g, p, "year"));
    if (paper.number.type == 0 || paper.number.year == 0)
        return ERR_OK;
    if (book != NULL)
        err = value_place(g, p, book, &at);
    if (err == ERR_OK && printed != NULL)
        err = value_place(g, p, printed, &printed_at);
    if (err != ERR_OK)
        return err;
    buf_put(&g->papers, &paper, sizeof paper);
    if (printed != NULL && place_compare(printed_at, e.place) == 0)
        e.printed = uint_of(printed);
    if (book != NULL && place_compare(at, e.place) == 0)
        e.book = id_of(book);
    event_add(g, &e);
    if (book != NULL && place_compare(at, e.place) != 0) {
        e.kind = EVENT_ENTERED;
        e.place = at;
        e.book = id_of(book);
        e.printed = printed != NULL && place_compare(printed_at, at) == 0 ? uint_of(printed) : 0;
        event_add(g, &e);
    }
    return err;
}

static bool gather_visit(void *arg, struct bytes key, struct bytes value)
{
    struct gathering *g = arg;
    struct id record;
    struct part p;

    if (key.n != 4 + ID_SIZE || load_u16(key.p + 2 + ID_SIZE) != g->scope->number)
        return true;
    record = id_from(key.p + 2);
    g->err = part_decode(&p, value);
    if (g->err == ERR_OK && p.changes > 0 && p.change[0].leaf != DRAFT_LEAF)
        g->err = strcmp(g->kind->name, "doc_book") == 0 ? gather_book(g, &record, &p) : gather_paper(g, &record, &p);
    part_deinit(&p);
    return g->err == ERR_OK;
}

static enum err gather(struct gathering *g, const char *kind)
{
    uint8_t prefix[2];
    enum err e;

    g->kind = schema_kind_named(kind);
    store_u16(prefix, (uint16_t)g->kind->number);
    e = store_scan(g->txn, TABLE_part, bytes_of(prefix, 2), gather_visit, g);
    return e == ERR_OK ? g->err : e;
}

/* --- the walk --- */

/* All papers of one type and year. */
struct series {
    uint32_t type, year, last;
};

struct walk {
    struct paper *paper;
    size_t papers;
    struct buf series; /* struct series[] */
    bool held;
    struct id book;
};

static struct series *series_of(struct walk *w, const struct number *n)
{
    struct series *s = (struct series *)(void *)w->series.p, fresh = {n->type, n->year, 0};

    for (size_t i = 0; i < w->series.n / sizeof *s; i++)
        if (s[i].type == n->type && s[i].year == n->year)
            return &s[i];
    buf_put(&w->series, &fresh, sizeof fresh);
    return (struct series *)(void *)(w->series.p + w->series.n - sizeof fresh);
}

static bool same_series(const struct number *a, uint32_t type, uint32_t year)
{
    return a->type == type && a->year == year;
}

static size_t bearing(const struct walk *w, const struct number *n, uint32_t number, enum number_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < w->papers; i++)
        count += w->paper[i].number.state == state && w->paper[i].number.number == number &&
                 same_series(&w->paper[i].number, n->type, n->year);
    return count;
}

static void give(struct walk *w, struct paper *p, uint32_t printed)
{
    struct series *s = series_of(w, &p->number);

    p->number.state = NUMBER_GIVEN;
    p->number.number = printed == 0 ? s->last + 1 : printed;
    p->number.printed = printed > 0;
    if (p->number.number > s->last)
        s->last = p->number.number;
}

static void letter(const struct walk *w, struct paper *p, uint32_t printed)
{
    p->number.letter = (uint32_t)bearing(w, &p->number, printed, NUMBER_LETTERED) + 1;
    p->number.state = NUMBER_LETTERED;
    p->number.number = printed;
    p->number.printed = true;
}

static bool is_free(struct walk *w, const struct number *n, uint32_t printed)
{
    uint32_t last = series_of(w, n)->last;

    return printed > last ? printed - last <= AHEAD_MAX : bearing(w, n, printed, NUMBER_GIVEN) == 0;
}

static void paper_comes(struct walk *w, const struct event *e)
{
    struct paper *p = &w->paper[e->paper];
    bool named = !id_is_zero(&e->book), by_book = w->held ? named && id_equal(&e->book, &w->book) : !named;

    if (p->number.state != NUMBER_WAITS)
        return; /* it was entered after it had its number */
    if (by_book && (e->printed == 0 || is_free(w, &p->number, e->printed)))
        give(w, p, e->printed);
    else if (e->printed > 0)
        letter(w, p, e->printed);
    else if (!w->held)
        give(w, p, 0); /* by a book that is not in force any more, and nothing was printed */
}

/* Nobody holds the book: what waited gets its number, in the order in which it came. */
static void book_ends(struct walk *w, const struct event *events, size_t upto)
{
    w->held = false;
    for (size_t i = 0; i < upto; i++) {
        struct paper *p = &w->paper[events[i].paper];
        if (events[i].kind == EVENT_PAPER && p->number.state == NUMBER_WAITS)
            give(w, p, 0);
    }
}

static int event_order(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    int c = place_compare(x->place, y->place);

    return c != 0 ? c : (int)x->kind - (int)y->kind;
}

static void walk(struct walk *w, struct event *event, size_t count)
{
    if (count > 0)
        qsort(event, count, sizeof *event, event_order);
    for (size_t i = 0; i < count; i++) {
        const struct event *e = &event[i];

        if (e->kind == EVENT_BOOK) {
            w->held = true;
            w->book = e->book;
        } else if (e->kind == EVENT_RETURNED && w->held && id_equal(&w->book, &e->book)) {
            book_ends(w, event, i);
        } else if (e->kind == EVENT_PAPER || e->kind == EVENT_ENTERED) {
            paper_comes(w, e);
        }
    }
}

static int record_order(const void *a, const void *b)
{
    return id_compare(&((const struct number *)a)->record, &((const struct number *)b)->record);
}

enum err number_load(struct txn *txn, const struct scope *s, struct numbers *out)
{
    struct gathering g = {.txn = txn, .scope = s};
    struct walk w = {0};
    enum err e;

    memset(out, 0, sizeof *out);
    e = gather(&g, "doc_book");
    if (e == ERR_OK)
        e = gather(&g, "doc_out");
    if (e == ERR_OK) {
        w.paper = (struct paper *)(void *)g.papers.p;
        w.papers = g.papers.n / sizeof(struct paper);
        walk(&w, (struct event *)(void *)g.events.p, g.events.n / sizeof(struct event));
        for (size_t i = 0; i < w.papers; i++)
            buf_put(&out->list, &w.paper[i].number, sizeof w.paper[i].number);
        if (w.papers > 0)
            qsort(out->list.p, w.papers, sizeof(struct number), record_order);
        out->held = w.held;
        out->book = w.book;
    }
    buf_deinit(&w.series);
    buf_deinit(&g.papers);
    buf_deinit(&g.events);
    return e;
}

void number_list_deinit(struct numbers *n)
{
    buf_deinit(&n->list);
    memset(n, 0, sizeof *n);
}

/* --- asking --- */

const struct number *number_of(const struct numbers *n, const struct id *record)
{
    const struct number wanted = {.record = *record};

    return n->list.n == 0 ? NULL
                          : bsearch(&wanted, n->list.p, n->list.n / sizeof wanted, sizeof wanted, record_order);
}

uint32_t number_last(const struct numbers *n, uint32_t type, uint32_t year)
{
    const struct number *list = (const struct number *)(const void *)n->list.p;
    uint32_t last = 0;

    for (size_t i = 0; i < n->list.n / sizeof *list; i++)
        if (same_series(&list[i], type, year) && list[i].state == NUMBER_GIVEN && list[i].number > last)
            last = list[i].number;
    return last;
}

bool number_is_given(const struct numbers *n, uint32_t type, uint32_t year, uint32_t number)
{
    const struct number *list = (const struct number *)(const void *)n->list.p;

    for (size_t i = 0; i < n->list.n / sizeof *list; i++)
        if (same_series(&list[i], type, year) && list[i].state == NUMBER_GIVEN && list[i].number == number)
            return true;
    return false;
}

void number_print(const struct number *n, struct buf *out)
{
    uint8_t letters[8];
    size_t count = 0;

    if (n == NULL || n->state == NUMBER_WAITS) {
        buf_put_str(out, "…");
        return;
    }
    buf_printf(out, "%u", (unsigned)n->number);
    for (uint32_t left = n->letter; left > 0; left = (left - 1) / LETTERS)
        letters[count++] = (uint8_t)('a' + (left - 1) % LETTERS);
    while (count > 0)
        buf_put_u8(out, letters[--count]);
}
