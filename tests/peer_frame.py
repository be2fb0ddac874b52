"""Frames and the two transforms (docs/protocol.md section 6), for tests/peer.py."""
import struct

import zstandard

from peer_bytes import PeerError, need

PLAIN_MOST, MESSAGE_MOST, HISTORY = 61440, 327680, 131072
LAST, MORE = 0x40, 0x80


class _History:
    """The plain payload that went before in one direction."""

    def __init__(self):
        self.data = b''

    def add(self, plain):
        self.data = (self.data + plain)[-HISTORY:]

    def dictionary(self):
        """For zstd; none if nothing went before."""
        if not self.data:
            return None
        return zstandard.ZstdCompressionDict(self.data, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


class FrameWriter:
    """Turns messages into frames. `transform` 1 packs wherever that makes the payload smaller, 0 never packs."""

    def __init__(self, transform=1, level=6):
        self.history, self.transform, self.level = _History(), transform, level
        self.counts = [0, 0]

    def frame(self, kind, plain, last=False, more=False):
        """One frame."""
        payload, form = plain, 0
        if self.transform and plain:
            packer = zstandard.ZstdCompressor(level=self.level, dict_data=self.history.dictionary(), write_checksum=False,
                                              write_content_size=True, write_dict_id=False)
            packed = packer.compress(plain)
            if len(packed) < len(plain):
                payload, form = packed, 1
        self.counts[form] += 1
        self.history.add(plain)
        return struct.pack('>HBB', len(payload), kind, form | (LAST if last else 0) | (MORE if more else 0)) + payload

    def message(self, kind, plain, last=False):
        """The frames of a message, one after the other (each is made when it is asked for)."""
        pieces = [plain[i:i + PLAIN_MOST] for i in range(0, len(plain), PLAIN_MOST)] or [b'']
        for i, piece in enumerate(pieces):
            more = i + 1 < len(pieces)
            yield self.frame(kind, piece, last and not more, more)


def unzip(payload, history):
    """The plain bytes of a packed payload; BAD_FRAME for whatever section 6 does not allow."""
    try:
        params = zstandard.get_frame_parameters(payload)
        need(zstandard.frame_content_size(payload) >= 0, 'BAD_FRAME', 'khung zstd không ghi cỡ')
        need(params.content_size <= PLAIN_MOST, 'BAD_FRAME', 'khung zstd giải ra quá lớn')
        need(not params.has_checksum and params.dict_id == 0, 'BAD_FRAME', 'khung zstd có số kiểm tra hoặc mã từ điển')
        size = params.content_size
        unpacker = zstandard.ZstdDecompressor(dict_data=history.dictionary()).decompressobj()
        plain = unpacker.decompress(payload)
        need(unpacker.unused_data == b'', 'BAD_FRAME', 'thừa byte sau khung zstd')
        need(len(plain) == size, 'BAD_FRAME', 'khung zstd không đúng cỡ')
        return plain
    except zstandard.ZstdError as error:
        raise PeerError('BAD_FRAME', f'khung zstd hỏng: {error}') from error


class FrameReader:
    """Turns bytes into messages (type, bytes, LAST)."""

    def __init__(self):
        self.history = _History()
        self.raw = b''
        self.kind, self.parts = None, b''
        self.counts = [0, 0]

    def feed(self, raw):
        """Takes bytes and gives the messages that are whole."""
        self.raw += raw
        while len(self.raw) >= 4:
            n, kind, form = struct.unpack('>HBB', self.raw[:4])
            need(form & 0x30 == 0 and form & 0x0f <= 1 and form & 0xc0 != 0xc0, 'BAD_FRAME', f'dạng khung {form:02x} không có')
            need(form & 0x0f or n <= PLAIN_MOST, 'BAD_FRAME', 'khung quá lớn')
            if len(self.raw) < 4 + n:
                return
            payload, self.raw = self.raw[4:4 + n], self.raw[4 + n:]
            plain = unzip(payload, self.history) if form & 0x0f else payload
            self.counts[form & 0x0f] += 1
            self.history.add(plain)
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
