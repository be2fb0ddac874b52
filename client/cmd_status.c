/* cmd_status.c - `chibo tinh-trang`: what has not been sent, when the last exchange was, what waits for a person.
 *
 * The exit status tells scripts the same: 14 when values stand against each other. */
#include <stdlib.h>

#include "../common/json.h"
#include "../common/language.h"
#include "../proto/actor.h"
#include "../proto/held.h"
#include "cmd.h"
#include "cmd_status.h"
#include "cmd_sync.h"
#include "conflict.h"
#include "post.h"
#include "print.h"
#include "supplement.h"

static const struct opt_row rows[] = {CMD_OPTIONS};

#define SHOWN_MAX 10 /* lines of each list */

struct state {
    struct cmd_env *env;
    struct print p;
    struct replica_counts counts;
    uint64_t conflicts;
    struct buf conflict_lines;
    uint64_t late; /* reports to which figures came after their cut-off */
    struct buf late_lines;
    struct org org;
    struct buf address;
    enum err last; /* exchange */
    struct held_count waiting; /* for the ward, in the scopes of an officer: of all authors */
    struct post_last file;
    bool copied;
};

static bool visit(void *arg, struct view *v)
{
    struct state *s = arg;
    if (conflict_count(&s->env->book, v) == 0)
        return true;
    if (s->conflicts++ < SHOWN_MAX) {
        buf_put_str(&s->conflict_lines, "    ");
        print_line(&s->p, v, true, &s->conflict_lines);
    }
    return true;
}

/* Members see what they wrote themselves; an officer answers for what waits in the cell. */
static enum err count_waiting(struct state *s)
{
    struct txn *txn = book_txn(&s->env->book);
    struct scope *scope = NULL;
    size_t n = 0;
    enum err e = scope_list(txn, &scope, &n);
    for (size_t i = 0; e == ERR_OK && i < n; i++) {
        enum role role;
        e = actor_role(txn, &scope[i], &s->env->book.replica.person, &role);
        if (e == ERR_OK && role > ROLE_NONE && role <= ROLE_DEPUTY)
            e = held_count(txn, &scope[i], &s->waiting);
    }
    free(scope);
    return e;
}

static enum err gather(struct state *s)
{
    struct book *b = &s->env->book;
    enum err e = print_init(&s->p, b);
    if (e == ERR_OK)
        e = replica_count(book_txn(b), &s->counts);
    if (e == ERR_OK)
        e = count_waiting(s);
    if (e == ERR_OK)
        e = replica_each_waiting(book_txn(b), &b->replica, visit, s);
    if (e == ERR_OK)
        e = supplement_count(&s->p, &s->late, &s->late_lines);
    if (e == ERR_OK && org_load(book_txn(b), &b->replica.org, &s->org) != ERR_OK)
        memset(&s->org, 0, sizeof(s->org));
    if (e == ERR_OK && book_get(b, BOOK_ADDRESS, &s->address) != ERR_OK)
        buf_clear(&s->address);
    if (e == ERR_OK)
        e = post_last_load(b, &s->file);
    if (e == ERR_OK)
        e = replica_copied(book_txn(b), &s->copied);
    return e == ERR_OK ? link_last(b, &s->last) : e;
}

/* Sealed drafts that a file carries: until an answer comes nobody knows whether it arrived. */
static bool file_waits(const struct state *s)
{
    return s->file.time != 0 && s->file.changes > 0 && s->counts.sealed > 0;
}

static void put_file_json(const struct state *s, struct json *j)
{
    struct buf time = {0};

    if (!file_waits(s)) {
        json_null(j);
        return;
    }
    print_time(s->file.time, true, &time);
    json_object_begin(j);
    json_put_string(j, "written", buf_cstr(&time));
    json_put_uint(j, "changes", s->file.changes);
    json_object_end(j);
    buf_deinit(&time);
}

static void put_file(const struct state *s, struct buf *out)
{
    if (!file_waits(s))
        return;
    buf_printf(out, _("  Written to a file, not confirmed yet: %llu changes, "), (unsigned long long)s->file.changes);
    print_time(s->file.time, false, out);
    buf_put_str(out, "\n");
}

static void put_waiting(const struct state *s, struct json *j)
{
    struct buf time = {0};
    json_key(j, "waiting");
    json_object_begin(j);
    json_put_uint(j, "count", s->waiting.count);
    json_key(j, "since");
    print_time(s->waiting.since, true, &time);
    if (s->waiting.count == 0)
        json_null(j);
    else
        json_string(j, buf_cstr(&time));
    json_object_end(j);
    buf_deinit(&time);
}

static void put_json(struct state *s, struct buf *out)
{
    const struct replica *r = &s->env->book.replica;
    struct buf time = {0};
    struct json j;

    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "home", s->env->book.dir);
    json_put_string(&j, "org", s->org.code);
    json_put_string(&j, "name", s->org.name);
    json_key(&j, "enrolled");
    json_bool(&j, r->enrolled);
    json_put_string(&j, "server", buf_cstr(&s->address));
    json_put_uint(&j, "unsent", s->counts.unsealed + s->counts.sealed);
    json_put_uint(&j, "pending", s->counts.unsealed);
    json_put_uint(&j, "sending", s->counts.sealed);
    json_put_uint(&j, "held", s->counts.held_records);
    json_put_uint(&j, "held_changes", s->counts.held);
    json_put_uint(&j, "refused", s->counts.refused);
    put_waiting(s, &j);
    json_put_uint(&j, "conflicts", s->conflicts);
    json_put_uint(&j, "late_reports", s->late);
    json_key(&j, "cut");
    json_bool(&j, r->cut);
    json_key(&j, "copied");
    json_bool(&j, s->copied);
    json_key(&j, "differs");
    json_bool(&j, r->states_differ);
    json_key(&j, "synced");
    print_time(r->synced, true, &time);
    if (r->synced == 0)
        json_null(&j);
    else
        json_string(&j, buf_cstr(&time));
    json_key(&j, "file");
    put_file_json(s, &j);
    json_key(&j, "failed");
    if (s->last == ERR_OK)
        json_null(&j);
    else
        json_string(&j, err_name(s->last));
    json_object_end(&j);
    json_line(&j);
    buf_deinit(&time);
}

