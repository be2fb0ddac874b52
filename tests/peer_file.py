"""Files that are carried (docs/protocol.md section 10.1), for tests/peer.py."""
import nacl.bindings
import nacl.exceptions

import peer_bytes as pb
from peer_bytes import PeerError, need, unpack
from peer_frame import FrameReader, FrameWriter
from peer_message import FORMS, TYPES, read_message

CHUNK, TAG, HEAD = 65536, 16, 53


def _key(shared, sent, receiver):
    return pb.b32('file', shared, sent, receiver)


def _nonce(place, last):
    return pb.u64(place) + pb.u8(1 if last else 0) + bytes(15)


def write_file(messages, receiver, maker_seed, drawn, transform=1):
    """The file that holds these (type, body) messages; `end` comes by itself."""
    messages = list(messages) + [(TYPES['end'], pb.pack([]))]
    writer, plain, chain = FrameWriter(transform), b'', bytes(32)
    for place, (kind, body) in enumerate(messages):
        plain += b''.join(writer.message(kind, body, place + 1 == len(messages)))
        chain = pb.b32('file', chain, pb.u8(kind), body)
    plain += pb.sign(maker_seed, 'file', receiver + chain)
    sent = nacl.bindings.crypto_scalarmult_base(drawn)
    point = nacl.bindings.crypto_sign_ed25519_pk_to_curve25519(receiver)
    key = _key(nacl.bindings.crypto_scalarmult(drawn, point), sent, receiver)
    head = pb.context('file') + pb.u8(1) + pb.device_id(receiver)[:8] + sent
    chunks = [plain[i:i + CHUNK] for i in range(0, len(plain), CHUNK)]
    return head + b''.join(nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(chunk, head, _nonce(i, i + 1 == len(chunks)), key)
                           for i, chunk in enumerate(chunks))


def _open(raw, receiver_seed):
    receiver, secret = nacl.bindings.crypto_sign_seed_keypair(receiver_seed)
    magic = pb.context('file')
    need(raw[:len(magic)] == magic, 'NOT_A_FILE', 'không phải tệp mang đi')
    need(len(raw) > HEAD, 'FILE_DAMAGED', 'tệp bị cắt')
    need(raw[12] == 1, 'TOO_NEW', 'bộ mật mã mới hơn')
    need(raw[13:21] == pb.device_id(receiver)[:8], 'FILE_FOREIGN', 'tệp cho người nhận khác')
    head, sent = raw[:HEAD], raw[21:HEAD]
    scalar = nacl.bindings.crypto_sign_ed25519_sk_to_curve25519(secret)
    key = _key(nacl.bindings.crypto_scalarmult(scalar, sent), sent, receiver)
    rest, plain = raw[HEAD:], b''
    for place, at in enumerate(range(0, len(rest), CHUNK + TAG)):
        piece, last = rest[at:at + CHUNK + TAG], at + CHUNK + TAG >= len(rest)
        try:
            plain += nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(piece, head, _nonce(place, last), key)
        except (nacl.exceptions.CryptoError, ValueError) as error:
            raise PeerError('FILE_DAMAGED', f'mảnh {place} không mở được') from error
    return receiver, plain


def read_file(raw, receiver_seed, maker_key):
    """The manifest and the messages behind it, without `end`; checked whole."""
    receiver, plain = _open(raw, receiver_seed)
    need(len(plain) > 64, 'BAD_FRAME', 'tệp không có nội dung')
    messages, chain, ended = [], bytes(32), False
    reader = FrameReader()
    for kind, body, last in reader.feed(plain[:-64]):
        need(not ended and last == (kind == TYPES['end']), 'BAD_FRAME', 'end phải đứng cuối')
        chain, ended = pb.b32('file', chain, pb.u8(kind), body), last
        messages.append((kind, body))
    need(ended and reader.raw == b'', 'BAD_FRAME', 'tệp không có end')
    need(pb.verify(maker_key, 'file', receiver + chain, plain[-64:]), 'BAD_PROOF', 'chữ ký của tệp sai')
    need(messages[0][0] == 28, 'BAD_FRAME', 'tệp phải bắt đầu bằng manifest')
    return read_manifest(messages[0][1]), messages[1:-1]


def read_manifest(raw):
    """The manifest by name."""
    body = unpack(raw)
    need(isinstance(body, list) and body and body[0] == 1, 'TOO_NEW', 'phiên bản mới hơn')
    need(FORMS['manifest'](body), 'BAD_FRAME', 'manifest sai dạng')
    return dict(zip(('version', 'direction', 'ward', 'device', 'incarnation', 'number', 'answers', 'time', 'needs'), body))


def read_scope(raw):
    """A scope message of a file."""
    return read_message('scope', raw)
