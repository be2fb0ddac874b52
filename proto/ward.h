/* ward.h - the ward's authority over its logs: the registry, and the jobs of a session (work.h), on any store.
 *
 * All functions run inside the caller's transaction and are deterministic: time, chance and certificates come in.
 * After an error of class MACHINE or CORRUPT the caller aborts; after any other error nothing was changed.
 * Registry changes add control leaves to the scopes they touch; `policy` counts them. */
#ifndef CHIBO_WARD_H
#define CHIBO_WARD_H

#include "control.h"
#include "ledger.h"
#include "message.h"
#include "org.h"
#include "rights.h"
#include "work.h"

#define WARD_RANDOM_SIZE 80     /* for one organisation: its id and four scopes */
#define WARD_INVITE_TRIES 5

/* What enrolment needs from outside proto: certificates. */
struct ward_hooks {
    void *arg;
    /* A client certificate (DER) for this key and device. */
    enum err (*tls_issue)(void *arg, const uint8_t tls_public[SIGN_PUBLIC_SIZE], const struct id *device, uint64_t now,
                          struct buf *der);
};

struct ward_key {
    uint8_t public_key[SIGN_PUBLIC_SIZE];
    uint8_t secret_key[SIGN_SECRET_SIZE];
};

/* Keys the ward had before, kept to open files that are sealed to them. Two changes a year for four years: longer than
 * any file is under way, and any cell without news. */
#define WARD_OLD_KEYS 8

struct ward {
    struct id id;
    uint8_t public_key[SIGN_PUBLIC_SIZE];
    uint8_t secret_key[SIGN_SECRET_SIZE];
    uint8_t ratchet_key[KEY_SIZE];
    struct ward_key old[WARD_OLD_KEYS]; /* the newest last; they sign nothing */
    size_t old_count;
    struct ward_hooks hooks;
    uint64_t snapshot_leaves; /* of a longer log a new device gets a snapshot; 0: as limits.h says */
};

/* Of a device whose row was made again from control leaves: the next genuine hello tells. */
#define WARD_INCARNATION_UNKNOWN 0

/* COPIED: two copies of its store are in use; what it sends waits for a person until the clerk has ended that. */
enum device_state { DEVICE_ACTIVE = 0, DEVICE_REVOKED = 1, DEVICE_COPIED = 2, DEVICE_STATES };

struct ward_device {
    struct id id;
    struct id person;
    struct id org;
    uint8_t sign_public[SIGN_PUBLIC_SIZE];
    uint8_t tls_public[SIGN_PUBLIC_SIZE];
    uint32_t incarnation;
    uint64_t ratchet;     /* the newest number that was shown */
    enum device_state state;
    uint64_t enrolled;    /* seconds */
    uint64_t contact;     /* seconds, of the last session that came to its close; 0 never */
    uint8_t invite[8];
};

/* --- registry (ward_registry.c, ward_people.c) --- */
/* Creates the ward's own organisation of type WARD. random: WARD_RANDOM_SIZE bytes; the first 16 become the ward's
 * org id. */
MUST_CHECK enum err ward_create(struct txn *txn, const struct ward *w, const char *code, const char *name,
                                const uint8_t random[WARD_RANDOM_SIZE], uint64_t now);
MUST_CHECK enum err ward_name(struct txn *txn, struct buf *name);
MUST_CHECK enum err ward_org(struct txn *txn, struct id *org); /* the ward's own */
/* ERR_EXISTS when the code is taken, ERR_BAD_VALUE, ERR_TOO_LONG. */
MUST_CHECK enum err ward_org_add(struct txn *txn, const struct ward *w, const char *code, const char *name,
                                 enum org_type type, const uint8_t random[WARD_RANDOM_SIZE], uint64_t now);
/* Registers a person with a role from `from` (date) on and keeps an invite for one device of theirs. person: a fresh
 * id, or that of somebody who gets one more device; a role that he holds stays as it is. */
