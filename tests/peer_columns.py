"""Dictionary 1 and the arranged form of messages (docs/protocol.md sections 6.2 and 6.3), for tests/peer.py; written from that page."""
import os
import re

from peer_bytes import need

PLAIN_MOST = 61440
SOURCE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'proto', 'dictionary_1.c')
BODIES = {8: 7, 12: 8}
COLUMNS_MOST = 128


def _load():
    """The dictionary and the syllables, out of the C source, which is where the page says they are."""
    with open(SOURCE, encoding='utf-8') as file:
        text = file.read()
    lines, numbers = text.split('const size_t dictionary_1_size')
    syllables = ' '.join(re.findall(r'^    "(.*)",$', lines, re.M)).split()
    size = int(re.match(r' = (\d+);', numbers).group(1))
    data = bytes(int(n) for n in re.findall(r'\d+', numbers[numbers.index('{'):numbers.rindex('}')]))
    assert len(data) == size
    return data, [s.encode() for s in syllables]


DICTIONARY, SYLLABLES = _load()
NUMBER = {s: i for i, s in enumerate(SYLLABLES)}


# ---- syllables

def _upper(b):
    """The text with a capital first letter, or None where the page knows none."""
    if 0x61 <= b[0] <= 0x7a:
        return bytes([b[0] - 0x20]) + b[1:]
    if b[:2] == b'\xc4\x91':
        return b'\xc4\x90' + b[2:]
    if b[0] == 0xc3 and 0xa0 <= b[1] <= 0xbe and b[1] != 0xb7:
        return bytes([0xc3, b[1] - 0x20]) + b[2:]
    return None


CAPITALS = {_upper(s): i for s, i in NUMBER.items() if _upper(s)}


