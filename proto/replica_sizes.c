/* replica_sizes.c - what this store holds, as `sizes` and `renew` say it (protocol.md 7, 8.7). */
#include <stdlib.h>

#include "message.h"
#include "replica.h"

enum err replica_sizes_list(struct txn *txn, struct buf *out)
{
    struct buf entries = {0};
    struct scope *scope = NULL;
    size_t count = 0, n = 0;
    enum err e = scope_list(txn, &scope, &count);

    for (size_t i = 0; e == ERR_OK && i < count; i++)
        if (scope[i].frontier.size > 0) {
            message_list_add_size(&entries, &(struct message_size){scope[i].id, scope[i].epoch, scope[i].frontier.size,
                                                                   scope_root(&scope[i]), scope[i].from});
            n++;
        }
    if (e == ERR_OK)
        message_list_encode(&(struct message_list){n, buf_bytes(&entries)}, out);
    free(scope);
    buf_deinit(&entries);
    return e;
}

enum err replica_sizes(struct txn *txn, struct work *job)
{
    return replica_sizes_list(txn, &job->out);
}
