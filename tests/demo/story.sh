# story.sh - what the persons of the demo write down. All of it is made up.

# Office members: family, middle and given name, gender, born, entered the Party, occupation.
OFFICE_MEMBERS="Nguyễn|Văn|Mẫu|male|12/03/1968|1994|Chủ tịch Ủy ban nhân dân phường
Điêu|Thị|Ví Dụ|female|05/09/1979|2004|Văn phòng - thống kê
Bạc|Cầm|Thử|male|1972|1999|Phó Chủ tịch Ủy ban nhân dân phường
Hoàng|Thị|Giả|female|21/11/1980|2006|Tư pháp - hộ tịch
Vũ|Đức|Mẫu|male|03/1975|2001|Địa chính - xây dựng
Lường|Văn|Ví Dụ|male|30/04/1983|2010|Tài chính - kế toán
Đỗ|Thị|Thử|female|08/02/1986|2012|Văn hóa - xã hội
Cà|Văn|Giả|male|17/07/1970|1996|Chỉ huy trưởng Ban Chỉ huy quân sự
Trịnh|Thị|Mẫu|female|25/12/1984|2011|Chủ tịch Hội Liên hiệp Phụ nữ
Tòng|Văn|Thử|male|1974|2000|Trưởng Công an phường
Phan|Thị|Ví Dụ|female|14/06/1988|2014|Bí thư Đoàn Thanh niên
Mè|Văn|Mẫu|male|02/1966|1992|Chủ tịch Hội Cựu chiến binh
Lê|Thị|Giả|female|19/05/1981|2008|Thủ quỹ
Vì|Văn|Thử|male|09/10/1977|2003|Chủ tịch Hội Nông dân
Đặng|Thị|Mẫu|female|27/08/1990|2016|Công chức một cửa
Bùi|Minh|Giả|male|01/01/1969|1995|Chủ tịch Ủy ban Mặt trận Tổ quốc"

declare -A TDP_MEMBERS=(
    [CB-005]="Lò|Văn|Thử|male|1956|1982|Nghỉ hưu
Ngô|Thị|Mẫu|female|11/1958|1985|Nghỉ hưu
Cao|Bá|Ví Dụ|male|22/04/1963|1990|Giáo viên
Lâm|Thị|Giả|female|06/1971|2002|Buôn bán
Mai|Xuân|Thử|male|1954|1979|Nghỉ hưu"
    [CB-009]="Quàng|Thị|Giả|female|1959|1986|Nghỉ hưu
Hà|Văn|Mẫu|male|03/02/1957|1983|Nghỉ hưu
Khà|Thị|Ví Dụ|female|12/12/1968|1998|Làm vườn
Tạ|Quốc|Thử|male|1961|1989|Bộ đội phục viên"
    [CB-014]="Trần|Đức|Mẫu|male|1955|1980|Nghỉ hưu
Phạm|Thị|Thử|female|16/10/1976|2005|Y sĩ
Lù|Văn|Giả|male|07/1960|1988|Nghỉ hưu
Dương|Thị|Ví Dụ|female|1967|1995|Nội trợ
Sùng|A|Mẫu|male|29/03/1973|2007|Lái xe
Chu|Thị|Giả|female|1952|1978|Nghỉ hưu")

STUDY_NUMBER="04-NQ/TW"
STUDY_TITLE="Nghị quyết Trung ương 4 khóa XII về tăng cường xây dựng, chỉnh đốn Đảng"
STUDY_WRITEUP="Tự soi, tự sửa theo 27 biểu hiện; mỗi đồng chí nộp bản cam kết trước ngày 30 tháng 6"

OFFICE_OPENING="Đồng chí bí thư khai mạc lúc 14 giờ, giới thiệu đại biểu Đảng ủy phường về dự, thông qua chương trình.
Chi bộ thống nhất cử đồng chí Điêu Thị Ví Dụ làm thư ký ghi biên bản."
OFFICE_PROCEEDINGS="1. Bí thư đọc báo cáo tháng: thu ngân sách đạt 104 % kế hoạch; tiếp 62 lượt công dân, đúng hẹn 61.
2. Đồng chí Hoàng Thị Giả: đề nghị trực bộ phận một cửa cả sáng thứ Bảy vì bà con đi nương về muộn.
3. Đồng chí Cà Văn Giả: tuyển quân năm nay có 14 thanh niên đủ điều kiện, cần các tổ dân phố rà soát lại danh sách.
4. Thảo luận về quy chế dân chủ ở cơ sở: phải niêm yết công khai các khoản thu tại nhà văn hóa từng tổ."
OFFICE_CONCLUSION="Giao đồng chí Hoàng Thị Giả lập lịch trực thứ Bảy; đồng chí Cà Văn Giả làm việc với ba tổ dân phố.
Mười lăm trên mười lăm đảng viên có mặt biểu quyết tán thành."
OFFICE_RESOLUTION="Chi bộ lãnh đạo cơ quan hoàn thành chỉ tiêu Thành phố giao; phân công đảng viên phụ trách địa bàn;
bồi dưỡng hai quần chúng ưu tú; giữ vững danh hiệu chi bộ trong sạch vững mạnh."

TDP_OPENING="Bí thư chi bộ nêu lý do buổi sinh hoạt, điểm danh, mời đảng viên cơ quan phụ trách địa bàn cùng dự."
TDP_PROCEEDINGS="Chi bộ nghe thông tin thời sự; bàn việc sửa đường ngõ 12, mỗi hộ góp ba ngày công.
Bà con kiến nghị phường thay ba bóng đèn đường trước nhà văn hóa."
TDP_CONCLUSION="Khởi công sửa ngõ 12 vào Chủ nhật tuần đầu của tháng; thư ký chuyển kiến nghị về đèn đường lên phường."

# Secretary and deputy of cell 14, each alone, about the same things.
TASK_HELD="Vận động 12 hộ ở ngõ 12 hiến đất mở đường"
TASK_BY_SECRETARY="Vận động 12 hộ ở ngõ 12 hiến đất mở đường, xong trước mùa mưa"
TASK_BY_DEPUTY="Vận động 15 hộ ở ngõ 12 và ngõ 14 hiến đất mở đường"
PHONE_BY_SECRETARY="0912 345 014"
PHONE_BY_DEPUTY="0987 654 014"
PLACE_BY_SECRETARY="Nhà văn hóa Tổ dân phố 14"
PLACE_BY_DEPUTY="Nhà đồng chí Lù Văn Giả (nhà văn hóa mất điện)"

AFTER_CUT="Sau khi nối lại mạng, chi bộ ghi thêm việc thay bóng đèn đường"

# Pages of old minutes: `page NUMBER LINES`, each another, the same each time.
page() { awk -v seed="$1" -v lines="$2" -f "$here/demo/page.awk"; }
