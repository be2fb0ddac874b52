/* registry.c - see registry.h. */
#include "registry.h"

#include <stdlib.h>

#include "../common/text.h"
#include "../proto/mp.h"
#include "../proto/org_change.h"
#include "../proto/ward_grant.h"
#include "../proto/ward_move.h"
#include "../proto/ward_reorganise.h"
#include "../proto/ward_transfer.h"
#include "admin.h"
#include "decision.h"

#define REQUEST_FIELDS 9
#define LIST_BYTES_MAX 2048

struct task {
    struct txn *txn;
    const struct ward *ward;
    uint64_t now_s;
    enum registry_what what;
    bool dry;
    uint64_t number;
    struct ward_decision decision;
    char from[LIST_BYTES_MAX + 1], into[NAME_MAX_BYTES + 1], name[NAME_MAX_BYTES + 1], person[LIST_BYTES_MAX + 1];
    char number_of_decision[NAME_MAX_BYTES + 1];
    struct id org[REGISTRY_LIST_MAX], who[REGISTRY_LIST_MAX];
    size_t orgs, persons;
    struct decision record; /* what is written down of it */
    struct ward_weight weight;
    struct buf *cut;
};

void registry_encode(const struct registry_request *r, struct buf *out)
{
    const char *const texts[] = {r->from, r->into, r->name, r->person, r->decision};

    mp_put_array(out, REQUEST_FIELDS);
    mp_put_uint(out, (uint64_t)r->what);
    mp_put_uint(out, r->dry ? 1 : 0);
    mp_put_uint(out, r->number);
    mp_put_uint(out, r->date);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        mp_put_str(out, bytes_of_str(texts[i] != NULL ? texts[i] : ""));
}

static void take(struct mp *r, char *out, size_t most)
{
    const struct bytes text = mp_str(r, most);
    if (text.n > 0 && memchr(text.p, 0, text.n) != NULL)
        mp_fail(r, ERR_BAD_VALUE);
    else if (text.n > 0)
        memcpy(out, text.p, text.n);
}

static enum err decode(struct task *t, struct bytes request)
{
    struct mp r;
    mp_open(&r, request);
    mp_expect_array(&r, REQUEST_FIELDS);
    t->what = (enum registry_what)mp_uint(&r, REGISTRY_WHATS - 1);
    t->dry = mp_uint(&r, 1) == 1;
    t->number = mp_uint(&r, UINT16_MAX);
    t->decision.date = (uint32_t)mp_uint(&r, UINT32_MAX);
    take(&r, t->from, LIST_BYTES_MAX);
    take(&r, t->into, NAME_MAX_BYTES);
    take(&r, t->name, NAME_MAX_BYTES);
    take(&r, t->person, LIST_BYTES_MAX);
    take(&r, t->number_of_decision, NAME_MAX_BYTES);
    t->decision.number = t->number_of_decision;
    return mp_close(&r);
}

/* ---- who and where ---- */

/* The next of a list with commas, cut off in place; NULL: none left. */
static char *next_of(char **list)
{
    char *word = *list, *comma;
    if (word == NULL || *word == '\0')
        return NULL;
    comma = strchr(word, ',');
    *list = comma != NULL ? comma + 1 : NULL;
    if (comma != NULL)
        *comma = '\0';
    return word;
}

static enum err find_org(struct task *t, const char *code, struct id *out)
{
    struct org o;
    const enum err e = org_by_any_code(t->txn, code, &o);
    *out = o.id;
    return e == ERR_NOT_FOUND ? ERR_NO_SUCH_RECORD : e;
}

static enum err find_orgs(struct task *t)
{
    char *list = t->from;
    enum err e = ERR_OK;
    for (char *code; e == ERR_OK && (code = next_of(&list)) != NULL;) {
        if (t->orgs == REGISTRY_LIST_MAX)
            return ERR_TOO_LONG;
        e = find_org(t, code, &t->org[t->orgs++]);
    }
    return e == ERR_OK && t->orgs == 0 ? ERR_MISSING_FIELD : e;
}

struct finding {
    const char *word;
    struct buf key; /* of the word, without marks and case */
    struct id found;
    size_t count;
};

