/* admin.c - see admin.h. Names and codes were cleaned by whoever asked; what is checked here is what must hold. */
#include "admin.h"

#include <stdlib.h>

#include "../common/date.h"
#include "../common/period.h"
#include "../common/text.h"
#include "../proto/invite.h"
#include "admin_held.h"
#include "admin_mend.h"
#include "admin_moves.h"
#include "admin_quarter.h"
#include "exchange_job.h"
#include "../proto/org_change.h"
#include "overview.h"
#include "registry.h"
#include "reported.h"
#include "revoked.h"

#define DAY_S 86400

/* One request under way. */
struct task {
    bool torn; /* it failed half way: the transaction is taken back */
    const struct home *home;
    struct txn *txn;
    uint64_t now_s;
    char text[ADMIN_TEXTS][VERDICT_TEXT_MAX + 1];
    uint64_t number, days;
    struct bytes job;
    struct buf rows;
    struct buf *cut;
};

static enum err org_add(struct task *t);
static enum err org_rows(struct task *t);
static enum err invite(struct task *t);
static enum err overview(struct task *t);
static enum err devices(struct task *t);
static enum err revoke(struct task *t);
static enum err registry(struct task *t);
static enum err trust(struct task *t);
static enum err run_job(struct task *t);
static enum err held(struct task *t);
static enum err accept_held(struct task *t);
static enum err refuse_held(struct task *t);
static enum err quarter(struct task *t);
static enum err mend_step(struct task *t);
static enum err transit(struct task *t);
static enum err decisions(struct task *t);
static enum err report(struct task *t);

static enum err (*const runs[ADMIN_COMMANDS])(struct task *t) = {
    [ADMIN_ORG_ADD] = org_add,     [ADMIN_ORG_LIST] = org_rows, [ADMIN_INVITE] = invite,
    [ADMIN_OVERVIEW] = overview,   [ADMIN_DEVICES] = devices,   [ADMIN_REVOKE] = revoke,   [ADMIN_JOB] = run_job,
    [ADMIN_HELD] = held,           [ADMIN_ACCEPT] = accept_held, [ADMIN_REFUSE] = refuse_held,
    [ADMIN_REGISTRY] = registry,
    [ADMIN_MEND] = mend_step,      [ADMIN_TRUST] = trust,         [ADMIN_QUARTER] = quarter,
    [ADMIN_TRANSIT] = transit,     [ADMIN_DECISIONS] = decisions, [ADMIN_REPORT] = report,
};

/* ---- bytes ---- */

void admin_request_encode(const struct admin_request *r, struct buf *out)
{
    mp_put_array(out, 5 + ADMIN_TEXTS);
    mp_put_str(out, bytes_of_str(CHIBO_VERSION));
    mp_put_uint(out, (uint64_t)r->command);
    for (size_t i = 0; i < ADMIN_TEXTS; i++)
        mp_put_str(out, bytes_of_str(r->text[i] != NULL ? r->text[i] : ""));
    mp_put_uint(out, r->number);
    mp_put_uint(out, r->days);
    mp_put_bin(out, r->job.p, r->job.n);
}

static bool version_fits(struct mp *r)
{
    return bytes_equal(mp_str(r, 64), bytes_of_str(CHIBO_VERSION));
}

static enum err request_decode(struct task *t, struct bytes request, enum admin_command *command)
{
    struct mp r;
    mp_open(&r, request);
    mp_array(&r, 5 + ADMIN_TEXTS);
    if (mp_error(&r) == ERR_OK && !version_fits(&r))
        mp_fail(&r, ERR_TOO_NEW);
    *command = (enum admin_command)mp_uint(&r, ADMIN_COMMANDS - 1);
    for (size_t i = 0; i < ADMIN_TEXTS; i++) {
        const struct bytes text = mp_str(&r, i < 2 ? NAME_MAX_BYTES : VERDICT_TEXT_MAX);
        if (text.n > 0 && memchr(text.p, 0, text.n) != NULL)
            mp_fail(&r, ERR_BAD_VALUE);
        else if (text.n > 0)
            memcpy(t->text[i], text.p, text.n);
    }
    t->number = mp_uint(&r, UINT32_MAX);
    t->days = mp_uint(&r, ADMIN_INVITE_DAYS_MOST);
    t->job = mp_bin(&r, ADMIN_REQUEST_MAX);
    return mp_close(&r);
}

