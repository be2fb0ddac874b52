/* parcel_needs.h - what must come before a file can be taken, as both programs' --json say it. */
#ifndef CHIBO_PARCEL_NEEDS_H
#define CHIBO_PARCEL_NEEDS_H

#include "../common/json.h"
#include "parcel_post.h"

/* Puts more of a scope into the object that it is named in. */
typedef void parcel_needs_more(void *arg, const struct id *scope, struct json *j);
/* The key `needs` and its list, into an open object. more: NULL, there is none. */
void parcel_needs_put(const struct parcel_report *r, parcel_needs_more *more, void *arg, struct json *j);

#endif
