#!/usr/bin/python3
"""gen.py - what a Party cell writes, invented: changes of every kind a cell writes, in good Vietnamese, the same for the same seed.

    gen.py COUNT SEED FILE [--shuffled|--unknown]    writes FILE: for each change u8 access class, u16 length and its body (docs/protocol.md 3.1)
    gen.py --rows FILE                     prints the bytes of the changes as rows of MessagePack, and as one zstd-3 and zstd-19 frame
    gen.py --words COUNT SEED              prints the syllables of the texts, the more frequent first

All bases are nil: the device fills them in. --shuffled gives every syllable of the vocabulary another's place, so that the form
of the records is the same and no word stands where training saw it; --unknown gives it to one that no Vietnamese word has, as names in the highlands do. A row is what a program that syncs rows would send:
[id, clock (u64), device (bin 8), kind, values…]."""
import hashlib
import random
import re
import struct
import sys

import msgpack

FAMILY = """Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Lâm Trịnh Mai Đào Cao Hà Lương Thái Châu Tạ Phùng Tô Vương
Quách Tăng Thân Chu Doãn Khổng Nghiêm""".split()
MIDDLE = """Văn Thị Hữu Đức Ngọc Minh Quang Thanh Xuân Kim Thu Bá Công Đình Hồng Mạnh Như Phương Quốc Tuấn Gia Bảo Anh Hải Trọng Thế Duy Khánh Thùy
Bích Diệu Mỹ Ánh Hoài Nhật Viết Chí Đăng Tiến""".split()
GIVEN = """An Bình Chi Dung Dũng Giang Hà Hải Hạnh Hiền Hiếu Hoa Hòa Hùng Hương Khánh Khoa Lan Liên Linh Loan Long Mai Nam Nga Nhung Oanh Phúc Phượng Quân
Quyên Sơn Tâm Thành Thảo Thắng Thịnh Thúy Tiến Toàn Trang Trung Tú Tuấn Tùng Tuyết Vân Việt Vinh Yến Cường Đạt Hưng Kiên Lộc Mạnh Nghĩa Nhân Phong
Thủy Trâm Triệu Xuân Ý""".split()
VERB = """rà soát|vận động|nhắc nhở|thống nhất|kiểm tra|lập danh sách|tuyên truyền|phân công|báo cáo|đôn đốc|tổng hợp|khảo sát|xin ý kiến|góp ý|hoàn thiện
|bàn giao|tiếp nhận|sửa chữa|trồng mới|dọn dẹp|quyên góp|hỗ trợ|thăm hỏi|xác minh|giải thích|phổ biến|học tập|thảo luận|biểu quyết|giới thiệu
|theo dõi|giám sát|công khai|niêm yết|đối chiếu|cập nhật|bổ sung|điều chỉnh|chuẩn bị|tổ chức|sơ kết|tổng kết|đánh giá|phân loại|khen thưởng
|nhân rộng|duy trì|củng cố|nâng cao|đề nghị|kiến nghị|chuyển đến phường|ghi nhận|giải quyết|hòa giải|lắp đặt|cải tạo|mở rộng|thu gom|phòng ngừa
|tiếp thu|giải trình|quán triệt|triển khai|cam kết|đăng ký|bồi dưỡng|giúp đỡ|rút kinh nghiệm|chấn chỉnh|lưu trữ|bảo quản|khai báo|nghiệm thu""".replace("\n", "").split("|")
THING = """danh sách hộ nghèo|hồ sơ kết nạp đảng|bản kiểm điểm cuối năm|quỹ khuyến học của tổ|tuyến ngõ nhỏ sau chợ|đèn đường đoạn đầu cầu|nhà văn hóa khu phố
|việc nộp đảng phí quý này|đảng viên đi làm ăn xa|thẻ bảo hiểm y tế của người cao tuổi|cống thoát nước bị tắc|rác thải trên kênh|nền nếp sinh hoạt chi bộ
|nghị quyết của đảng ủy phường|kế hoạch phòng chống bão|lịch trực ban đêm|camera an ninh|bếp ăn bán trú|hàng quán lấn vỉa hè|bình chữa cháy trong hộ gia đình
|phong trào hiến máu|lớp học tình thương|cây xanh trước trụ sở|nguồn nước giếng khoan|mức đóng góp tự nguyện|sổ theo dõi thu chi|chuyên đề học tập gương Bác
|nhân khẩu tạm trú|thanh niên đến tuổi nhập ngũ|gia đình liệt sĩ|đối tượng bảo trợ xã hội|trẻ em bỏ học|việc cưới việc tang|nếp sống văn minh đô thị|tổ hòa giải
|mô hình tự quản|ứng dụng định danh điện tử|dịch vụ công trực tuyến|ý kiến phản ánh của nhân dân|tranh chấp ranh giới đất|giấy phép xây dựng|nhà xuống cấp
|hộ kinh doanh cá thể|vệ sinh an toàn thực phẩm|dịch sốt xuất huyết|tiêm chủng mở rộng|ngày hội đại đoàn kết|cuộc bầu cử sắp tới|đại biểu hội đồng nhân dân
|công tác dân vận khéo|quần chúng ưu tú|nhận xét nơi cư trú|giấy giới thiệu sinh hoạt|đảng viên miễn công tác|tặng huy hiệu bốn mươi năm|tuổi trẻ tình nguyện
|câu lạc bộ dưỡng sinh|chi hội phụ nữ|hội cựu chiến binh|phụ huynh học sinh|đường dây nóng|loa truyền thanh|vốn vay ưu đãi|giống lúa mới|đàn gia cầm|kênh mương nội đồng
|chợ tự phát|bãi giữ xe|hẻm cụt|thùng rác phân loại|tủ sách cộng đồng|sân chơi thiếu nhi|điểm sạt lở bờ sông|kho vật tư|quy chế làm việc|chương trình hành động
|bảng phân công cấp ủy|sổ ghi biên bản|dự toán sửa mái tôn|kết quả khảo sát|cuộc họp liên tịch|tin báo tố giác|vụ việc kéo dài|hợp đồng thuê mặt bằng""".replace("\n", "").split("|")
TAIL = """trước ngày họp tới|theo hướng dẫn của cấp trên|ngay trong tháng|để bà con yên tâm|vì còn vướng giấy tờ|cùng cảnh sát khu vực|sau giờ làm việc|qua nhóm chung của tổ
|bằng văn bản|khi trời tạnh|cho từng nhóm nhỏ|không để kéo dài|và báo lại cho bí thư|từ nguồn xã hội hóa|với tinh thần tự giác|như năm ngoái|đúng thời hạn
|cho kịp tiến độ|nếu đủ người dự|dưới sự chứng kiến của tổ trưởng|đến từng hộ|theo đúng điều lệ|trên cơ sở biên bản lần trước|có ảnh chụp kèm theo|mà chưa có kết quả
|dù nhân lực còn mỏng|nhân dịp đầu xuân|trong dịp hè|vào sáng chủ nhật|tối thứ sáu hằng tuần|bất kể mưa nắng|lồng ghép với buổi sinh hoạt thường kỳ
|một cách công khai|thay cho đồng chí vắng mặt|và rút kinh nghiệm chung|để trình đảng ủy|gửi kèm danh sách ký nhận|bằng kinh phí còn lại|sau khi thống nhất
|phù hợp điều kiện từng nhà|tránh chồng chéo|hướng tới kỷ niệm ngày thành lập|tại các khu trọ|ở đoạn giáp ranh|ngoài giờ hành chính""".replace("\n", "").split("|")
OPENING = """Chi bộ khai mạc lúc|Đồng chí chủ trì tuyên bố lý do lúc|Cuộc họp bắt đầu muộn vì mưa, lúc|Sau khi chào cờ, hội nghị vào việc lúc|Đủ thành phần, chi bộ làm việc từ""".split("|")
CLOSING = """Biên bản được đọc lại và thông qua|Hội nghị kết thúc trong không khí cởi mở|Không còn ý kiến nào khác, chủ trì kết luận|Chi bộ nhất trí toàn bộ|Có hai ý kiến
| bảo lưu, còn lại tán thành""".replace("\n", "").split("|")
REASON = """đi công tác xa|con ốm|trực cơ quan|khám bệnh định kỳ|về quê giỗ|tập huấn trên quận|bận ca đêm|đau khớp không đi lại được|chăm mẹ nằm viện|hỏng xe giữa đường
|dự đám cưới người nhà|học lớp trung cấp chính trị|sức khỏe yếu|có giấy xin phép gửi trước""".replace("\n", "").split("|")
JOB = """giáo viên tiểu học|công nhân may|hưu trí|bộ đội xuất ngũ|kế toán hợp tác xã|buôn bán nhỏ|thợ điện nước|y sĩ trạm y tế|lái xe khách|nông dân|cán bộ thuế|nhân viên bưu điện
|kỹ sư cầu đường|nội trợ|thợ mộc|nhân viên ngân hàng|dược sĩ|bảo vệ trường học|thủ thư|hướng dẫn viên""".replace("\n", "").split("|")
STREET = """Lê Lợi|Trần Hưng Đạo|Quang Trung|Nguyễn Huệ|Hai Bà Trưng|Lý Thường Kiệt|Phan Chu Trinh|Hoàng Diệu|Võ Thị Sáu|Bạch Đằng|Ngô Quyền|Kim Đồng|Bến Nghé|Cây Dừa""".split("|")
PLACE = """nhà văn hóa|trụ sở khu phố|hội trường phường|nhà riêng bí thư|phòng họp trường tiểu học|đình làng|trạm y tế""".split("|")

