/* link.c - see link.h. */
#include "link.h"

#include <stdlib.h>

#include "../proto/enrol.h"
#include "../proto/message.h"
#include "../proto/session.h"
#include "wire.h"

#define SESSIONS_MAX 4    /* of one exchange: a new certificate, and room for what else makes one begin again */
#define WAITING_MAX 65536 /* bytes given to TLS ahead of the socket */

/* What a connection needs, read before it is opened. */
struct means {
    uint8_t seed[TLS_SEED_SIZE];
    bool has_seed;
    struct buf certificate, session, address, pin;
};

struct link {
    struct book *book;
    const struct invite *invite; /* NULL: no enrolment */
    struct link_terms terms;
    struct means means;
    struct wire wire;
    struct session session;
    bool begun;
    bool ticket_kept;
    bool told_eof;
    bool again, copy; /* another session at once; as what */
    struct link_report *report;
    /* The link's pace: what had gone through the socket, and how long it had been waited for, when something last came;
     * and how long the handshake was waited for, one round trip. */
    uint64_t out_n, in_n, waited_us, trip_us;
};

/* --- what is kept between sessions --- */

static enum err means_get(struct book *b, const char *name, struct buf *out)
{
    enum err e = book_get(b, name, out);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err means_load(struct book *b, struct means *m)
{
    struct buf seed = {0};
    enum err e = means_get(b, BOOK_TLS_SEED, &seed);
    m->has_seed = seed.n == TLS_SEED_SIZE;
    if (m->has_seed)
        memcpy(m->seed, seed.p, TLS_SEED_SIZE);
    buf_wipe_deinit(&seed);
    if (e == ERR_OK)
        e = means_get(b, BOOK_TLS_CERTIFICATE, &m->certificate);
    if (e == ERR_OK)
        e = means_get(b, BOOK_TLS_SESSION, &m->session);
    if (e == ERR_OK)
        e = means_get(b, BOOK_ADDRESS, &m->address);
    return e == ERR_OK ? means_get(b, BOOK_PIN, &m->pin) : e;
}

static void means_deinit(struct means *m)
{
    buf_deinit(&m->certificate);
    buf_wipe_deinit(&m->session);
    buf_deinit(&m->address);
    buf_deinit(&m->pin);
    crypto_wipe(m, sizeof(*m));
}

/* The newest session TLS offered, into the open transaction. */
static enum err ticket_put(struct link *l)
{
    struct buf session = {0};
    enum err e;
    if (l->ticket_kept) /* or not wanted any more */
        return ERR_OK;
    e = l->wire.api->session_save(l->wire.tls, &session);
    if (e == ERR_OK && !bytes_equal(buf_bytes(&session), buf_bytes(&l->means.session)))
        e = book_put(l->book, BOOK_TLS_SESSION, buf_bytes(&session));
    l->ticket_kept = e == ERR_OK;
    buf_wipe_deinit(&session);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* After a link that dropped before its end: the ticket is as good as any, and must not be lost. */
static void ticket_keep(struct link *l)
{
    if (l->ticket_kept || !l->begun || l->invite != NULL)
        return;
    if (book_begin(l->book, true) == ERR_OK && ticket_put(l) == ERR_OK && l->ticket_kept)
        (void)!book_commit(l->book);
    book_abort(l->book);
}

static enum err enrolment_put(struct link *l, const struct work *w)
{
    enum err e = book_put(l->book, BOOK_TLS_CERTIFICATE, buf_bytes(&w->out));
    if (e == ERR_OK)
        e = book_put(l->book, BOOK_ADDRESS, bytes_of_str(l->invite->address));
    if (e == ERR_OK)
        e = book_put(l->book, BOOK_PIN, bytes_of(l->wire.api->peer(l->wire.tls)->pin, TLS_PIN_SIZE));
    return e == ERR_OK ? book_del(l->book, BOOK_TLS_SESSION) : e;
}

/* A certificate that TLS would not take is not kept: there is no way back from it. The ticket speaks for the old
 * one. */
static enum err renewal_put(struct link *l, const struct work *w)
{
    uint8_t tls_public[SIGN_PUBLIC_SIZE], tls_secret[SIGN_SECRET_SIZE];
    struct tls_cert cert;
    enum err e = l->wire.api->identity_read(buf_bytes(&w->out), &cert);

