"""Writes the vectors of docs/protocol.md that hash, sign or derive, from that page and with nothing of chibo's: hashlib,
PyNaCl and msgpack only. `make.py` rewrites the files beside it; tests/vectors_test.py asks that nothing would change.

Every secret here is a number counted up from nowhere; none is in use anywhere."""
import base64
import hashlib
import os
import struct

import msgpack
import nacl.bindings
import nacl.signing

HERE = os.path.dirname(os.path.abspath(__file__))


def pack(value):
    return msgpack.packb(value, use_bin_type=True)


def u32(n):
    return struct.pack(">I", n)


def u64(n):
    return struct.pack(">Q", n)


def context(name):
    return b"chibo1/" + name.encode() + b"\0"


def b32(name, *pieces, key=b"", size=32):
    return hashlib.blake2b(context(name) + b"".join(pieces), digest_size=size, key=key).digest()


def sha(data):
    return hashlib.sha256(data).digest()


def sign(seed, name, message):
    return nacl.signing.SigningKey(seed).sign(context(name) + message).signature


def public(seed):
    return bytes(nacl.signing.SigningKey(seed).verify_key)


def split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def tree(d):
    if not d:
        return sha(b"")
    if len(d) == 1:
        return sha(b"\0" + d[0])
    k = split(len(d))
    return sha(b"\1" + tree(d[:k]) + tree(d[k:]))


def path(m, d):
    if len(d) == 1:
        return []
    k = split(len(d))
    return path(m, d[:k]) + [tree(d[k:])] if m < k else path(m - k, d[k:]) + [tree(d[:k])]


def proof(m, d, known=True):
    if m == len(d):
        return [] if known else [tree(d)]
    k = split(len(d))
    return proof(m, d[:k], known) + [tree(d[k:])] if m <= k else proof(m - k, d[k:], False) + [tree(d[:k])]


def frontier(d):
    out = []
    while d:
        k = len(d) if len(d) & (len(d) - 1) == 0 else split(len(d))
        out.append(tree(d[:k]))
        d = d[k:]
    return out


def some(first, size=16):
    return bytes((first + i) & 255 for i in range(size))


WARD, SCOPE, HOME, PERSON, ORG, RECORD = (some(x) for x in (0x10, 0x20, 0x30, 0x40, 0x50, 0x60))
WARD_SEED, DEVICE_SEED, NEW_WARD_SEED, TLS_SEED = (some(x, 32) for x in (0x01, 0x81, 0xA1, 0xC1))
WARD_KEY, DEVICE_KEY, NEW_WARD_KEY, TLS_KEY = map(public, (WARD_SEED, DEVICE_SEED, NEW_WARD_SEED, TLS_SEED))
DEVICE = b32("device", DEVICE_KEY)[:16]
BINDING = some(0xE0, 32)
RATCHET_KEY = some(0x90, 32)
SEED = some(0xB0)
TIME = 1794300000
V1, V2 = u64(1), u64(0x8000000000000002)

BODIES = [
    pack([RECORD, 3, 1, 10, None, "Sinh hoạt tháng 11", 16, None, [1, 2]]),
    pack([RECORD, 3, 2, 10, V1 + V2, None]),
    pack([RECORD, 3, 5, 3, V1, [0, 2], 36, None, -70000, 41, None, 19580300]),
]
SALTS = [b32("salt", u32(i), key=SEED, size=16) for i in range(len(BODIES))]
COMMITMENTS = [b32("commit", SCOPE, DEVICE, PERSON, body, key=salt) for salt, body in zip(SALTS, BODIES)]
SEEN_ROOT = some(0x70, 32)
HEADER = pack([1, SCOPE, DEVICE, 0xCAFE0001, PERSON, 0, 3, bytes(32), 1, 5, SEEN_ROOT, tree(COMMITMENTS), TIME, 0])
HEADER_SIGNATURE = sign(DEVICE_SEED, "header", HEADER)
HEAD = b32("head", HEADER, HEADER_SIGNATURE)