static bool find_visit(void *arg, struct bytes key, struct bytes value)
{
    struct finding *f = arg;
    struct buf name = {0};
    const struct id id = key.n == ID_SIZE ? id_from(key.p) : (struct id){{0}};
    const bool named = text_key(value, &name) == ERR_OK && bytes_equal(buf_bytes(&name), buf_bytes(&f->key));
    const bool numbered = strlen(f->word) >= ID_PREFIX_MIN && id_has_prefix(&id, f->word);
    buf_deinit(&name);
    if (key.n == ID_SIZE && (named || numbered)) {
        f->found = id;
        f->count++;
    }
    return true;
}

enum err registry_person(struct txn *txn, const char *word, struct id *out)
{
    struct finding f = {.word = word};
    enum err e = text_key(bytes_of_str(word), &f.key);
    if (e == ERR_OK)
        e = store_scan(txn, TABLE_person, bytes_of(NULL, 0), find_visit, &f);
    buf_deinit(&f.key);
    *out = f.found;
    if (e == ERR_OK && f.count != 1)
        e = f.count == 0 ? ERR_NO_SUCH_RECORD : ERR_AMBIGUOUS;
    return e;
}

static enum err find_persons(struct task *t)
{
    char *list = t->person;
    enum err e = ERR_OK;
    for (char *word; e == ERR_OK && (word = next_of(&list)) != NULL;) {
        if (t->persons == REGISTRY_LIST_MAX)
            return ERR_TOO_LONG;
        e = registry_person(t->txn, word, &t->who[t->persons++]);
    }
    return e == ERR_OK && t->persons == 0 ? ERR_MISSING_FIELD : e;
}

/* ---- roles ---- */

static enum err count_devices(struct task *t)
{
    struct ward_device *list = NULL;
    size_t count = 0;
    const enum err e = ward_device_list(t->txn, &list, &count);
    for (size_t i = 0; i < count; i++)
        if (id_equal(&list[i].person, &t->who[0]) && list[i].state != DEVICE_REVOKED) {
            t->weight.devices++;
            if (t->what == REGISTRY_END && !t->dry)
                buf_put(t->cut, &list[i].id, sizeof(list[i].id));
        }
    free(list);
    t->weight.persons = 1;
    return e;
}

/* Who reaches into every cell is not of one of them. */
static enum err in_the_ward(struct task *t, const struct id *org)
{
    struct org o;
    const enum err e = org_load(t->txn, org, &o);
    return e == ERR_OK && o.type != ORG_WARD ? ERR_NOT_ALLOWED : e;
}

static enum err roles(struct task *t)
{
    struct ward_grant g = {.role = (enum role)t->number, .from = t->decision.date};
    uint64_t policy;
    enum err e = t->number > ROLE_NONE && t->number < ROLE_COUNT ? find_orgs(t) : ERR_BAD_VALUE;
    if (e == ERR_OK)
        e = find_persons(t);
    if (e == ERR_OK && (t->orgs != 1 || t->persons != 1))
        e = ERR_BAD_VALUE;
    g.org = t->org[0];
    g.person = t->who[0];
    if (e == ERR_OK)
        e = org_living(t->txn, &t->org[0], &g.org);
    if (e == ERR_OK && t->what == REGISTRY_GRANT && rights_ward_wide(g.role))
        e = in_the_ward(t, &g.org);
    if (e == ERR_OK)
        e = count_devices(t);
    if (e != ERR_OK || t->dry)
        return e;
    e = ward_policy_next(t->txn, &policy);
    if (e == ERR_OK && t->what == REGISTRY_GRANT)
        return ward_grant_add(t->txn, t->ward, &g, t->now_s);
    if (e == ERR_OK)
        e = ward_grant_end(t->txn, t->ward, &g, t->decision.date, t->now_s);
    return e == ERR_NOT_FOUND ? ERR_NO_SUCH_RECORD : e;
}

/* ---- organisations ---- */

static enum err weigh_all(struct task *t)
{
    enum err e = find_orgs(t);
    for (size_t i = 0; e == ERR_OK && i < t->orgs; i++)
        e = ward_weigh(t->txn, &t->org[i], &t->weight);
    if (e == ERR_OK && (t->decision.number[0] == '\0' || t->decision.date == 0))
        e = ERR_MISSING_FIELD;
    return e;
}

