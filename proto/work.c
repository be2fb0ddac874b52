/* work.c - jobs for the store. */
#include "work.h"

#include <stdlib.h>

static const char *const names[WORK_KINDS] = {
    [WORK_NONE] = "none",     [WORK_JUDGE] = "judge",   [WORK_SIZES] = "sizes",   [WORK_RESUME] = "resume",
    [WORK_RENEW] = "renew",
    [WORK_APPEND] = "append", [WORK_READ] = "read",     [WORK_ENROL] = "enrol",   [WORK_OPEN] = "open",
    [WORK_COUNT] = "count",   [WORK_OUTBOX] = "outbox", [WORK_APPLY] = "apply",   [WORK_SETTLE] = "settle",
    [WORK_ENROLLED] = "enrolled", [WORK_RENEWED] = "renewed", [WORK_KEYS] = "keys", [WORK_DROP] = "drop",
    [WORK_PARCEL_JUDGE] = "parcel judge",   [WORK_PARCEL_READ] = "parcel read",     [WORK_PARCEL_OPEN] = "parcel open",
    [WORK_PARCEL_JUDGED] = "parcel judged", [WORK_PARCEL_APPLY] = "parcel apply",
    [WORK_PARCEL_SETTLE] = "parcel settle",
    [WORK_GIVE] = "give", [WORK_TAKE] = "take", [WORK_WANT] = "want",
    [WORK_COMPARE] = "compare", [WORK_REFOLD] = "refold",
    [WORK_STAGE] = "stage", [WORK_SNAPSHOT] = "snapshot", [WORK_REFILL] = "refill", [WORK_RECALL] = "recall",
};

struct work *work_new(enum work_kind kind)
{
    struct work *w = mem_alloc(sizeof *w);

    w->kind = kind;
    return w;
}

void work_free(struct work *w)
{
    if (w == NULL)
        return;
    buf_wipe_deinit(&w->in);
    buf_wipe_deinit(&w->out);
    buf_wipe_deinit(&w->out2);
    buf_deinit(&w->common);
    buf_wipe_deinit(&w->flight);
    free(w);
}

void work_reset(struct work *w, uint64_t at)
{
    buf_clear(&w->out);
    buf_clear(&w->out2);
    w->at = at;
    w->more = w->ask = w->restart = false;
    w->sent = w->received = w->refused = w->held = w->repaired = 0;
    w->err = ERR_OK;
    if (w->failed != NULL)
        *w->failed = false;
}

const char *work_name(enum work_kind kind)
{
    assert(kind < WORK_KINDS);
    return names[kind];
}

void work_message(struct buf *list, uint8_t type, struct bytes message)
{
    buf_put_u8(list, type);
    buf_put_u32(list, (uint32_t)message.n);
    buf_put_bytes(list, message);
}

bool work_message_next(struct bytes *list, uint8_t *type, struct bytes *message)
{
    size_t n;

    if (list->n == 0)
        return false;
    assert(list->n >= 5);
    *type = list->p[0];
    n = load_u32(list->p + 1);
    assert(list->n - 5 >= n);
    *message = bytes_of(list->p + 5, n);
    *list = bytes_cut(*list, 5 + n);
    return true;
}
