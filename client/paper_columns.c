/* paper_columns.c - the columns of the forms that are lists; see paper_list.h. */
#include "paper_list.h"

/* ---- so danh sach dang vien (14 columns with the number) ---- */

struct moves {
    struct buf *out;
    uint64_t way;
};

static void put_move(struct paper *p, const struct view *v, void *arg)
{
    struct moves *m = arg;

    if (paper_number(v, "way", 0) != m->way)
        return;
    if (m->out->n > 0)
        buf_put_str(m->out, "\n");
    paper_value(p, v, m->way == 1 ? "left other" : "received other", m->out);
}

static void moved_in(struct paper *p, const struct view *v, struct buf *out)
{
    struct moves m = {out, 2};
    paper_each_of(p, "transfer", "member", &v->record, put_move, &m);
}

static void moved_out(struct paper *p, const struct view *v, struct buf *out)
{
    struct moves m = {out, 1};
    paper_each_of(p, "transfer", "member", &v->record, put_move, &m);
}

static void full_name(struct paper *p, const struct view *v, struct buf *out)
{
    struct buf birth = {0};

    refs_title(&p->print.refs, v, out);
    paper_value(p, v, "birth_name", &birth);
    if (birth.n > 0)
        buf_printf(out, "\n(%s)", buf_cstr(&birth));
    buf_put_str(out, "\n");
    paper_value(p, v, "born", out);
    buf_wipe_deinit(&birth);
}

const struct paper_list paper_list_members[] = {
    {.rule = "so_danh_sach", .kind = "member", .size = 8, .column = {
        {.head = "Họ tên đang dùng, khai sinh, ngày sinh", .width = 80, .align = 'l', .make = full_name},
        {.head = "Giới tính, dân tộc, tôn giáo", .width = 46, .align = 'l', .paths = "gender ethnicity religion"},
        {.head = "Quê quán", .width = 62, .align = 'l', .paths = "native_place"},
        {.head = "Học vấn, lý luận, chuyên môn, ngoại ngữ", .width = 66, .align = 'l',
         .paths = "education theory profession languages"},
        {.head = "Nghề nghiệp khi vào Đảng, hiện nay", .width = 62, .align = 'l',
         .paths = "occupation_before occupation"},
        {.head = "Ngày vào Đảng, chính thức", .width = 55, .align = 'l', .paths = "entered official"},
        {.head = "Số thẻ, số lý lịch, Huy hiệu Đảng", .width = 56, .align = 'l', .paths = "card_no file_no badges"},
        {.head = "Bộ đội, công an, hưu trí", .width = 50, .align = 'l', .paths = "served"},
        {.head = "Chuyển đi ngày, đến đâu", .width = 60, .align = 'l', .make = moved_out},
        {.head = "Chuyển đến ngày, từ đâu", .width = 60, .align = 'l', .make = moved_in},
        {.head = "Từ trần ngày", .width = 50, .align = 'l', .paths = "died"},
        {.head = "Ra khỏi Đảng ngày, hình thức", .width = 55, .align = 'l', .paths = "left left_how"},
        {.head = "Ghi chú", .width = 50, .align = 'l', .paths = "note"}}},
    {0}};

/* ---- so gioi thieu sinh hoat dang ---- */

static void introduced_by(struct paper *p, const struct view *v, struct buf *out)
{
    paper_value(p, v, paper_number(v, "way", 0) == 1 ? "org" : "other", out);
}

static void introduced_to(struct paper *p, const struct view *v, struct buf *out)
{
    paper_value(p, v, paper_number(v, "way", 0) == 1 ? "other" : "org", out);
}

const struct paper_list paper_list_transfers[] = {
    {.rule = "so_gioi_thieu", .kind = "transfer", .within = "left", .sort = "left", .size = 10, .column = {
        {.head = "Ngày đi, đến", .width = 56, .align = 'c', .paths = "left"},
        {.head = "Họ tên, ngày sinh", .width = 90, .align = 'l', .paths = "name member.born"},
        {.head = "Ngày vào Đảng, chính thức", .width = 60, .align = 'c', .paths = "member.entered member.official"},
        {.head = "Số thẻ", .width = 60, .align = 'c', .paths = "member.card_no"},
        {.head = "Hình thức", .width = 60, .align = 'l', .paths = "way"},
        {.head = "Nơi giới thiệu", .width = 85, .align = 'l', .make = introduced_by},
        {.head = "Nơi tiếp nhận", .width = 85, .align = 'l', .make = introduced_to},
        {.head = "Số giấy, hạn nộp", .width = 62, .align = 'c', .paths = "letter_no due"},
        {.head = "Ngày tiếp nhận", .width = 58, .align = 'c', .paths = "received"}}},
    {0}};

