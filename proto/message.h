/* message.h - the bodies of the messages of a session (protocol.md 7), but for changesets and leaves (changeset.h) and
 * enrolment (enrol.h).
 *
 * Each has encode, which appends, and decode, which is strict: anything but exactly the elements of the table is
 * ERR_BAD_FRAME. Slices and lists in a decoded message borrow from the bytes it was decoded from. Lists are checked
 * whole when their message is decoded, so going through one cannot fail:
 *
 *   struct message_list list = hello.moved;
 *   while (message_scope_next(&list, &scope)) ...
 *
 * To write one: message_list_add_* into a buffer, and that buffer's bytes and the count are the list. */
#ifndef CHIBO_MESSAGE_H
#define CHIBO_MESSAGE_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/crypto.h"
#include "../common/err.h"
#include "../common/id.h"
#include "limits.h"

enum message_type {
#define MESSAGE(NAME, name, number, sender) MESSAGE_##NAME = number,
#include "message.def"
#undef MESSAGE
};

enum message_sender { MESSAGE_FROM_DEVICE = 1, MESSAGE_FROM_WARD = 2, MESSAGE_FROM_BOTH = 3 };

const char *message_name(uint8_t type);           /* "hello"; "unknown" */
enum message_sender message_sender(uint8_t type); /* 0: unknown type */

struct message_list {
    size_t count;
    struct bytes entries; /* encoded one after the other */
};

/* The messages scope and older, and one entry of hello's `moved`. */
struct message_scope {
    struct id scope;
    uint32_t epoch;
    uint64_t size;
    uint64_t from; /* 0 in scope. older: where these leaves end. moved: leaves below are not here; with size 0: of a */
    uint64_t part; /* snapshot of size `from` the parts before this one are here */
};

/* hello.mode */
#define HELLO_FLIGHT 0u
#define HELLO_ASK 1u   /* ask first: the last flight was cut */
#define HELLO_RENEW 2u /* this store is a copy: `renew` follows */
#define HELLO_REPAIR 3u /* this store was damaged: wants follow (repair.h) */

struct message_hello {
    uint64_t version; /* of another version than ours nothing else is read */
    unsigned mode;    /* HELLO_* */
    unsigned packing; /* newest the device knows (dictionary.h), below 16 */
    bool slow;        /* its link is: pack as small as you can (pace.h) */
    uint32_t incarnation;
    uint64_t n;
    uint8_t ratchet[RATCHET_SIZE]; /* as shown: renew.h */
    uint8_t logs[16];
    uint8_t states[STATE_DIGEST_SIZE];
    struct message_list moved; /* of struct message_scope, ids ascending */
};

/* One entry of resume. */
struct message_resume {
    struct id scope;
    uint64_t next;
    struct hash head;
    uint64_t offset;
};

/* One entry of sizes. */
struct message_size {
    struct id scope;
    uint32_t epoch;
    uint64_t size;
    struct hash root;
    uint64_t from; /* leaves below are not here */
};

struct message_own {
    uint64_t first;
    uint64_t accepted;
    uint64_t policy;
    struct bytes verdicts; /* one encoded value, for verdict_list_decode */
};

struct message_control {
    struct bytes control; /* its encoded bytes */
    uint8_t signature[SIGNATURE_SIZE];
};

struct message_checkpoint {
    uint64_t size;
    uint64_t time;
    uint8_t signature[SIGNATURE_SIZE];
};

#define MESSAGE_CLOSE_STATES_DIFFER 1u
#define MESSAGE_CLOSE_COPIED 2u /* two copies of this device's store are in use */
#define MESSAGE_CLOSE_PACKING 16u /* times the newest packing the ward knows: all bits from here up */

struct message_close {
    uint64_t n;
    uint8_t ratchet[RATCHET_SIZE];
    uint64_t time;
    uint64_t flags; /* MESSAGE_CLOSE_*; others are ignored */
};

