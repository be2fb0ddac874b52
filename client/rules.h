/* rules.h - dated packs of rules: what a regulation says in numbers and names, chosen by a record's own date.
 *
 * A pack is an INI text (docs/rules.md). Some come with the program (rules/ of the source, compiled in); the ward sends
 * others as records of kind rule_pack, which count in the organisation they are filed under. Of the packs of one name
 * whose days cover the date the one of the highest version counts; of two with one version, the later beginning, then
 * the program's own. Nothing covers the date: there is no rule, and nobody guesses. */
#ifndef CHIBO_RULES_H
#define CHIBO_RULES_H

#include "book.h"

#define RULES_TEXT_MAX 16384 /* bytes of one pack */
#define RULES_PACKS_MAX 4096 /* beyond them records are passed over: ten years of a ward of 60 cells with 7 a year */
#define RULES_LIST_MAX 32
#define RULES_VALUES_MAX 48
#define RULES_NAME_MAX 40
#define RULES_WHY_SIZE 200

enum rules_type { RULES_NUMBER, RULES_NUMBERS, RULES_DAYS, RULES_TEXT };

/* One row of rules_keys.def. */
struct rules_key {
    const char *pack, *section, *key;
    enum rules_type type;
    uint32_t least, most;
    const char *unit, *label; /* msgids; unit may be "" */
};
extern const struct rules_key rules_keys[];
extern const size_t rules_key_count;

struct rules_value {
    const struct rules_key *key;
    char *text;
};

struct rules_pack {
    char name[RULES_NAME_MAX + 1];
    uint32_t version, from, to; /* to 0: until further notice */
    char *title, *source;       /* "Sinh hoạt chi bộ", "42-HD/BTCTW" */
    uint32_t source_date;       /* 0: not known */
    bool unverified;            /* a comment in its text says what nobody has read in the source yet */
    struct id org;              /* zero: comes with the program */
    size_t values;
    struct rules_value value[RULES_VALUES_MAX];
};

/* Where a text is wrong and what would be right, in the language chosen. */
struct rules_fault {
    unsigned line; /* 0: of the text as a whole */
    char why[RULES_WHY_SIZE];
};

struct rules {
    struct rules_pack *pack;
    size_t count;
    size_t passed_over; /* records that this program does not understand */
};

void rules_init(struct rules *r);
void rules_deinit(struct rules *r);
/* Reads one pack into r. lenient: of a newer program; keys unknown here are passed over. org NULL: with the program.
 * ERR_BAD_VALUE, ERR_BAD_DATE, ERR_MISSING_FIELD, ERR_TOO_LONG, ERR_BAD_UTF8, with the fault. */
MUST_CHECK enum err rules_read(struct rules *r, struct bytes text, const struct id *org, bool lenient,
                               struct rules_fault *fault);
void rules_built_in(struct rules *r); /* those that come with the program */
/* Those and what the ward sent. A transaction is open. */
MUST_CHECK enum err rules_load(struct rules *r, struct book *b);
/* The same for one organisation alone (NULL: any): a clerk's device holds the packs of sixty. */
MUST_CHECK enum err rules_load_of(struct rules *r, struct book *b, const struct id *org);

/* The pack that counts in this organisation (NULL: the program's alone) on this day; NULL: none. It lives until the
 * next rules_read. */
const struct rules_pack *rules_choose(const struct rules *r, const struct id *org, const char *name, uint32_t date);
bool rules_is_name(const char *name); /* does any row of the table belong to such a pack? */

/* p may be NULL: no rule. False: the pack does not say. */
bool rules_integer(const struct rules_pack *p, const char *key, uint32_t *out);
const char *rules_text(const struct rules_pack *p, const char *key); /* NULL: it does not say */
/* The i-th number of a list, or day as month * 100 + day; false: there are no more. */
bool rules_item(const struct rules_pack *p, const char *key, size_t i, uint32_t *out);

#endif
