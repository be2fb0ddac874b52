/* message.c - see message.h. A read_* takes one value at the reader's place; its errors stay in the reader. */
#include "message.h"

#include "../common/text.h"
#include "mp.h"

static const struct row {
    const char *name;
    uint8_t type;
    uint8_t sender;
} rows[] = {
#define MESSAGE(NAME, name, number, sender) { #name, number, MESSAGE_FROM_##sender },
#include "message.def"
#undef MESSAGE
};

static const struct row *row_of(uint8_t type)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].type == type)
            return &rows[i];
    }
    return NULL;
}

const char *message_name(uint8_t type)
{
    const struct row *row = row_of(type);

    return row == NULL ? "unknown" : row->name;
}

enum message_sender message_sender(uint8_t type)
{
    const struct row *row = row_of(type);

    return row == NULL ? (enum message_sender)0 : (enum message_sender)row->sender;
}

/* --- pieces --- */

static void put_id(struct buf *out, const struct id *id)
{
    mp_put_bin(out, id->b, ID_SIZE);
}

static void read_fixed(struct mp *r, void *out, size_t n)
{
    memcpy(out, mp_bin_exact(r, n), n);
}

static uint32_t read_u32(struct mp *r)
{
    return (uint32_t)mp_uint(r, UINT32_MAX);
}

static uint64_t read_u64(struct mp *r)
{
    return mp_uint(r, UINT64_MAX);
}

static void read_scope(struct mp *r, struct message_scope *m)
{
    size_t count = mp_array(r, 5);

    read_fixed(r, m->scope.b, ID_SIZE);
    m->epoch = read_u32(r);
    m->size = read_u64(r);
    m->from = count > 3 ? mp_uint(r, UINT32_MAX) : 0;
    m->part = count > 4 ? mp_uint(r, UINT32_MAX) : 0;
    if (count < 3 || (count > 3 && m->from == 0) || (count > 4 && m->part == 0))
        mp_fail(r, ERR_BAD_FRAME);
}

static void read_resume(struct mp *r, struct message_resume *m)
{
    mp_expect_array(r, 4);
    read_fixed(r, m->scope.b, ID_SIZE);
    m->next = read_u64(r);
    read_fixed(r, m->head.b, HASH_SIZE);
    m->offset = mp_uint(r, MESSAGE_MAX);
}

static void read_size(struct mp *r, struct message_size *m)
{
    size_t count = mp_array(r, 5);

    read_fixed(r, m->scope.b, ID_SIZE);
    m->epoch = read_u32(r);
    m->size = read_u64(r);
    read_fixed(r, m->root.b, HASH_SIZE);
    m->from = count > 4 ? mp_uint(r, UINT32_MAX) : 0;
    if (count < 4 || m->from > m->size || (count > 4 && m->from == 0))
        mp_fail(r, ERR_BAD_FRAME);
}

static void read_word(struct mp *r, struct message_word *m)
{
    mp_expect_array(r, 5);
    read_fixed(r, m->id.b, HASH_SIZE);
    m->verdict = read_u32(r);
    m->time = mp_uint(r, TIME_MAX);
    m->by = mp_str(r, NAME_MAX_BYTES);
    m->text = mp_str(r, VERDICT_TEXT_MAX);
}

/* --- lists --- */

/* Reads one entry and gives its scope, by which `moved` is ordered. */
typedef void entry_reader(struct mp *r, struct id *scope);

static void read_scope_entry(struct mp *r, struct id *scope)
{
    struct message_scope m;

    read_scope(r, &m);
    *scope = m.scope;
}

static void read_resume_entry(struct mp *r, struct id *scope)
{
    struct message_resume m;

    read_resume(r, &m);
    *scope = m.scope;
}

static void read_size_entry(struct mp *r, struct id *scope)
{
    struct message_size m;

    read_size(r, &m);
    *scope = m.scope;
}

/* Checks every entry. */
static void read_list(struct mp *r, entry_reader *read_entry, bool ascending, struct message_list *list)
{
    struct id scope = { { 0 } }, before = { { 0 } };

    *list = (struct message_list){ .count = mp_array(r, SCOPES_MAX) };
    size_t from = r->at;
    for (size_t i = 0; i < list->count; i++) {
        read_entry(r, &scope);
        if (ascending && i > 0 && id_compare(&before, &scope) >= 0)
            mp_fail(r, ERR_BAD_FRAME);
        before = scope;
    }
    list->entries = bytes_cut(r->all, from);
    list->entries.n = r->at - from;
}