MUST_CHECK enum err ward_invite(struct txn *txn, const struct ward *w, const struct id *org, enum role role,
                                const struct id *person, const char *person_name, const uint8_t secret[16],
                                uint32_t from, uint64_t now, uint64_t expires);
MUST_CHECK enum err ward_revoke(struct txn *txn, const struct ward *w, const struct id *device, uint64_t now);
/* Ends COPIED: only one copy is left. Nothing happens to a device in another state. */
MUST_CHECK enum err ward_trust(struct txn *txn, const struct id *device);
MUST_CHECK enum err ward_device_load(struct txn *txn, const struct id *device, struct ward_device *d);
MUST_CHECK enum err ward_device_save(struct txn *txn, const struct ward_device *d);
/* *list from mem_alloc, freed by the caller; ascending by enrolment. */
MUST_CHECK enum err ward_device_list(struct txn *txn, struct ward_device **list, size_t *count);
MUST_CHECK enum err ward_person_name(struct txn *txn, const struct id *person, struct buf *name);
MUST_CHECK enum err ward_enrol(struct txn *txn, const struct ward *w, struct work *job, uint64_t now);
/* Adds one control leaf to a scope and saves it. */
MUST_CHECK enum err ward_control(struct txn *txn, const struct ward *w, struct scope *s, struct control *c,
                                 uint64_t now);
/* The same where the log is at an older key of the ward: readers who know the list take it (protocol.md 4.6). */
MUST_CHECK enum err ward_control_later(struct txn *txn, const struct ward *w, struct scope *s, struct control *c,
                                       uint64_t now);
/* Scopes that an older program made go on by this program's version of the fold, from here on. */
MUST_CHECK enum err ward_fold_upgrade(struct txn *txn, const struct ward *w, uint64_t now, size_t *upgraded);
/* A new signing key from here on: a leaf in every log, signed by the old one. The caller makes the new one durable
 * before the transaction commits, and uses nothing else after it. ERR_TOO_LONG: too many (keys.h). */
MUST_CHECK enum err ward_rotate(struct txn *txn, const struct ward *w, const uint8_t new_public[SIGN_PUBLIC_SIZE],
                                const uint8_t new_secret[SIGN_SECRET_SIZE], uint64_t now);
/* The new key is the ward's, the one before it an old one; of too many the oldest is forgotten. */
void ward_key_take(struct ward *w, const uint8_t new_public[SIGN_PUBLIC_SIZE],
                   const uint8_t new_secret[SIGN_SECRET_SIZE]);
/* One more old key, the newest of them; nothing happens if it is there already. */
void ward_key_keep(struct ward *w, const struct ward_key *key);
/* Which of the ward's keys, old or not, has an id that begins so (parcel.h)? False: none of those that are kept. */
bool ward_key_opens(const struct ward *w, const uint8_t *key_id, struct ward_key *key);
/* Is this the beginning of the id of a key that the ward had before (parcel.h)? */
MUST_CHECK enum err ward_key_was(struct txn *txn, const uint8_t *key_id, bool *yes);
MUST_CHECK enum err ward_key_newest(struct txn *txn, uint8_t key[SIGN_PUBLIC_SIZE]); /* ERR_NOT_FOUND: the first one */
/* The list of keys as a message, if there is one and it is wanted anyway, or a key leaf stands in what these scopes
 * have beyond `sent`. */
enum err ward_keys_send(struct txn *txn, const struct reach *reach, size_t count, bool anyway, struct buf *list);
MUST_CHECK enum err ward_policy_next(struct txn *txn, uint64_t *policy);
MUST_CHECK enum err ward_policy(struct txn *txn, uint64_t *policy);

/* --- sessions (ward_judge.c, ward_append.c, ward_answer.c) --- */
/* Runs one job of a session; its error is in job->err. Returns only errors of the store (class MACHINE or CORRUPT).
 * */
