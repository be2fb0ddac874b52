"""Prints state.hex: digests of folded states (docs/protocol.md 5.4), computed with nothing of chibo's.

ChaCha20 is written from RFC 8439 section 2.3 and checked against its block vector first; BLAKE2b is Python's."""
import hashlib
import struct


def block(key, counter, nonce):
    def rotate(x, n):
        return (x << n | x >> 32 - n) & 0xFFFFFFFF

    def quarter(s, a, b, c, d):
        for x, y, z, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = (s[x] + s[y]) & 0xFFFFFFFF
            s[z] = rotate(s[z] ^ s[x], n)

    first = list(struct.unpack("<4I", b"expand 32-byte k") + struct.unpack("<8I", key) + (counter,)
                 + struct.unpack("<3I", nonce))
    s = first[:]
    for _ in range(10):
        for i in range(4):
            quarter(s, i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(s, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(s, first)))


def numbers(record, part):
    key = hashlib.blake2b(b"chibo1/state\0" + b"\1" + record + part, digest_size=32).digest()
    return struct.unpack("<1024H", b"".join(block(key, i, bytes(12)) for i in range(32)))


def state(parts):
    total = [0] * 1024
    for part in parts:
        total = [(a + b) & 0xFFFF for a, b in zip(total, numbers(*part))]
    return struct.pack("<1024H", *total)


rfc = block(bytes(range(32)), 1, bytes.fromhex("000000090000004a00000000"))
assert rfc.hex().startswith("10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c06803"), rfc.hex()

PARTS = [
    (bytes(range(16)), bytes.fromhex("9307921a9192c408616161616161616101c4080000000000000000")),
    (bytes([255] * 16), bytes.fromhex("930890c4080000000300000001")),
    (bytes(range(16)), bytes.fromhex("930890c4080000000400000000")),
    # One field of class ask, settled by version rr.. = 3 from aa.. and bb..
    (bytes([7] * 16), bytes.fromhex("9307921c9193c40872727272727272720392c4086262626262626262c4086161616161616161"
                                    "c418000000000000000000000001000000000000000200000000")),
]

print("# Digests of folded states (docs/protocol.md 5.4): after none, one, two and all of these parts. Made by state.py.")
for i, (record, part) in enumerate(PARTS):
    print(f"record{i}: {record.hex()}\npart{i}: {part.hex()}")
for n in range(len(PARTS) + 1):
    accumulator = state(PARTS[:n])
    digest = hashlib.blake2b(b"chibo1/digest\0" + accumulator, digest_size=32).hexdigest()
    print(f"begins{n}: {accumulator[:32].hex()}  # of the accumulator\ndigest{n}: {digest}  # state hash")
