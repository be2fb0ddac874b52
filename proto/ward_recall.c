/* ward_recall.c - what this ward holds of a scope of which a device shows more. */
#include "recall.h"
#include "ward_recall.h"

enum err ward_recall(struct txn *txn, const struct message_size *entry, bool is_theirs, struct buf *list,
                     size_t *count)
{
    struct recall_scope r = {.scope = entry->scope};
    struct scope s;
    bool partial = entry->from > 0;
    enum err e = is_theirs || partial ? scope_load(txn, &entry->scope, &s) : ERR_NOT_FOUND;

    if (e != ERR_OK && e != ERR_NOT_FOUND)
        return e;
    if (list->n >= RECALL_SCOPES_BYTES)
        return ERR_OK; /* asked for in the next one */
    if (e == ERR_OK) {
        r.epoch = s.epoch;
        r.size = s.frontier.size;
        if (is_theirs)
            recall_sizes(&r, entry->size < r.size ? entry->size : r.size);
        /* All that one without the older leaves can compare at the last, whoever it is: it cannot send them. */
        if (partial && entry->from <= r.size)
            r.point[r.count++].size = entry->from;
    }
    e = ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < r.count; i++)
        e = scope_root_at(txn, &s, r.point[i].size, &r.point[i].root);
    if (e == ERR_OK) {
        recall_add(list, &r);
        (*count)++;
    }
    return e;
}
