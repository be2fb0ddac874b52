/* t_crypto.c - the primitives against their published vectors, and sealing against every flipped bit. */
#include "test.h"

#include "../common/crypto.h"

static struct buf hex(const char *text)
{
    struct buf b = {0};
    hex_to_buf(text, &b);
    return b;
}

static void check_hex(struct bytes got, const char *want_hex)
{
    struct buf want = hex(want_hex);
    CHECK_BYTES(got, buf_bytes(&want));
    buf_deinit(&want);
}

/* FIPS 180-4 examples; the second is given in three pieces, one of them empty. */
TEST(sha256_vectors)
{
    crypto_init();
    struct bytes abc = bytes_of_str("abc");
    struct hash h = crypto_sha256(&abc, 1);
    check_hex(bytes_of(h.b, HASH_SIZE), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    struct bytes pieces[] = {bytes_of_str("abcdbcdecdefdefgefghfghighij"), {NULL, 0},
                             bytes_of_str("hijkijkljklmklmnlmnomnopnopq")};
    h = crypto_sha256(pieces, ARRAY_LEN(pieces));
    check_hex(bytes_of(h.b, HASH_SIZE), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    h = crypto_sha256(NULL, 0);
    check_hex(bytes_of(h.b, HASH_SIZE), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* RFC 7693 appendix A, and the first line of the BLAKE2 project's keyed test file. */
TEST(blake2b_vectors)
{
    crypto_init();
    uint8_t out[64];
    struct bytes pieces[] = {bytes_of_str("a"), bytes_of_str("bc")};
    crypto_blake2b(out, 64, bytes_of(NULL, 0), pieces, 2);
    check_hex(bytes_of(out, 64), "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                                 "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
    uint8_t key[64];
    for (unsigned i = 0; i < 64; i++)
        key[i] = (uint8_t)i;
    crypto_blake2b(out, 64, bytes_of(key, 64), NULL, 0);
    check_hex(bytes_of(out, 64), "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786"
                                 "b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568");
    crypto_blake2b(out, 32, bytes_of(NULL, 0), NULL, 0);
    check_hex(bytes_of(out, 32), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

/* RFC 8032 section 7.1, tests 1 and 2. */
TEST(ed25519_vectors)
{
    static const struct {
        const char *seed, *public_key, *message, *signature;
    } rows[] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
         "d25bf5f0595bbe24655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
         "387b2eaeb4302aeeb00d291612bb0c00"},
    };
    crypto_init();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf seed = hex(rows[i].seed), message = hex(rows[i].message);
        uint8_t public_key[SIGN_PUBLIC_SIZE], secret_key[SIGN_SECRET_SIZE], signature[SIGNATURE_SIZE];
        crypto_sign_from_seed(seed.p, public_key, secret_key);
        check_hex(bytes_of(public_key, sizeof(public_key)), rows[i].public_key);
        crypto_sign(signature, buf_bytes(&message), secret_key);
        check_hex(bytes_of(signature, sizeof(signature)), rows[i].signature);
        CHECK(crypto_verify(signature, buf_bytes(&message), public_key));
        for (unsigned bit = 0; bit < 8 * SIGNATURE_SIZE; bit++) {
            signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
            CHECK(!crypto_verify(signature, buf_bytes(&message), public_key));
            signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        buf_put_u8(&message, 0);
        CHECK(!crypto_verify(signature, buf_bytes(&message), public_key));
        buf_deinit(&seed);
        buf_deinit(&message);
    }
}

TEST(fresh_keys_sign)
{
    crypto_init();
    uint8_t public_key[2][SIGN_PUBLIC_SIZE], secret_key[2][SIGN_SECRET_SIZE], signature[SIGNATURE_SIZE];
    for (unsigned i = 0; i < 2; i++)
        crypto_sign_keypair(public_key[i], secret_key[i]);
    crypto_sign(signature, bytes_of_str("x"), secret_key[0]);
    CHECK(crypto_verify(signature, bytes_of_str("x"), public_key[0]));
    CHECK(!crypto_verify(signature, bytes_of_str("x"), public_key[1]));
}

/* RFC 8439 appendix A.1: vectors 1 and 2 (blocks 0 and 1 of the zero key), 4 (block 2 of key 00ff00...). */
TEST(expand_is_chacha20)
{
    crypto_init();
    uint8_t out[2048], key[KEY_SIZE] = {0};
    crypto_expand(out, key);
    check_hex(bytes_of(out, 64), "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
                                 "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586");
    check_hex(bytes_of(out + 64, 64), "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
                                      "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f");
    key[1] = 0xff;
    crypto_expand(out, key);
    check_hex(bytes_of(out + 128, 64), "72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca"
                                       "13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096");
}

/* draft-irtf-cfrg-xchacha-03 appendix A.3.1. */
TEST(open_vector)
{
    crypto_init();
    struct buf key = hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    struct buf associated = hex("50515253c0c1c2c3c4c5c6c7");
    struct buf sealed = hex("404142434445464748494a4b4c4d4e4f5051525354555657"
                            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
                            "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
                            "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
                            "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49");
    const char *text = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
                       "sunscreen would be it.";
    uint8_t out[114];
    CHECK_EQ(crypto_open(out, key.p, buf_bytes(&sealed), buf_bytes(&associated)), ERR_OK);
    CHECK_BYTES(bytes_of(out, sizeof(out)), bytes_of_str(text));
    buf_deinit(&key);
    buf_deinit(&associated);
    buf_deinit(&sealed);
}

TEST(sealing_refuses_every_flipped_bit)
{
    crypto_init();
    uint8_t key[KEY_SIZE], sealed[48 + AEAD_OVERHEAD], again[48 + AEAD_OVERHEAD], out[48], aad[] = "bảng";
    crypto_random(key, sizeof(key));
    struct bytes plain = bytes_of("một hai ba bốn năm sáu bảy tám chín mười ......", 48);
    struct bytes associated = bytes_of(aad, sizeof(aad));
    crypto_seal(sealed, key, plain, associated);
    crypto_seal(again, key, plain, associated);
    CHECK(memcmp(sealed, again, sizeof(sealed)) != 0);
    CHECK_EQ(crypto_open(out, key, bytes_of(sealed, sizeof(sealed)), associated), ERR_OK);
    CHECK_BYTES(bytes_of(out, sizeof(out)), plain);
    const struct {
        uint8_t *p;
        size_t n;
    } parts[] = {{sealed, sizeof(sealed)}, {key, sizeof(key)}, {aad, sizeof(aad)}};
    for (size_t part = 0; part < ARRAY_LEN(parts); part++) {
        for (size_t bit = 0; bit < 8 * parts[part].n; bit++) {
            parts[part].p[bit / 8] ^= (uint8_t)(1u << bit % 8);
            CHECK_EQ(crypto_open(out, key, bytes_of(sealed, sizeof(sealed)), associated), ERR_DAMAGED);
            parts[part].p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
    for (size_t n = 0; n < sizeof(sealed); n++)
        CHECK_EQ(crypto_open(out, key, bytes_of(sealed, n), associated), ERR_DAMAGED);
    uint8_t empty[AEAD_OVERHEAD];
    crypto_seal(empty, key, bytes_of(NULL, 0), bytes_of(NULL, 0));
    CHECK_EQ(crypto_open(out, key, bytes_of(empty, sizeof(empty)), bytes_of(NULL, 0)), ERR_OK);
}

TEST(compare_and_wipe)
{
    crypto_init();
    uint8_t a[8] = {1, 2, 3, 4, 5, 6, 7, 8}, b[8] = {1, 2, 3, 4, 5, 6, 7, 9};
    CHECK(crypto_equal(a, a, 8));
    CHECK(crypto_equal(a, b, 7));
    CHECK(!crypto_equal(a, b, 8));
    CHECK(crypto_equal(NULL, NULL, 0));
    crypto_wipe(b, 8);
    CHECK_MEM(b, ((uint8_t[8]){0}), 8);
}