def names():
    return [
        ("ward", WARD, "id"), ("scope", SCOPE, "id"), ("home", HOME, "id of another scope"), ("person", PERSON, "id"),
        ("org", ORG, "id"), ("record", RECORD, "id"),
        ("ward_seed", WARD_SEED, "RFC 8032 private key"), ("ward_key", WARD_KEY, "its public key"),
        ("new_ward_seed", NEW_WARD_SEED, "RFC 8032 private key"), ("new_ward_key", NEW_WARD_KEY, "its public key"),
        ("device_seed", DEVICE_SEED, "RFC 8032 private key"), ("device_key", DEVICE_KEY, "its public key"),
        ("tls_seed", TLS_SEED, "RFC 8032 private key"), ("tls_key", TLS_KEY, "its public key"),
        ("device", DEVICE, "first 16 bytes of B32(chibo1/device, device_key)"),
        ("binding", BINDING, "exported from a TLS session"), ("ratchet_key", RATCHET_KEY, "the ward's"),
    ]


def change():
    rows = [("seed", SEED, "of the changeset")]
    what = ["create, a text and a list", "clear a text that two authors wrote", "move to a state, an integer, a date"]
    for i, body in enumerate(BODIES):
        rows += [(f"body{i}", body, what[i]), (f"salt{i}", SALTS[i], f"B16k(seed, chibo1/salt, {i})"),
                 (f"commitment{i}", COMMITMENTS[i], "B32k(salt, chibo1/commit, scope, device, person, body)"),
                 (f"version{i}", COMMITMENTS[i][:8], "its first 8 bytes")]
    return rows


def header():
    second = pack([1, SCOPE, DEVICE, 0xCAFE0001, PERSON, 3, 1, HEAD, 1, 6, SEEN_ROOT, tree(COMMITMENTS[:1]), TIME + 60, 2])
    signature = sign(DEVICE_SEED, "header", second)
    return [
        ("commitments", tree(COMMITMENTS), "Tree over the three commitments of change.hex"),
        ("seen_root", SEEN_ROOT, "seen = (epoch 1, size 5, this)"),
        ("header", HEADER, "incarnation cafe0001, first 0, count 3, quality 0"),
        ("signature", HEADER_SIGNATURE, "Sign(device, chibo1/header, header)"),
        ("head", HEAD, "B32(chibo1/head, header, signature)"),
        ("header_next", second, "first 3, count 1, previous = head, seen size 6, quality 2"),
        ("signature_next", signature, ""), ("head_next", b32("head", second, signature), ""),
    ]


def natural():
    keys = [1, 202611]
    return [
        ("key0", pack(keys[0]), "type: regular"), ("key1", pack(keys[1]), "period: November 2026"),
        ("first", b32("natural", pack([ORG, 5, 0] + keys))[:16], "kind 5 (meeting), ordinal 0"),
        ("second", b32("natural", pack([ORG, 5, 1] + keys))[:16], "kind 5 (meeting), ordinal 1"),
    ]


def controls():
    mirror = [HOME_SCOPE_LEAF, HEADER_AT_HOME, sign(DEVICE_SEED, "header", HEADER_AT_HOME), 1,
              path(1, HOME_COMMITMENTS), SALTS[1], BODIES[1], 4]
    successor = sign(NEW_WARD_SEED, "control", pack([WARD, WARD_KEY, NEW_WARD_KEY]))
    return [
        (1, "scope", [ORG, 2, "CB-05", "Chi bộ 5", 1, some(0x58), WARD_KEY]),
        (1, "scope_root", [ORG, 1, "DU", "Đảng uỷ phường", 0, None, WARD_KEY]),
        (2, "person", [PERSON, "Nguyễn Thị Hoa"]),
        (3, "device", [DEVICE, DEVICE_KEY, PERSON]),
        (4, "grant", [PERSON, 4, 20260101]),
        (5, "end", [PERSON, 4, 20261231]),
        (6, "revoke", [DEVICE, 13]),
        (7, "verdict", [DEVICE, 0xCAFE0001, 0, 2, 4, "Đúng người, đúng ngày.", "Trần Văn Bình"]),
        (8, "epoch", [2, 5, SEEN_ROOT]),
        (9, "redaction", [5, 1, COMMITMENTS[1]]),
        (10, "home", [RECORD, SCOPE, HOME, 77, SEEN_ROOT, ORG, "", 0]),
        (10, "home_all", [None, SCOPE, HOME, 77, SEEN_ROOT, ORG, "15-QĐ/ĐU", 20261123]),
        (10, "home_away", [None, None, HOME, 77, SEEN_ROOT, None, "16-QĐ/ĐU", 20261123]),
        (11, "mirror", [HOME] + mirror),
        (12, "fold", [2]),
        (13, "key", [NEW_WARD_KEY, successor]),
        (14, "raised", [RECORD, 5, 3]),
        (15, "unknown", [1, [None, "?"], b"\xff"]),
    ]


