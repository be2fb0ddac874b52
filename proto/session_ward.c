/* session_ward.c - the ward's side: judge the hello, append the flight, answer (protocol.md 8.1, 8.2). */
#include "dictionary.h"
#include "message.h"
#include "recall.h"
#include "session.h"

#define STATE(name) (1u << SESSION_##name)

/* What waits to be sent may be this much before reading more of the answer pauses. */
#define OUT_PAUSE_BYTES 131072

/* What a staged message takes beside its bytes. */
#define STAGED_ROW_BYTES 64

typedef void handler(struct session *s, struct bytes message);

static void on_hello(struct session *s, struct bytes message);
static void on_renew(struct session *s, struct bytes message);
static void on_sizes(struct session *s, struct bytes message);
static void on_changeset(struct session *s, struct bytes message);
static void on_end(struct session *s, struct bytes message);
static void on_enrol(struct session *s, struct bytes message);
static void on_older(struct session *s, struct bytes message);
static void on_scope(struct session *s, struct bytes message);
static void on_ignored(struct session *s, struct bytes message);
static void on_lost(struct session *s, uint8_t type, struct bytes message);
static void judge_sizes(struct session *s);

/* clang-format off */
static const struct {
    uint8_t type;
    unsigned states;
    handler *handle;
} legal[] = {
    {MESSAGE_HELLO,     STATE(WAIT_HELLO), on_hello},
    {MESSAGE_ENROL,     STATE(WAIT_HELLO), on_enrol},
    {MESSAGE_RENEW,     STATE(WAIT_RENEW), on_renew},
    {MESSAGE_SCOPE,     STATE(FLIGHT),     on_scope},
    {MESSAGE_CHANGESET, STATE(FLIGHT),     on_changeset},
    {MESSAGE_END,       STATE(FLIGHT),     on_end},
    {MESSAGE_WANT,      STATE(FLIGHT),     session_ward_want},
    {MESSAGE_OLDER,     STATE(FLIGHT),     on_older},
    {MESSAGE_SIZES,     STATE(WAIT_SIZES), on_sizes},
    /* The flight that came before the ward asked: it is sent again after `resume`. */
    {MESSAGE_SCOPE,     STATE(WAIT_SIZES), on_ignored},
    {MESSAGE_CHANGESET, STATE(WAIT_SIZES), on_ignored},
    {MESSAGE_END,       STATE(WAIT_SIZES), on_ignored},
    {MESSAGE_WANT,      STATE(WAIT_SIZES), on_ignored},
    {MESSAGE_OLDER,     STATE(WAIT_SIZES), on_ignored},
};
/* clang-format on */

static void queue_read(struct session *s, uint64_t at)
{
    struct work *w = session_ask(s, WORK_READ);

    buf_put_bytes(&w->in, buf_bytes(&s->reach));
    w->at = at;
    session_queue(s, w);
}

void session_ward_message(struct session *s, uint8_t type, struct bytes message, bool last)
{
    if (s->state == SESSION_WAIT_LOST && (type == MESSAGE_KEYS || type == MESSAGE_LOST || type == MESSAGE_LEAF ||
                                          type == MESSAGE_CONTROL)) {
        s->last_seen = last;
        on_lost(s, type, message);
        return;
    }
    if (s->state == SESSION_WAIT_LEAVES && (type == MESSAGE_RANGE || type == MESSAGE_LEAF || type == MESSAGE_CONTROL ||
                                            type == MESSAGE_END)) {
        s->last_seen = last;
        session_ward_take(s, type, message);
        if (last && s->state == SESSION_WAIT_LEAVES)
            judge_sizes(s);
        return;
    }
    if (s->state == SESSION_GATHERING) {
        session_gather(s, type, message, last);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(legal); i++) {
        if (legal[i].type != type || (legal[i].states & (1u << s->state)) == 0)
            continue;
        s->last_seen = last;
        legal[i].handle(s, message);
        if (last && s->state == SESSION_FLIGHT && s->mode == HELLO_REPAIR) {
            session_ward_give(s, type == MESSAGE_END);
        } else if (last && s->state == SESSION_FLIGHT) {
            s->state = SESSION_ANSWERING;
            queue_read(s, 0);
        }
        return;
    }
    session_fail(s, ERR_BAD_ORDER, message_name(type));
}

