"""people.py - who lives in an invented ward (ward.py), and what becomes of a text between the head and the disk."""
import hashlib
import os
import random
import sys
import unicodedata

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gen as words  # noqa: E402  (its vocabulary, nothing else)

YEAR = 2025
MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
# Shares per thousand; quantiles are the value at every 1/(n-1) of the way up.
FAMILY = [("Nguyễn", 384), ("Trần", 110), ("Lê", 95), ("Phạm", 71), ("Hoàng", 30), ("Huỳnh", 21), ("Phan", 45), ("Vũ", 25), ("Võ", 14),
          ("Đặng", 21), ("Bùi", 20), ("Đỗ", 14), ("Hồ", 13), ("Ngô", 13), ("Dương", 10), ("Lý", 5), ("Đinh", 30), ("Lương", 30), ("Cao", 49)]
THAI, MONG = "Lò Quàng Lường Cà Tòng".split(), "Giàng Sùng Vừ Thào".split()
TYPES = [("TDP", 42), ("AGENCY", 6), ("SCHOOL", 6), ("ENTERPRISE", 4), ("ARMED", 2)]
SIZE = {"TDP": [8, 13, 18, 22, 27, 31, 36, 43, 54, 76, 130], "": [4, 9, 12, 16, 19, 23, 27, 33, 42, 58, 90]}  # lognormal, clipped
AGE = {"TDP": [28, 49, 54, 57, 60, 63, 66, 69, 72, 77, 94], "": [23, 30, 33, 36, 39, 41, 43, 46, 49, 53, 64]}
COMES = [600, 740, 790, 820, 850, 870, 890, 910, 930, 955, 995]  # Beta(14, 2), per thousand
MINUTES = {"TDP": [30, 55, 63, 69, 74, 78, 82, 87, 93, 101, 130], "": [60, 81, 87, 92, 96, 100, 104, 108, 113, 119, 150]}
PLACES = ["nhà văn hóa", "trụ sở khu phố", "hội trường phường", "phòng họp trường tiểu học"]
OLD_TONE = {"hòa": "hoà", "thủy": "thuỷ", "thúy": "thuý", "khỏe": "khoẻ", "tòa": "toà", "xóa": "xoá"}


class Rng:
    """Bits of their own for each path, so that one cell's year does not change another's."""

    def __init__(self, *path):
        digest = hashlib.blake2b("/".join(map(str, path)).encode(), digest_size=16).digest()
        self.r = random.Random(int.from_bytes(digest, "big"))

    def below(self, n):
        return self.r.getrandbits(32) * n >> 32

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def chance(self, of_a_thousand):
        return self.below(1000) < of_a_thousand

    def pick(self, items):
        return items[self.below(len(items))]

    def weighted(self, pairs):
        at = self.below(sum(weight for _, weight in pairs))
        for item, weight in pairs:
            at -= weight
            if at < 0:
                return item

    def quantile(self, table):
        at = self.below((len(table) - 1) * 1000)
        i, rest = divmod(at, 1000)
        return table[i] + (table[i + 1] - table[i]) * rest // 1000

    def poisson(self, tenths):  # of a mean in tenths, by many small chances
        return sum(self.below(400) < tenths for _ in range(40))

    def sample(self, items, n):
        rest = list(items)
        return [rest.pop(self.below(len(rest))) for _ in range(min(n, len(rest)))]


def day(year, month, d):
    return f"{d:02d}/{month:02d}/{year}"


class Dirt:
    """What becomes of a text between the head and the disk. `made` counts how often."""

    def __init__(self, r):
        self.r, self.made = r, {"nfd": 0, "tone": 0, "plain": 0, "blanks": 0, "texts": 0}

    def __call__(self, text, free=False):
        self.made["texts"] += 1
        if self.r.chance(100):
            for new, old in OLD_TONE.items():
                for a, b in ((new, old), (new.capitalize(), old.capitalize())):
                    if a in text:
                        self.made["tone"] += 1
                        text = text.replace(a, b)
        if free and self.r.chance(80):
            self.made["plain"] += 1
            text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)).replace("đ", "d").replace("Đ", "D")
        if self.r.chance(50):
            self.made["blanks"] += 1
            text = text.replace(" ", "  ", 1) + " "
        if self.r.chance(30):
            self.made["nfd"] += unicodedata.normalize("NFD", text) != text
            text = unicodedata.normalize("NFD", text)
        return text


class Member:
    def __init__(self, cell, number, r):
        self.cell, self.name, self.until = cell, f"{cell.code}.m{number}", None  # cell: where the year began
        female = r.chance(350)
        age = r.quantile(AGE.get(cell.type, AGE[""]))
        people = r.weighted([("kinh", 60), ("thai", 25), ("mong", 10), ("khac", 5)]) if cell.profile == "highland" else "kinh"
        self.family = r.pick(THAI) if people == "thai" else r.pick(MONG) if people == "mong" else r.weighted(FAMILY)
        self.given = r.pick(words.GIVEN)
        if female:
            self.middle = "Thị" if r.chance(700 if YEAR - age < 1980 else 300) else r.pick(words.MIDDLE)
        else:
            self.middle = "A" if people == "mong" else "Văn" if r.chance(350) else r.pick(words.MIDDLE)
        self.gender = "female" if female else "male"
        self.born = (YEAR - age, r.between(1, 12), r.between(1, 28))
        self.part = r.weighted([(3, 80), (2, 8), (1, 12)])  # how much of the date of birth is known
        joined = min(self.born[0] + r.between(19, 45), YEAR - 1)
        self.admitted = (joined, r.between(1, 12), r.between(1, 28))
        self.probationary = r.chance(30)
        if self.probationary:
            self.admitted = (YEAR - 1, r.between(7, 12), r.between(1, 28))
        self.card = f"{r.between(10, 99)}.{cell.number:03d}{number:03d}"
        self.exempt = cell.type == "TDP" and r.chance(170)
        self.comes = r.quantile(COMES)
        self.ill = (r.between(1, 12), r.between(2, 6)) if r.chance(120) else None
        self.waived = r.chance(80)
        self.dues = 1000 * r.between(8, 60)

    def full_name(self):
        return f"{self.family} {self.middle} {self.given}"

    def born_typed(self, swapped=False):
        y, m, d = self.born
        if self.part == 1:
            return str(y)
        if self.part == 2:
            return f"{m:02d}/{y}"
        return day(y, d, m) if swapped else day(y, m, d)