    crypto_sign_from_seed(l->means.seed, tls_public, tls_secret);
    crypto_wipe(tls_secret, sizeof(tls_secret));
    if (e != ERR_OK || !id_equal(&cert.device, &l->book->replica.device) ||
        !crypto_equal(cert.public_key, tls_public, SIGN_PUBLIC_SIZE))
        return ERR_BAD_PROOF;
    l->ticket_kept = true;
    e = book_put(l->book, BOOK_TLS_CERTIFICATE, buf_bytes(&w->out));
    return e == ERR_OK ? book_del(l->book, BOOK_TLS_SESSION) : e;
}

/* --- jobs --- */

static enum err job_try(struct link *l, struct work *w)
{
    bool write = w->kind != WORK_OUTBOX && w->kind != WORK_COUNT;
    enum err e = book_begin(l->book, write);
    if (e != ERR_OK)
        return e;
    e = replica_work(book_txn(l->book), &l->book->replica, w, &l->book->moment);
    if (e == ERR_OK && w->kind == WORK_SETTLE)
        e = ticket_put(l);
    if (e == ERR_OK && w->kind == WORK_ENROLLED)
        e = enrolment_put(l, w);
    if (e == ERR_OK && w->kind == WORK_RENEWED)
        e = renewal_put(l, w);
    if (e == ERR_OK && write)
        e = book_commit(l->book);
    book_abort(l->book);
    return e;
}

/* Months of work sealed at once may need more than the map had room for: the next transaction has twice as much. */
static enum err job_run(struct link *l, struct work *w)
{
    uint64_t at = w->at;
    enum err e = job_try(l, w);
    while (e == ERR_NO_SPACE && vault_will_grow(&l->book->vault)) {
        work_reset(w, at);
        e = job_try(l, w);
    }
    return e;
}

static void step(struct link *l, enum session_event_kind kind, struct bytes bytes, struct work *w)
{
    session_step(&l->session, &(struct session_event){kind, bytes, w});
}

static void jobs_run(struct link *l)
{
    struct work *w;
    while ((w = session_take_work(&l->session)) != NULL) {
        w->err = job_run(l, w);
        step(l, SESSION_WORKED, bytes_of(NULL, 0), w);
    }
}

/* --- a session --- */

static enum err begin_enrol(struct link *l, const uint8_t binding[BINDING_SIZE])
{
    struct replica *r = &l->book->replica;
    struct enrol enrol = {.incarnation = r->incarnation};
    uint8_t tls_secret[SIGN_SECRET_SIZE];
    struct buf message = {0};

    crypto_sign_from_seed(l->means.seed, enrol.tls_key, tls_secret);
    memcpy(enrol.signing_key, r->sign_public, SIGN_PUBLIC_SIZE);
    enrol_prove(&enrol, binding, l->invite->secret, tls_secret, r->sign_secret);
    enrol_encode(&enrol, &message);
    session_init_enrol(&l->session, binding, buf_bytes(&message));
    crypto_wipe(tls_secret, sizeof(tls_secret));
    buf_wipe_deinit(&message);
    return ERR_OK;
}

/* The server has a new key, which the one we knew has led to: from now on that one is known, whatever comes of this
 * exchange. */
static enum err pin_follow(struct link *l)
{
    const uint8_t *pin = l->wire.api->peer(l->wire.tls)->pin;
    enum err e;
    if (crypto_equal(pin, l->means.pin.p, TLS_PIN_SIZE))
        return ERR_OK;
    e = book_begin(l->book, true);
    if (e == ERR_OK)
        e = book_put(l->book, BOOK_PIN, bytes_of(pin, TLS_PIN_SIZE));
    if (e == ERR_OK)
        e = book_commit(l->book);
    book_abort(l->book);
    return e;
}

static enum err begin(struct link *l)
{
    struct replica *r = &l->book->replica;
    uint8_t binding[BINDING_SIZE];
    enum err e = ERR_OK;

