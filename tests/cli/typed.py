# typed.py - a person at a terminal: runs a program on a bare pty, answers its questions (what ends in ": "), and prints
# all that was said. Its status is the program's; 99 when it did not ask what it should have.
#
#     typed.py ANSWER,ANSWER,... PROGRAM WORDS...  in their order; an empty answer is Enter alone; after the last one: \x04
#     typed.py @FILE PROGRAM WORDS...              each line of FILE is `part of a question | answer`: the question that
#                                                  is asked next must hold the part; an empty part takes any question
#
# An answer \x04 is the end of the terminal. In a file: \xNN is a byte and \\ a backslash; an answer may also be
# `KILL` (kill -9: the power went) or `CLOSE` (the window is closed). How many lines were sent is the last line on stderr.
import os
import pty
import re
import select
import signal
import sys
import time

PATIENCE_S = 300  # for all of it; a machine may be busy


def unescape(text):
    return re.sub(rb'\\(x[0-9a-f]{2}|\\)', lambda m: b'\\' if m[1] == b'\\' else bytes([int(m[1][1:], 16)]), text)


def script():
    if not sys.argv[1].startswith('@'):
        for answer in sys.argv[1].split(','):
            yield b'', b'\x04' if answer == '\x04' else answer.encode()
        return
    with open(sys.argv[1][1:], 'rb') as f:
        for line in f.read().splitlines():
            if line and not line.startswith(b'#'):
                part, answer = line.rsplit(b'|', 1)
                yield part.strip(), unescape(answer.strip(b' '))


def read(fd, until):
    ready, _, _ = select.select([fd], [], [], max(0, until - time.monotonic()))
    try:
        return os.read(fd, 65536) if ready else b''
    except OSError:
        return b''


def main():
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(sys.argv[2], sys.argv[2:])
    seen, asked, sent, status, until = b'', 0, 0, None, time.monotonic() + PATIENCE_S
    steps = script()
    while part := read(fd, until):
        seen += part
        question = seen[asked:].replace(b'\r\n', b'\n')
        if not question.endswith(b': '):
            continue
        wanted, answer = next(steps, (b'', b'\x04'))
        if wanted not in question:
            status = 99
            print('not asked:', wanted.decode(), file=sys.stderr)
        if status == 99 or answer == b'KILL':
            os.kill(pid, signal.SIGKILL)
        elif answer == b'CLOSE':
            break
        else:
            asked = len(seen)
            sent += answer != b'\x04'
            os.write(fd, answer + (b'' if answer == b'\x04' else b'\n'))
    os.close(fd)
    if time.monotonic() >= until:
        os.kill(pid, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    for wanted, _ in steps:
        if wanted:
            status = 99
            print('never asked:', wanted.decode(), file=sys.stderr)
    sys.stdout.buffer.write(seen.replace(b'\r\n', b'\n'))
    print(sent, file=sys.stderr)
    return code if status is None else status


sys.exit(main() % 256)