/* ---- so nghi quyet, van ban ---- */

static void put_task(struct paper *p, const struct view *v, void *arg)
{
    struct buf *out = arg;

    if (out->n > 0)
        buf_put_str(out, "\n");
    buf_put_str(out, "- ");
    paper_value(p, v, "duty", out);
}

static void put_task_status(struct paper *p, const struct view *v, void *arg)
{
    struct buf *out = arg;

    if (out->n > 0)
        buf_put_str(out, "\n");
    buf_put_str(out, "- ");
    paper_value(p, v, "status", out);
}

static void tasks_of(struct paper *p, const struct view *v, struct buf *out)
{
    paper_each_of(p, "task", "source", &v->record, put_task, out);
}

static void tasks_done(struct paper *p, const struct view *v, struct buf *out)
{
    paper_each_of(p, "task", "source", &v->record, put_task_status, out);
}

/* A number that was written down counts; else that of the paper it was issued as. */
static void number_issued(struct paper *p, const struct view *v, struct buf *out)
{
    if (v->kind != schema_kind_named("doc_out")->number)
        paper_value(p, v, "number", out);
    if (out->n == 0)
        (void)print_number(&p->print, v, out);
}

const struct paper_list paper_list_resolutions[] = {
    {.kind = "resolution", .within = "date", .sort = "date", .size = 11, .column = {
        {.head = "Số", .width = 55, .align = 'c', .make = number_issued},
        {.head = "Ngày", .width = 60, .align = 'c', .paths = "date"},
        {.head = "Trích yếu", .width = 150, .align = 'l', .paths = "title"},
        {.head = "Thông qua tại buổi họp", .width = 75, .align = 'l', .paths = "meeting.type meeting.date"},
        {.head = "Việc phải làm", .width = 130, .align = 'l', .make = tasks_of},
        {.head = "Kết quả", .width = 70, .align = 'l', .make = tasks_done}}},
    {0}};

const struct paper_list paper_list_issued[] = {
    {.kind = "doc_out", .within = "date", .sort = "date", .size = 11, .column = {
        {.head = "Số, ký hiệu", .width = 70, .align = 'c', .make = number_issued},
        {.head = "Ngày", .width = 60, .align = 'c', .paths = "date"},
        {.head = "Trích yếu", .width = 190, .align = 'l', .paths = "title"},
        {.head = "Nơi nhận", .width = 110, .align = 'l', .paths = "receiver"},
        {.head = "Buổi họp, nghị quyết", .width = 80, .align = 'l', .paths = "meeting.date resolution.number"}}},
    {0}};

const struct paper_list paper_list_received[] = {
    {.kind = "doc_in", .within = "date", .sort = "date", .size = 11, .column = {
        {.head = "Số, ký hiệu", .width = 70, .align = 'c', .paths = "number"},
        {.head = "Nơi ban hành", .width = 90, .align = 'l', .paths = "issuer"},
        {.head = "Ngày", .width = 60, .align = 'c', .paths = "date"},
        {.head = "Trích yếu", .width = 170, .align = 'l', .paths = "title"},
        {.head = "Độ mật", .width = 50, .align = 'c', .paths = "secrecy"},
        {.head = "Hạn thực hiện", .width = 60, .align = 'c', .paths = "deadline"},
        {.head = "Nơi lưu", .width = 60, .align = 'l', .paths = "paper_at"}}},
    {0}};

/* ---- bang phan cong nhiem vu ---- */

static void put_progress(struct paper *p, const struct view *v, void *arg)
{
    struct buf *out = arg;

    buf_put_str(out, "\n");
    paper_value(p, v, "date", out);
    buf_put_str(out, ": ");
    paper_value(p, v, "text", out);
}

