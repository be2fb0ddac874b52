/* author.c - see author.h. */
#include "author.h"

#include "actor.h"

enum err author_load(struct txn *txn, const struct scope *s, const struct id *device, struct author *out)
{
    struct actor_device d;
    enum err e = actor_device(txn, s, device, &d);

    *out = (struct author){.device = *device};
    if (e == ERR_OK)
        out->person = d.person;
    return e;
}

enum err author_wrote(struct txn *txn, const struct scope *s, const struct author *a, const struct header *h, bool *yes)
{
    struct actor_device d;
    enum err e;

    *yes = id_equal(&h->device, &a->device);
    if (*yes || !id_equal(&h->person, &a->person))
        return ERR_OK;
    e = actor_device(txn, s, &h->device, &d);
    *yes = e == ERR_OK && id_equal(&d.person, &a->person);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}
