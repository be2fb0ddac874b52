/* cmd_quarter.c - `chibod doi-khop FOLDER --quy 4/2026`: takes in the files that wait, then each cell's turn, each in a
 * transaction of its own; then a table.
 *
 * Nothing has to be remembered between runs: a file taken in is put away, a record written is found, what is the same
 * is not written again. Exit status: 0 all registers match or are explained and signed, 14 something waits, 3 a file or
 * a cell could not be done. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../common/json.h"
#include "../common/language.h"
#include "../common/period.h"
#include "admin_quarter.h"
#include "cmd_reconcile.h"
#include "inbox.h"
#include "print_table.h"
#include "revoked.h"

struct quarterly {
    struct call *call;
    struct exchange_door *door;
    uint32_t period;
    bool json;
    struct inbox_report inbox;
    struct json j;
    struct print_table table;
    unsigned cells, match, waiting, broken;
};

enum standing { STANDING_MATCH, STANDING_SETTLED, STANDING_UNSIGNED, STANDING_WAITS, STANDING_BROKEN, STANDINGS };
static const struct {
    const char *name, *label;
} standings[STANDINGS] = {
    [STANDING_MATCH] = {"match", N_("matches")},
    [STANDING_SETTLED] = {"settled", N_("explained and signed")},
    [STANDING_UNSIGNED] = {"explained", N_("explained, to be signed")},
    [STANDING_WAITS] = {"waits", N_("to be explained")},
    [STANDING_BROKEN] = {"damaged", N_("could not be done")},
};

static enum standing standing_of(const struct ward_quarter *q)
{
    if (q->open == 0)
        return q->lines == 0 ? STANDING_MATCH : STANDING_SETTLED;
    return q->explained < q->lines ? STANDING_WAITS : STANDING_UNSIGNED;
}

/* ---- requests ---- */

static enum err ask_here(struct home *h, struct bytes request, struct buf *answer)
{
    struct safe_txn txn;
    struct buf cut = {0}; /* nobody loses a right by this */
    enum err e = safe_begin(&h->safe, true, &txn);
    if (e != ERR_OK)
        return e;
    e = admin_run(h, &txn.txn, request, (uint64_t)time(NULL), answer, &cut);
    buf_deinit(&cut);
    if (e == ERR_OK)
        return safe_commit(&txn);
    safe_abort(&txn);
    return e;
}

static enum err ask(struct quarterly *q, const char *code, struct buf *answer, struct bytes *rows)
{
    const struct admin_request r = {.command = ADMIN_QUARTER, .text = {code}, .number = q->period};
    struct buf request = {0};
    admin_request_encode(&r, &request);
    enum err e = q->door->daemon ? admin_ask_daemon(q->door->dir, buf_bytes(&request), answer)
                                 : ask_here(&q->door->home, buf_bytes(&request), answer);
    if (e == ERR_OK)
        e = admin_answer_open(buf_bytes(answer), rows);
    buf_deinit(&request);
    return e;
}

/* ---- saying ---- */

static uint64_t counted(const struct ward_quarter *q, enum quarter_side s)
{
    return q->figure[s][QUARTER_FULL] + q->figure[s][QUARTER_PROBATIONARY] + q->figure[s][QUARTER_UNPLACED];
}

static void cell_json(struct quarterly *q, const struct admin_quarter *a, enum standing s)
{
    char record[ID_TEXT_SIZE];
    id_print(&a->is.record, record);
    json_object_begin(&q->j);
    json_put_string(&q->j, "code", a->code);
    json_put_string(&q->j, "name", a->name);
    json_put_string(&q->j, "status", standings[s].name);
    if (s != STANDING_BROKEN) {
        json_put_string(&q->j, "record", record);
        json_put_uint(&q->j, "cell", counted(&a->is, QUARTER_CELL));
        json_put_uint(&q->j, "ward", counted(&a->is, QUARTER_WARD));
        json_put_uint(&q->j, "lines", a->is.lines);
        json_put_uint(&q->j, "explained", a->is.explained);
        json_put_uint(&q->j, "versions", a->is.versions);
        json_put_uint(&q->j, "written", a->is.written);
        json_put_uint(&q->j, "cell_signed", a->is.cell_signed);
        json_put_uint(&q->j, "ward_signed", a->is.ward_signed);
    }
    json_object_end(&q->j);
}

static void cell_text(struct quarterly *q, const struct admin_quarter *a, enum standing s)
{
    const uint64_t numbers[] = {counted(&a->is, QUARTER_CELL), counted(&a->is, QUARTER_WARD), a->is.lines,
                                a->is.explained, a->is.versions > 0 ? a->is.versions - 1 : 0};
    print_table_put(&q->table, a->code);
    print_table_put(&q->table, a->name);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        if (s == STANDING_BROKEN)
            print_table_put(&q->table, "-");
        else
            print_table_put_number(&q->table, numbers[i]);
    print_table_put(&q->table, _(standings[s].label));
}

static void say_cell(struct quarterly *q, const struct admin_quarter *a, enum standing s)
{
    q->cells++;
    q->match += s == STANDING_MATCH || s == STANDING_SETTLED;
    q->waiting += s == STANDING_UNSIGNED || s == STANDING_WAITS;
    q->broken += s == STANDING_BROKEN;
    if (q->json)
        cell_json(q, a, s);
    else
        cell_text(q, a, s);
}

