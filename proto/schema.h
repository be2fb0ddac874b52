/* schema.h - kinds and fields as rows of one table (schema.def), and the loops over it that both peers need.
 *
 * To add a field: one FIELD row (numbers are never reused), its line in docs/protocol.md section 13 (t_schema_doc
 * --print), one Vietnamese label in po/vi.po. To add a kind: a KIND row, its FIELD rows, its row in rights.def.
 * Nothing else. */
#ifndef CHIBO_SCHEMA_H
#define CHIBO_SCHEMA_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/err.h"
#include "../common/id.h"
#include "change.h"

enum access { ACCESS_A = 1, ACCESS_B = 2, ACCESS_C = 3, ACCESS_D = 4 };

enum value_type {
    TYPE_TEXT, TYPE_INTEGER, TYPE_MONEY, TYPE_TIME, TYPE_DECIMAL, TYPE_DATE, TYPE_PERIOD, TYPE_ENUM,
    TYPE_RECORD, /* reference to a record */
    TYPE_ORG,    /* reference to an organisation */
    TYPE_BLOB, TYPE_SEALED
};

/* A text whose limit is not above this is one line, as is every text in a list. */
#define SCHEMA_LINE_MAX 1000
#define SCHEMA_INTEGER_MAX 1000000000        /* where the row says no less */
#define SCHEMA_MONEY_MAX 1000000000000000    /* dong, either sign: beyond any budget, and exact in a double */

struct enum_value {
    uint32_t value;
    const char *name;  /* identifier for scripts */
    const char *label; /* English msgid; Vietnamese in po/vi.po */
};

struct field_info {
    uint32_t number;
    const char *name;
    enum value_type type;
    bool list; /* an array of that type; merge class is union */
    bool required;
    bool whole;    /* a date with day and month; a period of one month */
    bool seldom;   /* forms do not ask for it: written by options, imports and the programs' own work */
    enum merge_class merge;
    uint8_t group;       /* 0 none; fields of one group of a kind are written together */
    enum access access;  /* the scope this field lives in */
    uint32_t limit;      /* bytes of a text, elements of a list, greatest integer; 0: the type's own */
    const struct enum_value *values; /* ends with name NULL */
    const char *refers;  /* kind of the record a TYPE_RECORD names */
    const char *label;   /* English msgid */
};

struct kind_info {
    uint32_t number;
    const char *name;      /* "meeting" */
    const char *word;      /* Vietnamese word without marks: "sinh-hoat" */
    const char *label;     /* English msgid */
    enum access access;    /* of its head part: kind, state, natural key */
    const char *org_field; /* field that names the organisation it is filed under, or NULL: the writer's */
    size_t fields;
    const struct field_info *field;
    const char *const *natural; /* names of key fields, NULL-terminated, or NULL: UUIDv7 */
    const char *const *title;   /* names of fields that make its one-line description, NULL-terminated */
};

extern const struct kind_info schema_kinds[];
extern const size_t schema_kind_count;

const struct kind_info *schema_kind(uint32_t number);         /* NULL: unknown */
const struct kind_info *schema_kind_named(const char *word);  /* by name or word */
const struct field_info *schema_field(const struct kind_info *k, uint32_t number);
const struct field_info *schema_field_named(const struct kind_info *k, const char *name);
const struct enum_value *schema_value(const struct field_info *f, uint64_t value); /* NULL: not of the enumeration */
const struct enum_value *schema_value_named(const struct field_info *f, const char *name); /* by identifier */
bool schema_is_multiline(const struct field_info *f); /* a text that may hold line ends */
/* The name of a record's state [round, step]: "draft", ...; "returned" for the first step of a later round; NULL:
 * unknown. schema_steps lists the steps, ends with name NULL. */
const char *schema_state_name(uint64_t round, uint64_t step);
extern const struct enum_value schema_steps[];
/* The part of a kind that a scope of this class holds: is there any? (its head, or one of its fields) */
bool schema_has_part(const struct kind_info *k, enum access scope_access);
static inline uint32_t schema_tag(const struct field_info *f) { return TAG(f->number, f->merge); }

/* Does this encoded value fit the field? nil (clear) fits any field that is not required; lists are checked element
 * by element. A text is not empty, has no control characters, and line ends (\n) only where it may.
 * ERR_BAD_VALUE, ERR_TOO_LONG, ERR_NOT_NFC, ERR_MISSING_FIELD. */
MUST_CHECK enum err schema_check_value(const struct field_info *f, struct bytes value);
/* The part of a change that lives in a scope of this access class: known fields must belong there, carry the
 * schema's merge class and fit; the state is [round, known step] and belongs to the head; unknown kinds and fields
 * pass (they are kept and merged). On create, required fields of this class must be there. Immutable fields are
 * written by create alone (ERR_FIXED); only lists are added to and removed from. Else as schema_check_value. */
MUST_CHECK enum err schema_check_change(const struct change *c, enum access scope_access);
/* The same; `raised`: the record was raised to this scope (ledger_holds_raised): the fields of all lower classes stand
 * here too. */
MUST_CHECK enum err schema_check_raised(const struct change *c, enum access scope_access, bool raised);

/* Counts that must add up (of a vote): the field that should be the sum of the others and is not; NULL: all is well.
 * schema_check_change asks this too. */
const struct field_info *schema_check_sums(const struct change *c);

/* Natural id (protocol.md 3.4); key values encoded, in the order of kind->natural. */
struct id schema_natural_id(const struct kind_info *k, const struct id *org, uint32_t ordinal,
                            const struct bytes *values,
                            size_t count);
#endif
