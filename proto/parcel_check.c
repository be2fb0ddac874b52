/* parcel_check.c - a file is looked through whole before anything of it is applied. */
#include <stdlib.h>

#include "changeset.h"
#include "keys.h"
#include "mp.h"
#include "parcel.h"

/* Where in a file's content we are. */
struct place {
    bool scope;   /* a scope message was read */
    bool first;   /* nothing was read yet */
    struct keys *keys; /* that the file brings; count 0: none */
    bool batch;   /* leaves since the last checkpoint: one must follow */
    size_t bytes; /* of this batch */
};

static enum err check_changeset(struct place *at, struct bytes message)
{
    struct changeset cs;
    struct mp r;
    enum err e;

    changeset_init(&cs);
    mp_open(&r, message);
    mp_expect_array(&r, 8);
    changeset_read(&cs, &r);
    e = mp_close(&r);
    if (e == ERR_OK && (!cs.has_seed || !at->scope))
        e = ERR_BAD_FRAME;
    changeset_deinit(&cs);
    return e;
}

static enum err check_leaf(struct bytes message)
{
    struct changeset cs;
    struct mp r;
    enum err e;

    changeset_init(&cs);
    mp_open(&r, message);
    mp_expect_array(&r, 12);
    mp_raw(&r);
    changeset_read(&cs, &r);
    mp_uint(&r, TIME_MAX);
    mp_uint(&r, UINT64_MAX);
    mp_raw(&r);
    e = mp_close(&r);
    changeset_deinit(&cs);
    return e;
}

static enum err check_scope(struct place *at, struct bytes message)
{
    struct message_scope scope;

    if (at->batch)
        return ERR_BAD_FRAME;
    at->scope = true;
    return message_scope_decode(&scope, message);
}

static enum err check_checkpoint(struct place *at, struct bytes message)
{
    struct message_checkpoint checkpoint;

    if (!at->batch)
        return ERR_BAD_FRAME;
    at->batch = false;
    at->bytes = 0;
    return message_checkpoint_decode(&checkpoint, message);
}

static enum err check_drop(struct place *at, struct bytes message)
{
    struct message_drop drop;

    if (at->batch)
        return ERR_BAD_FRAME;
    at->scope = false;
    return message_drop_decode(&drop, message);
}

static enum err check_in_batch(struct place *at, uint8_t type, struct bytes message)
{
    struct message_own own;
    struct message_control control;
    struct message_body body;

    at->batch = true;
    at->bytes += message.n;
    if (!at->scope || at->bytes > 2 * MESSAGE_MAX)
        return ERR_BAD_FRAME;
    if (type == MESSAGE_OWN)
        return message_own_decode(&own, message);
    if (type == MESSAGE_PAST) /* looked into when it is applied */
        return mp_check(message);
    if (type == MESSAGE_BODY)
        return message_body_decode(&body, message);
    return type == MESSAGE_CONTROL ? message_control_decode(&control, message) : check_leaf(message);
}

/* Right behind the manifest: what follows is signed with the last of them. */
static enum err check_keys(const struct place *at, struct bytes message)
{
    return at->first ? keys_decode(at->keys, message) : ERR_BAD_FRAME;
}

static enum err check_one(struct place *at, enum manifest_direction direction, uint8_t type, struct bytes message)
{
    bool up = direction == MANIFEST_FROM_DEVICE;

    if (type == MESSAGE_SCOPE)
        return check_scope(at, message);
    if (type == MESSAGE_CHANGESET && up)
        return check_changeset(at, message);
    if (type == MESSAGE_CHECKPOINT && !up)
        return check_checkpoint(at, message);
    if (type == MESSAGE_KEYS && !up)
        return check_keys(at, message);
    if (type == MESSAGE_DROP && !up)
        return check_drop(at, message);
    if ((type == MESSAGE_LEAF || type == MESSAGE_OWN || type == MESSAGE_CONTROL || type == MESSAGE_BODY ||
         type == MESSAGE_PAST) && !up)
        return check_in_batch(at, type, message);
    return ERR_BAD_FRAME;
}

static enum err check_messages(struct parcel_in *p, enum manifest_direction direction, struct keys *keys)
{
    struct place at = {.first = true, .keys = keys};
    struct bytes message;
    uint8_t type;
    bool got = true;
    enum err e = ERR_OK;

    keys->count = 0;
    while (e == ERR_OK && got) {
        e = parcel_in_next(p, &type, &message, &got);
        if (e == ERR_OK && got)
            e = check_one(&at, direction, type, message);
        at.first = false;
    }
    return e == ERR_OK && at.batch ? ERR_BAD_FRAME : e;
}

/* By the key that the file's list ends with, if it goes on from the one we know, else by that one; or a former one. */
static enum err check_maker(struct parcel_in *p, struct parcel_maker *maker, const struct keys *brought)
{
    const uint8_t *key = maker->key;
    size_t place;
    enum err e;

    if (brought->count > 0 && keys_verify(brought, maker->ward) != ERR_OK)
        return ERR_BAD_PROOF;
    if (brought->count > 0 && keys_find(brought, maker->key, &place))
        key = keys_at(brought, brought->count);
    e = parcel_in_signed(p, key);
    if (e != ERR_BAD_PROOF || maker->known == NULL || !keys_find(maker->known, maker->key, &place))
        return e;
    for (maker->former = true; e == ERR_BAD_PROOF && place > 0; place--)
        e = parcel_in_signed(p, keys_at(maker->known, place - 1));
    return e;
}

enum err parcel_check(struct parcel_in *p, enum manifest_direction direction, struct parcel_maker *maker)
{
    struct keys *brought = mem_alloc(sizeof *brought);
    enum err e = check_messages(p, direction, brought);

    maker->former = false;
    if (e == ERR_OK)
        e = check_maker(p, maker, brought);
    free(brought);
    return e;
}
