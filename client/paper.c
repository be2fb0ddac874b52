/* paper.c - see paper.h: the lines of a description, and what all forms have in common. */
#include "paper.h"

#include <stdarg.h>

#include "../common/date.h"
#include "../common/period.h"
#include "../common/text.h"
#include "../proto/org.h"

#define PARTY "ĐẢNG CỘNG SẢN VIỆT NAM"
#define DOTS_NAME "……………"
#define DOTS_PLACE "……………"

void paper_fail(struct paper *p, enum err e)
{
    if (p->err == ERR_OK)
        p->err = e;
}

void paper_begin(struct paper *p, const char *word)
{
    buf_put_str(&p->text, word);
}

void paper_add(struct paper *p, struct bytes text)
{
    buf_put_u8(&p->text, '\t');
    for (size_t i = 0; i < text.n; i++) {
        const uint8_t c = text.p[i];
        if (c == '\n' || c == '\t' || c == '\\')
            buf_put_u8(&p->text, '\\');
        buf_put_u8(&p->text, c == '\n' ? 'n' : c == '\t' ? 't' : c);
    }
}

void paper_end(struct paper *p)
{
    buf_put_u8(&p->text, '\n');
}

void paper_put(struct paper *p, const char *word, ...)
{
    const char *text;
    va_list list;

    paper_begin(p, word);
    va_start(list, word);
    while ((text = va_arg(list, const char *)) != NULL)
        paper_add(p, bytes_of_str(text));
    va_end(list);
    paper_end(p);
}

void paper_sign(struct paper *p, ...)
{
    const char *office;
    va_list list;

    paper_begin(p, "sign");
    va_start(list, p);
    while ((office = va_arg(list, const char *)) != NULL) {
        paper_add(p, bytes_of_str(office));
        paper_add(p, (struct bytes){0});
    }
    va_end(list);
    paper_end(p);
}

void paper_period(const struct paper *p, struct buf *out)
{
    static const char *const quarters[] = {"", "I", "II", "III", "IV"};
    const uint32_t year = p->period / 100, rest = p->period % 100;

    if (p->period == 0)
        buf_put_str(out, p->form->of == PAPER_OF_YEAR ? "Năm 20……" : "");
    else if (rest == 0)
        buf_printf(out, "Năm %u", year);
    else if (rest <= 12)
        buf_printf(out, "Tháng %u năm %u", rest, year);
    else if (rest <= 24)
        buf_printf(out, "Quý %s năm %u", quarters[rest - 20], year);
    else
        buf_printf(out, "6 tháng %s năm %u", rest == 31 ? "đầu" : "cuối", year);
}

/* Names in a heading are capitals. */
static void put_capitals(const char *text, struct buf *out)
{
    if (text_upper(bytes_of_str(text), out) != ERR_OK)
        buf_put_str(out, text);
}

/* The organisation whose paper it is and the one above it; without names where this book does not know them. */
static void load_orgs(struct paper *p, struct org *own, struct org *above)
{
    const struct id *id = p->view.parts > 0 ? &p->view.org : &p->book->replica.org;

    *above = (struct org){0};
    if (org_load(book_txn(p->book), id, own) != ERR_OK)
        *own = (struct org){0};
    if (!id_is_zero(&own->parent) && org_load(book_txn(p->book), &own->parent, above) != ERR_OK)
        *above = (struct org){0};
}

/* "Phường Tân Thanh" is a ward, Tân Thanh a place. */
static const char *place_of(const struct org *above)
{
    static const char *const kinds[] = {"Phường ", "phường ", "Xã ", "xã ", "Đặc khu ", "đặc khu "};

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (strncmp(above->name, kinds[i], strlen(kinds[i])) == 0)
            return above->name + strlen(kinds[i]);
    return DOTS_PLACE;
}

static void put_orgs(struct paper *p, const struct org *o, const struct org *parent)
{
    struct buf above = {0}, own = {0};

    if (parent->name[0] != 0)
        buf_printf(&above, "Đảng bộ %s", parent->name);
    put_capitals(above.n > 0 ? buf_cstr(&above) : "Đảng bộ phường " DOTS_NAME, &own);
    paper_add(p, buf_bytes(&own));
    buf_clear(&own);
    put_capitals(o->name[0] != 0 ? o->name : "Chi bộ " DOTS_NAME, &own);
    paper_add(p, buf_bytes(&own));
    buf_deinit(&above);
    buf_deinit(&own);
}

void paper_heading(struct paper *p, const char *number, uint32_t date)
{
    struct buf place = {0};
    struct org own, above;

    load_orgs(p, &own, &above);
    paper_begin(p, "heading");
    put_orgs(p, &own, &above);
    paper_add(p, bytes_of_str(number == NULL ? "" : number));
    paper_add(p, bytes_of_str(PARTY));
    if (date_is_full(date))
        buf_printf(&place, "%s, ngày %02u tháng %02u năm %u", place_of(&above), date_day(date), date_month(date),
                   date_year(date));
    else
        buf_printf(&place, "%s, ngày …… tháng …… năm 20……", place_of(&above));
    paper_add(p, buf_bytes(&place));
    paper_end(p);
    buf_deinit(&place);
}

void paper_heading_issued(struct paper *p, const struct view *v, const char *type, uint32_t date)
{
    struct buf number = {0}, said = {0};
    const char *state = p->blank || v == NULL ? NULL : print_number(&p->print, v, &said);

    if (state == NULL || strcmp(state, "waits") == 0)
        buf_printf(&number, "Số ……%s", state == NULL ? "" : buf_cstr(&said) + strlen("…"));
    else
        buf_printf(&number, "Số %s", buf_cstr(&said));
    if (state == NULL)
        buf_printf(&number, "-%s/CB", type);
    paper_heading(p, buf_cstr(&number), date);
    buf_deinit(&number);
    buf_deinit(&said);
}

enum err paper_describe(struct paper *p)
{
    paper_put(p, "page", p->form->landscape ? "landscape" : "portrait", NULL);
    p->form->make(p);
    return p->err;
}
