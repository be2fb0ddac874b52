/* org.c - rows of organisations. */
#include "org.h"

#include <stdlib.h>

#include "mp.h"

static const char *const type_names[ORG_TYPE_END] = {
    [ORG_WARD] = "WARD",     [ORG_AGENCY] = "AGENCY",         [ORG_TDP] = "TDP",
    [ORG_SCHOOL] = "SCHOOL", [ORG_ENTERPRISE] = "ENTERPRISE", [ORG_ARMED] = "ARMED",
};

const char *org_type_name(enum org_type t)
{
    return t >= ORG_WARD && t < ORG_TYPE_END ? type_names[t] : "?";
}

enum err org_type_parse(const char *name, enum org_type *out)
{
    for (int t = ORG_WARD; t < ORG_TYPE_END; t++)
        if (strcmp(name, type_names[t]) == 0) {
            *out = (enum org_type)t;
            return ERR_OK;
        }
    return ERR_BAD_VALUE;
}

bool org_code_valid(const char *code)
{
    size_t n = strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    return n >= 1 && n <= 32 && code[n] == '\0';
}

static void copy_text(char out[NAME_MAX_BYTES + 1], struct bytes text)
{
    assert(text.n <= NAME_MAX_BYTES);
    if (text.n > 0)
        memcpy(out, text.p, text.n);
    out[text.n] = '\0';
}

static enum err row_decode(struct org *o, struct bytes row)
{
    struct mp r;

    mp_open(&r, row);
    mp_expect_array(&r, 5);
    copy_text(o->code, mp_str(&r, NAME_MAX_BYTES));
    copy_text(o->name, mp_str(&r, NAME_MAX_BYTES));
    o->type = (enum org_type)mp_uint(&r, INT32_MAX); /* a newer ward may know more types */
    o->parent = id_from(mp_bin_exact(&r, ID_SIZE));
    mp_expect_array(&r, ACCESS_D);
    for (int a = ACCESS_A; a <= ACCESS_D; a++)
        o->scope[a] = id_from(mp_bin_exact(&r, ID_SIZE));
    return mp_close(&r) == ERR_OK ? ERR_OK : ERR_DAMAGED;
}

enum err org_load(struct txn *txn, const struct id *id, struct org *o)
{
    struct buf row = {0};
    enum err e = store_get(txn, TABLE_org, bytes_of(id->b, ID_SIZE), &row);

    memset(o, 0, sizeof *o);
    o->id = *id;
    if (e == ERR_OK)
        e = row_decode(o, buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

enum err org_save(struct txn *txn, const struct org *o)
{
    struct buf row = {0};
    enum err e;

    mp_put_array(&row, 5);
    mp_put_str(&row, bytes_of_str(o->code));
    mp_put_str(&row, bytes_of_str(o->name));
    mp_put_uint(&row, (uint64_t)o->type);
    mp_put_bin(&row, o->parent.b, ID_SIZE);
    mp_put_array(&row, ACCESS_D);
    for (int a = ACCESS_A; a <= ACCESS_D; a++)
        mp_put_bin(&row, o->scope[a].b, ID_SIZE);
    e = store_put(txn, TABLE_org, bytes_of(o->id.b, ID_SIZE), buf_bytes(&row));
    buf_deinit(&row);
    return e;
}

struct gather {
    struct buf rows;
    size_t count;
    enum err err;
};

static bool gather_visit(void *arg, struct bytes key, struct bytes value)
{
    struct gather *g = arg;
    struct org o = {0};

    g->err = key.n == ID_SIZE ? ERR_OK : ERR_DAMAGED;
    if (g->err == ERR_OK) {
        o.id = id_from(key.p);
        g->err = row_decode(&o, value);
    }
    if (g->err != ERR_OK)
        return false;
    buf_put(&g->rows, &o, sizeof o);
    g->count++;
    return true;
}

static int code_order(const void *a, const void *b)
{
    return strcmp(((const struct org *)a)->code, ((const struct org *)b)->code);
}

enum err org_list(struct txn *txn, struct org **list, size_t *count)
{
    struct gather g = {0};
    enum err e = store_scan(txn, TABLE_org, bytes_of(NULL, 0), gather_visit, &g);

    *list = NULL;
    *count = 0;
    if (e == ERR_OK)
        e = g.err;
    if (e == ERR_OK && g.count > 0) {
        *list = mem_alloc(g.count * sizeof **list);
        memcpy(*list, g.rows.p, g.count * sizeof **list);
        *count = g.count;
        qsort(*list, *count, sizeof **list, code_order);
    }
    buf_deinit(&g.rows);
    return e;
}

enum err org_by_code(struct txn *txn, const char *code, struct org *o)
{
    struct org *list;
    size_t count;
    enum err e = org_list(txn, &list, &count);

    if (e != ERR_OK)
        return e;
    e = ERR_NOT_FOUND;
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].code, code) == 0) {
            *o = list[i];
            e = ERR_OK;
        }
    free(list);
    return e;
}
