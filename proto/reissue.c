/* reissue.c - see reissue.h. */
#include "reissue.h"

#include <stdlib.h>

#include "draft.h"
#include "ledger.h"
#include "outbox.h"
#include "verdict.h"

struct answer {
    struct version version;
    uint32_t verdict;
    bool bare; /* the log has it without its body */
};

static int answer_order(const void *a, const void *b)
{
    return memcmp(a, b, VERSION_SIZE);
}

static struct answer *answer_of(const struct reissue *s, const struct version *v)
{
    return s->answers.n == 0 ? NULL : bsearch(v, s->answers.p, s->answers.n / sizeof(struct answer),
                                              sizeof(struct answer), answer_order);
}

/* One for each change: with its body, if any leaf has that. */
static void answers_sort(struct reissue *s)
{
    struct answer *a = (struct answer *)(void *)s->answers.p;
    size_t count = s->answers.n / sizeof *a, kept = 0;

    if (count > 1)
        qsort(a, count, sizeof *a, answer_order);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || answer_order(&a[kept - 1], &a[i]) != 0)
            a[kept++] = a[i];
        else if (a[kept - 1].bare)
            a[kept - 1] = a[i];
    s->answers.n = kept * sizeof *a;
}

static enum err gather_leaf(struct reissue *s, uint64_t index, uint64_t *first)
{
    struct buf row = {0};
    struct ledger_leaf l = {0};
    struct header h;
    enum err e = ledger_leaf_at(s->txn, s->scope, index, &row, &l);

    if (e == ERR_OK)
        e = header_decode(&h, l.header) == ERR_OK && l.changeset.count > 0 ? ERR_OK : ERR_DAMAGED;
    if (e == ERR_OK) {
        changeset_commit(&l.changeset, &h.scope, &h.device, &h.person);
        *first = h.first + h.count;
    }
    for (size_t i = 0; e == ERR_OK && i < l.changeset.count; i++) {
        struct answer a = {.version = change_version(&l.changeset.slot[i].commitment),
                           .bare = l.changeset.slot[i].body.n == 0};

        e = verdict_list_at(l.verdicts, i, &a.verdict);
        buf_put(&s->answers, &a, sizeof a);
    }
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}

/* Where this stream begins among the leaves that are here: what lies before was answered when they came. */
static enum err gather_held(struct reissue *s, const struct stream *stream, uint64_t *first)
{
    enum err e = ERR_OK;

    *first = stream->next;
    for (uint64_t i = s->scope->frontier.size; e == ERR_OK && i-- > s->scope->from;) {
        struct buf row = {0};
        struct ledger_leaf l;
        struct header h;

        e = scope_leaf(s->txn, s->scope, i, &row);
        if (e == ERR_OK)
            e = ledger_decode_head(&l, buf_bytes(&row));
        if (e == ERR_OK && !l.is_control && header_decode(&h, l.header) != ERR_OK)
            e = ERR_DAMAGED;
        if (e == ERR_OK && !l.is_control && h.incarnation == stream->incarnation &&
            id_equal(&h.device, &stream->device))
            *first = h.first;
        buf_wipe_deinit(&row);
    }
    return e;
}

/* All that the scope's log holds of this device, under whatever incarnation. */
enum err reissue_begin(struct reissue *s)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; e == ERR_OK && i < s->scope->streams; i++) {
        struct stream stream;
        uint64_t first = 0, index;

        e = scope_stream(s->txn, s->scope, i, &stream);
        if (e != ERR_OK || !id_equal(&stream.device, &s->r->device))
            continue;
        if (s->scope->from > 0)
            e = gather_held(s, &stream, &first);
        while (e == ERR_OK && first < stream.next) {
            e = ledger_find(s->txn, s->scope, &stream.device, stream.incarnation, first, &index);
            if (e == ERR_OK)
                e = gather_leaf(s, index, &first);
        }
    }
    answers_sort(s);
    return e == ERR_NOT_FOUND ? ERR_DAMAGED : e;
}

static enum err settle_draft(struct reissue *s, const struct change_slot *slot, uint32_t verdict)
{
    struct version v = change_version(&slot->commitment);
    struct draft_item *item;
    struct id record;
    struct draft d;
    uint32_t kind, leaf, position;
    enum err e;

    if (scope_change_find(s->txn, s->scope, &v, &leaf, &position) == ERR_OK)
        verdict = verdict_make(VERDICT_ACCEPTED, false, ERR_OK); /* released since */
    change_subject(slot->body, &kind, &record);
    e = draft_load(s->txn, kind, &record, s->scope->number, &d);
    item = draft_find(&d, &v);
    if (e == ERR_OK && item != NULL) {
        bool waits = verdict_kind(verdict) == VERDICT_HELD;

        if (waits)
            item->state = DRAFT_HELD;
        /* Sealed behind its own leaf, it lies here twice: once from the leaf, once as it was written. */
        for (size_t i = d.count; i-- > (waits ? (size_t)(item - d.item) + 1 : 0);)
            if (memcmp(&d.item[i].version, &v, sizeof v) == 0)
                draft_remove(&d, i);
        e = draft_save(s->txn, kind, &record, s->scope->number, &d);
    }
    draft_deinit(&d);
    return e;
}

enum err reissue_row(struct reissue *s, struct bytes row)
{
    struct changeset cs;
    struct bytes header;
    struct header h;
    size_t known = 0;
    bool whole = true; /* a body that was taken away since (its record's class was raised) cannot be issued again */
    enum err e;

    changeset_init(&cs);
    e = outbox_decode(row, &header, &h, &cs);
    if (e == ERR_OK)
        changeset_commit(&cs, &h.scope, &h.device, &h.person);
    for (size_t i = 0; e == ERR_OK && i < cs.count; i++) {
        struct version v = change_version(&cs.slot[i].commitment);
        const struct answer *a = answer_of(s, &v);
        bool bare = cs.slot[i].body.n == 0;

        whole = whole && !bare;
        if (a == NULL || (a->bare && !bare))
            continue;
        known++;
        if (!bare)
            e = settle_draft(s, &cs.slot[i], a->verdict);
    }
    if (e == ERR_OK && known < cs.count && whole)
        e = outbox_keep(s->txn, s->r, s->scope, &s->end, &h.person, &cs);
    changeset_deinit(&cs);
    return e;
}

void reissue_end(struct reissue *s)
{
    buf_deinit(&s->answers);
}
