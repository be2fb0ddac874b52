/* session_device.c - the device's side: hello and flight first, then the ward's answer (protocol.md 8). */
#include "message.h"
#include "session.h"

#define STATE(name) (1u << SESSION_##name)
#define OUT_PAUSE_BYTES 131072
/* Of a snapshot in one transaction: a cut costs no more of it. Its rows go all over the store, so each commit writes
 * most pages again; a fast link brings what the large one may lose in a second. */
#define PARTS_BYTES (256u << 10)
#define PARTS_FAST_BYTES (3u << 20)

typedef void handler(struct session *s, uint8_t type, struct bytes message);

static void on_scope(struct session *s, uint8_t type, struct bytes message);
static void on_leaf(struct session *s, uint8_t type, struct bytes message);
static void on_checkpoint(struct session *s, uint8_t type, struct bytes message);
static void on_snapshot(struct session *s, uint8_t type, struct bytes message);
static void on_part(struct session *s, uint8_t type, struct bytes message);
static void on_past(struct session *s, uint8_t type, struct bytes message);
static void on_drop(struct session *s, uint8_t type, struct bytes message);
static void on_close(struct session *s, uint8_t type, struct bytes message);
static void on_ask(struct session *s, uint8_t type, struct bytes message);
static void on_resume(struct session *s, uint8_t type, struct bytes message);
static void on_recall(struct session *s, uint8_t type, struct bytes message);
static void on_enrolled(struct session *s, uint8_t type, struct bytes message);
static void on_renewal(struct session *s, uint8_t type, struct bytes message);
static void on_keys(struct session *s, uint8_t type, struct bytes message);

/* clang-format off */
static const struct {
    uint8_t type;
    unsigned states;
    handler *handle;
} legal[] = {
    {MESSAGE_RESUME,     STATE(WAIT_RESUME),             on_resume},
    {MESSAGE_RECALL,     STATE(WAIT_RESUME),             on_recall},
    {MESSAGE_WANT,       STATE(WAIT_RESUME),             session_device_give},
    {MESSAGE_HASHES,     STATE(REPAIRING),               session_device_hashes},
    {MESSAGE_RANGE,      STATE(REPAIRING) | STATE(ANSWER), session_device_range},
    {MESSAGE_LEAF,       STATE(REPAIRING),               on_leaf},
    {MESSAGE_CONTROL,    STATE(REPAIRING),               on_leaf},
    {MESSAGE_ASK,        STATE(SENDING) | STATE(ANSWER) | STATE(WAIT_RESUME) | STATE(REPAIRING), on_ask},
    {MESSAGE_SCOPE,      STATE(ANSWER),                  on_scope},
    {MESSAGE_LEAF,       STATE(ANSWER),                  on_leaf},
    {MESSAGE_OWN,        STATE(ANSWER),                  on_leaf},
    {MESSAGE_CONTROL,    STATE(ANSWER),                  on_leaf},
    {MESSAGE_BODY,       STATE(ANSWER),                  on_leaf},
    {MESSAGE_PAST,       STATE(ANSWER),                  on_past},
    {MESSAGE_OLDER,      STATE(ANSWER),                  on_scope},
    {MESSAGE_SNAPSHOT,   STATE(ANSWER),                  on_snapshot},
    {MESSAGE_PART,       STATE(ANSWER),                  on_part},
    {MESSAGE_CHECKPOINT, STATE(ANSWER),                  on_checkpoint},
    {MESSAGE_DROP,       STATE(ANSWER),                  on_drop},
    {MESSAGE_CLOSE,      STATE(ANSWER),                  on_close},
    {MESSAGE_ENROLLED,   STATE(ENROL_SENT),              on_enrolled},
    {MESSAGE_KEYS,       STATE(ANSWER),                  on_keys},
    {MESSAGE_RENEWAL,    STATE(SENDING) | STATE(ANSWER) | STATE(WAIT_RESUME) | STATE(REPAIRING), on_renewal},
};
/* clang-format on */

