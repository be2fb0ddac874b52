/* report_json.h - the lines of a report as both programs' --json say them. */
#ifndef CHIBO_REPORT_JSON_H
#define CHIBO_REPORT_JSON_H

#include "../common/json.h"
#include "report.h"

/* The keys `period` and `lines`, into an open object. */
void report_json_put(uint32_t period, const int64_t value[REPORT_LINES], struct json *j);

#endif
