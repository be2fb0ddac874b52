# typed.py - a person at a terminal: runs a program on one, types an answer at each question (what ends in ": "), and
# prints all that was said. Its status is the program's. An answer \x04 is the end of the terminal.
#
#     typed.py ANSWER,ANSWER,... PROGRAM WORDS...      an empty answer is Enter alone; after the last one: \x04
import os
import pty
import sys

answers = iter(sys.argv[1].split(','))
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
seen = b''
while True:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
    if seen.endswith(b': '):
        answer = next(answers, '\x04')
        os.write(fd, answer.encode() + (b'' if answer == '\x04' else b'\n'))
sys.stdout.buffer.write(seen.replace(b'\r\n', b'\n'))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
