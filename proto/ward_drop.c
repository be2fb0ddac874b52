/* ward_drop.c - a scope that a device may not read any more (protocol.md 7.5): how far its own work is durable here,
 * and what was said of it in leaves that it will not get. */
#include "author.h"
#include "header.h"
#include "message.h"
#include "verdict.h"
#include "ward.h"

/* Words in one drop before another one begins; a leaf brings as many as it has changes. */
#define WORDS_FULL (DROP_WORDS_MAX - CHANGESET_CHANGES_MAX)

struct telling {
    struct txn *txn;
    const struct scope *scope;
    struct author reader;
    struct message_list words;
    struct buf entries;
    uint64_t at; /* the leaf that is read */
};

static void add(struct telling *t, const struct message_word *word)
{
    message_list_add_word(&t->entries, word);
    t->words.count++;
}

/* A changeset that this device sealed: what was not accepted. Its bodies it has. */
static enum err tell_changeset(struct telling *t, struct ledger_leaf *l, struct bytes row)
{
    struct message_word word = {.time = l->accepted};
    struct header h;
    enum err e = header_decode(&h, l->header) == ERR_OK ? ERR_OK : ERR_DAMAGED;

    if (e != ERR_OK || !id_equal(&h.device, &t->reader.device))
        return e;
    e = ledger_decode(l, row);
    if (e == ERR_OK)
        changeset_commit(&l->changeset, &h.scope, &h.device, &h.person);
    for (size_t i = 0; e == ERR_OK && i < l->changeset.count; i++) {
        e = verdict_list_at(l->verdicts, i, &word.verdict) == ERR_OK ? ERR_OK : ERR_DAMAGED;
        if (e != ERR_OK || verdict_kind(word.verdict) == VERDICT_ACCEPTED ||
            verdict_kind(word.verdict) == VERDICT_PROPOSAL)
            continue;
        word.id = l->changeset.slot[i].commitment;
        add(t, &word);
    }
    return e;
}

/* A person's word on a change of the reader's person, from whichever device: it may have been told of that one. */
static enum err tell_ruled(struct telling *t, const struct control *c)
{
    const struct control_verdict *ruled = &c->is.verdict;
    struct message_word word = {.verdict = ruled->verdict, .time = c->time, .by = ruled->by, .text = ruled->text};
    struct ledger_leaf l = {0};
    struct buf row = {0};
    struct header h;
    bool mine = false;
    uint64_t leaf;
    enum err e = ledger_find(t->txn, t->scope, &ruled->device, ruled->incarnation, ruled->first, &leaf);

    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    t->at = leaf;
    e = ledger_leaf_at(t->txn, t->scope, leaf, &row, &l);
    if (e == ERR_OK && (l.is_control || header_decode(&h, l.header) != ERR_OK))
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        e = author_wrote(t->txn, t->scope, &t->reader, &h, &mine);
    if (e == ERR_OK && mine && ruled->position < l.changeset.count) {
        changeset_commit(&l.changeset, &h.scope, &h.device, &h.person);
        word.id = l.changeset.slot[ruled->position].commitment;
        add(t, &word);
    }
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}

static enum err tell_leaf(struct telling *t, uint64_t index)
{
    struct ledger_leaf l = {0};
    struct buf row = {0};
    struct control c;
    enum err e;

    t->at = index;
    e = scope_leaf(t->txn, t->scope, index, &row);
    if (e == ERR_OK)
        e = ledger_decode_head(&l, buf_bytes(&row));
    if (e == ERR_OK && !l.is_control)
        e = tell_changeset(t, &l, buf_bytes(&row));
    else if (e == ERR_OK && control_decode(&c, l.control) != ERR_OK)
        e = ERR_DAMAGED;
    else if (e == ERR_OK && c.kind == CONTROL_VERDICT)
        e = tell_ruled(t, &c);
    ledger_leaf_deinit(&l);
    buf_wipe_deinit(&row);
    return e;
}

/* The end of its own stream. */
static enum err stream_end(struct txn *txn, const struct scope *s, const struct work *job, struct message_drop *m)
{
    struct stream stream;
    enum err e = scope_stream_of(txn, s, &job->device, job->incarnation, &stream);

    if (e == ERR_OK) {
        m->next = stream.next;
        m->head = stream.head;
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err ward_drop(struct txn *txn, const struct scope *s, struct work *job, struct reach *r, uint64_t *at)
{
    struct telling t = {.txn = txn, .scope = s};
    struct message_drop m = {.scope = s->id};
    struct buf message = {0};
    uint64_t sent = r->sent;
    enum err e;

    if (r->sent == 0 && r->part == 0)
        return ERR_OK; /* nothing of it is there, nor the beginning of a snapshot */
    e = author_load(txn, s, &job->device, &t.reader);
    if (e == ERR_NOT_FOUND)
        e = ERR_OK;
    while (e == ERR_OK && sent < s->frontier.size && t.words.count < WORDS_FULL && t.entries.n < FRAME_PLAIN_MAX)
        e = tell_leaf(&t, sent++);
    m.more = sent < s->frontier.size;
    if (e == ERR_OK && !m.more)
        e = stream_end(txn, s, job, &m);
    if (e == ERR_OK) {
        m.words = t.words;
        m.words.entries = buf_bytes(&t.entries);
        message_drop_encode(&m, &message);
        work_message(&job->out, MESSAGE_DROP, buf_bytes(&message));
        r->sent = m.more ? sent : 0;
        r->part = 0;
    }
    *at = t.at;
    buf_deinit(&t.entries);
    buf_deinit(&message);
    return e;
}
