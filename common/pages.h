/* pages.h - LMDB's file format read by ourselves, page by page, before the library maps the file.
 *
 * LMDB trusts its file: a flipped bit in a page header or a missing tail ends the process. These checks turn that into
 * ERR_DAMAGED. They say nothing about the values in the pages; whoever wrote those seals or tags them.
 * Format: LMDB 0.9 data version 1, 64-bit little-endian (what Debian 12 writes on amd64 and arm64). */
#ifndef CHIBO_PAGES_H
#define CHIBO_PAGES_H

#include "base.h"
#include "err.h"

enum pages_depth {
    PAGES_ROOT, /* the two meta pages and the tree that names the tables: a few microseconds */
    PAGES_ALL,  /* every page, reachable or free, is used exactly once; the file must not change meanwhile */
};

struct pages {
    uint64_t txn;       /* number of the last commit */
    uint64_t map_size;  /* bytes, as the file says */
    uint64_t used_size; /* bytes up to the last page ever used */
    uint64_t file_size; /* may be less than used_size when all the pages missing at the end are free ones */
    uint32_t page_size;
};

/* fd is open for reading. ERR_DAMAGED, ERR_TOO_NEW, ERR_IO. out is set in any case. */
MUST_CHECK enum err pages_check(int fd, enum pages_depth depth, struct pages *out);

#endif
