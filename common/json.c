/* json.c - a JSON writer. */
#include "json.h"

#include "text.h"

#include <inttypes.h>

void json_init(struct json *j, struct buf *out)
{
    *j = (struct json){ .out = out };
}

/* What comes before any value: the comma, and the check that a value may stand here. */
static void before_value(struct json *j)
{
    bool in_object = j->level[j->depth].is_object;
    assert(in_object == j->has_key);
    assert(j->depth > 0 || !j->level[0].has_items); /* one value a line */
    if (!in_object && j->level[j->depth].has_items)
        buf_put_u8(j->out, ',');
    j->level[j->depth].has_items = true;
    j->has_key = false;
}

static void begin(struct json *j, bool is_object)
{
    before_value(j);
    assert(j->depth < JSON_DEPTH_MAX);
    j->depth++;
    j->level[j->depth].is_object = is_object;
    j->level[j->depth].has_items = false;
    buf_put_u8(j->out, is_object ? '{' : '[');
}

static void end(struct json *j, bool is_object)
{
    assert(j->depth > 0 && j->level[j->depth].is_object == is_object && !j->has_key);
    j->depth--;
    buf_put_u8(j->out, is_object ? '}' : ']');
}

void json_object_begin(struct json *j)
{
    begin(j, true);
}

void json_object_end(struct json *j)
{
    end(j, true);
}

void json_array_begin(struct json *j)
{
    begin(j, false);
}

void json_array_end(struct json *j)
{
    end(j, false);
}

static void put_escaped(struct buf *out, uint8_t c)
{
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs: character, letter after the backslash */
    for (size_t i = 0; i + 1 < sizeof(shorts); i += 2) {
        if ((uint8_t)shorts[i] == c) {
            buf_put_u8(out, '\\');
            buf_put_u8(out, (uint8_t)shorts[i + 1]);
            return;
        }
    }
    buf_printf(out, "\\u%04x", (unsigned)c);
}

/* `text` is valid UTF-8. Runs that need no escape go out in one piece. */
static void put_valid(struct buf *out, struct bytes text)
{
    size_t from = 0;
    for (size_t at = 0; at < text.n; at++) {
        uint8_t c = text.p[at];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_put(out, text.p + from, at - from);
        put_escaped(out, c);
        from = at + 1;
    }
    buf_put(out, text.p + from, text.n - from);
}

static void put_text(struct buf *out, struct bytes text)
{
    buf_put_u8(out, '"');
    while (text.n > 0) {
        size_t valid = text_utf8_prefix(text);
        put_valid(out, bytes_of(text.p, valid));
        if (valid < text.n) {
            buf_put_str(out, "\xEF\xBF\xBD");
            valid++;
        }
        text = bytes_cut(text, valid);
    }
    buf_put_u8(out, '"');
}

void json_key(struct json *j, const char *key)
{
    assert(j->level[j->depth].is_object && !j->has_key);
    if (j->level[j->depth].has_items)
        buf_put_u8(j->out, ',');
    put_text(j->out, bytes_of_str(key));
    buf_put_u8(j->out, ':');
    j->has_key = true;
}

void json_bytes(struct json *j, struct bytes text)
{
    before_value(j);
    put_text(j->out, text);
}

void json_string(struct json *j, const char *text)
{
    json_bytes(j, bytes_of_str(text));
}

void json_int(struct json *j, int64_t value)
{
    before_value(j);
    buf_printf(j->out, "%" PRId64, value);
}

void json_uint(struct json *j, uint64_t value)
{
    before_value(j);
    buf_printf(j->out, "%" PRIu64, value);
}

void json_bool(struct json *j, bool value)
{
    before_value(j);
    buf_put_str(j->out, value ? "true" : "false");
}

void json_null(struct json *j)
{
    before_value(j);
    buf_put_str(j->out, "null");
}

void json_put_string(struct json *j, const char *key, const char *text)
{
    json_key(j, key);
    json_string(j, text);
}

void json_put_int(struct json *j, const char *key, int64_t value)
{
    json_key(j, key);
    json_int(j, value);
}

void json_put_uint(struct json *j, const char *key, uint64_t value)
{
    json_key(j, key);
    json_uint(j, value);
}

void json_line(struct json *j)
{
    assert(j->depth == 0 && j->level[0].has_items);
    buf_put_u8(j->out, '\n');
    j->level[0].has_items = false;
}
