/* paper_sheet.c - forms of one record, as rows of a table: a line or a text for each; see paper.h. */
#include "paper_sheet.h"

#define BLANK_LINES 4

void paper_line(struct paper *p, const struct view *v, const char *label, const char *paths)
{
    struct buf text = {0};

    if (!p->blank)
        paper_value(p, v, paths, &text);
    paper_put(p, "line", label, buf_cstr(&text), NULL);
    buf_wipe_deinit(&text);
}

void paper_text(struct paper *p, const struct view *v, const char *label, const char *paths)
{
    struct buf text = {0};

    if (!p->blank)
        paper_value(p, v, paths, &text);
    if (label != NULL)
        paper_put(p, "part", label, NULL);
    if (text.n > 0)
        paper_put(p, "text", buf_cstr(&text), NULL);
    else
        buf_printf(&p->text, "dots\t%u\n", p->blank ? BLANK_LINES : 1);
    buf_wipe_deinit(&text);
}

void paper_rows(struct paper *p, const struct paper_row *row)
{
    for (; row->label != NULL; row++)
        (row->is_text ? paper_text : paper_line)(p, &p->view, row->label, row->paths);
}

void paper_sheet(struct paper *p)
{
    const struct paper_sheet *s = p->form->sheet;

    paper_heading(p, NULL, p->blank ? 0 : p->today);
    paper_put(p, "title", p->form->title, NULL);
    paper_rows(p, s->row);
    paper_sign(p, s->office[0], s->office[1], NULL);
}

const struct paper_sheet paper_sheet_comment = {
    {{"Họ và tên", "link.member", false},
     {"Ngày sinh", "link.member.born", false},
     {"Nơi công tác", "link.work_org", false},
     {"Số giấy giới thiệu", "link.letter_no", false},
     {"Năm", "year", false},
     {"Số buổi đã dự", "attended", false},
     {"Số buổi được mời", "invited", false},
     {"Mức nhận xét", "level", false},
     {"Nhận xét của chi ủy nơi cư trú", "text", true},
     {"Ý kiến của Ban công tác Mặt trận", "front_agreed", false},
     {"Ngày ký", "signed", false}},
    {"T/M BAN CÔNG TÁC\nMẶT TRẬN", "T/M CHI ỦY\nBÍ THƯ"}};

const struct paper_sheet paper_sheet_rating = {
    {{"Họ và tên", "subject", false},
     {"Ngày sinh", "subject.born", false},
     {"Kỳ đánh giá", "period", false},
     {"Ưu điểm, kết quả đạt được", "strengths", true},
     {"Hạn chế, khuyết điểm, nguyên nhân", "defects", true},
     {"Biện pháp và thời hạn khắc phục", "remedy", true},
     {"Liên hệ các biểu hiện suy thoái", "signs", true},
     {"Tự chấm điểm", "self_score", false},
     {"Tự xếp loại", "self_level", false},
     {"Số phiếu đồng ý mức xếp loại", "vote_for", false},
     {"Tổng số phiếu", "vote_all", false},
     {"Chi bộ đề nghị", "cell_level", false},
     {"Cấp trên chấm", "superior_score", false},
     {"Cấp trên quyết định", "superior_level", false}},
    {"NGƯỜI TỰ ĐÁNH GIÁ", "T/M CHI BỘ\nBÍ THƯ"}};

const struct paper_sheet paper_sheet_hand_over = {
    {{"Hình thức", "type", false},
     {"Tổ chức giao", "from", false},
     {"Tổ chức nhận", "to", false},
     {"Quyết định số", "decision_no", false},
     {"Có hiệu lực từ ngày", "date", false},
     {"Nội dung bàn giao", "hand_over", true},
     {"Bên giao ký ngày", "giver_signed", false},
     {"Bên nhận ký ngày", "taker_signed", false}},
    {"ĐẠI DIỆN BÊN GIAO", "ĐẠI DIỆN BÊN NHẬN"}};
