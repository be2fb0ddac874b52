/* print_value.h - one encoded value of a field, for eyes or for scripts. */
#ifndef CHIBO_PRINT_VALUE_H
#define CHIBO_PRINT_VALUE_H

#include "../common/json.h"
#include "../proto/schema.h"

/* f NULL: a field this program does not know. nil is "-". References are printed as ids. */
void print_value(const struct field_info *f, struct bytes value, struct buf *out);
void print_value_json(const struct field_info *f, struct bytes value, struct json *j);

#endif
