"""tests/peer.py selftest: computes every row of tests/vectors/*.hex again from its parts, by docs/protocol.md alone."""
import os
import re

import nacl.bindings

import peer_bytes as pb
import peer_file
import peer_fold
import peer_log
from peer_bytes import PeerError, pack, unpack, verify
import peer_columns
from peer_frame import FrameReader, FrameWriter
from peer_message import FORMS, read_message

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'vectors')


class Rows:
    """The rows of one file; knows which were looked at."""

    def __init__(self, name):
        self.rows, self.notes, self.seen = {}, {}, set()
        with open(os.path.join(FOLDER, name + '.hex'), encoding='utf-8') as file:
            for line in file:
                found = re.match(r'(\w+):\s*([0-9a-f]*)\s*(?:#\s*(.*))?$', line)
                if found:
                    self.rows[found[1]], self.notes[found[1]] = bytes.fromhex(found[2]), found[3] or ''

    def __getattr__(self, name):
        if name.startswith('__') or name not in self.rows:
            raise AttributeError(name)
        self.seen.add(name)
        return self.rows[name]

    def __contains__(self, name):
        return name in self.rows


class Tally:
    """Counts what holds."""

    def __init__(self, quiet=False):
        self.passed = self.failed = 0
        self.quiet = quiet

    def check(self, what, good):
        """One check."""
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print(f'FAILED {what}')
        return good

    def raises(self, what, name, call):
        """One check: the call must end with this error."""
        try:
            call()
        except PeerError as error:
            return self.check(f'{what}: {error}', error.name == name)
        return self.check(f'{what}: nothing was refused', False)


def _change(t, v, n):
    for i in range(3):
        body, salt, commitment = (v.__getattr__(f'{what}{i}') for what in ('body', 'salt', 'commitment'))
        peer_fold.check_body(unpack(body))
        t.check(f'change: salt{i}', pb.salt_of(v.seed, i) == salt)
        t.check(f'change: commitment{i}', pb.commitment_of(salt, n.scope, n.device, n.person, body) == commitment)
        t.check(f'change: version{i}', commitment[:8] == v.__getattr__(f'version{i}'))


def _header(t, v, n, change):
    t.check('header: commitments', pb.tree([change.commitment0, change.commitment1, change.commitment2]) == v.commitments)
    made = peer_log.write_header(scope=n.scope, device=n.device, incarnation=0xcafe0001, person=n.person, first=0, count=3, previous=bytes(32),
                                 epoch=1, size=5, root=v.seen_root, commitments=v.commitments, time=0x6af2d860, quality=0)
    t.check('header: header', made == v.header)
    t.check('header: signature', pb.sign(n.device_seed, 'header', v.header) == v.signature and verify(n.device_key, 'header', v.header, v.signature))
    t.check('header: head', peer_log.head_of(v.header, v.signature) == v.head)
    after = peer_log.read_header(v.header_next)
    t.check('header: header_next', (after['first'], after['count'], after['previous'], after['size'], after['quality']) == (3, 1, v.head, 6, 2)
            and after['commitments'] == pb.tree([change.commitment0]))
    t.check('header: signature_next', pb.sign(n.device_seed, 'header', v.header_next) == v.signature_next)
    t.check('header: head_next', peer_log.head_of(v.header_next, v.signature_next) == v.head_next)


def _control(t, v, n):
    for name in [name for name in v.rows if not name.endswith('_signature')]:
        raw, signature = v.__getattr__(name), v.__getattr__(name + '_signature')
        ward, scope, kind, policy, _, payload = peer_log.read_control(raw)
        told = re.search(r'kind (\d+), policy (\d+)', v.notes[name])
        t.check(f'control: {name} form', (ward, scope, kind, policy) == (n.ward, n.scope, int(told[1]), int(told[2])))
        t.check(f'control: {name} signature', pb.sign(n.ward_seed, 'control', raw) == signature)
        if kind == 13:
            t.check('control: new key', payload[0] == n.new_ward_key
                    and pb.sign(n.new_ward_seed, 'control', pack([n.ward, n.ward_key, n.new_ward_key])) == payload[1])
        if kind == 11:
            home, _, raw, signature, position, path, salt, body, _ = payload
            header = peer_log.read_header(raw)
            commitment = pb.commitment_of(salt, home, header['device'], header['person'], body)
            t.check('control: mirror proof', pb.inclusion_holds(pb.leaf_hash(commitment), position, header['count'], path, header['commitments'])
                    and verify(n.device_key, 'header', raw, signature))