static void on_hello(struct session *s, struct bytes message)
{
    struct message_hello hello;
    struct work *w;

    if (id_is_zero(&s->device)) {
        session_fail(s, ERR_AUTH, "no certificate");
        return;
    }
    if (message_hello_decode(&hello, message) != ERR_OK) {
        session_fail(s, ERR_BAD_FRAME, "hello");
        return;
    }
    if (hello.version != PROTOCOL_VERSION) {
        session_fail(s, ERR_TOO_NEW, "version");
        return;
    }
    s->mode = hello.mode;
    s->frames.packing = hello.packing < PACKING_NEWEST ? hello.packing : PACKING_NEWEST;
    s->pace.known = hello.slow ? PACE_SLOW : PACE_UNKNOWN;
    s->incarnation = hello.incarnation;
    if (s->mode == HELLO_RENEW) {
        work_message(&s->hello, MESSAGE_HELLO, message);
        s->state = SESSION_WAIT_RENEW;
        return;
    }
    if (s->mode == HELLO_FLIGHT && !s->last_seen) {
        session_gather_begin(s, message);
        return;
    }
    w = session_ask(s, WORK_JUDGE);
    w->answer = s->last_seen && s->mode == HELLO_FLIGHT;
    buf_put_bytes(&w->in, message);
    s->state = SESSION_JUDGING;
    session_queue(s, w);
}

static void on_renew(struct session *s, struct bytes message)
{
    struct work *w;

    if (!s->last_seen) {
        session_fail(s, ERR_BAD_ORDER, "renew");
        return;
    }
    w = session_ask(s, WORK_RENEW);
    buf_put_bytes(&w->in, buf_bytes(&s->hello));
    work_message(&w->in, MESSAGE_RENEW, message);
    s->state = SESSION_JUDGING;
    session_queue(s, w);
}

static void judge_sizes(struct session *s)
{
    struct work *w = session_ask(s, WORK_SIZES);

    buf_put_bytes(&w->in, buf_bytes(&s->sizes));
    buf_put_bytes(&w->common, buf_bytes(&s->common));
    w->asked_leaves = s->asked_leaves;
    s->state = SESSION_JUDGING;
    session_queue(s, w);
}

static void on_sizes(struct session *s, struct bytes message)
{
    buf_clear(&s->sizes);
    buf_put_bytes(&s->sizes, message);
    s->mode = 1;
    judge_sizes(s);
}

/* Another session may rewind a log between our recall and each of these: the ward looks what it said then. */
static void refill(struct session *s, uint64_t at, uint64_t size)
{
    struct work *w = session_ask(s, WORK_REFILL);

    buf_put_bytes(&w->in, buf_bytes(&s->recalled));
    w->at = at;
    w->size = size;
    session_queue(s, w);
}

/* Staged as it comes; looked at when it is whole. */
static void on_lost(struct session *s, uint8_t type, struct bytes message)
{
    struct work *w;

    if (s->staged == 0 ? type != MESSAGE_LOST && type != MESSAGE_KEYS : type == MESSAGE_KEYS) {
        session_fail(s, ERR_BAD_ORDER, message_name(type));
        return;
    }
    s->staged_bytes += STAGED_ROW_BYTES + message.n;
    /* Whether it is signed is known only at its end. */
    if (s->staged_bytes > (s->hand_in ? RECALL_HAND_IN_BYTES : RECALL_LOST_BYTES)) {
        session_fail(s, ERR_TOO_LONG, message_name(type));
        return;
    }
    w = session_ask(s, WORK_STAGE);
    work_message(&w->in, type, message);
    w->at = s->staged++;
    session_queue(s, w);
    if (!s->last_seen)
        return;
    s->state = SESSION_REFILLING;
    refill(s, 0, 0);
}

static void on_scope(struct session *s, struct bytes message)
{
    session_read_scope(s, message, false);
}

static void on_changeset(struct session *s, struct bytes message)
{
    struct work *w;

    if (!s->scope_open) {
        session_fail(s, ERR_BAD_ORDER, "changeset without scope");
        return;
    }
    w = session_ask(s, WORK_APPEND);
    w->scope = s->scope;
    w->epoch = s->epoch;
    w->size = s->size;
    buf_put_bytes(&w->in, message);
    session_queue(s, w);
}

static const struct reach *reach_of(const struct session *s, const struct id *scope)
{
    const struct reach *r = (const struct reach *)(const void *)s->reach.p;

    for (size_t i = 0; i < s->reach.n / sizeof *r; i++)
        if (id_equal(&r[i].scope, scope))
            return &r[i];
    return NULL;
}

/* The log's beginning is wanted too. Of a scope that is not this device's nothing is said here; whether it still may
 * read it is looked at with each batch. */
static void on_older(struct session *s, struct bytes message)
{
    struct message_scope m;
    const struct reach *of;

    if (message_scope_decode(&m, message) != ERR_OK || m.part > 0 || m.from <= m.size ||
        s->reach.n >= 2 * SCOPES_MAX * sizeof *of) {
        session_fail(s, ERR_BAD_FRAME, "older");
        return;
    }
    of = reach_of(s, &m.scope);
    if (of != NULL && m.from <= of->sent) {
        struct reach older = {.scope = m.scope, .held = m.size, .sent = m.size, .epoch = of->epoch, .from = m.from,
                              .older = true};

        buf_put(&s->reach, &older, sizeof older);
    }
}

static void on_end(struct session *s, struct bytes message)
{
    if (!message_empty(message))
        session_fail(s, ERR_BAD_FRAME, "end");
    else if (!s->last_seen)
        session_fail(s, ERR_BAD_ORDER, "end");
}