KINDS = dict(member=1, membership=2, office=3, congress=4, meeting=5, attendance=6, minutes=7, resolution=8, task=9, update=10, study=12, candidate=13)
A, B, C = 1, 2, 3
ORG = bytes(16)


def zipf(r, items):
    return items[int(len(items) * r.random() ** 1.3)]


class Shuffle:
    """Every syllable becomes another of the vocabulary, the same one each time; or one of no vocabulary at all."""

    def __init__(self, how):
        words = sorted(set(re.findall(r"[^\W\d_]+", " ".join(VERB + THING + TAIL + OPENING + CLOSING + REASON + JOB).lower())))
        other = words[:]
        if how == "--unknown":
            other = [a + b + c for a in "bl br dr gl gr kl kr pl pr tl".split() for b in "aeiouôêơ" for c in "h k l m n ng p r t".split()]
        random.Random(77).shuffle(other)
        assert len(other) >= len(words)
        self.map = dict(zip(words, other)) if how else {}

    def __call__(self, text):
        def swap(m):
            word = m.group()
            new = self.map.get(word.lower(), word.lower())
            return new[0].upper() + new[1:] if word[0].isupper() and word[1:].islower() else word if word.lower() not in self.map else new
        return re.sub(r"[^\W\d_]+", swap, text) if self.map else text