def _leaf(t, v, n, control, header, change):
    t.check('leaf: verdicts', (unpack(v.verdicts_same), unpack(v.verdicts_mixed)) == (4, [0, 29 * 8 + 1, 14 * 8 + 2]))
    for i, name in enumerate(('scope', 'scope_root', 'person', 'device')):
        made = pack([2, control.__getattr__(name), control.__getattr__(name + '_signature')])
        t.check(f'leaf: leaf{i}', made == v.__getattr__(f'leaf{i}'))
    for i, verdicts in ((4, v.verdicts_same), (5, v.verdicts_mixed)):
        t.check(f'leaf: leaf{i}', pack([1, header.header, header.signature, 0x6af2d865, 4, unpack(verdicts)]) == v.__getattr__(f'leaf{i}'))
    for i in range(6):
        t.check(f'leaf: hash{i}', pb.log_leaf_hash(v.__getattr__(f'leaf{i}')) == v.__getattr__(f'hash{i}'))
    log = peer_log.Log(n.scope, n.ward, n.ward_key)
    for i in range(4):
        log.take(v.__getattr__(f'leaf{i}'))
    log.epoch = 1
    log.take(v.leaf4, change.seed, [unpack(change.__getattr__(f'body{i}')) for i in range(3)])
    t.check('leaf: a log takes them', log.size == 5 and log.heads[n.device, 0xcafe0001] == (3, header.head))
    t.check('leaf: state', log.state.hash() != pb.b32('digest', bytes(2048)) and len(log.state.folded) == 3)
    t.raises('leaf: the same changeset twice', 'BAD_CHAIN', lambda: log.take(v.leaf5, change.seed, log.entries[4][2]))
    log.truncate(4)
    t.raises('leaf: bodies changed', 'BAD_PROOF', lambda: log.take(v.leaf4, change.seed, [unpack(change.body0)] * 3))


def _checkpoint(t, v, n, leaf):
    hashes = [leaf.__getattr__(f'hash{i}') for i in range(6)]
    frontier = pb.Frontier()
    for value in hashes:
        frontier.add(value)
    t.check('checkpoint: root', pb.tree_of_hashes(hashes) == v.root == frontier.root())
    t.check('checkpoint: old_root', pb.tree_of_hashes(hashes[:3]) == v.old_root)
    t.check('checkpoint: checkpoint', pack([1, n.ward, n.scope, 1, 6, v.root, 0x6af2d869]) == v.checkpoint)
    t.check('checkpoint: signature', pb.sign(n.ward_seed, 'checkpoint', v.checkpoint) == v.signature)
    t.check('checkpoint: inclusion', pack(pb.inclusion(hashes, 4)) == v.inclusion and pb.inclusion_holds(hashes[4], 4, 6, unpack(v.inclusion), v.root))
    t.check('checkpoint: consistency', pack(pb.consistency(hashes, 3)) == v.consistency
            and pb.consistency_holds(3, v.old_root, 6, v.root, unpack(v.consistency)))
    return frontier


def _enrol(t, v, n, invite, ratchet):
    m = n.binding + invite.id + n.tls_key + n.device_key + pb.u32(0xcafe0001)
    t.check('enrol: proved', m == v.proved)
    made = [1, invite.id, n.tls_key, n.device_key, 0xcafe0001, pb.b32k(invite.secret, 'enrol', m), pb.sign(n.tls_seed, 'enrol', m),
            pb.sign(n.device_seed, 'enrol', m)]
    t.check('enrol: enrol', pack(made) == v.enrol and read_message('enrol', v.enrol) == made)
    t.check('enrol: enrolled', read_message('enrolled', v.enrolled)
            == [v.certificate, n.device, n.person, n.org, n.ward, n.ward_key, ratchet.ratchet0, 0x6af2d860])


