#!/usr/bin/python3
"""names.py - names typed at a bare terminal as input methods type them, and read back out of the book.

    names.py COUNT SEED PROGRAM HOME    types COUNT invented names into a new book in HOME; the last line is
                                        `COUNT names, N wrong letters`; the status is 1 when there is any

A name is typed in one of the ways that people have: composed or decomposed, plain, or as Telex and VNI come out of an input
method: letters as they are struck, then as many erasures (0x7F or 0x08, and the terminal may know either of them) as letters
change, and the letters anew. Some methods type an invisible letter first and erase it with the rest. Bytes come in pieces
that respect nothing. What is right follows from the name alone."""
import json
import os
import pty
import random
import re
import select
import subprocess
import sys
import termios
import time
import unicodedata

PATIENCE_S = 3000
ONSETS = 'b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x'.split() + ['', '']
# The vowels of a syllable, the place of its tone, and what may follow.
NUCLEI = [(v, 0, True) for v in 'a ă â e ê i o ô ơ u ư y'.split()] + [
    ('iê', 1, True), ('uô', 1, True), ('ươ', 1, True), ('oa', 1, True), ('oă', 1, True), ('uâ', 1, True), ('uyê', 2, True),
    ('yê', 1, True)] + [(v, 0, False) for v in 'ia ua ưa ai ay ây ao au âu eo êu iu oi ôi ơi ui ưi ưu'.split()] + [
    ('iêu', 1, False), ('uôi', 1, False), ('ươi', 1, False), ('ươu', 1, False), ('oai', 1, False), ('uy', 1, False),
    ('oe', 1, False), ('uê', 1, False), ('yêu', 1, False)]
CODAS = 'c ch m n ng nh p t'.split() + [''] * 3
TONES = ['', '\u0300', '\u0309', '\u0303', '\u0301', '\u0323']
MARKS = '\u0302\u0306\u031b'  # of the letters; the other ones are tones


def nfc(text):
    return unicodedata.normalize('NFC', text)


def nfd(text):
    return unicodedata.normalize('NFD', text)


def syllable(r):
    """The letters without tone, the place of the tone, the tone."""
    onset, (vowels, at, closed), tone = r.choice(ONSETS), r.choice(NUCLEI), r.choice(TONES)
    word = onset + vowels + (r.choice(CODAS) if closed else '')
    word = word.upper() if r.random() < 0.1 else word[:1].upper() + word[1:]
    return word, len(onset) + at, tone


def spell(word, at, tone):
    return nfc(word[:at] + word[at] + tone + word[at + 1:])


def plain(letter):
    return nfd(letter)[0].replace('đ', 'd').replace('Đ', 'D')


def struck(word, at, tone, vni):
    """What the screen is to show after each key: the marks come at once (Telex), or all at the end (VNI)."""
    shown = ''
    for letter in word:
        shown += plain(letter)
        yield shown
        if not vni and shown[-1] != letter:
            shown = shown[:-1] + letter
            yield shown
    for i, letter in enumerate(word):
        if shown[i] != letter:
            shown = shown[:i] + letter + shown[i + 1:]
            yield shown
    yield spell(word, at, tone)


def method(parts, r, form, vni, eraser):
    """The bytes of an input method; it counts letters as it writes them: composed, or letter and marks apart."""
    out = b''
    for n, (word, at, tone) in enumerate(parts):
        out += b' ' if n > 0 else b''
        before = ''
        for shown in struck(word, at, tone, vni):
            now, same = form(shown), 0
            while same < min(len(before), len(now)) and before[same] == now[same]:
                same += 1
            erased = len(before) - same
            if erased > 0 and r.random() < 0.05:
                out, erased = out + '\u202f'.encode(), erased + 1
            out += eraser * erased + now[same:].encode()
            before = now
    return out


def typed(parts, name, r, eraser):
    how = r.randrange(6)
    if how < 2:
        return (nfc, nfd)[how](name).encode()
    return method(parts, r, (nfc, nfd)[how % 2], how >= 4, eraser)


class Terminal:
    def __init__(self, program, home, erase):
        self.until = time.monotonic() + PATIENCE_S
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            mode = termios.tcgetattr(0)
            mode[6][termios.VERASE] = erase
            termios.tcsetattr(0, termios.TCSANOW, mode)
            os.execve(program, [program, '--home', home], {'LANG': 'C', 'HOME': home})
        self.wait()

    def wait(self):
        """Until a question is asked."""
        seen = b''
        while not seen.endswith(b': '):
            ready, _, _ = select.select([self.fd], [], [], max(0, self.until - time.monotonic()))
            part = os.read(self.fd, 65536) if ready else b''
            if not part:
                sys.exit(f'names: the program is silent after {seen[-200:]!r}')
            seen += part
        return seen

    def answer(self, line, r=None):
        line += b'\n'
        while line:
            n = r.randrange(1, 9) if r else len(line)
            os.write(self.fd, line[:n])
            line = line[n:]
        return self.wait()

    def end(self):
        os.write(self.fd, b'0\n')
        try:
            while os.read(self.fd, 65536):
                pass
        except OSError:
            pass
        if os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]) != 0:
            sys.exit('names: the program failed')
        os.close(self.fd)


def wrong_letters(want, got):
    return sum(a != b for a, b in zip(want, got)) + abs(len(want) - len(got))


def main():
    count, seed, program, home = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    r = random.Random(seed)
    subprocess.run([program, 'init', '--home', home], check=True, stdout=subprocess.DEVNULL)
    wanted = {}  # by the number that the program says it has given the record
    for erase in (b'\x7f', b'\x08'):  # what this terminal calls erasing
        terminal = Terminal(program, home, erase)
        for _ in range(count // 2):
            parts = [syllable(r) for _ in range(r.choice((2, 3, 3, 4)))]
            name = ' '.join(spell(*p) for p in parts)
            terminal.answer(b'5')
            terminal.answer(typed(parts, name, r, r.choice((b'\x7f', b'\x08'))), r)
            saved = re.search(rb'\(([0-9a-f]{32})\)', terminal.answer(b'.'))
            if saved is None:
                sys.exit(f'names: not taken: {name!a}')
            wanted[saved[1].decode()] = name
        terminal.end()
    listed = subprocess.run([program, 'list', 'task', '--json', '--home', home], check=True, capture_output=True).stdout
    got = {task['id']: task['fields']['duty'] for task in map(json.loads, listed.splitlines())}
    wrong = sum(wrong_letters(name, got.get(record, '')) for record, name in wanted.items())
    for record, name in [(record, name) for record, name in wanted.items() if name != got.get(record)][:10]:
        print(f'  typed {name!a}, kept {got.get(record)!a}')
    print(f'{len(wanted)} names, {wrong} wrong letters, {len(set("".join(wanted.values())))} letters in use')
    return wrong > 0


if __name__ == '__main__':
    sys.exit(main())
