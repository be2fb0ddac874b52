"""Writes frames.hex and messages.hex: sections 6 and 7 of docs/protocol.md, from that page, RFC 8878 and msgpack alone. The
packed frames are put together by hand from blocks of one repeated byte, so no zstd is needed to make them."""
import os
import re
import struct

from make import HERE, RECORD, SCOPE, TIME, pack, some

HOME = some(0x30)
LAST, MORE, PACKED = 0x40, 0x80, 0x01


def frame(kind, form, payload):
    return struct.pack(">HBB", len(payload), kind, form) + payload


def zstd(n, descriptor=None, byte=b"a"):
    """One RLE block of n times the byte in a single-segment frame with its content size (RFC 8878 3.1.1)."""
    size = struct.pack("<B", n) if n < 256 else struct.pack("<H", n - 256)
    if descriptor is None:
        descriptor = 0x20 if n < 256 else 0x60
    return b"\x28\xb5\x2f\xfd" + bytes([descriptor]) + size + struct.pack("<I", n << 3 | 1 << 1 | 1)[:3] + byte


def frames():
    return [
        ("empty", frame(16, LAST, b"\x90"), "end; LAST"),
        ("nothing", frame(3, 0, b""), "a message of no bytes"),
        ("continued", frame(4, MORE, b"ab") + frame(4, LAST, b"c"), "abc in two frames, type 4"),
        ("packed", frame(5, PACKED, zstd(200)), "200 times the letter a, transform 1"),
        ("packed_most", frame(5, PACKED, zstd(61440)), "61,440 times the letter a"),
        ("packed_continued", frame(5, PACKED | MORE, zstd(200)) + frame(5, 0, b"b"), "200 times a, then b"),
        ("bad_bit4", frame(11, 0x10, b"\x90"), "bit 4 is not in use"),
        ("bad_bit5", frame(11, 0x20, b"\x90"), "bit 5 is not in use"),
        ("bad_transform", frame(11, 0x05, b"\x90"), "no such transform"),
        ("bad_both", frame(11, LAST | MORE, b"\x90"), "LAST and MORE"),
        ("bad_type", frame(4, MORE, b"ab") + frame(5, 0, b"c"), "goes on as another type"),
        ("bad_bomb", frame(5, PACKED, zstd(61441)), "one byte over the plain size of a frame"),
        ("bad_two", frame(5, PACKED, zstd(200) + zstd(200)), "two zstd frames"),
        ("bad_checksum", frame(5, PACKED, zstd(200, 0x24) + bytes(4)), "announces a checksum"),
        ("bad_dictionary", frame(5, PACKED, b"\x28\xb5\x2f\xfd\x21\x07\xc8" + zstd(200)[6:]), "names a dictionary"),
        ("bad_size", frame(5, PACKED, b"\x28\xb5\x2f\xfd\x00\x00" + zstd(200)[6:]), "a window and no content size"),
        ("bad_short", frame(5, PACKED, b"\x28\xb5\x2f\xfd\x20\xc9" + zstd(200)[6:]), "announces 201, holds 200"),
    ]


def seven(n):
    """Seven bits a byte, the low ones first."""
    out = b""
    while n >= 128:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def run(before, n, after):
    """A compressed block (RFC 8878 3.1.1.3): `before`, then its last byte n times more, then `after`. Raw literals, one sequence,
    each of its three codes from a table of one symbol: literal lengths 64 to 127 are code 25, match lengths 131 to 258 code 43,
    and 4 = offset 1 is code 2. The bits stand backwards: offset, match, literals, behind a 1."""
    assert 64 <= len(before) < 128 and 131 <= n < 259
    literals = before + after
    bits = (((1 << 2 | 0) << 7 | n - 131) << 6 | len(before) - 64).to_bytes(2, "little")
    return struct.pack("<H", len(literals) << 4 | 1 << 2) + literals + b"\x01\x54" + bytes([25, 2, 43]) + bits