def _frames(t, v):
    def read(raw):
        reader = FrameReader()
        found = list(reader.feed(raw))
        pb.need(reader.idle() and found, 'BAD_FRAME', 'khung dở dang')
        return found
    wanted = {'empty': [(16, b'\x90', True)], 'nothing': [(3, b'', False)], 'continued': [(4, b'abc', True)], 'packed': [(5, b'a' * 200, False)],
              'packed_most': [(5, b'a' * 61440, False)], 'packed_continued': [(5, b'a' * 200 + b'b', False)]}
    for name in v.rows:
        raw = v.__getattr__(name)
        if name.startswith('bad_'):
            t.raises(f'frames: {name}', 'BAD_FRAME', lambda raw=raw: read(raw))
        else:
            t.check(f'frames: {name}', read(raw) == wanted[name])
    t.check('frames: empty again', b''.join(FrameWriter().message(16, b'\x90', True)) == v.empty)
    for transform in (0, 1):
        writer, reader = FrameWriter(transform), FrameReader()
        rows = [(4, bytes([i % 251]) * (i * 997) + os.urandom(i), i == 99) for i in range(100)]
        raw = b''.join(frame for row in rows for frame in writer.message(*row))
        t.check(f'frames: there and back by transform {transform}', list(reader.feed(raw)) == rows and reader.counts == writer.counts
                and (writer.counts[1] > 0) == bool(transform))


def _columns(t, v):
    def read(raw):
        reader = FrameReader()
        found = list(reader.feed(raw))
        pb.need(reader.idle() and found, 'BAD_FRAME', 'khung dở dang')
        return found
    t.check('columns: arranged', peer_columns.arrange(v.message) == (v.raw, v.arranged))
    t.check('columns: restored', peer_columns.restore(v.raw, v.arranged) == v.message)
    t.check('columns: a frame', read(v.frame) == [(4, v.message, True)])
    t.check('columns: arranged for transform 4', peer_columns.arrange(v.message, True) == (v.near_raw, v.arranged))
    t.check('columns: transform 4, not packed', read(v.near) == [(4, v.message, True)])
    t.check('columns: transform 4, packed', read(v.run) == [(4, v.run_message, True)])
    t.check('columns: transform 2', read(v.dictionary) == [(4, b'a' * 200, True)])
    for name in v.rows:
        if name.startswith('bad_'):
            t.raises(f'columns: {name}', 'BAD_FRAME', lambda raw=v.__getattr__(name): read(raw))
    for transform in (3, 4):
        _columns_both_ways(t, v.message, transform)


def _columns_both_ways(t, message, transform):
    writer, reader = FrameWriter(transform), FrameReader()
    rows = [(4 + i % 2, message[:-1] + bytes([i]), i == 9) for i in range(10)]
    t.check(f'columns: there and back by transform {transform}', list(reader.feed(b''.join(f for row in rows for f in writer.message(*row)))) == rows
            and writer.counts == reader.counts and writer.counts[transform] > 0)


def _hello(t, v, n, ratchet):
    logs = [n.scope + pb.u32(1) + pb.u64(6) + v.root0, n.home + pb.u32(0) + pb.u64(4294967295) + v.root1]
    states = [n.scope + b'\1' + v.state0, n.home + b'\1' + v.state1]
    t.check('hello: logs', pb.b16k(n.binding, 'hello', *logs) == v.logs)
    t.check('hello: none_logs', pb.b16k(n.binding, 'hello') == v.none_logs)
    t.check('hello: states', pb.b16k(n.binding, 'hello-state', *states)[:8] == v.states)
    t.check('hello: message', pack([1, 0, 0xcafe0001, 7, ratchet.ratchet1, v.logs, v.states, [[n.scope, 1, 6]]]) == v.message)
    t.check('hello: frame', b''.join(FrameWriter(0).message(1, v.message, True)) == v.frame)


