/* replica.h - a device's book: what it holds of its scopes, what it wrote itself, and the jobs of a session, on any
 * store.
 *
 * Writing lays a *draft* over the folded part: unsealed until the next contact with a peer or a file (then it can
 * still be undone), sealed until the ward answers. What people see is always the folded part with the drafts over it.
 * All functions run inside the caller's transaction and are deterministic: time and chance come in as struct
 * moment. After any error the caller aborts the transaction. */
#ifndef CHIBO_REPLICA_H
#define CHIBO_REPLICA_H

#include "close.h"
#include "fold.h"
#include "header.h"
#include "org.h"
#include "scope.h"
#include "work.h"

/* Now, and chance for ids, seeds and provisional versions; the caller fills random anew for each transaction. */
struct moment {
    uint64_t now; /* seconds */
    enum quality quality;
    uint8_t random[32];
    uint32_t drawn; /* how often replica_draw was called */
};
void replica_draw(struct moment *m, void *out, size_t n); /* n <= 64, from random and the counter */

struct replica {
    bool enrolled;
    struct id device;
    struct id person;
    struct id org;
    struct id ward;
    uint8_t sign_public[SIGN_PUBLIC_SIZE];
    uint8_t sign_secret[SIGN_SECRET_SIZE];
    uint8_t ward_key[SIGN_PUBLIC_SIZE];
    uint32_t incarnation;
    uint64_t ratchet_n;
    uint8_t ratchet[RATCHET_SIZE];
    bool cut;           /* a flight went out and its answer did not come */
    bool states_differ; /* the ward folds differently: a person must look */
    uint64_t synced;    /* the ward's time at the last close, seconds; 0 never */
    uint32_t pending_next;
};

/* A book of its own: keys, one unnamed organisation, its scopes without a log. org: the organisation's code and
 * name. */
MUST_CHECK enum err replica_create(struct txn *txn, struct replica *r, const char *code, const char *name,
                                   struct moment *m);
MUST_CHECK enum err replica_load(struct txn *txn, struct replica *r); /* ERR_NO_STORE, ERR_TOO_NEW, ERR_DAMAGED */
MUST_CHECK enum err replica_save(struct txn *txn, const struct replica *r);
/* Runs one job of a session and leaves its error in job->err too. */
MUST_CHECK enum err replica_work(struct txn *txn, struct replica *r, struct work *job, struct moment *m);

/* --- writing (replica_write.c) --- */
/* Lays one change over a record part. c->triple[].base is filled in here (removals: bases of the elements); every
 * field of the change must live in the scope. ERR_NOT_READABLE: no such scope here. */
MUST_CHECK enum err replica_record(struct txn *txn, struct replica *r, const struct scope *s, struct change *c,
                                   struct moment *m);
/* The same, over one more version that its author saw; where a base is full already it does not stand. */
MUST_CHECK enum err replica_record_over(struct txn *txn, struct replica *r, const struct scope *s, struct change *c,
                                        const struct version *seen, struct moment *m);
/* Moves a record's head to this step of its round (replica_close.c): the change says all that was seen of it; of more
 * than one change can name, several do. changes: how many. As replica_record. */
MUST_CHECK enum err replica_close(struct txn *txn, struct replica *r, const struct scope *s, uint32_t kind,
                                  const struct id *record, uint64_t step, struct moment *m, unsigned *changes);
/* Takes back the newest unsealed change. ERR_NOT_FOUND: there is none. */
MUST_CHECK enum err replica_undo(struct txn *txn, struct replica *r, uint32_t *kind, struct id *record);
/* The scope of an organisation and class that this device holds. ERR_NOT_READABLE. */
MUST_CHECK enum err replica_scope(struct txn *txn, const struct id *org, enum access access, struct scope *s);

/* --- reading (replica_view.c) --- */
struct view_part {
    uint16_t scope_number;
    enum access access;
    struct part part;       /* folded, with drafts over it */
    unsigned unsealed, sealed, held;
};

struct view {
    uint32_t kind;
    struct id record;
    struct id org;
    size_t parts;
    struct view_part part[ACCESS_D];
    bool came; /* a part of it came here from another log */
};