MUST_CHECK enum err ward_work(struct txn *txn, const struct ward *w, struct work *job, uint64_t now);
/* Asked at every step, not once at the login: control leaves may have changed the answer since. */
MUST_CHECK enum err ward_may_read(struct txn *txn, const struct scope *s, const struct id *device, bool *yes);
/* A new certificate for the device's key, as a message at the end of list. */
enum err ward_renew(const struct ward *w, const struct work *job, uint64_t now, struct buf *list);
enum err ward_judge(struct txn *txn, const struct ward *w, struct work *job, uint64_t now);
enum err ward_sizes(struct txn *txn, const struct ward *w, struct work *job, uint64_t now);
enum err ward_copy(struct txn *txn, const struct ward *w, struct work *job, uint64_t now);
/* Is this the store that went on? ERR_COPY if not; *lost: it is ahead of us. d: NULL when nothing is known of it. */
enum err ward_copy_judge(struct txn *txn, const struct ward *w, const struct ward_device *d,
                         const struct message_hello *hello, const struct id *device, bool *newer, bool *lost);
/* A ward that lost its past goes on with the incarnation that the device has proved; d is changed, not saved. ERR_COPY:
 * one that was closed. */
enum err ward_copy_adopt(struct txn *txn, struct ward_device *d, uint32_t incarnation);
/* After a hello that was judged well: which store showed this ratchet. */
enum err ward_copy_note(struct txn *txn, const struct id *device, const struct message_hello *hello, bool newer);
/* job->out: struct reach[] of what the device says it holds; roots are checked. */
enum err ward_sizes_reach(struct txn *txn, struct work *job, struct message_list list);
enum err ward_resume(struct txn *txn, struct work *job);
/* The changesets of job->flight, in order, until one fails. */
enum err ward_flight(struct txn *txn, const struct ward *w, struct work *job, uint64_t now);
enum err ward_append(struct txn *txn, const struct ward *w, struct work *job, uint64_t now);
/* Before a verdict leaf that releases a change whose body this device was not given: the message body (ward_body.c). */
/* And before that the leaf itself, if it lies below `from`, which the device does not hold. */
enum err ward_body(struct txn *txn, const struct scope *s, const struct work *job, uint64_t from, struct bytes control,
                   struct buf *list);
/* The device may not read this scope any more: one message drop, r->sent goes on; once all is said it is 0
 * (ward_drop.c). ERR_DAMAGED: the leaf *at. */
enum err ward_drop(struct txn *txn, const struct scope *s, struct work *job, struct reach *r, uint64_t *at);
enum err ward_read(struct txn *txn, const struct ward *w, struct work *job, uint64_t now);
/* --- files (ward_parcel.c) --- */
enum err ward_parcel_judge(struct txn *txn, const struct ward *w, struct work *job);
enum err ward_parcel_close(struct txn *txn, const struct id *device, uint64_t now);

/* What the ward remembers of one device and one scope it may read. */
struct ward_cursor {
    uint32_t epoch;
    uint64_t size; /* held, when ratchet number d->ratchet was shown */
    uint64_t next; /* held, once the next number is shown */
    uint64_t from; /* leaves below are not held: they came as a snapshot; 0: a full holder */
};
MUST_CHECK enum err ward_cursor_save(struct txn *txn, const struct id *device, const struct id *scope,
                                     const struct ward_cursor *c);
MUST_CHECK enum err ward_cursor_forget(struct txn *txn, const struct id *device, const struct id *scope);
MUST_CHECK enum err ward_cursor_known(struct txn *txn, const struct id *device, const struct id *scope, bool *known);
typedef enum err ward_cursor_visit(void *arg, const struct id *scope, const struct ward_cursor *c);
MUST_CHECK enum err ward_cursor_each(struct txn *txn, const struct id *device, ward_cursor_visit *visit, void *arg);

#endif
