/* print.h - answers of admin.h as people read them, in their language, or as JSON lines. Appends; the caller
 * writes. */
#ifndef CHIBO_PRINT_H
#define CHIBO_PRINT_H

#include "../common/buf.h"
#include "../common/err.h"
#include "../common/json.h"

/* rows: after admin_answer_open. ERR_BAD_FRAME: not what this command answers. */
typedef enum err print_rows(struct bytes rows, bool json, struct buf *out);

/* {"v":1,"code","name","type","devices","contact":"2026-11-23T07:00:00Z"|null,"meetings","present","counted",...} */
print_rows print_overview;
/* {"v":1,"device","person","org","state":"active"|"revoked"|"copied","enrolled","contact"} */
print_rows print_devices;
print_rows print_orgs;     /* {"v":1,"code","name","type"} */
print_rows print_first;    /* the first field of the first row: an id, or an invite. {"v":1,"id"} or {"v":1,"invite"} */

#define PRINT_MOMENT_SIZE 32
const char *print_moment(uint64_t unix_s, char out[PRINT_MOMENT_SIZE]);     /* 23/11/2026 14:05; "never" */
void print_put_moment(struct json *j, const char *key, uint64_t unix_s);    /* "2026-11-23T07:05:09Z" or null */
void print_row_begin(struct json *j, struct buf *out);                      /* {"v":1 */
void print_row_end(struct json *j);

#endif
