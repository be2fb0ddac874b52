/* t_csv.c - tables as text, and the encodings they come in.
 *
 * Bytes of TCVN3 and VNI are written down from the tables of their fonts; those of CP1258 and UTF-16 come from Python's
 * codecs (u'...'.encode('cp1258') of the decomposed text). */
#include "../client/charset.h"
#include "../client/csv.h"
#include "../common/text.h"
#include "test.h"

/* All rows, cells with | between, rows with \n; "!N" where line N is wrong. */
static const char *parsed(const char *text, char separator, struct buf *out)
{
    struct csv c;
    struct csv_row row = {0};
    enum err e;

    buf_clear(out);
    csv_open(&c, bytes_of_str(text), separator);
    while ((e = csv_next(&c, &row)) == ERR_OK) {
        for (size_t i = 0; i < row.count; i++)
            buf_printf(out, "%s%s", i == 0 ? "" : "|", csv_cell(&row, i));
        buf_put_str(out, "\n");
    }
    if (e != ERR_NOT_FOUND)
        buf_printf(out, "!%zu", row.line);
    csv_row_deinit(&row);
    return buf_cstr(out);
}

TEST(rows_and_cells_of_rfc_4180)
{
    struct buf b = {0};

    CHECK_STR(parsed("a,b\r\nc,d\r\n", ',', &b), "a|b\nc|d\n");
    CHECK_STR(parsed("a;b\nc;d", ';', &b), "a|b\nc|d\n");
    CHECK_STR(parsed("a\tb\rc\td", '\t', &b), "a|b\nc|d\n");
    CHECK_STR(parsed("\"a,\"\"b\"\"\",\"\",c\n", ',', &b), "a,\"b\"||c\n");
    CHECK_STR(parsed("\"a\r\nb\",c\n", ',', &b), "a\nb|c\n");
    CHECK_STR(parsed("a,\n\n,\nb\n", ',', &b), "a|\nb\n"); /* rows of nothing are none */
    CHECK_STR(parsed("a 5\" b,c\n", ',', &b), "a 5\" b|c\n"); /* a quote within a cell is a letter */
    CHECK_STR(parsed("", ',', &b), "");
    CHECK_STR(parsed("a,b,", ',', &b), "a|b|\n");
    buf_deinit(&b);
}

TEST(what_is_no_table_says_its_line)
{
    struct buf b = {0};
    struct csv c;
    struct csv_row row = {0};
    struct buf wide = {0};

    CHECK_STR(parsed("a\n\"b\nc\nd", ',', &b), "a\n!2");
    CHECK_STR(parsed("a\r\nb\r\n\"c\"d\r\n", ',', &b), "a\nb\n!3");
    csv_open(&c, bytes_of("a\0b", 3), ',');
    CHECK_EQ(csv_next(&c, &row), ERR_BAD_VALUE);
    for (size_t i = 0; i < CSV_CELLS_MAX - 1; i++)
        buf_put_u8(&wide, ',');
    buf_put_u8(&wide, 'a');
    csv_open(&c, buf_bytes(&wide), ',');
    CHECK_EQ(csv_next(&c, &row), ERR_OK);
    CHECK_EQ(row.count, CSV_CELLS_MAX);
    buf_put_u8(&wide, ',');
    csv_open(&c, buf_bytes(&wide), ',');
    CHECK_EQ(csv_next(&c, &row), ERR_TOO_LONG);
    csv_row_deinit(&row);
    buf_deinit(&wide);
    buf_deinit(&b);
}

TEST(the_separator_is_the_one_that_makes_rows_alike)
{
    CHECK_EQ(csv_separator(bytes_of_str("a;b\n,,,,,")), ';');
    CHECK_EQ(csv_separator(bytes_of_str("\"a;b;c;d\",e\n")), ',');
    CHECK_EQ(csv_separator(bytes_of_str("a\tb, c\td\n")), '\t');
    CHECK_EQ(csv_separator(bytes_of_str("a")), ',');
    CHECK_EQ(csv_separator(bytes_of_str("TT;Name, birth, place, date\n1;a\n2;b, c\n")), ';');
}

/* Written and read again, and guarded and unguarded: what was put in, for any text. */
TEST(what_is_written_is_read_back)
{
    static const char letters[] = "a,;\t\"\n '=+-@";
    uint64_t seed = 4180;

    for (unsigned round = 0; round < 20000; round++) {
        struct buf text = {0}, guarded = {0}, line = {0};
        struct csv c;
        struct csv_row row = {0};
        char separator = ",;\t"[test_random(&seed) % 3];
        for (uint64_t n = test_random(&seed) % 6 + 1; n > 0; n--)
            buf_put_u8(&text, (uint8_t)letters[test_random(&seed) % (sizeof(letters) - 1)]);
        csv_guard(buf_bytes(&text), &guarded);
        CHECK(strchr("=+-@\t\n", guarded.p[0]) == NULL);
        csv_put(buf_bytes(&guarded), separator, &line);
        buf_printf(&line, "%cx\r\n", separator);
        csv_open(&c, buf_bytes(&line), separator);
        REQUIRE(csv_next(&c, &row) == ERR_OK);
        CHECK_EQ(row.count, 2);
        CHECK_BYTES(csv_unguard(bytes_of_str(csv_cell(&row, 0))), buf_bytes(&text));
        CHECK_EQ(csv_next(&c, &row), ERR_NOT_FOUND);
        csv_row_deinit(&row);
        buf_deinit(&text);
        buf_deinit(&guarded);
        buf_deinit(&line);
    }
    CHECK_BYTES(csv_unguard(bytes_of_str("'Y Ban")), bytes_of_str("'Y Ban")); /* a name, no formula */
}

