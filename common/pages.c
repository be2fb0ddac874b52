/* pages.c - see pages.h. Nothing read from the file is used before it was compared with a bound. */
#include "pages.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && sizeof(size_t) == 8, "LMDB's files are in machine order");

#define META_MAGIC 0xBEEFC0DEu
#define META_VERSION 1u
#define PAGE_HEADER 16u
#define NODE_HEADER 8u
#define DB_SIZE 48u
#define DEPTH_MAX 32u     /* LMDB's own bound */
#define ROOT_DEPTH_MAX 2u /* enough to name 64 tables */
#define NO_PAGE UINT64_MAX

enum page_flag { PAGE_BRANCH = 1, PAGE_LEAF = 2, PAGE_OVERFLOW = 4, PAGE_META = 8 };
enum node_flag { NODE_BIG = 1, NODE_TABLE = 2 };
#define DB_INTEGERKEY 8u /* the only flag of a tree that we ever see: on the tree of free pages */

/* A tree as a meta page or a node of the root tree describes it. */
struct tree {
    uint16_t flags, depth;
    uint64_t branches, leaves, overflows, entries, root;
};

struct meta {
    uint64_t map_size, last, txn;
    struct tree free, tables;
};

struct node {
    const uint8_t *p;
    uint16_t flags;
    struct bytes key;
    uint64_t child; /* of a branch */
    uint64_t value_n;
};

struct walk {
    int fd;
    uint32_t page_size;
    uint64_t last;
    uint8_t *seen; /* one bit a page; NULL when only the root tree is looked at */
    struct tree count; /* what was met in the tree being walked */
    uint16_t depth;
    enum walk_what { WALK_FREE, WALK_TABLES, WALK_ROWS } what;
};

static enum err read_metas(int fd, struct pages *out, struct meta *newest);
static enum err walk_tree(struct walk *w, const struct tree *tree, enum walk_what what);

static enum err check_once(int fd, enum pages_depth depth, struct pages *out)
{
    struct meta meta;
    enum err e = read_metas(fd, out, &meta);
    if (e != ERR_OK)
        return e;
    struct walk w = {.fd = fd, .page_size = out->page_size, .last = meta.last};
    if (depth == PAGES_ALL) {
        if (meta.last / 2 > out->file_size / 512) /* free pages may be missing at the end, but not most of the file */
            return ERR_DAMAGED;
        w.seen = mem_alloc(meta.last / 8 + 1);
        e = walk_tree(&w, &meta.free, WALK_FREE);
    }
    if (e == ERR_OK)
        e = walk_tree(&w, &meta.tables, WALK_TABLES);
    free(w.seen);
    return e;
}

/* A writer in another process may reuse the pages under our eyes; then the number of the last commit has moved. */
enum err pages_check(int fd, enum pages_depth depth, struct pages *out)
{
    enum err e = ERR_DAMAGED;
    for (unsigned attempt = 0; attempt < 100; attempt++) {
        uint64_t before = attempt > 0 ? out->txn : NO_PAGE;
        *out = (struct pages){0};
        e = check_once(fd, depth, out);
        if (e != ERR_DAMAGED || out->txn == before)
            break;
    }
    return e;
}

static uint16_t get16(const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof(v));
    return v;
}

static uint32_t get32(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof(v));
    return v;
}

static uint64_t get64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof(v));
    return v;
}

