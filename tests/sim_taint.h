/* sim_taint.h - is there anything of a record in a store? Its id stands wherever it does. */
#ifndef CHIBO_SIM_TAINT_H
#define CHIBO_SIM_TAINT_H

#include "../proto/store.h"

/* In any table, key or value, but for the ward's words on its author's own changes, which stay with him. visit is given
 * arg and stops where it found something. */
void sim_taint_scan(struct txn *txn, store_visit *visit, void *arg);
bool sim_taint_id(struct txn *txn, const uint8_t *id);
/* Any id that `is` knows as one of this organisation's records. */
typedef bool sim_taint_is(const uint8_t *id, size_t org);
bool sim_taint_org(struct txn *txn, sim_taint_is *is, size_t org);

#endif
