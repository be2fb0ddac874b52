/* session_repair.c - wants, and what is given for them, on both sides (protocol.md 8.8). */
#include <stdlib.h>

#include "message.h"
#include "repair.h"
#include "session.h"

#define OUT_PAUSE_BYTES 131072
#define TAKE_BYTES 49152 /* of leaves in one transaction */

/* --- taking: a range, then its leaves --------------------------------------------------------------------- */

static void flush(struct session *s)
{
    struct work *w;

    if (s->range_taken == 0)
        return;
    w = session_ask(s, WORK_TAKE);
    work_message(&w->in, MESSAGE_RANGE, buf_bytes(&s->range));
    buf_put_bytes(&w->in, buf_bytes(&s->batch));
    w->at = s->range_done;
    s->range_done += s->range_taken;
    s->range_taken = 0;
    s->took = true;
    buf_clear(&s->batch);
    session_queue(s, w);
}

void session_range_end(struct session *s)
{
    flush(s);
    s->range_open = false;
    if (s->role == SESSION_DEVICE && s->took)
        session_queue(s, session_ask(s, WORK_REFOLD)); /* before anything is added */
    s->took = false;
}

/* False: it was the empty one that ends what was given. */
static bool read_range(struct session *s, struct bytes message)
{
    struct repair_range *range = mem_alloc(sizeof *range);
    bool more = true;

    flush(s);
    if (repair_range_decode(range, message) != ERR_OK)
        session_fail(s, ERR_BAD_FRAME, "range");
    else
        more = range->count > 0;
    buf_clear(&s->range);
    buf_put_bytes(&s->range, message);
    s->range_done = 0;
    s->range_open = more;
    free(range);
    return more;
}

void session_range_leaf(struct session *s, uint8_t type, struct bytes message)
{
    work_message(&s->batch, type, message);
    s->range_taken++;
    if (s->batch.n >= TAKE_BYTES)
        flush(s);
}

/* --- giving ----------------------------------------------------------------------------------------------- */

static void queue_give(struct session *s, uint64_t at)
{
    struct work *w = session_ask(s, WORK_GIVE);

    buf_put_bytes(&w->in, buf_bytes(&s->wants));
    w->at = at;
    if (s->out.n > OUT_PAUSE_BYTES)
        s->parked = w;
    else
        session_queue(s, w);
}

static void add_want(struct session *s, struct bytes message)
{
    struct repair_want *want = mem_alloc(sizeof *want);

    if (repair_want_decode(want, message) != ERR_OK || s->wants.n + message.n > REPAIR_FLIGHT_BYTES)
        session_fail(s, ERR_BAD_FRAME, "want");
    else
        work_message(&s->wants, MESSAGE_WANT, message);
    free(want);
}

static void send_empty(struct session *s, uint8_t type)
{
    struct repair_range nothing = {.count = 0};
    struct buf message = {0};

    if (type == MESSAGE_RANGE)
        repair_range_encode(&nothing, &message);
    else
        message_empty_encode(&message);
    session_send(s, type, buf_bytes(&message), true);
    buf_deinit(&message);
}

/* --- the ward --------------------------------------------------------------------------------------------- */

void session_ward_want(struct session *s, struct bytes message)
{
    if (s->mode == HELLO_REPAIR)
        add_want(s, message);
    else
        session_fail(s, ERR_BAD_ORDER, "want");
}

void session_ward_give(struct session *s, bool ended)
{
    s->wants_more = !ended;
    s->state = SESSION_GIVING;
    queue_give(s, 0);
}

bool session_ward_gave(struct session *s, const struct work *w)
{
    session_send_list(s, buf_bytes(&w->out), false);
    if (w->more) {
        queue_give(s, w->at);
        return false;
    }
    buf_clear(&s->wants);
    if (!s->wants_more)
        return true;
    send_empty(s, MESSAGE_RANGE);
    s->state = SESSION_FLIGHT;
    return false;
}

void session_ward_take(struct session *s, uint8_t type, struct bytes message)
{
    if (type == MESSAGE_RANGE)
        (void)read_range(s, message);
    else if (type == MESSAGE_END && message_empty(message) && s->last_seen)
        session_range_end(s);
    else if (type != MESSAGE_END && s->range_open)
        session_range_leaf(s, type, message);
    else
        session_fail(s, ERR_BAD_ORDER, message_name(type));
}

/* --- the device ------------------------------------------------------------------------------------------- */

/* All that is wanted now. What is given for hashes makes new wants; with leaves alone this is the end of the flight. */
static void send_wants(struct session *s)
{
    session_send_list(s, buf_bytes(&s->wants), s->wants_more);
    buf_clear(&s->wants);
    s->state = s->wants_more ? SESSION_REPAIRING : SESSION_ANSWER;
    if (!s->wants_more)
        send_empty(s, MESSAGE_END);
    s->wants_more = false;
}

void session_device_wanted(struct session *s, const struct work *w)
{
    if (s->state != SESSION_SENDING && s->state != SESSION_REPAIRING && s->state != SESSION_COMPARING)
        return; /* the ward asked for something else meanwhile */
    buf_put_bytes(&s->wants, buf_bytes(&w->out));
    s->wants_more = s->wants_more || w->more;
    session_device_round(s);
}

void session_device_round(struct session *s)
{
    if ((s->state == SESSION_SENDING || s->state == SESSION_COMPARING) && session_idle(s))
        send_wants(s);
}

void session_device_range(struct session *s, uint8_t type, struct bytes message)
{
    (void)type;
    if (s->mode != HELLO_REPAIR)
        session_fail(s, ERR_BAD_ORDER, "range");
    else if (!read_range(s, message) && s->state != SESSION_REPAIRING)
        session_fail(s, ERR_BAD_ORDER, "range");
    else if (!s->range_open && s->last_seen && s->state == SESSION_REPAIRING) {
        s->state = SESSION_COMPARING;
        session_device_round(s);
    }
}

void session_device_hashes(struct session *s, uint8_t type, struct bytes message)
{
    struct work *w = session_ask(s, WORK_COMPARE);

    (void)type;
    flush(s);
    buf_put_bytes(&w->in, message);
    session_queue(s, w);
}

/* The ward lost leaves. */
void session_device_give(struct session *s, uint8_t type, struct bytes message)
{
    (void)type;
    add_want(s, message);
    if (s->state == SESSION_ENDED || !s->last_seen)
        return;
    s->state = SESSION_RECALLED;
    queue_give(s, 0);
}

void session_device_gave(struct session *s, const struct work *w)
{
    session_send_list(s, buf_bytes(&w->out), false);
    if (w->more) {
        queue_give(s, w->at);
        return;
    }
    buf_clear(&s->wants);
    send_empty(s, MESSAGE_END);
    s->state = SESSION_WAIT_RESUME;
}
