/* alike.c - see alike.h. */
#include "alike.h"

#include <stdlib.h>

#include "../common/json.h"
#include "../common/language.h"
#include "../common/text.h"
#include "../proto/mp.h"
#include "value.h"
#include "word.h"

#define WRITTEN_TWICE N_("probably written twice")

/* Records of a kind with the same fields look alike. */
static const struct rule {
    const char *kind;
    const char *field[5]; /* all must be there, but for those behind a ? */
    enum { ANYWHERE, ONE_CELL } where; /* two cells have papers and receipts of one name: nobody wrote twice */
    const char *link;     /* kind of the links; NULL: only noted */
    const char *why;      /* msgid */
} rules[] = {
    {"member", {"card_no"}, ANYWHERE, "link", N_("the same card number")},
    {"member", {"family_name", "?middle_name", "given_name", "born"}, ANYWHERE, "link",
     N_("the same name and date of birth")},
    {"fee_payment", {"member", "month"}, ANYWHERE, "fee_link", N_("paid twice for one month")},
    {"vote", {"meeting", "subject"}, ANYWHERE, NULL, N_("the same vote")},
    {"speech", {"meeting", "text"}, ANYWHERE, NULL, N_("the same speech")},
    {"task", {"duty", "from"}, ONE_CELL, NULL, N_("the same task")},
    /* What the domain calls the natural key of a kind, where it may not make the id (protocol.md 3.4). */
    {"fee_payment", {"receipt"}, ONE_CELL, "fee_link", N_("the same receipt number")},
    {"membership", {"member", "org", "type", "from"}, ANYWHERE, NULL, WRITTEN_TWICE},
    {"office", {"org", "title", "from"}, ANYWHERE, NULL, WRITTEN_TWICE},
    {"congress", {"term"}, ONE_CELL, NULL, WRITTEN_TWICE},
    {"minutes", {"meeting"}, ANYWHERE, NULL, WRITTEN_TWICE},
    {"resolution", {"number", "date"}, ONE_CELL, NULL, WRITTEN_TWICE},
    {"doc_in", {"number", "issuer", "date"}, ONE_CELL, NULL, WRITTEN_TWICE},
    {"doc_out", {"type", "date", "title"}, ONE_CELL, NULL, WRITTEN_TWICE},
    {"candidate", {"name", "born"}, ANYWHERE, NULL, WRITTEN_TWICE},
    {"candidate_step", {"candidate", "step"}, ANYWHERE, NULL, WRITTEN_TWICE},
    {"area_link", {"member", "org", "from"}, ANYWHERE, NULL, WRITTEN_TWICE},
    {"residence_link", {"member", "home_org"}, ANYWHERE, NULL, WRITTEN_TWICE},
    {"appraisal", {"subject", "period"}, ANYWHERE, NULL, WRITTEN_TWICE},
    {"exemption", {"member", "from"}, ANYWHERE, NULL, WRITTEN_TWICE},
    {"fee_rate", {"member", "from"}, ANYWHERE, NULL, WRITTEN_TWICE},
    {"inspection", {"year", "type", "subject"}, ONE_CELL, NULL, WRITTEN_TWICE},
    {"org_change", {"decision_no"}, ANYWHERE, NULL, WRITTEN_TWICE},
    {"reward", {"decision_no", "subject"}, ANYWHERE, NULL, WRITTEN_TWICE},
    {"discipline", {"decision_no", "member"}, ANYWHERE, NULL, WRITTEN_TWICE},
    {"title", {"name", "year", "subject"}, ANYWHERE, NULL, WRITTEN_TWICE},
    {"pledge", {"member", "year"}, ANYWHERE, NULL, WRITTEN_TWICE},
    {"target", {"indicator", "period"}, ONE_CELL, NULL, WRITTEN_TWICE},
    {"term", {"label"}, ONE_CELL, NULL, WRITTEN_TWICE},
};

struct link {
    struct id first, second;
    bool same;
};

struct row {
    struct id id;
    bool unsent;
    struct buf key;
};

struct scan {
    struct book *book;
    const struct rule *rule;
    struct buf links; /* struct link[]: of the kind below */
    struct buf rows;  /* struct row[] */
    struct buf reversed; /* struct id[]: cancelled by another one */
};

const struct kind_info *alike_link_kind(uint32_t kind)
{
    const struct kind_info *k = schema_kind(kind);

    for (size_t i = 0; k != NULL && i < ARRAY_LEN(rules); i++)
        if (strcmp(rules[i].kind, k->name) == 0 && rules[i].link != NULL)
            return schema_kind_named(rules[i].link);
    return NULL;
}

/* ---- links ---- */

static bool link_visit(void *arg, struct view *v)
{
    const struct kind_info *k = schema_kind(v->kind);
    const struct entry *e = replica_view_entry(v, schema_field_named(k, "verdict"));
    struct link l;
    struct mp r;

    if (e == NULL || !value_id(v, "first", &l.first) || !value_id(v, "second", &l.second))
        return true;
    mp_open(&r, e->candidate[0].value);
    l.same = mp_uint(&r, UINT32_MAX) == 1;
    if (mp_close(&r) == ERR_OK)
        buf_put((struct buf *)arg, &l, sizeof(l));
    return true;
}

