/* control.c - see control.h. */
#include "control.h"

#include "header.h"
#include "mp.h"
#include "sign.h"

#define HEAD 6 /* suite, ward, scope, kind, policy, time */
#define CONTEXT "chibo1/control"
#define ELEMENTS_MAX 9

enum element_type {
    NONE,
    U32,    /* uint32_t; limit is the greatest */
    U64,    /* uint64_t */
    FIXED,  /* bin of exactly `limit` bytes, in place */
    ID_NIL, /* struct id; the zero id is nil */
    STR,    /* struct bytes; limit in bytes */
    BIN,    /* struct bytes; limit in bytes */
    PATH    /* struct tree_proof; limit in nodes */
};

struct element {
    enum element_type type;
    size_t offset;
    uint32_t limit;
};

struct kind_row {
    const char *name;
    struct element element[ELEMENTS_MAX]; /* ends with NONE, or full */
};

#define AT(member) offsetof(struct control, is.member)

/* clang-format off */
static const struct kind_row kinds[] = {
    [CONTROL_SCOPE] = {"scope", {
        {FIXED, AT(is_scope.org), ID_SIZE}, {U32, AT(is_scope.access), 4}, {STR, AT(is_scope.code), NAME_MAX_BYTES},
        {STR, AT(is_scope.name), NAME_MAX_BYTES}, {U32, AT(is_scope.type), UINT32_MAX},
        {ID_NIL, AT(is_scope.parent), 0}, {FIXED, AT(is_scope.ward_key), SIGN_PUBLIC_SIZE}}},
    [CONTROL_PERSON] = {"person", {
        {FIXED, AT(person.person), ID_SIZE}, {STR, AT(person.name), NAME_MAX_BYTES}}},
    [CONTROL_DEVICE] = {"device", {
        {FIXED, AT(device.device), ID_SIZE}, {FIXED, AT(device.key), SIGN_PUBLIC_SIZE},
        {FIXED, AT(device.person), ID_SIZE}}},
    [CONTROL_GRANT] = {"grant", {
        {FIXED, AT(grant.person), ID_SIZE}, {U32, AT(grant.role), UINT32_MAX}, {U32, AT(grant.date), UINT32_MAX}}},
    [CONTROL_END] = {"end", {
        {FIXED, AT(grant.person), ID_SIZE}, {U32, AT(grant.role), UINT32_MAX}, {U32, AT(grant.date), UINT32_MAX}}},
    [CONTROL_REVOKE] = {"revoke", {
        {FIXED, AT(revoke.device), ID_SIZE}, {U32, AT(revoke.reason), UINT32_MAX}}},
    [CONTROL_VERDICT] = {"verdict", {
        {FIXED, AT(verdict.device), ID_SIZE}, {U32, AT(verdict.incarnation), UINT32_MAX}, {U64, AT(verdict.first), 0},
        {U32, AT(verdict.position), CHANGESET_CHANGES_MAX - 1}, {U32, AT(verdict.verdict), UINT32_MAX},
        {STR, AT(verdict.text), VERDICT_TEXT_MAX}, {STR, AT(verdict.by), NAME_MAX_BYTES}}},
    [CONTROL_EPOCH] = {"epoch", {
        {U32, AT(epoch.epoch), UINT32_MAX}, {U64, AT(epoch.size), 0}, {FIXED, AT(epoch.root), HASH_SIZE}}},
    [CONTROL_REDACTION] = {"redaction", {
        {U64, AT(redaction.leaf), 0}, {U32, AT(redaction.position), CHANGESET_CHANGES_MAX - 1},
        {FIXED, AT(redaction.commitment), HASH_SIZE}}},
    [CONTROL_HOME] = {"home", {
        {ID_NIL, AT(home.record), 0}, {ID_NIL, AT(home.target), 0}, {FIXED, AT(home.home), ID_SIZE},
        {U64, AT(home.size), 0}, {FIXED, AT(home.root), HASH_SIZE}, {ID_NIL, AT(home.org), 0},
        {STR, AT(home.decision), NAME_MAX_BYTES}, {U32, AT(home.date), UINT32_MAX}}},
    [CONTROL_MIRROR] = {"mirror", {
        {FIXED, AT(mirror.home), ID_SIZE}, {U64, AT(mirror.leaf), 0}, {BIN, AT(mirror.header), HEADER_SIZE_MAX},
        {FIXED, AT(mirror.signature), SIGNATURE_SIZE}, {U32, AT(mirror.position), CHANGESET_CHANGES_MAX - 1},
        {PATH, AT(mirror.path), CONTROL_PATH_MAX}, {FIXED, AT(mirror.salt), SALT_SIZE},
        {BIN, AT(mirror.body), CHANGE_BODY_MAX}, {U32, AT(mirror.verdict), UINT32_MAX}}},
    [CONTROL_FOLD] = {"fold", {
        {U32, AT(fold.version), UINT32_MAX}}},
    [CONTROL_KEY] = {"key", {
        {FIXED, AT(key.key), SIGN_PUBLIC_SIZE}, {FIXED, AT(key.signature), SIGNATURE_SIZE}}},
    [CONTROL_RAISED] = {"raised", {
        {FIXED, AT(raised.record), ID_SIZE}, {U32, AT(raised.kind), UINT16_MAX}, {U32, AT(raised.access), 4}}},
};
/* clang-format on */

