/* t_home.c - the server's directory: whole or not at all, private, every key checked. */
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/disk.h"
#include "../server/home.h"

#define NOW 1800000000u

static struct home_settings settings(void)
{
    return (struct home_settings){
        .name = "Phường Tân Thanh", .code = "PHUONG", .listen = "127.0.0.1:7440", .cert_days = 10};
}

static char *new_home(void)
{
    const struct home_settings s = settings();
    char *dir = disk_join(test_dir(), "phuong");
    crypto_init();
    CHECK_EQ(home_create(dir, &s, NOW), ERR_OK);
    return dir;
}

static enum err open_and_close(const char *dir, const char **at)
{
    struct home h;
    const enum err e = home_open(dir, KV_CHECK_WRITE, &h);
    *at = h.at;
    home_close(&h);
    home_close(&h);
    return e;
}

static enum err opens(const char *dir)
{
    const char *at;
    return open_and_close(dir, &at);
}

TEST(what_was_made_opens_and_is_private)
{
    static const char *const files[] = {"khoa-phuong", "khoa-ca", "ca.der", "khoa-tls", "tls.der", "khoa-so",
                                        "cau-hinh"};
    char *dir = new_home();
    struct stat st;
    struct home h;
    struct buf name = {0};
    struct safe_txn t;
    REQUIRE(home_open(dir, KV_CHECK_WRITE, &h) == ERR_OK);
    CHECK_STR(h.listen, "127.0.0.1:7440");
    CHECK_STR(h.address, "127.0.0.1:7440");
    CHECK_EQ(h.cert_days, 10);
    CHECK_EQ(safe_begin(&h.safe, false, &t), ERR_OK);
    CHECK_EQ(ward_name(&t.txn, &name), ERR_OK);
    CHECK_STR(buf_cstr(&name), "Phường Tân Thanh");
    safe_abort(&t);
    buf_deinit(&name);
    home_close(&h);
    CHECK(stat(dir, &st) == 0 && (st.st_mode & 07777) == 0700);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char *path = disk_join(dir, files[i]);
        CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
        free(path);
    }
    free(dir);
}

TEST(a_second_one_is_not_made_over_it)
{
    const struct home_settings s = settings();
    char *dir = new_home();
    CHECK_EQ(home_create(dir, &s, NOW), ERR_EXISTS);
    CHECK_EQ(opens(dir), ERR_OK);
    free(dir);
}

TEST(an_empty_folder_is_taken_a_file_is_not)
{
    const struct home_settings s = settings();
    char *dir = disk_join(test_dir(), "trong"), *file = disk_join(test_dir(), "tep");
    crypto_init();
    REQUIRE(mkdir(dir, 0755) == 0);
    CHECK_EQ(home_create(dir, &s, NOW), ERR_OK);
    CHECK_EQ(opens(dir), ERR_OK);
    const int fd = open(file, O_CREAT | O_WRONLY, 0600);
    close(fd);
    CHECK_EQ(home_create(file, &s, NOW), ERR_EXISTS);
    CHECK_EQ(access(file, F_OK), 0);
    free(dir);
    free(file);
}

TEST(what_someone_left_half_made_is_no_obstacle)
{
    const struct home_settings s = settings();
    const char *beside = test_dir();
    char *half = disk_join(beside, "phuong.khoi-tao"), *so = disk_join(half, "so"), *dir = disk_join(beside, "phuong");
    crypto_init();
    REQUIRE(mkdir(half, 0700) == 0 && mkdir(so, 0700) == 0);
    CHECK_EQ(disk_create(so, "data.mdb", bytes_of_str("half")), ERR_OK);
    CHECK_EQ(home_create(dir, &s, NOW), ERR_OK);
    CHECK_EQ(opens(dir), ERR_OK);
    CHECK(access(half, F_OK) != 0);
    free(half);
    free(so);
    free(dir);
}

TEST(nothing_is_made_of_bad_settings)
{
    static const char *const listens[] = {"", "nohost", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000", "::1:7440",
                                          ":7440"};
    struct home_settings s = settings();
    char *dir = disk_join(test_dir(), "khong");
    crypto_init();
    for (size_t i = 0; i < ARRAY_LEN(listens); i++) {
        s.listen = listens[i];
        CHECK_EQ(home_create(dir, &s, NOW), ERR_BAD_VALUE);
    }
    s = settings();
    s.code = "phuong";
    CHECK_EQ(home_create(dir, &s, NOW), ERR_BAD_VALUE);
    s = settings();
    s.address = "may chu:1";
    CHECK_EQ(home_create(dir, &s, NOW), ERR_BAD_VALUE);
    CHECK(access(dir, F_OK) != 0);
    free(dir);
}