    if (l->invite == NULL)
        e = pin_follow(l);
    if (e != ERR_OK)
        return e;
    l->wire.api->exporter(l->wire.tls, TLS_BINDING_LABEL, binding);
    if (l->invite != NULL)
        e = begin_enrol(l, binding);
    else
        session_init_device(&l->session, &r->device, binding,
                            l->copy ? HELLO_RENEW : l->terms.repair ? HELLO_REPAIR : r->cut ? HELLO_ASK : HELLO_FLIGHT,
                            ZIP_LEVEL);
    session_paced(&l->session);
    l->session.budget_bytes = l->terms.budget_bytes;
    l->session.history = l->terms.history;
    l->trip_us = l->waited_us = l->wire.waited_us;
    l->out_n = l->wire.out_n;
    l->in_n = l->wire.in_n;
    l->begun = true;
    step(l, SESSION_START, bytes_of(NULL, 0), NULL);
    return e;
}

/* What the session has to say goes to TLS, never far ahead of the socket. When it returns, either all of it has gone
 * there or the socket is full: whoever waits then may wait for the socket alone. */
static enum err say(struct link *l)
{
    struct session *s = &l->session;
    enum err e = ERR_OK;
    bool had = s->out.n > 0;
    while (e == ERR_OK && s->out.n > 0 && wire_waiting_n(&l->wire) < WAITING_MAX && !l->wire.broken) {
        size_t n = s->out.n < WAITING_MAX ? s->out.n : WAITING_MAX;
        e = l->wire.api->write(l->wire.tls, bytes_of(s->out.p, n));
        buf_drop_front(&s->out, n);
        wire_send(&l->wire);
    }
    if (l->wire.broken)
        buf_clear(&s->out);
    if (had && s->out.n == 0)
        step(l, SESSION_DRAINED, bytes_of(NULL, 0), NULL);
    return e;
}

/* Something came. A flight has been under way until now, and then a round trip for the answer; between two pieces of an
 * answer nothing but the link. */
static void measure(struct link *l)
{
    const struct wire *w = &l->wire;
    uint64_t out_n = w->out_n - l->out_n, in_n = w->in_n - l->in_n, us = w->waited_us - l->waited_us;
    if (out_n >= PACE_BYTES_MIN)
        pace_note(&l->session.pace, out_n, us > l->trip_us ? us - l->trip_us : 0);
    else if (out_n == 0)
        pace_note(&l->session.pace, in_n, us);
    l->out_n = w->out_n;
    l->in_n = w->in_n;
    l->waited_us = w->waited_us;
}

static enum err hear(struct link *l, struct buf *plain)
{
    enum err e = wire_turn(&l->wire, !l->begun || session_wants_bytes(&l->session), plain);
    if (!l->begun) {
        if (e == ERR_OK && l->wire.eof)
            e = ERR_CUT;
        return e == ERR_OK && wire_is_ready(&l->wire) ? begin(l) : e;
    }
    if (plain->n > 0)
        measure(l);
    if (plain->n > 0)
        step(l, SESSION_BYTES, buf_bytes(plain), NULL);
    buf_clear(plain);
    if (l->wire.eof && !l->told_eof) {
        l->told_eof = true;
        step(l, SESSION_EOF, bytes_of(NULL, 0), NULL);
        return ERR_OK;
    }
    return e;
}

/* Until the disk has nothing more to do and the wire takes nothing more. */
static enum err settle(struct link *l)
{
    const struct session *s = &l->session;
    enum err e;
    do {
        jobs_run(l);
        e = say(l);
    } while (e == ERR_OK && (s->work != NULL || (s->out.n > 0 && wire_waiting_n(&l->wire) < WAITING_MAX)));
    return e;
}

static enum err drive(struct link *l)
{
    struct buf plain = {0};
    enum err e = ERR_OK;