static const struct kind_row *kind_row(uint32_t kind);
static size_t element_count(const struct kind_row *row);
static void element_encode(const struct element *el, const struct control *c, struct buf *out);
static void element_decode(const struct element *el, struct control *c, struct mp *r);
static void meaning_check(const struct control *c, struct mp *r);
static void successor_encode(const struct id *ward, const uint8_t *old_key, const uint8_t *new_key, struct buf *out);

const char *control_kind_name(uint32_t kind)
{
    const struct kind_row *row = kind_row(kind);

    return row == NULL ? NULL : row->name;
}

void control_encode(const struct control *c, struct buf *out)
{
    const struct kind_row *row = kind_row(c->kind);
    size_t count = row == NULL ? c->is.unknown.count : element_count(row);

    mp_put_array(out, HEAD + count);
    mp_put_uint(out, SUITE_1);
    mp_put_bin(out, c->ward.b, ID_SIZE);
    mp_put_bin(out, c->scope.b, ID_SIZE);
    mp_put_uint(out, c->kind);
    mp_put_uint(out, c->policy);
    mp_put_uint(out, c->time);
    if (row == NULL)
        mp_put_raw(out, c->is.unknown.payload);
    for (size_t i = 0; row != NULL && i < count; i++)
        element_encode(&row->element[i], c, out);
}

enum err control_decode(struct control *c, struct bytes encoded)
{
    struct mp r;

    memset(c, 0, sizeof(*c));
    if (encoded.n == HASH_SIZE)
        return ERR_OK; /* CONTROL_ERASED: shorter than any control */
    mp_open(&r, encoded);
    size_t count = mp_array(&r, MP_ELEMENTS_MAX);
    if (count < HEAD)
        mp_fail(&r, ERR_BAD_FRAME);
    if (mp_uint(&r, UINT64_MAX) != SUITE_1)
        mp_fail(&r, ERR_TOO_NEW);
    c->ward = id_from(mp_bin_exact(&r, ID_SIZE));
    c->scope = id_from(mp_bin_exact(&r, ID_SIZE));
    c->kind = (uint32_t)mp_uint(&r, UINT32_MAX);
    c->policy = mp_uint(&r, UINT64_MAX);
    c->time = mp_uint(&r, UINT64_MAX);
    if (c->kind == 0)
        mp_fail(&r, ERR_BAD_FRAME);
    const struct kind_row *row = kind_row(c->kind);
    if (mp_error(&r) != ERR_OK)
        return mp_close(&r);
    if (row != NULL) {
        if (count - HEAD != element_count(row))
            mp_fail(&r, ERR_BAD_FRAME);
        for (size_t i = 0; i < element_count(row); i++)
            element_decode(&row->element[i], c, &r);
        meaning_check(c, &r);
        return mp_close(&r);
    }
    c->is.unknown.count = count - HEAD;
    for (size_t i = HEAD; i < count; i++) {
        struct bytes value = mp_raw(&r);
        c->is.unknown.payload.p = i == HEAD ? value.p : c->is.unknown.payload.p;
        c->is.unknown.payload.n += value.n;
    }
    return mp_close(&r);
}

void control_sign(uint8_t signature[SIGNATURE_SIZE], struct bytes encoded, const uint8_t secret_key[SIGN_SECRET_SIZE])
{
    sign_make(signature, CONTEXT, encoded, secret_key);
}

enum err control_verify(const uint8_t signature[SIGNATURE_SIZE], struct bytes encoded,
                        const uint8_t public_key[SIGN_PUBLIC_SIZE])
{
    return sign_check(signature, CONTEXT, encoded, public_key) ? ERR_OK : ERR_BAD_PROOF;
}

void control_key_sign(uint8_t signature[SIGNATURE_SIZE], const struct id *ward, const uint8_t old_key[SIGN_PUBLIC_SIZE],
                      const uint8_t new_key[SIGN_PUBLIC_SIZE], const uint8_t new_secret_key[SIGN_SECRET_SIZE])
{
    struct buf encoded = {0};

    successor_encode(ward, old_key, new_key, &encoded);
    sign_make(signature, CONTEXT, buf_bytes(&encoded), new_secret_key);
    buf_deinit(&encoded);
}

