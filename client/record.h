/* record.h - writing one record: split by access class over the scopes of its organisation, one change a class, in the
 * caller's write transaction. Fields of one merge group are written together, so that they win or lose as one. */
#ifndef CHIBO_RECORD_H
#define CHIBO_RECORD_H

#include "../proto/verdict.h"
#include "book.h"
#include "fields.h"

struct record_written {
    struct id id;
    bool existed;         /* a natural key that was taken: written into that record */
    unsigned changes;     /* 0: everything was so already */
    enum verdict verdict; /* what the ward will most likely say: the worst of all changes */
    enum err reason;
    bool beside;          /* the ward owns one of the fields: what was written stands beside its value */
    const struct field_info *field; /* which field an error is about, or NULL */
};

/* org NULL: the one named by the kind's field, else that of the author. ERR_MISSING_FIELD with field;
 * ERR_NOT_ALLOWED: this device does not hold the scope; ERR_FIXED: a field that is set once; those of replica_record,
 * and with field those of issue_prepare. ERR_FROZEN, ERR_NOT_SIGNED: see record_amend; ERR_VOIDED: it is to be restored
 * first. */
MUST_CHECK enum err record_create(struct book *b, struct fields *f, const struct id *org, struct record_written *w);
/* The record that record_create would write into, by its natural key. ERR_NOT_FOUND; ERR_MISSING_FIELD. */
MUST_CHECK enum err record_existing(struct book *b, struct fields *f, const struct id *org, struct id *out);
MUST_CHECK enum err record_edit(struct book *b, const struct id *id, struct fields *f, struct record_written *w);
/* The same of a record that is signed: what is said stands as an amendment beside what was signed. */
MUST_CHECK enum err record_amend(struct book *b, const struct id *id, struct fields *f, struct record_written *w);

/* --- record_close.c --- */
/* From here on its text stands. ERR_BAD_VALUE: a kind that nobody signs; ERR_DECIDED: signed already; ERR_CONFLICTS:
 * something is still written differently; ERR_VOIDED. */
MUST_CHECK enum err record_sign(struct book *b, const struct kind_info *k, const struct id *id,
                                struct record_written *w);
/* Not while its signature waits for a person: what was signed unseen is to be looked at, and signed again. */
MUST_CHECK enum err record_is_signed(struct book *b, const struct view *v, bool *is_signed);
/* A signature of this book's keeper is held: he signed what he had not seen. */
MUST_CHECK enum err record_signature_waits(struct book *b, const struct view *v, bool *waits);
/* A draft that should not be there. What others write without knowing brings it back (close.h). ERR_BAD_VALUE: of a
 * kind that is put right otherwise; ERR_DECIDED: it is void; ERR_FROZEN: it is no draft any more; ERR_NOT_ALLOWED. */
MUST_CHECK enum err record_void(struct book *b, const struct kind_info *k, const struct id *id,
                                struct record_written *w);
/* It goes up, comes back or is put away by the first of these moves (life.def) that leads on from where it is.
 * ERR_BAD_VALUE: of a kind that does not; ERR_DECIDED: none leads on; ERR_VOIDED, ERR_CONFLICTS, ERR_NOT_ALLOWED. */
MUST_CHECK enum err record_move(struct book *b, const struct kind_info *k, const struct id *id,
                                const char *const *names, struct record_written *w);
/* It stands after all. ERR_DECIDED: nobody made it void; ERR_NOT_ALLOWED. */
MUST_CHECK enum err record_restore(struct book *b, const struct kind_info *k, const struct id *id,
                                   struct record_written *w);

#endif
