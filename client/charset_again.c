/* charset_again.c - VNI that was saved as Unicode (charset.h): each of its bytes has become the letter of Western
 * Europe that bears its number. `Nguyeãn Vaên` is then good UTF-8, and no name. */
#include "../common/text.h"
#include "charset.h"

/* These letters stand for marks in VNI and in no word of Vietnamese: ø û ï å ä ë ü ñ ö æ î, in the order of their
 * numbers. With ã, ê or ò alone nothing is said: they are letters of both. */
static const uint8_t never[] = {0xe4, 0xe5, 0xe6, 0xeb, 0xee, 0xef, 0xf1, 0xf6, 0xf8, 0xfb, 0xfc};

static bool is_never(uint8_t byte)
{
    return byte >= 0xc0 && memchr(never, byte | 0x20, sizeof(never)) != NULL;
}

/* What stands between these is looked at for itself: a cell, as a rule. */
static bool parts(uint8_t byte)
{
    return byte != 0 && strchr("\r\n\t;,|\"", byte) != NULL;
}

/* The bytes that these letters were; false: a letter above them is among them. */
static bool bytes_before(struct bytes cell, struct buf *out, bool *told)
{
    for (size_t i = 0; i < cell.n; i++) {
        const uint8_t lead = cell.p[i];
        if (lead < 0x80) {
            buf_put_u8(out, lead);
        } else if (lead == 0xc2 || lead == 0xc3) {
            const uint8_t byte = (uint8_t)((lead & 3) << 6 | (cell.p[++i] & 0x3f));
            *told = *told || is_never(byte);
            buf_put_u8(out, byte);
        } else {
            return false;
        }
    }
    return true;
}

/* Signs of print (U+2000 and on) say nothing. */
static bool has_higher(struct bytes line)
{
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] >= 0xc4 && line.p[i] != 0xe2)
            return true;
    return false;
}

/* One cell; told: was it certainly VNI? unsure: is it taken for VNI too where it can be read so? */
static void put_cell(struct bytes cell, bool unsure, struct buf *out, bool *told)
{
    struct buf before = {0}, after = {0};
    bool certain = false;
    const bool was = bytes_before(cell, &before, &certain) && (certain || unsure) &&
                     charset_decode(buf_bytes(&before), CHARSET_VNI, &after) == ERR_OK;

    *told = *told || (was && certain);
    buf_put_bytes(out, was ? buf_bytes(&after) : cell);
    buf_wipe_deinit(&before);
    buf_wipe_deinit(&after);
}

/* In a line that has letters of real Unicode too only what is certain is taken back. */
static void put_line(struct bytes line, struct buf *out, bool *told)
{
    const bool unsure = !has_higher(line);

    for (size_t at = 0, to; at < line.n; at = to) {
        for (to = at; to < line.n && !parts(line.p[to]); to++)
            continue;
        put_cell(bytes_of(line.p + at, to - at), unsure, out, told);
        for (; to < line.n && parts(line.p[to]); to++)
            buf_put_u8(out, line.p[to]);
    }
}

bool charset_was_vni(struct bytes text, struct buf *out)
{
    bool told = false;

    if (!text_is_utf8(text))
        return false;
    for (size_t at = 0, to; at < text.n; at = to) {
        const uint8_t *end = memchr(text.p + at, '\n', text.n - at);
        to = end == NULL ? text.n : (size_t)(end - text.p) + 1;
        put_line(bytes_of(text.p + at, to - at), out, &told);
    }
    return told;
}