def _messages(t, v):
    for name in v.rows:
        raw = v.__getattr__(name)
        bad = name.startswith('bad_')
        kind = name[4:] if bad else name
        kind = next((form for form in FORMS if kind == form or kind.startswith(form + '_')), 'ask')
        if bad:
            t.raises(f'messages: {name}', 'BAD_FRAME', lambda kind=kind, raw=raw: read_message(kind, raw))
        elif name == 'hello_later':
            t.raises('messages: hello_later', 'TOO_NEW', lambda raw=raw: read_message('hello', raw))
        else:
            t.check(f'messages: {name}', pack(read_message(kind, raw)) == raw)


def _sealed(t, v, n):
    associated = pb.context('seal') + n.record + pb.u32(10)
    t.check('sealed: associated', associated == v.associated)
    text = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(v.plain, associated, v.nonce, v.key)
    t.check('sealed: value', pack([v.key_id, v.nonce + text]) == v.value)


def _state(t, v):
    parts = []
    for i in range(5):
        accumulator = peer_fold.accumulate(parts)
        t.check(f'state: begins{i}', accumulator[:32] == v.__getattr__(f'begins{i}'))
        t.check(f'state: digest{i}', peer_fold.digest(accumulator) == v.__getattr__(f'digest{i}'))
        if i < 4:
            parts.append((v.__getattr__(f'record{i}'), v.__getattr__(f'part{i}')))


def _small(t, rows, n, change, header, leaf, checkpoint, frontier):
    """The short files."""
    v = rows['blob']
    value = unpack(v.value)
    t.check('blob: hash', v.salt + v.content == v.stored and pb.b32k(v.salt, 'blob', v.content) == v.hash)
    t.check('blob: value', value == [len(v.content), 'text/plain', v.hash])
    v = rows['invite']
    pin, secret, host, port = pb.parse_invite(v.text.decode())
    t.check('invite: parts', (pin, secret, f'{host}:{port}'.encode()) == (v.pin, v.secret, v.address))
    t.check('invite: text', pb.write_invite(pin, secret, v.address.decode()).encode() == v.text and pb.invite_id(secret) == v.id)
    t.check('invite: spaces and small letters', pb.parse_invite(' ' + v.text.decode().lower().replace('-', ' '))[1] == secret)
    t.raises('invite: mistyped', 'INVITE_BAD', lambda: pb.parse_invite(v.text.decode()[:-1] + 'A'))
    v = rows['natural']
    keys = [unpack(v.key0), unpack(v.key1)]
    t.check('natural: first', pb.natural_id(n.org, 5, 0, keys) == v.first)
    t.check('natural: second', pb.natural_id(n.org, 5, 1, keys) == v.second)
    v = rows['ratchet']
    for i, number in enumerate((0, 7, 1 << 32)):
        t.check(f'ratchet: ratchet{i}', pb.ratchet_of(n.ratchet_key, n.device, 0xcafe0001, number) == v.__getattr__(f'ratchet{i}'))
    v = rows['redaction']
    salts, bodies = unpack(v.salts), unpack(v.bodies)
    t.check('redaction: salts', v.seed == change.seed and salts == [change.salt0, None, change.salt2])
    t.check('redaction: bodies', bodies == [unpack(change.body0), change.commitment1, unpack(change.body2)])
    found = pb.tree(peer_log.commitments_of(salts, bodies, n.scope, n.device, n.person))
    t.check('redaction: commitments', found == v.commitments == header.commitments)
    v = rows['snapshot']
    made = pack([1, n.ward, n.scope, 1, 6, checkpoint.root, [root for _, root in frontier.parts], 1, v.state, 2, v.content])
    content = pb.b32('snapshot', pb.b32('snapshot', bytes(32), v.part0), v.part1)
    t.check('snapshot: content', content == v.content)
    t.check('snapshot: snapshot', made == v.snapshot)
    t.check('snapshot: signature', pb.sign(n.ward_seed, 'snapshot', v.snapshot) == v.signature)


