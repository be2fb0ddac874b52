/* refs.h - what references mean in this book: entry.h's callbacks over the open transaction.
 *
 * A record is meant by its whole id, by a unique beginning of it, or by what it is called ("Lò Văn Thử", also
 * without marks) where that is one record only, a person also with the birth date or the card's number behind the name
 * ("Lò Văn Thử (1961)"); an organisation by its code. A whole id of a record that this device
 * does not hold is taken all the same (cells refer to what the ward keeps), and `unseen` says so. */
#ifndef CHIBO_REFS_H
#define CHIBO_REFS_H

#include "book.h"
#include "entry.h"

#define REFS_NAMES 512 /* names that are remembered: a list of attendance asks for the same ones again and again */

struct refs_name {
    struct id id;
    char *text;
};

struct refs {
    struct book *book;
    struct entry_refs entry; /* give &r.entry to entry.h */
    bool unseen;
    unsigned depth;
    struct refs_name name[REFS_NAMES];
};

void refs_init(struct refs *r, struct book *book); /* must not move afterwards */
void refs_deinit(struct refs *r);

/* Appends what a record is called, on one line: the fields its kind names as its title. */
void refs_title(struct refs *r, const struct view *v, struct buf *out);
/* The record meant by this text, of this kind (0: any). ERR_NO_SUCH_RECORD, ERR_AMBIGUOUS, ERR_BAD_VALUE (too
 * short). */
MUST_CHECK enum err refs_find(struct refs *r, uint32_t kind_wanted, const char *text, uint32_t *kind, struct id *out);
/* The same with a lookup of its own, of any kind known here. kind is NULL where nothing was found; ERR_TOO_NEW. */
MUST_CHECK enum err refs_find_known(struct book *b, const char *text, const struct kind_info **kind, struct id *out);
/* Of an organisation: code, or name. False: not known here. */
bool refs_org_name(struct refs *r, const struct id *id, bool code, struct buf *out);

#endif