static enum err decode_list(struct message_list *list, struct bytes body, entry_reader *read_entry)
{
    struct mp r;

    mp_open(&r, body);
    read_list(&r, read_entry, false, list);
    return mp_close(&r);
}

enum err message_resume_decode(struct message_list *list, struct bytes body)
{
    return decode_list(list, body, read_resume_entry);
}

enum err message_sizes_decode(struct message_list *list, struct bytes body)
{
    return decode_list(list, body, read_size_entry);
}

void message_list_encode(const struct message_list *list, struct buf *out)
{
    mp_put_array(out, list->count);
    mp_put_raw(out, list->entries);
}

void message_list_add_scope(struct buf *entries, const struct message_scope *entry)
{
    mp_put_array(entries, 3u + (entry->from > 0) + (entry->part > 0));
    put_id(entries, &entry->scope);
    mp_put_uint(entries, entry->epoch);
    mp_put_uint(entries, entry->size);
    if (entry->from > 0)
        mp_put_uint(entries, entry->from);
    if (entry->part > 0)
        mp_put_uint(entries, entry->part);
}

void message_list_add_resume(struct buf *entries, const struct message_resume *entry)
{
    mp_put_array(entries, 4);
    put_id(entries, &entry->scope);
    mp_put_uint(entries, entry->next);
    mp_put_bin(entries, entry->head.b, HASH_SIZE);
    mp_put_uint(entries, entry->offset);
}

void message_list_add_size(struct buf *entries, const struct message_size *entry)
{
    mp_put_array(entries, 4u + (entry->from > 0));
    put_id(entries, &entry->scope);
    mp_put_uint(entries, entry->epoch);
    mp_put_uint(entries, entry->size);
    mp_put_bin(entries, entry->root.b, HASH_SIZE);
    if (entry->from > 0)
        mp_put_uint(entries, entry->from);
}

void message_list_add_word(struct buf *entries, const struct message_word *entry)
{
    mp_put_array(entries, 5);
    mp_put_bin(entries, entry->id.b, HASH_SIZE);
    mp_put_uint(entries, entry->verdict);
    mp_put_uint(entries, entry->time);
    mp_put_str(entries, entry->by);
    mp_put_str(entries, entry->text);
}

/* Opens the next entry; it was checked when its message was decoded. */
static bool next_entry(struct message_list *list, struct mp *r)
{
    if (list->count == 0)
        return false;
    list->count--;
    mp_open(r, mp_split(&list->entries));
    return true;
}

static void close_entry(struct mp *r)
{
    enum err e = mp_close(r);

    assert(e == ERR_OK);
}

bool message_scope_next(struct message_list *list, struct message_scope *entry)
{
    struct mp r;

    if (!next_entry(list, &r))
        return false;
    read_scope(&r, entry);
    close_entry(&r);
    return true;
}

bool message_resume_next(struct message_list *list, struct message_resume *entry)
{
    struct mp r;

    if (!next_entry(list, &r))
        return false;
    read_resume(&r, entry);
    close_entry(&r);
    return true;
}

bool message_size_next(struct message_list *list, struct message_size *entry)
{
    struct mp r;

    if (!next_entry(list, &r))
        return false;
    read_size(&r, entry);
    close_entry(&r);
    return true;
}

bool message_word_next(struct message_list *list, struct message_word *entry)
{
    struct mp r;

    if (!next_entry(list, &r))
        return false;
    read_word(&r, entry);
    close_entry(&r);
    return true;
}

/* --- messages --- */

/* In one element: mode + 4 x newest dictionary + 64 if the link is slow. */
#define HELLO_MODES 4u
#define HELLO_PACKINGS 16u
#define HELLO_SLOW (HELLO_MODES * HELLO_PACKINGS)

void message_hello_encode(const struct message_hello *m, struct buf *out)
{
    mp_put_array(out, 8);
    mp_put_uint(out, m->version);
    mp_put_uint(out, m->mode + HELLO_MODES * m->packing + (m->slow ? HELLO_SLOW : 0));
    mp_put_uint(out, m->incarnation);
    mp_put_uint(out, m->n);
    mp_put_bin(out, m->ratchet, RATCHET_SIZE);
    mp_put_bin(out, m->logs, sizeof(m->logs));
    mp_put_bin(out, m->states, STATE_DIGEST_SIZE);
    message_list_encode(&m->moved, out);
}

