/* verdict.c - see verdict.h. */
#include "verdict.h"

#include "mp.h"

static bool all_equal(const uint32_t *verdict, size_t count);

uint32_t verdict_make(enum verdict v, bool owns, enum err reason)
{
    return (uint32_t)v + 4 * (uint32_t)owns + 8 * (uint32_t)err_wire(reason);
}

enum verdict verdict_kind(uint32_t verdict)
{
    return (enum verdict)(verdict & 3);
}

bool verdict_owns(uint32_t verdict)
{
    return (verdict >> 2 & 1) != 0;
}

enum err verdict_reason(uint32_t verdict)
{
    uint32_t wire = verdict >> 3;

    return wire == 0 ? ERR_OK : err_from_wire(wire);
}

void verdict_list_encode(const uint32_t *verdict, size_t count, struct buf *out)
{
    assert(count > 0);
    if (all_equal(verdict, count)) {
        mp_put_uint(out, verdict[0]);
        return;
    }
    mp_put_array(out, count);
    for (size_t i = 0; i < count; i++)
        mp_put_uint(out, verdict[i]);
}

enum err verdict_list_decode(uint32_t *verdict, size_t count, struct bytes list)
{
    struct mp r;

    assert(count > 0);
    mp_open(&r, list);
    bool one = mp_peek(&r) != MP_ARRAY;
    if (one)
        verdict[0] = (uint32_t)mp_uint(&r, UINT32_MAX);
    else
        mp_expect_array(&r, count);
    for (size_t i = one; i < count; i++)
        verdict[i] = one ? verdict[0] : (uint32_t)mp_uint(&r, UINT32_MAX);
    if (!one && mp_error(&r) == ERR_OK && all_equal(verdict, count))
        mp_fail(&r, ERR_BAD_FRAME); /* a second way to write the same leaf */
    return mp_close(&r);
}

enum err verdict_list_at(struct bytes list, size_t i, uint32_t *out)
{
    struct mp r;

    mp_open(&r, list);
    bool one = mp_peek(&r) != MP_ARRAY;
    size_t count = one ? 1 : mp_array(&r, CHANGESET_CHANGES_MAX);
    if (!one && i >= count)
        mp_fail(&r, ERR_BAD_FRAME);
    for (size_t at = 0; at < count; at++) {
        uint32_t verdict = (uint32_t)mp_uint(&r, UINT32_MAX);
        if (one || at == i)
            *out = verdict;
    }
    return mp_close(&r);
}

static bool all_equal(const uint32_t *verdict, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (verdict[i] != verdict[0])
            return false;
    }
    return true;
}
