/* told.c - see told.h. */
#include "told.h"

#include <stdio.h>

#include "../common/language.h"
#include "../proto/draft.h"
#include "../proto/freeze.h"
#include "../proto/verdict.h"
#include "print.h"

/* --- one word for a change --- */

const char *told_verdict(const struct past *past, const struct history_change *h)
{
    static const char *const pending[] = {[DRAFT_UNSEALED] = "unsent", [DRAFT_SEALED] = "sending",
                                          [DRAFT_HELD] = "held"};
    size_t stands = 0, alone = 0, moves = 0; /* values that it wrote */
    if (h->is_draft)
        return pending[h->draft];
    for (size_t i = 0; i < h->change.count; i++) {
        const struct past_value *w = past_find(past, h->change.triple[i].tag, bytes_of(h->version.b, VERSION_SIZE));
        if (h->change.op == OP_CLOSE && w == NULL)
            continue; /* it says what was seen, and writes nothing */
        moves++;
        stands += w != NULL && (w->fate == PAST_COUNTS || w->fate == PAST_BESIDE);
        alone += w != NULL && w->fate == PAST_COUNTS;
    }
    if (stands == 0)
        return h->change.count == 0 ? "accepted" : "superseded";
    return alone == moves ? "accepted" : "merged";
}

const char *told_verdict_label(const char *verdict)
{
    static const char *const labels[][2] = {
        {"unsent", N_("not sent yet")},
        {"sending", N_("being sent")},
        {"held", N_("waits for the ward's decision")},
        {"accepted", N_("accepted")},
        {"merged", N_("accepted, merged with what others wrote")},
        {"superseded", N_("accepted, then written over")},
    };
    for (size_t i = 0; i < ARRAY_LEN(labels); i++)
        if (strcmp(labels[i][0], verdict) == 0)
            return labels[i][1];
    return verdict;
}

/* --- what was refused --- */

static void json_text(struct json *j, const char *key, struct bytes text)
{
    json_key(j, key);
    if (text.n == 0)
        json_null(j);
    else
        json_bytes(j, text);
}

static void json_fields(struct print *p, const struct change *c, const struct kind_info *k, struct json *j)
{
    json_key(j, "fields");
    json_object_begin(j);
    for (size_t i = 0; i < c->count; i++) {
        const struct field_info *f = k == NULL ? NULL : schema_field(k, TAG_NUMBER(c->triple[i].tag));
        if (f == NULL)
            continue;
        json_key(j, f->name);
        entry_json(f, c->triple[i].value, &p->refs.entry, j);
    }
    json_object_end(j);
}

static const char *op_name(enum op op)
{
    static const char *const names[] = {[OP_CREATE] = "create", [OP_SET] = "set",     [OP_ADD] = "add",
                                        [OP_REMOVE] = "remove", [OP_STATE] = "state", [OP_AMEND] = "amend",
                                        [OP_CLOSE] = "close"};
    return names[op];
}

