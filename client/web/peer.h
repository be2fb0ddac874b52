/* peer.h - whose process is at the other end of a connection within this machine: the system knows it. */
#ifndef CHIBO_PEER_H
#define CHIBO_PEER_H

#include "../../common/base.h"

/* False: the connection from port `from` to port `to`, both of 127.0.0.1, belongs to another user than the one this
 * process belongs to (and not to root, who may read all memory anyway). Where the system does not say, true: the token
 * decides then. */
bool peer_is_ours(unsigned from, unsigned to);

#endif
