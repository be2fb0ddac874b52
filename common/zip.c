/* zip.c - see zip.h. */
#define ZSTD_STATIC_LINKING_ONLY /* for ZSTD_getFrameHeader: what a frame asks for, before it is expanded */
#include <zstd.h>

#include "zip.h"

#include <stdlib.h>

#include "crypto.h"

#define WINDOW_LOG 18 /* history and piece together; more is refused, so a frame cannot ask for memory */

static ZSTD_CCtx *compressor;
static ZSTD_DCtx *expander;
static uint8_t prefix_room[ZIP_DICTIONARY_MAX + ZIP_HISTORY];
static const uint8_t *laid; /* the dictionary at its beginning */

static void must(size_t rc)
{
    if (ZSTD_isError(rc))
        abort(); /* a wrong parameter or no memory: neither comes from the input */
}

/* Never more than what counts: a server keeps one for each of its sessions, and moving it costs little beside
 * packing. */
void zip_note(struct zip *zip, struct bytes plain)
{
    struct buf *history = &zip->history;
    if (plain.n > ZIP_HISTORY)
        plain = bytes_cut(plain, plain.n - ZIP_HISTORY);
    if (history->n + plain.n > ZIP_HISTORY) {
        size_t keep = ZIP_HISTORY - plain.n;
        memmove(history->p, history->p + history->n - keep, keep);
        history->n = keep;
    }
    buf_put_bytes(history, plain);
}

static void make_compressor(void)
{
    compressor = ZSTD_createCCtx();
    if (compressor == NULL)
        abort();
    must(ZSTD_CCtx_setParameter(compressor, ZSTD_c_checksumFlag, 0));
    must(ZSTD_CCtx_setParameter(compressor, ZSTD_c_dictIDFlag, 0));
    must(ZSTD_CCtx_setParameter(compressor, ZSTD_c_contentSizeFlag, 1));
    must(ZSTD_CCtx_setParameter(compressor, ZSTD_c_windowLog, WINDOW_LOG));
}

/* What a frame leans on: the history, or the dictionary with the history behind its content, which is itself a
 * dictionary. Both lie in one piece of memory, the dictionary always in the same place. */
static struct bytes prefix_of(const struct zip *zip, struct bytes dictionary)
{
    struct bytes history = buf_bytes(&zip->history);
    if (dictionary.n == 0)
        return history;
    assert(dictionary.n <= ZIP_DICTIONARY_MAX && history.n <= ZIP_HISTORY);
    if (laid != dictionary.p) {
        memcpy(prefix_room, dictionary.p, dictionary.n);
        laid = dictionary.p;
    }
    if (history.n > 0)
        memcpy(prefix_room + dictionary.n, history.p, history.n);
    return bytes_of(prefix_room, dictionary.n + history.n);
}

bool zip_pack(const struct zip *zip, struct bytes dictionary, struct bytes plain, int level, struct buf *out)
{
    bool dictionary_given = dictionary.n > 0;
    struct bytes prefix = prefix_of(zip, dictionary);
    size_t before = out->n;
    if (plain.n == 0)
        return false;
    if (compressor == NULL)
        make_compressor();
    uint8_t *p = buf_grow(out, plain.n - 1); /* one byte less: what does not fit is not smaller */
    must(ZSTD_CCtx_setParameter(compressor, ZSTD_c_compressionLevel, level));
    must(ZSTD_CCtx_setParameter(compressor, ZSTD_c_format, dictionary_given ? ZSTD_f_zstd1_magicless : ZSTD_f_zstd1));
    must(ZSTD_CCtx_refPrefix_advanced(compressor, prefix.p, prefix.n,
                                      dictionary_given ? ZSTD_dct_fullDict : ZSTD_dct_rawContent));
    size_t rc = ZSTD_compress2(compressor, p, plain.n - 1, plain.p, plain.n);
    out->n = before;
    if (ZSTD_isError(rc))
        must(ZSTD_CCtx_reset(compressor, ZSTD_reset_session_only));
    else
        out->n += rc;
    return out->n > before;
}

bool zip_compress(struct zip *zip, struct bytes plain, int level, struct buf *out)
{
    bool packed = zip_pack(zip, bytes_of(NULL, 0), plain, level, out);
    zip_note(zip, plain);
    return packed;
}

/* Everything that can be said of a frame before a byte of it is expanded. */
static bool acceptable(struct bytes packed, size_t plain_max, size_t *plain_n)
{
    ZSTD_frameHeader header;
    if (packed.n == 0 || ZSTD_getFrameHeader(&header, packed.p, packed.n) != 0)
        return false;
    if (header.frameType != ZSTD_frame || header.frameContentSize == ZSTD_CONTENTSIZE_UNKNOWN ||
        header.frameContentSize > plain_max || header.dictID != 0 || header.checksumFlag != 0)
        return false;
    if (header.windowSize > 1u << WINDOW_LOG || ZSTD_findFrameCompressedSize(packed.p, packed.n) != packed.n)
        return false;
    *plain_n = (size_t)header.frameContentSize;
    return true;
}

