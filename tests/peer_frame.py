"""Frames and their transforms (docs/protocol.md section 6), for tests/peer.py."""
import struct

import zstandard

from peer_bytes import PeerError, need
from peer_columns import DICTIONARY, arrange, restore

PLAIN_MOST, MESSAGE_MOST, HISTORY = 61440, 327680, 131072
LAST, MORE = 0x40, 0x80
MAGIC = bytes.fromhex('28b52ffd')
CHANGESET, LEAF = 4, 5


class _History:
    """The plain payload that went before in one direction."""

    def __init__(self):
        self.data = b''

    def add(self, plain):
        self.data = (self.data + plain)[-HISTORY:]

    def dictionary(self, form=1):
        """For zstd; none if nothing went before. Transforms 2 and 3: the history behind dictionary 1."""
        if form > 1:
            return zstandard.ZstdCompressionDict(DICTIONARY + self.data, dict_type=zstandard.DICT_TYPE_FULLDICT)
        if not self.data:
            return None
        return zstandard.ZstdCompressionDict(self.data, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


class FrameWriter:
    """Turns messages into frames. `transform` 1 and 2 pack wherever that makes the payload smaller, 3 and 4 arrange whatever can be, 0 never packs."""

    def __init__(self, transform=1, level=6):
        self.history, self.transform, self.level, self.inside = _History(), transform, level, False
        self.counts = [0] * 5

    def _pack(self, plain, form):
        packer = zstandard.ZstdCompressor(level=self.level, dict_data=self.history.dictionary(form), write_checksum=False,
                                          write_content_size=True, write_dict_id=False)
        packed = packer.compress(plain)
        return packed if form == 1 else packed[len(MAGIC):]

    def _columns(self, plain):
        """(payload, what the history gets, transform), or None."""
        halves = arrange(plain, self.transform == 4)
        if halves is None or len(halves[1]) > PLAIN_MOST:
            return None
        raw, arranged = halves
        packed = self._pack(arranged, 3)
        if self.transform == 4:
            block = only_block(packed, arranged)
            if block is not None:
                return length(len(raw)) + raw + length(len(arranged)) + block, arranged, 4
            raw, arranged = arrange(plain)
        return length(len(raw)) + raw + packed, arranged, 3

    def frame(self, kind, plain, last=False, more=False):
        """One frame."""
        payload, form, noted = plain, 0, plain
        columns = self._columns(plain) if self.transform >= 3 and not more and kind in (CHANGESET, LEAF) and not self.inside else None
        self.inside = more
        if columns and len(columns[0]) < len(plain):
            payload, noted, form = columns
        elif self.transform and plain:
            packed = self._pack(plain, min(self.transform, 2))
            if len(packed) < len(plain):
                payload, form = packed, min(self.transform, 2)
        self.counts[form] += 1
        self.history.add(noted)
        return struct.pack('>HBB', len(payload), kind, form | (LAST if last else 0) | (MORE if more else 0)) + payload

    def message(self, kind, plain, last=False):
        """The frames of a message, one after the other (each is made when it is asked for)."""
        pieces = [plain[i:i + PLAIN_MOST] for i in range(0, len(plain), PLAIN_MOST)] or [b'']
        for i, piece in enumerate(pieces):
            more = i + 1 < len(pieces)
            yield self.frame(kind, piece, last and not more, more)


def unzip(payload, history, form=1):
    """The plain bytes of a packed payload; BAD_FRAME for whatever section 6 does not allow."""
    if form > 1:
        payload = MAGIC + payload
    try:
        params = zstandard.get_frame_parameters(payload)
        need(zstandard.frame_content_size(payload) >= 0, 'BAD_FRAME', 'khung zstd không ghi cỡ')
        need(params.content_size <= PLAIN_MOST, 'BAD_FRAME', 'khung zstd giải ra quá lớn')
        need(not params.has_checksum and params.dict_id == 0, 'BAD_FRAME', 'khung zstd có số kiểm tra hoặc mã từ điển')
        size = params.content_size
        unpacker = zstandard.ZstdDecompressor(dict_data=history.dictionary(form)).decompressobj()
        plain = unpacker.decompress(payload)
        need(unpacker.unused_data == b'', 'BAD_FRAME', 'thừa byte sau khung zstd')
        need(len(plain) == size, 'BAD_FRAME', 'khung zstd không đúng cỡ')
        return plain
    except zstandard.ZstdError as error:
        raise PeerError('BAD_FRAME', f'khung zstd hỏng: {error}') from error


def length(n):
    """7 bits a byte, low bits first."""
    out = b''
    while n >= 128:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def take_length(payload):
    """(length, the rest)."""
    n = at = 0
    while True:
        need(at < min(3, len(payload)), 'BAD_FRAME', 'khung cột quá ngắn')
        n |= (payload[at] & 127) << 7 * at
        at += 1
        if payload[at - 1] < 128:
            return n, payload[at:]


def heads(plain, block):
    """What stands before the only block of a frame without magic bytes (RFC 8878 3.1.1.1, 3.1.1.2): one segment, its size; last, packed or not."""
    size = b'\x20' + bytes([plain]) if plain < 256 else b'\x60' + struct.pack('<H', plain - 256)
    return size + struct.pack('<I', block << 3 | (2 if block < plain else 0) << 1 | 1)[:3]


def only_block(packed, plain):
    """The content of the only block of a frame without magic bytes, or what it stands for if that is no longer; None if there are more."""
    block = packed[5 if len(plain) < 256 else 6:]
    if len(packed) >= len(plain):
        return plain
    return block if packed == heads(len(plain), len(block)) + block else None


def uncolumn(payload, history, near):
    """(message, arranged) of a payload of transform 3 or 4."""
    n, payload = take_length(payload)
    need(n <= len(payload), 'BAD_FRAME', 'khung cột quá ngắn')
    raw, rest = payload[:n], payload[n:]
    if near:
        n, rest = take_length(rest)
        need(len(rest) <= n <= PLAIN_MOST, 'BAD_FRAME', 'nửa bản tin có cỡ khác')
        rest = heads(n, len(rest)) + rest
    arranged = unzip(rest, history, 3)
    return restore(raw, arranged, near), arranged


class FrameReader:
    """Turns bytes into messages (type, bytes, LAST)."""

    def __init__(self):
        self.history = _History()
        self.raw = b''
        self.kind, self.parts = None, b''
        self.counts = [0] * 5

    def feed(self, raw):
        """Takes bytes and gives the messages that are whole."""
        self.raw += raw
        while len(self.raw) >= 4:
            n, kind, form = struct.unpack('>HBB', self.raw[:4])
            need(form & 0x30 == 0 and form & 0x0f <= 4 and form & 0xc0 != 0xc0, 'BAD_FRAME', f'dạng khung {form:02x} không có')
            need(form & 0x0f or n <= PLAIN_MOST, 'BAD_FRAME', 'khung quá lớn')
            if len(self.raw) < 4 + n:
                return
            payload, self.raw = self.raw[4:4 + n], self.raw[4 + n:]
            transform = form & 0x0f
            plain = noted = payload
            if transform >= 3:
                need(self.kind is None and not form & MORE, 'BAD_FRAME', 'cột chỉ dùng cho bản tin trong một khung')
                plain, noted = uncolumn(payload, self.history, transform == 4)
            elif transform:
                plain = noted = unzip(payload, self.history, transform)
            self.counts[transform] += 1
            self.history.add(noted)
            need(self.kind in (None, kind), 'BAD_FRAME', 'bản tin đổi loại giữa chừng')
            self.parts += plain
            need(len(self.parts) <= MESSAGE_MOST, 'BAD_FRAME', 'bản tin quá lớn')
            if form & MORE:
                self.kind = kind
                continue
            whole, self.kind, self.parts = self.parts, None, b''
            yield kind, whole, bool(form & LAST)

    def idle(self):
        """Whether nothing has come in by halves."""
        return not self.raw and self.kind is None