static void say_failed(struct quarterly *q)
{
    const struct inbox_failed *f = (const struct inbox_failed *)(const void *)q->inbox.failed.p;
    for (size_t i = 0; i < q->inbox.failed.n / sizeof(*f); i++) {
        if (q->json) {
            json_object_begin(&q->j);
            json_put_string(&q->j, "file", f[i].name);
            json_put_string(&q->j, "reason", err_name(f[i].err));
            json_object_end(&q->j);
        } else {
            buf_printf(&q->call->out, "%s/%s: %s\n", INBOX_IN, f[i].name, _(err_sentence(f[i].err)));
        }
    }
}

static void say_begin(struct quarterly *q)
{
    const char *const headings[] = {_("Code"),      _("Cell"),      _("Cell's count"), _("Ward's count"),
                                    _("Differences"), _("Explained"), _("Supplements"),  _("Standing")};
    static const bool right[ARRAY_LEN(headings)] = {false, false, true, true, true, true, true, false};
    char period[PERIOD_TEXT_SIZE];
    period_print_iso(q->period, period);
    print_table_init(&q->table, headings, right, ARRAY_LEN(headings));
    if (!q->json)
        return;
    print_row_begin(&q->j, &q->call->out);
    json_put_string(&q->j, "quarter", period);
    json_put_uint(&q->j, "files", q->inbox.taken);
    json_put_uint(&q->j, "changes", q->inbox.changes);
    json_key(&q->j, "failed");
    json_array_begin(&q->j);
    say_failed(q);
    json_array_end(&q->j);
    json_key(&q->j, "cells");
    json_array_begin(&q->j);
}

static void say_end(struct quarterly *q)
{
    struct buf *out = &q->call->out;
    if (q->json) {
        json_array_end(&q->j);
        json_put_uint(&q->j, "match", q->match);
        json_put_uint(&q->j, "waiting", q->waiting);
        json_put_uint(&q->j, "damaged", q->broken);
        print_row_end(&q->j);
        return;
    }
    print_table_print(&q->table, out);
    buf_printf(out, _("%u cells: %u match, %u wait, %u could not be done. Files taken in: %llu.\n"), q->cells, q->match,
               q->waiting, q->broken, (unsigned long long)q->inbox.taken);
    say_failed(q);
}

/* ---- all cells ---- */

static bool stops(enum err e)
{
    return err_class(e) == ERR_CLASS_MACHINE || e == ERR_CUT || e == ERR_LOCKED || e == ERR_TOO_NEW;
}

static enum err one_cell(struct quarterly *q, struct bytes row)
{
    struct admin_quarter a, named;
    struct buf answer = {0};
    struct bytes rows, code, name;
    struct mp r;
    memset(&named, 0, sizeof(named));
    mp_open(&r, row);
    mp_expect_array(&r, 2);
    code = mp_str(&r, NAME_MAX_BYTES);
    name = mp_str(&r, NAME_MAX_BYTES);
    snprintf(named.code, sizeof(named.code), "%.*s", (int)code.n, (const char *)code.p);
    snprintf(named.name, sizeof(named.name), "%.*s", (int)name.n, (const char *)name.p);
    enum err e = mp_close(&r);
    if (e == ERR_OK)
        e = ask(q, named.code, &answer, &rows);
    if (e == ERR_OK)
        e = admin_answer_next(&rows, &row) ? admin_quarter_decode(&a, row) : ERR_BAD_FRAME;
    if (e == ERR_OK)
        say_cell(q, &a, standing_of(&a.is));
    else if (!stops(e))
        say_cell(q, &named, STANDING_BROKEN);
    buf_deinit(&answer);
    return stops(e) ? e : ERR_OK;
}

static enum err all_cells(struct quarterly *q)
{
    struct buf answer = {0};
    struct bytes rows, row;
    enum err e = ask(q, "", &answer, &rows);
    while (e == ERR_OK && admin_answer_next(&rows, &row))
        e = one_cell(q, row);
    buf_deinit(&answer);
    return e;
}

static enum err run(struct quarterly *q)
{
    struct call *c = q->call;
    enum err e = inbox_take(q->door, &q->inbox, &c->about);
    if (e != ERR_OK)
        return e;
    say_begin(q);
    e = all_cells(q);
    if (e == ERR_OK) {
        say_end(q);
        e = q->broken > 0 || q->inbox.failed.n > 0 ? ERR_PARTLY : q->waiting > 0 ? ERR_DIFFERS : ERR_OK;
    }
    /* What was found is said whatever the status. */
    if (e == ERR_PARTLY || e == ERR_DIFFERS)
        if (fwrite(c->out.p, 1, c->out.n, stdout) != c->out.n || fflush(stdout) != 0)
            e = ERR_NO_SPACE;
    print_table_deinit(&q->table);
    return e;
}

enum err cmd_quarter(struct call *c, uint32_t period)
{
    struct exchange_door *d = mem_alloc(sizeof(*d));
    struct quarterly q = {.call = c, .door = d, .period = period, .json = opt_given(&c->opts, "json")};
    enum err e = exchange_open(d, cmd_dir(c), &c->about);
    if (e == ERR_OK && !d->daemon)
        e = revoked_replay(&d->home, (uint64_t)time(NULL));
    if (e == ERR_OK)
        e = run(&q);
    if (e != ERR_OK)
        c->about = e == ERR_DIFFERS || e == ERR_PARTLY ? NULL : cmd_dir(c);
    inbox_report_deinit(&q.inbox);
    exchange_close(d);
    free(d);
    return e;
}
