/* renewal.c - see renewal.h. */
#include "renewal.h"

#include "enrol.h"
#include "mp.h"

enum renewal renewal_due(bool expired, uint64_t end, uint64_t now)
{
    if (end == 0)
        return expired ? RENEWAL_FIRST : RENEWAL_NONE;
    if (now > end && now - end > RENEWAL_LATE_S)
        return RENEWAL_TOO_LATE;
    if (expired || now > end)
        return RENEWAL_FIRST;
    return end - now <= RENEWAL_EARLY_S ? RENEWAL_EARLY : RENEWAL_NONE;
}

void renewal_encode(struct bytes certificate, struct buf *out)
{
    mp_put_array(out, 1);
    mp_put_bin(out, certificate.p, certificate.n);
}

enum err renewal_decode(struct bytes *certificate, struct bytes body)
{
    struct mp r;

    mp_open(&r, body);
    mp_expect_array(&r, 1);
    *certificate = mp_bin(&r, ENROL_CERTIFICATE_MAX);
    if (certificate->n == 0)
        mp_fail(&r, ERR_BAD_FRAME);
    return mp_close(&r);
}
