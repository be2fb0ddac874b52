/* ward_desk.c - see ward_desk.h. */
#include "ward_desk.h"

#include "../common/date.h"
#include "actor.h"
#include "enrol.h"
#include "verdict.h"

static const char context_desk[] = "chibo1/desk";

struct desk {
    struct id device;
    uint8_t public_key[SIGN_PUBLIC_SIZE];
    uint8_t secret_key[SIGN_SECRET_SIZE];
};

static struct desk desk_of(const struct ward *w)
{
    struct desk d;
    const struct bytes pieces[] = {
        bytes_of(context_desk, sizeof context_desk),
        bytes_of(w->secret_key, 32), /* the seed of an Ed25519 key pair */
    };
    uint8_t seed[32];

    crypto_blake2b(seed, sizeof seed, bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
    crypto_sign_from_seed(seed, d.public_key, d.secret_key);
    d.device = enrol_device_id(d.public_key);
    crypto_wipe(seed, sizeof seed);
    return d;
}

bool ward_desk_is(const struct control *c)
{
    return (c->kind == CONTROL_PERSON && id_equal(&c->is.person.person, &c->ward)) ||
           (c->kind == CONTROL_DEVICE && id_equal(&c->is.device.person, &c->ward)) ||
           ((c->kind == CONTROL_GRANT || c->kind == CONTROL_END) && id_equal(&c->is.grant.person, &c->ward));
}

/* --- let in ----------------------------------------------------------------------------------------------- */

static enum err put_person(struct txn *txn, const struct ward *w, struct scope *s, uint64_t now)
{
    struct control c = {.kind = CONTROL_PERSON};
    struct buf known = {0}, name = {0};
    enum err e = actor_name(txn, s, &w->id, &known);

    if (e == ERR_NOT_FOUND) {
        e = ward_name(txn, &name);
        c.is.person = (struct control_person){w->id, buf_bytes(&name)};
        if (e == ERR_OK)
            e = ward_control(txn, w, s, &c, now);
    }
    buf_deinit(&known);
    buf_deinit(&name);
    return e;
}

static enum err put_role(struct txn *txn, const struct ward *w, struct scope *s, uint64_t now)
{
    struct control c = {.kind = CONTROL_GRANT};
    bool held = false;
    enum err e = actor_holds(txn, s, &w->id, ROLE_BUILDING, &held);

    if (e != ERR_OK || held)
        return e;
    c.is.grant = (struct control_grant){w->id, ROLE_BUILDING, date_from_unix((int64_t)now)};
    return ward_control(txn, w, s, &c, now);
}

static enum err let_in(struct txn *txn, const struct ward *w, struct scope *s, const struct desk *d, uint64_t now)
{
    struct control c = {.kind = CONTROL_DEVICE};
    struct actor_device known;
    uint64_t policy;
    enum err e = actor_device(txn, s, &d->device, &known);

    if (e != ERR_NOT_FOUND)
        return e;
    e = ward_policy_next(txn, &policy);
    if (e == ERR_OK)
        e = put_person(txn, w, s, now);
    if (e == ERR_OK)
        e = put_role(txn, w, s, now);
    c.is.device.device = d->device;
    c.is.device.person = w->id;
    memcpy(c.is.device.key, d->public_key, SIGN_PUBLIC_SIZE);
    return e == ERR_OK ? ward_control(txn, w, s, &c, now) : e;
}

/* --- writing ---------------------------------------------------------------------------------------------- */

static enum err judge(const struct scope *s, struct bytes body, struct buf *verdicts)
{
    struct change c;
    uint32_t verdict;
    enum err e = change_decode(&c, body);

    if (e == ERR_OK)
        e = schema_check_change(&c, s->access);
    if (e != ERR_OK)
        return e;
    verdict = rights_verdict(ROLE_BUILDING, &c, s->access);
    if (verdict_kind(verdict) != VERDICT_ACCEPTED)
        return ERR_NOT_ALLOWED;
    verdict_list_encode(&verdict, 1, verdicts);
    return ERR_OK;
}

/* A changeset of one change, the first of its stream. */
static enum err append(struct txn *txn, const struct ward *w, struct scope *s, const struct desk *d,
                       struct changeset *cs, uint32_t incarnation, uint64_t now)
{
    struct stream stream = {.device = d->device, .incarnation = incarnation};
    struct buf encoded = {0}, verdicts = {0};
    struct header h;
    uint64_t policy;
    enum err e = judge(s, cs->slot[0].body, &verdicts);

    if (e == ERR_OK)
        e = ward_policy(txn, &policy);
    if (e == ERR_OK)
        e = scope_stream_new(txn, s, &d->device, incarnation, &stream);
    if (e == ERR_OK) {
        changeset_commit(cs, &s->id, &d->device, &w->id);
        h = changeset_header(cs, &s->id, &d->device, incarnation, &w->id, &stream.head, s->epoch, &cs->root);
        header_encode(&h, &encoded);
        header_sign(cs->signature, buf_bytes(&encoded), d->secret_key);
        e = ledger_add_changeset(txn, s, &stream, &h, buf_bytes(&encoded), cs, now, policy, buf_bytes(&verdicts));
    }
    if (e == ERR_OK)
        e = scope_save(txn, s);
    buf_deinit(&encoded);
    buf_deinit(&verdicts);
    return e;
}

enum err ward_desk_write(struct txn *txn, const struct ward *w, struct scope *s, struct bytes body,
                         const uint8_t random[WARD_DESK_RANDOM], uint64_t now)
{
    struct desk d = desk_of(w);
    struct changeset cs;
    struct buf bodies = {0};
    enum err e = let_in(txn, w, s, &d, now);

    changeset_init(&cs);
    mp_put_array(&bodies, 1);
    mp_put_raw(&bodies, body);
    cs.bodies = buf_bytes(&bodies);
    cs.count = 1;
    cs.slot = mem_alloc(sizeof *cs.slot);
    cs.slot[0].body = body;
    cs.has_seed = true;
    memcpy(cs.seed, random, SALT_SIZE);
    cs.epoch = s->epoch;
    cs.size = s->frontier.size;
    cs.root = scope_root(s);
    cs.time = now;
    cs.quality = QUALITY_CHECKED;
    if (e == ERR_OK)
        e = append(txn, w, s, &d, &cs, load_u32(random + SALT_SIZE), now);
    changeset_deinit(&cs);
    buf_deinit(&bodies);
    crypto_wipe(&d, sizeof d);
    return e;
}