void cmd_status_age(const struct book *b, struct buf *out)
{
    uint64_t days = b->moment.now > b->replica.synced ? (b->moment.now - b->replica.synced) / 86400 : 0;
    if (!b->replica.enrolled)
        buf_put_str(out, _("a book of its own"));
    else if (b->replica.synced == 0)
        buf_put_str(out, _("never exchanged with the ward"));
    else if (days == 0)
        buf_put_str(out, _("exchanged today"));
    else
        buf_printf(out, _("not exchanged for %llu days"), (unsigned long long)days);
}

static void put_refused(struct state *s, struct buf *out)
{
    const struct print_refused *row = (const struct print_refused *)(const void *)s->p.refused.p;
    size_t n = s->p.refused.n / sizeof(*row);
    char hex[ID_TEXT_SIZE];
    for (size_t i = n > SHOWN_MAX ? n - SHOWN_MAX : 0; i < n; i++) {
        const struct kind_info *k = schema_kind(row[i].kind);
        id_print(&row[i].record, hex);
        buf_printf(out, "    %s · %s: %s\n", hex, k == NULL ? "?" : _(k->label), _(err_sentence(row[i].reason)));
    }
}

static void put_text(struct state *s, struct buf *out)
{
    const struct replica *r = &s->env->book.replica;
    uint64_t unsent = s->counts.unsealed + s->counts.sealed;

    buf_printf(out, "%s · %s (%s) · ", _("RECORD BOOK"), s->org.name, s->org.code);
    cmd_status_age(&s->env->book, out);
    buf_put_str(out, "\n");
    if (r->enrolled && r->synced != 0) {
        buf_printf(out, "  %s: ", _("Last exchange"));
        print_time(r->synced, false, out);
        buf_printf(out, " · %s\n", buf_cstr(&s->address));
    }
    if (s->last != ERR_OK)
        buf_printf(out, "  ✗ %s: %s %s\n", _("The last exchange failed"), _(err_sentence(s->last)),
                   cmd_sync_next_step(s->last));
    if (unsent > 0)
        buf_printf(out, _("  Not sent yet: %llu changes\n"), (unsigned long long)unsent);
    else if (r->enrolled)
        buf_printf(out, "  %s\n", _("Nothing waits to be sent."));
    put_file(s, out);
    if (s->counts.held > 0)
        buf_printf(out, _("  Waiting for the ward's decision: %llu records\n"),
                   (unsigned long long)s->counts.held_records);
    if (s->counts.refused > 0) {
        buf_printf(out, _("  Refused by the ward: %llu changes\n"), (unsigned long long)s->counts.refused);
        put_refused(s, out);
        buf_printf(out, "    %s\n", _("More, and how to send it again: chibo khong-nhan"));
    }
    if (s->waiting.count > 0) {
        buf_printf(out, _("  At the ward, waiting for a decision: %llu changes, the oldest since "),
                   (unsigned long long)s->waiting.count);
        print_time(s->waiting.since, false, out);
        buf_put_str(out, "\n");
    }
    if (s->conflicts > 0) {
        buf_printf(out, _("  Written differently by several people: %llu records\n"), (unsigned long long)s->conflicts);
        buf_put_bytes(out, buf_bytes(&s->conflict_lines));
    }
    if (s->late > 0) {
        buf_printf(out, _("  Reports to which figures came after the cut-off: %llu. chibo bo-sung ID\n"),
                   (unsigned long long)s->late);
        buf_put_bytes(out, buf_bytes(&s->late_lines));
    }
    if (r->cut)
        buf_printf(out, "  %s\n", _("The last exchange was cut; the next one goes on from there."));
    if (s->copied)
        buf_printf(out, "  ! %s\n", _("Two copies of this book are in use. What they send waits for the ward. "
                                      "Keep one of them, and tell the ward which."));
    if (r->states_differ)
        buf_printf(out, "  ! %s\n", _("The ward's book says something else than this one. Please call the ward."));
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    struct state s = {.env = env};
    enum err e = book_begin(&env->book, false);

    (void)args;
    if (e == ERR_OK)
        e = gather(&s);
    if (e == ERR_OK)
        (env->out.json ? put_json : put_text)(&s, &env->out.text);
    print_deinit(&s.p);
    book_abort(&env->book);
    buf_wipe_deinit(&s.conflict_lines);
    buf_wipe_deinit(&s.late_lines);
    buf_deinit(&s.address);
    return e == ERR_OK && s.conflicts > 0 ? ERR_CONFLICTS : e;
}

const struct cmd cmd_status = {"tinh-trang", "status", N_("What is not sent yet, and what waits for someone."),
                               NEED_STORE, {rows, ARRAY_LEN(rows), NULL, 0, 0}, run};