static void task_result(struct paper *p, const struct view *v, struct buf *out)
{
    paper_value(p, v, "status", out);
    paper_each_of(p, "task_update", "task", &v->record, put_progress, out);
}

const struct paper_list paper_list_duties[] = {
    {.caption = "1. Nhiệm vụ được giao", .kind = "task", .within = "from", .sort = "from", .size = 11, .column = {
        {.head = "Họ và tên", .width = 104, .align = 'l', .paths = "members"},
        {.head = "Nhiệm vụ", .width = 158, .align = 'l', .paths = "duty"},
        {.head = "Từ ngày", .width = 74, .align = 'c', .paths = "from"},
        {.head = "Hạn", .width = 74, .align = 'c', .paths = "due"},
        {.head = "Kết quả", .width = 104, .align = 'l', .make = task_result}}},
    {.caption = "2. Phụ trách địa bàn", .kind = "area_link", .sort = "member", .size = 11, .column = {
        {.head = "Họ và tên", .width = 104, .align = 'l', .paths = "member"},
        {.head = "Địa bàn", .width = 104, .align = 'l', .paths = "area org"},
        {.head = "Nhiệm vụ", .width = 130, .align = 'l', .paths = "duties"},
        {.head = "Từ ngày, đến ngày", .width = 78, .align = 'c', .paths = "from to"},
        {.head = "Những lần xuống địa bàn", .width = 105, .align = 'l', .paths = "visits"}}},
    {.caption = "3. Phụ trách hộ gia đình", .kind = "household_link", .sort = "member", .size = 11, .column = {
        {.head = "Họ và tên", .width = 104, .align = 'l', .paths = "member"},
        {.head = "Các hộ", .width = 200, .align = 'l', .paths = "households"},
        {.head = "Từ ngày, đến ngày", .width = 78, .align = 'c', .paths = "from to"},
        {.head = "Kết quả", .width = 135, .align = 'l', .paths = "result"}}},
    {0}};

/* ---- dang vien dang cong tac, noi cu tru ---- */

struct comments {
    struct buf *out;
    const char *first, *second; /* "n/m" */
};

static void put_comment(struct paper *p, const struct view *v, void *arg)
{
    struct comments *c = arg;

    if (!paper_within(p, v, "year"))
        return;
    if (c->out->n > 0)
        buf_put_str(c->out, "\n");
    paper_value(p, v, c->first, c->out);
    if (c->second != NULL)
        buf_put_str(c->out, "/");
    if (c->second != NULL)
        paper_value(p, v, c->second, c->out);
}

static void linked_meetings(struct paper *p, const struct view *v, struct buf *out)
{
    struct comments c = {out, "attended", "invited"};
    paper_each_of(p, "residence_comment", "link", &v->record, put_comment, &c);
}

static void linked_level(struct paper *p, const struct view *v, struct buf *out)
{
    struct comments c = {out, "level", NULL};
    paper_each_of(p, "residence_comment", "link", &v->record, put_comment, &c);
}

static void linked_comment(struct paper *p, const struct view *v, struct buf *out)
{
    struct comments c = {out, "text", NULL};
    paper_each_of(p, "residence_comment", "link", &v->record, put_comment, &c);
}

const struct paper_list paper_list_linked[] = {
    {.kind = "residence_link", .sort = "member", .size = 10, .column = {
        {.head = "Họ và tên", .width = 95, .align = 'l', .paths = "member"},
        {.head = "Ngày sinh", .width = 58, .align = 'c', .paths = "member.born"},
        {.head = "Nơi công tác", .width = 105, .align = 'l', .paths = "work_org"},
        {.head = "Số giấy giới thiệu", .width = 65, .align = 'c', .paths = "letter_no"},
        {.head = "Từ ngày, đến ngày", .width = 60, .align = 'c', .paths = "from to"},
        {.head = "Miễn", .width = 60, .align = 'l', .paths = "exemption"},
        {.head = "Số buổi dự / được mời", .width = 55, .align = 'c', .make = linked_meetings},
        {.head = "Mức nhận xét", .width = 60, .align = 'l', .make = linked_level},
        {.head = "Nhận xét", .width = 120, .align = 'l', .make = linked_comment}}},
    {0}};

