/* zip.c - see zip.h. */
#define ZSTD_STATIC_LINKING_ONLY /* for ZSTD_getFrameHeader: what a frame asks for, before it is expanded */
#include <zstd.h>

#include "zip.h"

#include <stdlib.h>

#include "crypto.h"

#define WINDOW_LOG 18 /* history and piece together; more is refused, so a frame cannot ask for memory */

static ZSTD_CCtx *compressor;
static ZSTD_DCtx *expander;

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

bool zip_compress(struct zip *zip, struct bytes plain, int level, struct buf *out)
{
    size_t packed_n = 0, before = out->n;
    if (compressor == NULL)
        make_compressor();
    if (plain.n > 0) {
        struct bytes prefix = buf_bytes(&zip->history);
        uint8_t *p = buf_grow(out, plain.n - 1); /* one byte less: what does not fit is not smaller */
        must(ZSTD_CCtx_setParameter(compressor, ZSTD_c_compressionLevel, level));
        must(ZSTD_CCtx_refPrefix(compressor, prefix.p, prefix.n));
        size_t rc = ZSTD_compress2(compressor, p, plain.n - 1, plain.p, plain.n);
        if (!ZSTD_isError(rc))
            packed_n = rc;
        else
            must(ZSTD_CCtx_reset(compressor, ZSTD_reset_session_only));
    }
    out->n = before + packed_n;
    zip_note(zip, plain);
    return packed_n > 0;
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

enum err zip_expand(struct zip *zip, struct bytes packed, size_t plain_max, struct buf *out)
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
    struct bytes prefix = buf_bytes(&zip->history);
    uint8_t *p = buf_grow(out, plain_n);
    must(ZSTD_DCtx_refPrefix(expander, prefix.p, prefix.n));
    size_t rc = ZSTD_decompressDCtx(expander, p, plain_n, packed.p, packed.n);
    if (ZSTD_isError(rc) || rc != plain_n) {
        must(ZSTD_DCtx_reset(expander, ZSTD_reset_session_only));
        out->n = before;
        return ERR_BAD_FRAME;
    }
    zip_note(zip, bytes_of(p, plain_n));
    return ERR_OK;
}

void zip_deinit(struct zip *zip)
{
    buf_wipe_deinit(&zip->history);
}

void zip_shutdown(void)
{
    ZSTD_freeCCtx(compressor);
    ZSTD_freeDCtx(expander);
    compressor = NULL;
    expander = NULL;
}
