#!/usr/bin/python3
"""gen.py - the records that every bench program works on: 12 fields each, Vietnamese text, all persons invented.

    gen.py COUNT SEED FILE     writes FILE: for each record u16 length and the row
    gen.py COUNT SEED FILE N   the same, dealt out to FILE.0, FILE.1 … FILE.N-1
    gen.py --zstd LEVEL FILE   prints the bytes of the rows alone, then as one zstd frame of this level
    gen.py --known FILE        prints the bytes of the rows as one zstd-19 frame made with dictionary 1
    gen.py --sql FILE          prints the rows as an sqlite3 script: one table, one transaction

A row is MessagePack, as a program that syncs rows would send it: [id (bin 16, UUIDv7), clock (u64), device (bin 8), kind, and
8 values]; the same rows that the study of limits used. In a changeset the clock and the device stand in the header, once. The
same seed makes the same file. How well the text packs was set beside real Vietnamese (message catalogues: 2.7 to 3.1 times at
zstd 1, 3.2 to 3.6 at zstd 3)."""
import os
import random
import re
import struct
import sys

import msgpack

KIND = 900  # a kind no program knows: all its fields in one scope
FIELDS = ("clock", "device", "kind", "who", "at", "place", "quantity", "unit", "status", "tags", "note")

FAMILY = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đoàn Mai Tạ Chu".split()
MIDDLE = "Văn Thị Hữu Đức Ngọc Minh Quang Thanh Xuân Kim Thu Bá Công Đình Hồng Mạnh Như Phương Quốc Tuấn".split()
GIVEN = """An Anh Bảo Bình Châu Chi Cường Dũng Duy Giang Hà Hải Hạnh Hiếu Hoa Hòa Hùng Hương Khánh Khoa Lan Lâm Linh Loan Long
Lộc Mai Nam Nga Nghĩa Nhung Oanh Phúc Phượng Quân Quyên Sơn Tâm Thảo Thắng Thịnh Thủy Tiến Toàn Trang Trung Tú Vân Vinh Yến""".split()
STREET = "Hoa Mai|Lê Lợi|Trần Phú|Bạch Đằng|Đồng Khởi|Hùng Vương|Tân Thanh|Chợ Mới|Cầu Gỗ|Giếng Nước|Bờ Sông|Ga Cũ".split("|")
UNIT = "buổi người hộ suất đồng bộ lượt cuốn".split()
TAG = "nghị-quyết dân-vận kiểm-tra nhà-văn-hóa vệ-sinh khuyến-học thăm-hỏi đảng-phí an-ninh chuyển-đổi-số".split()
VERB = """thống nhất|đề nghị|rà soát|phân công|tiếp tục|vận động|kiểm tra|báo cáo|hoàn thành|góp ý|phối hợp|theo dõi|nhắc nhở|hướng dẫn
|bàn giao|tổng hợp|khảo sát|tuyên truyền|thăm hỏi|giải quyết|xác minh|lập danh sách|ghi nhận|đôn đốc|bổ sung|điều chỉnh|xin ý kiến
|chuẩn bị|tổ chức|đánh giá|sơ kết|hỗ trợ|ký nhận|lưu hồ sơ|gửi thư mời""".replace("\n", "").split("|")
THING = """danh sách các hộ|quỹ khuyến học|đường vào nhà văn hóa|việc nộp đảng phí|kế hoạch quý sau|tổ tự quản|hội người cao tuổi|hồ sơ kết nạp
|bản tự kiểm điểm|lớp bồi dưỡng|tuyến thoát nước|đèn chiếu sáng|sổ tay đảng viên|nếp sống văn minh|cuộc họp dân|chi hội phụ nữ
|đoàn thanh niên|giấy giới thiệu|cuộc vận động hiến máu|phiên chợ cuối tuần|nội dung nghị quyết|ý kiến của nhân dân|việc cấp thẻ
|khu đất trống đầu ngõ|bếp ăn của trường|gia đình chính sách|bảng tin của tổ|điểm thu gom rác|mã định danh|khoản chi còn lại
|công trình măng non|hòm thư góp ý|đội dân phòng|buổi sinh hoạt chuyên đề|sổ theo dõi|phương án phòng bão|nhà bà con bên kia cầu
|chỉ tiêu được giao|phong trào thi đua|biên bản lần trước|máy tính của văn phòng|cây xanh dọc kênh|giờ giấc sinh hoạt""".replace("\n", "").split("|")
TAIL = """trước ngày họp tới|với tinh thần tự giác|theo hướng dẫn của phường|ngay trong tháng|cho đủ chữ ký|vì còn vướng giấy tờ|để bà con yên tâm
|đúng như đã hứa|khi trời tạnh mưa|nếu được đồng ý|cùng cán bộ địa bàn|qua điện thoại|sau giờ làm việc|dù còn ít người|và báo lại cho bí thư
|từ nguồn đóng góp|không để kéo dài|như mọi năm|cho từng nhóm nhỏ|bằng văn bản|mỗi nhà một người|có ảnh kèm theo|còn hai việc chưa xong""".replace("\n", "").split("|")
WORD = """sớm muộn thêm bớt đầu cuối ngoài trong trên dưới trước sau gần xa mới cũ nhỏ lớn đủ thiếu nhanh chậm chung riêng chính phụ sáng chiều
tối trưa tuần tháng quý năm ngày giờ đông tây nam bắc đường ngõ hẻm cầu chợ trường trạm bến vườn ruộng sân cổng nhà phòng bàn ghế sách vở thư
báo tin lời việc tiền quỹ phiếu thẻ giấy bút đất nước mưa nắng gió cây lúa rau cá gạo chè điện đèn máy xe đò thuyền bạn bè con cháu thầy cô
thợ lính già trẻ khỏe yếu vui lo nhớ quên hỏi đáp nghe nói đọc viết chia góp mua bán trồng gặt xây sửa dọn quét mang gửi nhận giữ mở đóng""".split()