def _code(letters):
    """What stands for these letters; None if nothing does."""
    i, head = (NUMBER[letters], b'') if letters in NUMBER else (CAPITALS.get(letters), b'\xfd')
    if i is None:
        return None
    return head + (bytes([0x80 + i]) if i < 64 else bytes([0xc0 + (i - 64) // 256, (i - 64) % 256]))


def pack_text(text):
    """Text (any bytes) as codes."""
    out, after = b'', False
    pieces = re.findall(rb'[a-zA-Z\x80-\xff]+|[^a-zA-Z\x80-\xff]', text)
    for n, piece in enumerate(pieces):
        code = _code(piece)
        if code:
            out, after = out + code, True
            continue
        if after and piece == b' ' and n + 1 < len(pieces) and _code(pieces[n + 1]):
            continue
        after = False
        for run in re.findall(rb'[\x00-\x7f]+|[\x80-\xff]{1,255}', piece):
            out += run if run[0] < 0x80 else bytes([0xfe, len(run)]) + run
    return out


class Bytes:
    """Bytes taken from the front."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        """The next n."""
        need(self.at + n <= len(self.data), 'BAD_FRAME', 'nửa bản tin bị cụt')
        self.at += n
        return self.data[self.at - n:self.at]

    def byte(self):
        """The next one."""
        return self.take(1)[0]

    def number(self):
        """7 bits a byte, low bits first."""
        value = shift = 0
        while True:
            b = self.byte()
            value |= (b & 127) << shift
            shift += 7
            need(shift <= 56, 'BAD_FRAME', 'số quá dài')
            if b < 128:
                return value

    def end(self):
        """Nothing may be left."""
        need(self.at == len(self.data), 'BAD_FRAME', 'thừa byte trong nửa bản tin')


def unpack_text(packed, size):
    """A str of so many bytes off the front of packed."""
    out, after = b'', False
    while len(out) < size:
        first = packed.byte()
        if first == 0xfe:
            n = packed.byte()
            need(n > 0, 'BAD_FRAME', 'đoạn rỗng')
            out, after = out + packed.take(n), False
        elif first < 0x80:
            out, after = out + bytes([first]), False
        else:
            capital = first == 0xfd
            if capital:
                first = packed.byte()
            need(0x80 <= first <= 0xfb, 'BAD_FRAME', 'mã tiếng không có')
            i = first - 0x80 if first < 0xc0 else 64 + (first - 0xc0) * 256 + packed.byte()
            need(i < len(SYLLABLES), 'BAD_FRAME', 'tiếng không có')
            word = _upper(SYLLABLES[i]) if capital else SYLLABLES[i]
            need(word, 'BAD_FRAME', 'chữ không viết hoa được')
            out, after = out + (b' ' if after else b'') + word, True
    need(len(out) == size, 'BAD_FRAME', 'chuỗi dài hơn đã nói')
    return out


# ---- heads of MessagePack

SCALARS = {0xc0: 1, 0xc2: 1, 0xc3: 1, 0xcc: 2, 0xcd: 3, 0xce: 5, 0xcf: 9, 0xd0: 2, 0xd1: 3, 0xd2: 5, 0xd3: 9}
SIZED = {0xd9: ('str', 1), 0xda: ('str', 2), 0xdb: ('str', 4), 0xc4: ('bin', 1), 0xc5: ('bin', 2), 0xc6: ('bin', 4), 0xdc: ('array', 2), 0xdd: ('array', 4)}


def head(source):
    """(head, what it is, how many bytes or elements follow) of the next value."""
    b = source.byte()
    if b < 0x80 or b >= 0xe0:
        return bytes([b]), 'scalar', 0
    if 0x90 <= b <= 0x9f:
        return bytes([b]), 'array', b & 15
    if 0xa0 <= b <= 0xbf:
        return bytes([b]), 'str', b & 31
    if b in SCALARS:
        return bytes([b]) + source.take(SCALARS[b] - 1), 'scalar', 0
    need(b in SIZED, 'BAD_FRAME', f'giá trị {b:02x} không dùng')
    kind, n = SIZED[b]
    raw = source.take(n)
    return bytes([b]) + raw, kind, int.from_bytes(raw, 'big')


def message_time(source):
    """Milliseconds, if an unsigned integer below 2^32 - 1 comes next, which stays there; else 0."""
    at = source.at
    h, kind, _ = head(source)
    source.at = at
    if kind != 'scalar' or not (h[0] < 0x80 or 0xcc <= h[0] <= 0xce):
        return 0
    value = int.from_bytes(h[1:] or h, 'big')
    return value * 1000 if value < (1 << 32) - 1 else 0


# ---- arranging

class Arranger:
    """One message into two halves."""

    def __init__(self, message, near=False):
        self.source, self.skeleton, self.raw, self.columns = Bytes(message), b'', b'', {}
        self.record, self.last_time, self.base, self.near = None, 0, None, near

    def outside(self):
        """A value outside bodies."""
        h, kind, n = head(self.source)
        self.skeleton += h
        if kind == 'array':
            for _ in range(n):
                self.outside()
        elif kind == 'str':
            self.skeleton += self.source.take(n)
        elif kind == 'bin':
            self.raw += self.source.take(n)

    def value(self, column):
        """A value inside a body."""
        h, kind, n = head(self.source)
        column[0] += h
        if kind == 'array':
            for _ in range(n):
                self.value(column)
        elif kind == 'str':
            column[1] += pack_text(self.source.take(n))
        elif kind == 'bin':
            column[1] += self.source.take(n)

    def how(self, record):
        """The byte for the record id, and what raw gets of it."""
        if record == self.record:
            return b'\2'
        self.record = record
        if record[6] >> 4 != 7 or record[8] >> 6 != 2:
            self.raw += record
            return b'\0'
        time = int.from_bytes(record[:6], 'big')
        step = (time - self.last_time) * 2 if time >= self.last_time else (self.last_time - time) * 2 - 1
        self.last_time = time
        step = step << 2 | record[6] >> 2 & 3
        while step >= 128:
            self.raw += bytes([step & 127 | 128])
            step >>= 7
        self.raw += bytes([step, (record[6] & 3) << 6 | record[8] & 63, record[7]]) + record[9:]
        return b'\1'

    def body(self, n):
        """A body behind its head."""
        need(n >= 6 and n % 3 == 0, 'BAD_FRAME', 'thân có dạng khác')
        need(self.source.take(2) == b'\xc4\x10', 'BAD_FRAME', 'mã bản ghi có dạng khác')
        record = self.source.take(16)
        kind, op = head(self.source), head(self.source)
        self.skeleton += kind[0] + op[0] + self.how(record)
        for _ in range(n // 3 - 1):
            tag = head(self.source)
            self.skeleton += tag[0]
            h, what, size = head(self.source)
            content = self.source.take(size) if what == 'bin' else b''
            if h == b'\xc4\x08' and content == self.base:
                self.skeleton += b'\xc1'
            else:
                self.base = content if h == b'\xc4\x08' else self.base
                self.skeleton += h
                self.raw += content
            self.value(self.columns.setdefault((kind[0], tag[0]), [b'', b'']))

    def message(self):
        """(raw, arranged)."""
        h, _, n = head(self.source)
        self.skeleton += h
        need(n in BODIES, 'BAD_FRAME', 'bản tin không có thân')
        for i in range(n):
            if self.near and i == BODIES[n] - 4:
                self.last_time = message_time(self.source)
            if i != BODIES[n]:
                self.outside()
                continue
            h, what, count = head(self.source)
            need(what == 'array', 'BAD_FRAME', 'bản tin không có thân')
            self.skeleton += h
            for _ in range(count):
                h, what, size = head(self.source)
                self.skeleton += h
                if what == 'bin':
                    self.raw += self.source.take(size)
                else:
                    self.body(size)
        self.source.end()
        need(len(self.columns) <= COLUMNS_MOST, 'BAD_FRAME', 'quá nhiều cột')
        return self.raw, self.skeleton + b''.join(heads + contents for heads, contents in self.columns.values())


# ---- restoring

class Restorer:
    """The two halves back into a message: a list of bytes, in which a value of a column is a list that is filled in last."""

    def __init__(self, raw, arranged, near=False):
        self.raw, self.source, self.out, self.columns = Bytes(raw), Bytes(arranged), [], {}
        self.record, self.last_time, self.base, self.near = None, 0, None, near

    def outside(self):
        """A value outside bodies."""
        h, kind, n = head(self.source)
        self.out.append(h)
        if kind == 'array':
            for _ in range(n):
                self.outside()
        elif kind == 'str':
            self.out.append(self.source.take(n))
        elif kind == 'bin':
            self.out.append(self.raw.take(n))

    def record_id(self):
        """By the byte `how`."""
        how = self.source.byte()
        need(how <= 2 and (how < 2 or self.record), 'BAD_FRAME', 'cách ghi mã bản ghi không có')
        if how == 0:
            self.record = self.raw.take(16)
        elif how == 1:
            number = self.raw.number()
            two, step = number & 3, number >> 2
            self.last_time += -(step // 2) - 1 if step & 1 else step // 2
            need(0 <= self.last_time < 1 << 48, 'BAD_FRAME', 'thời gian không có')
            mixed, low, *rest = self.raw.take(9)
            self.record = self.last_time.to_bytes(6, 'big') + bytes([0x70 | two << 2 | mixed >> 6, low, 0x80 | mixed & 63] + rest)
        return self.record

    def base_value(self):
        """The base of a triple."""
        if self.source.data[self.source.at:self.source.at + 1] == b'\xc1':
            self.source.byte()
            need(self.base is not None, 'BAD_FRAME', 'chưa có bản gốc')
            return b'\xc4\x08' + self.base
        h, _, n = head(self.source)
        content = self.raw.take(n) if n else b''
        self.base = content if h == b'\xc4\x08' else self.base
        return h + content

    def body(self, n):
        """A body behind its head."""
        need(n >= 6 and n % 3 == 0, 'BAD_FRAME', 'thân có dạng khác')
        kind, op = head(self.source)[0], head(self.source)[0]
        self.out += [b'\xc4\x10', self.record_id(), kind, op]
        for _ in range(n // 3 - 1):
            tag, slot = head(self.source)[0], []
            self.out += [tag, self.base_value(), slot]
            self.columns.setdefault((kind, tag), []).append(slot)
        need(len(self.columns) <= COLUMNS_MOST, 'BAD_FRAME', 'quá nhiều cột')

    def heads(self, slot):
        """The heads of one value; places for contents between them."""
        h, kind, n = head(self.source)
        slot.append(h)
        if kind == 'array':
            for _ in range(n):
                self.heads(slot)
        elif kind != 'scalar':
            slot.append((kind, n))

    def message(self):
        """The message."""
        h, _, n = head(self.source)
        self.out.append(h)
        need(n in BODIES, 'BAD_FRAME', 'bản tin không có thân')
        for i in range(n):
            if self.near and i == BODIES[n] - 4:
                self.last_time = message_time(self.source)
            if i != BODIES[n]:
                self.outside()
                continue
            h, what, count = head(self.source)
            need(what == 'array', 'BAD_FRAME', 'bản tin không có thân')
            self.out.append(h)
            for _ in range(count):
                h, what, size = head(self.source)
                self.out.append(h)
                if what == 'bin':
                    self.out.append(self.raw.take(size))
                else:
                    self.body(size)
        for slots in self.columns.values():
            for slot in slots:
                self.heads(slot)
            for slot in slots:
                slot[:] = [item if isinstance(item, bytes) else unpack_text(self.source, item[1]) if item[0] == 'str' else self.source.take(item[1])
                           for item in slot]
        self.raw.end()
        self.source.end()
        out = b''.join(b''.join(item) if isinstance(item, list) else item for item in self.out)
        need(len(out) <= PLAIN_MOST, 'BAD_FRAME', 'bản tin quá lớn')
        return out


def arrange(message, near=False):
    """(raw, arranged), or None for a message of another form; `near`: for transform 4."""
    from peer_bytes import PeerError
    try:
        return Arranger(message, near).message()
    except PeerError:
        return None


def restore(raw, arranged, near=False):
    """The message; BAD_FRAME."""
    return Restorer(raw, arranged, near).message()
