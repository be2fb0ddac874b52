/* cmd_sync.c - `chibo dong-bo`: what was written here goes to the ward, what the ward has for this device comes
 * here. */
#include "cmd_sync.h"

#include "../common/json.h"
#include "../common/language.h"
#include "alike.h"
#include "background.h"
#include "cmd_parcel.h"
#include "cmd_plan.h"
#include "conflict.h"
#include "told.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "nen", .alias = "background", .kind = OPT_FLAG,
     .help = N_("for timers: says nothing and does not wait longer than 2 seconds")},
    {.name = "tu-dong", .alias = "auto", .kind = OPT_TEXT, .value = N_("bat|tat|man-hinh"),
     .help = N_("whether an exchange follows each command by itself: always, never, at a terminal")},
    {.name = "ra-tep", .alias = "to-file", .kind = OPT_TEXT, .value = N_("FILE"),
     .help = N_("write what the ward lacks to a sealed file, for a stick")},
    {.name = "tu-tep", .alias = "from-file", .kind = OPT_TEXT, .value = N_("FILE"),
     .help = N_("take in the ward's answer from a file")},
    {.name = "xem-truoc", .alias = "dry-run", .kind = OPT_FLAG,
     .help = N_("say what would be sent and how many bytes, and send nothing")},
    {.name = "lich-su", .alias = "history", .kind = OPT_FLAG,
     .help = N_("fetch also the history that this device was not given when it joined")},
    {.name = "toi-da", .alias = "budget", .kind = OPT_TEXT, .value = N_("BYTES"),
     .help = N_("send no more than this, such as 20KB; what is left waits")},
};

static void report_json(const struct link_report *r, struct buf *out)
{
    const struct {
        const char *name;
        uint64_t value;
    } figures[] = {
        {"sent", r->sent},           {"received", r->received}, {"refused", r->refused}, {"held", r->held},
        {"bytes_out", r->bytes_out}, {"bytes_in", r->bytes_in}, {"app_out", r->app_out}, {"app_in", r->app_in},
        {"round_trips", r->round_trips},
    };
    struct json j;
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    for (size_t i = 0; i < ARRAY_LEN(figures); i++)
        json_put_uint(&j, figures[i].name, figures[i].value);
    json_put_uint(&j, "repaired", r->repaired);
    json_put_uint(&j, "conflicts", r->conflicts);
    if (r->reasons > 0)
        json_put_string(&j, "reason", err_name(r->reason[0]));
    if (r->reasons > 1) {
        json_key(&j, "reasons");
        json_array_begin(&j);
        for (size_t n = 0; n < r->reasons; n++)
            json_string(&j, err_name(r->reason[n]));
        json_array_end(&j);
    }
    json_put_uint(&j, "epoch", r->epoch);
    json_key(&j, "rolled_back");
    json_bool(&j, r->rolled_back);
    json_key(&j, "new_incarnation");
    json_bool(&j, r->new_incarnation);
    json_object_end(&j);
    json_line(&j);
}

void cmd_sync_print(const struct link_report *r, bool json, struct buf *out)
{
    if (json) {
        report_json(r, out);
        return;
    }
    buf_printf(out, _("Sent %llu changes · received %llu"), (unsigned long long)r->sent,
               (unsigned long long)r->received);
    if (r->held > 0)
        buf_printf(out, _(" · %llu wait for the ward"), (unsigned long long)r->held);
    if (r->refused > 0)
        buf_printf(out, _(" · %llu refused"), (unsigned long long)r->refused);
    if (r->rolled_back)
        buf_put_str(out, _(" · the ward was restored from a backup and has back what this book holds"));
    if (r->conflicts > 0)
        buf_printf(out, _(" · %llu wait for you: chibo xung-dot"), (unsigned long long)r->conflicts);
    buf_put_str(out, "\n");
    if (r->new_incarnation)
        buf_printf(out, "%s\n",
                   _("This book was restored or copied: it took back what the ward holds of it, and goes on."));
}

#define NEW_BOOK \
    N_("Ask the ward for a new invite, then: chibo khoi-tao - --thu-muc NEW-FOLDER. This book stays readable.")

static const struct {
    enum err err;
    const char *text; /* msgid */
} steps[] = {
    {ERR_NOT_JOINED, N_("Ask the ward for an invite, then: chibo khoi-tao -")},
    {ERR_OFFLINE, N_("Nothing is lost; try again later.")},
    {ERR_CUT, N_("Nothing is lost; try again later.")},
    {ERR_TIMEOUT, N_("Nothing is lost; try again later.")},
    {ERR_BUSY, N_("Nothing is lost; try again later.")},
    {ERR_REVOKED, NEW_BOOK},
    {ERR_CERT_EXPIRED, NEW_BOOK},
    {ERR_KEY_GONE, N_("Tell the ward: it must put its newest keys in place. Exchange again after that; "
                      "keep this book until then.")},
    {ERR_HANDED_IN, N_("The ward decides about what was handed in. To go on writing, ask it for a new invite, then: "
                       "chibo khoi-tao - --thu-muc NEW-FOLDER. This book stays as it is and readable.")},
    {ERR_COPY, N_("Nothing is lost; try again later.")},
    {ERR_DAMAGED, N_("Put right what is damaged here: chibo doi-khop")},
    {ERR_TOO_NEW, N_("Ask the ward for the newer program.")},
};