/* The organisation that others become part of: one that is there, or a new one if it has a name. */
static enum err target(struct task *t, struct id *into)
{
    uint8_t random[WARD_RANDOM_SIZE];
    struct org o;
    enum err e = find_org(t, t->into, into);
    if (e != ERR_NO_SUCH_RECORD || t->name[0] == '\0')
        return e;
    e = org_load(t->txn, &t->org[0], &o);
    if (e != ERR_OK || t->dry)
        return e;
    crypto_random(random, sizeof(random));
    *into = id_from(random);
    return ward_org_add(t->txn, t->ward, t->into, t->name, t->number != 0 ? (enum org_type)t->number : o.type, random,
                        t->now_s);
}

/* Before an organisation is made for it: can they be merged at all? */
static enum err all_living(struct task *t)
{
    struct id next[ORG_SUCCESSORS_MAX];
    size_t count = 0;
    enum err e = ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < t->orgs; i++) {
        e = org_successors(t->txn, &t->org[i], next, &count);
        if (e == ERR_OK && count > 0)
            e = ERR_FROZEN;
    }
    return e;
}

static enum err merge(struct task *t)
{
    struct id into = {{0}};
    enum err e = weigh_all(t);
    size_t left = 0;
    if (e == ERR_OK)
        e = all_living(t);
    if (e == ERR_OK)
        e = target(t, &into);
    for (size_t i = 0; e == ERR_OK && i < t->orgs; i++) /* one of them may be the one that stays */
        if (!id_equal(&t->org[i], &into))
            t->org[left++] = t->org[i];
    if (e != ERR_OK || t->dry)
        return e;
    return ward_merge(t->txn, t->ward, t->org, left, &into, &t->decision, t->now_s);
}

static enum err split(struct task *t)
{
    uint8_t random[2 * WARD_RANDOM_SIZE];
    struct org other;
    enum err e = weigh_all(t);
    if (e == ERR_OK)
        e = find_persons(t);
    if (e == ERR_OK && t->name[0] == '\0')
        e = ERR_MISSING_FIELD;
    if (e == ERR_OK && (t->orgs != 1 || !org_code_valid(t->into)))
        e = ERR_BAD_VALUE;
    if (e == ERR_OK && org_by_any_code(t->txn, t->into, &other) == ERR_OK)
        e = ERR_EXISTS;
    if (e != ERR_OK || t->dry)
        return e;
    crypto_random(random, sizeof(random));
    return ward_split(t->txn, t->ward, &t->org[0], t->who, t->persons, t->into, t->name, random, &t->decision,
                      t->now_s);
}

static enum err rename_it(struct task *t)
{
    enum err e = weigh_all(t);
    if (e == ERR_OK && (t->orgs != 1 || (t->into[0] == '\0' && t->name[0] == '\0')))
        e = ERR_MISSING_FIELD;
    if (e != ERR_OK || t->dry)
        return e;
    return ward_rename(t->txn, t->ward, &t->org[0], t->into[0] != '\0' ? t->into : NULL,
                       t->name[0] != '\0' ? t->name : NULL, &t->decision, t->now_s);
}

static enum err hand_over(struct task *t)
{
    struct ward_device *list = NULL;
    size_t count = 0;
    enum err e = weigh_all(t);
    if (e == ERR_OK && (t->orgs != 1 || t->into[0] == '\0'))
        e = ERR_MISSING_FIELD;
    if (e == ERR_OK && !t->dry)
        e = ward_device_list(t->txn, &list, &count);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        if (id_equal(&list[i].org, &t->org[0]))
            buf_put(t->cut, &list[i].id, sizeof(list[i].id));
    free(list);
    if (e != ERR_OK || t->dry)
        return e;
    return ward_hand_over(t->txn, t->ward, &t->org[0], t->into, &t->decision, t->now_s);
}

/* ---- one member ---- */

struct record_finding {
    const char *prefix;
    struct id found;
    uint32_t kind;
    size_t count;
};

static bool record_visit(void *arg, struct bytes key, struct bytes value)
{
    struct record_finding *f = arg;
    const struct id record = key.n == 4 + ID_SIZE ? id_from(key.p + 2) : (struct id){{0}};
    (void)value;
    if (key.n != 4 + ID_SIZE || !id_has_prefix(&record, f->prefix) || (f->count > 0 && id_equal(&record, &f->found)))
        return true;
    f->found = record;
    f->kind = load_u16(key.p);
    f->count++;
    return true;
}

