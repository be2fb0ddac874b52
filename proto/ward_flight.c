/* ward_flight.c - a whole flight in the transaction that judged its hello (session_gather.c). */
#include "message.h"
#include "ward.h"

static enum err append(struct txn *txn, const struct ward *w, struct work *job, const struct message_scope *scope,
                       struct bytes message, uint64_t now)
{
    struct work one = {.kind = WORK_APPEND, .device = job->device, .incarnation = job->incarnation,
                       .shown = job->shown, .mode = job->mode, .scope = scope->scope, .epoch = scope->epoch,
                       .size = scope->size};
    enum err e;

    buf_put_bytes(&one.in, message);
    e = ward_append(txn, w, &one, now);
    memcpy(job->why, one.why, sizeof job->why);
    buf_wipe_deinit(&one.in);
    buf_deinit(&one.out);
    return e;
}

enum err ward_flight(struct txn *txn, const struct ward *w, struct work *job, uint64_t now)
{
    struct bytes list = buf_bytes(&job->flight), message;
    struct message_scope scope = {0};
    uint8_t type;
    enum err e = ERR_OK;

    while (e == ERR_OK && work_message_next(&list, &type, &message)) {
        if (type == MESSAGE_SCOPE)
            e = message_scope_decode(&scope, message);
        else if (type == MESSAGE_CHANGESET)
            e = append(txn, w, job, &scope, message, now);
    }
    return e;
}
