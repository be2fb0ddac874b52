/* err.h - the one table of errors: what can go wrong, whose fault it is, and how it is said.
 *
 * Bugs are not here: they assert. A machine without memory dies (buf.c), which is safe because every
 * bound is checked before anything is allocated. All else is an `enum err` row:
 *   name, class, wire number (0: never sent; numbers are never reused), exit status, English sentence.
 * The sentence is a gettext msgid; po/vi.po holds what people see. Leaves return, only edges print.
 * To add an error: one row here, one msgid in po/vi.po. */
#ifndef CHIBO_ERR_H
#define CHIBO_ERR_H

#include "base.h"

/* What the caller does about it. */
enum err_class {
    ERR_CLASS_NONE,
    ERR_CLASS_RETRY,   /* later, with the same input */
    ERR_CLASS_INPUT,   /* the person mends the input */
    ERR_CLASS_UPGRADE, /* a newer program is needed */
    ERR_CLASS_REFUSED, /* the other side, or a rule, said no */
    ERR_CLASS_CORRUPT, /* stored or received bytes are not what was written */
    ERR_CLASS_MACHINE, /* disk, memory, file system */
};

/* clang-format off */
#define ERR_TABLE(ROW) \
    ROW(OK,              NONE,     0,  0, "done") \
    ROW(OTHER,           MACHINE,  1,  1, "something went wrong") \
    ROW(PARTLY,          RETRY,    0,  3, "only a part was done") \
    ROW(USAGE,           INPUT,    0,  2, "the command was not understood") \
    ROW(BAD_VALUE,       INPUT,    2,  2, "this value does not fit") \
    ROW(BAD_DATE,        INPUT,    0,  2, "this is not a date") \
    ROW(BAD_UTF8,        INPUT,    3,  2, "the text is not valid UTF-8") \
    ROW(NOT_NFC,         INPUT,    4,  2, "the text is not in Unicode NFC") \
    ROW(TOO_LONG,        INPUT,    5,  2, "this is too long") \
    ROW(MISSING_FIELD,   INPUT,    6,  2, "a required field is missing") \
    ROW(UNKNOWN_FIELD,   INPUT,    0,  2, "this kind of record has no such field") \
    ROW(UNKNOWN_KIND,    INPUT,    7,  2, "there is no such kind of record") \
    ROW(NO_SUCH_RECORD,  INPUT,    0,  2, "there is no such record") \
    ROW(AMBIGUOUS,       INPUT,    0,  2, "more than one record begins like this") \
    ROW(EXISTS,          INPUT,    0,  2, "it exists already") \
    ROW(NOT_FOUND,       INPUT,    0,  1, "not found") \
    ROW(NO_STORE,        INPUT,    0, 10, "there is no book here yet") \
    ROW(LOCKED,          RETRY,    0, 11, "another program is writing in this book") \
    ROW(AUTH,            REFUSED,  8, 12, "the ward does not recognise this device") \
    ROW(BAD_PIN,         REFUSED,  0, 12, "the server is not the one named in the invite") \
    ROW(INVITE_BAD,      INPUT,    9, 12, "the invite is mistyped or not complete") \
    ROW(INVITE_USED,     REFUSED, 10, 12, "the invite was used already") \
    ROW(INVITE_EXPIRED,  REFUSED, 11, 12, "the invite has expired") \
    ROW(CERT_EXPIRED,    REFUSED, 12, 12, "this device's certificate has expired") \
    ROW(REVOKED,         REFUSED, 13, 12, "this device was revoked") \
    ROW(NOT_ALLOWED,     REFUSED, 14, 12, "this person may not do that") \
    ROW(OFFLINE,         RETRY,    0, 13, "the ward's server cannot be reached") \
    ROW(CUT,             RETRY,    0, 13, "the connection was cut") \
    ROW(TIMEOUT,         RETRY,   15, 13, "the other side did not answer in time") \
    ROW(BUSY,            RETRY,   16, 13, "the server is busy") \
    ROW(CONFLICTS,       INPUT,    0, 14, "there are conflicts to settle") \
    ROW(DIFFERS,         INPUT,    0, 14, "the registers differ: it waits to be explained and signed") \
    ROW(DAMAGED,         CORRUPT,  0, 15, "stored data is damaged") \
    ROW(BAD_PROOF,       CORRUPT, 17, 15, "a signature or proof does not hold") \
    ROW(NO_SPACE,        MACHINE, 18, 16, "the disk or the book's space is full") \
    ROW(IO,              MACHINE,  0,  1, "the disk did not obey; nothing can be said of the last entry") \
    ROW(BAD_FRAME,       REFUSED, 19, 17, "the other side broke the protocol") \
    ROW(BAD_ORDER,       REFUSED, 20, 17, "the other side sent a message out of turn") \
    ROW(BAD_CHAIN,       REFUSED, 21, 17, "a changeset does not continue its stream") \
    ROW(BAD_SIGNATURE,   REFUSED, 22, 17, "a changeset's signature does not verify") \
    ROW(NOT_READABLE,    REFUSED, 23, 17, "this scope is not for this device") \
    ROW(TOO_NEW,         UPGRADE, 24, 18, "this was made by a newer version of the program") \
    ROW(TOO_OLD,         UPGRADE,  0, 18, "this was made by an older version, which this program cannot read") \
    ROW(COPY,            REFUSED, 25, 12, "this store is a copy of one that has gone on elsewhere") \
    ROW(ROLLED_BACK,     REFUSED, 26, 15, "the server holds less than it acknowledged") \
    ROW(STALE_BASE,      REFUSED, 27,  1, "the value had changed in the meantime") \
    ROW(FROZEN,          REFUSED, 28,  1, "the record is closed to changes") \
    ROW(REMOTE_DISK,     MACHINE,  0,  2, "the book cannot live on a network disk") \
    ROW(HELD_FOR_PERSON, REFUSED, 29,  3, "it waits for a person to decide") \
    ROW(BY_PERSON,       REFUSED, 32,  3, "a person at the ward decided so") \
    ROW(NO_SUCH_CHANGE,  INPUT,    0,  2, "there is no such change") \
    ROW(DECIDED,         INPUT,    0,  2, "it was decided already") \
    ROW(ACCEPTED,        INPUT,    0,  2, "it does not wait: it was accepted") \
    ROW(NOT_SIGNED,      INPUT,    0,  2, "it is not signed yet") \
    ROW(VOIDED,          INPUT,    0,  2, "the record was made void") \
    ROW(FIXED,           INPUT,   30,  2, "this is set once, when the record is made") \
    ROW(COPIED,          REFUSED, 40,  3, "two copies of this device's book are in use") \
    ROW(KEY_GONE,        REFUSED, 41, 12, "the ward lost its newest signing key; your work is in") \
    ROW(NOT_JOINED,      INPUT,    0, 12, "this book is not joined to a ward yet") \
    ROW(DENIED,          MACHINE,  0,  1, "the system does not let this be read or written") \
    ROW(HANDED_IN,       REFUSED, 31, 12, \
        "the ward takes nothing more from this device; its unsent work was handed in") \
    ROW(NOT_A_FILE,      INPUT,    0, 19, "this is not a file of this program") \
    ROW(FILE_FOREIGN,    REFUSED,  0, 20, "this file is sealed for someone else") \
    ROW(FILE_OLD_KEY,    REFUSED,  0, 20, "this file is sealed for a key that the ward does not have any more") \
    ROW(FILE_WRONG_WAY,  REFUSED,  0, 21, "this file goes the other way") \
    ROW(FILE_DAMAGED,    CORRUPT,  0, 22, "the file is damaged or not complete; nothing of it was taken") \
    ROW(FILE_NEEDS,      RETRY,    0, 23, "the file goes on from something that is not here yet") \
    ROW(PUT_BACK,        REFUSED,  0, 24, \
        "this folder was put back from a backup, and a cell has not exchanged since") \
    ROW(AT_THE_WARD,     REFUSED,  0, 12, "this is done at the ward's server")
/* clang-format on */

enum err {
#define ERR_ENUM(name, class, wire, exit_status, sentence) ERR_##name,
    ERR_TABLE(ERR_ENUM)
#undef ERR_ENUM
    ERR_COUNT
};

const char *err_name(enum err e);     /* "BAD_DATE" */
const char *err_sentence(enum err e); /* English, a gettext msgid */
enum err_class err_class(enum err e);
int err_exit_status(enum err e);
unsigned err_wire(enum err e);          /* OTHER's number for those that are never sent; 0 for OK alone */
enum err err_from_wire(uint64_t wire);  /* ERR_OTHER for numbers this program does not know */

#endif