def near(message, raw, arranged, timed, varint):
    """Transform 4: times counted from the message's, no heads of zstd."""
    step = int.from_bytes(timed[:6], "big") - TIME * 1000
    step = (step * 2 if step >= 0 else -step * 2 - 1) << 2 | 0b11
    near_raw = raw.replace(varint, seven(step), 1)
    first = seven(len(near_raw)) + near_raw
    body = pack([0, None, 7, TIME, 1, some(0x20), some(0x80, 64), [[timed, 9, 2, 10, None, "a" * 200 + "!"]]])
    skeleton = b"\x98\x00\xc0\x07" + pack(TIME) + b"\x01\xc4\x10\xc4\x40\x91" + b"\x96\x09\x02\x01" + b"\x0a\xc0"
    column = b"\xd9\xc9" + b"a" * 200 + b"!"
    bits = seven(step) + b"\xa1\x03" + timed[9:]
    one = seven(80 + len(bits)) + some(0x20) + some(0x80, 64) + bits
    # literals must be 64 at least: the run begins 60 letters into the text
    block = run((skeleton + column)[:len(skeleton) + 2 + 60], 140, b"!")
    size = seven(len(skeleton + column))
    return [
        ("near_raw", near_raw, "the same, the time of the first id from the message's"),
        ("near", frame(4, LAST | 4, first + seven(len(arranged)) + arranged), "transform 4, not packed"),
        ("run_message", body, "one body, a text of 200 letters a and a sign"),
        ("run", frame(4, LAST | 4, one + size + block), "transform 4, packed"),
        ("bad_near_more", frame(4, MORE | 4, first + seven(len(arranged)) + arranged), "transform 4 in a message of several frames"),
        ("bad_near_short", frame(4, LAST | 4, first + seven(len(arranged) - 1) + arranged), "more than it says"),
        ("bad_near_bomb", frame(4, LAST | 4, one + seven(61441) + block), "one byte over the plain size of a frame"),
        ("bad_near_size", frame(4, LAST | 4, one + seven(len(skeleton + column) + 1) + block), "announces one byte more"),
    ]


def columns():
    """One message arranged by hand, section 6.3; the packed half is one raw block (RFC 8878 3.1.1.2)."""
    with open(os.path.join(HERE, "..", "..", "proto", "dictionary_1.c"), encoding="utf-8") as f:
        syllables = " ".join(re.findall(r'^    "(.*)",$', f.read(), re.M)).split()
    one, two = syllables[5], syllables[64 + 2 * 256 + 7]
    text, later = f"{one} {two}, {one.capitalize()} Xyzxyz…".encode(), f"{two} {two}".encode()
    told = b"\xfd" if one.capitalize() != one else b""
    packed = [b"\x85\xc2\x07, " + told + b"\x85 Xyzxyz\xfe\x03" + "…".encode(), b"\xc2\x07\xc2\x07"]
    timed, other, member = bytes.fromhex("019a00000102 7e03 a104 050607080900".replace(" ", "")), some(0x10), some(0x50)
    base, seed, signature, redacted = some(0xb0, 8), some(0x20), some(0x80, 64), some(0x33, 32)
    message = pack([0, None, 7, TIME, 1, seed, signature, [
        [timed, 9, 1, 10, None, text.decode(), 32, None, [member, other]],
        [timed, 9, 2, 10, base, later.decode()], redacted, [other, 9, 2, 10, base, None]]])
    step = int.from_bytes(timed[:6], "big") << 3 | 0b11  # zigzag; of the bits 11 10 00000011 100001 the first two
    varint = seven(step)
    raw = seed + signature + varint + b"\xa1\x03" + timed[9:] + base + redacted + other
    skeleton = (b"\x98\x00\xc0\x07" + pack(TIME) + b"\x01\xc4\x10\xc4\x40\x94"
                + b"\x99\x09\x01\x01" + b"\x0a\xc0" + b"\x20\xc0"
                + b"\x96\x09\x02\x02" + b"\x0a\xc4\x08" + b"\xc4\x20" + b"\x96\x09\x02\x00" + b"\x0a\xc1")
    arranged = (skeleton + pack(text.decode())[:-len(text)] + pack(later.decode())[:-len(later)] + b"\xc0" + packed[0] + packed[1]
                + b"\x92\xc4\x10\xc4\x10" + member + other)
    block = bytes([0x20, len(arranged)]) + struct.pack("<I", len(arranged) << 3 | 1)[:3] + arranged
    n = bytes([len(raw) & 127 | 128, len(raw) >> 7])
    return [
        ("message", message, "three bodies and a redacted one"),
        ("raw", raw, "seed, signature, the time of the first id and its rest, base, commitment, the last id"),
        ("arranged", arranged, "skeleton; column (9, 10); column (9, 32)"),
        ("frame", frame(4, LAST | 3, n + raw + block), "transform 3"),
        ("dictionary", frame(4, LAST | 2, zstd(200)[4:]), "200 times the letter a, transform 2"),
        ("bad_more", frame(4, MORE | 3, n + raw + block), "columns in a message of several frames"),
        ("bad_raw", frame(4, LAST | 3, bytes([0xff, 0x7f]) + raw + block), "longer than the frame"),
        ("bad_rest", frame(4, LAST | 3, bytes([n[0] + 1, n[1]]) + raw + b"\x00" + block), "a byte of raw is left over"),
    ] + near(message, raw, arranged, timed, varint)


