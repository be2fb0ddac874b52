/* rows.c - see rows.h. */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../proto/mp.h"

#define IN_ONE_COMMIT 1000
#define FIELDS_MAX 16
#define NOT_FIELDS 4 /* id, clock, device, kind */

static void must(enum err e, const char *what)
{
    if (e == ERR_OK)
        return;
    fprintf(stderr, "rows: %s: %s\n", what, err_name(e));
    exit(1);
}

static FILE *file_open(const char *path)
{
    FILE *f = fopen(path, "rb");
    must(f == NULL ? ERR_NO_STORE : ERR_OK, path);
    return f;
}

/* False at the end of the file. */
static bool row_read(FILE *f, struct buf *row)
{
    uint8_t head[2];
    if (fread(head, 1, sizeof head, f) != sizeof head)
        return false;
    size_t n = load_u16(head);
    buf_clear(row);
    must(fread(buf_grow(row, n), 1, n, f) == n ? ERR_OK : ERR_DAMAGED, "a row of tests/bench/gen.py");
    return true;
}

/* [id, clock, device, kind, value...]: field i gets the i-th value; a list is merged as a union, anything else by "later".
 * Clock and device are the changeset's. */
static void change_of(struct bytes row, struct change *c)
{
    struct mp r;
    *c = (struct change){.op = OP_CREATE};
    mp_open(&r, row);
    size_t elements = mp_array(&r, FIELDS_MAX);
    must(elements > NOT_FIELDS ? ERR_OK : ERR_BAD_FRAME, "a row of tests/bench/gen.py");
    c->count = elements - NOT_FIELDS;
    c->record = id_from(mp_bin_exact(&r, ID_SIZE));
    mp_raw(&r);
    mp_raw(&r);
    c->kind = (uint32_t)mp_uint(&r, KIND_MAX);
    for (size_t i = 0; i < c->count; i++) {
        c->triple[i].tag = TAG(i + 1, mp_peek(&r) == MP_ARRAY ? MERGE_UNION : MERGE_LATER);
        c->triple[i].value = mp_raw(&r);
    }
    must(mp_close(&r), "a row of tests/bench/gen.py");
}

size_t rows_fill(struct book *b, const char *path)
{
    FILE *f = file_open(path);
    struct buf row = {0};
    struct change c;
    struct scope s;
    size_t count = 0;
    while (row_read(f, &row)) {
        if (count % IN_ONE_COMMIT == 0) {
            must(book_begin(b, true), "begin");
            must(replica_scope(book_txn(b), &b->replica.org, ACCESS_A, &s), "scope");
        }
        change_of(buf_bytes(&row), &c);
        must(replica_record(book_txn(b), &b->replica, &s, &c, &b->moment), "record");
        if (++count % IN_ONE_COMMIT == 0)
            must(book_commit(b), "commit");
    }
    if (count % IN_ONE_COMMIT != 0)
        must(book_commit(b), "commit");
    buf_deinit(&row);
    fclose(f);
    return count;
}

/* u8 access class, u16 length, body (tests/gen/gen.py). */
static bool change_read(FILE *f, enum access *access, struct buf *body)
{
    uint8_t head[3];
    if (fread(head, 1, sizeof head, f) != sizeof head)
        return false;
    size_t n = load_u16(head + 1);
    *access = (enum access)head[0];
    buf_clear(body);
    must(fread(buf_grow(body, n), 1, n, f) == n ? ERR_OK : ERR_DAMAGED, "file of changes");
    return true;
}

size_t rows_changes(struct book *b, FILE *f, size_t most)
{
    struct buf body = {0};
    struct change c;
    struct scope s;
    enum access access;
    size_t count = 0;
    while (count < most && change_read(f, &access, &body)) {
        if (count % IN_ONE_COMMIT == 0)
            must(book_begin(b, true), "begin");
        must(change_decode(&c, buf_bytes(&body)), "change");
        must(replica_scope(book_txn(b), &b->replica.org, access, &s), "scope");
        must(replica_record(book_txn(b), &b->replica, &s, &c, &b->moment), "record");
        if (++count % IN_ONE_COMMIT == 0)
            must(book_commit(b), "commit");
    }
    if (count % IN_ONE_COMMIT != 0)
        must(book_commit(b), "commit");
    buf_deinit(&body);
    return count;
}