def person(r):
    return f"{r.choice(FAMILY)} {r.choice(MIDDLE)} {r.choice(GIVEN)}"


def zipf(r, items):
    """One of items, the early ones more often, as words are used."""
    return items[int(len(items) * r.random() ** 1.2)]


def sentence(r, people):
    words = [zipf(r, VERB), zipf(r, THING)]
    if r.random() < 0.6:
        words.append(zipf(r, TAIL))
    if r.random() < 0.25:
        words.insert(1, f"ông {r.choice(people)}" if r.random() < 0.5 else f"bà {r.choice(people)}")
    for _ in range(r.randint(10, 14)):
        words.insert(r.randint(1, len(words)), zipf(r, WORD))
    if r.random() < 0.35:
        words.append(f"({r.randint(2, 480)} {r.choice(UNIT)})")
    text = " ".join(words)
    return text[0].upper() + text[1:]


def records(count, seed):
    r = random.Random(seed)
    people = [person(r) for _ in range(400)]
    places = [f"số {r.randint(1, 260)} đường {r.choice(STREET)}, tổ {r.randint(1, 40)}" for _ in range(300)]
    at_ms = 1_790_000_000_000 + (seed % 1000) * 86_400_000
    device = r.randbytes(8)
    for _ in range(count):
        at_ms += r.randint(1, 90_000)
        uuid = struct.pack(">Q", at_ms << 16 | 0x7000 | r.getrandbits(12)) + struct.pack(">Q", 2 << 62 | r.getrandbits(62))
        clock = at_ms << 16 | r.randint(0, 3)
        note, want = sentence(r, people), r.gauss(125, 60)
        while len(note) < want:
            note += ". " + sentence(r, people)
        yield [uuid, clock, device, KIND, r.choice(people), 20260000 + r.randint(1, 12) * 100 + r.randint(1, 28),
               r.choice(places), r.randint(1, 2000), r.choice(UNIT), r.randint(1, 4), sorted(r.sample(TAG, r.randint(0, 3))), note]


def read(path):
    with open(path, "rb") as f:
        data = f.read()
    at = 0
    while at < len(data):
        (n,) = struct.unpack_from(">H", data, at)
        yield data[at + 2:at + 2 + n]
        at += 2 + n


def sql(path):
    print("CREATE TABLE record (id BLOB PRIMARY KEY, " + ", ".join(f'"{name}"' for name in FIELDS) + ");\nBEGIN;")
    for row in map(msgpack.unpackb, read(path)):
        cells = [f"x'{row[0].hex()}'"]
        for cell in row[1:]:
            cell = ",".join(cell) if isinstance(cell, list) else cell.hex() if isinstance(cell, bytes) else cell
            cells.append(str(cell) if isinstance(cell, int) else "'" + cell + "'")
        print(f"INSERT INTO record VALUES ({', '.join(cells)});")
    print("COMMIT;")


def known(rows):
    import zstandard
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "proto", "dictionary_1.c"), encoding="utf-8") as f:
        numbers = re.search(r"const uint8_t dictionary_1\[\] = \{([^}]*)\}", f.read()).group(1)
    dictionary = zstandard.ZstdCompressionDict(bytes(int(n) for n in re.findall(r"\d+", numbers)))
    return len(zstandard.ZstdCompressor(level=19, dict_data=dictionary, write_dict_id=False).compress(rows))


def main(args):
    if args[0] == "--zstd":
        import zstandard
        rows = b"".join(read(args[2]))
        print(len(rows), len(zstandard.ZstdCompressor(level=int(args[1])).compress(rows)))
    elif args[0] == "--known":
        print(known(b"".join(read(args[1]))))
    elif args[0] == "--sql":
        sql(args[1])
    else:
        count, parts = int(args[0]), int(args[3]) if len(args) > 3 else 1
        rows = [msgpack.packb(row) for row in records(count, int(args[1]))]
        for i in range(parts):
            with open(args[2] + (f".{i}" if len(args) > 3 else ""), "wb") as f:
                f.write(b"".join(struct.pack(">H", len(row)) + row for row in rows[i * count // parts:(i + 1) * count // parts]))


if __name__ == "__main__":
    main(sys.argv[1:])
