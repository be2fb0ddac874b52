#!/bin/bash
# walk_board.sh - the fourth walkthrough: the committee member in charge of a cell, then the board that appraises: the year at
# one look, the superior's score beside the cell's own, the decision beside the proposal. At a bare terminal, by prompts.
. "$(dirname "$0")/lib_walk.sh"
that_evening() { "$@"; } # with a ward the clock is the true one
ward
A=$FAST/a C=$FAST/c F=$FAST/f
run 0 chibo init "$(invite secretary 'Nguyễn Thị Bí')" --home "$A"
run 0 chibo init "$(chibod invite "$WARD" --org PHUONG --role clerk --person 'Điêu Thị Dựng')" --home "$C"
run 0 chibo init "$(invite follower 'Tòng Văn Ủy')" --home "$F"
both() { for home in "$@"; do chibo sync --home "$home" >/dev/null 2>&1; done; }
for home in "$A" "$C" "$F"; do run 0 chibo sync --home "$home" --tu-dong tat; done
add() { id chibo add "$2" --home "$1" "${@:3}"; }
person() { add "$C" member --org CB-014 --set "family_name=$1" --set "given_name=$2" --set gender=nam --set born=1961; }
M=$(person Lò Thử) N=$(person Trần Giả)
both "$C" "$A"
export CHIBO_HOME=$A
for month in 10 11; do
    H=$(add "$A" meeting --set type=regular --set period=$month/2026 --set date=4/$month/2026 --set start=19:30 --set end=20:35 --set "chair=$M" --set "scribe=$N" --set status=held)
    add "$A" attendance --set "meeting=$H" --set "member=$M" --set mark=present >/dev/null
    add "$A" attendance --set "meeting=$H" --set "member=$N" --set mark=excused >/dev/null
done
Q=$(add "$A" quality_score --set "meeting=$H" --set form=thuong-ky --set self_total=91 --set self_level=good)
G=$(add "$A" appraisal --set "subject=$M" --set period=2026 --set self_level=1 --set cell_level=1 --set strengths='Gương mẫu')
both "$A" "$C" "$F"

# The year at one look.
shows bao-cao 2026 --home "$F"
same "$STATUS" 0
for text in 'Số cuộc họp đã tổ chức                            2' 'Có mặt                                            2' \
    'Vắng có lý do                                     2' 'Nguồn kết nạp Đảng '; do says "$text"; done

shows tom-tat CB-014 --nam 2026 --home "$F"
says '! Ngắn hơn quy định: 2 buổi: 04/10/2026, 65/90 phút; 04/11/2026, 65/90 phút'
says 'Dự họp bình quân 50,0 %'

# His own score: each field is asked, Enter keeps what the cell said; both figures stand.
export CHIBO_HOME=$F
talk sua "$Q" <<'E'
Điểm từng mục chi bộ chấm |
Chi bộ chấm [91] |
Chi bộ xếp loại buổi họp (1 tốt, 2 khá, 3 trung bình, 4 kém) [tốt] |
Điểm từng mục cấp trên chấm | to_chuc=36
Cấp trên chấm | 860
Cấp trên chấm | 86
Cấp trên xếp loại buổi họp | 2
Người chấm của cấp trên | Tòng Văn Ủy
E
same "$STATUS" 0
run 0 chibo show "$Q" --json
same "$(field fields.self_total) $(field fields.superior_total) $(field fields.superior_level)" '91 86 "fair"'
# Looked at once more and left half-way: nothing changes, and what was typed is there again; typed back, nothing is written.
run 0 chibo status --json
BEFORE=$(field pending)
talk sua "$Q" <<'E'
Điểm từng mục chi bộ chấm |
Chi bộ chấm [91] | 12
Chi bộ xếp loại buổi họp | CLOSE
E
talk sua "$Q" <<'E'
Lần trước ghi dở |
Chi bộ chấm [12] | 91
Chi bộ xếp loại buổi họp | .
E
says 'Không có gì thay đổi'

run 0 chibo status --json
same "$(field pending)" "$BEFORE"
both "$F" "$A" "$C"
run 0 chibo show "$Q" --home "$A" --json
same "$(field fields.self_total) $(field fields.superior_total)" '91 86'

# A sign takes away what need not be there, also when the window was closed after it; what must be there stays.
T=$(add "$A" task --set duty='Thăm hộ' --set from=4/11/2026 --set due=1/12/2026 --set "members=$M" --set "members=$N")
talk sua "$T" --home "$A" <<'E'
Nhiệm vụ [Thăm hộ] | -
Nhiệm vụ [Thăm hộ] |
Từ ngày | -
Từ ngày [thứ Tư, 04/11/2026] |
Hạn hoàn thành [thứ Ba, 01/12/2026] | -
Người được phân công | -
 | CLOSE
E
says '- : để trống'
talk sua "$T" --home "$A" <<'E'
Nhiệm vụ [Thăm hộ] | .
E
run 0 chibo show "$T" --home "$A" --json
same "$(field fields.duty)$(field fields.members)$(field fields.due)" '"Thăm hộ"nullnull'

# The board decides; what the cell proposed stays beside it.
export CHIBO_HOME=$C
talk sua "$G" <<'E'
Điểm tự chấm |
Tự xếp loại |
Chi bộ đề nghị xếp loại | <
Tự xếp loại |
Chi bộ đề nghị xếp loại |
Điểm cấp trên chấm | 82
Xếp loại được quyết định (1 hoàn thành xuất sắc nhiệm vụ, 2 hoàn thành tốt nhiệm vụ | 2
Ưu điểm [Gương mẫu] | .
E
same "$STATUS" 0
both "$C" "$A"
run 0 chibo show "$G" --home "$A" --json
same "$(field fields.cell_level) $(field fields.superior_level)" '"excellent" "good"'
# A secretary does not write the decision himself: the ward will not take it, and he is told while he is there.
talk sua "$G" --home "$A" <<'E'
Điểm tự chấm |
Tự xếp loại |
Chi bộ đề nghị xếp loại |
Điểm cấp trên chấm [82] | 95
Xếp loại được quyết định | .
E
says 'Lưu ý'
for home in "$A" "$C" "$F"; do run 0 chibo verify --home "$home"; done
finish
