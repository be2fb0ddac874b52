/* t_message.c - bodies of messages against tests/vectors/messages.hex (msgpack in Python), and every way to spoil
 * them. */
#include "../proto/message.h"
#include "../proto/mp.h"
#include "test.h"
#include "vector.h"

/* Decodes by type and encodes again what was understood. */
static enum err again(uint8_t type, struct bytes body, struct buf *out)
{
    union {
        struct message_hello hello;
        struct message_scope scope;
        struct message_own own;
        struct message_control control;
        struct message_checkpoint checkpoint;
        struct message_close close;
        struct message_error error;
        struct message_drop drop;
        struct message_body body;
        struct message_list list;
    } m;
    enum err e = ERR_BAD_FRAME;

#define AGAIN(NAME, name)                            \
    case MESSAGE_##NAME:                             \
        e = message_##name##_decode(&m.name, body);  \
        if (e == ERR_OK)                             \
            message_##name##_encode(&m.name, out);   \
        break;
    switch (type) {
        AGAIN(HELLO, hello)
        AGAIN(SCOPE, scope)
        AGAIN(OWN, own)
        AGAIN(CONTROL, control)
        AGAIN(CHECKPOINT, checkpoint)
        AGAIN(CLOSE, close)
        AGAIN(ERROR, error)
        AGAIN(DROP, drop)
        AGAIN(BODY, body)
    case MESSAGE_RESUME:
    case MESSAGE_SIZES:
        e = (type == MESSAGE_RESUME ? message_resume_decode : message_sizes_decode)(&m.list, body);
        if (e == ERR_OK)
            message_list_encode(&m.list, out);
        break;
    default:
        if (message_empty(body)) {
            message_empty_encode(out);
            e = ERR_OK;
        }
    }
    return e;
}

static const struct row {
    const char *name;
    uint8_t type;
} good[] = {
    { "hello", MESSAGE_HELLO },   { "hello_still", MESSAGE_HELLO },     { "resume", MESSAGE_RESUME },
    { "scope", MESSAGE_SCOPE },   { "resume_none", MESSAGE_RESUME },    { "own", MESSAGE_OWN },
    { "own_list", MESSAGE_OWN },  { "control", MESSAGE_CONTROL },       { "checkpoint", MESSAGE_CHECKPOINT },
    { "close", MESSAGE_CLOSE },   { "error", MESSAGE_ERROR },           { "error_long", MESSAGE_ERROR },
    { "sizes", MESSAGE_SIZES },   { "drop", MESSAGE_DROP },             { "nothing", MESSAGE_ASK },
    { "drop_words", MESSAGE_DROP }, { "drop_more", MESSAGE_DROP },
    { "body", MESSAGE_BODY },
}, bad[] = {
    { "bad_hello_mode", MESSAGE_HELLO },      { "bad_hello_order", MESSAGE_HELLO },
    { "bad_hello_twice", MESSAGE_HELLO },     { "bad_hello_empty", MESSAGE_HELLO },
    { "bad_resume_offset", MESSAGE_RESUME },  { "bad_scope_epoch", MESSAGE_SCOPE },
    { "bad_scope_negative", MESSAGE_SCOPE },  { "bad_error_done", MESSAGE_ERROR },
    { "bad_error_long", MESSAGE_ERROR },      { "bad_error_bin", MESSAGE_ERROR },
    { "bad_own_verdicts", MESSAGE_OWN },      { "bad_checkpoint", MESSAGE_CHECKPOINT },
    { "bad_drop_short", MESSAGE_DROP },       { "bad_drop_word", MESSAGE_DROP },
    { "bad_drop_text", MESSAGE_DROP },
    { "bad_drop", MESSAGE_DROP },             { "bad_body", MESSAGE_BODY },
};

/* Decodes `body`, which is not `name` any more: refused, or taken for exactly what it says. */
static bool refused_or_exact(uint8_t type, struct bytes body)
{
    struct buf out = { 0 };
    bool refused = again(type, body, &out) != ERR_OK;
    bool exact = refused || bytes_equal(buf_bytes(&out), body);

    buf_deinit(&out);
    return exact;
}

TEST(good_messages_go_round)
{
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct bytes body = vector("messages", good[i].name);
        struct buf out = { 0 };
        if (!CHECK_EQ(again(good[i].type, body, &out), ERR_OK))
            CHECK_STR(good[i].name, "accepted");
        CHECK_BYTES(buf_bytes(&out), body);
        buf_deinit(&out);
    }
}

TEST(bad_messages_are_refused)
{
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct buf out = { 0 };
        if (!CHECK_EQ(again(bad[i].type, vector("messages", bad[i].name), &out), ERR_BAD_FRAME))
            CHECK_STR(bad[i].name, "refused");
        buf_deinit(&out);
    }
}

TEST(cut_or_longer_messages_are_refused)
{
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct bytes body = vector("messages", good[i].name);
        struct buf out = { 0 }, longer = { 0 };
        for (size_t n = 0; n < body.n; n++)
            CHECK_EQ(again(good[i].type, bytes_of(body.p, n), &out), ERR_BAD_FRAME);
        buf_put_bytes(&longer, body);
        buf_put_u8(&longer, 0xc0);
        CHECK_EQ(again(good[i].type, buf_bytes(&longer), &out), ERR_BAD_FRAME);
        longer.p[0]++; /* one element more, and it is there */
        CHECK_EQ(again(good[i].type, buf_bytes(&longer), &out), ERR_BAD_FRAME);
        CHECK_EQ(out.n, 0);
        buf_deinit(&longer);
        buf_deinit(&out);
    }
}