void session_device_start(struct session *s)
{
    struct work *w;

    if (s->state == SESSION_ENROL_SENT) {
        session_send(s, MESSAGE_ENROL, buf_bytes(&s->enrol), true);
        return;
    }
    assert(s->state == SESSION_OPENING);
    w = session_ask(s, WORK_OPEN);
    session_queue(s, w);
}

void session_device_message(struct session *s, uint8_t type, struct bytes message, bool last)
{
    s->last_seen = last;
    if (s->state == SESSION_ANSWER && s->mode == HELLO_REPAIR && type != MESSAGE_RANGE &&
        !(s->range_open && (type == MESSAGE_LEAF || type == MESSAGE_CONTROL)))
        session_range_end(s);
    for (size_t i = 0; i < ARRAY_LEN(legal); i++)
        if (legal[i].type == type && (legal[i].states & (1u << s->state)) != 0) {
            legal[i].handle(s, type, message);
            return;
        }
    session_fail(s, ERR_BAD_ORDER, message_name(type));
}

static void on_scope(struct session *s, uint8_t type, struct bytes message)
{
    session_read_scope(s, message, type == MESSAGE_OLDER);
}

static void on_leaf(struct session *s, uint8_t type, struct bytes message)
{
    if (s->range_open)
        session_range_leaf(s, type, message);
    else if (!s->scope_open || s->snapshot)
        session_fail(s, ERR_BAD_ORDER, "leaf without scope");
    else if (s->batch.n + message.n > 2 * MESSAGE_MAX)
        session_fail(s, ERR_BAD_FRAME, "batch");
    else
        work_message(&s->batch, type, message);
}

/* Takes the place of a scope's first leaves. */
static void on_snapshot(struct session *s, uint8_t type, struct bytes message)
{
    if (!s->scope_open || s->older || s->batch_from > 0 || (s->batch.n > 0 && !s->snapshot)) {
        session_fail(s, ERR_BAD_ORDER, "snapshot");
        return;
    }
    s->snapshot = true;
    work_message(&s->batch, type, message);
}

static void queue_batch(struct session *s, enum work_kind kind)
{
    struct work *w = session_ask(s, kind);

    w->scope = s->scope;
    w->epoch = s->epoch;
    w->size = s->batch_from;
    w->older = s->older;
    buf_put_bytes(&w->in, buf_bytes(&s->batch));
    buf_clear(&s->batch);
    session_queue(s, w);
}

/* Parts need no checkpoint between them: as many as one transaction may hold are made durable together. */
static void on_part(struct session *s, uint8_t type, struct bytes message)
{
    if (!s->snapshot) {
        session_fail(s, ERR_BAD_ORDER, "part");
        return;
    }
    work_message(&s->batch, type, message);
    if (s->batch.n >= (pace_class(&s->pace) == PACE_FAST ? PARTS_FAST_BYTES : PARTS_BYTES))
        queue_batch(s, WORK_SNAPSHOT);
}

/* Behind the parts of a snapshot, or before the leaf that speaks of it. */
static void on_past(struct session *s, uint8_t type, struct bytes message)
{
    if (s->snapshot)
        on_part(s, type, message);
    else
        on_leaf(s, type, message);
}

/* A checkpoint closes a batch: it is verified and made durable whole, or not at all. */
static void on_checkpoint(struct session *s, uint8_t type, struct bytes message)
{
    struct message_checkpoint checkpoint;

    if (!s->scope_open || message_checkpoint_decode(&checkpoint, message) != ERR_OK) {
        session_fail(s, ERR_BAD_FRAME, "checkpoint");
        return;
    }
    work_message(&s->batch, type, message);
    queue_batch(s, s->snapshot ? WORK_SNAPSHOT : WORK_APPLY);
    s->snapshot = false;
    s->batch_from = checkpoint.size;
}

/* Between batches only. What is said of another scope next has a scope message of its own. */
static void on_drop(struct session *s, uint8_t type, struct bytes message)
{
    struct work *w;

    (void)type;
    if (s->batch.n > 0) {
        session_fail(s, ERR_BAD_ORDER, "drop in a batch");
        return;
    }
    s->scope_open = false;
    w = session_ask(s, WORK_DROP);
    buf_put_bytes(&w->in, message);
    session_queue(s, w);
}

