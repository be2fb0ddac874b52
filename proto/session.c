/* session.c - what both roles share: parsing, queues, sending, ending. */
#include "session.h"

#include <stdlib.h>

#include "message.h"

/* One message being applied and one parsed ahead of it: more would only fill memory while the disk works. */
#define BUSY_BYTES_MAX 65536

static const char *const state_names[SESSION_STATE_COUNT] = {
#define SESSION_NAME(name) #name,
    SESSION_STATES(SESSION_NAME)
#undef SESSION_NAME
};

/* In these states the next message may be read. The others sleep on the store. */
static const bool state_reads[SESSION_STATE_COUNT] = {
    [SESSION_WAIT_RENEW] = true, [SESSION_GATHERING] = true,
    [SESSION_WAIT_HELLO] = true, [SESSION_WAIT_SIZES] = true, [SESSION_FLIGHT] = true,     [SESSION_SENDING] = true,
    [SESSION_WAIT_LOST] = true,  [SESSION_RECALLED] = true,   [SESSION_WAIT_LEAVES] = true, [SESSION_REPAIRING] = true,
    [SESSION_WAIT_RESUME] = true, [SESSION_ANSWER] = true,    [SESSION_ENROL_SENT] = true,
};

const char *session_state_name(enum session_state st)
{
    assert(st < SESSION_STATE_COUNT);
    return state_names[st];
}

static void init(struct session *s, enum session_role role, const uint8_t binding[BINDING_SIZE], int level)
{
    memset(s, 0, sizeof *s);
    s->role = role;
    memcpy(s->binding, binding, BINDING_SIZE);
    frame_in_init(&s->in);
    frame_out_init(&s->frames, level);
}

void session_init_ward(struct session *s, const struct id *known, bool expired, const uint8_t binding[BINDING_SIZE],
                       int level)
{
    init(s, SESSION_WARD, binding, level);
    s->state = SESSION_WAIT_HELLO;
    s->expired = expired;
    if (known != NULL)
        s->device = *known;
}

void session_paced(struct session *s)
{
    s->paced = s->frames.level > 0;
    s->pace.hard_max = s->role == SESSION_WARD ? PACE_WARD_BYTES_MAX : PACE_DEVICE_BYTES_MAX;
}

void session_certificate(struct session *s, uint64_t end, const uint8_t tls_public[SIGN_PUBLIC_SIZE])
{
    s->certificate_end = end;
    memcpy(s->tls_public, tls_public, SIGN_PUBLIC_SIZE);
}

void session_init_device(struct session *s, const struct id *device, const uint8_t binding[BINDING_SIZE], unsigned mode,
                         int level)
{
    init(s, SESSION_DEVICE, binding, level);
    s->state = SESSION_OPENING;
    s->device = *device;
    s->mode = mode;
}

void session_init_enrol(struct session *s, const uint8_t binding[BINDING_SIZE], struct bytes enrol_message)
{
    init(s, SESSION_DEVICE, binding, 0);
    s->state = SESSION_ENROL_SENT;
    buf_put_bytes(&s->enrol, enrol_message);
}

/* What nobody has begun to work on will not be. */
static void drop_queue(struct session *s)
{
    while (s->work != NULL) {
        struct work *w = s->work;

        s->work = w->next;
        s->busy_bytes -= w->in.n;
        work_free(w);
    }
    s->work_last = NULL;
}

void session_deinit(struct session *s)
{
    assert(s->busy == 0);
    drop_queue(s);
    work_free(s->parked);
    frame_in_deinit(&s->in);
    frame_out_deinit(&s->frames);
    buf_wipe_deinit(&s->out);
    buf_wipe_deinit(&s->inbox);
    buf_wipe_deinit(&s->batch);
    buf_deinit(&s->wants);
    buf_deinit(&s->reach);
    buf_deinit(&s->sizes);
    buf_deinit(&s->common);
    buf_deinit(&s->recalled);
    buf_deinit(&s->hello);
    buf_wipe_deinit(&s->flight);
    buf_deinit(&s->asks);
    buf_deinit(&s->range);
    buf_wipe_deinit(&s->enrol);
    memset(s, 0, sizeof *s);
}

/* --- jobs ---------------------------------------------------------------------------------------------- */

struct work *session_ask(struct session *s, enum work_kind kind)
{
    struct work *w = work_new(kind);

    w->device = s->device;
    w->incarnation = s->incarnation;
    w->expired = s->expired;
    w->certificate_end = s->certificate_end;
    memcpy(w->tls_public, s->tls_public, SIGN_PUBLIC_SIZE);
    w->hand_in = s->hand_in;
    w->store = s->store;
    w->key_gone = s->key_gone;
    w->mode = s->mode;
    w->budget_bytes = s->budget_bytes;
    w->pace = pace_class(&s->pace);
    w->older = s->history && kind == WORK_OPEN;
    w->shown = s->shown;
    w->states_differ = s->states_differ;
    w->failed = &s->failed;
    memcpy(w->binding, s->binding, BINDING_SIZE);
    return w;
}

void session_queue(struct session *s, struct work *w)
{
    assert(w->next == NULL);
    if (s->work == NULL)
        s->work = w;
    else
        s->work_last->next = w;
    s->work_last = w;
    s->busy_bytes += w->in.n;
}

struct work *session_take_work(struct session *s)
{
    struct work *w = s->work;

    if (w != NULL) {
        s->work = w->next;
        w->next = NULL;
        s->busy++;
    }
    return w;
}

bool session_idle(const struct session *s)
{
    return s->busy == 0 && s->work == NULL;
}

bool session_mid_message(const struct session *s)
{
    return s->inbox.n == 0 && (s->in.raw.n > 0 || s->in.in_message);
}