void admin_row(struct buf *answer, struct bytes row)
{
    buf_put_u32(answer, (uint32_t)row.n);
    buf_put_bytes(answer, row);
}

void admin_fail(enum err e, struct buf *answer)
{
    struct buf row = {0};
    mp_put_array(&row, 2);
    mp_put_str(&row, bytes_of_str(CHIBO_VERSION));
    mp_put_uint(&row, (uint64_t)e);
    buf_clear(answer);
    admin_row(answer, buf_bytes(&row));
    buf_deinit(&row);
}

bool admin_answer_next(struct bytes *rows, struct bytes *row)
{
    if (rows->n < 4 || rows->n - 4 < load_u32(rows->p))
        return false;
    *row = bytes_of(rows->p + 4, load_u32(rows->p));
    *rows = bytes_cut(*rows, 4 + row->n);
    return true;
}

enum err admin_answer_open(struct bytes answer, struct bytes *rows)
{
    struct bytes row;
    struct mp r;
    *rows = answer;
    if (!admin_answer_next(rows, &row))
        return ERR_BAD_FRAME;
    mp_open(&r, row);
    mp_array(&r, 2);
    if (mp_error(&r) == ERR_OK && !version_fits(&r))
        mp_fail(&r, ERR_TOO_NEW);
    const uint64_t e = mp_uint(&r, ERR_COUNT - 1);
    const enum err broken = mp_close(&r);
    return broken != ERR_OK ? broken : (enum err)e;
}

/* ---- the work ---- */

static bool must_abort(enum err e)
{
    return err_class(e) == ERR_CLASS_MACHINE || err_class(e) == ERR_CLASS_CORRUPT;
}

enum err admin_run(const struct home *h, struct txn *txn, struct bytes request, uint64_t now_s, struct buf *answer,
                   struct buf *cut)
{
    struct task *t = mem_alloc(sizeof(*t));
    enum admin_command command;
    t->home = h;
    t->txn = txn;
    t->now_s = now_s;
    t->cut = cut;
    buf_clear(cut);
    enum err e = request_decode(t, request, &command);
    if (e == ERR_OK)
        e = runs[command](t);
    admin_fail(e, answer);
    if (e == ERR_OK)
        buf_put_bytes(answer, buf_bytes(&t->rows));
    const bool torn = t->torn;
    buf_wipe_deinit(&t->rows);
    free(t);
    return must_abort(e) || torn ? e : ERR_OK;
}

static void put_row(struct task *t, struct buf *row)
{
    admin_row(&t->rows, buf_bytes(row));
    buf_clear(row);
}

static enum err check_name(const char *name)
{
    struct buf clean = {0};
    enum err e = text_clean(bytes_of_str(name), TEXT_ONE_LINE, &clean);
    if (e == ERR_OK && !bytes_equal(buf_bytes(&clean), bytes_of_str(name)))
        e = ERR_NOT_NFC;
    if (e == ERR_OK && name[0] == '\0')
        e = ERR_MISSING_FIELD;
    buf_deinit(&clean);
    return e;
}

static enum err org_add(struct task *t)
{
    uint8_t random[WARD_RANDOM_SIZE];
    struct buf row = {0};
    const enum org_type type = (enum org_type)t->number;
    enum err e = t->number > ORG_WARD && t->number < ORG_TYPE_END ? check_name(t->text[1]) : ERR_BAD_VALUE;
    crypto_random(random, sizeof(random));
    if (e == ERR_OK)
        e = ward_org_add(t->txn, &t->home->ward, t->text[0], t->text[1], type, random, t->now_s);
    if (e == ERR_OK) {
        mp_put_array(&row, 1);
        mp_put_bin(&row, random, ID_SIZE);
        put_row(t, &row);
    }
    buf_deinit(&row);
    return e;
}

/* The codes of what became of it; "" is another ward's. */
static enum err put_successors(struct txn *txn, const struct id *org, struct buf *row)
{
    struct id next[ORG_SUCCESSORS_MAX];
    size_t count = 0;
    enum err e = org_successors(txn, org, next, &count);
    mp_put_array(row, count);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct org o = {0};
        if (!id_is_zero(&next[i]))
            e = org_load(txn, &next[i], &o);
        mp_put_str(row, bytes_of_str(o.code));
    }
    return e;
}

