/* json.h - writing JSON (RFC 8259), for --json output: values go out as they come, commas by themselves.
 *
 * A writer appends to a buf it does not own. Text goes out as UTF-8; what is not UTF-8 becomes U+FFFD, so that
 * the output is always JSON. No line end is written inside, so a value is a line once json_line closes it.
 * Calls in an order that would not give JSON (two keys in a row, a value without a key) are bugs and assert. */
#ifndef CHIBO_JSON_H
#define CHIBO_JSON_H

#include "base.h"
#include "buf.h"

#define JSON_DEPTH_MAX 16

struct json {
    struct buf *out;
    unsigned depth; /* open objects and arrays */
    bool has_key;   /* a key waits for its value */
    struct {
        bool is_object;
        bool has_items;
    } level[JSON_DEPTH_MAX + 1];
};

void json_init(struct json *j, struct buf *out); /* out may hold something already; nothing to deinit */

void json_object_begin(struct json *j);
void json_object_end(struct json *j);
void json_array_begin(struct json *j);
void json_array_end(struct json *j);
void json_key(struct json *j, const char *key);

void json_bytes(struct json *j, struct bytes text);
void json_string(struct json *j, const char *text);
void json_int(struct json *j, int64_t value);
void json_uint(struct json *j, uint64_t value);
void json_bool(struct json *j, bool value);
void json_null(struct json *j);

/* A key and its value in one. */
void json_put_string(struct json *j, const char *key, const char *text);
void json_put_int(struct json *j, const char *key, int64_t value);
void json_put_uint(struct json *j, const char *key, uint64_t value);

void json_line(struct json *j); /* the value is complete: a line end, and ready for the next */

#endif