static enum err links_load(struct book *b, uint32_t kind, struct buf *links)
{
    const struct kind_info *k = alike_link_kind(kind);

    return k == NULL ? ERR_OK : replica_each(book_txn(b), &b->replica, k->number, link_visit, links);
}

static struct id leader_in(const struct buf *links, const struct id *record)
{
    const struct link *l = (const struct link *)(const void *)links->p;
    size_t n = links->n / sizeof(*l);
    struct buf seen = {0};
    struct id leader = *record;

    /* All that can be reached from it, whatever the order in which they were linked. */
    buf_put(&seen, record, sizeof(*record));
    for (size_t at = 0; at < seen.n / sizeof(struct id); at++) {
        for (size_t i = 0; i < n; i++) {
            struct id now = ((struct id *)(void *)seen.p)[at];
            const struct id *other = id_equal(&l[i].first, &now) ? &l[i].second : &l[i].first;
            bool known = !l[i].same || (!id_equal(&l[i].first, &now) && !id_equal(&l[i].second, &now));
            for (size_t k = 0; !known && k < seen.n / sizeof(struct id); k++)
                known = id_equal(&((struct id *)(void *)seen.p)[k], other);
            if (known)
                continue;
            buf_put(&seen, other, sizeof(*other));
            if (id_compare(other, &leader) < 0)
                leader = *other;
        }
    }
    buf_deinit(&seen);
    return leader;
}

struct id alike_leader(struct print *p, uint32_t kind, const struct id *record)
{
    if (alike_link_kind(kind) == NULL)
        return *record;
    if (p->links_kind != kind) {
        buf_clear(&p->links);
        p->links_kind = kind;
        if (links_load(p->book, kind, &p->links) != ERR_OK)
            buf_clear(&p->links); /* a name less on the screen; what cannot be read is told where it is read */
    }
    return leader_in(&p->links, record);
}

static bool is_judged(const struct buf *links, const struct id *a, const struct id *b)
{
    const struct link *l = (const struct link *)(const void *)links->p;
    struct id one = leader_in(links, a), two = leader_in(links, b);

    for (size_t i = 0; i < links->n / sizeof(*l); i++)
        if ((id_equal(&l[i].first, a) && id_equal(&l[i].second, b)) ||
            (id_equal(&l[i].first, b) && id_equal(&l[i].second, a)))
            return true;
    return id_equal(&one, &two);
}

/* ---- pairs ---- */

static bool rule_key(const struct rule *rule, alike_value *value, void *arg, struct buf *key)
{
    const struct kind_info *k = schema_kind_named(rule->kind);

    for (size_t i = 0; i < ARRAY_LEN(rule->field) && rule->field[i] != NULL; i++) {
        bool optional = rule->field[i][0] == '?';
        const struct field_info *f = schema_field_named(k, rule->field[i] + optional);
        struct bytes now = value(arg, f);
        struct mp r;
        if (now.n == 0 && !optional)
            return false;
        if (now.n > 0 && f->type == TYPE_TEXT) {
            mp_open(&r, now);
            struct bytes text = mp_str(&r, TEXT_MAX);
            if (mp_close(&r) != ERR_OK || text_key(text, key) != ERR_OK)
                return false;
        } else {
            buf_put_bytes(key, now);
        }
        buf_put_u8(key, 0xff);
    }
    return true;
}

static struct bytes value_in_view(void *arg, const struct field_info *f)
{
    const struct entry *e = replica_view_entry(arg, f);
    return e == NULL ? (struct bytes){0} : e->candidate[0].value;
}

static const struct rule *rule_of(uint32_t kind, size_t n)
{
    const struct kind_info *k = schema_kind(kind);

    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (strcmp(rules[i].kind, k->name) == 0 && n-- == 0)
            return &rules[i];
    return NULL;
}

bool alike_has_rule(uint32_t kind, size_t n)
{
    return rule_of(kind, n) != NULL;
}

bool alike_key(uint32_t kind, size_t n, alike_value *value, void *arg, struct buf *key)
{
    const struct rule *rule = rule_of(kind, n);
    return rule != NULL && rule_key(rule, value, arg, key);
}

static bool row_visit(void *arg, struct view *v)
{
    struct scan *s = arg;
    struct row row = {.id = v->record};
    struct id reversed;

    if (replica_view_void(v) == CLOSE_VOID)
        return true;
    if (value_id(v, "reverses", &reversed)) {
        buf_put(&s->reversed, &reversed, sizeof(reversed));
        return true;
    }
    for (size_t i = 0; i < v->parts; i++)
        row.unsent = row.unsent || v->part[i].unsealed > 0;
    if (s->rule->where == ONE_CELL)
        buf_put(&row.key, &v->org, sizeof(v->org));
    if (rule_key(s->rule, value_in_view, v, &row.key))
        buf_put(&s->rows, &row, sizeof(row));
    else
        buf_deinit(&row.key);
    return true;
}

