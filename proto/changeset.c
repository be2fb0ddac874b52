/* changeset.c - reading, completing and writing changesets. */
#include "changeset.h"

#include <stdlib.h>

#include "tree.h"

void changeset_init(struct changeset *cs)
{
    memset(cs, 0, sizeof *cs);
}

void changeset_deinit(struct changeset *cs)
{
    free(cs->slot);
    memset(cs, 0, sizeof *cs);
}

static void read_seen(struct changeset *cs, struct mp *r)
{
    if (mp_peek(r) != MP_ARRAY) {
        cs->size = mp_uint(r, UINT32_MAX);
        return;
    }
    mp_expect_array(r, 3);
    cs->full_seen = true;
    cs->epoch = (uint32_t)mp_uint(r, UINT32_MAX);
    cs->size = mp_uint(r, UINT32_MAX);
    memcpy(cs->root.b, mp_bin_exact(r, HASH_SIZE), HASH_SIZE);
}

static void read_seed(struct changeset *cs, struct mp *r)
{
    if (mp_peek(r) == MP_BIN) {
        cs->has_seed = true;
        memcpy(cs->seed, mp_bin_exact(r, SALT_SIZE), SALT_SIZE);
        return;
    }
    cs->salts = mp_raw(r);
}

/* A body is an inline array, or its commitment as bin 32. */
static void read_bodies(struct changeset *cs, struct mp *r)
{
    size_t total = 0, missing = 0;

    cs->count = mp_array(r, CHANGESET_CHANGES_MAX);
    if (cs->count == 0)
        mp_fail(r, ERR_BAD_FRAME);
    if (mp_error(r) != ERR_OK) {
        cs->count = 0;
        return;
    }
    cs->slot = mem_alloc(cs->count * sizeof *cs->slot);
    for (size_t i = 0; i < cs->count; i++) {
        if (mp_peek(r) == MP_ARRAY) {
            cs->slot[i].body = mp_raw(r);
            total += cs->slot[i].body.n;
            if (cs->slot[i].body.n > CHANGE_BODY_MAX)
                mp_fail(r, ERR_BAD_FRAME);
        } else {
            memcpy(cs->slot[i].commitment.b, mp_bin_exact(r, HASH_SIZE), HASH_SIZE);
            missing++;
        }
    }
    if (total > CHANGESET_BODIES_MAX || (missing > 0 && cs->has_seed))
        mp_fail(r, ERR_BAD_FRAME);
}

/* Salts given one by one: a bin 16 where there is a body, nil where there is none. */
static void read_salts(struct changeset *cs, struct mp *outer)
{
    struct mp r;

    if (cs->has_seed || mp_error(outer) != ERR_OK)
        return;
    mp_open(&r, cs->salts);
    mp_expect_array(&r, cs->count);
    for (size_t i = 0; i < cs->count; i++) {
        if (cs->slot[i].body.n == 0 && !mp_nil(&r))
            mp_fail(&r, ERR_BAD_FRAME);
        else if (cs->slot[i].body.n > 0)
            memcpy(cs->slot[i].salt, mp_bin_exact(&r, SALT_SIZE), SALT_SIZE);
    }
    if (mp_close(&r) != ERR_OK)
        mp_fail(outer, ERR_BAD_FRAME);
}

void changeset_read(struct changeset *cs, struct mp *r)
{
    cs->first = mp_uint(r, UINT32_MAX);
    cs->other_person = !mp_nil(r);
    if (cs->other_person)
        cs->person = id_from(mp_bin_exact(r, ID_SIZE));
    read_seen(cs, r);
    cs->time = mp_uint(r, TIME_MAX);
    cs->quality = (unsigned)mp_uint(r, 2);
    read_seed(cs, r);
    memcpy(cs->signature, mp_bin_exact(r, SIGNATURE_SIZE), SIGNATURE_SIZE);
    read_bodies(cs, r);
    read_salts(cs, r);
}

