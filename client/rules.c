/* rules.c - see rules.h. */
#include "rules.h"

#include <stdlib.h>

#include "../proto/actor.h"
#include "../proto/mp.h"
#include "../proto/rights.h"
#include "rules_texts.h"

#define NUMBER RULES_NUMBER
#define NUMBERS RULES_NUMBERS
#define DAYS RULES_DAYS
#define TEXT RULES_TEXT
#define RULE(pack, section, key, type, least, most, unit, label) \
    {pack, section, key, type, least, most, unit, label},
const struct rules_key rules_keys[] = {
#include "rules_keys.def"
};
#undef RULE
#undef NUMBER
#undef NUMBERS
#undef DAYS
#undef TEXT
const size_t rules_key_count = ARRAY_LEN(rules_keys);

void rules_init(struct rules *r)
{
    *r = (struct rules){0};
}

bool rules_is_name(const char *name)
{
    for (size_t i = 0; i < rules_key_count; i++)
        if (strcmp(rules_keys[i].pack, name) == 0)
            return true;
    return false;
}

/* They were checked when they were written (tests/t_rules.c); one that does not read is a bug. */
void rules_built_in(struct rules *r)
{
    for (size_t i = 0; i < rules_texts_count; i++) {
        struct rules_fault fault;
        enum err e = rules_read(r, bytes_of(rules_texts[i].text, rules_texts[i].size), NULL, false, &fault);
        assert(e == ERR_OK);
    }
}

/* --- records --- */

struct loading {
    struct rules *rules;
    struct book *book;
    const struct id *org; /* NULL: any */
    enum err err;
};

/* What the ward has not taken counts on the device of those alone whose word it will take. */
static enum err counts(struct loading *l, const struct view *v, bool *out)
{
    const struct replica *r = &l->book->replica;
    enum role role = ROLE_NONE;
    struct scope s;
    bool own = false;

    for (size_t i = 0; i < v->parts; i++)
        own = own || v->part[i].unsealed + v->part[i].sealed + v->part[i].held > 0;
    *out = !own || !r->enrolled;
    if (*out)
        return ERR_OK;
    enum err e = replica_scope(book_txn(l->book), &v->org, ACCESS_A, &s);
    if (e == ERR_OK)
        e = actor_role(book_txn(l->book), &s, &r->person, &role);
    *out = e == ERR_OK && rights_may_write(role, v->kind, NULL, OP_CREATE) == RIGHT_WRITE;
    return e == ERR_NOT_READABLE ? ERR_OK : e;
}

static bool visit(void *arg, struct view *v)
{
    struct loading *l = arg;
    const struct entry *text = replica_view_entry(v, schema_field_named(schema_kind(v->kind), "text"));
    struct rules_fault fault;
    struct mp r;
    bool is_rule = false;

    if (l->org != NULL && !id_equal(l->org, &v->org))
        return true;
    l->err = counts(l, v, &is_rule);
    if (l->err != ERR_OK || !is_rule || text == NULL || replica_view_void(v) == CLOSE_VOID)
        return l->err == ERR_OK;
    mp_open(&r, text->candidate[0].value);
    if (l->rules->count >= RULES_PACKS_MAX ||
        rules_read(l->rules, mp_str(&r, CHANGE_BODY_MAX), &v->org, true, &fault) != ERR_OK)
        l->rules->passed_over++;
    (void)!mp_close(&r);
    return true;
}

enum err rules_load(struct rules *r, struct book *b)
{
    return rules_load_of(r, b, NULL);
}

enum err rules_load_of(struct rules *r, struct book *b, const struct id *org)
{
    struct loading l = {.rules = r, .book = b, .org = org};
    rules_built_in(r);
    enum err e = replica_each(book_txn(b), &b->replica, schema_kind_named("rule_pack")->number, visit, &l);
    return e == ERR_OK ? l.err : e;
}

/* --- choosing --- */

static bool is_better(const struct rules_pack *p, const struct rules_pack *than)
{
    if (than == NULL || p->version != than->version)
        return than == NULL || p->version > than->version;
    if (p->from != than->from)
        return p->from > than->from;
    return id_is_zero(&p->org) && !id_is_zero(&than->org);
}

const struct rules_pack *rules_choose(const struct rules *r, const struct id *org, const char *name, uint32_t date)
{
    const struct rules_pack *best = NULL;

    for (size_t i = 0; i < r->count; i++) {
        const struct rules_pack *p = &r->pack[i];
        bool here = id_is_zero(&p->org) || (org != NULL && id_equal(&p->org, org));
        if (here && strcmp(p->name, name) == 0 && p->from <= date && (p->to == 0 || date <= p->to) &&
            is_better(p, best))
            best = p;
    }
    return best;
}

const char *rules_text(const struct rules_pack *p, const char *key)
{
    for (size_t i = 0; p != NULL && i < p->values; i++)
        if (strcmp(p->value[i].key->key, key) == 0)
            return p->value[i].text;
    return NULL;
}

bool rules_integer(const struct rules_pack *p, const char *key, uint32_t *out)
{
    return rules_item(p, key, 0, out);
}
