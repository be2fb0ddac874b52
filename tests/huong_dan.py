# huong_dan.py - plays the handbook: each screen of docs/huong-dan.md is what the programs show, typed in this order into
# one new book, on the fourth of November 2026 in the evening, beside a ward's server of its own.
#
#     huong_dan.py CLOCK PORT [--write]      CLOCK: the preload of tests/cli/clock.c; --write puts the screens in anew
#
# A screen is a block of three backquotes and `console`; its lines that begin with "$ " are typed. What stands in comments
# before a block is not printed:
#     <!-- gõ: A | B -->       answers to the questions of the next command, an empty one is Enter alone, @ the invite
#     <!-- ngầm: COMMAND -->   bash, unseen: what the ward or another person does meanwhile ($W, chibo, chibod, b)
#     <!-- đầu: N M -->        the next screen shows its first N and its last M lines alone
# Numbers of records, invites and minutes differ from run to run: they are shown by fixed ones, and may be typed so.
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
BUILD = os.path.realpath(os.environ.get('BUILD', 'build'))
DOC = ROOT + '/docs/huong-dan.md'
EVENING = 1793795400  # 04/11/2026 19:30 in Vietnam
clock, port = os.path.realpath(sys.argv[1]), sys.argv[2]
write = '--write' in sys.argv
TMP = tempfile.mkdtemp()
START = ''.join(subprocess.run(['date', '+%s'], capture_output=True, text=True).stdout.split())
ENV = {'PATH': BUILD + ':' + os.environ['PATH'], 'LC_ALL': 'C.UTF-8', 'HOME': TMP + '/nha', 'W': TMP + '/phuong',
       'LD_PRELOAD': clock, 'SHIFT_S': str(EVENING - int(START)), 'PORT': port, 'TMP': TMP,
       'CHIBO_TESTS': ROOT + '/tests'}
NUMBER = r'\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{8,32}\b'
real = {}  # what stands in the handbook -> what it is in this run
numbers = {}


def stable(text):
    """The same words in each run."""
    text = text.replace('\r\n', '\n').replace(TMP + '/nha', '~').replace(TMP, '')

    def number(m):
        known = next((k for k in numbers if k.startswith(m[0]) or m[0].startswith(k)), None)
        if known is None:
            numbers[m[0]] = hashlib.sha256(str(len(numbers)).encode()).hexdigest()[:32]
            known = m[0]
        shown = numbers[known][:len(m[0])]
        real[shown] = m[0]
        real['last'] = shown
        return shown

    text = re.sub(r'CHIBO1(-[A-Z2-7]{1,5})+', 'CHIBO1-…', text)
    text = re.sub(NUMBER, number, text)
    text = re.sub(r'(04/11/2026,? )\d\d:\d\d\b', r'\g<1>19:30', text)
    text = re.sub(r'\b19:3\d:\d\d\b', '19:30:00', text)
    text = re.sub(r'\b[\d.,]+ (byte|B|kB|KB|giá trị|mục nhật ký)\b', r'… \1', text)
    text = text.replace('127.0.0.1:' + port, 'dang-uy.example:7440')
    return '\n'.join(line.rstrip() for line in text.split('\n'))


def typed(words):
    return re.sub(NUMBER, lambda m: real.get(m[0], m[0]), words)


def invite():
    with open(TMP + '/ma') as f:
        return f.read().strip()


def play(command, answers):
    words = shlex.split(typed(command))
    with open(TMP + '/answers', 'w') as f:
        f.writelines(f'| {invite() if a.strip() == "@" else a.strip()}\n' for a in answers)
    words[0] = BUILD + '/' + words[0]
    r = subprocess.run([sys.executable, ROOT + '/tests/cli/typed.py', '@' + TMP + '/answers', *words], env=ENV,
                       cwd=TMP + '/nha', capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return stable(r.stdout)


def unseen(command):
    r = subprocess.run(['bash', '-c', f'b() {{ chibo --home "$TMP/b" "$@"; }}\n{typed(command)}'], env=ENV, cwd=TMP + '/nha',
                       capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if r.returncode:
        print('unseen:', command, r.stdout, r.stderr)
    return r.returncode == 0


def screen(block, answers, first):
    lines = []
    for line in block.splitlines():
        if line.startswith('$ '):
            if write: # a number that is not this run's means the one shown last
                line = re.sub(NUMBER, lambda m: m[0] if m[0] in real else real.get('last', m[0]), line)
            lines += [line] + play(line[2:], answers).rstrip('\n').split('\n')
            answers = []
    lines = [line for i, line in enumerate(lines) if line or i]
    if first and len(lines) > sum(first):
        lines = lines[:first[0]] + ['…'] + lines[len(lines) - first[1]:]
    return '\n'.join(lines).rstrip() + '\n'


def main():
    with open(DOC) as f:
        doc = f.read()
    os.mkdir(TMP + '/nha')
    answers, first, good, bad, out, at = [], [], 0, 0, [], 0
    for m in re.finditer(r'<!-- (gõ|ngầm|đầu):(.*?)-->|^```console\n(.*?)^```$', doc, re.M | re.S):
        if m[1] == 'gõ':
            answers = m[2].split('|')
        elif m[1] == 'ngầm':
            ran = unseen(m[2].strip())
            good, bad = good + ran, bad + (not ran)
        elif m[1] == 'đầu':
            first = [int(n) for n in m[2].split()]
        else:
            shown = screen(m[3], answers, first)
            out.append(doc[at:m.start(3)] + shown)
            at = m.end(3)
            good, bad = good + (shown == m[3]), bad + (shown != m[3])
            if shown != m[3] and not write:
                print('---- the handbook says\n' + m[3] + '---- the programs show\n' + shown)
            answers, first = [], []
    if write:
        with open(DOC, 'w') as f:
            f.write(''.join(out) + doc[at:])
    elif bad:
        print('To renew the screens of the handbook, run: tests/huong_dan_test.sh --write')
    print(f'huong_dan_test: {good} passed, {bad} failed')
    return bad and not write


try:
    status = main()
finally:
    if os.path.exists(TMP + '/server'):
        with open(TMP + '/server') as f:
            os.kill(int(f.read()), 15)
    shutil.rmtree(TMP, ignore_errors=True)
sys.exit(status)