void replica_view_deinit(struct view *v);
/* ERR_NOT_FOUND when nothing is known of it. */
MUST_CHECK enum err replica_view(struct txn *txn, const struct replica *r, uint32_t kind, const struct id *record,
                                 struct view *v);
/* The class of the part that holds this field: its own, or that to which the record was raised. */
enum access replica_view_access(const struct view *v, const struct field_info *f);
const struct entry *replica_view_entry(const struct view *v, const struct field_info *f); /* NULL: no value */
bool replica_view_conflict(const struct view *v);
struct bytes replica_view_state(const struct view *v); /* the encoded state that counts; empty: a draft (close.h) */
enum close_void replica_view_void(const struct view *v);
/* Every record of a kind, ascending by id. The visitor may look but not write; false stops. */
typedef bool replica_visit(void *arg, struct view *v);
MUST_CHECK enum err replica_each(struct txn *txn, const struct replica *r, uint32_t kind, replica_visit *visit,
                                 void *arg);
/* Those with unsent changes, and those that may wait for a person (waits.h): all of them, and then some. By kind, then
 * by id. */
MUST_CHECK enum err replica_each_waiting(struct txn *txn, const struct replica *r, replica_visit *visit, void *arg);
/* By a unique hex prefix of the id. ERR_NO_SUCH_RECORD, ERR_AMBIGUOUS, ERR_BAD_VALUE (shorter than ID_PREFIX_MIN). */
MUST_CHECK enum err replica_find(struct txn *txn, const char *prefix, uint32_t *kind, struct id *record);

/* One change in a record's history, oldest first; pending ones last. */
struct history_change {
    uint64_t time;       /* author's clock; 0 for unsealed drafts */
    enum quality quality;
    uint64_t accepted;   /* the ward's clock; 0: not acknowledged */
    struct id device;
    struct id person;
    struct version version;
    bool owns;           /* by the verdict in its own leaf */
    uint32_t fold;       /* the version of the fold that was at work when it was folded */
    bool is_draft;       /* not folded yet */
    unsigned draft;      /* then: its enum draft_state */
    struct change change; /* valid during the call */
};
typedef bool replica_history_visit(void *arg, const struct scope *s, const struct history_change *h);
MUST_CHECK enum err replica_history(struct txn *txn, const struct replica *r, uint32_t kind, const struct id *record,
                                    replica_history_visit *visit, void *arg);
/* How many changes of its history are not here yet: the device began with a snapshot. */
MUST_CHECK enum err replica_history_missing(struct txn *txn, uint32_t kind, const struct id *record, uint64_t *changes);
/* Who is this? From the control leaves of any scope held here. ERR_NOT_FOUND. */
MUST_CHECK enum err replica_person_name(struct txn *txn, const struct id *person, struct buf *name);

/* --- the state of the book (replica_verify.c) --- */
struct replica_counts {
    uint64_t unsealed;  /* changes */
    uint64_t sealed;    /* changes sent or to be sent as sealed */
    uint64_t held;
    uint64_t held_records; /* that these are of: its parts wait as a change each */
    uint64_t refused;   /* and not answered */
};
MUST_CHECK enum err replica_count(struct txn *txn, struct replica_counts *c);

struct replica_report {
    uint64_t scopes, leaves, changesets, changes, parts;
    uint64_t partial, missing; /* scopes that began with a snapshot; leaves before those, which are not here */
    bool complete; /* everything written here is at the ward, under its signature */
};
/* Recomputes leaves, roots, checkpoint signatures, streams, headers, commitments and the folded state from the rows.
 * ERR_DAMAGED or ERR_BAD_PROOF and where in why. */
MUST_CHECK enum err replica_verify(struct txn *txn, const struct replica *r, struct replica_report *report,
                                   char why[ERROR_DETAIL_MAX + 1]);

/* Two copies of this device's store are in use, the ward said at the last close: what is sent waits for a person. */
MUST_CHECK enum err replica_copied(struct txn *txn, bool *copied);
/* The end of our own stream in a scope, as sealed so far. It outlives the scope's erasure (leave), for when the
 * scope is given to this device again (return): a number is never signed twice. */