def _names(t, n):
    for seed, key in (('ward_seed', 'ward_key'), ('new_ward_seed', 'new_ward_key'), ('device_seed', 'device_key'), ('tls_seed', 'tls_key')):
        t.check(f'names: {key}', pb.public_key(n.__getattr__(seed)) == n.__getattr__(key))
    t.check('names: device', pb.device_id(n.device_key) == n.device)


def _file(t, v, n):
    told, messages = peer_file.read_file(v.file, n.ward_seed, n.device_key)
    t.check('file: manifest', told == peer_file.read_manifest(v.manifest) and told['direction'] == 0 and told['answers'] is None)
    t.check('file: its scope', messages == [(3, v.scope)] and peer_file.read_scope(v.scope)[2] == 5)
    made = peer_file.write_file([(28, v.manifest), (3, v.scope)], n.ward_key, n.device_seed, v.drawn, 0)
    t.check('file: written', made == v.file and made[:53] == v.head and v.plain[-64:] == pb.sign(n.device_seed, 'file', n.ward_key + v.chain))
    t.check('file: key', nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(v.file[53:], v.head, bytes(8) + b'\1' + bytes(15), v.key)
            == v.plain)
    answered, rest = peer_file.read_file(v.answer, n.device_seed, n.ward_key)
    t.check('file: answer', answered == peer_file.read_manifest(v.manifest_answer) and answered['answers'] == told['number'] and rest == [])
    long = peer_file.write_file([(28, v.manifest), (4, bytes(200000))], n.ward_key, n.device_seed, v.drawn, 0)
    t.check('file: of several chunks', pb.sha(long) == v.long_sha256
            and peer_file.read_file(long, n.ward_seed, n.device_key)[1] == [(4, bytes(200000))])
    packed = peer_file.write_file([(28, v.manifest), (3, v.scope)], n.ward_key, n.device_seed, v.drawn, 1)
    t.check('file: packed frames', peer_file.read_file(packed, n.ward_seed, n.device_key) == (told, messages))
    t.raises('file: for somebody else', 'FILE_FOREIGN', lambda: peer_file.read_file(v.file, n.device_seed, n.device_key))
    t.raises('file: by somebody else', 'BAD_PROOF', lambda: peer_file.read_file(v.file, n.ward_seed, n.ward_key))
    t.raises('file: cut', 'FILE_DAMAGED', lambda: peer_file.read_file(v.file[:-1], n.ward_seed, n.device_key))


def selftest(t):
    """Looks at every row there is; what nobody looked at counts as a failure."""
    rows = {name[:-4]: Rows(name[:-4]) for name in sorted(os.listdir(FOLDER)) if name.endswith('.hex')}
    n, change, header, leaf = rows['names'], rows['change'], rows['header'], rows['leaf']
    _names(t, n)
    _change(t, change, n)
    _header(t, header, n, change)
    _control(t, rows['control'], n)
    _leaf(t, leaf, n, rows['control'], header, change)
    frontier = _checkpoint(t, rows['checkpoint'], n, leaf)
    _enrol(t, rows['enrol'], n, rows['invite'], rows['ratchet'])
    _frames(t, rows['frames'])
    _columns(t, rows['columns'])
    _hello(t, rows['hello'], n, rows['ratchet'])
    _messages(t, rows['messages'])
    _messages(t, rows['session'])
    _sealed(t, rows['sealed'], n)
    _state(t, rows['state'])
    _file(t, rows['file'], n)
    _small(t, rows, n, change, header, leaf, rows['checkpoint'], frontier)
    for name, v in rows.items():
        left = sorted(set(v.rows) - v.seen)
        t.check(f'{name}: rows that nobody looked at: {left}', not left)
