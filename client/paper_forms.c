/* paper_forms.c - the table of forms; see paper.h. */
#include "paper_list.h"

const struct paper_form paper_forms[] = {
    {"danh-sach-dang-vien", "member-register", "SỔ DANH SÁCH ĐẢNG VIÊN", PAPER_OF_BOOK, NULL, true,
     paper_list, paper_list_members},
    {"so-gioi-thieu", "transfer-book", "SỔ GIỚI THIỆU SINH HOẠT ĐẢNG", PAPER_OF_BOOK, NULL, true,
     paper_list, paper_list_transfers},
    {"so-nghi-quyet", "resolution-book", "SỔ NGHỊ QUYẾT", PAPER_OF_BOOK, NULL, true,
     paper_list, paper_list_resolutions},
    {"so-van-ban-di", "issued-book", "SỔ VĂN BẢN ĐI", PAPER_OF_BOOK, NULL, true, paper_list, paper_list_issued},
    {"so-van-ban-den", "received-book", "SỔ VĂN BẢN ĐẾN", PAPER_OF_BOOK, NULL, true, paper_list, paper_list_received},
    {"phan-cong", "duties", "BẢNG PHÂN CÔNG NHIỆM VỤ ĐẢNG VIÊN", PAPER_OF_BOOK, NULL, false,
     paper_list, paper_list_duties},
    {"danh-sach-213", "linked-members", "DANH SÁCH ĐẢNG VIÊN ĐANG CÔNG TÁC\nGIỮ MỐI LIÊN HỆ NƠI CƯ TRÚ", PAPER_OF_BOOK,
     NULL, true, paper_list, paper_list_linked},
    {"tong-hop-xep-loai", "ratings", "TỔNG HỢP ĐÁNH GIÁ, XẾP LOẠI CHẤT LƯỢNG ĐẢNG VIÊN", PAPER_OF_BOOK, NULL, false,
     paper_list, paper_list_ratings},
    {"danh-sach-nguon", "candidates", "DANH SÁCH NGUỒN KẾT NẠP ĐẢNG", PAPER_OF_BOOK, NULL, true,
     paper_list, paper_list_candidates},
    {"kiem-tra-giam-sat", "inspections", "CHƯƠNG TRÌNH VÀ KẾT QUẢ KIỂM TRA, GIÁM SÁT", PAPER_OF_BOOK, NULL, true,
     paper_list, paper_list_inspections},
};
const size_t paper_form_count = ARRAY_LEN(paper_forms);