static void check_decoded(enum charset c, const char *hex, const char *want)
{
    struct buf bytes = {0}, text = {0}, clean = {0};

    hex_to_buf(hex, &bytes);
    CHECK_EQ(charset_decode(buf_bytes(&bytes), c, &text), ERR_OK);
    CHECK_EQ(text_clean(buf_bytes(&text), TEXT_ONE_LINE, &clean), ERR_OK);
    CHECK_STR(buf_cstr(&clean), want);
    buf_deinit(&bytes);
    buf_deinit(&text);
    buf_deinit(&clean);
}

TEST(encodings_of_offices)
{
    check_decoded(CHARSET_TCVN3, "a7 b6 6e 67 20 62 e9", "Đảng bộ");
    check_decoded(CHARSET_TCVN3, "4c df 20 54 68 de 20 bb 6e", "Lò Thị ằn");
    check_decoded(CHARSET_VNI, "d1 61 fb 6e 67 20 62 6f e4", "Đảng bộ");
    check_decoded(CHARSET_VNI, "4e 67 75 79 65 e3 6e 20 54 68 f2 20 d1 f6 f4 f8 6e 67", "Nguyễn Thị Đường");
    check_decoded(CHARSET_VNI, "51 75 6f e1 63 20 ce 20 61 eb 20 f4 f5 20 4f c5", "Quốc Ỵ ặ ỡ Ổ");
    check_decoded(CHARSET_CP1258, "d0 61 d2 6e 67 20 62 f4 f2", "Đảng bộ");
    check_decoded(CHARSET_CP1258, "4e 67 75 79 ea de 6e 20 54 68 69 f2 20 44 fd f5 cc 6e 67", "Nguyễn Thị Dường");
    check_decoded(CHARSET_UTF16LE, "ff fe 10 01 a3 1e 6e 00 67 00", "Đảng");
    check_decoded(CHARSET_UTF16BE, "fe ff 01 10 1e a3 00 6e 00 67", "Đảng");
    check_decoded(CHARSET_UTF16LE, "10 01 a3 1e 6e 00 67 00", "Đảng");
    check_decoded(CHARSET_UTF8, "ef bb bf c4 90 e1 ba a3 6e 67", "Đảng");
}

TEST(bytes_of_another_encoding_are_refused)
{
    static const struct {
        enum charset charset;
        const char *hex;
    } wrong[] = {
        {CHARSET_UTF8, "a7 b6"}, {CHARSET_UTF16LE, "61 00 62"}, {CHARSET_UTF16LE, "00 d8 61 00"},
        {CHARSET_VNI, "81"}, {CHARSET_VNI, "62 f9"}, {CHARSET_VNI, "61 f9 f9"}, {CHARSET_VNI, "75 e2"},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct buf bytes = {0}, text = {0};
        hex_to_buf(wrong[i].hex, &bytes);
        CHECK_EQ(charset_decode(buf_bytes(&bytes), wrong[i].charset, &text), ERR_BAD_UTF8);
        CHECK_EQ(text.n, 0);
        buf_deinit(&bytes);
        buf_deinit(&text);
    }
}

/* The letters that the bytes of VNI are in the Western code page, as UTF-8: "Nguyeãn Thò Ñöôøng". In a line with a letter of
 * real Unicode a cell that could be either stays; a word of French, German or Vietnamese alone says nothing. */
TEST(vni_that_was_saved_as_unicode)
{
    static const struct {
        const char *text, *want; /* NULL: there is nothing of VNI in it */
    } rows_of[] = {
        {"Nguyeãn;Thò;Ñöôøng\nLoø;Vaên;Thöû", "Nguyễn;Thị;Đường\nLò;Văn;Thử"},
        {"Họ tên;Giới tính\nTraàn Thò Giaû;nữ\nÑaëng;Thôn", "Họ tên;Giới tính\nTrần Thị Giả;nữ\nĐặng;Thơn"},
        {"Ñoã Vaên;Thôn Đông", "Đỗ Văn;Thôn Đông"},
        {"Traàn Thò", NULL},
        {"Müller,Zoë,café,Citroën", NULL},
        {"Nguyễn Văn Toàn,xã Phú Thuỷ,Hoà,huý", NULL},
        {"Hoà,Toán,Thuý,khoé,quà", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows_of); i++) {
        struct buf text = {0}, clean = {0};
        const bool was = charset_decode(bytes_of_str(rows_of[i].text), CHARSET_VNI_UTF8, &text) == ERR_OK;

        CHECK_EQ(was, rows_of[i].want != NULL);
        if (was && CHECK_EQ(text_clean(buf_bytes(&text), TEXT_MULTILINE, &clean), ERR_OK))
            CHECK_STR(buf_cstr(&clean), rows_of[i].want);
        buf_deinit(&text);
        buf_deinit(&clean);
    }
}

TEST(only_a_mark_or_utf_8_itself_tells)
{
    enum charset c;

    CHECK(charset_told(bytes_of_str("Đảng"), &c) && c == CHARSET_UTF8);
    CHECK(charset_told(bytes_of("\xff\xfe" "a\0", 4), &c) && c == CHARSET_UTF16LE);
    CHECK(charset_told(bytes_of("\xfe\xff\0a", 4), &c) && c == CHARSET_UTF16BE);
    CHECK(!charset_told(bytes_of("a\0b\0", 4), &c));
    CHECK(!charset_told(bytes_of_str("\xa7\xb6ng"), &c));
    CHECK(charset_named("TCVN3", &c) && c == CHARSET_TCVN3);
    CHECK(charset_named("Windows-1258", &c) && c == CHARSET_CP1258);
    CHECK(!charset_named("latin1", &c));
}
