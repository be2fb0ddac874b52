/* fuzz_message.c - any bytes as the body of the message whose type is the first byte: refused, or written again to the
 * same bytes, and its lists are gone through. Also replayed by t_fuzz_replay.c. */
#include "../proto/message.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Decodes, encodes, compares. */
#define MESSAGE_ROUND(name)                                  \
    do {                                                     \
        struct message_##name m;                             \
        if (message_##name##_decode(&m, body) == ERR_OK) {   \
            message_##name##_encode(&m, &out);               \
            message_must(bytes_equal(buf_bytes(&out), body)); \
        }                                                    \
    } while (0)

#define MESSAGE_LIST_ROUND(list, type, next, add)             \
    do {                                                      \
        struct type entry;                                    \
        struct message_list rest = (list);                    \
        struct buf entries = { 0 };                           \
        while (next(&rest, &entry))                           \
            add(&entries, &entry);                            \
        message_must(bytes_equal(buf_bytes(&entries), (list).entries)); \
        buf_deinit(&entries);                                 \
    } while (0)

static void message_must(bool holds)
{
    if (!holds)
        abort();
}

static void message_fuzz_hello(struct bytes body)
{
    struct message_hello m;
    struct buf out = { 0 };

    if (message_hello_decode(&m, body) == ERR_OK && m.version == PROTOCOL_VERSION) {
        message_hello_encode(&m, &out);
        message_must(bytes_equal(buf_bytes(&out), body));
        MESSAGE_LIST_ROUND(m.moved, message_scope, message_scope_next, message_list_add_scope);
    }
    buf_deinit(&out);
}

static void message_fuzz_lists(uint8_t type, struct bytes body)
{
    struct message_list list;

    if (type == MESSAGE_RESUME && message_resume_decode(&list, body) == ERR_OK)
        MESSAGE_LIST_ROUND(list, message_resume, message_resume_next, message_list_add_resume);
    if (type == MESSAGE_SIZES && message_sizes_decode(&list, body) == ERR_OK)
        MESSAGE_LIST_ROUND(list, message_size, message_size_next, message_list_add_size);
}

/* Numbers that are not known come back as OTHER; all else must be the same. */
static void message_fuzz_error(struct bytes body)
{
    struct message_error m, again;
    struct buf out = { 0 };

    if (message_error_decode(&m, body) == ERR_OK) {
        message_must(m.err != ERR_OK && m.detail.n <= ERROR_DETAIL_MAX);
        message_error_encode(&m, &out);
        message_must(message_error_decode(&again, buf_bytes(&out)) == ERR_OK);
        message_must(again.err == m.err && bytes_equal(again.detail, m.detail));
    }
    buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct buf out = { 0 };

    if (n == 0)
        return 0;
    struct bytes body = bytes_of(p + 1, n - 1);
    switch (p[0]) {
    case MESSAGE_HELLO:
        message_fuzz_hello(body);
        break;
    case MESSAGE_SCOPE:
        MESSAGE_ROUND(scope);
        break;
    case MESSAGE_OWN:
        MESSAGE_ROUND(own);
        break;
    case MESSAGE_CONTROL:
        MESSAGE_ROUND(control);
        break;
    case MESSAGE_CHECKPOINT:
        MESSAGE_ROUND(checkpoint);
        break;
    case MESSAGE_CLOSE:
        MESSAGE_ROUND(close);
        break;
    case MESSAGE_BODY:
        MESSAGE_ROUND(body);
        break;
    case MESSAGE_DROP:
        MESSAGE_ROUND(drop);
        break;
    case MESSAGE_ERROR:
        message_fuzz_error(body);
        break;
    default:
        message_fuzz_lists(p[0], body);
    }
    buf_deinit(&out);
    return 0;
}
