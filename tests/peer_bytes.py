"""Bytes, hashes, signatures and trees of docs/protocol.md (sections 1, 2 and 3.4), for tests/peer.py.

Everything here is written from the page alone; see tests/peer.py.
"""
import hashlib
import re
import struct

import msgpack
import nacl.exceptions
import nacl.signing

ERRORS = {
    1: 'OTHER', 2: 'BAD_VALUE', 3: 'BAD_UTF8', 4: 'NOT_NFC', 5: 'TOO_LONG', 6: 'MISSING_FIELD', 7: 'UNKNOWN_KIND', 8: 'AUTH',
    9: 'INVITE_BAD', 10: 'INVITE_USED', 11: 'INVITE_EXPIRED', 12: 'CERT_EXPIRED', 13: 'REVOKED', 14: 'NOT_ALLOWED',
    15: 'TIMEOUT', 16: 'BUSY', 17: 'BAD_PROOF', 18: 'NO_SPACE', 19: 'BAD_FRAME', 20: 'BAD_ORDER', 21: 'BAD_CHAIN',
    22: 'BAD_SIGNATURE', 23: 'NOT_READABLE', 24: 'TOO_NEW', 25: 'COPY', 26: 'ROLLED_BACK', 27: 'STALE_BASE', 28: 'FROZEN',
    29: 'HELD_FOR_PERSON', 30: 'FIXED', 31: 'HANDED_IN', 32: 'BY_PERSON'}
NUMBERS = {name: number for number, name in ERRORS.items()}


class PeerError(Exception):
    """Something the protocol forbids, or an error the other side named. `name` is one of section 12."""

    def __init__(self, name, text, remote=False):
        super().__init__(f'{name}: {text}')
        self.name, self.text, self.remote = name, text, remote


def need(condition, name, text):
    """Raises PeerError unless the condition holds."""
    if not condition:
        raise PeerError(name, text)


# Canonical MessagePack

DEPTH, ELEMENTS = 8, 4096


def _head(value, out):
    """The shortest header of an integer."""
    if value >= 0:
        for limit, code, form in ((1 << 7, None, 'B'), (1 << 8, 0xcc, 'B'), (1 << 16, 0xcd, 'H'), (1 << 32, 0xce, 'I'), (1 << 64, 0xcf, 'Q')):
            if value < limit:
                out += (b'' if code is None else bytes([code])) + struct.pack('>' + form, value)
                return
    else:
        for limit, code, form in ((-32, None, 'b'), (-1 << 7, 0xd0, 'b'), (-1 << 15, 0xd1, 'h'), (-1 << 31, 0xd2, 'i'), (-1 << 63, 0xd3, 'q')):
            if value >= limit:
                out += (b'' if code is None else bytes([code])) + struct.pack('>' + form, value)
                return
    raise PeerError('BAD_FRAME', 'số nguyên quá lớn')


def _sized(length, small, small_limit, codes, out):
    """The shortest header of something with a length; codes are those for 8, 16 and 32 bits (or None)."""
    if length < small_limit:
        out.append(small | length)
        return
    for limit, code, form in zip((1 << 8, 1 << 16, 1 << 32), codes, 'BHI'):
        if code is not None and length < limit:
            out += bytes([code]) + struct.pack('>' + form, length)
            return
    raise PeerError('BAD_FRAME', 'quá dài')


def _write(value, out, depth):
    if value is None:
        out.append(0xc0)
    elif isinstance(value, bool):
        raise PeerError('BAD_FRAME', 'giá trị đúng/sai không được dùng')
    elif isinstance(value, int):
        _head(value, out)
    elif isinstance(value, str):
        try:
            raw = value.encode('utf-8')
        except UnicodeEncodeError as error:
            raise PeerError('BAD_FRAME', 'chuỗi không phải UTF-8') from error
        _sized(len(raw), 0xa0, 32, (0xd9, 0xda, 0xdb), out)
        out += raw
    elif isinstance(value, bytes):
        _sized(len(value), 0, 0, (0xc4, 0xc5, 0xc6), out)
        out += value
    elif isinstance(value, (list, tuple)):
        need(depth < DEPTH, 'BAD_FRAME', 'mảng lồng quá sâu')
        need(len(value) <= ELEMENTS, 'BAD_FRAME', 'mảng quá nhiều phần tử')
        _sized(len(value), 0x90, 16, (None, 0xdc, 0xdd), out)
        for element in value:
            _write(element, out, depth + 1)
    else:
        raise PeerError('BAD_FRAME', f'kiểu {type(value).__name__} không được dùng')


