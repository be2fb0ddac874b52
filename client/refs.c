/* refs.c - see refs.h. */
#include "refs.h"

#include "../proto/org_change.h"

#include <stdlib.h>

#include "../common/date.h"
#include "../common/language.h"
#include "../common/text.h"
#include "value.h"
#include "word.h"

#define TITLE_COLUMNS 64
#define TITLE_DEPTH 3 /* minutes -> meeting; attendance -> member */

static enum err find_record(void *arg, const char *kind, const char *text, struct id *out);
static enum err find_org(void *arg, const char *text, struct id *out);
static bool name_record(void *arg, const char *kind, const struct id *id, struct buf *out);
static bool name_org(void *arg, const struct id *id, enum entry_form form, struct buf *out);

void refs_init(struct refs *r, struct book *book)
{
    memset(r, 0, sizeof(*r));
    r->book = book;
    r->entry = (struct entry_refs){r, find_record, find_org, name_record, name_org};
}

void refs_deinit(struct refs *r)
{
    for (size_t i = 0; i < REFS_NAMES; i++) {
        if (r->name[i].text != NULL)
            crypto_wipe(r->name[i].text, strlen(r->name[i].text));
        free(r->name[i].text);
    }
    memset(r, 0, sizeof(*r));
}

/* --- names --- */

void refs_title(struct refs *r, const struct view *v, struct buf *out)
{
    const struct kind_info *k = schema_kind(v->kind);
    struct buf line = {0};
    bool words = true; /* names of a person go on one after the other */

    for (size_t i = 0; k != NULL && k->title[i] != NULL; i++)
        words = words && schema_field_named(k, k->title[i])->type == TYPE_TEXT;
    r->depth++;
    for (size_t i = 0; k != NULL && k->title[i] != NULL; i++) {
        const struct field_info *f = schema_field_named(k, k->title[i]);
        const struct entry *e = replica_view_entry(v, f);
        if (e == NULL)
            continue;
        if (line.n > 0)
            buf_put_str(&line, words ? " " : " · ");
        entry_print(f, e->candidate[0].value, &r->entry, &line);
    }
    r->depth--;
    word_fit(buf_bytes(&line), TITLE_COLUMNS, out);
    buf_wipe_deinit(&line);
}

static struct refs_name *slot_of(struct refs *r, const struct id *id)
{
    return &r->name[load_u16(id->b + ID_SIZE - 2) % REFS_NAMES];
}

static void remember(struct refs *r, const struct id *id, struct bytes text)
{
    struct refs_name *slot = slot_of(r, id);
    free(slot->text);
    slot->id = *id;
    slot->text = mem_alloc(text.n + 1);
    memcpy(slot->text, text.p, text.n);
}

static bool name_record(void *arg, const char *kind, const struct id *id, struct buf *out)
{
    struct refs *r = arg;
    const struct refs_name *known = slot_of(r, id);
    const struct kind_info *k = schema_kind_named(kind);
    struct view v;
    size_t before = out->n;

    if (known->text != NULL && id_equal(&known->id, id)) {
        buf_put_str(out, known->text);
        return true;
    }
    if (k == NULL || r->depth > TITLE_DEPTH ||
        replica_view(book_txn(r->book), &r->book->replica, k->number, id, &v) != ERR_OK)
        return false;
    refs_title(r, &v, out);
    replica_view_deinit(&v);
    if (out->n > before)
        remember(r, id, bytes_of(out->p + before, out->n - before));
    return out->n > before;
}

bool refs_org_name(struct refs *r, const struct id *id, bool code, struct buf *out)
{
    struct org o;
    if (org_load(book_txn(r->book), id, &o) != ERR_OK)
        return false;
    buf_put_str(out, code ? o.code : o.name);
    return true;
}

/* A cell's device knows few organisations but its own, and no record that it holds names another one. People are told
 * so in words; the whole number, which says nothing to them, is for scripts. */
static bool name_org(void *arg, const struct id *id, enum entry_form form, struct buf *out)
{
    char hex[ID_TEXT_SIZE];

    if (refs_org_name(arg, id, form == ENTRY_SCRIPT, out))
        return true;
    if (form == ENTRY_SCRIPT)
        return false;
    id_print(id, hex);
    buf_printf(out, _("an organisation that is not in this book (%.8s)"), hex);
    return true;
}

/* --- finding --- */

static enum err find_org(void *arg, const char *text, struct id *out)
{
    struct refs *r = arg;
    struct org o = {0};
    struct buf code = {0};
    for (const char *p = text; *p != 0; p++)
        buf_put_u8(&code, (uint8_t)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p));
    enum err e = org_by_any_code(book_txn(r->book), buf_cstr(&code), &o);
    buf_deinit(&code);
    /* What became part of another cell is that cell, where it is one. */
    if (e == ERR_OK && org_living(book_txn(r->book), &o.id, out) != ERR_OK)
        *out = o.id;
    return e;
}

struct by_name {
    struct refs *r;
    const char *key;
    uint32_t born; /* 0: whenever */
    struct bytes card; /* n 0: whatever */
    struct id exact, part;
    unsigned exact_n, part_n;
};

