/* ward_people.h - persons with ward-wide roles reach into every organisation, also into those founded later. */
#ifndef CHIBO_WARD_PEOPLE_H
#define CHIBO_WARD_PEOPLE_H

#include "ward.h"

/* Brings the ward-wide persons and their devices into the scopes of a new organisation. */
MUST_CHECK enum err ward_people_join(struct txn *txn, const struct ward *w, const struct org *o, uint64_t now);

#endif