def messages():
    signature, root, head = some(0x80, 64), some(0x33, 32), some(0x44, 32)
    return [
        ("hello", pack([1, 0, 0xCAFE0001, 7, some(0x50), some(0x60), some(0x70, 8), [[SCOPE, 1, 6], [HOME, 0, 2**32 - 1]]]),
         "two scopes moved"),
        ("hello_still", pack([1, 1, 0, 0, some(0x50), some(0x60), some(0x70, 8), []]), "mode 1, nothing moved"),
        ("hello_later", pack([2, None, ["what", -1]]), "version 2, whatever follows"),
        ("resume", pack([[HOME, 128, head, 0], [SCOPE, 2**32, head, 327680]]), "not in order of ids"),
        ("resume_none", pack([]), ""),
        ("scope", pack([SCOPE, 2**32 - 1, 2**32]), ""),
        ("own", pack([70000, TIME, 12, 4]), "all accepted, of fields its author owns"),
        ("own_list", pack([0, TIME, 12, [4, 0, 1 + 8 * 29]]), "three verdicts"),
        ("control", pack([b"any", signature]), ""),
        ("checkpoint", pack([6, TIME, signature]), ""),
        ("close", pack([8, some(0x50), TIME, 1]), "the two programs fold differently"),
        ("error", pack([16, "đợi một chút"]), "BUSY"),
        ("error_new", pack([999, ""]), "a number that is not known yet"),
        ("error_long", pack([1, "x" * 160]), "the longest detail"),
        ("sizes", pack([[SCOPE, 1, 6, root], [HOME, 0, 0, root]]), ""),
        ("drop", pack([SCOPE, 300, head, []]), "300 changes of its own are durable at the ward"),
        ("drop_words", pack([SCOPE, 2, head, [[root, 2 + 8 * 29, TIME, "", ""], [head, 2 + 8 * 41, TIME, "Bình", "Nhầm."]]]),
         "one refused by the rules, one by a person"),
        ("drop_more", pack([SCOPE, [[root, 1 + 8 * 29, TIME, "", ""]]]), "words, and more to come"),
        ("body", pack([5, 2, some(0x50), [RECORD, 3, 2, 10, None, None]]), "of position 2 of leaf 5"),
        ("nothing", pack([]), "ask, end"),
        ("bad_hello_mode", pack([1, -1, 0, 0, some(0x50), some(0x60), some(0x70, 8), []]), ""),
        ("bad_hello_order", pack([1, 0, 0, 0, some(0x50), some(0x60), some(0x70, 8), [[HOME, 0, 2], [SCOPE, 1, 6]]]),
         "ids descend"),
        ("bad_hello_twice", pack([1, 0, 0, 0, some(0x50), some(0x60), some(0x70, 8), [[SCOPE, 0, 2], [SCOPE, 1, 6]]]), ""),
        ("bad_hello_empty", pack([]), ""),
        ("bad_resume_offset", pack([[SCOPE, 0, head, 327681]]), "more than a message has"),
        ("bad_scope_epoch", pack([SCOPE, 2**32, 0]), "33 bits"),
        ("bad_scope_negative", pack([SCOPE, 0, -1]), ""),
        ("bad_error_done", pack([0, ""]), "no error has number 0"),
        ("bad_error_long", pack([1, "x" * 161]), ""),
        ("bad_error_bin", pack([1, b"x"]), ""),
        ("bad_own_verdicts", pack([0, TIME, 12, "ok"]), ""),
        ("bad_checkpoint", pack([6, TIME, signature[:63]]), "a signature of 63 bytes"),
        ("bad_drop", pack([SCOPE + b"\0", 300, head, []]), "an id of 17 bytes"),
        ("bad_drop_short", pack([SCOPE, 300, head]), "no words"),
        ("bad_drop_word", pack([SCOPE, [[root, 1, TIME, "", "", 0]]]), "a word of six elements"),
        ("bad_drop_text", pack([SCOPE, [[root, 1, TIME, "", "x" * 1001]]]), "longer than a paragraph"),
        ("bad_body", pack([5, 1024, some(0x50), [RECORD, 3, 2, 10, None, None]]), "no changeset has so many"),
    ]


FILES = {f.__name__: f for f in (frames, columns, messages)}


def text_of(name):
    lines = [f"# {name}.hex - made by wire.py, see README.md"]
    for key, value, meaning in FILES[name]():
        lines.append(f"{key}: {value.hex()}" + (f"  # {meaning}" if meaning else ""))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for file in FILES:
        with open(os.path.join(HERE, file + ".hex"), "w", encoding="utf-8") as out:
            out.write(text_of(file))
