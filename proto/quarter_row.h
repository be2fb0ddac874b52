/* quarter_row.h - reading one row of quarter.h: for quarter.c, quarter_compare.c and (ward_)transfer.c only. */
#ifndef CHIBO_QUARTER_ROW_H
#define CHIBO_QUARTER_ROW_H

#include "quarter.h"

enum { MEMBER_FAMILY, MEMBER_MIDDLE, MEMBER_GIVEN, MEMBER_GENDER, MEMBER_BORN, MEMBER_ADMITTED, MEMBER_ENTERED,
    MEMBER_OFFICIAL, MEMBER_CARD, MEMBER_FIELDS };
enum { PLACE_MEMBER, PLACE_ORG, PLACE_TYPE, PLACE_FROM, PLACE_TO, PLACE_REASON, PLACE_FIELDS }; /* membership */
enum { HOME_MEMBER, HOME_ORG, HOME_FROM, HOME_TO, HOME_EXEMPTION, HOME_FIELDS };  /* residence_link */
enum { LINK_FIRST, LINK_SECOND, LINK_VERDICT, LINK_FIELDS };                      /* link */

enum quarter_kind { QUARTER_MEMBER, QUARTER_PLACE, QUARTER_HOME, QUARTER_LINK, QUARTER_KINDS };

/* The schema's row of a field by its place in the enumerations above. */
const struct field_info *quarter_row_field(enum quarter_kind k, size_t field);
/* The cell's reading of a field is the ward's where it says nothing else. */
const struct quarter_value *quarter_row_value(const struct quarter_row *r, enum quarter_side s, size_t field);
uint32_t quarter_row_number(const struct quarter_row *r, enum quarter_side s, size_t field); /* 0: none */
struct id quarter_row_id(const struct quarter_row *r, size_t field);                         /* zero: none */
/* As scripts have it; "" if there is none. What would part the columns of a line becomes a slash. */
void quarter_value_print(const struct field_info *f, const struct quarter_value *v, char *out, size_t size);

#endif
