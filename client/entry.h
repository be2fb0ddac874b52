/* entry.h - one value between a person or a script and the book: typed text becomes an encoded value, and back.
 *
 * What is typed may have marks or not, in either case; dates, times, months and sums are read as people write them,
 * and enumerations by identifier, number, or label in the language chosen. References are looked up through
 * callbacks, since only the caller has the book. Nothing is kept; errors leave the output as it was. */
#ifndef CHIBO_ENTRY_H
#define CHIBO_ENTRY_H

#include "../common/buf.h"
#include "../common/err.h"
#include "../common/id.h"
#include "../common/json.h"
#include "../proto/schema.h"

#define ENTRY_WHY_SIZE 240

enum entry_form { ENTRY_PEOPLE, ENTRY_SCRIPT };

/* Any callback may be NULL: references are then 32 hex digits. */
struct entry_refs {
    void *arg;
    /* The record of this kind that is meant, by a prefix of its id or whatever else the caller takes; the organisation
     * by its code. Their errors come back from entry_parse. */
    enum err (*find_record)(void *arg, const char *kind, const char *text, struct id *out);
    enum err (*find_org)(void *arg, const char *text, struct id *out);
    /* Append what it is called: for scripts an organisation's code. False: not known, nothing appended. */
    bool (*name_record)(void *arg, const char *kind, const struct id *id, struct buf *out);
    bool (*name_org)(void *arg, const struct id *id, enum entry_form form, struct buf *out);
};

/* Appends one encoded value; of a list field, one element. Empty text is nil (clear). ERR_BAD_VALUE, ERR_BAD_DATE,
 * ERR_BAD_UTF8, ERR_TOO_LONG, ERR_MISSING_FIELD (a required one cannot be cleared), or a callback's. why: a
 * sentence in the language chosen that says what would be right, or "" where the error's own sentence says all. */
MUST_CHECK enum err entry_parse(const struct field_info *f, const char *text, uint32_t today,
                                const struct entry_refs *refs, struct buf *out, char why[ENTRY_WHY_SIZE]);

/* Appends the value for people: 04/11/2026, 19:30, 32.000 đ, labels, names; elements of a list parted by "; ". nil is
 * nothing. Values that do not fit (of a newer program) are shown as "?", unknown enumeration numbers as numbers. */
void entry_print(const struct field_info *f, struct bytes value, const struct entry_refs *refs, struct buf *out);
/* The same for scripts, as one JSON value: 2026-11-04, numbers, identifiers, ids, codes; arrays; null. */
void entry_json(const struct field_info *f, struct bytes value, const struct entry_refs *refs, struct json *j);

#endif