/* ---- xep loai, nguon ket nap, kiem tra ---- */

static void ballot(struct paper *p, const struct view *v, struct buf *out)
{
    paper_value(p, v, "vote_for", out);
    if (out->n > 0)
        buf_put_str(out, "/");
    paper_value(p, v, "vote_all", out);
}

const struct paper_list paper_list_ratings[] = {
    {.kind = "appraisal", .within = "period", .sort = "subject", .size = 11, .column = {
        {.head = "Họ và tên", .width = 110, .align = 'l', .paths = "subject"},
        {.head = "Kỳ", .width = 45, .align = 'c', .paths = "period"},
        {.head = "Tự chấm, tự xếp loại", .width = 90, .align = 'c', .paths = "self_score self_level"},
        {.head = "Phiếu đồng ý / tổng số", .width = 60, .align = 'c', .make = ballot},
        {.head = "Chi bộ đề nghị", .width = 90, .align = 'c', .paths = "cell_level"},
        {.head = "Cấp trên quyết định", .width = 95, .align = 'c', .paths = "superior_score superior_level"}}},
    {0}};

static void put_step(struct paper *p, const struct view *v, void *arg)
{
    struct buf *out = arg;

    if (out->n > 0)
        buf_put_str(out, "\n");
    paper_value(p, v, "date", out);
    buf_put_str(out, ": ");
    paper_value(p, v, "step", out);
}

static void candidate_steps(struct paper *p, const struct view *v, struct buf *out)
{
    paper_value(p, v, "state", out);
    paper_each_of(p, "candidate_step", "candidate", &v->record, put_step, out);
}

const struct paper_list paper_list_candidates[] = {
    {.kind = "candidate", .sort = "name", .size = 11, .column = {
        {.head = "Họ và tên", .width = 100, .align = 'l', .paths = "name"},
        {.head = "Ngày sinh, giới tính", .width = 60, .align = 'c', .paths = "born gender"},
        {.head = "Nơi công tác, học tập", .width = 100, .align = 'l', .paths = "workplace union_opinion"},
        {.head = "Đảng viên giúp đỡ", .width = 90, .align = 'l', .paths = "helper"},
        {.head = "Lớp nhận thức về Đảng", .width = 75, .align = 'c', .paths = "class_no class_date"},
        {.head = "Bước đã qua", .width = 130, .align = 'l', .make = candidate_steps},
        {.head = "Giấy tờ còn thiếu", .width = 85, .align = 'l', .paths = "missing"}}},
    {0}};

struct findings {
    struct buf *out;
    const char *paths;
};

static void put_finding(struct paper *p, const struct view *v, void *arg)
{
    struct findings *f = arg;
    struct buf one = {0};

    paper_value(p, v, f->paths, &one);
    if (one.n > 0 && f->out->n > 0)
        buf_put_str(f->out, "\n");
    buf_put_bytes(f->out, buf_bytes(&one));
    buf_wipe_deinit(&one);
}

static void inspection_result(struct paper *p, const struct view *v, struct buf *out)
{
    struct findings f = {out, "point defect"};
    paper_value(p, v, "status conclusion", out);
    paper_each_of(p, "finding", "inspection", &v->record, put_finding, &f);
}

static void inspection_remedy(struct paper *p, const struct view *v, struct buf *out)
{
    struct findings f = {out, "remedy due closed"};
    paper_value(p, v, "deadline", out);
    paper_each_of(p, "finding", "inspection", &v->record, put_finding, &f);
}

const struct paper_list paper_list_inspections[] = {
    {.kind = "inspection", .within = "year", .sort = "date", .size = 11, .column = {
        {.head = "Nội dung", .width = 130, .align = 'l', .paths = "type subject content"},
        {.head = "Đối tượng", .width = 90, .align = 'l', .paths = "members"},
        {.head = "Thời gian", .width = 60, .align = 'c', .paths = "date"},
        {.head = "Người thực hiện", .width = 90, .align = 'l', .paths = "team"},
        {.head = "Các bước", .width = 85, .align = 'l', .paths = "steps"},
        {.head = "Kết quả", .width = 125, .align = 'l', .make = inspection_result},
        {.head = "Khắc phục", .width = 100, .align = 'l', .make = inspection_remedy}}},
    {0}};
