/* paper_document.c - one paper that the cell issues, with its number as far as this device may say it. */
#include "paper.h"

#define BLANK_LINES 18u

/* Titles of the types of documents, by their number. */
static const char *const names[] = {
    "", "NGHỊ QUYẾT", "BÁO CÁO", "KẾ HOẠCH", "CHƯƠNG TRÌNH", "KẾT LUẬN", "QUYẾT ĐỊNH", "THÔNG BÁO", "", "QUY CHẾ",
    "TỜ TRÌNH", "BIÊN BẢN",
};

/* Its own text, or that of the resolution it is. */
static void put_text(struct paper *p, struct buf *out)
{
    paper_value(p, &p->view, "text", out);
    if (out->n == 0)
        paper_value(p, &p->view, "resolution.text", out);
}

void paper_document(struct paper *p)
{
    const uint64_t type = p->blank ? 0 : paper_number(&p->view, "type", 0);
    struct buf title = {0}, text = {0}, receiver = {0};

    if (!p->blank) {
        paper_value(p, &p->view, "title", &title);
        paper_value(p, &p->view, "receiver", &receiver);
        put_text(p, &text);
    }
    paper_heading_issued(p, &p->view, "……", p->blank ? 0 : (uint32_t)paper_number(&p->view, "date", 0));
    paper_put(p, "title", type < ARRAY_LEN(names) && names[type][0] != 0 ? names[type] : p->blank ? "…………" : "",
              buf_cstr(&title), NULL);
    if (text.n > 0)
        paper_put(p, "text", buf_cstr(&text), NULL);
    else
        buf_printf(&p->text, "dots\t%u\n", BLANK_LINES);
    paper_put(p, "line", "Nơi nhận", buf_cstr(&receiver), NULL);
    paper_sign(p, "T/M CHI BỘ\nBÍ THƯ", NULL);
    buf_wipe_deinit(&title);
    buf_wipe_deinit(&text);
    buf_wipe_deinit(&receiver);
}