struct replica_end {
    uint64_t next;
    struct hash head;
};
MUST_CHECK enum err replica_end_load(struct txn *txn, uint16_t number, struct replica_end *end); /* absent: zero */
MUST_CHECK enum err replica_end_save(struct txn *txn, uint16_t number, const struct replica_end *end);
/* Of a scope that was erased here since. ERR_NOT_FOUND: nothing of ours was in it. */
MUST_CHECK enum err replica_end_left(struct txn *txn, const struct id *scope, struct replica_end *end);
MUST_CHECK enum err replica_end_leave(struct txn *txn, const struct scope *s);
MUST_CHECK enum err replica_end_return(struct txn *txn, const struct scope *s);

/* --- jobs (replica_seal.c, replica_apply.c) --- */
enum err replica_open(struct txn *txn, struct replica *r, struct work *job, struct moment *m);
enum err replica_seal(struct txn *txn, struct replica *r, struct moment *m);
MUST_CHECK enum err replica_sizes_list(struct txn *txn, struct buf *out); /* what this store holds, a list */
enum err replica_sizes(struct txn *txn, struct work *job);
enum err replica_outbox(struct txn *txn, const struct replica *r, struct work *job); /* r: NULL without a resume */
enum err replica_apply(struct txn *txn, struct replica *r, struct work *job);
/* A scope that is new here, by its first leaf: its number may be that of one we wrote for without a log. */
struct control;
MUST_CHECK enum err replica_scope_new(struct txn *txn, const struct replica *r, const struct id *id,
                                      const struct control *c, struct scope *s);
/* The ward's word on the log as it stands: its root, at its size. ERR_BAD_PROOF. */
MUST_CHECK enum err replica_checkpoint(const struct replica *r, struct scope *s, struct bytes message);
enum err replica_follow(struct txn *txn, struct replica *r); /* r->org: what became of it */
enum err replica_drop(struct txn *txn, struct work *job);
enum err replica_settle(struct txn *txn, struct replica *r, struct work *job, struct moment *m);
enum err replica_enrolled(struct txn *txn, struct replica *r, struct work *job);
/* files (replica_parcel.c) */
enum err replica_parcel_open(struct txn *txn, struct replica *r, struct work *job, struct moment *m);
enum err replica_parcel_judge(struct txn *txn, const struct replica *r, struct work *job);
enum err replica_parcel_apply(struct txn *txn, struct replica *r, struct work *job);
enum err replica_parcel_settle(struct txn *txn, struct replica *r, struct work *job);
/* The ward was restored (replica_recall.c, replica_rewind.c). job->in: recall; out: lost, leaves. */
enum err replica_recall(struct txn *txn, const struct replica *r, struct work *job, struct moment *m);
/* Sealed changesets of this scope say in full what they saw: the ward's log is another one from here on. */
MUST_CHECK enum err replica_outbox_long(struct txn *txn, const struct scope *s);
/* Our own leaves from `size` on go back to the outbox, their changes are sealed drafts again. past: those of older
 * incarnations too (reissue.h). */
MUST_CHECK enum err replica_own_again(struct txn *txn, const struct replica *r, const struct scope *s, uint64_t size,
                                      bool past);
/* Forgets the scope's leaves from `size` on; our own go back to the outbox, their changes are sealed drafts again. */
MUST_CHECK enum err replica_rewind(struct txn *txn, const struct replica *r, struct scope *s, uint64_t size);
/* The newest packing that both the ward and this program know, by the last close (replica_packing.c); 0: none. */
enum err replica_packing_save(struct txn *txn, uint64_t newest);
enum err replica_packing_load(struct txn *txn, unsigned *newest);
/* How fast the link was when that could last be said (pace.h, replica_pace.c); an unknown one is not kept. */
MUST_CHECK enum err replica_pace_save(struct txn *txn, enum pace_class class);
MUST_CHECK enum err replica_pace_load(struct txn *txn, enum pace_class *class);
enum err replica_rebind(struct txn *txn, const struct id *old_org, const struct id *new_org,
                        const struct id *old_person, const struct id *new_person);

#endif
