#!/usr/bin/python3
"""The second implementation against the vectors and against a chibod of its own, on the loopback only.

$BUILD (default "build") names the directory of the built chibod. Prints `peer: N passed, N failed`.
"""
import os
import pickle
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unicodedata

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import peer
import peer_hostile
import peer_net
import peer_vectors
from peer_bytes import NUMBERS, PeerError, write_invite
from peer_net import Cut, Store, own_leaves, sync

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CHIBOD = os.path.join(ROOT, os.environ.get('BUILD', 'build'), 'chibod')
OWN, HELD, REFUSED = 4, 1, 2


class Server:
    """A chibod in a directory of its own."""

    def __init__(self, folder):
        self.folder, self.process = os.path.join(folder, 'phuong'), None
        self.log = open(os.path.join(folder, 'chibod.log'), 'ab')
        self.port = int(subprocess.check_output(['bash', os.path.join(ROOT, 'tests', 'free_port.sh')]))
        self.call('init', self.folder, '--name', 'Đảng ủy phường Bến Thử', '--listen', f'127.0.0.1:{self.port}')
        self.call('org', self.folder, 'add', '--code', 'CB-001', '--name', 'Chi bộ Tổ dân phố 1', '--type', 'TDP')

    def call(self, *args):
        """Runs a command; gives what it printed."""
        done = subprocess.run([CHIBOD, *args], capture_output=True, timeout=60, check=False)
        if done.returncode:
            raise RuntimeError(f'chibod {args[0]}: exit {done.returncode}: {done.stderr.decode(errors="replace").strip()}')
        return done.stdout.decode()

    def invite(self, role, person):
        """An invite's text."""
        out = self.call('invite', self.folder, '--org', 'PHUONG' if role == 'clerk' else 'CB-001', '--role', role, '--person', person)
        return next(word for word in out.split() if word.startswith('CHIBO1-'))

    def start(self):
        """Starts to serve."""
        self.process = subprocess.Popen([CHIBOD, 'run', self.folder], stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        for _ in range(600):
            try:
                socket.create_connection(('127.0.0.1', self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError(f'chibod run ended with {self.process.returncode}') from None
                time.sleep(0.1)
        raise RuntimeError('chibod run does not listen')

    def stop(self):
        """Ends it, by its own pid."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def verdicts(store):
    """All verdicts on this device's changes, in order."""
    return [verdict for _, _, row in own_leaves(store) for verdict in row]


def same(one, two):
    """Whether two devices hold the same logs and states, as far as both hold them."""
    both = set(one.logs) & set(two.logs)
    return bool(both) and all(one.logs[s].size == two.logs[s].size and one.logs[s].root == two.logs[s].root
                              and one.logs[s].state.hash() == two.logs[s].state.hash() for s in both)


def meeting(store, month, agenda):
    """Queues the regular meeting of a month."""
    chair = bytes(range(16))
    fields = [(14, 1), (22, 202600 + month), (28, 20260005 + month * 100), (36, 19 * 60), (60, chair), (68, chair), (72, agenda)]
    return peer.queue(store, 5, fields, natural=[1, 202600 + month])


def resolution(store, title, text):
    """Queues a resolution."""
    return peer.queue(store, 8, [(20, 20261105), (28, title), (36, text)])


def copy_of(store):
    """A second store with the same content, under another name."""
    twin = pickle.loads(pickle.dumps(store))
    twin.path = store.path + '.ban-sao'
    return twin


def enrolment(t, server, folder):
    """Two devices; invites that do not serve."""
    first = server.invite('secretary', 'Nguyễn Văn Mẫu')
    one = peer_net.enrol(os.path.join(folder, 'a'), first)
    t.check('enrol: a device', len(one.device) == 16 and one.n == 0)
    again = peer_net.enrol(os.path.join(folder, 'a2'), first, (one.tls_seed, one.sign_seed, one.incarnation))
    t.check('enrol: the same keys get the same ids', all(getattr(again, name) == getattr(one, name) for name in (
        'device', 'person', 'organisation', 'ward', 'ward_key', 'ratchet')))
    t.raises('enrol: a used invite', 'INVITE_USED', lambda: peer_net.enrol(os.path.join(folder, 'x'), first))
    second = server.invite('deputy', 'Trần Thị Ví Dụ')
    pin, secret, host, port = peer.pb.parse_invite(second)
    t.raises('enrol: another server', 'BAD_PROOF',
             lambda: peer_net.enrol(os.path.join(folder, 'x'), write_invite(bytes(16), secret, f'{host}:{port}')))
    t.raises('enrol: an invite nobody wrote', 'INVITE_BAD',
             lambda: peer_net.enrol(os.path.join(folder, 'x'), write_invite(pin, bytes(16), f'{host}:{port}')))
    two = peer_net.enrol(os.path.join(folder, 'b'), second)
    t.check('enrol: a second device', two.device != one.device and two.ward == one.ward)
    return one, two


def both_ways(t, one, two):
    """Changes go up from one and down to the other, by transforms 0 and 1."""
    report = sync(one)
    t.check('sync: the logs of the own organisation come', report['control'] > 0 and len(one.logs) >= 1 and one.n == 1)
    meeting(one, 11, ['Học tập chuyên đề tháng 11', 'Đóng đảng phí', 'Phân công trực Tết'])
    record = resolution(one, 'Nghị quyết tháng 11', 'Chi bộ thống nhất tổng vệ sinh Tổ dân phố 1 mỗi sáng Chủ nhật.')
    report = sync(one, transform=0)
    t.check('sync: a changeset goes up by transform 0', report['up'] == report['own'] == 1 and verdicts(one) == [OWN, OWN])
    report = sync(two)
    t.check('sync: and comes down to another device', report['leaf'] == 1)
    sync(one)
    t.check('sync: roots and states are equal', same(one, two))
    report = sync(one)
    t.check('sync: nothing new is two small frames', report['sent'] <= 64 and report['received'] <= 64 and report['leaf'] == 0)
    for i in range(1, 11):
        meeting(two, i, [f'Sinh hoạt tháng {i}', 'Đánh giá việc đã làm, bàn việc tháng tới'])
        resolution(two, f'Nghị quyết tháng {i}', 'Các đảng viên phụ trách từng ngõ, báo cáo tại buổi họp sau. ' * 20)
    report = sync(two, transform=1)
    t.check('sync: transform 1 packs', report['packed'][0] >= 1 and report['up'] == 1)
    report = sync(one)
    t.check('sync: what the ward packs is read', report['leaf'] == 1 and report['packed'][1] >= 1 and same(one, two))
    peer.queue(one, 8, [(28, 'Nghị quyết tháng 11 (sửa)')], op=2, record=record)
    peer.queue(two, 8, [(28, 'Nghị quyết tháng mười một')], op=2, record=record)
    for store in (one, two, one):
        sync(store)
    entry = one.log_of().state.fields[8, record][28]
    t.check('sync: two titles at once stay side by side', same(one, two) and [c.value for c in entry] == ['Nghị quyết tháng mười một', 'Nghị quyết tháng 11 (sửa)'])
    t.check('verify: all that is kept holds', all(not row['odd'] for store in (one, two) for row in peer.verify(store).values()))
    return record


def judgement(t, one, two):
    """Held and refused changes stay in the log and out of the state."""
    before = one.log_of().state.hash()
    for name, wanted, kind, fields in (
            ('NOT_NFC', REFUSED, 8, [(20, 20261105), (28, unicodedata.normalize('NFD', 'Nghị quyết')), (36, 'Chữ rời dấu')]),
            ('BAD_VALUE', REFUSED, 8, [(20, 20261305), (28, 'Ngày không có'), (36, 'Tháng 13')]),
            ('MISSING_FIELD', REFUSED, 8, [(20, 20261105), (28, 'Thiếu nội dung')]),
            ('TOO_LONG', REFUSED, 8, [(20, 20261105), (28, 'Tên dài ' * 200), (36, 'Một nghìn byte là nhiều nhất')]),
            ('NOT_ALLOWED', REFUSED, 11, [(13, '12-CV/ĐU'), (21, 'Đảng ủy phường Bến Thử'), (29, 20261101), (34, 'Công văn thử')]),
            ('HELD_FOR_PERSON', HELD, 1, [(9, 'Nguyễn'), (25, 'Mẫu')])):
        peer.queue(one, kind, fields)
        sync(one)
        found = verdicts(one)[-1]
        t.check(f'verdicts: {name}: verdict {found & 3}, reason {found >> 3}', (found & 3, found >> 3) == (wanted, NUMBERS[name]))
    sync(two)
    t.check('verdicts: refused and held changes are not folded', one.log_of().state.hash() == before)
    t.check('verdicts: both devices fold alike', same(one, two))


def forged_certificate(store, seed):
    """The device's certificate with the same names and times, for another key and signed by that."""
    old = x509.load_der_x509_certificate(store.certificate)
    key = Ed25519PrivateKey.from_private_bytes(seed)
    made = x509.CertificateBuilder(old.issuer, old.subject, key.public_key(), old.serial_number, old.not_valid_before, old.not_valid_after)
    return made.sign(key, None).public_bytes(serialization.Encoding.DER)


def forged(t, one, two):
    """What a ward must not take."""
    resolution(one, 'Nghị quyết giả', 'Chữ ký đã bị sửa')
    log = one.log_of()
    sealed = log.seal(one.signer(), int(time.time()))
    good = sealed['signature']
    sealed['signature'] = good[:-1] + bytes([good[-1] ^ 1])
    t.raises('forged: a signature', 'BAD_SIGNATURE', lambda: sync(one))
    one.log_of().own[-1]['signature'] = good
    report = sync(one)
    t.check('forged: the right one is taken afterwards', not report['scopes'][one.log_of().scope.hex()]['waiting'])
    sync(two)
    t.check('forged: all are equal again', same(one, two))
    twin = copy_of(two)
    ratchet, twin.ratchet = twin.ratchet, bytes(16)
    try:
        sync(twin)
        t.check('forged: a ratchet', False)
    except PeerError as error:
        t.check(f'forged: a ratchet: {error}', error.remote and error.name in ('AUTH', 'COPY'))
    twin.ratchet = ratchet
    sync(two)
    sync(two)
    t.raises('forged: a copy that stayed behind', 'COPY', lambda: sync(twin))
    other = copy_of(one)
    other.tls_seed = os.urandom(32)
    other.certificate = forged_certificate(one, other.tls_seed)
    try:
        sync(other)
        t.check('forged: a certificate that the ward did not make', False)
    except Cut:
        t.check('forged: a certificate that the ward did not make', True)
    except PeerError as error:
        t.check(f'forged: a certificate that the ward did not make: {error}', error.remote and error.name == 'AUTH')


def twice(t, one, two):
    """A flight whose answer was lost goes up again, by mode 0 and by mode 1."""
    for mode in (0, 1):
        resolution(one, f'Nghị quyết gửi hai lần ({mode})', 'Lần đầu thiết bị không nhận được trả lời.')
        early = copy_of(one)
        early.log_of().seal(early.signer(), int(time.time()))
        late = copy_of(early)
        first = peer_net.Session(early)
        first.wire.say('hello', first.hello())
        first._flight([(log, pending, 0) for log, pending in first._waiting()])
        time.sleep(1)   # the ward has it now; its answer is never read
        first.wire.abort()
        late.path, late.cut = one.path, True
        report = sync(late, mode=mode)
        one = Store.load(one.path)
        t.check(f'twice: mode {mode}: one leaf', report['own'] == 1 and verdicts(one)[-1] == OWN)
    sync(two)
    t.check('twice: all are equal', same(one, two))
    return one


def bulk(t, one, two):
    """A flight much longer than the history of a direction, packed in each way and not, and down again."""
    for transform in (4, 3, 2, 1, 0):
        for i in range(8):
            resolution(one, f'Biên tập lần {i}, cách gói {transform}', os.urandom(20000).hex() + 'Chi bộ Tổ dân phố 1 họp thường kỳ. ' * 300)
        report = sync(one, transform=transform)
        t.check(f'bulk: eight changesets by transform {transform}: {report["sent"]} bytes', report['up'] == report['own'] == 8
                and (report['forms'][0][transform] >= 8))
        report = sync(two, transform=transform)
        t.check('bulk: down again', report['leaf'] == 8 and (sum(report['forms'][1][2:]) > 0) == (transform > 1) and same_after(one, two))


def same_after(one, two):
    """Whether both hold the same once the first has asked again."""
    sync(one)
    return same(one, two)


def cuts(t, one, two):
    """Cut after so many bytes, resumed by mode 1."""
    for limit in (10, 100, 300, 5000, 60000):
        resolution(one, f'Nghị quyết bị cắt sau {limit} byte', 'Đường truyền yếu. ' * 10)
        resolution(one, 'Nghị quyết dài', os.urandom(48000).hex()[:65000])
        try:
            sync(one, transform=limit // 100 % 2, limit=limit)
            whole = True
        except Cut:
            whole = False
        one = Store.load(one.path)
        t.check(f'cut: after {limit} bytes', one.cut and not whole)
        report = sync(one)
        t.check('cut: resumed', not one.cut and not report['scopes'][one.log_of().scope.hex()]['waiting'])
    log = one.log_of()
    record = resolution(one, 'Hai vạn chữ', 'Mở đầu')
    log.seal(one.signer(), int(time.time()))
    body = [record, 8, 2]
    for tag in (20004, 20012):   # fields that no table knows, of 65,000 bytes each: one message of three frames
        body += [tag, None, os.urandom(32500).hex()]
    log.add(body, one.signer(), int(time.time()))
    try:
        sync(one, transform=0, limit=100000)
    except Cut:
        pass
    one = Store.load(one.path)
    time.sleep(0.5)
    session = peer_net.Session(one, transform=0)
    session.run()
    report = session.report()
    t.check('cut: a message of three frames', one.cut is False and verdicts(one)[-2:] == [OWN, OWN] and report['own'] >= 1)
    sync(two)
    t.check('cut: all are equal', same(one, two))
    return one


def restart(t, server, one, two):
    """The ward keeps what it said."""
    server.stop()
    server.start()
    resolution(two, 'Nghị quyết sau khi máy chủ khởi động lại', 'Mọi việc tiếp tục.')
    sync(two)
    sync(one)
    t.check('restart: all are equal', same(one, two))
    report = sync(one)
    t.check('restart: both programs fold alike', report['flags'] == 0 and report['leaf'] == 0)


def reader(t, server, folder, one):
    """A member's device: only class A, all of it from the first leaf, in batches; what a member may write; revoked in the end."""
    three = peer_net.enrol(os.path.join(folder, 'c'), server.invite('member', 'Lê Văn Thử'))
    report = sync(three)
    sync(one)
    log = three.log_of()
    t.check(f'reader: class A alone, in {report["batches"]} batches', [row.info['class'] for row in three.logs.values()] == [1] and report['batches'] > 3)
    t.check('reader: the same log and state', same(one, three) and not log.odd)
    missing = [verdict for row in log.changes.values() for _, body, verdict in row if body is None]
    t.check(f'reader: {len(missing)} bodies of held and refused changes are kept back', missing and all(verdict & 3 in (HELD, REFUSED) for verdict in missing))
    resolution(three, 'Nghị quyết của đảng viên', 'Đảng viên không ban hành nghị quyết.')
    sync(three)
    peer.queue(three, 10, [(14, bytes(range(16))), (22, 20261120), (30, 40), (38, 'Đã quét dọn ngõ 3.')])
    sync(three)
    t.check(f'reader: verdicts {verdicts(three)}', verdicts(three) == [NUMBERS['NOT_ALLOWED'] * 8 + REFUSED, OWN])
    sync(one)
    t.check('reader: the others see it', same(one, three))
    late = Store.load(three.path)
    resolution(three, 'Dở dang', 'Sealed trước khi bị thu hồi')
    server.call('revoke', server.folder, three.device.hex())
    t.raises('reader: revoked', 'REVOKED', lambda: sync(late))
    sync(one)
    t.check('reader: the revocation is in the log', three.device in one.log_of().revoked)


def put_back(t, server, folder, one, two):
    """The ward's folder is an older one: a device gives back what it holds, others' records too (section 8.6)."""
    server.stop()
    backup = os.path.join(folder, 'sao-luu')
    shutil.copytree(server.folder, backup, ignore=shutil.ignore_patterns('chibod.sock'))
    server.start()
    resolution(one, 'Nghị quyết mà phường sẽ mất', 'Thiết bị kia còn giữ.')
    sync(one)
    sync(two)
    epoch = two.log_of().epoch
    server.stop()
    shutil.rmtree(server.folder)
    shutil.copytree(backup, server.folder)
    server.start()
    resolution(two, 'Nghị quyết viết trong lúc đó', 'Đi cùng chuyến.')
    report = sync(two)
    t.check(f'put back: {report.get("given")} leaves are given back, then the flight goes up', report.get('given', 0) >= 1 and report['own'] == 1)
    t.check('put back: a new epoch, and both resolutions stand', two.log_of().epoch == epoch + 1 and verdicts(two)[-1] == OWN)
    report = sync(one)
    t.check('put back: the other one follows', same(one, two) and one.log_of().epoch == epoch + 1 and verdicts(one)[-1] == OWN)
    report = sync(one)
    t.check('put back: and gives nothing twice', 'given' not in report and report['flags'] == 0)


def copied(t, one, two):
    """A copy of a store takes an incarnation of its own and brings its work under the same ids (section 8.7)."""
    twin = copy_of(one)
    resolution(one, 'Nghị quyết của bản đi trước', 'Bản sao không biết.')
    sync(one)
    resolution(twin, 'Nghị quyết của bản sao', 'Viết sau khi sao chép.')
    twin.log_of().seal(twin.signer(), int(time.time()))
    sealed = twin.log_of().own[-1]
    t.raises('copied: it is told', 'COPY', lambda: sync(twin))
    before = twin.incarnation
    report = sync(twin, mode=2)
    t.check('copied: another incarnation, and what the first one wrote', twin.incarnation != before and report['leaf'] >= 1 and report['up'] == 0)
    again = twin.log_of().own
    t.check('copied: the same seed and bodies, from number 0', len(again) == 1 and again[0]['first'] == 0
            and (again[0]['seed'], again[0]['bodies']) == (sealed['seed'], sealed['bodies']))
    report = sync(twin)
    t.check('copied: its work is in', report['own'] == 1 and verdicts(twin) == [OWN])
    sync(two)
    t.check('copied: all are equal', same(twin, two))


def with_server(t):
    """Everything that needs chibod."""
    folder = tempfile.mkdtemp(prefix='peer-')
    server = None
    try:
        server = Server(folder)
        server.start()
        one, two = enrolment(t, server, folder)
        both_ways(t, one, two)
        judgement(t, one, two)
        forged(t, one, two)
        one = twice(t, one, two)
        bulk(t, one, two)
        one = cuts(t, one, two)
        peer_hostile.asked(t, one, two)
        peer_hostile.refused(t, one)
        peer_hostile.folds(t, one, two)
        clerk = peer_net.enrol(os.path.join(folder, 'd'), server.invite('clerk', 'Đỗ Thị Mẫu'))
        sync(clerk)
        peer_hostile.owners(t, clerk, one)
        sync(two)
        reader(t, server, folder, one)
        restart(t, server, one, two)
        put_back(t, server, folder, one, two)
        copied(t, one, two)
    except (PeerError, Cut, OSError, RuntimeError, KeyError, subprocess.TimeoutExpired) as error:
        import traceback
        traceback.print_exc()
        t.check(f'with chibod: {type(error).__name__}: {error}', False)
    finally:
        if server:
            server.stop()
        if t.failed and server:
            server.log.flush()
            with open(server.log.name, encoding='utf-8', errors='replace') as log:
                print('chibod said:\n' + log.read()[-4000:])
        shutil.rmtree(folder)


def main():
    """All of it."""
    t = peer_vectors.Tally()
    peer_vectors.selftest(t)
    if os.access(CHIBOD, os.X_OK):
        with_server(t)
    else:
        t.check(f'there is no {CHIBOD}', False)
    print(f'peer: {t.passed} passed, {t.failed} failed')
    return int(t.failed > 0)


if __name__ == '__main__':
    sys.exit(main())
