/* cmd_reconcile.c - see cmd_reconcile.h. Without a quarter: the technical match, of stores; with one: of registers. */
#include "cmd_reconcile.h"

#include <stdlib.h>
#include <time.h>

#include "../common/date.h"
#include "../common/json.h"
#include "../common/language.h"
#include "../proto/quarter.h"

static const struct opt_row rows[] = {
    {"quy", "quarter", 0, OPT_TEXT, N_("Q/YEAR"),
     N_("match the cells' registers with the ward's as of this quarter's end"), 0, false, false},
    {"json", NULL, 0, OPT_FLAG, NULL, N_("for programs: one line of JSON"), 0, false, false},
};
const struct opt_table cmd_reconcile_table = {rows, ARRAY_LEN(rows), N_("FOLDER"), 1, 1};

/* Every page and every value of the store, read and proved. */
static enum err reconcile_technical(struct call *c)
{
    struct home *home = mem_alloc(sizeof(*home));
    struct safe_scrub found = {0};
    struct json j;
    enum err e = home_open(cmd_dir(c), KV_READ, home);
    if (e == ERR_OK)
        e = safe_scrub(&home->safe, &found);
    if (e == ERR_OK && opt_given(&c->opts, "json")) {
        print_row_begin(&j, &c->out);
        json_put_uint(&j, "values", found.rows);
        print_row_end(&j);
    } else if (e == ERR_OK) {
        buf_printf(&c->out, _("Checked: %llu values. All is sound.\n"), (unsigned long long)found.rows);
    }
    home_close(home);
    free(home);
    return e == ERR_OK ? e : cmd_fault(c, cmd_dir(c), e);
}

enum err cmd_reconcile(struct call *c)
{
    uint32_t period;
    if (!opt_given(&c->opts, "quy"))
        return reconcile_technical(c);
    if (quarter_parse(opt_text(&c->opts, "quy", ""), date_from_unix((int64_t)time(NULL)), &period) != ERR_OK) {
        c->allowed = "4/2026";
        return cmd_fault(c, "quy", ERR_BAD_VALUE);
    }
    return cmd_quarter(c, period);
}
