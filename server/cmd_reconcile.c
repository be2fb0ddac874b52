/* cmd_reconcile.c - see cmd_reconcile.h. Without a quarter: the technical match, of stores; with one: of registers. */
#include "cmd_reconcile.h"

#include <time.h>

#include "../common/date.h"
#include "../common/language.h"
#include "../proto/quarter.h"

static const struct opt_row rows[] = {
    {"quy", "quarter", 0, OPT_TEXT, N_("Q/YEAR"),
     N_("match the cells' registers with the ward's as of this quarter's end"), 0, false, false},
    {"json", NULL, 0, OPT_FLAG, NULL, N_("for programs: one line of JSON"), 0, false, false},
};
const struct opt_table cmd_reconcile_table = {rows, ARRAY_LEN(rows), N_("FOLDER"), 1, 1};

enum err cmd_reconcile(struct call *c)
{
    uint32_t period;
    if (!opt_given(&c->opts, "quy"))
        return cmd_mend(c);
    if (quarter_parse(opt_text(&c->opts, "quy", ""), date_from_unix((int64_t)time(NULL)), &period) != ERR_OK) {
        c->allowed = "4/2026";
        return cmd_fault(c, "quy", ERR_BAD_VALUE);
    }
    return cmd_quarter(c, period);
}