TEST(no_folder_or_no_keys_is_no_store)
{
    char *dir = disk_join(test_dir(), "chua-co");
    CHECK_EQ(opens(dir), ERR_NO_STORE);
    REQUIRE(mkdir(dir, 0700) == 0);
    CHECK_EQ(opens(dir), ERR_NO_STORE);
    free(dir);
}

/* Flips one bit of every byte in turn and puts it back. */
static void flip_all(const char *dir, const char *name)
{
    struct stat st;
    const int fd = disk_open(dir, name, O_RDWR);
    REQUIRE(fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0);
    for (off_t i = 0; i < st.st_size; i++) {
        const char *at = "";
        uint8_t byte, flipped;
        CHECK_EQ(pread(fd, &byte, 1, i), 1);
        flipped = byte ^ (uint8_t)(1u << (i % 8));
        CHECK_EQ(pwrite(fd, &flipped, 1, i), 1);
        CHECK_EQ(open_and_close(dir, &at), ERR_DAMAGED);
        CHECK_STR(at, name);
        CHECK_EQ(pwrite(fd, &byte, 1, i), 1);
    }
    close(fd);
}

TEST(a_flipped_bit_in_any_byte_of_a_key_or_certificate_is_damage)
{
    char *dir = new_home();
    flip_all(dir, "khoa-phuong");
    flip_all(dir, "khoa-ca");
    flip_all(dir, "ca.der");
    flip_all(dir, "khoa-tls");
    flip_all(dir, "tls.der");
    CHECK_EQ(opens(dir), ERR_OK);
    free(dir);
}

TEST(a_key_of_one_file_is_no_key_for_another)
{
    char *dir = new_home(), *ca = disk_join(dir, "khoa-ca"), *tls = disk_join(dir, "khoa-tls");
    CHECK_EQ(rename(ca, tls), 0);
    CHECK_EQ(opens(dir), ERR_DAMAGED);
    free(dir);
    free(ca);
    free(tls);
}

TEST(a_key_that_others_may_read_is_refused)
{
    char *dir = new_home(), *key = disk_join(dir, "khoa-phuong");
    CHECK_EQ(chmod(key, 0640), 0);
    CHECK_EQ(opens(dir), ERR_NOT_ALLOWED);
    free(dir);
    free(key);
}

TEST(a_newer_store_is_refused)
{
    char *dir = new_home();
    struct home h;
    struct safe_txn t;
    uint8_t version[4];
    store_u32(version, HOME_VERSION + 1);
    REQUIRE(home_open(dir, KV_WRITE, &h) == ERR_OK);
    CHECK_EQ(safe_begin(&h.safe, true, &t), ERR_OK);
    CHECK_EQ(store_put(&t.txn, TABLE_meta, bytes_of_str("version"), bytes_of(version, 4)), ERR_OK);
    CHECK_EQ(safe_commit(&t), ERR_OK);
    home_close(&h);
    CHECK_EQ(opens(dir), ERR_TOO_NEW);
    free(dir);
}

/* The number stands in the clear, before the tag: what is behind it may be of any form. */
TEST(a_store_of_another_format_is_refused)
{
    static const struct { uint8_t format; enum err want; } rows[] = {
        {SAFE_FORMAT + 1, ERR_TOO_NEW}, {SAFE_FORMAT - 1, ERR_TOO_OLD}, {SAFE_FORMAT, ERR_DAMAGED}};
    static const char *const names[] = {"format"};
    static const struct kv_spec spec = {names, 1, 32 << 20, 64 << 20};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char *dir = new_home(), *so = disk_join(dir, "so");
        const uint8_t other[] = {0, 0, 0, rows[i].format, 'w', 'h', 'a', 't'};
        struct kv *kv;
        struct kv_txn raw;
        REQUIRE(kv_open(so, &spec, KV_WRITE, &kv) == ERR_OK);
        REQUIRE(kv_begin(kv, true, &raw) == ERR_OK);
        CHECK_EQ(kv_put(&raw, 0, bytes_of_str("format"), bytes_of(other, sizeof(other))), ERR_OK);
        CHECK_EQ(kv_commit(&raw), ERR_OK);
        kv_close(kv);
        CHECK_EQ(opens(dir), rows[i].want);
        free(so);
        free(dir);
    }
}

static enum err configure(const char *dir, const char *text)
{
    char *path = disk_join(dir, "cau-hinh");
    FILE *f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
    free(path);
    return opens(dir);
}