static bool is_reversed(const struct scan *s, const struct id *id)
{
    for (size_t i = 0; i < s->reversed.n / sizeof(*id); i++)
        if (id_equal(&((const struct id *)(const void *)s->reversed.p)[i], id))
            return true;
    return false;
}

static int row_order(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    size_t n = x->key.n < y->key.n ? x->key.n : y->key.n;
    int c = n == 0 ? 0 : memcmp(x->key.p, y->key.p, n);

    if (c == 0)
        c = (x->key.n > y->key.n) - (x->key.n < y->key.n);
    return c != 0 ? c : id_compare(&x->id, &y->id);
}

typedef void pair_visit(void *arg, const struct rule *rule, const struct row *a, const struct row *b);

static enum err each_pair(struct book *b, const struct rule *rule, pair_visit *visit, void *arg)
{
    struct scan s = {.book = b, .rule = rule};
    uint32_t kind = schema_kind_named(rule->kind)->number;
    enum err e = links_load(b, kind, &s.links);

    if (e == ERR_OK)
        e = replica_each(book_txn(b), &b->replica, kind, row_visit, &s);
    struct row *row = (struct row *)(void *)s.rows.p;
    size_t n = s.rows.n / sizeof(*row);
    if (n > 0)
        qsort(row, n, sizeof(*row), row_order);
    for (size_t i = 0; e == ERR_OK && i < n; i++)
        for (size_t k = i + 1; k < n && bytes_equal(buf_bytes(&row[i].key), buf_bytes(&row[k].key)); k++)
            if (!is_judged(&s.links, &row[i].id, &row[k].id) && !is_reversed(&s, &row[i].id) &&
                !is_reversed(&s, &row[k].id))
                visit(arg, rule, &row[i], &row[k]);
    for (size_t i = 0; i < n; i++)
        buf_wipe_deinit(&row[i].key);
    buf_deinit(&s.rows);
    buf_deinit(&s.reversed);
    buf_deinit(&s.links);
    return e;
}

struct telling {
    struct print *p;
    bool json;
    const struct id *only; /* pairs with this record; NULL: all */
    struct buf *out;
    uint64_t pairs, unsent;
};

static void put_title(struct telling *t, uint32_t kind, const struct id *id)
{
    struct view v;
    char hex[ID_TEXT_SIZE];

    id_print(id, hex);
    buf_printf(t->out, "%s  ", hex);
    if (replica_view(book_txn(t->p->book), &t->p->book->replica, kind, id, &v) == ERR_OK) {
        refs_title(&t->p->refs, &v, t->out);
        replica_view_deinit(&v);
    }
    buf_put_str(t->out, "\n");
}

static void tell(void *arg, const struct rule *rule, const struct row *a, const struct row *b)
{
    struct telling *t = arg;
    uint32_t kind = schema_kind_named(rule->kind)->number;
    char hex[ID_TEXT_SIZE];
    struct json j;

    if (t->only != NULL && !id_equal(t->only, &a->id) && !id_equal(t->only, &b->id))
        return;
    t->pairs++;
    t->unsent += a->unsent || b->unsent;
    if (t->out == NULL)
        return;
    if (t->json) {
        json_init(&j, t->out);
        json_object_begin(&j);
        json_put_uint(&j, "v", 1);
        json_put_string(&j, "alike", rule->kind);
        id_print(&a->id, hex);
        json_put_string(&j, "id", hex);
        id_print(&b->id, hex);
        json_put_string(&j, "other", hex);
        json_put_string(&j, "why", _(rule->why));
        json_object_end(&j);
        json_line(&j);
        return;
    }
    buf_printf(t->out, "? %s: %s\n   ", _("Probably one"), _(rule->why));
    put_title(t, kind, &a->id);
    buf_put_str(t->out, "   ");
    put_title(t, kind, &b->id);
    if (rule->link != NULL)
        buf_printf(t->out, "   %s\n", _("chibo noi ID ID: one; chibo tach ID ID: two"));
}

enum err alike_list(struct print *p, bool json, struct buf *out)
{
    struct telling t = {.p = p, .json = json, .out = out};
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < ARRAY_LEN(rules); i++)
        if (rules[i].link != NULL)
            e = each_pair(p->book, &rules[i], tell, &t);
    return e;
}

enum err alike_count(struct book *b, uint64_t *pairs, uint64_t *unsent)
{
    struct telling t = {0};
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < ARRAY_LEN(rules); i++)
        if (rules[i].link != NULL)
            e = each_pair(b, &rules[i], tell, &t);
    *pairs = t.pairs;
    *unsent = t.unsent;
    return e;
}

enum err alike_note(struct print *p, uint32_t kind, const struct id *record, struct buf *out)
{
    struct telling t = {.p = p, .only = record, .out = out};
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < ARRAY_LEN(rules); i++)
        if (schema_kind_named(rules[i].kind)->number == kind)
            e = each_pair(p->book, &rules[i], tell, &t);
    return e;
}
