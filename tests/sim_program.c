/* sim_program.c - see sim_program.h. */
#include "sim_program.h"

void sim_program_read(struct sim_program_messages *m, struct bytes wire)
{
    struct frame_in in;
    bool got = true;

    frame_in_init(&in);
    while (wire.n > 0 && got && m->count < SIM_PROGRAM_MESSAGES) {
        enum err e = frame_next(&in, &wire, &got);

        assert(e == ERR_OK);
        m->type[m->count] = in.type;
        buf_put_bytes(&m->message[m->count++], buf_bytes(&in.message));
    }
    frame_in_deinit(&in);
}

static uint8_t take_u8(struct sim_program *p)
{
    uint8_t v = p->input.n > 0 ? p->input.p[0] : 0;

    if (p->input.n > 0)
        p->input = bytes_cut(p->input, 1);
    return v;
}

static struct bytes take_slice(struct sim_program *p)
{
    size_t n = take_u8(p);
    struct bytes slice = bytes_of(p->input.p, n < p->input.n ? n : p->input.n);

    p->input = bytes_cut(p->input, slice.n);
    return slice;
}

static size_t take_offset(struct sim_program *p, size_t below)
{
    size_t at = take_u8(p);

    at = at << 8 | take_u8(p);
    return below == 0 ? 0 : at % below;
}

static void say(struct sim_program *p, uint8_t type, struct bytes message, bool last)
{
    struct buf wire = {0};

    frame_put(&p->frames, type, message, last, &wire);
    p->bytes(p->arg, buf_bytes(&wire));
    buf_deinit(&wire);
}

static void splice(struct sim_program *p, const struct buf *genuine, struct buf *out)
{
    size_t at = take_offset(p, genuine->n);
    struct bytes tail = bytes_cut(buf_bytes(genuine), at);

    buf_put(out, genuine->p, at);
    buf_put_bytes(out, take_slice(p));
    buf_put_bytes(out, bytes_cut(tail, take_u8(p) % (tail.n + 1)));
}

void sim_program_step(struct sim_program *p)
{
    const struct sim_program_messages *m = p->genuine;
    uint8_t byte = take_u8(p);
    bool last = (byte & SIM_PROGRAM_LAST) != 0;
    size_t which = (byte >> 4) % m->count, at;
    const struct buf *genuine = &m->message[which];
    struct buf b = {0};

    switch ((enum sim_program_op)(byte % SIM_PROGRAM_OPS)) {
    case SIM_PROGRAM_GENUINE:
        say(p, m->type[which], buf_bytes(genuine), last);
        break;
    case SIM_PROGRAM_BENT:
        buf_put_bytes(&b, buf_bytes(genuine));
        at = take_offset(p, b.n);
        b.p[at] ^= take_u8(p);
        say(p, m->type[which], buf_bytes(&b), last);
        break;
    case SIM_PROGRAM_SHORT:
        say(p, m->type[which], bytes_of(genuine->p, take_offset(p, genuine->n)), last);
        break;
    case SIM_PROGRAM_SPLICED:
        splice(p, genuine, &b);
        say(p, m->type[which], buf_bytes(&b), last);
        break;
    case SIM_PROGRAM_MADE:
        at = take_u8(p);
        say(p, (uint8_t)at, take_slice(p), last);
        break;
    case SIM_PROGRAM_RAW:
        p->bytes(p->arg, take_slice(p));
        break;
    case SIM_PROGRAM_PAUSE:
        p->pause(p->arg);
        break;
    default:
        p->cut(p->arg);
    }
    buf_deinit(&b);
}
