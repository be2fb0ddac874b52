/* reported_print.c - the rows of reported.h for people and for programs. */
#include <stdlib.h>

#include "../common/language.h"
#include "../common/period.h"
#include "../proto/mp.h"
#include "../proto/report_json.h"
#include "admin.h"
#include "print.h"
#include "print_table.h"
#include "reported.h"

#define CODES_BESIDE (PRINT_TABLE_COLUMNS - 2) /* the line's name and the sum stand in each table */

enum err reported_decode(struct reported *r, struct bytes row)
{
    struct mp m;

    mp_open(&m, row);
    mp_expect_array(&m, 3 + REPORT_LINES);
    mp_text(&m, r->code, NAME_MAX_BYTES);
    mp_text(&m, r->name, NAME_MAX_BYTES);
    r->period = (uint32_t)mp_uint(&m, UINT32_MAX);
    for (size_t i = 0; i < REPORT_LINES; i++)
        r->value[i] = mp_int(&m);
    return mp_close(&m);
}

static void put_json(const struct reported *r, bool sum, struct buf *out)
{
    struct json j;

    print_row_begin(&j, out);
    json_key(&j, "code");
    if (sum)
        json_null(&j);
    else
        json_string(&j, r->code);
    json_put_string(&j, "name", sum ? "" : r->name);
    report_json_put(r->period, r->value, &j);
    print_row_end(&j);
}

/* Side by side, as many as fit; the sum in each table, where there are several. */
static void put_table(const struct reported *r, size_t count, const struct reported *sum, struct buf *out)
{
    const char *headings[PRINT_TABLE_COLUMNS];
    bool right[PRINT_TABLE_COLUMNS] = {false};
    struct print_table t;
    size_t columns = 0;
    char period[PERIOD_TEXT_SIZE];

    period_print(r->period, period);
    headings[columns++] = period;
    if (sum != NULL)
        headings[columns++] = _("All");
    for (size_t i = 0; i < count; i++)
        headings[columns++] = r[i].code;
    for (size_t i = 1; i < columns; i++)
        right[i] = true;
    print_table_init(&t, headings, right, columns);
    for (size_t l = 0; l < REPORT_LINES; l++) {
        print_table_put(&t, _(report_lines[l].label));
        if (sum != NULL)
            print_table_put_signed(&t, sum->value[l]);
        for (size_t i = 0; i < count; i++)
            print_table_put_signed(&t, r[i].value[l]);
    }
    print_table_print(&t, out);
    print_table_deinit(&t);
}

enum err reported_print(struct bytes rows, bool json, struct buf *out)
{
    struct reported *one = mem_alloc(sizeof(*one)), *sum = mem_alloc(sizeof(*sum));
    struct buf all = {0};
    struct bytes row;
    size_t count = 0;
    enum err e = ERR_OK;

    while (e == ERR_OK && admin_answer_next(&rows, &row)) {
        e = reported_decode(one, row);
        for (size_t i = 0; i < REPORT_LINES; i++)
            sum->value[i] += one->value[i];
        sum->period = one->period;
        if (e == ERR_OK && json)
            put_json(one, false, out);
        buf_put(&all, one, sizeof(*one));
        count++;
    }
    if (e == ERR_OK && json && count > 1)
        put_json(sum, true, out);
    const struct reported *list = (const struct reported *)(const void *)all.p;
    for (size_t i = 0; e == ERR_OK && !json && i < count; i += CODES_BESIDE) {
        buf_put_str(out, i == 0 ? "" : "\n");
        put_table(list + i, count - i < CODES_BESIDE ? count - i : CODES_BESIDE, count > 1 ? sum : NULL, out);
    }
    buf_deinit(&all);
    free(one);
    free(sum);
    return e;
}
