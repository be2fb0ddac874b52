/* sim_scopes.h - roles end and are given, cells merge, are split, get another name, go to another ward, while devices are
 * away with unsent work. Who may read is written down once more from protocol.md 4.5 and 13.4; what ended roles wrote is
 * judged as 4.3 says. In the end whoever may not read a scope has erased it, and has nothing of its records. */
#ifndef CHIBO_SIM_SCOPES_H
#define CHIBO_SIM_SCOPES_H

#include "sim.h"

void sim_scopes_init(struct sim *s); /* before the first role */
/* This person holds this role in this organisation from now on. */
void sim_scopes_given(struct sim *s, const struct id *person, size_t org, enum role role);
size_t sim_scopes_living(const struct sim *s, size_t org); /* itself, or a cell that is no history */
bool sim_scopes_may_read(const struct sim *s, const struct sim_peer *p, size_t org, enum access access);
/* May read, or could. */
bool sim_scopes_ever(const struct sim *s, const struct sim_peer *p, size_t org, enum access access);

void sim_scopes_act(struct sim *s);
void sim_scopes_leaf(struct sim *s, struct sim_log *l, const struct control *c); /* a control leaf of this log */
/* May the ward say this of a change that this peer wrote? *rule: what the roles that he has say. */
bool sim_scopes_verdict(const struct sim *s, const struct sim_log *l, const struct sim_peer *p, const struct header *h,
                        struct bytes part, const struct model_slot *slot, size_t at, const struct change *c,
                        uint32_t verdict, uint32_t *rule);
/* Before a step that may erase: which logs the device holds. One that it never held has nothing erased; what it wrote
 * there may wait in the outbox. */
void sim_scopes_look(struct sim *s, size_t peer);
/* The device erased a scope: all that it wrote there is at the ward, and counts as acknowledged. */
void sim_scopes_dropped(struct sim *s, size_t peer);
/* It keeps a log that is not for it any more, until it has handed in what it wrote meanwhile: what the ward said there of
 * changes that wait or were refused is known already, and counts as neither sealed nor acknowledged. */
bool sim_scopes_waits(const struct sim *s, struct sim_peer *p);
bool sim_scopes_settled(struct sim *s, struct sim_peer *p, const struct sim_log *l);
void sim_scopes_final(struct sim *s);

#endif
