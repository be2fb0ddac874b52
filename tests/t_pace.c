/* t_pace.c - how hard a side packs, by how fast its link is; and that a device tells the ward, and remembers. */
#include "../proto/message.h"
#include "../proto/pace.h"
#include "../proto/replica.h"
#include "../proto/session.h"
#include "memstore.h"
#include "test.h"

TEST(a_link_is_slow_or_fast_by_what_it_carried)
{
    static const struct {
        uint64_t bytes, us;
        enum pace_class class;
    } row[] = {
        {8191, 60000000, PACE_UNKNOWN}, /* too little to say */
        {16000, 1000000, PACE_SLOW},    /* 128 kbit/s */
        {31999, 1000000, PACE_SLOW},
        {32000, 1000000, PACE_MIDDLE},  /* 256 kbit/s */
        {511999, 1000000, PACE_MIDDLE},
        {512000, 1000000, PACE_FAST},   /* 4 Mbit/s */
        {100000, 0, PACE_FAST},         /* nobody had to wait */
    };
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        struct pace p = {0};
        pace_note(&p, row[i].bytes, row[i].us);
        CHECK_EQ(pace_class(&p), row[i].class);
    }
}

TEST(what_was_known_holds_until_this_session_measured_something)
{
    struct pace p = {.known = PACE_SLOW, .hard_max = 1u << 20};
    CHECK_EQ(pace_take(&p, 100), PACE_SLOW_LEVEL);
    pace_note(&p, 4000, 10);
    CHECK_EQ(pace_take(&p, 100), PACE_SLOW_LEVEL);
    pace_note(&p, 60000, 10000);
    CHECK_EQ(pace_take(&p, 100), PACE_FAST_LEVEL);
}

/* An hour at a fast link, then the phone's: a few frames later it is known. */
TEST(a_link_that_gets_slow_is_noticed)
{
    struct pace p = {0};
    unsigned frames = 0;
    for (unsigned i = 0; i < 1000; i++)
        pace_note(&p, 20000, 10000);
    while (pace_class(&p) != PACE_SLOW && frames < 1000) {
        pace_note(&p, 20000, 1250000);
        frames++;
    }
    CHECK(frames <= 20);
}

TEST(hard_packing_is_bounded_in_each_session)
{
    struct pace p = {.known = PACE_SLOW, .hard_max = 150000};
    CHECK_EQ(pace_take(&p, 60000), PACE_SLOW_LEVEL);
    CHECK_EQ(pace_take(&p, 60000), PACE_SLOW_LEVEL);
    CHECK_EQ(pace_take(&p, 60000), pace_level(PACE_UNKNOWN));
    CHECK_EQ(pace_take(&p, 30000), PACE_SLOW_LEVEL);
    CHECK_EQ(pace_take(&p, 1), pace_level(PACE_UNKNOWN));
}

TEST(a_snapshot_packs_by_itself_and_leaves_the_bound_alone)
{
    struct pace p = {.known = PACE_SLOW, .hard_max = 60000};
    CHECK_EQ(pace_snapshot(&p), PACE_SLOW_LEVEL);
    CHECK_EQ(pace_take(&p, 60000), PACE_SLOW_LEVEL);
    pace_note(&p, 200000, 10000);
    CHECK_EQ(pace_class(&p), PACE_FAST);
    CHECK_EQ(pace_snapshot(&p), PACE_SNAPSHOT_LEVEL);
}

TEST(hello_says_slow_beside_mode_and_dictionary)
{
    for (unsigned i = 0; i < 2 * 16 * 3; i++) {
        struct message_hello out = {.version = 1, .mode = i % 3, .packing = i / 3 % 16, .slow = i / 48 != 0}, in;
        struct buf b = {0};
        message_hello_encode(&out, &b);
        REQUIRE(message_hello_decode(&in, buf_bytes(&b)) == ERR_OK);
        CHECK_EQ(in.mode, out.mode);
        CHECK_EQ(in.packing, out.packing);
        CHECK_EQ(in.slow, out.slow);
        CHECK_EQ(b.p[2] < 128, true); /* array, version, and this in one byte */
        buf_deinit(&b);
    }
}

/* The hello of a device on a slow link, into a ward's session: what the ward sends from then on is packed harder. */
TEST(the_ward_packs_as_the_device_asks)
{
    for (unsigned slow = 0; slow < 2; slow++) {
        static const struct id device = {{1}};
        uint8_t binding[BINDING_SIZE] = {0};
        struct session s;
        struct buf hello = {0}, wire = {0};
        struct frame_out f;
        struct work *w;
        session_init_ward(&s, &device, false, binding, ZIP_LEVEL);
        session_paced(&s);
        message_hello_encode(&(struct message_hello){.version = PROTOCOL_VERSION, .packing = 1, .slow = slow == 1}, &hello);
        frame_out_init(&f, 0);
        frame_put(&f, MESSAGE_HELLO, buf_bytes(&hello), true, &wire);
        session_step(&s, &(struct session_event){.kind = SESSION_BYTES, .bytes = buf_bytes(&wire)});
        CHECK_EQ(pace_class(&s.pace), slow == 1 ? PACE_SLOW : PACE_UNKNOWN);
        session_send(&s, MESSAGE_LEAF, buf_bytes(&hello), false);
        CHECK_EQ(s.frames.level, slow == 1 ? PACE_SLOW_LEVEL : ZIP_LEVEL);
        while ((w = session_take_work(&s)) != NULL)
            session_step(&s, &(struct session_event){.kind = SESSION_WORKED, .work = w});
        session_deinit(&s);
        frame_out_deinit(&f);
        buf_deinit(&hello);
        buf_deinit(&wire);
    }
}

TEST(a_device_keeps_what_it_knows_of_its_link)
{
    struct memstore *m = memstore_new(true);
    struct txn t;
    enum pace_class class;
    memstore_begin(m, true, &t);
    CHECK_EQ(replica_pace_load(&t, &class), ERR_OK);
    CHECK_EQ(class, PACE_UNKNOWN);
    CHECK_EQ(replica_pace_save(&t, PACE_SLOW), ERR_OK);
    CHECK_EQ(replica_pace_save(&t, PACE_UNKNOWN), ERR_OK); /* a short session says nothing about a link */
    CHECK_EQ(replica_pace_load(&t, &class), ERR_OK);
    CHECK_EQ(class, PACE_SLOW);
    CHECK_EQ(replica_pace_save(&t, PACE_FAST), ERR_OK);
    CHECK_EQ(replica_pace_load(&t, &class), ERR_OK);
    CHECK_EQ(class, PACE_FAST);
    memstore_abort(m);
    memstore_free(m);
}
