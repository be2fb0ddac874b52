/* repair_message.c - want, hashes and range, and wants in the making. */
#include "message.h"
#include "mp.h"
#include "repair.h"

#define LEVELS_AT_ONCE 11 /* 2,048 hashes for one subtree */
#define LEVELS_LAST 6     /* 64 for each group that differs, so that many differences cost little more */

static void put_runs(const struct repair_run *run, size_t count, struct buf *out)
{
    mp_put_array(out, 2 * count);
    for (size_t i = 0; i < count; i++) {
        mp_put_uint(out, run[i].from);
        mp_put_uint(out, run[i].count);
    }
}

static size_t read_runs(struct mp *r, struct repair_run run[REPAIR_RUNS_MAX])
{
    size_t count = mp_array(r, 2 * (size_t)REPAIR_RUNS_MAX);
    uint64_t end = 0;

    if (count % 2 != 0)
        mp_fail(r, ERR_BAD_FRAME);
    count /= 2;
    for (size_t i = 0; i < count && mp_error(r) == ERR_OK; i++) {
        run[i].from = mp_uint(r, UINT32_MAX);
        run[i].count = mp_uint(r, UINT32_MAX);
        if (run[i].count == 0 || (i > 0 && run[i].from <= end))
            mp_fail(r, ERR_BAD_FRAME);
        end = run[i].from + run[i].count;
    }
    return mp_error(r) == ERR_OK ? count : 0;
}

void repair_want_encode(const struct repair_want *m, struct buf *out)
{
    mp_put_array(out, 5);
    mp_put_bin(out, m->scope.b, ID_SIZE);
    mp_put_uint(out, m->epoch);
    mp_put_uint(out, m->size);
    mp_put_uint(out, m->what);
    put_runs(m->run, m->count, out);
}

enum err repair_want_decode(struct repair_want *m, struct bytes body)
{
    struct mp r;

    mp_open(&r, body);
    mp_expect_array(&r, 5);
    m->scope = id_from(mp_bin_exact(&r, ID_SIZE));
    m->epoch = (uint32_t)mp_uint(&r, UINT32_MAX);
    m->size = mp_uint(&r, UINT32_MAX);
    m->what = (unsigned)mp_uint(&r, TREE_LEVELS_MAX);
    m->count = read_runs(&r, m->run);
    if (mp_close(&r) != ERR_OK)
        return ERR_BAD_FRAME;
    if (m->count > 0 && m->run[m->count - 1].from + m->run[m->count - 1].count >
                            m->size >> (m->what == REPAIR_LEAVES ? 0 : m->what - 1))
        return ERR_BAD_FRAME;
    return ERR_OK;
}

void repair_hashes_encode(const struct repair_hashes *m, struct buf *out)
{
    mp_put_array(out, 4);
    mp_put_bin(out, m->scope.b, ID_SIZE);
    mp_put_uint(out, m->level);
    mp_put_uint(out, m->from);
    mp_put_bin(out, m->hints.p, m->hints.n);
}

enum err repair_hashes_decode(struct repair_hashes *m, struct bytes body)
{
    struct mp r;

    mp_open(&r, body);
    mp_expect_array(&r, 4);
    m->scope = id_from(mp_bin_exact(&r, ID_SIZE));
    m->level = (unsigned)mp_uint(&r, TREE_LEVELS_MAX - 1);
    m->from = mp_uint(&r, UINT32_MAX);
    m->hints = mp_bin(&r, (size_t)REPAIR_HINTS_MAX * REPAIR_HINT_SIZE);
    if (m->hints.n % REPAIR_HINT_SIZE != 0)
        mp_fail(&r, ERR_BAD_FRAME);
    return mp_close(&r) == ERR_OK ? ERR_OK : ERR_BAD_FRAME;
}

void repair_range_encode(const struct repair_range *m, struct buf *out)
{
    mp_put_array(out, 2);
    mp_put_bin(out, m->scope.b, ID_SIZE);
    put_runs(m->run, m->count, out);
}

enum err repair_range_decode(struct repair_range *m, struct bytes body)
{
    struct mp r;

    mp_open(&r, body);
    mp_expect_array(&r, 2);
    m->scope = id_from(mp_bin_exact(&r, ID_SIZE));
    m->count = read_runs(&r, m->run);
    return mp_close(&r) == ERR_OK ? ERR_OK : ERR_BAD_FRAME;
}

/* --- asking --------------------------------------------------------------------------------------------- */

void repair_ask_end(struct repair_asking *a)
{
    struct buf message = {0};

    if (a->want.count > 0) {
        repair_want_encode(&a->want, &message);
        work_message(a->list, MESSAGE_WANT, buf_bytes(&message));
    }
    a->want.count = 0;
    buf_deinit(&message);
}

void repair_ask(struct repair_asking *a, const struct scope *s, unsigned what, uint64_t from, uint64_t count)
{
    struct repair_want *w = &a->want;

    if (w->count > 0 && (w->what != what || !id_equal(&w->scope, &s->id) || w->count == REPAIR_RUNS_MAX ||
                         w->run[w->count - 1].from + w->run[w->count - 1].count > from))
        repair_ask_end(a);
    if (w->count > 0 && w->run[w->count - 1].from + w->run[w->count - 1].count == from) {
        w->run[w->count - 1].count += count;
        return;
    }
    w->scope = s->id;
    w->epoch = s->epoch;
    w->size = s->frontier.size;
    w->what = what;
    w->run[w->count++] = (struct repair_run){from, count};
}

unsigned repair_level_below(unsigned level)
{
    if (level > LEVELS_AT_ONCE)
        return (level - LEVELS_AT_ONCE + LEVELS_LAST - 1) / LEVELS_LAST * LEVELS_LAST;
    return level > LEVELS_LAST ? LEVELS_LAST : 0;
}