static enum err org_rows(struct task *t)
{
    struct org *list = NULL;
    struct buf row = {0};
    size_t count = 0;
    enum err e = org_list(t->txn, &list, &count);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        mp_put_array(&row, 4);
        mp_put_str(&row, bytes_of_str(list[i].code));
        mp_put_str(&row, bytes_of_str(list[i].name));
        mp_put_str(&row, bytes_of_str(org_type_name(list[i].type)));
        e = put_successors(t->txn, &list[i].id, &row);
        put_row(t, &row);
    }
    buf_deinit(&row);
    free(list);
    return e;
}

/* Somebody who is known gets one more device: he stays who he is, and so does his name. */
static enum err known_person(struct task *t, struct id *person, struct buf *name)
{
    enum err e = registry_person(t->txn, t->text[1], person);
    return e == ERR_OK ? ward_person_name(t->txn, person, name) : e;
}

static enum err write_invite(struct task *t, const struct org *o, struct invite *in)
{
    uint8_t random[10];
    struct buf name = {0};
    enum err e = ERR_OK;
    crypto_random(in->secret, sizeof(in->secret));
    crypto_random(random, sizeof(random));
    memcpy(in->pin, t->home->pin, sizeof(in->pin));
    memcpy(in->address, t->home->address, sizeof(in->address));
    struct id person = id_uuid7(t->now_s * 1000, random);
    buf_put_str(&name, t->text[1]);
    if (t->text[2][0] != '\0') {
        buf_clear(&name);
        e = known_person(t, &person, &name);
    }
    const uint64_t expires = t->now_s + (t->days != 0 ? t->days : ADMIN_INVITE_DAYS) * DAY_S;
    if (e == ERR_OK)
        e = ward_invite(t->txn, &t->home->ward, &o->id, (enum role)t->number, &person, buf_cstr(&name), in->secret,
                        date_from_unix((int64_t)t->now_s), t->now_s, expires);
    buf_deinit(&name);
    return e;
}

static enum err invite(struct task *t)
{
    struct invite in = {0};
    struct org o;
    struct buf text = {0}, row = {0};
    enum err e = t->number > ROLE_NONE && t->number < ROLE_COUNT ? check_name(t->text[1]) : ERR_BAD_VALUE;
    if (e == ERR_OK)
        e = org_by_any_code(t->txn, t->text[0], &o);
    if (e == ERR_NOT_FOUND)
        e = ERR_NO_SUCH_RECORD;
    if (e == ERR_OK)
        e = org_living(t->txn, &o.id, &o.id);
    if (e == ERR_OK && rights_ward_wide((enum role)t->number) && o.type != ORG_WARD)
        e = ERR_NOT_ALLOWED; /* who reaches into every cell is not of one of them */
    if (e == ERR_OK)
        e = write_invite(t, &o, &in);
    if (e == ERR_OK) {
        invite_print(&in, &text);
        mp_put_array(&row, 1);
        mp_put_str(&row, buf_bytes(&text));
        put_row(t, &row);
    }
    crypto_wipe(&in, sizeof(in));
    buf_wipe_deinit(&text);
    buf_wipe_deinit(&row);
    return e;
}

static enum err overview(struct task *t)
{
    struct overview_cell *cells = NULL;
    struct buf row = {0};
    size_t count = 0;
    const enum err e = overview_read(t->txn, date_from_unix((int64_t)t->now_s), &cells, &count);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        overview_encode(&cells[i], &row);
        put_row(t, &row);
    }
    buf_deinit(&row);
    free(cells);
    return e;
}

/* A device whose person or organisation has no row is shown all the same. */
static enum err device_row(struct task *t, const struct ward_device *d, struct buf *row)
{
    struct buf name = {0};
    struct org o = {0};
    enum err e = ward_person_name(t->txn, &d->person, &name);
    if (e == ERR_OK || e == ERR_NOT_FOUND)
        e = org_load(t->txn, &d->org, &o);
    mp_put_array(row, 6);
    mp_put_bin(row, d->id.b, ID_SIZE);
    mp_put_str(row, buf_bytes(&name));
    mp_put_str(row, bytes_of_str(o.code));
    mp_put_uint(row, (uint64_t)d->state);
    mp_put_uint(row, d->enrolled);
    mp_put_uint(row, d->contact);
    buf_deinit(&name);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err devices(struct task *t)
{
    struct ward_device *list = NULL;
    struct buf row = {0};
    size_t count = 0;
    enum err e = ward_device_list(t->txn, &list, &count);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        e = device_row(t, &list[i], &row);
        put_row(t, &row);
    }
    buf_deinit(&row);
    free(list);
    return e;
}