struct message_error {
    enum err err; /* ERR_OTHER for numbers this program does not know */
    struct bytes detail;
};

/* The ward's word on one change of the receiver's person. */
struct message_word {
    struct hash id;    /* of the change */
    uint32_t verdict;  /* verdict.h */
    uint64_t time;     /* by the ward's clock */
    struct bytes by;   /* who decided; empty: the rules did */
    struct bytes text; /* why */
};

/* The end of the receiver's own stream as the ward has it: what is before it is durable there. And what the ward said
 * of his changes in leaves that he does not get any more. */
struct message_drop {
    struct id scope;
    bool more; /* words only; another drop of this scope follows */
    uint64_t next;
    struct hash head; /* zero at next = 0 */
    struct message_list words; /* of struct message_word, in the order of the log; at most DROP_WORDS_MAX */
};

/* Of a change that the verdict leaf behind it releases. */
struct message_body {
    uint64_t leaf;
    uint32_t position;
    uint8_t salt[SALT_SIZE];
    struct bytes body;
};

/* A leaf below a snapshot: of a changeset, as in a lost flight (recall.h), or a person's word, which is signed. */
struct message_past {
    uint64_t index;
    bool is_word;
    struct bytes leaf; /* word: its control */
    uint8_t signature[SIGNATURE_SIZE];
};

void message_hello_encode(const struct message_hello *m, struct buf *out);
void message_scope_encode(const struct message_scope *m, struct buf *out);
void message_own_encode(const struct message_own *m, struct buf *out);
void message_control_encode(const struct message_control *m, struct buf *out);
void message_checkpoint_encode(const struct message_checkpoint *m, struct buf *out);
void message_close_encode(const struct message_close *m, struct buf *out);
void message_error_encode(const struct message_error *m, struct buf *out); /* a detail too long is cut */
void message_drop_encode(const struct message_drop *m, struct buf *out);
void message_body_encode(const struct message_body *m, struct buf *out);
void message_past_encode(const struct message_past *m, struct buf *out);

MUST_CHECK enum err message_hello_decode(struct message_hello *m, struct bytes body);
MUST_CHECK enum err message_scope_decode(struct message_scope *m, struct bytes body);
MUST_CHECK enum err message_own_decode(struct message_own *m, struct bytes body);
MUST_CHECK enum err message_control_decode(struct message_control *m, struct bytes body);
MUST_CHECK enum err message_checkpoint_decode(struct message_checkpoint *m, struct bytes body);
MUST_CHECK enum err message_close_decode(struct message_close *m, struct bytes body);
MUST_CHECK enum err message_error_decode(struct message_error *m, struct bytes body);
MUST_CHECK enum err message_drop_decode(struct message_drop *m, struct bytes body);
MUST_CHECK enum err message_body_decode(struct message_body *m, struct bytes body);
MUST_CHECK enum err message_past_decode(struct message_past *m, struct bytes body);

/* resume and sizes are a list and nothing else. */
void message_list_encode(const struct message_list *list, struct buf *out);
MUST_CHECK enum err message_resume_decode(struct message_list *list, struct bytes body);
MUST_CHECK enum err message_sizes_decode(struct message_list *list, struct bytes body);

/* ask and end say nothing. */
void message_empty_encode(struct buf *out);
bool message_empty(struct bytes body);

void message_list_add_scope(struct buf *entries, const struct message_scope *entry);
void message_list_add_resume(struct buf *entries, const struct message_resume *entry);
void message_list_add_size(struct buf *entries, const struct message_size *entry);
void message_list_add_word(struct buf *entries, const struct message_word *entry);
/* The next entry of a decoded list, which gets shorter; false at its end. */
bool message_scope_next(struct message_list *list, struct message_scope *entry);
bool message_resume_next(struct message_list *list, struct message_resume *entry);
bool message_size_next(struct message_list *list, struct message_size *entry);
bool message_word_next(struct message_list *list, struct message_word *entry);

#endif