# The mirrored change was made at home: other scope, other commitments.
HOME_SCOPE_LEAF = 9
HOME_COMMITMENTS = [b32("commit", HOME, DEVICE, PERSON, body, key=salt) for salt, body in zip(SALTS, BODIES)]
HEADER_AT_HOME = pack([1, HOME, DEVICE, 0xCAFE0001, PERSON, 0, 3, bytes(32), 0, 0, sha(b""), tree(HOME_COMMITMENTS),
                       TIME, 1])


def control():
    rows = []
    for kind, name, payload in controls():
        encoded = pack([1, WARD, SCOPE, kind, 4, TIME] + payload)
        rows += [(name, encoded, f"kind {kind}, policy 4"),
                 (name + "_signature", sign(WARD_SEED, "control", encoded), "Sign(ward, chibo1/control, control)")]
    return rows


def leaves():
    out = []
    for kind, name, payload in controls()[:4]:
        encoded = pack([1, WARD, SCOPE, kind, 4, TIME] + payload)
        out.append(pack([2, encoded, sign(WARD_SEED, "control", encoded)]))
    out.append(pack([1, HEADER, HEADER_SIGNATURE, TIME + 5, 4, 4]))
    out.append(pack([1, HEADER, HEADER_SIGNATURE, TIME + 5, 4, [0, 1 + 8 * 29, 2 + 8 * 14]]))
    return out


def leaf():
    rows = [("verdicts_same", pack(4), "accepted, owns: three times"),
            ("verdicts_mixed", pack([0, 1 + 8 * 29, 2 + 8 * 14]), "accepted; held, HELD_FOR_PERSON; refused, NOT_ALLOWED")]
    for i, encoded in enumerate(leaves()):
        rows += [(f"leaf{i}", encoded, "[2, control, signature]" if i < 4 else "[1, header, signature, ...]"),
                 (f"hash{i}", sha(b"\0" + context("leaf") + encoded), "SHA(00, chibo1/leaf, leaf)")]
    return rows


def log():
    return [context("leaf") + encoded for encoded in leaves()]


def checkpoint():
    d = log()
    encoded = pack([1, WARD, SCOPE, 1, len(d), tree(d), TIME + 9])
    return [
        ("root", tree(d), "of the log of the six leaves in leaf.hex"),
        ("old_root", tree(d[:3]), "of its first three"),
        ("checkpoint", encoded, "epoch 1, size 6"),
        ("signature", sign(WARD_SEED, "checkpoint", encoded), "Sign(ward, chibo1/checkpoint, checkpoint)"),
        ("inclusion", pack(path(4, d)), "of leaf 4 in 6"), ("consistency", pack(proof(3, d)), "from 3 to 6"),
    ]


def hello():
    scopes = [(SCOPE, 1, 6, tree(log()), some(0x33, 32)), (HOME, 0, 4294967295, SEEN_ROOT, some(0x44, 32))]
    logs = b32("hello", *(s + u32(e) + u64(n) + r for s, e, n, r, _ in scopes), key=BINDING, size=16)
    states = b32("hello-state", *(s + b"\1" + h for s, _, _, _, h in scopes), key=BINDING, size=16)[:8]
    message = pack([1, 0, 0xCAFE0001, 7, ratchet_of(7), logs, states, [[SCOPE, 1, 6]]])
    return [
        ("state0", scopes[0][4], "state hash of scope; fold version 1"), ("root0", scopes[0][3], "epoch 1, size 6"),
        ("state1", scopes[1][4], "state hash of home; fold version 1"),
        ("root1", scopes[1][3], "epoch 0, size 4,294,967,295"),
        ("logs", logs, "B16k(binding, chibo1/hello, ...)"),
        ("states", states, "first 8 bytes of B16k(binding, chibo1/hello-state, ...)"),
        ("none_logs", b32("hello", key=BINDING, size=16), "no scope held"),
        ("message", message, "hello: ratchet 7, scope moved"),
        ("frame", struct.pack(">HBB", len(message), 1, 0x40) + message, "u16 length, type 1, form LAST, transform 0"),
    ]


def ratchet_of(n):
    return b32("ratchet", DEVICE, u32(0xCAFE0001), u64(n), key=RATCHET_KEY, size=16)


