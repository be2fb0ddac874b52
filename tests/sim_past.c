/* sim_past.c - see sim_past.h. */
#include "sim_past.h"

#include <stdlib.h>

#include "../proto/author.h"
#include "../proto/ledger.h"
#include "../proto/replica_verdict.h"
#include "../proto/verdict.h"

/* The newest word on one change of this person's. */
struct word {
    struct hash id;
    uint32_t verdict;
    uint64_t leaf;      /* that it came with */
    bool bare;          /* the ward has no body of it: nobody can be told what it is about */
};

struct walking {
    struct sim *s;
    size_t peer;
    struct txn ward, device;
    struct scope here, log;
    struct author reader;
    struct buf words;   /* struct word[] */
};

static struct word *word_of(struct walking *w, const struct hash *id)
{
    struct word *at = (struct word *)(void *)w->words.p;

    for (size_t i = 0; i < w->words.n / sizeof *at; i++)
        if (memcmp(at[i].id.b, id->b, HASH_SIZE) == 0)
            return &at[i];
    buf_put(&w->words, &(struct word){.id = *id}, sizeof *at);
    return (struct word *)(void *)w->words.p + w->words.n / sizeof *at - 1;
}

static void read_changeset(struct walking *w, struct ledger_leaf *l, uint64_t index)
{
    struct header h;
    bool mine = false;

    if (header_decode(&h, l->header) != ERR_OK || author_wrote(&w->ward, &w->log, &w->reader, &h, &mine) != ERR_OK)
        sim_broken(w->s, "H6: leaf %llu cannot be read", (unsigned long long)index);
    changeset_commit(&l->changeset, &h.scope, &h.device, &h.person);
    for (size_t i = 0; mine && i < l->changeset.count; i++) {
        struct word *word = word_of(w, &l->changeset.slot[i].commitment);
        bool again = word->leaf > 0 && verdict_kind(word->verdict) == VERDICT_ACCEPTED;
        uint32_t verdict = 0;

        if (verdict_list_at(l->verdicts, i, &verdict) != ERR_OK)
            sim_broken(w->s, "H6: leaf %llu has no verdicts", (unsigned long long)index);
        if (again && verdict_kind(verdict) == VERDICT_HELD)
            continue; /* two stores sent it: it counts */
        word->verdict = verdict;
        word->leaf = index;
        word->bare = l->changeset.slot[i].body.n == 0;
    }
}

static void read_ruling(struct walking *w, const struct control_verdict *v, uint64_t index)
{
    struct ledger_leaf l;
    struct buf row = {0};
    struct header h;
    bool mine = false;
    uint64_t at;

    if (ledger_find(&w->ward, &w->log, &v->device, v->incarnation, v->first, &at) != ERR_OK)
        return;
    if (ledger_leaf_at(&w->ward, &w->log, at, &row, &l) == ERR_OK && header_decode(&h, l.header) == ERR_OK &&
        author_wrote(&w->ward, &w->log, &w->reader, &h, &mine) == ERR_OK && mine && v->position < l.changeset.count) {
        struct word *word;

        changeset_commit(&l.changeset, &h.scope, &h.device, &h.person);
        word = word_of(w, &l.changeset.slot[v->position].commitment);
        word->verdict = v->verdict;
        word->leaf = index;
    }
    ledger_leaf_deinit(&l);
    buf_deinit(&row);
}

static void read_log(struct walking *w)
{
    for (uint64_t i = 0; i < w->log.frontier.size && !w->s->failed; i++) {
        struct ledger_leaf l;
        struct buf row = {0};
        struct control c;

        if (ledger_leaf_at(&w->ward, &w->log, i, &row, &l) != ERR_OK)
            sim_broken(w->s, "H6: leaf %llu is not there", (unsigned long long)i);
        else if (!l.is_control)
            read_changeset(w, &l, i);
        else if (control_decode(&c, l.control) == ERR_OK && c.kind == CONTROL_VERDICT)
            read_ruling(w, &c.is.verdict, i);
        ledger_leaf_deinit(&l);
        buf_deinit(&row);
    }
}

static void check_word(struct walking *w, const struct word *word)
{
    enum verdict is = verdict_kind(word->verdict), told = VERDICT_ACCEPTED;
    struct replica_verdict known;
    struct buf row = {0};
    enum err e = replica_verdict_about(&w->device, &word->id, &row, &known);

    if (e == ERR_OK)
        told = verdict_kind(known.verdict);
    if ((e != ERR_OK && e != ERR_NOT_FOUND) || (told != is && !word->bare))
        sim_broken(w->s, "H6: %zu was told %d of %02x%02x%02x%02x, the log says %d at %llu (from %llu)", w->peer, told,
                   word->id.b[0], word->id.b[1], word->id.b[2], word->id.b[3], is, (unsigned long long)word->leaf,
                   (unsigned long long)w->here.from);
    w->s->totals.past += told != VERDICT_ACCEPTED && word->leaf < w->here.from;
    buf_deinit(&row);
}

static void check_scope(struct walking *w)
{
    const struct word *word;

    if (w->here.from == 0 || scope_load(&w->ward, &w->here.id, &w->log) != ERR_OK ||
        author_load(&w->ward, &w->log, &w->reader.device, &w->reader) != ERR_OK)
        return;
    buf_clear(&w->words);
    read_log(w);
    word = (const struct word *)(const void *)w->words.p;
    for (size_t i = 0; i < w->words.n / sizeof *word && !w->s->failed; i++)
        check_word(w, &word[i]);
}

void sim_past_check(struct sim *s, size_t peer)
{
    struct sim_peer *p = &s->peer[peer];
    struct walking w = {.s = s, .peer = peer};
    struct scope *scope = NULL;
    size_t scopes = 0;

    if (!p->enrolled || p->revoked || s->ward.ward.snapshot_leaves == 0)
        return;
    w.reader.device = sim_node_replica(&p->node).device;
    memstore_begin(s->ward.store, false, &w.ward);
    memstore_begin(p->node.store, false, &w.device);
    if (scope_list(&w.device, &scope, &scopes) != ERR_OK)
        sim_broken(s, "H6: %zu cannot be read", peer);
    for (size_t i = 0; i < scopes && !s->failed; i++) {
        w.here = scope[i];
        check_scope(&w);
    }
    memstore_abort(p->node.store);
    memstore_abort(s->ward.store);
    free(scope);
    buf_deinit(&w.words);
}
