/* text_utf8.c - text_is_utf8, which every byte of text from a peer passes: an automaton without branches.
 *
 * A state is the number of a bit; the row of a byte holds, at the bit of each state, the state that comes next. What a
 * row does not name is REFUSED, which is 0 and leads nowhere else. RFC 3629 section 4 gives the rows. */
#include "text.h"

enum state {
    REFUSED = 0,
    START = 6,       /* between characters */
    ONE = 12,        /* one more byte 80..BF */
    TWO = 18,        /* two more */
    THREE = 24,      /* three more */
    NOT_LOW = 30,    /* after E0: A0..BF, or it would be overlong */
    NOT_HIGH = 36,   /* after ED: 80..9F, or it would be a surrogate */
    NOT_LOWEST = 42, /* after F0: 90..BF, or it would be overlong */
    LOWEST = 48      /* after F4: 80..8F, or it would be above U+10FFFF */
};

#define STEP(from, to) ((uint64_t)(to) << (from))
#define TAIL (STEP(ONE, START) | STEP(TWO, ONE) | STEP(THREE, TWO))

/* Rows for runs of equal bytes. */
#define ASCII STEP(START, START)
#define TAIL_80 (TAIL | STEP(NOT_HIGH, ONE) | STEP(LOWEST, TWO))
#define TAIL_90 (TAIL | STEP(NOT_HIGH, ONE) | STEP(NOT_LOWEST, TWO))
#define TAIL_A0 (TAIL | STEP(NOT_LOW, ONE) | STEP(NOT_LOWEST, TWO))
#define LEAD_2 STEP(START, ONE)
#define LEAD_3 STEP(START, TWO)
#define LEAD_4 STEP(START, THREE)

#define X4(row) row, row, row, row
#define X16(row) X4(row), X4(row), X4(row), X4(row)

/* clang-format off */
static const uint64_t rows[256] = {
    X16(ASCII), X16(ASCII), X16(ASCII), X16(ASCII), X16(ASCII), X16(ASCII), X16(ASCII), X16(ASCII),
    X16(TAIL_80), X16(TAIL_90), X16(TAIL_A0), X16(TAIL_A0),
    0, 0, LEAD_2, LEAD_2, X4(LEAD_2), X4(LEAD_2), X4(LEAD_2), X16(LEAD_2), /* C0, C1 would be overlong */
    STEP(START, NOT_LOW), LEAD_3, LEAD_3, LEAD_3, X4(LEAD_3), X4(LEAD_3), LEAD_3, STEP(START, NOT_HIGH), LEAD_3, LEAD_3,
    STEP(START, NOT_LOWEST), LEAD_4, LEAD_4, LEAD_4, STEP(START, LOWEST)   /* F5 and above do not occur */
};
/* clang-format on */

bool text_is_utf8(struct bytes s)
{
    uint64_t state = START;

    for (size_t i = 0; i < s.n; i++)
        state = rows[s.p[i]] >> (state & 63);
    return (state & 63) == START;
}