/* Every version begins with an array that begins with its number, so that "too new" can be told from nonsense. */
enum err message_hello_decode(struct message_hello *m, struct bytes body)
{
    struct mp r;

    *m = (struct message_hello){ 0 };
    mp_open(&r, body);
    size_t count = mp_array(&r, MP_ELEMENTS_MAX);
    if (count == 0)
        mp_fail(&r, ERR_BAD_FRAME);
    m->version = read_u64(&r);
    if (m->version != PROTOCOL_VERSION) {
        for (size_t i = 1; i < count; i++)
            mp_raw(&r);
        return mp_close(&r);
    }
    if (count != 8)
        mp_fail(&r, ERR_BAD_FRAME);
    unsigned form = (unsigned)mp_uint(&r, 2 * HELLO_SLOW - 1);
    m->mode = form % HELLO_MODES;
    m->packing = form / HELLO_MODES % HELLO_PACKINGS;
    m->slow = form >= HELLO_SLOW;
    if (m->mode > HELLO_REPAIR)
        mp_fail(&r, ERR_BAD_FRAME);
    m->incarnation = read_u32(&r);
    m->n = read_u64(&r);
    read_fixed(&r, m->ratchet, RATCHET_SIZE);
    read_fixed(&r, m->logs, sizeof(m->logs));
    read_fixed(&r, m->states, STATE_DIGEST_SIZE);
    read_list(&r, read_scope_entry, true, &m->moved);
    return mp_close(&r);
}

void message_scope_encode(const struct message_scope *m, struct buf *out)
{
    message_list_add_scope(out, m);
}

enum err message_scope_decode(struct message_scope *m, struct bytes body)
{
    struct mp r;

    mp_open(&r, body);
    read_scope(&r, m);
    return mp_close(&r);
}

void message_own_encode(const struct message_own *m, struct buf *out)
{
    mp_put_array(out, 4);
    mp_put_uint(out, m->first);
    mp_put_uint(out, m->accepted);
    mp_put_uint(out, m->policy);
    mp_put_raw(out, m->verdicts);
}

enum err message_own_decode(struct message_own *m, struct bytes body)
{
    struct mp r;

    mp_open(&r, body);
    mp_expect_array(&r, 4);
    m->first = read_u64(&r);
    m->accepted = mp_uint(&r, TIME_MAX);
    m->policy = read_u64(&r);
    enum mp_type is = mp_peek(&r);
    if (is != MP_INT && is != MP_ARRAY)
        mp_fail(&r, ERR_BAD_FRAME);
    m->verdicts = mp_raw(&r);
    return mp_close(&r);
}

void message_control_encode(const struct message_control *m, struct buf *out)
{
    mp_put_array(out, 2);
    mp_put_bin(out, m->control.p, m->control.n);
    mp_put_bin(out, m->signature, SIGNATURE_SIZE);
}

enum err message_control_decode(struct message_control *m, struct bytes body)
{
    struct mp r;

    mp_open(&r, body);
    mp_expect_array(&r, 2);
    m->control = mp_bin(&r, MESSAGE_MAX);
    read_fixed(&r, m->signature, SIGNATURE_SIZE);
    return mp_close(&r);
}

void message_checkpoint_encode(const struct message_checkpoint *m, struct buf *out)
{
    mp_put_array(out, 3);
    mp_put_uint(out, m->size);
    mp_put_uint(out, m->time);
    mp_put_bin(out, m->signature, SIGNATURE_SIZE);
}

enum err message_checkpoint_decode(struct message_checkpoint *m, struct bytes body)
{
    struct mp r;

    mp_open(&r, body);
    mp_expect_array(&r, 3);
    m->size = read_u64(&r);
    m->time = mp_uint(&r, TIME_MAX);
    read_fixed(&r, m->signature, SIGNATURE_SIZE);
    return mp_close(&r);
}

void message_close_encode(const struct message_close *m, struct buf *out)
{
    mp_put_array(out, 4);
    mp_put_uint(out, m->n);
    mp_put_bin(out, m->ratchet, RATCHET_SIZE);
    mp_put_uint(out, m->time);
    mp_put_uint(out, m->flags);
}

enum err message_close_decode(struct message_close *m, struct bytes body)
{
    struct mp r;