    while (e == ERR_OK && !(l->begun && l->session.state == SESSION_ENDED)) {
        e = hear(l, &plain);
        if (l->begun && e == ERR_OK)
            e = settle(l);
    }
    if (l->begun && l->session.state == SESSION_ENDED)
        e = l->session.err;
    buf_wipe_deinit(&plain);
    return e;
}

/* --- the whole --- */

static void report_add(struct link *l)
{
    struct link_report *r = l->report;
    const struct session_counts *c = &l->session.counts;
    r->bytes_out += l->wire.out_n;
    r->bytes_in += l->wire.in_n;
    r->sessions++;
    if (!l->begun)
        return;
    r->sent += c->sent;
    r->received += c->received;
    r->refused += c->refused;
    r->held += c->held;
    r->repaired += c->repaired;
    r->app_out += c->bytes_out;
    r->app_in += c->bytes_in;
    r->round_trips += c->waits;
    r->rolled_back = r->rolled_back || c->rolled_back;
    memcpy(r->why, l->session.why, sizeof(r->why));
}

static enum err talk(struct link *l)
{
    struct means *m = &l->means;
    bool known = l->invite == NULL;
    struct tls_settings settings = {.role = TLS_CLIENT, .pin = known ? m->pin.p : l->invite->pin,
                                    .seed = known ? m->seed : NULL,
                                    .cert = known ? buf_bytes(&m->certificate) : bytes_of(NULL, 0)};
    struct bytes session = known ? buf_bytes(&m->session) : bytes_of(NULL, 0);
    const char *address = known ? buf_cstr(&m->address) : l->invite->address;
    enum err e = wire_open(&l->wire, l->wire.api, &settings, session, address, l->terms.patience_ms);

    if (e == ERR_OK)
        e = drive(l);
    if (l->wire.tls != NULL) {
        if (l->begun)
            (void)!say(l);
        wire_goodbye(&l->wire);
        ticket_keep(l);
    }
    report_add(l);
    l->again = l->begun && l->session.again;
    if (l->begun)
        session_deinit(&l->session);
    wire_close(&l->wire);
    return e;
}

/* Everything written here and not sealed, in scopes whose log we hold by now. */
static bool any_visit(void *arg, struct bytes key, struct bytes value)
{
    (void)key;
    (void)value;
    *(bool *)arg = true;
    return false;
}

static enum err more_to_seal(struct book *b, bool *more, uint32_t *epoch)
{
    struct scope *scope = NULL;
    uint8_t room[STORE_KEY_MAX];
    size_t count = 0;
    enum err e = book_begin(b, false);