def ratchet():
    return [(f"ratchet{i}", ratchet_of(n), f"incarnation cafe0001, n = {n}")
            for i, n in enumerate((0, 7, 0x100000000))]


def invite():
    address = "10.20.30.40:7440".encode()
    data = b"\1" + some(0x11) + some(0x99) + bytes([len(address)]) + address
    data += b32("invite", data)[:4]
    text = base64.b32encode(data).decode().rstrip("=")
    text = "CHIBO1-" + "-".join(text[i:i + 5] for i in range(0, len(text), 5))
    return [
        ("pin", some(0x11), "of the server's key"), ("secret", some(0x99), ""), ("address", address, "host:port"),
        ("text", text.encode(), text), ("id", b32("invite-id", some(0x99))[:8], "B32(chibo1/invite-id, secret)"),
    ]


def enrol():
    secret = some(0x99)
    invite_id = b32("invite-id", secret)[:8]
    m = BINDING + invite_id + TLS_KEY + DEVICE_KEY + u32(0xCAFE0001)
    tag = b32("enrol", m, key=secret)
    certificate = bytes.fromhex("308201") + some(0, 40)
    return [
        ("proved", m, "binding, invite id, tls key, signing key, incarnation"),
        ("enrol", pack([1, invite_id, TLS_KEY, DEVICE_KEY, 0xCAFE0001, tag, sign(TLS_SEED, "enrol", m),
                        sign(DEVICE_SEED, "enrol", m)]), "the device's message; secret as in invite.hex"),
        ("certificate", certificate, "stands for DER"),
        ("enrolled", pack([certificate, DEVICE, PERSON, ORG, WARD, WARD_KEY, ratchet_of(0), TIME]), "the ward's answer"),
    ]


def redaction():
    return [
        ("seed", SEED, "before: the salts follow from it"),
        ("salts", pack([SALTS[0], None, SALTS[2]]), "after: in the seed's place when body 1 is erased"),
        ("bodies", pack([0, 0, 0])[:1] + BODIES[0] + pack(COMMITMENTS[1]) + BODIES[2], "after: its commitment for body 1"),
        ("commitments", tree(COMMITMENTS), "the same before and after"),
    ]


def snapshot():
    d = log()
    parts = [some(0x44, 40), some(0x55, 7)]
    content = bytes(32)
    for part in parts:
        content = b32("snapshot", content, part)
    encoded = pack([1, WARD, SCOPE, 1, len(d), tree(d), frontier(d), 1, some(0x33, 32), len(parts), content])
    return [("state", some(0x33, 32), "state hash"), ("part0", parts[0], "stands for a part message"), ("part1", parts[1], ""),
            ("content", content, "the chain over both"), ("snapshot", encoded, "epoch 1, the six leaves of leaf.hex"),
            ("signature", sign(WARD_SEED, "snapshot", encoded), "Sign(ward, chibo1/snapshot, snapshot)")]


def blob():
    content = "Biên bản sinh hoạt".encode()
    digest = b32("blob", content, key=some(0x77))
    return [("salt", some(0x77), ""), ("content", content, "UTF-8"), ("stored", some(0x77) + content, "salt, then content"),
            ("hash", digest, "B32k(salt, chibo1/blob, content)"),
            ("value", pack([len(content), "text/plain", digest]), "as a field holds it")]


def sealed():
    key, nonce, value = some(0x3C, 32), some(0x5A, 24), pack("079058001234")
    associated = context("seal") + RECORD + u32(10)
    box = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(value, associated, nonce, key)
    return [("key", key, ""), ("nonce", nonce, ""), ("key_id", some(0x01, 8), ""), ("plain", value, "a str"),
            ("associated", associated, "chibo1/seal, record, tag 10"),
            ("value", pack([some(0x01, 8), nonce + box]), "[key id, nonce and ciphertext]")]


FILES = {f.__name__: f for f in (names, change, header, natural, leaf, control, checkpoint, hello, ratchet, invite, enrol,
                                 redaction, snapshot, blob, sealed)}


def text_of(name):
    lines = [f"# {name}.hex - made by make.py, see README.md"]
    for key, value, meaning in FILES[name]():
        lines.append(f"{key}: {value.hex()}" + (f"  # {meaning}" if meaning else ""))
    return "\n".join(lines) + "\n"


def main():
    for name in FILES:
        with open(os.path.join(HERE, name + ".hex"), "w", encoding="utf-8") as out:
            out.write(text_of(name))


if __name__ == "__main__":
    main()