bool session_wants_bytes(const struct session *s)
{
    return s->state != SESSION_ENDED && s->inbox.n < FRAME_PACKED_MAX && s->busy_bytes < BUSY_BYTES_MAX;
}

/* --- sending ------------------------------------------------------------------------------------------- */

void session_send(struct session *s, uint8_t type, struct bytes message, bool last)
{
    size_t before = s->out.n;

    if (s->paced)
        s->frames.level = type == MESSAGE_PART ? pace_snapshot(&s->pace) : pace_take(&s->pace, message.n);
    frame_put(&s->frames, type, message, last, &s->out);
    s->counts.bytes_out += s->out.n - before;
    if (last && s->role == SESSION_DEVICE)
        s->counts.waits++;
}

void session_send_list(struct session *s, struct bytes list, bool last)
{
    uint8_t type;
    struct bytes message;

    while (work_message_next(&list, &type, &message))
        session_send(s, type, message, last && list.n == 0);
}

void session_end(struct session *s, enum err e)
{
    if (s->state == SESSION_ENDED)
        return;
    s->state = SESSION_ENDED;
    s->err = e;
    s->again = s->again || (s->role == SESSION_DEVICE && e == ERR_COPY);
    drop_queue(s);
}

void session_fail(struct session *s, enum err e, const char *why)
{
    struct buf message = {0};

    if (s->state == SESSION_ENDED)
        return;
    message_error_encode(&(struct message_error){e, bytes_of_str(why)}, &message);
    session_send(s, MESSAGE_ERROR, buf_bytes(&message), true);
    buf_deinit(&message);
    memset(s->why, 0, sizeof s->why);
    memcpy(s->why, why, strnlen(why, ERROR_DETAIL_MAX));
    session_end(s, e);
}

/* --- receiving ----------------------------------------------------------------------------------------- */

void session_read_scope(struct session *s, struct bytes message, bool older)
{
    struct message_scope scope;

    if (message_scope_decode(&scope, message) != ERR_OK || (scope.from > 0) != older || scope.part > 0) {
        session_fail(s, ERR_BAD_FRAME, "scope");
        return;
    }
    s->older = older;
    s->snapshot = false;
    s->scope = scope.scope;
    s->epoch = scope.epoch;
    s->size = scope.size;
    s->scope_open = true;
    s->batch_from = s->size;
    buf_clear(&s->batch);
}

static void read_error(struct session *s, struct bytes message)
{
    struct message_error error;

    if (message_error_decode(&error, message) != ERR_OK) {
        session_fail(s, ERR_BAD_FRAME, "error");
        return;
    }
    if (error.detail.n > 0)
        memcpy(s->why, error.detail.p, error.detail.n);
    s->why[error.detail.n] = '\0';
    session_end(s, error.err);
}

static void dispatch(struct session *s)
{
    struct bytes message = buf_bytes(&s->in.message);

    if (s->in.type == MESSAGE_ERROR)
        read_error(s, message);
    else if (s->role == SESSION_WARD)
        session_ward_message(s, s->in.type, message, s->in.last);
    else
        session_device_message(s, s->in.type, message, s->in.last);
}

static bool may_parse(const struct session *s)
{
    return state_reads[s->state] && s->busy_bytes < BUSY_BYTES_MAX;
}

static void parse(struct session *s)
{
    while (s->inbox.n > 0 && may_parse(s)) {
        struct bytes more = buf_bytes(&s->inbox);
        bool got = false;
        enum err e = frame_next(&s->in, &more, &got);

        buf_drop_front(&s->inbox, s->inbox.n - more.n);
        if (e != ERR_OK) {
            session_fail(s, ERR_BAD_FRAME, "frame");
            return;
        }
        if (got)
            dispatch(s);
    }
    if (s->inbox.n == 0) {
        struct bytes nothing = {0};
        bool got;

        buf_deinit(&s->inbox);
        /* Between messages the frame reader gives its buffers back when there is nothing to read. */
        if (s->state != SESSION_ENDED && frame_next(&s->in, &nothing, &got) != ERR_OK)
            session_fail(s, ERR_BAD_FRAME, "frame");
    }
}

static void worked(struct session *s, struct work *w)
{
    assert(s->busy > 0 && s->busy_bytes >= w->in.n);
    s->busy--;
    s->busy_bytes -= w->in.n;
    if (s->state != SESSION_ENDED) {
        if (s->role == SESSION_WARD)
            session_ward_worked(s, w);
        else
            session_device_worked(s, w);
    }
    work_free(w);
}

void session_step(struct session *s, const struct session_event *e)
{
    switch (e->kind) {
    case SESSION_START:
        assert(s->role == SESSION_DEVICE);
        session_device_start(s);
        break;
    case SESSION_BYTES:
        s->counts.bytes_in += e->bytes.n;
        if (s->state != SESSION_ENDED)
            buf_put_bytes(&s->inbox, e->bytes);
        break;
    case SESSION_WORKED:
        worked(s, e->work);
        break;
    case SESSION_DRAINED:
        if (s->parked != NULL && s->state != SESSION_ENDED) {
            session_queue(s, s->parked);
            s->parked = NULL;
        }
        break;
    case SESSION_EOF:
        s->eof = true;
        break;
    case SESSION_EVENT_COUNT:
        assert(false);
    }
    parse(s);
    if (s->state == SESSION_GATHERING && s->inbox.n == 0)
        session_gather_end(s);
    /* What came before the cut is worth having: it ends the session only when nothing more can come of it. */
    if (s->eof && s->inbox.n == 0 && may_parse(s) && session_idle(s))
        session_end(s, ERR_CUT);
}