TEST(the_configuration_is_lines_and_their_mistakes_are_said)
{
    char *dir = new_home();
    CHECK_EQ(configure(dir, "# mine\n\n nghe=[::1]:7440\r\ndia-chi =  phuong.example:7440  \n"), ERR_OK);
    CHECK_EQ(configure(dir, "nghe = 127.0.0.1:7440\n"), ERR_BAD_VALUE);
    CHECK_EQ(configure(dir, "nghe = 127.0.0.1:7440\ndia-chi = a:1\nmau = xanh\n"), ERR_BAD_VALUE);
    CHECK_EQ(configure(dir, "nghe = 127.0.0.1:7440\ndia-chi = a:1\nhan-chung-thu-ngay = 9999999999\n"), ERR_BAD_VALUE);
    CHECK_EQ(configure(dir, "nghe = 127.0.0.1:7440\ndia-chi\n"), ERR_BAD_VALUE);
    free(dir);
}

TEST(listen_addresses_are_taken_apart)
{
    char host[HOME_ADDRESS_MAX + 1];
    uint16_t port;
    CHECK_EQ(home_split("10.0.0.5:7440", host, &port), ERR_OK);
    CHECK_STR(host, "10.0.0.5");
    CHECK_EQ(port, 7440);
    CHECK_EQ(home_split("[::1]:1", host, &port), ERR_OK);
    CHECK_STR(host, "::1");
    CHECK_EQ(home_split("localhost:65535", host, &port), ERR_OK);
    CHECK_STR(host, "127.0.0.1");
    CHECK_EQ(port, 65535);
    CHECK_EQ(home_split("[]:5", host, &port), ERR_BAD_VALUE);
}

/* The hook of enrolment: for this device and key, good for as long as the configuration says. */
TEST(certificates_come_from_the_ward_s_own_CA)
{
    char *dir = new_home();
    struct home h;
    struct buf der = {0};
    struct tls_cert cert;
    uint8_t public_key[SIGN_PUBLIC_SIZE], secret[SIGN_SECRET_SIZE];
    const struct id device = {{9, 8, 7}};
    REQUIRE(home_open(dir, KV_WRITE, &h) == ERR_OK);
    crypto_sign_keypair(public_key, secret);
    CHECK_EQ(h.ward.hooks.tls_issue(h.ward.hooks.arg, public_key, &device, NOW, &der), ERR_OK);
    CHECK_EQ(tls_identity_read(buf_bytes(&der), &cert), ERR_OK);
    CHECK(id_equal(&cert.device, &device));
    CHECK_MEM(cert.public_key, public_key, SIGN_PUBLIC_SIZE);
    CHECK_EQ(cert.validity.not_after_s, NOW + 10 * 86400);
    buf_deinit(&der);
    home_close(&h);
    free(dir);
}

static void take_pin(const char *dir, uint8_t pin[TLS_PIN_SIZE])
{
    struct home h;
    CHECK_EQ(home_open(dir, KV_WRITE, &h), ERR_OK);
    memcpy(pin, h.pin, TLS_PIN_SIZE);
    home_close(&h);
}

static void copy_file(const char *dir, const char *from, const char *to)
{
    struct buf content = {0};
    CHECK_EQ(disk_read_private(dir, from, 4096, &content), ERR_OK);
    CHECK_EQ(disk_create(dir, to, buf_bytes(&content)), ERR_OK);
    buf_wipe_deinit(&content);
}

/* Whoever dies on the way has changed nothing before the new key's file is there, and all once it is. */
TEST(a_new_tls_key_counts_whole_or_not_at_all)
{
    uint8_t first[TLS_PIN_SIZE], second[TLS_PIN_SIZE], now[TLS_PIN_SIZE];
    char *dir = new_home();
    struct home h;
    take_pin(dir, first);
    copy_file(dir, "khoa-tls", "old-key");
    copy_file(dir, "tls.der", "old-cert");
    REQUIRE(home_open(dir, KV_WRITE, &h) == ERR_OK);
    CHECK_EQ(home_rotate_tls(&h, NOW), ERR_OK);
    home_close(&h);
    take_pin(dir, second);
    CHECK(memcmp(first, second, TLS_PIN_SIZE) != 0);
    copy_file(dir, "khoa-tls", "new-key");
    copy_file(dir, "tls.der", "new-cert");

    for (int stage = 0; stage < 3; stage++) { /* certificate written; key too; certificate in its place */
        CHECK_EQ(disk_replace(dir, "old-key", "khoa-tls"), ERR_OK);
        CHECK_EQ(disk_replace(dir, "old-cert", "tls.der"), ERR_OK);
        copy_file(dir, "khoa-tls", "old-key");
        copy_file(dir, "tls.der", "old-cert");
        copy_file(dir, "new-cert", "tls.der.moi");
        if (stage > 0)
            copy_file(dir, "new-key", "khoa-tls.moi");
        if (stage > 1)
            CHECK_EQ(disk_replace(dir, "tls.der.moi", "tls.der"), ERR_OK);
        take_pin(dir, now);
        CHECK_MEM(now, stage > 0 ? second : first, TLS_PIN_SIZE);
        if (stage == 0) { /* and the next attempt is not hindered by what the first one left */
            REQUIRE(home_open(dir, KV_WRITE, &h) == ERR_OK);
            CHECK_EQ(home_rotate_tls(&h, NOW), ERR_OK);
            home_close(&h);
        }
    }
    free(dir);
}

