/* paper.c - see paper.h: the lines of a description, and what all forms have in common. */
#include "paper.h"

#include <stdarg.h>

#include "../common/date.h"
#include "../common/period.h"
#include "../common/text.h"
#include "../proto/org.h"

#define PARTY "ĐẢNG CỘNG SẢN VIỆT NAM"
#define DOTS_NAME "………………………………"

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

/* The ward's committee, if this book knows it, and the cell. */
static void put_orgs(struct paper *p)
{
    struct buf above = {0}, own = {0};
    struct org o, parent;
    const struct id *id = p->view.parts > 0 ? &p->view.org : &p->book->replica.org;

    if (org_load(book_txn(p->book), id, &o) != ERR_OK)
        o = (struct org){0};
    if (!id_is_zero(&o.parent) && org_load(book_txn(p->book), &o.parent, &parent) == ERR_OK && parent.name[0] != 0)
        buf_printf(&above, "Đảng bộ %s", parent.name);
    put_capitals(above.n > 0 ? buf_cstr(&above) : "Đảng bộ phường " DOTS_NAME, &own);
    paper_add(p, buf_bytes(&own));
    buf_clear(&own);
    put_capitals(o.name[0] != 0 ? o.name : "Chi bộ " DOTS_NAME, &own);
    paper_add(p, buf_bytes(&own));
    buf_deinit(&above);
    buf_deinit(&own);
}

void paper_heading(struct paper *p, const char *number, uint32_t date)
{
    struct buf place = {0};

    paper_begin(p, "heading");
    put_orgs(p);
    paper_add(p, bytes_of_str(number == NULL ? "" : number));
    paper_add(p, bytes_of_str(PARTY));
    if (date_is_full(date))
        buf_printf(&place, "……………, ngày %02u tháng %02u năm %u", date_day(date), date_month(date), date_year(date));
    else
        buf_put_str(&place, "……………, ngày …… tháng …… năm 20……");
    paper_add(p, buf_bytes(&place));
    paper_end(p);
    buf_deinit(&place);
}

enum err paper_describe(struct paper *p)
{
    paper_put(p, "page", p->form->landscape ? "landscape" : "portrait", NULL);
    p->form->make(p);
    return p->err;
}
