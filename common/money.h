/* money.h - sums in đồng, whole and signed, as people write them. */
#ifndef CHIBO_MONEY_H
#define CHIBO_MONEY_H

#include "base.h"
#include "err.h"

#define MONEY_TEXT_SIZE 27 /* "-9.223.372.036.854.775.808" and NUL */

/* 1250000, 1.250.000, 1 250 000, 1.250.000 đ, 500k, 500 nghìn, 1,5 triệu, 2tr. Points and blanks part groups of
 * three; the comma is for decimals and needs a unit that makes them whole. ERR_BAD_VALUE: anything else, "1.25",
 * too big. */
MUST_CHECK enum err money_parse(const char *text, int64_t *dong);
void money_print(int64_t dong, char out[MONEY_TEXT_SIZE]); /* 1.250.000, without the unit */

#endif