/* The one device whose id begins so. */
static enum err device_find(struct task *t, const char *prefix, struct id *out)
{
    struct ward_device *list = NULL;
    size_t count = 0, found = 0;
    if (strlen(prefix) < ID_PREFIX_MIN)
        return ERR_BAD_VALUE;
    enum err e = ward_device_list(t->txn, &list, &count);
    for (size_t i = 0; i < count; i++)
        if (id_has_prefix(&list[i].id, prefix)) {
            *out = list[i].id;
            found++;
        }
    free(list);
    if (e == ERR_OK && found != 1)
        e = found == 0 ? ERR_NO_SUCH_RECORD : ERR_AMBIGUOUS;
    return e;
}

static enum err registry(struct task *t)
{
    return registry_run(t->txn, &t->home->ward, t->job, t->now_s, &t->rows, t->cut);
}

static void put_device(struct task *t, const struct id *device)
{
    struct buf row = {0};
    mp_put_array(&row, 1);
    mp_put_bin(&row, device->b, ID_SIZE);
    put_row(t, &row);
    buf_deinit(&row);
}

static enum err revoke(struct task *t)
{
    struct id device;
    enum err e = device_find(t, t->text[0], &device);
    if (e == ERR_OK) /* first: nothing that was said to be revoked may come back with an old store */
        e = revoked_add(t->home, REVOKED_DEVICE, bytes_of(device.b, ID_SIZE));
    if (e == ERR_OK)
        e = ward_revoke(t->txn, &t->home->ward, &device, t->now_s);
    if (e == ERR_OK) {
        buf_put(t->cut, &device, sizeof(device));
        put_device(t, &device);
    }
    return e;
}

static enum err trust(struct task *t)
{
    struct id device;
    enum err e = device_find(t, t->text[0], &device);
    if (e == ERR_OK)
        e = ward_trust(t->txn, &device);
    if (e == ERR_OK)
        put_device(t, &device);
    return e;
}

static enum err run_job(struct task *t)
{
    struct buf row = {0};
    const enum err e = exchange_job_run(t->txn, &t->home->ward, t->job, t->now_s, &row);
    if (e == ERR_OK)
        put_row(t, &row);
    buf_wipe_deinit(&row);
    return e;
}

static enum err held(struct task *t)
{
    return admin_held_rows(t->txn, &t->rows);
}

static enum err rule(struct task *t, enum verdict verdict)
{
    const struct ward_ruling r = {t->text[0], verdict, bytes_of_str(t->text[2]), bytes_of_str(t->text[1]),
                                  t->number == 1};
    return admin_held_rule(t->txn, &t->home->ward, &r, t->now_s, &t->rows, &t->torn);
}

static enum err accept_held(struct task *t)
{
    return rule(t, VERDICT_ACCEPTED);
}

static enum err refuse_held(struct task *t)
{
    return rule(t, VERDICT_REFUSED);
}

static enum err mend_step(struct task *t)
{
    struct buf row = {0};
    enum err e = admin_mend_step(t->txn, t->number, t->now_s, &row);

    if (e == ERR_OK)
        put_row(t, &row);
    buf_deinit(&row);
    return e;
}

static enum err quarter(struct task *t)
{
    return t->text[0][0] == '\0' ? admin_quarter_cells(t->txn, &t->rows)
                                 : admin_quarter_cell(t->txn, &t->home->ward, t->text[0], (uint32_t)t->number, t->now_s,
                                                      &t->rows);
}

static enum err transit(struct task *t)
{
    return admin_transit_rows(t->txn, date_from_unix((int64_t)t->now_s), &t->rows);
}

static enum err decisions(struct task *t)
{
    return admin_decision_rows(t->txn, &t->rows);
}

static enum err report(struct task *t)
{
    return period_is_valid(t->number) ? reported_rows(t->txn, t->text[0], (uint32_t)t->number, &t->rows)
                                      : ERR_BAD_VALUE;
}