static void on_close(struct session *s, uint8_t type, struct bytes message)
{
    struct work *w = session_ask(s, WORK_SETTLE);

    (void)type;
    buf_put_bytes(&w->in, message);
    s->state = SESSION_SETTLING;
    session_queue(s, w);
}

static void on_ask(struct session *s, uint8_t type, struct bytes message)
{
    (void)type;
    if (!message_empty(message)) {
        session_fail(s, ERR_BAD_FRAME, "ask");
        return;
    }
    work_free(s->parked);
    s->parked = NULL;
    buf_clear(&s->wants);
    s->mode = s->mode == HELLO_REPAIR ? HELLO_FLIGHT : s->mode; /* as any other from here on */
    s->state = SESSION_COUNTING;
    session_queue(s, session_ask(s, WORK_COUNT));
}

static void on_resume(struct session *s, uint8_t type, struct bytes message)
{
    struct work *w = session_ask(s, WORK_OUTBOX);

    (void)type;
    buf_put_bytes(&w->in, message);
    s->asks_said = false;
    s->state = SESSION_SENDING;
    session_queue(s, w);
}

/* The ward was restored: it lacks what it signed for us. */
static void on_recall(struct session *s, uint8_t type, struct bytes message)
{
    struct work *w = session_ask(s, WORK_RECALL);

    (void)type;
    buf_put_bytes(&w->in, message);
    s->counts.rolled_back = true;
    s->state = SESSION_RECALLED;
    session_queue(s, w);
}

static void on_enrolled(struct session *s, uint8_t type, struct bytes message)
{
    struct work *w = session_ask(s, WORK_ENROLLED);

    (void)type;
    buf_put_bytes(&w->in, message);
    s->state = SESSION_ENROLLING;
    session_queue(s, w);
}

static void on_keys(struct session *s, uint8_t type, struct bytes message)
{
    struct work *w = session_ask(s, WORK_KEYS);

    (void)type;
    buf_put_bytes(&w->in, message);
    session_queue(s, w);
}

/* With LAST it is the whole answer: this session is over once the certificate is durable, and another one begins. */
static void on_renewal(struct session *s, uint8_t type, struct bytes message)
{
    struct work *w;

    (void)type;
    if (!s->last_seen && s->state != SESSION_ANSWER) {
        session_fail(s, ERR_BAD_ORDER, "renewal");
        return;
    }
    w = session_ask(s, WORK_RENEWED);
    buf_put_bytes(&w->in, message);
    if (s->last_seen) {
        work_free(s->parked);
        s->parked = NULL;
        s->again = true;
        s->state = SESSION_SETTLING;
    }
    session_queue(s, w);
}

/* --- results ------------------------------------------------------------------------------------------- */

static void opened(struct session *s, struct work *w)
{
    bool last;

    s->frames.packing = w->packing;
    s->pace.known = w->pace;
    s->incarnation = w->incarnation; /* what the close is for */
    if (w->copy) /* told so, or the store knows it of itself */
        s->mode = HELLO_RENEW;
    else if (w->mode == HELLO_REPAIR) /* the driver's word, or the store's */
        s->mode = HELLO_REPAIR;
    if (s->mode != HELLO_RENEW)
        buf_put_bytes(&s->asks, buf_bytes(&w->out2));
    last = s->mode == HELLO_ASK || (s->mode == HELLO_FLIGHT && !w->more && s->asks.n == 0);
    session_send(s, MESSAGE_HELLO, buf_bytes(&w->out), last);
    if (s->mode == HELLO_RENEW) {
        session_send(s, MESSAGE_RENEW, buf_bytes(&w->out2), true);
        s->state = SESSION_ANSWER;
    } else if (s->mode == HELLO_ASK) {
        s->state = SESSION_WAIT_RESUME;
    } else if (s->mode == HELLO_REPAIR) {
        s->state = SESSION_SENDING;
        session_queue(s, session_ask(s, WORK_WANT));
    } else if (last) {
        s->state = SESSION_ANSWER;
    } else {
        s->state = SESSION_SENDING;
        session_queue(s, session_ask(s, WORK_OUTBOX));
    }
}