static enum err expand(struct bytes prefix, ZSTD_dictContentType_e type, struct bytes packed, size_t plain_max,
                       struct buf *out)
{
    size_t plain_n, before = out->n;
    if (!acceptable(packed, plain_max, &plain_n))
        return ERR_BAD_FRAME;
    if (expander == NULL) {
        expander = ZSTD_createDCtx();
        if (expander == NULL)
            abort();
        must(ZSTD_DCtx_setParameter(expander, ZSTD_d_windowLogMax, WINDOW_LOG));
    }
    uint8_t *p = buf_grow(out, plain_n);
    must(ZSTD_DCtx_refPrefix_advanced(expander, prefix.p, prefix.n, type));
    size_t rc = ZSTD_decompressDCtx(expander, p, plain_n, packed.p, packed.n);
    if (ZSTD_isError(rc) || rc != plain_n) {
        must(ZSTD_DCtx_reset(expander, ZSTD_reset_session_only));
        out->n = before;
        return ERR_BAD_FRAME;
    }
    return ERR_OK;
}

enum err zip_unpack(const struct zip *zip, struct bytes dictionary, struct bytes packed, size_t plain_max,
                    struct buf *out)
{
    static const uint8_t magic[] = {0x28, 0xb5, 0x2f, 0xfd};
    struct buf whole = {0};
    if (dictionary.n == 0)
        return expand(buf_bytes(&zip->history), ZSTD_dct_rawContent, packed, plain_max, out);
    buf_put(&whole, magic, sizeof magic);
    buf_put_bytes(&whole, packed);
    enum err e = expand(prefix_of(zip, dictionary), ZSTD_dct_fullDict, buf_bytes(&whole), plain_max, out);
    buf_deinit(&whole);
    return e;
}

/* Heads of RFC 8878, 3.1.1.1 and 3.1.1.2: one segment with its content size, then the last block of all. */
#define SIZE_1 0x20u
#define SIZE_2 0x60u
#define SIZE_2_FROM 256u
#define BLOCK_HEAD 3u
#define BLOCK_LAST 1u
#define BLOCK_PACKED (2u << 1)

bool zip_strip(struct bytes packed, struct bytes *block, size_t *plain_n)
{
    bool two = packed.n > 0 && packed.p[0] == SIZE_2;
    size_t head = two ? 3 : 2;
    if (packed.n < head + BLOCK_HEAD || (!two && packed.p[0] != SIZE_1))
        return false;
    size_t n = two ? (packed.p[1] | (size_t)packed.p[2] << 8) + SIZE_2_FROM : packed.p[1];
    const uint8_t *p = packed.p + head;
    struct bytes rest = bytes_cut(packed, head + BLOCK_HEAD);
    if ((p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16) != (BLOCK_LAST | BLOCK_PACKED | rest.n << 3) || rest.n >= n)
        return false;
    *block = rest;
    *plain_n = n;
    return true;
}

void zip_dress(struct bytes block, size_t plain_n, struct buf *packed)
{
    size_t more = plain_n - SIZE_2_FROM, h = BLOCK_LAST | (block.n < plain_n ? BLOCK_PACKED : 0) | block.n << 3;
    if (plain_n < SIZE_2_FROM)
        buf_put(packed, (uint8_t[]){SIZE_1, (uint8_t)plain_n}, 2);
    else
        buf_put(packed, (uint8_t[]){SIZE_2, (uint8_t)more, (uint8_t)(more >> 8)}, 3);
    buf_put(packed, (uint8_t[]){(uint8_t)h, (uint8_t)(h >> 8), (uint8_t)(h >> 16)}, BLOCK_HEAD);
    buf_put_bytes(packed, block);
}

enum err zip_expand(struct zip *zip, struct bytes packed, size_t plain_max, struct buf *out)
{
    size_t before = out->n;
    enum err e = zip_unpack(zip, bytes_of(NULL, 0), packed, plain_max, out);
    if (e == ERR_OK)
        zip_note(zip, bytes_of(out->p + before, out->n - before));
    return e;
}

void zip_deinit(struct zip *zip)
{
    buf_wipe_deinit(&zip->history);
}

void zip_shutdown(void)
{
    ZSTD_freeCCtx(compressor);
    ZSTD_freeDCtx(expander);
    crypto_wipe(prefix_room, sizeof prefix_room);
    laid = NULL;
    compressor = NULL;
    expander = NULL;
}