static void on_ignored(struct session *s, struct bytes message)
{
    (void)message;
    s->last_seen = false;
}

static void on_enrol(struct session *s, struct bytes message)
{
    struct work *w = session_ask(s, WORK_ENROL);

    buf_put_bytes(&w->in, message);
    s->state = SESSION_ENROLLING;
    session_queue(s, w);
}

/* --- results ------------------------------------------------------------------------------------------- */

/* One piece of the answer. The last piece ends with `close`. */
static void answer(struct session *s, struct bytes messages, bool more, uint64_t at)
{
    s->state = SESSION_ANSWERING;
    session_send_list(s, messages, !more);
    if (!more) {
        session_end(s, ERR_OK);
        return;
    }
    queue_read(s, at);
    if (s->out.n > OUT_PAUSE_BYTES) {
        /* The job just queued is the newest: park it until the link has taken what there is. */
        assert(s->parked == NULL && s->work == s->work_last);
        s->parked = s->work;
        s->work = s->work_last = NULL;
        s->busy_bytes -= s->parked->in.n;
    }
}

static void refilled(struct session *s, const struct work *w)
{
    buf_put_bytes(&s->common, buf_bytes(&w->out));
    s->key_gone = w->key_gone;
    if (w->more) {
        refill(s, w->at, w->size);
        return;
    }
    judge_sizes(s);
}

/* What it sends meanwhile, or sent with the hello, is sent again after `resume`. */
static void ask(struct session *s)
{
    struct buf nothing = {0};

    message_empty_encode(&nothing);
    s->state = SESSION_WAIT_SIZES;
    session_send(s, MESSAGE_ASK, buf_bytes(&nothing), true);
    buf_deinit(&nothing);
}

static void renewed(struct session *s, const struct work *w)
{
    s->hand_in = w->hand_in;
    s->store = w->store;
    if (w->ask) {
        ask(s);
        return;
    }
    s->incarnation = w->incarnation;
    s->shown = w->shown;
    buf_put_bytes(&s->reach, buf_bytes(&w->out));
    s->state = SESSION_ANSWERING;
    queue_read(s, 0);
}

static void judged(struct session *s, struct work *w)
{
    s->shown = w->shown; /* also across an ask: `sizes` shows no ratchet of its own */
    s->hand_in = w->hand_in;
    if (w->want) {
        s->asked_leaves = true;
        s->state = SESSION_WAIT_LEAVES;
        session_send_list(s, buf_bytes(&w->out2), true);
        return;
    }
    if (w->recall) {
        s->state = SESSION_WAIT_LOST;
        s->staged = 0;
        buf_clear(&s->recalled);
        buf_put_bytes(&s->recalled, buf_bytes(&w->out2));
        session_send(s, MESSAGE_RECALL, buf_bytes(&w->out2), true);
        return;
    }
    if (w->ask) {
        session_gather_over(s, false);
        ask(s);
        return;
    }
    if (w->renew_first) {
        session_send_list(s, buf_bytes(&w->out2), true);
        session_end(s, ERR_OK);
        return;
    }
    s->states_differ = w->states_differ;
    buf_clear(&s->reach);
    buf_put_bytes(&s->reach, buf_bytes(&w->out));
    if (w->answer) {
        answer(s, buf_bytes(&w->out2), w->more, w->at);
    } else if (s->mode == HELLO_FLIGHT || s->mode == HELLO_REPAIR) {
        s->state = SESSION_FLIGHT;
        session_gather_over(s, true);
    } else {
        s->state = SESSION_RESUMING;
        session_queue(s, session_ask(s, WORK_RESUME));
    }
}

void session_ward_worked(struct session *s, struct work *w)
{
    if (w->err != ERR_OK) {
        session_fail(s, w->err, w->why);
        return;
    }
    switch (w->kind) {
    case WORK_JUDGE:
    case WORK_SIZES:
        judged(s, w);
        break;
    case WORK_RENEW:
        renewed(s, w);
        break;
    case WORK_RESUME:
        s->state = SESSION_FLIGHT;
        s->scope_open = false;
        session_send(s, MESSAGE_RESUME, buf_bytes(&w->out), true);
        break;
    case WORK_APPEND:
    case WORK_STAGE:
    case WORK_TAKE:
        break;
    case WORK_GIVE:
        if (session_ward_gave(s, w)) {
            s->state = SESSION_ANSWERING;
            queue_read(s, 0);
        }
        break;
    case WORK_REFILL:
        refilled(s, w);
        break;
    case WORK_READ:
        buf_clear(&s->reach);
        buf_put_bytes(&s->reach, buf_bytes(&w->in));
        answer(s, buf_bytes(&w->out), w->more, w->at);
        break;
    case WORK_ENROL:
        session_send_list(s, buf_bytes(&w->out), true);
        session_end(s, ERR_OK);
        break;
    default:
        assert(false && "a job of the device");
    }
}
