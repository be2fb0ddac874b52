/* value.h - one value of a record that is looked at, read as what it is: the one that counts, where there are
 * several. */
#ifndef CHIBO_VALUE_H
#define CHIBO_VALUE_H

#include "../proto/replica.h"
#include "../proto/schema.h"

/* False: nobody wrote this field of the record's kind, or it was cleared. */
bool value_id(const struct view *v, const char *field, struct id *out);
bool value_uint(const struct view *v, const char *field, uint64_t *out);
bool value_int(const struct view *v, const char *field, int64_t *out);
bool value_number(const struct view *v, const char *field, uint32_t *out); /* choice, date, period, time: 32 bits */
bool value_is(const struct view *v, const char *field, const char *choice); /* an enumeration, by identifier */
bool value_list_reaches(const struct view *v, const char *field, uint32_t least); /* is one of them this or more? */
bool value_text(const struct view *v, const char *field, struct bytes *out); /* borrows from the view */
size_t value_count(const struct view *v, const char *field); /* how many values stand there */

#endif