class Cell:
    """One cell: its members, and its changes month by month."""

    def __init__(self, seed, shuffle):
        self.r = random.Random(seed)
        self.text = Shuffle(shuffle)
        self.at_ms = 1_788_000_000_000 + seed % 97 * 86_400_000
        self.members, self.tasks, self.number = [], [], 0

    def id(self):
        self.at_ms += self.r.randint(20_000, 3_000_000)
        return struct.pack(">Q", self.at_ms << 16 | 0x7000 | self.r.getrandbits(12)) + struct.pack(">Q", 2 << 62 | self.r.getrandbits(62))

    def natural(self, *key):
        return hashlib.blake2b(b"chibo1/natural\0" + msgpack.packb([ORG, *key], use_bin_type=True), digest_size=32).digest()[:16]

    def date(self, year=2026):
        return year * 10000 + self.r.randint(1, 12) * 100 + self.r.randint(1, 28)

    def name(self):
        return self.r.choice(FAMILY), self.r.choice(MIDDLE), self.r.choice(GIVEN)

    def clause(self):
        r = self.r
        words = [zipf(r, VERB)]
        if r.random() < 0.22:
            words.append(("đồng chí " if r.random() < 0.6 else "ông " if r.random() < 0.5 else "bà ") + " ".join(self.name()[1:]) + " về")
        words.append(zipf(r, THING))
        if r.random() < 0.35:
            words.append("và " + zipf(r, THING))
        if r.random() < 0.6:
            words.append(zipf(r, TAIL))
        if r.random() < 0.2:
            words.append(f"({r.randint(2, 300)} {r.choice(['hộ', 'người', 'trường hợp', 'mét', 'suất quà', 'nghìn đồng'])})")
        return " ".join(words)

    def prose(self, sentences):
        out = []
        for _ in range(sentences):
            text = self.clause() + (", " + self.clause() if self.r.random() < 0.4 else "")
            out.append(text[0].upper() + text[1:] + ".")
        return self.text(" ".join(out))

    def make(self, access, record, kind, op, *fields):
        body = [record, KINDS[kind], op]
        for number, merge, value in fields:
            if value is not None:
                body += [number * 8 + merge, None, value]
        return access, body

    def member(self):
        r, record, (family, middle, given) = self.r, self.id(), self.name()
        self.members.append(record)
        yield self.make(A, record, "member", 1, (1, 1, family), (2, 1, middle), (3, 1, given))
        yield self.make(B, record, "member", 1, (4, 1, r.randint(1, 2)), (5, 1, self.date(r.randint(1945, 2004))),
                        (6, 1, self.date(r.randint(1975, 2023))), (9, 1, f"{r.randint(10, 99)}.{r.randint(100000, 999999)}"), (11, 2, f"09{r.randint(10000000, 99999999)}"),
                        (12, 2, f"số {r.randint(1, 260)} đường {r.choice(STREET)}, tổ {r.randint(1, 40)}"), (13, 2, self.text(r.choice(JOB))))

    def meeting(self, month):
        r, r_date = self.r, 20260000 + month % 12 * 100 + 100 + self.r.randint(1, 9)
        record = self.natural(5, month, 1, 202600 + month % 12 + 1)
        start = r.choice([420, 450, 480, 1140, 1170])
        yield self.make(A, record, "meeting", 1, (1, 6, 1), (2, 6, 202600 + month % 12 + 1), (3, 4, r_date), (4, 4, start), (5, 4, start + r.randint(60, 150)),
                        (6, 4, self.text(r.choice(PLACE))), (7, 4, self.members[0]), (8, 4, self.members[1]), (9, 0, [self.prose(1) for _ in range(r.randint(2, 4))]), (10, 3, 3))
        for member in self.members:
            mark = r.choices([1, 2, 3, 4, 7], [80, 9, 2, 6, 3])[0]
            yield self.make(A, self.natural(6, 0, record, member), "attendance", 1, (1, 6, record), (2, 6, member), (3, 4, mark),
                            (4, 2, self.text(r.choice(REASON)) if mark == 2 else None))
        yield self.make(A, self.id(), "minutes", 1, (1, 6, record), (2, 4, self.text(f"{r.choice(OPENING)} {start // 60} giờ {start % 60:02d}.")),
                        (4, 4, "\n".join(self.prose(r.randint(2, 4)) for _ in range(r.randint(3, 6)))), (5, 4, self.prose(r.randint(2, 4))), (6, 4, self.text(r.choice(CLOSING) + ".")))
        resolution = self.id()
        self.number += 1
        yield self.make(A, resolution, "resolution", 1, (1, 5, f"{self.number:02d}-NQ/CB"), (2, 4, r_date), (3, 4, self.prose(1)), (4, 4, self.prose(r.randint(3, 7))), (5, 2, record))
        for _ in range(r.randint(2, 5)):
            self.tasks.append(self.id())
            yield self.make(A, self.tasks[-1], "task", 1, (1, 2, self.prose(r.randint(1, 3))), (2, 2, r_date), (3, 2, self.date()),
                            (4, 0, sorted(r.sample(self.members, r.randint(1, 3)))), (5, 3, 1), (6, 2, resolution))

    def between(self):
        r = self.r
        for _ in range(r.randint(3, 9)):
            yield self.make(A, self.id(), "update", 1, (1, 6, r.choice(self.tasks)), (2, 6, self.date()), (3, 6, r.randint(1, 20) * 5), (4, 6, self.prose(r.randint(1, 3))))
        yield self.make(A, r.choice(self.tasks), "task", 2, (5, 3, r.randint(2, 3)))
        yield self.make(A, self.id(), "study", 1, (1, 6, self.natural(11, 0, r.randint(1, 40))), (2, 4, self.date()), (3, 0, sorted(r.sample(self.members, 4))), (4, 2, self.prose(r.randint(2, 5))))
        yield self.make(B, r.choice(self.members), "member", 2, (11, 2, f"09{r.randint(10000000, 99999999)}"))
        if r.random() < 0.4:
            yield self.make(C, self.id(), "candidate", 1, (1, 4, " ".join(self.name())), (2, 4, self.date(r.randint(1985, 2006))), (3, 2, self.text(r.choice(JOB))), (5, 3, r.randint(1, 6)))

    def changes(self):
        for _ in range(self.r.randint(12, 30)):
            yield from self.member()
        for month in range(600):
            yield from self.meeting(month)
            yield from self.between()


