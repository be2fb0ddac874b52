/* report_json.c - see report_json.h. */
#include "report_json.h"

#include "../common/period.h"

void report_json_put(uint32_t period, const int64_t value[REPORT_LINES], struct json *j)
{
    char text[PERIOD_TEXT_SIZE];

    period_print_iso(period, text);
    json_put_string(j, "period", text);
    json_key(j, "lines");
    json_object_begin(j);
    for (size_t i = 0; i < REPORT_LINES; i++)
        json_put_int(j, report_lines[i].name, value[i]);
    json_object_end(j);
}
