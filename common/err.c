/* err.c - the table of err.h as arrays. */
#include "err.h"

struct err_row {
    const char *name;
    const char *sentence;
    enum err_class class;
    uint8_t wire;
    uint8_t exit_status;
};

static const struct err_row rows[ERR_COUNT] = {
#define ERR_ROW(name, class, wire, exit_status, sentence) {#name, sentence, ERR_CLASS_##class, wire, exit_status},
    ERR_TABLE(ERR_ROW)
#undef ERR_ROW
};

static const struct err_row *row_of(enum err e)
{
    assert((unsigned)e < ERR_COUNT);
    return &rows[e];
}

const char *err_name(enum err e)
{
    return row_of(e)->name;
}

const char *err_sentence(enum err e)
{
    return row_of(e)->sentence;
}

enum err_class err_class(enum err e)
{
    return row_of(e)->class;
}

int err_exit_status(enum err e)
{
    return row_of(e)->exit_status;
}

unsigned err_wire(enum err e)
{
    unsigned wire = row_of(e)->wire;

    return wire != 0 || e == ERR_OK ? wire : rows[ERR_OTHER].wire;
}

enum err err_from_wire(uint64_t wire)
{
    if (wire == 0)
        return ERR_OK;
    for (unsigned e = 0; e < ERR_COUNT; e++)
        if (rows[e].wire == wire)
            return (enum err)e;
    return ERR_OTHER;
}
