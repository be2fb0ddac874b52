/* homonym.c - see homonym.h. */
#include "homonym.h"

#include "../common/text.h"
#include "value.h"

void homonym_init(struct homonym *h, struct refs *refs)
{
    memset(h, 0, sizeof(*h));
    h->refs = refs;
}

void homonym_deinit(struct homonym *h)
{
    keymap_deinit(&h->names);
    buf_deinit(&h->loaded);
}

static void key_of(uint32_t kind, struct bytes name, struct buf *key)
{
    buf_put_u32(key, kind);
    (void)!text_key(name, key); /* our own text */
}

static bool visit(void *arg, struct view *v)
{
    struct homonym *h = arg;
    struct buf title = {0}, key = {0};

    if (replica_view_void(v) == CLOSE_VOID)
        return true;
    refs_title(h->refs, v, &title);
    key_of(v->kind, buf_bytes(&title), &key);
    keymap_put(&h->names, buf_bytes(&key), &v->record);
    buf_wipe_deinit(&title);
    buf_wipe_deinit(&key);
    return true;
}

static bool load(struct homonym *h, uint32_t kind)
{
    struct book *b = h->refs->book;

    for (size_t i = 0; i < h->loaded.n; i += sizeof(kind))
        if (memcmp(h->loaded.p + i, &kind, sizeof(kind)) == 0)
            return true;
    buf_put(&h->loaded, &kind, sizeof(kind));
    return replica_each(book_txn(b), &b->replica, kind, visit, h) == ERR_OK;
}

static bool has_another(const struct homonym *h, uint32_t kind, struct bytes name)
{
    struct buf key = {0};
    uint32_t at = 0;

    key_of(kind, name, &key);
    const bool one = keymap_next(&h->names, buf_bytes(&key), &at) != NULL;
    const bool two = one && keymap_next(&h->names, buf_bytes(&key), &at) != NULL;
    buf_wipe_deinit(&key);
    return two;
}

/* "NAME (what stands in this field)", if that means him and nobody else. */
static bool with_field(struct homonym *h, const struct view *v, struct bytes name, const char *field, struct buf *out)
{
    const struct field_info *f = schema_field_named(schema_kind(v->kind), field);
    const struct entry *e = f == NULL ? NULL : replica_view_entry(v, f);
    struct buf text = {0};
    struct id found;
    uint32_t kind;

    if (e == NULL)
        return false;
    buf_put_bytes(&text, name);
    buf_put_str(&text, " (");
    entry_print(f, e->candidate[0].value, NULL, &text);
    buf_put_str(&text, ")");
    const bool only = refs_find(h->refs, v->kind, buf_cstr(&text), &kind, &found) == ERR_OK &&
                      id_equal(&found, &v->record);
    if (only)
        buf_put_bytes(out, buf_bytes(&text));
    buf_wipe_deinit(&text);
    return only;
}

bool homonym_name(struct homonym *h, const char *kind, const struct id *id, struct buf *out)
{
    struct book *b = h->refs->book;
    const struct kind_info *k = schema_kind_named(kind);
    struct buf name = {0};
    struct view v;
    const bool known = h->refs->entry.name_record(h->refs, kind, id, &name);

    if (!known || schema_field_named(k, "born") == NULL || !load(h, k->number) ||
        !has_another(h, k->number, buf_bytes(&name)) ||
        replica_view(book_txn(b), &b->replica, k->number, id, &v) != ERR_OK) {
        buf_put_bytes(out, buf_bytes(&name));
    } else {
        char hex[ID_TEXT_SIZE];
        id_print(id, hex);
        if (!with_field(h, &v, buf_bytes(&name), "born", out) && !with_field(h, &v, buf_bytes(&name), "card_no", out))
            buf_put_str(out, hex);
        replica_view_deinit(&v);
    }
    buf_wipe_deinit(&name);
    return known;
}