static const char *step_of(enum err e)
{
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        if (steps[i].err == e)
            return _(steps[i].text);
    return "";
}

const char *cmd_sync_next_step(enum err e)
{
    const char *step = step_of(e);
    enum err_class class = err_class(e);
    bool strange = class == ERR_CLASS_REFUSED || class == ERR_CLASS_CORRUPT;
    return step[0] == 0 && strange ? _("Please call the ward.") : step;
}

enum err cmd_sync_explain(struct cmd_env *env, enum err e, const struct link_report *r)
{
    if (step_of(e)[0] != 0 && e != ERR_TOO_NEW)
        return cmd_explain(env, e, "", step_of(e));
    return e != ERR_OK && env->why.n == 0 ? cmd_explain(env, e, "", r->why) : e;
}

/* Nobody sees it: what it ended with is kept for `tinh-trang`. */
static enum err run_background(struct cmd_env *env)
{
    const struct link_terms terms = {.patience_ms = BACKGROUND_MS, .history = true};
    struct link_report report = {0};
    enum err e = background_enter(&env->book);
    if (e == ERR_LOCKED)
        return ERR_OK;
    if (e == ERR_OK)
        e = cmd_network(env);
    return e == ERR_OK ? link_sync(&env->book, env->tls, &terms, &report) : e;
}

static enum err set_background(struct cmd_env *env, const char *word)
{
    enum background_when when;
    if (!background_parse(word, &when))
        return cmd_explain(env, ERR_BAD_VALUE, word, "--tu-dong bat | tat | man-hinh");
    enum err e = book_begin(&env->book, true);
    if (e == ERR_OK)
        e = background_save(&env->book, when);
    if (e == ERR_OK)
        e = book_commit(&env->book);
    book_abort(&env->book);
    if (e == ERR_OK && !env->out.json)
        buf_printf(&env->out.text, "%s: %s\n", _("Exchange by itself after a command"), background_word(when));
    return e;
}

/* What looks like one and has not left yet is told before it leaves; it leaves all the same. */
static enum err warn_alike(struct cmd_env *env)
{
    struct replica_counts counts;
    uint64_t pairs, unsent = 0;
    struct buf line = {0};
    enum err e = book_begin(&env->book, false);

    if (e == ERR_OK)
        e = replica_count(book_txn(&env->book), &counts);
    if (e == ERR_OK && counts.unsealed > 0)
        e = alike_count(&env->book, &pairs, &unsent);
    book_abort(&env->book);
    if (unsent > 0) {
        buf_printf(&line, _("Note: %llu pairs of records look like one: chibo xung-dot"), (unsigned long long)unsent);
        out_note(buf_cstr(&line));
    }
    buf_deinit(&line);
    return e;
}

/* Both: first what the ward answered, then what it lacks after that. */
static enum err run_file(struct cmd_env *env, const struct opt_parsed *args)
{
    enum err e = ERR_OK;
    if (opt_given(args, "tu-tep"))
        e = cmd_parcel_read(env, opt_text(args, "tu-tep", ""));
    if (e == ERR_OK && opt_given(args, "ra-tep"))
        e = warn_alike(env);
    if (e == ERR_OK && opt_given(args, "ra-tep"))
        e = cmd_parcel_write(env, opt_text(args, "ra-tep", ""));
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    struct link_report report = {0};
    struct link_terms terms = {.history = opt_given(args, "lich-su")};
    if (opt_given(args, "tu-dong"))
        return set_background(env, opt_text(args, "tu-dong", ""));
    if (opt_given(args, "nen"))
        return run_background(env);
    const bool file = opt_given(args, "ra-tep") || opt_given(args, "tu-tep");
    if (file && (opt_given(args, "xem-truoc") || opt_given(args, "toi-da")))
        return cmd_explain(env, ERR_USAGE, opt_given(args, "xem-truoc") ? "--xem-truoc" : "--toi-da",
                           _("It is for the network; a file takes all that waits. Leave it out."));
    if (file)
        return run_file(env, args);
    uint32_t from = 0;
    enum err e = cmd_plan_budget(env, args, &terms.budget_bytes);
    if (e != ERR_OK || opt_given(args, "xem-truoc"))
        return e == ERR_OK ? cmd_plan(env, terms.budget_bytes) : e;
    e = warn_alike(env);
    if (e == ERR_OK)
        e = cmd_network(env);
    if (e == ERR_OK)
        e = told_mark(&env->book, &from);
    if (e == ERR_OK)
        e = link_sync(&env->book, env->tls, &terms, &report);
    if (e == ERR_OK && report.held + report.refused > 0)
        e = told_since(&env->book, from, &report);
    if (e == ERR_OK)
        e = conflict_count_all(&env->book, report.sent + report.received > 0, &report.conflicts);
    if (e == ERR_OK || report.sent + report.received > 0)
        cmd_sync_print(&report, env->out.json, &env->out.text);
    if (e == ERR_OK && terms.budget_bytes > 0)
        e = cmd_plan_left(env);
    if (e == ERR_OK && report.refused > 0)
        e = cmd_explain(env, ERR_PARTLY, "", _("What was refused, and why: chibo khong-nhan."));
    return cmd_sync_explain(env, e, &report);
}

const struct cmd cmd_sync = {"dong-bo", "sync", N_("Exchanges with the ward's server."),
                             NEED_STORE | NEED_WRITE, {rows, ARRAY_LEN(rows), NULL, 0, 0}, run};
