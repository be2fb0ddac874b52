# page.awk - a page of made-up minutes: sentences put together by a counted dice (seed), so many lines.
function dice(n) { x = (x * 16807) % 2147483647; return int(x / 65536) % n }
function one(list,    w) { return word[list, dice(size[list])] }
function fill(list, text,    i, n, part) {
    n = split(text, part, "|")
    for (i = 1; i <= n; i++) word[list, i - 1] = part[i]
    size[list] = n
}
BEGIN {
    x = seed * 7919 + 12345
    for (i = 0; i < 20; i++) dice(2)
    fill("who", "Bí thư|Phó bí thư|Đồng chí thư ký|Tổ trưởng tổ đảng|Đồng chí trưởng ban công tác Mặt trận|" \
        "Chi hội trưởng phụ nữ|Đồng chí công an khu vực|Chi hội cựu chiến binh|" \
        "Đồng chí phụ trách địa bàn|Bí thư chi đoàn|Một đảng viên cao tuổi|Cán bộ địa chính")
    fill("said", "báo cáo|đề nghị|nhắc lại|phân tích thêm|không nhất trí với|đồng tình với|xin làm rõ|thông báo|" \
        "kiến nghị|giải trình về|tiếp thu ý kiến về|đánh giá|nêu gương|phê bình việc|hỏi về tiến độ|" \
        "nhận giúp")
    fill("what", "sửa rãnh thoát nước|lịch trực tiếp công dân|thu quỹ đền ơn đáp nghĩa|hồ sơ hộ nghèo|" \
        "lớp xóa mù chữ|danh sách cử tri|tranh chấp ranh giới đất|phòng cháy rừng|" \
        "tiêm phòng cho đàn trâu|đăng ký kết hôn|công khai ngân sách|vệ sinh ngõ xóm|" \
        "giúp hộ neo đơn gặt lúa|tuần tra ban đêm|trồng cây đầu xuân|sổ hộ khẩu|nước sạch đầu nguồn|" \
        "đèn đường|nhà văn hóa|quy ước bản|chợ tạm lấn lòng đường|khám sức khỏe người cao tuổi|" \
        "đóng đảng phí đúng kỳ|bản cam kết của đảng viên|thăm gia đình chính sách")
    fill("where", "ngõ|tổ|đội|khu|bản|nhóm|cụm|dãy nhà|tuyến phố|bờ kè|chân cầu|đầu đường")
    fill("how", "xong trước ngày|bắt đầu từ ngày|chậm nhất đến ngày|đã làm từ ngày|hoãn sang ngày|" \
        "kiểm tra lại vào ngày|họp riêng ngày")
    fill("end", "cả chi bộ tán thành|còn hai ý kiến khác|giao chi ủy theo dõi|ghi vào nghị quyết tháng sau|" \
        "chờ phường trả lời|mời đại diện hộ dân cùng dự|tự nguyện không nhận thù lao|" \
        "phải báo cáo bằng văn bản|đưa vào tiêu chí xếp loại cuối năm")
    for (i = 1; i <= lines; i++)
        printf "%d. %s %s %s ở %s %d: %s %d/%d, %d hộ, %d.%03d.000 đồng; %s.\n", i, one("who"),
            one("said"), one("what"), one("where"), 1 + dice(60), one("how"), 1 + dice(28), 1 + dice(12),
            2 + dice(180), 1 + dice(90), dice(1000), one("end")
}