static void queue_next(struct session *s, struct work *w)
{
    struct work *next = session_ask(s, w->kind);

    next->at = w->at;
    buf_put_bytes(&next->in, buf_bytes(&w->in));
    if (s->out.n > OUT_PAUSE_BYTES)
        s->parked = next;
    else
        session_queue(s, next);
}

/* A scope was given up, durably: what the ward has of it comes in another session. */
static void begin_again(struct session *s)
{
    s->again = true;
    session_end(s, ERR_OK);
}

static void recalled(struct session *s, struct work *w)
{
    if (w->restart) {
        begin_again(s);
        return;
    }
    session_send_list(s, buf_bytes(&w->out), !w->more);
    if (w->more)
        queue_next(s, w);
    else
        s->state = SESSION_WAIT_RESUME;
}

/* The next piece of the flight; from now on the other side may cut us short with `ask`. */
static void loaded(struct session *s, struct work *w)
{
    bool asks;

    if (s->state != SESSION_SENDING)
        return;
    s->left_out = s->left_out || w->left_out;
    asks = !s->asks_said && s->asks.n > 0;
    if (asks)
        session_send_list(s, buf_bytes(&s->asks), !w->more && w->out.n == 0);
    s->asks_said = true;
    session_send_list(s, buf_bytes(&w->out), !w->more);
    if (!w->more) {
        if (w->out.n == 0 && !asks) {
            struct buf nothing = {0};

            message_empty_encode(&nothing);
            session_send(s, MESSAGE_END, buf_bytes(&nothing), true);
            buf_deinit(&nothing);
        }
        s->state = SESSION_ANSWER;
        return;
    }
    queue_next(s, w);
}

/* Of a snapshot: what came is not what the ward signed. */
static void given_up(struct session *s, const struct work *w)
{
    if (w->kind == WORK_SNAPSHOT)
        session_fail(s, ERR_BAD_PROOF, "snapshot");
    else
        begin_again(s);
}

static void applied(struct session *s, const struct work *w)
{
    s->counts.sent += w->sent;
    s->counts.received += w->received;
    s->counts.refused += w->refused;
    s->counts.held += w->held;
    s->counts.rolled_back = s->counts.rolled_back || w->rolled_back;
}

void session_device_worked(struct session *s, struct work *w)
{
    if (w->err != ERR_OK) {
        session_fail(s, w->err, w->why);
        return;
    }
    switch (w->kind) {
    case WORK_OPEN:
        opened(s, w);
        break;
    case WORK_OUTBOX:
        loaded(s, w);
        break;
    case WORK_RECALL:
        recalled(s, w);
        break;
    case WORK_WANT:
    case WORK_COMPARE:
        session_device_wanted(s, w);
        break;
    case WORK_TAKE:
        s->counts.repaired += w->repaired;
        session_device_round(s);
        break;
    case WORK_GIVE:
        session_device_gave(s, w);
        break;
    case WORK_REFOLD:
        break;
    case WORK_COUNT:
        session_send(s, MESSAGE_SIZES, buf_bytes(&w->out), true);
        s->state = SESSION_WAIT_RESUME;
        break;
    case WORK_SNAPSHOT:
    case WORK_APPLY:
        applied(s, w);
        s->began = s->began || w->size == 0;
        if (w->restart)
            given_up(s, w);
        break;
    case WORK_KEYS:
        break;
    case WORK_RENEWED:
        if (s->again)
            session_end(s, ERR_OK);
        break;
    case WORK_DROP:
        applied(s, w);
        s->counts.dropped += w->dropped;
        break;
    case WORK_SETTLE:
        /* The flight, under the new incarnation; or the part of it whose log is here now. */
        s->again = s->again || s->mode == HELLO_RENEW || (s->left_out && s->began);
        session_end(s, ERR_OK);
        break;
    case WORK_ENROLLED:
        session_end(s, ERR_OK);
        break;
    default:
        assert(false && "a job of the ward");
    }
}