    mp_open(&r, body);
    mp_expect_array(&r, 4);
    m->n = read_u64(&r);
    read_fixed(&r, m->ratchet, RATCHET_SIZE);
    m->time = mp_uint(&r, TIME_MAX);
    m->flags = read_u64(&r);
    return mp_close(&r);
}

void message_error_encode(const struct message_error *m, struct buf *out)
{
    struct bytes detail = m->detail;

    if (detail.n > ERROR_DETAIL_MAX)
        detail.n = text_utf8_prefix(bytes_of(detail.p, ERROR_DETAIL_MAX));
    mp_put_array(out, 2);
    mp_put_uint(out, err_wire(m->err));
    mp_put_str(out, detail);
}

enum err message_error_decode(struct message_error *m, struct bytes body)
{
    struct mp r;

    mp_open(&r, body);
    mp_expect_array(&r, 2);
    uint64_t number = read_u64(&r);
    if (number == 0)
        mp_fail(&r, ERR_BAD_FRAME); /* "done" is no error */
    m->err = err_from_wire(number);
    m->detail = mp_str(&r, ERROR_DETAIL_MAX);
    return mp_close(&r);
}

void message_drop_encode(const struct message_drop *m, struct buf *out)
{
    mp_put_array(out, m->more ? 2 : 4);
    put_id(out, &m->scope);
    if (!m->more) {
        mp_put_uint(out, m->next);
        mp_put_bin(out, m->head.b, HASH_SIZE);
    }
    message_list_encode(&m->words, out);
}

static void read_words(struct mp *r, struct message_list *list)
{
    struct message_word word;
    size_t from;

    list->count = mp_array(r, DROP_WORDS_MAX);
    from = r->at;
    for (size_t i = 0; i < list->count; i++)
        read_word(r, &word);
    list->entries = bytes_cut(r->all, from);
    list->entries.n = r->at - from;
}

enum err message_drop_decode(struct message_drop *m, struct bytes body)
{
    struct mp r;

    *m = (struct message_drop){ 0 };
    mp_open(&r, body);
    size_t count = mp_array(&r, 4);
    if (count != 2 && count != 4)
        mp_fail(&r, ERR_BAD_FRAME);
    m->more = count == 2;
    read_fixed(&r, m->scope.b, ID_SIZE);
    if (!m->more) {
        m->next = read_u64(&r);
        read_fixed(&r, m->head.b, HASH_SIZE);
    }
    read_words(&r, &m->words);
    return mp_close(&r);
}

void message_body_encode(const struct message_body *m, struct buf *out)
{
    mp_put_array(out, 4);
    mp_put_uint(out, m->leaf);
    mp_put_uint(out, m->position);
    mp_put_bin(out, m->salt, SALT_SIZE);
    mp_put_raw(out, m->body);
}

enum err message_body_decode(struct message_body *m, struct bytes body)
{
    struct mp r;

    mp_open(&r, body);
    mp_expect_array(&r, 4);
    m->leaf = mp_uint(&r, UINT32_MAX);
    m->position = (uint32_t)mp_uint(&r, CHANGESET_CHANGES_MAX - 1);
    read_fixed(&r, m->salt, SALT_SIZE);
    m->body = mp_raw(&r);
    return mp_close(&r);
}

void message_past_encode(const struct message_past *m, struct buf *out)
{
    mp_put_array(out, m->is_word ? 3 : 2);
    mp_put_uint(out, m->index);
    mp_put_bin(out, m->leaf.p, m->leaf.n);
    if (m->is_word)
        mp_put_bin(out, m->signature, SIGNATURE_SIZE);
}

enum err message_past_decode(struct message_past *m, struct bytes body)
{
    struct mp r;
    size_t n;

    mp_open(&r, body);
    n = mp_array(&r, 3);
    m->index = mp_uint(&r, UINT32_MAX);
    m->leaf = mp_bin(&r, MESSAGE_MAX);
    m->is_word = n == 3;
    if (m->is_word)
        read_fixed(&r, m->signature, SIGNATURE_SIZE);
    return mp_close(&r) == ERR_OK && n >= 2 ? ERR_OK : ERR_BAD_FRAME;
}

void message_empty_encode(struct buf *out)
{
    mp_put_array(out, 0);
}

bool message_empty(struct bytes body)
{
    return body.n == 1 && body.p[0] == 0x90;
}
