#!/usr/bin/python3
"""dictionary.py - makes dictionary 1 (proto/dictionary_1.c); `make dict` runs it twice.

    dictionary.py syllables GENERATED OTHERS FILE    the table of syllables alone: those of the generator, then those of syllables.py
    dictionary.py zstd SAMPLES FILE                  adds the zstd dictionary trained on what sessions sent with that table

The same samples make the same file, and `core --samples` the same samples. A dictionary that was given to anybody never changes: the next one is dictionary 2."""
import re
import struct
import sys

import zstandard

SIZE = 16384
WIDTH = 110


def write(path, syllables, dictionary):
    lines, line = [], ""
    for word in syllables:
        if len(line) + len(word) + 1 > WIDTH:
            lines.append(line)
            line = ""
        line += word + " "
    lines.append(line)
    numbers = [str(byte) for byte in dictionary]
    with open(path, "w", encoding="utf-8") as f:
        f.write("/* dictionary_1.c - see dictionary.h. Made by `make dict` (tests/gen/dictionary.py); never changed once given. */\n")
        f.write('#include "dictionary.h"\n\n/* clang-format off */\nconst char *const dictionary_1_syllables[] = {\n')
        f.write("".join(f'    "{line}",\n' for line in lines) + "    NULL,\n};\n\n")
        f.write(f"const size_t dictionary_1_size = {len(numbers)};\n\nconst uint8_t dictionary_1[] = {{\n")
        for at in range(0, len(numbers), 29):
            f.write(" " + ",".join(numbers[at:at + 29]) + ",\n")
        if not numbers:
            f.write("    0,\n")
        f.write("};\n/* clang-format on */\n")


def read(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    head, tail = text.split("const size_t")
    size = int(re.search(r"= (\d+);", tail).group(1))
    body = tail[tail.rindex("{") + 1:tail.rindex("}")]
    return "".join(re.findall(r'^    "(.*)",', head, re.M)).split(), bytes(int(n) for n in re.findall(r"\d+", body))[:size]


def samples(path):
    with open(path, "rb") as f:
        data = f.read()
    at = 0
    while at < len(data):
        (n,) = struct.unpack_from(">I", data, at)
        if n >= 16:
            yield data[at + 4:at + 4 + n]
        at += 4 + n


def main(args):
    if args[0] == "syllables":
        words = [word for path in args[1:3] for word in open(path, encoding="utf-8").read().split()]
        # Above nine bytes a syllable is not looked for (proto/syllable.c).
        write(args[3], list(dict.fromkeys(word for word in words if len(word.encode()) <= 9))[:4096], b"")
    else:
        syllables, _ = read(args[2])
        write(args[2], syllables, zstandard.train_dictionary(SIZE, list(samples(args[1])), d=6, k=256, level=19).as_bytes())


if __name__ == "__main__":
    main(sys.argv[1:])