    *more = false;
    if (e == ERR_OK)
        e = scope_list(book_txn(b), &scope, &count);
    for (size_t i = 0; e == ERR_OK && i < count; i++)
        *epoch = scope[i].epoch > *epoch ? scope[i].epoch : *epoch;
    for (size_t i = 0; e == ERR_OK && i < count && !*more; i++)
        if (scope[i].frontier.size > 0)
            e = store_scan(book_txn(b), TABLE_pending, scope_key2(room, scope[i].number), any_visit, more);
    book_abort(b);
    free(scope);
    return e;
}

/* *again: the session said so. */
static enum err sync_one(struct book *b, const struct tls_api *api, const struct link_terms *terms,
                         struct link_report *report, bool *again, bool *copy)
{
    struct link l = {.book = b, .terms = *terms, .wire = {.api = api, .fd = -1}, .report = report, .copy = *copy};
    uint32_t incarnation = b->replica.incarnation;
    enum err e = book_begin(b, false);
    if (e == ERR_OK)
        e = means_load(b, &l.means);
    book_abort(b);
    if (e == ERR_OK && !b->replica.enrolled)
        e = ERR_NOT_JOINED;
    if (e == ERR_OK && (!l.means.has_seed || l.means.pin.n != TLS_PIN_SIZE || l.means.address.n == 0))
        e = ERR_DAMAGED;
    if (e == ERR_OK)
        e = talk(&l);
    *copy = e == ERR_COPY;
    *again = l.again && (e == ERR_OK || *copy);
    report->new_incarnation = report->new_incarnation || incarnation != b->replica.incarnation;
    means_deinit(&l.means);
    return e;
}

/* Whatever makes another session possible does so once (a new certificate, a new incarnation): a ward that says it for
 * ever is not believed. */
static enum err sync_once(struct book *b, const struct tls_api *api, const struct link_terms *terms,
                          struct link_report *report)
{
    bool again = true, copy = false;
    enum err e = ERR_OK;
    for (unsigned n = 0; again && (e == ERR_OK || copy); n++) {
        if (n == SESSIONS_MAX)
            return ERR_BUSY;
        e = sync_one(b, api, terms, report, &again, &copy);
    }
    return e;
}

enum err link_last(struct book *b, enum err *last)
{
    struct buf name = {0};
    enum err e = book_get(b, BOOK_SYNC_ERROR, &name);
    *last = e == ERR_OK ? ERR_OTHER : ERR_OK;
    for (unsigned i = 0; e == ERR_OK && i < ERR_COUNT; i++)
        if (strcmp(err_name((enum err)i), buf_cstr(&name)) == 0)
            *last = (enum err)i;
    buf_deinit(&name);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Nothing is written when nothing changed. A machine that cannot keep the error has told it once. */
static void keep_outcome(struct book *b, enum err outcome)
{
    enum err last = ERR_OK, e = book_begin(b, false);
    if (e == ERR_OK)
        e = link_last(b, &last);
    book_abort(b);
    if (e != ERR_OK || last == outcome || outcome == ERR_NOT_JOINED)
        return;
    e = book_begin(b, true);
    if (e == ERR_OK && outcome == ERR_OK)
        e = book_del(b, BOOK_SYNC_ERROR);
    else if (e == ERR_OK)
        e = book_put(b, BOOK_SYNC_ERROR, bytes_of_str(err_name(outcome)));
    if (e == ERR_OK)
        (void)!book_commit(b);
    book_abort(b);
}

enum err link_sync(struct book *b, const struct tls_api *api, const struct link_terms *terms,
                   struct link_report *report)
{
    bool more = false;
    enum err e = sync_once(b, api, terms, report);
    if (e == ERR_OK)
        e = more_to_seal(b, &more, &report->epoch);
    if (e == ERR_OK && more && terms->budget_bytes == 0 && !terms->repair)
        e = sync_once(b, api, terms, report);
    keep_outcome(b, e);
    return e;
}

/* The TLS key of this device, made once. */
static enum err seed_keep(struct book *b, struct means *m)
{
    enum err e = book_begin(b, true);
    if (e == ERR_OK)
        e = means_load(b, m);
    if (e == ERR_OK && b->replica.enrolled)
        e = ERR_EXISTS;
    if (e == ERR_OK && !m->has_seed) {
        crypto_random(m->seed, sizeof(m->seed));
        m->has_seed = true;
        e = book_put(b, BOOK_TLS_SEED, bytes_of(m->seed, sizeof(m->seed)));
        if (e == ERR_OK)
            e = book_commit(b);
    }
    book_abort(b);
    return e;
}

enum err link_enrol(struct book *b, const struct tls_api *api, const struct invite *invite, struct link_report *report)
{
    struct link l = {.book = b, .invite = invite, .wire = {.api = api, .fd = -1}, .report = report};
    enum err e = seed_keep(b, &l.means);
    if (e == ERR_OK)
        e = talk(&l);
    means_deinit(&l.means);
    return e;
}