/* Versions of hello other than ours are not read beyond their number, so they do not go round. */
TEST(every_flipped_bit_is_refused_or_understood)
{
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct buf body = { 0 };
        struct message_hello hello;
        buf_put_bytes(&body, vector("messages", good[i].name));
        for (size_t bit = 0; bit < 8 * body.n; bit++) {
            body.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
            bool other = good[i].type == MESSAGE_HELLO && message_hello_decode(&hello, buf_bytes(&body)) == ERR_OK &&
                         hello.version != PROTOCOL_VERSION;
            bool number = good[i].type == MESSAGE_ERROR; /* unknown ones become OTHER */
            CHECK(other || number || refused_or_exact(good[i].type, buf_bytes(&body)));
            body.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        buf_deinit(&body);
    }
}

TEST(hello_says_what_moved)
{
    struct message_hello m;
    struct message_scope entry;

    REQUIRE(message_hello_decode(&m, vector("messages", "hello")) == ERR_OK);
    CHECK_EQ(m.version, 1);
    CHECK_EQ(m.mode, 0);
    CHECK_EQ(m.incarnation, 0xcafe0001);
    CHECK_EQ(m.n, 7);
    CHECK_EQ(m.ratchet[0], 0x50);
    CHECK_EQ(m.logs[15], 0x6f);
    CHECK_EQ(m.states[7], 0x77);
    CHECK_EQ(m.moved.count, 2);
    struct message_list list = m.moved;
    REQUIRE(message_scope_next(&list, &entry));
    CHECK_EQ(entry.scope.b[0], 0x20);
    CHECK_EQ(entry.epoch, 1);
    CHECK_EQ(entry.size, 6);
    REQUIRE(message_scope_next(&list, &entry));
    CHECK_EQ(entry.scope.b[0], 0x30);
    CHECK_EQ(entry.size, UINT32_MAX);
    CHECK(!message_scope_next(&list, &entry));
    REQUIRE(message_hello_decode(&m, vector("messages", "hello_later")) == ERR_OK);
    CHECK_EQ(m.version, 2);
}

TEST(lists_are_gone_through_and_built)
{
    struct message_list list;
    struct message_resume resume;
    struct message_size size;
    struct buf entries = { 0 }, out = { 0 };
    size_t count = 0;

    REQUIRE(message_resume_decode(&list, vector("messages", "resume")) == ERR_OK);
    for (; message_resume_next(&list, &resume); count++)
        message_list_add_resume(&entries, &resume);
    CHECK_EQ(count, 2);
    CHECK_EQ(resume.next, 0x100000000);
    CHECK_EQ(resume.head.b[0], 0x44);
    CHECK_EQ(resume.offset, MESSAGE_MAX);
    list = (struct message_list){ count, buf_bytes(&entries) };
    message_list_encode(&list, &out);
    CHECK_BYTES(buf_bytes(&out), vector("messages", "resume"));

    buf_clear(&entries);
    buf_clear(&out);
    REQUIRE(message_sizes_decode(&list, vector("messages", "sizes")) == ERR_OK);
    for (count = 0; message_size_next(&list, &size); count++)
        message_list_add_size(&entries, &size);
    list = (struct message_list){ count, buf_bytes(&entries) };
    message_list_encode(&list, &out);
    CHECK_BYTES(buf_bytes(&out), vector("messages", "sizes"));
    CHECK_EQ(size.root.b[31], 0x52);
    buf_deinit(&entries);
    buf_deinit(&out);
}

TEST(errors_carry_a_sentence_that_fits)
{
    struct message_error m;
    struct buf out = { 0 };
    char text[200];

    REQUIRE(message_error_decode(&m, vector("messages", "error")) == ERR_OK);
    CHECK_EQ(m.err, ERR_BUSY);
    CHECK_BYTES(m.detail, bytes_of_str("đợi một chút"));
    REQUIRE(message_error_decode(&m, vector("messages", "error_new")) == ERR_OK);
    CHECK_EQ(m.err, ERR_OTHER);
    memset(text, 'x', sizeof(text));
    memcpy(text + 159, "ộ", strlen("ộ")); /* three bytes over the bound: cut before it, not in it */
    m = (struct message_error){ ERR_BAD_ORDER, bytes_of(text, sizeof(text)) };
    message_error_encode(&m, &out);
    REQUIRE(message_error_decode(&m, buf_bytes(&out)) == ERR_OK);
    CHECK_EQ(m.err, ERR_BAD_ORDER);
    CHECK_BYTES(m.detail, bytes_of(text, 159));
    buf_deinit(&out);
}

TEST(names_and_senders)
{
    CHECK_STR(message_name(1), "hello");
    CHECK_STR(message_name(16), "end");
    CHECK_STR(message_name(0), "unknown");
    CHECK_STR(message_name(200), "unknown");
    CHECK_EQ(message_sender(MESSAGE_LEAF), MESSAGE_FROM_BOTH);
    CHECK_EQ(message_sender(MESSAGE_SCOPE), MESSAGE_FROM_BOTH);
    CHECK_EQ(message_sender(MESSAGE_CHANGESET), MESSAGE_FROM_DEVICE);
    CHECK_EQ(message_sender(99), 0);
}

TEST(zz_every_row_of_the_vectors_was_read)
{
    CHECK(vector_all_read("messages"));
}