static bool newest_is(struct home *h, const uint8_t key[SIGN_PUBLIC_SIZE])
{
    uint8_t newest[SIGN_PUBLIC_SIZE];
    struct safe_txn t;
    CHECK_EQ(safe_begin(&h->safe, false, &t), ERR_OK);
    const enum err e = ward_key_newest(&t.txn, newest);
    safe_abort(&t);
    return e == ERR_OK && memcmp(newest, key, SIGN_PUBLIC_SIZE) == 0;
}

/* The last eight, the newest last, whoever opens the home; a flipped byte is seen. */
TEST(old_keys_of_the_ward_are_kept_for_opening)
{
    uint8_t key[WARD_OLD_KEYS + 3][SIGN_PUBLIC_SIZE];
    char *dir = new_home();
    struct home h;
    for (size_t i = 0; i < ARRAY_LEN(key); i++) {
        REQUIRE(home_open(dir, KV_WRITE, &h) == ERR_OK);
        const size_t kept = i < WARD_OLD_KEYS ? i : WARD_OLD_KEYS;
        CHECK_EQ(h.ward.old_count, kept);
        for (size_t k = 0; k < kept; k++)
            CHECK_MEM(h.ward.old[k].public_key, key[i - kept + k], SIGN_PUBLIC_SIZE);
        memcpy(key[i], h.ward.public_key, SIGN_PUBLIC_SIZE);
        CHECK_EQ(home_rotate_ward(&h, NOW), ERR_OK);
        CHECK_MEM(h.ward.old[h.ward.old_count - 1].public_key, key[i], SIGN_PUBLIC_SIZE);
        home_close(&h);
    }
    flip_all(dir, "khoa-cu");
    free(dir);
}

/* The store says which key counts; the file of the new one is there before it does. */
TEST(a_new_key_of_the_ward_counts_whole_or_not_at_all)
{
    uint8_t first[SIGN_PUBLIC_SIZE], second[SIGN_PUBLIC_SIZE];
    char *dir = new_home();
    struct home h;
    copy_file(dir, "khoa-phuong", "old-key");
    REQUIRE(home_open(dir, KV_WRITE, &h) == ERR_OK);
    memcpy(first, h.ward.public_key, sizeof(first));
    CHECK_EQ(home_rotate_ward(&h, NOW), ERR_OK);
    memcpy(second, h.ward.public_key, sizeof(second));
    CHECK(memcmp(first, second, sizeof(first)) != 0);
    CHECK(newest_is(&h, second));
    home_close(&h);
    REQUIRE(home_open(dir, KV_WRITE, &h) == ERR_OK);
    CHECK_MEM(h.ward.public_key, second, sizeof(second));
    home_close(&h);

    /* Died behind the commit: the new file takes its place at the next start. */
    CHECK_EQ(disk_replace(dir, "khoa-phuong", "khoa-phuong.moi"), ERR_OK);
    copy_file(dir, "old-key", "khoa-phuong");
    REQUIRE(home_open(dir, KV_WRITE, &h) == ERR_OK);
    CHECK_MEM(h.ward.public_key, second, sizeof(second));
    home_close(&h);

    /* Died before it: a key nobody heard of is no hindrance. */
    copy_file(dir, "khoa-phuong", "khoa-phuong.moi");
    REQUIRE(home_open(dir, KV_WRITE, &h) == ERR_OK);
    CHECK_MEM(h.ward.public_key, second, sizeof(second));
    CHECK_EQ(home_rotate_ward(&h, NOW), ERR_OK);
    home_close(&h);

    /* The old key's file put back alone: it is not the store's. */
    REQUIRE(home_open(dir, KV_WRITE, &h) == ERR_OK);
    memcpy(second, h.ward.public_key, sizeof(second));
    home_close(&h);
    copy_file(dir, "old-key", "khoa-phuong.x");
    CHECK_EQ(disk_replace(dir, "khoa-phuong.x", "khoa-phuong"), ERR_OK);
    REQUIRE(home_open(dir, KV_WRITE, &h) == ERR_OK); /* the newest one lies beside the folder */
    CHECK_MEM(h.ward.public_key, second, sizeof(second));
    home_close(&h);
    CHECK_EQ(disk_replace(dir, "old-key", "khoa-phuong"), ERR_OK);
    struct buf beside = {0};
    buf_printf(&beside, "%s.khoa", dir);
    CHECK_EQ(unlink(buf_cstr(&beside)), 0);
    buf_deinit(&beside);
    CHECK_EQ(opens(dir), ERR_DAMAGED);
    free(dir);
}
