/* outbox.c - see outbox.h. */
#include "outbox.h"

#include "mp.h"

enum err outbox_keep(struct txn *txn, const struct replica *r, const struct scope *s, struct replica_end *end,
                     const struct id *person, struct changeset *cs)
{
    struct hash root = scope_root(s);
    struct buf encoded = {0}, row = {0}, message = {0};
    uint8_t room[STORE_KEY_MAX];
    struct header h;
    enum err e;

    cs->first = end->next;
    cs->full_seen = false;
    cs->size = s->frontier.size;
    cs->other_person = !id_equal(person, &r->person);
    cs->person = *person;
    h = changeset_header(cs, &s->id, &r->device, r->incarnation, person, &end->head, s->epoch, &root);
    header_encode(&h, &encoded);
    header_sign(cs->signature, buf_bytes(&encoded), r->sign_secret);
    mp_put_array(&message, 8);
    changeset_write(cs, &message);
    mp_put_array(&row, 2);
    mp_put_bin(&row, encoded.p, encoded.n);
    mp_put_raw(&row, buf_bytes(&message));
    e = store_put(txn, TABLE_outbox, scope_key6(room, s->number, (uint32_t)h.first), buf_bytes(&row));
    if (e == ERR_OK) {
        end->next += cs->count;
        end->head = header_head(buf_bytes(&encoded), cs->signature);
        e = replica_end_save(txn, s->number, end);
    }
    buf_deinit(&encoded);
    buf_wipe_deinit(&row);
    buf_wipe_deinit(&message);
    return e;
}

enum err outbox_decode(struct bytes row, struct bytes *header, struct header *h, struct changeset *cs)
{
    struct mp r;

    mp_open(&r, row);
    mp_expect_array(&r, 2);
    *header = mp_bin(&r, HEADER_SIZE_MAX);
    mp_expect_array(&r, 8);
    changeset_read(cs, &r);
    return mp_close(&r) == ERR_OK && header_decode(h, *header) == ERR_OK ? ERR_OK : ERR_DAMAGED;
}