/* kind 0: of any */
static enum err find_record(struct task *t, uint32_t *kind, struct id *out)
{
    struct record_finding f = {.prefix = t->person};
    uint8_t prefix[2];
    enum err e;
    if (strlen(t->person) < ID_PREFIX_MIN || strspn(t->person, "0123456789abcdefABCDEF") != strlen(t->person))
        return ERR_BAD_VALUE;
    store_u16(prefix, (uint16_t)*kind);
    e = store_scan(t->txn, TABLE_part, bytes_of(prefix, *kind != 0 ? 2 : 0), record_visit, &f);
    *out = f.found;
    *kind = f.kind;
    if (e == ERR_OK && f.count != 1)
        e = f.count == 0 ? ERR_NO_SUCH_RECORD : ERR_AMBIGUOUS;
    return e;
}

static enum err find_member(struct task *t, struct id *out)
{
    uint32_t kind = schema_kind_named("member")->number;
    return find_record(t, &kind, out);
}

static void about_member(struct task *t, const struct id *member, const struct id *from, const struct id *to)
{
    t->who[0] = *member;
    t->org[0] = *from;
    t->org[1] = *to;
    t->orgs = 2;
}

static enum err move_member(struct task *t)
{
    struct id record, org = {{0}}, to = {{0}};
    struct transfer open;
    enum err e = find_member(t, &record);
    if (e == ERR_OK)
        e = find_org(t, t->into, &to);
    if (e == ERR_OK)
        e = org_living(t->txn, &to, &to);
    if (e == ERR_OK)
        e = ward_record_org(t->txn, schema_kind_named("member")->number, &record, &org);
    if (e == ERR_OK && id_equal(&org, &to) && /* back: an introduction is taken back */
        (t->what == REGISTRY_INTRODUCE || ward_on_the_way(t->txn, &record, t->now_s, &open) != ERR_OK))
        e = ERR_EXISTS;
    t->weight.persons = t->weight.records = 1;
    about_member(t, &record, &org, &to);
    if (e != ERR_OK || t->dry)
        return e;
    return t->what == REGISTRY_INTRODUCE
               ? ward_introduce(t->txn, t->ward, &record, &to, &t->decision, t->now_s)
               : ward_transfer(t->txn, t->ward, &record, &to, &t->decision, t->now_s, &t->weight.scopes);
}

/* By the member's number, or by that of a line in a register. */
static enum err receive_member(struct task *t)
{
    uint32_t line = schema_kind_named("transfer")->number;
    struct transfer open = {.left = 0};
    struct id record;
    enum err e = find_member(t, &record);
    if (e == ERR_NO_SUCH_RECORD) {
        e = find_record(t, &line, &record);
        if (e == ERR_OK)
            e = transfer_line_member(t->txn, &record, &record);
    }
    if (e == ERR_OK)
        e = ward_on_the_way(t->txn, &record, t->now_s, &open);
    t->weight.persons = t->weight.records = 1;
    about_member(t, &record, &open.from, &open.to);
    if (e == ERR_OK && !t->dry)
        e = ward_receive(t->txn, t->ward, &record, t->decision.date, t->now_s, &t->weight.scopes);
    return e == ERR_NOT_FOUND ? ERR_NO_SUCH_RECORD : e;
}

/* Is anything of it below the class? */
static enum err raisable(struct task *t, uint32_t kind, const struct id *record)
{
    struct id org;
    struct org o;
    bool below = false;
    enum err e = ward_record_org(t->txn, kind, record, &org);
    if (e == ERR_OK)
        e = org_load(t->txn, &org, &o);
    for (int a = ACCESS_A; e == ERR_OK && !below && a < (int)t->number; a++) {
        struct scope s;
        e = scope_load(t->txn, &o.scope[a], &s);
        if (e == ERR_OK)
            e = ward_lives_in(t->txn, &s, kind, record, &below);
    }
    if (e == ERR_NOT_FOUND)
        e = ERR_NO_SUCH_RECORD;
    return e == ERR_OK && !below ? ERR_EXISTS : e;
}

static enum err raise_record(struct task *t)
{
    uint32_t kind = 0;
    struct id record;
    uint64_t policy;
    enum err e = t->number > ACCESS_A && t->number <= ACCESS_D ? find_record(t, &kind, &record) : ERR_BAD_VALUE;
    if (e == ERR_OK && t->decision.number[0] == '\0')
        e = ERR_MISSING_FIELD;
    t->weight.records = 1;
    if (e == ERR_OK)
        e = raisable(t, kind, &record);
    if (e == ERR_OK)
        e = ward_record_org(t->txn, kind, &record, &t->org[0]);
    t->orgs = e == ERR_OK;
    if (e != ERR_OK || t->dry)
        return e;
    e = ward_policy_next(t->txn, &policy);
    return e == ERR_OK ? ward_raise(t->txn, t->ward, kind, &record, (enum access)t->number, &t->decision, t->now_s,
                                    &t->weight.scopes)
                       : e;
}

