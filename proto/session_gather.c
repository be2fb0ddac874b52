/* session_gather.c - the ward's side: a short flight that came together with its hello is judged and taken in one job.
 *
 * Most sessions bring a change or two, in the same packet as the hello. As two jobs they cost two commits, since the
 * second is not asked for before the first is answered. Nothing of the flight is applied unless the hello is in order
 * (protocol.md 8.1): the job sees to that, and what it did not take is read here as if it came only now. */
#include "message.h"
#include "session.h"

#define GATHER_BYTES 16384 /* a longer flight is appended piece by piece, while it comes in */

void session_gather_begin(struct session *s, struct bytes hello)
{
    assert(s->flight.n == 0);
    buf_put_bytes(&s->hello, hello);
    s->flight_plain = true;
    s->flight_whole = s->flight_scope = false;
    s->state = SESSION_GATHERING;
}

/* Is this what ward_flight() takes, and in order? What is not gets its error when it is read. */
static bool is_plain(struct session *s, uint8_t type, struct bytes message, bool last)
{
    struct message_scope scope;

    switch (type) {
    case MESSAGE_SCOPE:
        s->flight_scope = message_scope_decode(&scope, message) == ERR_OK && scope.from == 0 && scope.part == 0;
        return s->flight_scope;
    case MESSAGE_CHANGESET:
        return s->flight_scope;
    case MESSAGE_END:
        return last && message_empty(message);
    default:
        return false;
    }
}

void session_gather(struct session *s, uint8_t type, struct bytes message, bool last)
{
    work_message(&s->flight, type, message);
    s->flight_whole = last;
    s->flight_plain = s->flight_plain && is_plain(s, type, message, last) && s->flight.n <= GATHER_BYTES;
    if (last || !s->flight_plain)
        session_gather_end(s);
}

void session_gather_end(struct session *s)
{
    struct work *w = session_ask(s, WORK_JUDGE);

    w->answer = s->flight_whole && s->flight_plain;
    buf_put_bytes(&w->in, buf_bytes(&s->hello));
    if (w->answer)
        buf_put_bytes(&w->flight, buf_bytes(&s->flight));
    buf_deinit(&s->hello);
    s->state = SESSION_JUDGING;
    session_queue(s, w);
}

void session_gather_over(struct session *s, bool take)
{
    struct buf flight = s->flight;
    struct bytes list = buf_bytes(&flight), message;
    uint8_t type;

    memset(&s->flight, 0, sizeof s->flight);
    while (take && s->state == SESSION_FLIGHT && work_message_next(&list, &type, &message))
        session_ward_message(s, type, message, s->flight_whole && list.n == 0);
    buf_wipe_deinit(&flight);
}
