"""Writes file.hex: section 10.1 of docs/protocol.md, from that page, PyNaCl and msgpack alone."""
import hashlib
import os

import nacl.bindings as sodium

from make import (DEVICE, DEVICE_KEY, DEVICE_SEED, HERE, HOME, SCOPE, SEEN_ROOT, TIME, WARD, WARD_KEY, WARD_SEED, b32, context,
                  pack, sign, some, u64)
from wire import LAST, MORE, frame

DRAWN = some(0x21, 32)
NUMBER, ANSWER = some(0x91, 8), some(0xA1, 8)
CHUNK = 65536
NEEDS = [[SCOPE, 1, 5, SEEN_ROOT], [HOME, 0, 2, SEEN_ROOT]]


def frames_of(kind, body, last):
    pieces = [body[i:i + 61440] for i in range(0, len(body), 61440)] or [b""]
    flags = [MORE] * (len(pieces) - 1) + [LAST if last else 0]
    return b"".join(frame(kind, flag, piece) for flag, piece in zip(flags, pieces))


def content(messages, receiver, seed):
    chain, plain = bytes(32), b""
    for i, (kind, body) in enumerate(messages):
        chain = b32("file", chain, bytes([kind]), body)
        plain += frames_of(kind, body, i + 1 == len(messages))
    return chain, plain + sign(seed, "file", receiver + chain)


def seal(plain, receiver):
    sent = sodium.crypto_scalarmult_base(DRAWN)
    shared = sodium.crypto_scalarmult(DRAWN, sodium.crypto_sign_ed25519_pk_to_curve25519(receiver))
    key = b32("file", shared, sent, receiver)
    head = context("file") + b"\1" + b32("device", receiver)[:8] + sent
    out = head
    for i in range(0, len(plain), CHUNK):
        piece = plain[i:i + CHUNK]
        nonce = u64(i // CHUNK) + bytes([i + CHUNK >= len(plain)]) + bytes(15)
        out += sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(piece, head, nonce, key)
    return head, key, out


def file():
    up = pack([1, 0, WARD, DEVICE, 0xCAFE0001, NUMBER, None, TIME, NEEDS])
    down = pack([1, 1, WARD, DEVICE, 0xCAFE0001, ANSWER, NUMBER, TIME + 9, NEEDS])
    scope, end = pack([SCOPE, 1, 5]), pack([])
    chain, plain = content([(28, up), (3, scope), (16, end)], WARD_KEY, DEVICE_SEED)
    head, key, sealed = seal(plain, WARD_KEY)
    answer = seal(content([(28, down), (16, end)], DEVICE_KEY, WARD_SEED)[1], DEVICE_KEY)[2]
    long = seal(content([(28, up), (4, bytes(200000)), (16, end)], WARD_KEY, DEVICE_SEED)[1], WARD_KEY)[2]
    return [
        ("drawn", DRAWN, "t"), ("manifest", up, "from the device, two scopes needed"), ("scope", scope, "a message"),
        ("chain", chain, "c_3, over manifest, scope, end"), ("plain", plain, "frames and the device's signature"),
        ("head", head, "for the ward"), ("key", key, ""), ("file", sealed, "one chunk"),
        ("manifest_answer", down, "from the ward"), ("answer", answer, "manifest and end, for the device"),
        ("long_sha256", hashlib.sha256(long).digest(), "of a file with manifest, a message of type 4 of 200,000 zero bytes, end"),
    ]


FILES = {"file": file}


def text_of(name):
    lines = [f"# {name}.hex - made by file.py, see README.md"]
    for key, value, meaning in FILES[name]():
        lines.append(f"{key}: {value.hex()}" + (f"  # {meaning}" if meaning else ""))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for name in FILES:
        with open(os.path.join(HERE, name + ".hex"), "w", encoding="utf-8") as out:
            out.write(text_of(name))
