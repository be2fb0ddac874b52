/* cmd_report.c - see cmd_report.h. */
#include "cmd_report.h"

#include "../common/date.h"
#include "../common/period.h"
#include "reported.h"
#include "server_clock.h"

static const struct opt_row rows[] = {
    {"chi-bo", "cell", 0, OPT_TEXT, N_("CODE"), N_("of this cell alone"), 0, false, false},
    CMD_JSON,
};
const struct opt_table cmd_report_table = {rows, ARRAY_LEN(rows), N_("FOLDER PERIOD"), 2, 2};

enum err cmd_report(struct call *c)
{
    struct admin_request r = {.command = ADMIN_REPORT};
    const char *typed = opt_arg(&c->opts, 1);
    uint32_t period;
    enum err e = period_parse(typed, date_from_unix((int64_t)server_clock_s()), &period);

    if (e != ERR_OK) {
        c->allowed = "11/2026, Q4/2026, H1/2026, 2026";
        return cmd_fault(c, typed, e);
    }
    e = cmd_take_text(c, "chi-bo", &r.text[0]);
    if (e != ERR_OK)
        return e;
    r.number = period;
    e = cmd_request(c, &r, reported_print);
    if (e != ERR_NO_SUCH_RECORD)
        return e;
    c->sentence = _("There is no organisation with this code.");
    return cmd_fault(c, r.text[0], e);
}
