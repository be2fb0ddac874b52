/* renewal.h - a device's certificate runs out, and is renewed in the course of an exchange (protocol.md 8.4): the
 * one place that says when.
 *
 * The certificate is for TLS; who a device is, and what it may do, the registry says. So a device of the registry that
 * shows a genuine newest ratchet gets a new one for the key it has, however late it comes, within one bound. */
#ifndef CHIBO_RENEWAL_H
#define CHIBO_RENEWAL_H

#include "../common/base.h"
#include "../common/buf.h"
#include "../common/err.h"

#define RENEWAL_DAY_S 86400u
/* Renewed from so long before its end: a cell that meets once a month has two exchanges within it. */
#define RENEWAL_EARLY_S (60 * RENEWAL_DAY_S)
/* Not renewed when it ended longer ago than one term of office, five years: whoever was given the device then need not
 * be who holds it now. Its work is handed in (ward_quarantine.c), and a person decides. */
#define RENEWAL_LATE_S (1827 * RENEWAL_DAY_S)

enum renewal {
    RENEWAL_NONE,     /* it is good for a while */
    RENEWAL_EARLY,    /* good, but not for long: a new one comes with the answer */
    RENEWAL_FIRST,    /* expired: a new one, and nothing else */
    RENEWAL_TOO_LATE, /* expired too long ago */
};

/* expired: TLS found it so; end: its last second, 0 not known; now: the ward's clock. */
enum renewal renewal_due(bool expired, uint64_t end, uint64_t now);

/* Message 19, from the ward: [certificate]. With LAST it is the whole answer. */
void renewal_encode(struct bytes certificate, struct buf *out);
MUST_CHECK enum err renewal_decode(struct bytes *certificate, struct bytes body); /* ERR_BAD_FRAME; borrowed */

#endif