/* A file that ends too early is damage, not an I/O error. */
static enum err read_at(int fd, uint64_t offset, uint8_t *p, size_t n)
{
    while (n > 0) {
        ssize_t got = pread(fd, p, n, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? ERR_IO : ERR_DAMAGED;
        p += got;
        n -= (size_t)got;
        offset += (uint64_t)got;
    }
    return ERR_OK;
}

/* pad(4) flags(2) depth(2) branches(8) leaves(8) overflows(8) entries(8) root(8) */
static struct tree get_tree(const uint8_t *p)
{
    return (struct tree){get16(p + 4), get16(p + 6), get64(p + 8), get64(p + 16), get64(p + 24), get64(p + 32),
                         get64(p + 40)};
}

/* header, then magic(4) version(4) address(8) map size(8) free tree(48) table tree(48) last page(8) txn(8) */
static enum err get_meta(const uint8_t *page, uint64_t number, struct meta *out)
{
    const uint8_t *m = page + PAGE_HEADER;
    if (get64(page) != number || get16(page + 10) != PAGE_META || get32(m) != META_MAGIC)
        return ERR_DAMAGED;
    if (get32(m + 4) != META_VERSION)
        return ERR_TOO_NEW;
    out->map_size = get64(m + 16);
    out->free = get_tree(m + 24);
    out->tables = get_tree(m + 72);
    out->last = get64(m + 120);
    out->txn = get64(m + 128);
    return ERR_OK;
}

static enum err read_metas(int fd, struct pages *out, struct meta *newest)
{
    uint8_t page[PAGE_HEADER + 136];
    struct meta meta[2];
    struct stat st;
    enum err e = ERR_OK;
    for (unsigned i = 0; i < 2 && e == ERR_OK; i++) {
        e = read_at(fd, i * (uint64_t)out->page_size, page, sizeof(page));
        if (e == ERR_OK)
            e = get_meta(page, i, &meta[i]);
        if (e != ERR_OK)
            return e;
        uint32_t size = get32(page + PAGE_HEADER + 24); /* LMDB keeps it in the free tree's first word */
        if (size < 512 || size > 65536 || (size & (size - 1)) != 0 || (i > 0 && size != out->page_size))
            return ERR_DAMAGED;
        out->page_size = size;
    }
    *newest = meta[meta[0].txn < meta[1].txn];
    out->txn = newest->txn;
    if (newest->last < 1 || newest->last > INT64_MAX / 65536 || newest->map_size > (uint64_t)1 << 46)
        return ERR_DAMAGED;
    if (newest->free.flags != DB_INTEGERKEY || newest->tables.flags != 0)
        return ERR_DAMAGED;
    if (fstat(fd, &st) != 0)
        return ERR_IO;
    out->map_size = newest->map_size;
    out->used_size = (newest->last + 1) * out->page_size;
    out->file_size = (uint64_t)st.st_size;
    return ERR_OK;
}

/* Each page belongs to one place only, so that a loop or a page both free and used is found. */
static enum err mark(struct walk *w, uint64_t first, uint64_t count)
{
    if (first < 2 || first > w->last || count == 0 || count - 1 > w->last - first)
        return ERR_DAMAGED;
    for (uint64_t page = first; w->seen != NULL && page < first + count; page++) {
        uint8_t bit = (uint8_t)(1u << page % 8);
        if ((w->seen[page / 8] & bit) != 0)
            return ERR_DAMAGED;
        w->seen[page / 8] |= bit;
    }
    return ERR_OK;
}

/* lo(2) hi(2) flags(2) key size(2) key value; a branch keeps its child's number in the first three. */
static enum err get_node(const struct walk *w, const uint8_t *page, unsigned index, bool leaf, struct node *out)
{
    size_t at = get16(page + PAGE_HEADER + 2 * index);
    size_t upper = get16(page + 14);
    if (at < upper || at % 2 != 0 || at + NODE_HEADER > w->page_size)
        return ERR_DAMAGED;
    const uint8_t *n = page + at;
    size_t key_n = get16(n + 6);
    size_t room = w->page_size - at - NODE_HEADER;
    if (key_n > room || (leaf && (key_n == 0 || key_n > 511)))
        return ERR_DAMAGED;
    *out = (struct node){n + NODE_HEADER + key_n, get16(n + 4), bytes_of(n + NODE_HEADER, key_n), 0, get32(n)};
    if (!leaf) {
        out->child = get32(n) | (uint64_t)out->flags << 32;
        return ERR_OK;
    }
    size_t inside = (out->flags & NODE_BIG) != 0 ? 8 : out->value_n;
    if ((out->flags & ~(NODE_BIG | NODE_TABLE)) != 0 || inside > room - key_n)
        return ERR_DAMAGED;
    return ERR_OK;
}

/* Free pages: count(8), then so many page numbers; there may be unused room behind. */
static enum err mark_free(struct walk *w, const uint8_t *list, uint64_t n)
{
    if (n < 8 || n % 8 != 0 || get64(list) > n / 8 - 1)
        return ERR_DAMAGED;
    enum err e = ERR_OK;
    for (uint64_t i = 1; i <= get64(list) && e == ERR_OK; i++)
        e = mark(w, get64(list + 8 * i), 1);
    return e;
}

static enum err check_big(struct walk *w, const struct node *node)
{
    uint8_t head[PAGE_HEADER];
    uint64_t first = get64(node->p);
    enum err e = mark(w, first, 1);
    if (e == ERR_OK)
        e = read_at(w->fd, first * w->page_size, head, sizeof(head));
    if (e != ERR_OK)
        return e;
    uint64_t count = get32(head + 12);
    /* A value that got shorter within one transaction keeps the pages it had. */
    if (get64(head) != first || get16(head + 10) != PAGE_OVERFLOW ||
        count < (PAGE_HEADER - 1 + node->value_n) / w->page_size + 1)
        return ERR_DAMAGED;
    w->count.overflows += count;
    if (count > 1)
        e = mark(w, first + 1, count - 1);
    uint8_t end;
    if (e == ERR_OK) /* the last byte is there, so all of it is */
        e = read_at(w->fd, first * w->page_size + PAGE_HEADER + node->value_n - 1, &end, 1);
    if (e != ERR_OK || w->what != WALK_FREE)
        return e;
    uint8_t *list = mem_alloc(node->value_n);
    e = read_at(w->fd, first * w->page_size + PAGE_HEADER, list, node->value_n);
    if (e == ERR_OK)
        e = mark_free(w, list, node->value_n);
    free(list);
    return e;
}

static enum err check_leaf_node(struct walk *w, const struct node *node)
{
    bool table = (node->flags & NODE_TABLE) != 0;
    if (table != (w->what == WALK_TABLES) || (table && (node->flags != NODE_TABLE || node->value_n != DB_SIZE)))
        return ERR_DAMAGED;
    if (w->what == WALK_FREE && node->key.n != 8)
        return ERR_DAMAGED;
    if (table) {
        struct tree rows = get_tree(node->p);
        struct walk inner = *w;
        if (rows.flags != 0 || (rows.root != NO_PAGE && (rows.root < 2 || rows.root > w->last)))
            return ERR_DAMAGED;
        return w->seen != NULL ? walk_tree(&inner, &rows, WALK_ROWS) : ERR_OK;
    }
    if ((node->flags & NODE_BIG) != 0)
        return check_big(w, node);
    return w->what == WALK_FREE ? mark_free(w, node->p, node->value_n) : ERR_OK;
}

static bool in_order(const struct walk *w, struct bytes a, struct bytes b)
{
    if (w->what == WALK_FREE)
        return a.n == 8 && b.n == 8 && get64(a.p) < get64(b.p);
    return bytes_compare(a, b) < 0;
}

static enum err walk_page(struct walk *w, uint64_t number, unsigned level);

static enum err walk_nodes(struct walk *w, const uint8_t *page, bool leaf, unsigned level)
{
    unsigned count = (get16(page + 12) - PAGE_HEADER) / 2;
    struct node before = {0}, node;
    enum err e = ERR_OK;
    for (unsigned i = 0; i < count && e == ERR_OK; i++) {
        e = get_node(w, page, i, leaf, &node);
        if (e == ERR_OK && i > (leaf ? 0u : 1u) && !in_order(w, before.key, node.key)) /* a branch's first is void */
            e = ERR_DAMAGED;
        if (e == ERR_OK)
            e = leaf ? check_leaf_node(w, &node) : walk_page(w, node.child, level + 1);
        before = node;
    }
    if (leaf)
        w->count.entries += count;
    return e;
}

/* number(8) pad(2) flags(2) lower(2) upper(2), offsets of nodes up to lower, nodes from upper to the end. */
static enum err walk_page(struct walk *w, uint64_t number, unsigned level)
{
    enum err e = mark(w, number, 1);
    if (e != ERR_OK)
        return e;
    uint8_t *page = mem_alloc(w->page_size);
    e = read_at(w->fd, number * w->page_size, page, w->page_size);
    bool leaf = level == w->depth;
    if (e == ERR_OK) {
        size_t lower = get16(page + 12), upper = get16(page + 14);
        if (get64(page) != number || get16(page + 10) != (leaf ? PAGE_LEAF : PAGE_BRANCH) || lower % 2 != 0 ||
            lower < PAGE_HEADER + 2 || (!leaf && lower < PAGE_HEADER + 4) || lower > upper || upper > w->page_size)
            e = ERR_DAMAGED;
    }
    if (e == ERR_OK) {
        *(leaf ? &w->count.leaves : &w->count.branches) += 1;
        e = walk_nodes(w, page, leaf, level);
    }
    free(page);
    return e;
}

static enum err walk_tree(struct walk *w, const struct tree *tree, enum walk_what what)
{
    if (tree->root == NO_PAGE)
        return tree->entries == 0 && tree->depth == 0 ? ERR_OK : ERR_DAMAGED;
    if (tree->depth < 1 || tree->depth > (w->seen != NULL ? DEPTH_MAX : ROOT_DEPTH_MAX))
        return ERR_DAMAGED;
    w->what = what;
    w->depth = tree->depth;
    w->count = (struct tree){0};
    enum err e = walk_page(w, tree->root, 1);
    const struct tree *got = &w->count;
    if (e == ERR_OK && (got->entries != tree->entries || got->leaves != tree->leaves ||
                        got->branches != tree->branches || got->overflows != tree->overflows))
        e = ERR_DAMAGED;
    return e;
}