def pack(value):
    """The canonical bytes of a value."""
    out = bytearray()
    _write(value, out, 0)
    return bytes(out)


def unpack(raw):
    """The value of canonical bytes; whatever is not canonical is BAD_FRAME. What msgpack read must give the same bytes again."""
    try:
        value = msgpack.unpackb(raw, raw=False, strict_map_key=False)
    except Exception as error:
        raise PeerError('BAD_FRAME', f'không phải MessagePack: {error}') from error
    need(pack(value) == raw, 'BAD_FRAME', 'MessagePack không ở dạng chuẩn')
    return value


def is_uint(value, limit=1 << 64):
    """Whether this is an unsigned integer below a limit."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < limit


def is_bin(value, length=None):
    """Whether this is a bin, of this length if one is given."""
    return isinstance(value, bytes) and (length is None or len(value) == length)


# Hashes

def context(name):
    """The bytes of a context."""
    return b'chibo1/' + name.encode('ascii') + b'\0'


def b32(name, *parts):
    """B32 of section 2."""
    return hashlib.blake2b(context(name) + b''.join(parts), digest_size=32).digest()


def b32k(key, name, *parts):
    """B32k of section 2."""
    return hashlib.blake2b(context(name) + b''.join(parts), digest_size=32, key=key).digest()


def b16k(key, name, *parts):
    """B16k of section 2."""
    return hashlib.blake2b(context(name) + b''.join(parts), digest_size=16, key=key).digest()


def sha(*parts):
    """SHA-256."""
    return hashlib.sha256(b''.join(parts)).digest()


def u8(value):
    """One byte."""
    return struct.pack('>B', value)


def u32(value):
    """Four bytes."""
    return struct.pack('>I', value)


def u64(value):
    """Eight bytes."""
    return struct.pack('>Q', value)


def public_key(seed):
    """The Ed25519 public key of a 32-byte private seed."""
    return bytes(nacl.signing.SigningKey(seed).verify_key)


def sign(seed, name, message):
    """Sign of section 2."""
    return nacl.signing.SigningKey(seed).sign(context(name) + message).signature


def verify(key, name, message, signature):
    """Whether a signature holds."""
    try:
        nacl.signing.VerifyKey(key).verify(context(name) + message, signature)
        return True
    except (nacl.exceptions.BadSignatureError, nacl.exceptions.CryptoError, ValueError):
        return False


def device_id(key):
    """The id of the device with this signing key."""
    return b32('device', key)[:16]


def salt_of(seed, position):
    """The salt of one change."""
    return b16k(seed, 'salt', u32(position))


def commitment_of(salt, scope, device, person, body):
    """The commitment of one change; body in canonical bytes."""
    return b32k(salt, 'commit', scope, device, person, body)


def natural_id(organisation, kind, ordinal, keys):
    """The id of a record of a natural kind."""
    return b32('natural', pack([organisation, kind, ordinal, *keys]))[:16]


def ratchet_of(key, device, incarnation, n):
    """The n-th ratchet of a device."""
    return b16k(key, 'ratchet', device, u32(incarnation), u64(n))


# Trees of RFC 6962

def leaf_hash(data):
    """The hash of a leaf of any tree."""
    return sha(b'\0', data)


def node_hash(left, right):
    """The hash over two subtrees."""
    return sha(b'\1', left, right)


def _split(n):
    return 1 << ((n - 1).bit_length() - 1)


def tree_of_hashes(hashes):
    """The tree's root from the hashes of its leaves."""
    if not hashes:
        return sha()
    if len(hashes) == 1:
        return hashes[0]
    k = _split(len(hashes))
    return node_hash(tree_of_hashes(hashes[:k]), tree_of_hashes(hashes[k:]))


def tree(leaves):
    """Tree of section 2, over the data of the leaves."""
    return tree_of_hashes([leaf_hash(data) for data in leaves])