void told_refused_json(struct print *p, const struct replica_verdict *v, struct json *j)
{
    char hex[2 * HASH_SIZE + 1];
    struct change c = {0};
    struct buf time = {0};
    if (change_decode(&c, v->body) != ERR_OK)
        return; /* it passed when it was written */
    const struct kind_info *k = schema_kind(c.kind);
    json_put_uint(j, "number", v->number);
    for (size_t i = 0; i < HASH_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", v->id.b[i]);
    json_put_string(j, "id", hex);
    id_print(&c.record, hex);
    json_put_string(j, "record", hex);
    json_put_string(j, "kind", k == NULL ? "unknown" : k->name);
    json_put_string(j, "op", op_name(c.op));
    json_put_string(j, "verdict", verdict_kind(v->verdict) == VERDICT_HELD ? "held" : "refused");
    json_put_string(j, "reason", err_name(verdict_reason(v->verdict)));
    json_put_string(j, "message", _(err_sentence(verdict_reason(v->verdict))));
    json_text(j, "text", v->text);
    json_text(j, "by", v->by);
    print_time(v->time, true, &time);
    json_put_string(j, "time", buf_cstr(&time));
    json_fields(p, &c, k, j);
    buf_deinit(&time);
}

void told_refused_text(struct print *p, const struct replica_verdict *v, struct buf *out)
{
    char hex[ID_TEXT_SIZE];
    struct change c = {0};
    if (change_decode(&c, v->body) != ERR_OK)
        return;
    const struct kind_info *k = schema_kind(c.kind);
    id_print(&c.record, hex);
    buf_printf(out, "%3u. %s · %s · ", v->number, k == NULL ? "?" : _(k->label), hex);
    print_time(v->time, false, out);
    buf_printf(out, "\n     %s %s", verdict_kind(v->verdict) == VERDICT_HELD ? "…" : "✗",
               _(err_sentence(verdict_reason(v->verdict))));
    if (v->text.n > 0) {
        buf_put_str(out, " “");
        buf_put_bytes(out, v->text);
        buf_put_str(out, "”");
    }
    if (v->by.n > 0) {
        buf_put_str(out, " — ");
        buf_put_bytes(out, v->by);
    }
    buf_put_str(out, "\n");
    if (k != NULL && verdict_reason(v->verdict) == ERR_FROZEN && freeze_is_signable(k) && !v->answered)
        buf_printf(out, _("     It was signed meanwhile. To send it as an amendment: chibo gui-lai %u\n"), v->number);
    for (size_t i = 0; i < c.count; i++) {
        const struct field_info *f = k == NULL ? NULL : schema_field(k, TAG_NUMBER(c.triple[i].tag));
        if (f == NULL)
            continue;
        buf_printf(out, "       %s: ", _(f->label));
        entry_print(f, c.triple[i].value, &p->refs.entry, out);
        buf_put_str(out, "\n");
    }
}

struct record_words {
    struct print *p;
    const struct view *v;
    struct json *j;
    struct buf *out;
};

static bool record_visit(void *arg, const struct replica_verdict *v)
{
    struct record_words *w = arg;
    struct id record;
    uint32_t kind;
    change_subject(v->body, &kind, &record);
    if (verdict_kind(v->verdict) != VERDICT_REFUSED || kind != w->v->kind || !id_equal(&record, &w->v->record))
        return true;
    if (w->j != NULL) {
        json_object_begin(w->j);
        told_refused_json(w->p, v, w->j);
        json_object_end(w->j);
    } else {
        told_refused_text(w->p, v, w->out);
    }
    return true;
}

enum err told_of_record(struct print *p, const struct view *v, struct json *j, struct buf *out)
{
    struct record_words w = {p, v, j, out};
    return replica_verdict_each(book_txn(p->book), record_visit, &w);
}

/* --- what an exchange brought --- */

enum err told_mark(struct book *b, uint32_t *from)
{
    enum err e = book_begin(b, false);
    if (e == ERR_OK)
        e = replica_verdict_next(book_txn(b), from);
    book_abort(b);
    return e;
}

struct since {
    uint32_t from;
    struct link_report *report;
};

static bool since_visit(void *arg, const struct replica_verdict *v)
{
    struct since *s = arg;
    struct link_report *r = s->report;
    enum err reason = verdict_reason(v->verdict);
    bool known = v->number < s->from || reason == ERR_OK;
    for (size_t i = 0; i < r->reasons; i++)
        known = known || r->reason[i] == reason;
    if (!known && r->reasons < ARRAY_LEN(r->reason))
        r->reason[r->reasons++] = reason;
    return true;
}

enum err told_since(struct book *b, uint32_t from, struct link_report *r)
{
    struct since s = {from, r};
    enum err e = book_begin(b, false);
    if (e == ERR_OK)
        e = replica_verdict_each(book_txn(b), since_visit, &s);
    book_abort(b);
    return e;
}