def changes(count, seed, shuffle=""):
    """count changes, of as many cells as that takes."""
    while count > 0:
        for change in Cell(seed, shuffle).changes():
            yield change
            count -= 1
            if count == 0:
                return
        seed += 1000


def read(path):
    with open(path, "rb") as f:
        data = f.read()
    at = 0
    while at < len(data):
        access, n = struct.unpack_from(">BH", data, at)
        yield access, msgpack.unpackb(data[at + 3:at + 3 + n], raw=False)
        at += 3 + n


def rows(path):
    device, clock = bytes(range(8)), 1_790_000_000_000 << 16
    for _, body in read(path):
        clock += 65536 * 977
        yield msgpack.packb([body[0], clock, device, body[1], *body[5::3]], use_bin_type=True)


def main(args):
    if args[0] == "--rows":
        import zstandard
        data = b"".join(rows(args[1]))
        print(len(data), *(len(zstandard.ZstdCompressor(level=level).compress(data)) for level in (3, 19)))
    elif args[0] == "--words":
        count = {}
        for _, body in changes(int(args[1]), int(args[2])):
            for value in body[5::3]:
                for text in value if isinstance(value, list) else [value]:
                    for word in re.findall(r"[^\W\d_]+", text.lower()) if isinstance(text, str) else []:
                        count[word] = count.get(word, 0) + 1
        print("\n".join(sorted(count, key=lambda word: (-count[word], word))))
    else:
        with open(args[2], "wb") as f:
            for access, body in changes(int(args[0]), int(args[1]), "".join(args[3:4])):
                body = msgpack.packb(body, use_bin_type=True)
                f.write(struct.pack(">BH", access, len(body)) + body)


if __name__ == "__main__":
    main(sys.argv[1:])
