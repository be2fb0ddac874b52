# help_test.py - what the programs say of themselves: help, manual pages, completion and examples, all held against the
# table of commands (`tro-giup --json`). Each example is typed in a store that was prepared for it, and succeeds.
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

BUILD = os.path.realpath(os.environ.get('BUILD', 'build'))
ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TMP = tempfile.mkdtemp()
HOME = TMP + '/nha'
ENV = {'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8', 'HOME': TMP, 'CHIBO_HOME': HOME,
       'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '')}
passed = failed = 0


def check(what, good):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print('not so:', what)


def call(program, *words, lang='vi', cwd=None, home=None):
    env = dict(ENV, CHIBO_LANG=lang, CHIBO_HOME=home or HOME)
    return subprocess.run([BUILD + '/' + program, *words], env=env, cwd=cwd or TMP, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)


def says(program, *words, lang='vi'):
    r = call(program, *words, lang=lang)
    check(f'{program} {" ".join(words)}: {r.returncode} {r.stderr}', r.returncode == 0)
    return r.stdout


# ---- the table
def table(program):
    rows = [json.loads(line) for line in says(program, 'tro-giup', '--json').splitlines()]
    check('each line has its version', all(r['v'] == 1 for r in rows))
    return [r for r in rows if 'command' in r], [r for r in rows if 'topic' in r]


def words_of(option):
    return ['--' + option[k] for k in ('name', 'alias') if k in option]


def helps(program, commands, topics):
    everything = says(program, 'tro-giup')
    for c in commands:
        check(f'{c["command"]} stands in the list', re.search(rf'^  ({program} )?{c["command"]} ', everything, re.M))
        check(f'{program} {c["command"]} has an example', c['examples'])
        text = says(program, c['command'], '--giup')
        check(f'the English word of {c["command"]} means the same', says(program, c['alias'], '--help') == text)
        first = text.find(f'{program} {c["command"]}')
        check(f'{c["command"]}: examples come first', 0 < first < text.find('--json') or '--json' not in text)
        for o in c['options']:
            check(f'{c["command"]} --{o["name"]} is explained', re.search(rf'^  (-., )?--{o["name"]}\b.*{re.escape(o["help"])}$', text, re.M))
    for t in topics:
        text = says(program, 'tro-giup', t['topic'])
        check(f'{t["topic"]} has steps, and its title', len(t['examples']) > 1 and text.startswith(t['title']))
        check('topics have an English word', says(program, 'tro-giup', t['alias']) == text)


def statuses(program):
    rows = re.findall(r'^ +ROW\((\w+), +\w+, +\d+, +(\d+),', open(ROOT + '/common/err.h').read(), re.M)
    check('the table of errors is read', len(rows) > 50)
    shown = [int(line.split()[0]) for line in says(program, 'tro-giup', 'ma-thoat').splitlines()]
    check(f'{program}: every status, once', shown == sorted({int(s) for _, s in rows}))


# ---- manual pages
def pages(program, section, commands):
    for lang, folder in (('vi', 'man/vi'), ('en', 'man')):
        path = f'{BUILD}/{folder}/man{section}/{program}.{section}'
        lint = subprocess.run(['mandoc', '-Tlint', '-W', 'warning', path], capture_output=True, text=True)
        check(f'{path}: {lint.stdout}', lint.returncode == 0)
        page = subprocess.run(['mandoc', '-Tutf8', '-Owidth=1000', path], capture_output=True, text=True).stdout
        page = re.sub('.\b', '', page)
        check(f'{path} is that language', ('VÍ DỤ' in page or 'CÁC LỆNH' in page) == (lang == 'vi'))
        parts = re.split(r'^   (\S+, \S+)$', page, flags=re.M)
        part = dict(zip(parts[1::2], parts[2::2]))
        check(f'{path}: commands', list(part) == [f'{c["command"]}, {c["alias"]}' for c in commands])
        for c in commands:
            text = part.get(f'{c["command"]}, {c["alias"]}', '')
            for o in c['options']:
                check(f'{path}: {c["command"]} --{o["name"]}', re.search(r'^ *(-., )?' + ', '.join(words_of(o)), text, re.M))
            for e in c['examples']:
                check(f'{path}: {e["words"]}', f'{program} {c["command"]} {shown(e["words"])}'.rstrip() in text)


def shown(words):
    return re.sub(r'\{\w+:([^}]*)\}', r'\1', words)


# ---- completion: bash itself is asked, once for all questions
def complete(program, questions):
    script = [f'. {BUILD}/bash/{program}']
    for q in questions:
        script.append(f'COMP_WORDS=({shlex.join(q)}); COMP_CWORD={len(q) - 1}; _{program}; echo "${{COMPREPLY[*]}}"')
    r = subprocess.run(['bash', '-u', '-c', '\n'.join(script)], capture_output=True, text=True, cwd=TMP)
    check(f'bash reads the completion of {program}: {r.stderr}', r.returncode == 0 and not r.stderr)
    return [line.split() for line in r.stdout.splitlines()] or [[]] * len(questions)


def completes(program, commands):
    questions = [[program, ''], [program, 'inv'] if program == 'chibod' else [program, 'syn']]
    answers = [[c['command'] for c in commands], ['invite'] if program == 'chibod' else ['sync']]
    for c in commands:
        questions.append([program, c['command'], '--'])
        answers.append(['--' + o['name'] for o in c['options']])
        for o in c['options']:
            if 'alias' in o and not any(p['name'].startswith(o['alias']) for p in c['options']):
                questions.append([program, c['alias'], '--' + o['alias']])
                answers.append(['--' + p['alias'] for p in c['options'] if p.get('alias', '').startswith(o['alias'])])
    for q, got, want in zip(questions, complete(program, questions), answers):
        check(f'{q} gives {got}, not {want}', got == want)


def completes_values():
    kinds = [json.loads(line)['word'] for line in says('chibo', 'kinds', '--json').splitlines()]
    forms = [line.split()[0] for line in says('chibo', 'in').splitlines()]
    questions = [['chibo', 'ghi', ''], ['chibo', '--home', 'x', 'add', ''], ['chibo', 'ghi', '--muc', 'x', 'dang-p'], ['chibo', 'in', ''],
                 ['chibo', 'xuat-tep', 'hop', '--dang', ''], ['chibo', 'nhap', 'dang-vien', 'danh'], ['chibo', 'ghi', 'hop', '']]
    got = complete('chibo', questions)
    want = [kinds, kinds, [k for k in kinds if k.startswith('dang-p')], forms, ['csv', 'xlsx', 'jsonl'], ['danh-sach.csv'], []]
    for q, g, w in zip(questions, got, want):
        check(f'{q} gives {g}, not {w}', g == w)
    got = complete('chibod', [['chibod', 'don-vi', 'phuong', ''], ['chibod', 'org', 'phu']])
    check('the words of don-vi', 'liet-ke' in got[0] and 'gop' in got[0])
    check('a folder', got[1] == ['phuong'])


# ---- examples
def record(kind, *sets):
    words = [w for s in sets for w in ('--muc', s)]
    r = call('chibo', 'ghi', kind, '--json', *words)
    check(f'prepared: {kind} {r.stderr}', r.returncode == 0)
    return json.loads(r.stdout)['id']


def prepare():
    call('chibo', 'khoi-tao', '--chi-bo', 'CB-014', '--ten', 'Chi bộ Tổ dân phố 14')
    person = ('gender=nam', 'born=1961')
    have = {'member': record('dang-vien', 'family_name=Lò', 'middle_name=Văn', 'given_name=Thử', *person),
            'twin': record('dang-vien', 'family_name=Lò', 'given_name=Thử Hai', *person),
            'other': record('dang-vien', 'family_name=Quàng', 'given_name=Giả', *person)}
    have['meeting'] = record('hop', 'type=1', 'period=10/2026', 'date=4/10/2026', 'start=19:30', 'end=21:05', 'status=3',
                             'chair=' + have['member'], 'scribe=' + have['other'])
    have['minutes'] = record('bien-ban', 'meeting=' + have['meeting'], 'opening=Khai mạc', 'conclusion=Nhất trí')
    second = record('hop', 'type=2', 'period=9/2026', 'date=4/9/2026', 'start=19:30', 'chair=' + have['member'],
                    'scribe=' + have['other'])
    have['signed'] = record('bien-ban', 'meeting=' + second, 'opening=Khai mạc', 'conclusion=Nhất trí')
    call('chibo', 'ky', have['signed'])
    have['void'] = record('viec', 'duty=Ghi nhầm', 'from=1/10/2026')
    call('chibo', 'xoa', have['void'])
    have['task'] = record('viec', 'duty=Chuẩn bị hội trường', 'from=1/10/2026')
    have['report'] = record('bao-cao', 'form=thang', 'period=9/2026', 'version=1', 'cutoff=30/9/2026', 'figures=members=3')
    with open(TMP + '/danh-sach.csv', 'w') as f:
        f.write('Họ và tên,Giới tính,Ngày sinh\nTrần Thị Mẫu,nữ,12/3/1958\n')
    have['list'] = 'danh-sach.csv'
    call('chibod', 'khoi-tao', 'phuong', '--ten', 'Phường Tân Thanh', '--nghe', '127.0.0.1:1')
    for code in ('CB-014', 'CB-015'):
        call('chibod', 'don-vi', 'phuong', 'them', '--ma', code, '--ten', 'Chi bộ ' + code, '--loai', 'TDP')
    call('chibod', 'cap-ma', 'phuong', '--don-vi', 'CB-014', '--vai-tro', 'secretary', '--nguoi', 'Lò Văn Thử')
    have['ward'] = 'phuong'
    return have


def run_examples(program, rows, have):
    run = 0
    for r in rows:
        for e in r['examples']:
            if 'unrun' in e:
                continue
            run += 1
            words = re.sub(r'\{(\w+):[^}]*\}', lambda m: have.get(m[1], 'there is no ' + m[1]), e['words'])
            words = ([r['command']] if 'command' in r else []) + shlex.split(words)
            place = TMP + '/play'
            shutil.rmtree(place, ignore_errors=True)
            os.mkdir(place)
            shutil.copytree(HOME, place + '/nha')
            if program == 'chibod':
                shutil.copytree(TMP + '/phuong', place + '/phuong')
            shutil.copy(TMP + '/danh-sach.csv', place)
            got = call(program, *words, cwd=place, home=place + '/nha')
            check(f'{program} {shlex.join(words)}: status {got.returncode}: {got.stderr}', got.returncode == 0)
    return run


have = prepare()
ran = 0
for program, section in (('chibo', 1), ('chibod', 8)):
    commands, topics = table(program)
    helps(program, commands, topics)
    statuses(program)
    pages(program, section, commands)
    completes(program, commands)
    ran += run_examples(program, commands + topics, have)
completes_values()
check(f'most examples are run ({ran})', ran >= 70)
shutil.rmtree(TMP)
print(f'help_test: {passed} passed, {failed} failed')
sys.exit(failed > 0)