def log_leaf_hash(leaf):
    """The hash of one leaf of a scope's log (section 4.1)."""
    return leaf_hash(context('leaf') + leaf)


def inclusion(hashes, index):
    """The path of RFC 6962, section 2.1.1."""
    if len(hashes) <= 1:
        return []
    k = _split(len(hashes))
    if index < k:
        return inclusion(hashes[:k], index) + [tree_of_hashes(hashes[k:])]
    return inclusion(hashes[k:], index - k) + [tree_of_hashes(hashes[:k])]


def inclusion_holds(leaf, index, size, path, root):
    """Whether a path leads from the hash of a leaf to the root."""
    if not 0 <= index < size:
        return False
    fn, sn, value = index, size - 1, leaf
    for step in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            value = node_hash(step, value)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            value = node_hash(value, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and value == root


def consistency(hashes, old, whole=True):
    """The proof of RFC 6962, section 2.1.2."""
    n = len(hashes)
    if old == n:
        return [] if whole else [tree_of_hashes(hashes)]
    k = _split(n)
    if old <= k:
        return consistency(hashes[:k], old, whole) + [tree_of_hashes(hashes[k:])]
    return consistency(hashes[k:], old - k, False) + [tree_of_hashes(hashes[:k])]


def consistency_holds(old, old_root, new, new_root, path):
    """Whether the tree of `new` leaves goes on from the tree of `old` leaves, 0 < old < new (RFC 9162, section 2.1.4.2)."""
    if not 0 < old < new or not path:
        return False
    if old & (old - 1) == 0:
        path = [old_root] + path
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for step in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(step, fr), node_hash(step, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == new_root


class Frontier:
    """A log's root kept while it grows: the roots of its perfect subtrees, largest first, with their sizes."""

    def __init__(self):
        self.parts = []
        self.size = 0

    def add(self, leaf):
        """Takes the hash of the next leaf."""
        size = 1
        while self.parts and self.parts[-1][0] == size:
            leaf = node_hash(self.parts.pop()[1], leaf)
            size *= 2
        self.parts.append((size, leaf))
        self.size += 1

    def root(self):
        """The root now."""
        if not self.parts:
            return sha()
        value = self.parts[-1][1]
        for _, left in reversed(self.parts[:-1]):
            value = node_hash(left, value)
        return value


# Invites

ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'


def parse_invite(text):
    """(pin, secret, host, port) of an invite; INVITE_BAD if it is mistyped."""
    import base64
    plain = re.sub(r'[\s-]', '', text).upper()
    need(plain.startswith('CHIBO1'), 'INVITE_BAD', 'thư mời phải bắt đầu bằng CHIBO1-')
    letters = plain[6:]
    need(letters and all(c in ALPHABET for c in letters), 'INVITE_BAD', 'có ký tự lạ trong thư mời')
    try:
        raw = base64.b32decode(letters + '=' * (-len(letters) % 8))
    except ValueError as error:
        raise PeerError('INVITE_BAD', 'thư mời thiếu ký tự') from error
    need(len(raw) >= 38 and raw[0] == 1 and len(raw) == 38 + raw[33], 'INVITE_BAD', 'thư mời sai độ dài')
    need(b32('invite', raw[:-4])[:4] == raw[-4:], 'INVITE_BAD', 'thư mời gõ sai: số kiểm tra không khớp')
    host, _, port = raw[34:-4].decode('ascii').rpartition(':')
    need(write_invite(raw[1:17], raw[17:33], f'{host}:{port}').replace('-', '') == plain, 'INVITE_BAD', 'thư mời viết thừa')
    return raw[1:17], raw[17:33], host, int(port)


def write_invite(pin, secret, address):
    """The text of an invite."""
    import base64
    raw = u8(1) + pin + secret + u8(len(address)) + address.encode('ascii')
    raw += b32('invite', raw)[:4]
    letters = base64.b32encode(raw).decode('ascii').rstrip('=')
    return 'CHIBO1-' + '-'.join(letters[i:i + 5] for i in range(0, len(letters), 5))


def invite_id(secret):
    """The id of the invite with this secret."""
    return b32('invite-id', secret)[:8]