static void write_head(const struct changeset *cs, struct buf *out)
{
    mp_put_uint(out, cs->first);
    if (cs->other_person)
        mp_put_bin(out, cs->person.b, ID_SIZE);
    else
        mp_put_nil(out);
    if (cs->full_seen) {
        mp_put_array(out, 3);
        mp_put_uint(out, cs->epoch);
        mp_put_uint(out, cs->size);
        mp_put_bin(out, cs->root.b, HASH_SIZE);
    } else {
        mp_put_uint(out, cs->size);
    }
    mp_put_uint(out, cs->time);
    mp_put_uint(out, cs->quality);
}

static void write_slots(const struct changeset *cs, const bool *keep, struct buf *out)
{
    mp_put_array(out, cs->count);
    for (size_t i = 0; i < cs->count; i++) {
        if (cs->slot[i].body.n > 0 && (keep == NULL || keep[i]))
            mp_put_raw(out, cs->slot[i].body);
        else
            mp_put_bin(out, cs->slot[i].commitment.b, HASH_SIZE);
    }
}

static void write_salts(const struct changeset *cs, const bool *keep, struct buf *out)
{
    mp_put_array(out, cs->count);
    for (size_t i = 0; i < cs->count; i++) {
        if (cs->slot[i].body.n > 0 && (keep == NULL || keep[i]))
            mp_put_bin(out, cs->slot[i].salt, SALT_SIZE);
        else
            mp_put_nil(out);
    }
}

void changeset_write(const struct changeset *cs, struct buf *out)
{
    write_head(cs, out);
    if (cs->has_seed)
        mp_put_bin(out, cs->seed, SALT_SIZE);
    else
        write_salts(cs, NULL, out);
    mp_put_bin(out, cs->signature, SIGNATURE_SIZE);
    write_slots(cs, NULL, out);
}

void changeset_write_without(const struct changeset *cs, const bool *keep, struct buf *out)
{
    bool all = cs->has_seed;

    for (size_t i = 0; i < cs->count; i++)
        all = all && keep[i];
    if (all) {
        changeset_write(cs, out);
        return;
    }
    write_head(cs, out);
    write_salts(cs, keep, out);
    mp_put_bin(out, cs->signature, SIGNATURE_SIZE);
    write_slots(cs, keep, out);
}

void changeset_commit(struct changeset *cs, const struct id *scope, const struct id *device, const struct id *person)
{
    for (size_t i = 0; i < cs->count; i++) {
        struct change_slot *slot = &cs->slot[i];

        if (slot->body.n == 0)
            continue;
        if (cs->has_seed)
            change_salt(slot->salt, cs->seed, (uint32_t)i);
        slot->commitment = change_commit(slot->salt, scope, device, person, slot->body);
    }
}

struct header changeset_header(const struct changeset *cs, const struct id *scope, const struct id *device,
                               uint32_t incarnation, const struct id *person, const struct hash *previous,
                               uint32_t epoch, const struct hash *seen_root)
{
    struct tree_frontier f = {0};
    struct header h = {0};

    for (size_t i = 0; i < cs->count; i++) {
        struct bytes piece = bytes_of(cs->slot[i].commitment.b, HASH_SIZE);
        struct hash leaf = tree_leaf(&piece, 1);
        enum err e = tree_append(&f, &leaf, NULL, NULL);

        assert(e == ERR_OK);
    }
    h.scope = *scope;
    h.device = *device;
    h.incarnation = incarnation;
    h.person = *person;
    h.first = cs->first;
    h.count = (uint32_t)cs->count;
    h.previous = *previous;
    h.epoch = cs->full_seen ? cs->epoch : epoch;
    h.size = cs->size;
    h.root = cs->full_seen ? cs->root : *seen_root;
    h.commitments = tree_root(&f);
    h.time = cs->time;
    h.quality = (enum quality)cs->quality;
    return h;
}