/* Born then, or bearing this card: what is not known of a person tells him from nobody. */
static bool is_that_one(const struct by_name *b, const struct view *v)
{
    uint32_t born = 0;
    struct bytes card;

    if (b->card.n > 0 && value_text(v, "card_no", &card) && bytes_equal(card, b->card))
        return true;
    if (b->born == 0)
        return b->card.n == 0;
    return value_number(v, "born", &born) && date_year(born) == date_year(b->born) &&
           (date_month(b->born) == 0 || date_month(born) == date_month(b->born)) &&
           (date_day(b->born) == 0 || date_day(born) == date_day(b->born));
}

static bool visit_name(void *arg, struct view *v)
{
    struct by_name *b = arg;
    struct buf title = {0}, key = {0};

    if (replica_view_void(v) == CLOSE_VOID || !is_that_one(b, v))
        return true;
    refs_title(b->r, v, &title);
    if (text_key(buf_bytes(&title), &key) == ERR_OK) {
        if (strcmp(buf_cstr(&key), b->key) == 0) {
            b->exact = v->record;
            b->exact_n++;
        } else if (strstr(buf_cstr(&key), b->key) != NULL) {
            b->part = v->record;
            b->part_n++;
        }
    }
    buf_wipe_deinit(&title);
    buf_wipe_deinit(&key);
    return true;
}

/* "Lò Văn Thử (1961)", "Lò Văn Thử (045.123)": how long the name is, and what stands behind it for telling homonyms
 * apart, where the kind has a date of birth. */
static size_t split_name(const struct kind_info *k, const char *text, struct by_name *b, struct buf *behind)
{
    const char *open = strrchr(text, '(');
    const size_t n = strlen(text);
    struct date_fault fault;

    if (open == NULL || open == text || text[n - 1] != ')' || schema_field_named(k, "born") == NULL)
        return n;
    buf_put(behind, open + 1, (size_t)(text + n - 1 - (open + 1)));
    if (date_parse(buf_cstr(behind), book_today(), &b->born, &fault) != ERR_OK)
        b->born = 0;
    b->card = buf_bytes(behind);
    return (size_t)(open - text);
}

/* The whole name wins over a part of one. */
static enum err find_by_name(struct refs *r, uint32_t kind, const char *text, struct id *out)
{
    struct buf key = {0}, behind = {0};
    struct by_name b = {.r = r};
    const size_t n = split_name(schema_kind(kind), text, &b, &behind);
    enum err e = text_key(bytes_of(text, n), &key);

    b.key = buf_cstr(&key);
    if (e == ERR_OK && b.key[0] == 0)
        e = ERR_NO_SUCH_RECORD;
    if (e == ERR_OK)
        e = replica_each(book_txn(r->book), &r->book->replica, kind, visit_name, &b);
    if (e == ERR_OK && (b.exact_n > 1 || (b.exact_n == 0 && b.part_n > 1)))
        e = ERR_AMBIGUOUS;
    else if (e == ERR_OK && b.exact_n + b.part_n == 0)
        e = ERR_NO_SUCH_RECORD;
    if (e == ERR_OK)
        *out = b.exact_n == 1 ? b.exact : b.part;
    buf_wipe_deinit(&key);
    buf_wipe_deinit(&behind);
    return e;
}

enum err refs_find(struct refs *r, uint32_t kind_wanted, const char *text, uint32_t *kind, struct id *out)
{
    struct txn *txn = book_txn(r->book);
    struct view v;
    enum err e;

    if (kind_wanted != 0 && id_parse(text, out) == ERR_OK) {
        *kind = kind_wanted;
        e = replica_view(txn, &r->book->replica, kind_wanted, out, &v);
        replica_view_deinit(&v);
        return e == ERR_NOT_FOUND ? ERR_NO_SUCH_RECORD : e;
    }
    e = replica_find(txn, text, kind, out);
    if (e == ERR_OK && kind_wanted != 0 && *kind != kind_wanted)
        e = ERR_NO_SUCH_RECORD;
    if ((e == ERR_BAD_VALUE || e == ERR_NO_SUCH_RECORD) && kind_wanted != 0) {
        *kind = kind_wanted;
        e = find_by_name(r, kind_wanted, text, out);
    }
    return e;
}

static enum err find_record(void *arg, const char *kind, const char *text, struct id *out)
{
    struct refs *r = arg;
    const struct kind_info *k = schema_kind_named(kind);
    struct id whole;
    uint32_t found;
    enum err e = refs_find(r, k->number, text, &found, out);

    if (e == ERR_NO_SUCH_RECORD && id_parse(text, &whole) == ERR_OK) {
        r->unseen = true;
        *out = whole;
        e = ERR_OK;
    }
    return e;
}

enum err refs_find_known(struct book *b, const char *text, const struct kind_info **kind, struct id *out)
{
    struct refs refs;
    uint32_t number = 0;

    refs_init(&refs, b);
    enum err e = refs_find(&refs, 0, text, &number, out);
    refs_deinit(&refs);
    *kind = schema_kind(number);
    return e == ERR_OK && *kind == NULL ? ERR_TOO_NEW : e;
}