/* ---- what is written down of it ---- */

static bool is_of_member(const struct task *t)
{
    return t->what == REGISTRY_MOVE || t->what == REGISTRY_INTRODUCE || t->what == REGISTRY_RECEIVE;
}

static enum err name_member(struct task *t)
{
    struct quarter_book book = {0};
    char name[QUARTER_NAME_SIZE];
    struct org from, to;
    enum err e = quarter_load(t->txn, &book, true);
    if (e == ERR_OK)
        e = org_load(t->txn, &t->org[0], &from);
    if (e == ERR_OK)
        e = org_load(t->txn, &t->org[1], &to);
    if (e == ERR_OK) {
        transfer_name(&book, &t->who[0], name);
        quarter_copy(t->record.person, sizeof(t->record.person), name);
        quarter_copy(t->record.from, sizeof(t->record.from), from.code);
        quarter_copy(t->record.to, sizeof(t->record.to), to.code);
    }
    quarter_book_deinit(&book);
    return e;
}

/* Before the lists are taken apart. */
static void note(struct task *t)
{
    t->record.what = (unsigned)t->what;
    t->record.date = t->decision.date;
    t->record.time = t->now_s;
    quarter_copy(t->record.number, sizeof(t->record.number), t->decision.number);
    quarter_copy(t->record.from, sizeof(t->record.from), t->from);
    quarter_copy(t->record.to, sizeof(t->record.to), t->into[0] != '\0' ? t->into : t->name);
    if (t->what == REGISTRY_SPLIT)
        quarter_copy(t->record.person, sizeof(t->record.person), t->person);
}

static enum err write_down(struct task *t)
{
    const enum access access = t->what == REGISTRY_INTRODUCE ? ACCESS_B : ACCESS_A;
    struct id into;
    enum err e = is_of_member(t) ? name_member(t) : ERR_OK;
    if (e == ERR_OK && !is_of_member(t) && find_org(t, t->into, &into) == ERR_OK && t->orgs < REGISTRY_LIST_MAX)
        t->org[t->orgs++] = into;
    for (size_t i = 0; e == ERR_OK && i < t->orgs; i++)
        e = decision_touch(t->txn, &t->record, &t->org[i], access);
    return e == ERR_OK ? decision_put(t->txn, &t->record) : e;
}

enum err registry_run(struct txn *txn, const struct ward *w, struct bytes request, uint64_t now_s, struct buf *answer,
                      struct buf *cut)
{
    static enum err (*const runs[REGISTRY_WHATS])(struct task *t) = {
        [REGISTRY_GRANT] = roles, [REGISTRY_END] = roles,        [REGISTRY_MERGE] = merge,
        [REGISTRY_SPLIT] = split, [REGISTRY_RENAME] = rename_it, [REGISTRY_HAND_OVER] = hand_over,
        [REGISTRY_MOVE] = move_member,
        [REGISTRY_RAISE] = raise_record, [REGISTRY_INTRODUCE] = move_member, [REGISTRY_RECEIVE] = receive_member,
    };
    struct task *t = mem_alloc(sizeof(*t));
    struct buf row = {0};
    t->txn = txn;
    t->ward = w;
    t->now_s = now_s;
    t->cut = cut;
    enum err e = decode(t, request);
    note(t);
    if (e == ERR_OK)
        e = runs[t->what](t);
    if (e == ERR_OK && !t->dry && t->what != REGISTRY_GRANT && t->what != REGISTRY_END)
        e = write_down(t);
    if (e == ERR_OK) {
        mp_put_array(&row, 6);
        mp_put_uint(&row, (uint64_t)t->what);
        mp_put_uint(&row, t->weight.persons);
        mp_put_uint(&row, t->weight.devices);
        mp_put_uint(&row, t->weight.scopes);
        mp_put_uint(&row, t->weight.records);
        mp_put_uint(&row, t->weight.contact);
        admin_row(answer, buf_bytes(&row));
    }
    buf_deinit(&row);
    free(t);
    return e;
}
