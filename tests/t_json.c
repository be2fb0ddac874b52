/* JSON writer: expected texts are written from RFC 8259. */
#include "../common/json.h"
#include "test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

TEST(a_record_is_one_line)
{
    struct buf out = { 0 };
    struct json j;
    json_init(&j, &out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "kind", "task");
    json_key(&j, "fields");
    json_object_begin(&j);
    json_key(&j, "members");
    json_array_begin(&j);
    json_string(&j, "Lò Văn Thử");
    json_string(&j, "Trần Thị Giả");
    json_array_begin(&j);
    json_array_end(&j);
    json_object_begin(&j);
    json_object_end(&j);
    json_array_end(&j);
    json_put_int(&j, "dues", -1250000);
    json_key(&j, "open");
    json_bool(&j, true);
    json_key(&j, "end");
    json_null(&j);
    json_object_end(&j);
    json_object_end(&j);
    json_line(&j);
    json_array_begin(&j);
    json_bool(&j, false);
    json_int(&j, INT64_MIN);
    json_uint(&j, UINT64_MAX);
    json_array_end(&j);
    json_line(&j);
    CHECK_STR(buf_cstr(&out),
              "{\"v\":1,\"kind\":\"task\",\"fields\":{\"members\":[\"Lò Văn Thử\",\"Trần Thị Giả\",[],{}],"
              "\"dues\":-1250000,\"open\":true,\"end\":null}}\n"
              "[false,-9223372036854775808,18446744073709551615]\n");
    buf_deinit(&out);
}

static bool writes(struct bytes text, const char *want)
{
    struct buf out = { 0 };
    struct json j;
    json_init(&j, &out);
    json_bytes(&j, text);
    bool ok = CHECK_STR(buf_cstr(&out), want);
    buf_deinit(&out);
    return ok;
}

TEST(strings_are_escaped_as_the_rfc_says)
{
    writes(bytes_of(NULL, 0), "\"\"");
    writes(bytes_of_str("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
    writes(bytes_of_str("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
    writes(bytes_of("\0\x01\x1f\x7f", 4), "\"\\u0000\\u0001\\u001f\x7f\"");
    writes(bytes_of_str("Đảng bộ 😀\xE2\x80\xA8"), "\"Đảng bộ 😀\xE2\x80\xA8\"");
}

TEST(what_is_not_utf8_never_gets_out)
{
    writes(bytes_of_str("a\xFF\xFE"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
    writes(bytes_of_str("\xE1\xBB"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    writes(bytes_of_str("\xC0\"x"), "\"\xEF\xBF\xBD\\\"x\"");
}

static void two_keys(struct json *j)
{
    json_object_begin(j);
    json_key(j, "a");
    json_key(j, "b");
}

static void value_without_key(struct json *j)
{
    json_object_begin(j);
    json_int(j, 1);
}

static void key_in_array(struct json *j)
{
    json_array_begin(j);
    json_key(j, "a");
}

static void wrong_end(struct json *j)
{
    json_array_begin(j);
    json_object_end(j);
}

static void key_without_value(struct json *j)
{
    json_object_begin(j);
    json_key(j, "a");
    json_object_end(j);
}

static void line_inside(struct json *j)
{
    json_array_begin(j);
    json_line(j);
}

static void two_values_in_a_line(struct json *j)
{
    json_int(j, 1);
    json_int(j, 2);
}

static void too_deep(struct json *j)
{
    for (unsigned i = 0; i <= JSON_DEPTH_MAX; i++)
        json_array_begin(j);
}

TEST(misuse_stops_the_program)
{
    static void (*const misuses[])(struct json *) = {
        two_keys,          value_without_key, key_in_array,         wrong_end,
        key_without_value, line_inside,       two_values_in_a_line, too_deep,
    };
    for (size_t i = 0; i < ARRAY_LEN(misuses); i++) {
        pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            close(STDERR_FILENO);
            struct buf out = { 0 };
            struct json j;
            json_init(&j, &out);
            misuses[i](&j);
            _exit(0);
        }
        int status = 0;
        CHECK_EQ(waitpid(child, &status, 0), child);
        if (!CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT))
            CHECK_EQ(i, -1); /* says which */
    }
}