enum err control_key_verify(const struct control *c, const uint8_t old_key[SIGN_PUBLIC_SIZE])
{
    struct buf encoded = {0};

    assert(c->kind == CONTROL_KEY);
    successor_encode(&c->ward, old_key, c->is.key.key, &encoded);
    bool holds = sign_check(c->is.key.signature, CONTEXT, buf_bytes(&encoded), c->is.key.key);
    buf_deinit(&encoded);
    return holds ? ERR_OK : ERR_BAD_PROOF;
}

enum err control_mirror_verify(const struct control *c)
{
    const struct control_mirror *m = &c->is.mirror;
    struct header h;

    assert(c->kind == CONTROL_MIRROR);
    if (header_decode(&h, m->header) != ERR_OK || !id_equal(&h.scope, &m->home))
        return ERR_BAD_PROOF;
    struct hash commitment = change_commit(m->salt, &h.scope, &h.device, &h.person, m->body);
    struct bytes piece = bytes_of(commitment.b, HASH_SIZE);
    struct hash leaf = tree_leaf(&piece, 1);
    return tree_verify_inclusion(&m->path, &leaf, m->position, h.count, &h.commitments);
}

static const struct kind_row *kind_row(uint32_t kind)
{
    return kind > 0 && kind < ARRAY_LEN(kinds) ? &kinds[kind] : NULL;
}

static size_t element_count(const struct kind_row *row)
{
    size_t n = 0;

    while (n < ELEMENTS_MAX && row->element[n].type != NONE)
        n++;
    return n;
}

static void element_encode(const struct element *el, const struct control *c, struct buf *out)
{
    const void *at = (const uint8_t *)c + el->offset;
    const struct bytes *text = at;
    const struct tree_proof *path = at;

    switch (el->type) {
    case NONE:
        break;
    case U32:
        mp_put_uint(out, *(const uint32_t *)at);
        break;
    case U64:
        mp_put_uint(out, *(const uint64_t *)at);
        break;
    case FIXED:
        mp_put_bin(out, at, el->limit);
        break;
    case ID_NIL:
        if (id_is_zero(at))
            mp_put_nil(out);
        else
            mp_put_bin(out, at, ID_SIZE);
        break;
    case STR:
        mp_put_str(out, *text);
        break;
    case BIN:
        mp_put_bin(out, text->p, text->n);
        break;
    case PATH:
        mp_put_array(out, path->count);
        for (unsigned i = 0; i < path->count; i++)
            mp_put_bin(out, path->node[i].b, HASH_SIZE);
        break;
    }
}

static void element_decode(const struct element *el, struct control *c, struct mp *r)
{
    void *at = (uint8_t *)c + el->offset;
    struct tree_proof *path = at;

    switch (el->type) {
    case NONE:
        break;
    case U32:
        *(uint32_t *)at = (uint32_t)mp_uint(r, el->limit);
        break;
    case U64:
        *(uint64_t *)at = mp_uint(r, UINT64_MAX);
        break;
    case FIXED:
        memcpy(at, mp_bin_exact(r, el->limit), el->limit);
        break;
    case ID_NIL:
        if (mp_nil(r))
            break;
        memcpy(at, mp_bin_exact(r, ID_SIZE), ID_SIZE);
        if (id_is_zero(at))
            mp_fail(r, ERR_BAD_FRAME);
        break;
    case STR:
        *(struct bytes *)at = mp_str(r, el->limit);
        break;
    case BIN:
        *(struct bytes *)at = mp_bin(r, el->limit);
        break;
    case PATH:
        path->count = (unsigned)mp_array(r, el->limit);
        for (unsigned i = 0; i < path->count; i++)
            memcpy(path->node[i].b, mp_bin_exact(r, HASH_SIZE), HASH_SIZE);
        break;
    }
}

static void meaning_check(const struct control *c, struct mp *r)
{
    if (c->kind == CONTROL_SCOPE && c->is.is_scope.access == 0)
        mp_fail(r, ERR_BAD_FRAME);
    if (c->kind == CONTROL_FOLD && c->is.fold.version == 0)
        mp_fail(r, ERR_BAD_FRAME);
}

static void successor_encode(const struct id *ward, const uint8_t *old_key, const uint8_t *new_key, struct buf *out)
{
    mp_put_array(out, 3);
    mp_put_bin(out, ward->b, ID_SIZE);
    mp_put_bin(out, old_key, SIGN_PUBLIC_SIZE);
    mp_put_bin(out, new_key, SIGN_PUBLIC_SIZE);
}
