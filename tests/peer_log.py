"""Changesets, headers, leaves and the log of one scope (docs/protocol.md sections 3 and 4), for tests/peer.py.

A log keeps what came from the ward (leaves, seeds, bodies) and what this device sealed; everything else (streams, roots, state)
follows from that and is computed again by `replay`, which checks every signature, chain and commitment on the way.
"""
import copy
import os

from peer_bytes import (Frontier, PeerError, b32, commitment_of, device_id, inclusion_holds, is_bin, is_uint, leaf_hash, log_leaf_hash, need, pack, salt_of,
                        sign, tree, u32, unpack, verify)
from peer_fold import FOLD_VERSION, State, check_body

SEND_CHANGES, SEND_BYTES = 256, 57344
HEADER_PARTS = ('suite', 'scope', 'device', 'incarnation', 'person', 'first', 'count', 'previous', 'epoch', 'size', 'root',
                'commitments', 'time', 'quality')
PAYLOADS = {1: 7, 2: 2, 3: 3, 4: 3, 5: 3, 6: 2, 7: 7, 8: 3, 9: 3, 10: 8, 11: 9, 12: 1, 13: 2, 14: 3}


def head_of(header, signature):
    """The head of a stream after this header."""
    return b32('head', header, signature)


def read_header(raw):
    """A header as a dictionary; BAD_FRAME if it has another form."""
    row = unpack(raw)
    need(isinstance(row, list) and len(row) == 14, 'BAD_FRAME', 'đầu gói thay đổi sai dạng')
    header = dict(zip(HEADER_PARTS, row))
    need(header['suite'] == 1, 'TOO_NEW', 'bộ mật mã lạ')
    good = (all(is_bin(header[k], 16) for k in ('scope', 'device', 'person')) and all(is_bin(header[k], 32) for k in ('previous', 'root', 'commitments'))
            and is_uint(header['incarnation'], 1 << 32) and is_uint(header['first']) and is_uint(header['count']) and 1 <= header['count'] <= 1024
            and is_uint(header['epoch'], 1 << 32) and is_uint(header['size']) and is_uint(header['time']) and is_uint(header['quality'], 3))
    need(good, 'BAD_FRAME', 'đầu gói thay đổi sai dạng')
    need(header['first'] or header['previous'] == bytes(32), 'BAD_FRAME', 'gói đầu dòng phải có previous bằng không')
    return header


def write_header(**parts):
    """The canonical bytes of a header."""
    return pack([1] + [parts[name] for name in HEADER_PARTS[1:]])


def read_control(raw):
    """A control leaf's content: (ward, scope, kind, policy, time, payload)."""
    row = unpack(raw)
    need(isinstance(row, list) and len(row) >= 6 and is_uint(row[0]), 'BAD_FRAME', 'lá điều khiển sai dạng')
    need(row[0] == 1, 'TOO_NEW', 'bộ mật mã lạ')
    ward, scope, kind, policy, time = row[1:6]
    payload = row[6:]
    need(is_bin(ward, 16) and is_bin(scope, 16) and is_uint(kind) and is_uint(policy) and is_uint(time), 'BAD_FRAME', 'lá điều khiển sai dạng')
    need(len(payload) == PAYLOADS.get(kind, len(payload)), 'BAD_FRAME', 'lá điều khiển sai số phần')
    return ward, scope, kind, policy, time, payload


def spread(verdicts, count):
    """The verdict of each change; BAD_FRAME if the annotation is not written the one way of section 4.3."""
    rows = verdicts if isinstance(verdicts, list) else [verdicts] * count
    need(len(rows) == count and all(is_uint(v) for v in rows), 'BAD_FRAME', 'phán quyết sai dạng')
    need(not isinstance(verdicts, list) or len(set(rows)) > 1, 'BAD_FRAME', 'phán quyết giống nhau phải viết một lần')
    return rows


def salts_of(seed, bodies):
    """The salt of each change, nil where the body is missing."""
    if any(isinstance(body, bytes) for body in bodies):
        need(isinstance(seed, list) and len(seed) == len(bodies), 'BAD_FRAME', 'thiếu thân thì phải có muối của từng thay đổi')
        need(all((salt is None) == isinstance(body, bytes) and (salt is None or is_bin(salt, 16)) for salt, body in zip(seed, bodies)),
             'BAD_FRAME', 'muối không khớp thân')
        return seed
    need(is_bin(seed, 16), 'BAD_FRAME', 'hạt giống sai dạng')
    return [salt_of(seed, i) for i in range(len(bodies))]


def commitments_of(seed, bodies, scope, device, person):
    """The commitment of each change of a changeset, whose bodies are decoded or stand as bin 32."""
    need(isinstance(bodies, list) and 1 <= len(bodies) <= 1024, 'BAD_FRAME', 'gói thay đổi rỗng hoặc quá lớn')
    found = []
    for salt, body in zip(salts_of(seed, bodies), bodies):
        if isinstance(body, bytes):
            need(len(body) == 32, 'BAD_FRAME', 'cam kết sai cỡ')
            found.append(body)
        else:
            check_body(body)
            found.append(commitment_of(salt, scope, device, person, pack(body)))
    return found


class Log:
    """One scope as this device holds it."""

    def __init__(self, scope, ward, ward_key):
        self.scope, self.ward, self.ward_key_first = scope, ward, ward_key
        self.epoch = 0
        self.entries = []      # (leaf, seed or None, bodies or None)
        self.extra = {}        # (leaf index, position) -> (salt, body), from body messages
        self.checkpoint = None  # (size, time, signature, epoch) of the last one that held
        self.own = []          # what this device sealed: dictionaries, see seal()
        self.draft = None      # {'seed', 'bodies'} of the changeset that is being written
        self._clear()

    def _clear(self):
        self.ward_key = self.ward_key_first
        self.frontier, self.roots = Frontier(), [Frontier().root()]
        self.streams = []      # [device, incarnation] in the order of their first leaf
        self.heads = {}        # (device, incarnation) -> (next, head)
        self.devices = {}      # device -> (key, person)
        self.revoked = set()
        self.people, self.grants, self.info = {}, [], None
        self.at = {}           # (device, incarnation, first) -> leaf index
        self.changes = {}      # leaf index -> [(version, body or None, verdict)]
        self.state = State()
        self.given_back = False  # the ward's log has left this one (section 8.6): `seen` goes in full
        self.odd = []          # remarks: what is strange and no error

    def __getstate__(self):
        return {k: v for k, v in self.__dict__.items() if k in
                ('scope', 'ward', 'ward_key_first', 'epoch', 'entries', 'extra', 'checkpoint', 'own', 'draft')}

    def __setstate__(self, kept):
        self.__dict__.update(kept)
        self.replay()

    def replay(self):
        """Computes everything again from the leaves."""
        entries, self.entries = self.entries, []
        self._clear()
        for leaf, seed, bodies in entries:
            self.take(leaf, seed, bodies)

    def truncate(self, size):
        """Forgets the leaves beyond size."""
        del self.entries[size:]
        self.extra = {at: found for at, found in self.extra.items() if at[0] < size}
        self.replay()

    @property
    def size(self):
        """How many leaves the log has."""
        return len(self.entries)

    @property
    def root(self):
        """The root over all leaves."""
        return self.roots[-1]

    # Leaves

    def take(self, leaf, seed=None, bodies=None):
        """Appends one leaf after every check there is."""
        row = unpack(leaf)
        need(isinstance(row, list) and row and row[0] in (1, 2), 'BAD_FRAME', 'lá sai dạng')
        if row[0] == 2:
            need(len(row) == 3 and is_bin(row[1]) and is_bin(row[2], 64), 'BAD_FRAME', 'lá điều khiển sai dạng')
            self._control(row[1], row[2])
        else:
            need(len(row) == 6 and is_bin(row[1]) and is_bin(row[2], 64), 'BAD_FRAME', 'lá sai dạng')
            need(is_uint(row[3]) and is_uint(row[4]), 'BAD_FRAME', 'lá sai dạng')
            self._changeset(row[1], row[2], row[5], seed, bodies)
        self.entries.append((leaf, seed, bodies))
        self.frontier.add(log_leaf_hash(leaf))
        self.roots.append(self.frontier.root())

    def _control(self, raw, signature):
        ward, scope, kind, _, _, payload = read_control(raw)
        need(verify(self.ward_key, 'control', raw, signature), 'BAD_PROOF', 'chữ ký của phường trên lá điều khiển sai')
        need(ward == self.ward and scope == self.scope, 'BAD_PROOF', 'lá điều khiển của nhật ký khác')
        need(self.size or kind == 1, 'BAD_PROOF', 'lá đầu của nhật ký phải là lá phạm vi')
        if kind == 1:
            need(payload[6] == self.ward_key, 'BAD_PROOF', 'khóa của phường trong lá phạm vi khác khóa đã biết')
            self.info = dict(zip(('organisation', 'class', 'code', 'name', 'type', 'parent'), payload))
        elif kind == 2:
            self.people[payload[0]] = payload[1]
        elif kind == 3:
            need(device_id(payload[1]) == payload[0], 'BAD_PROOF', 'mã thiết bị không khớp khóa')
            self.devices[payload[0]] = (payload[1], payload[2])
        elif kind in (4, 5):
            self.grants.append((kind, payload))
        elif kind == 6:
            self.revoked.add(payload[0])
        elif kind == 7:
            self._verdict(*payload)
        elif kind == 11:
            self._mirror(*payload)
        elif kind == 14 and self.state.fold_version >= 2:
            self.state.raise_record(payload[0], payload[1])
        elif kind == 12:
            need(payload[0] <= FOLD_VERSION, 'TOO_NEW', f'phép gộp {payload[0]} chưa biết')
            self.state.fold_version = max(self.state.fold_version, payload[0])
        elif kind == 13:
            need(verify(payload[0], 'control', pack([self.ward, self.ward_key, payload[0]]), payload[1]), 'BAD_PROOF', 'khóa mới của phường không tự ký')
            self.ward_key = payload[0]

    def _verdict(self, device, incarnation, first, position, verdict, _text, _by):
        index = self.at.get((device, incarnation, first))
        if index is None or position >= len(self.changes[index]):
            self.odd.append(f'lá {self.size}: phán quyết về một gói không có')
            return
        if verdict & 3 == 0:
            version, body, _ = self.changes[index][position]
            if body is None and (index, position) in self.extra:
                body = self.extra[index, position][1]
            self._fold(index, position, version, body, verdict >> 2 & 1)

    def _mirror(self, _signed_for, _index, raw, signature, position, path, salt, body, verdict):
        """A change of another log with its proof (section 4.7)."""
        header = read_header(raw)
        device = header['device']
        need(device in self.devices and verify(self.devices[device][0], 'header', raw, signature), 'BAD_PROOF', 'chữ ký của thay đổi chuyển đến sai')
        change = unpack(body)
        check_body(change)
        found = commitment_of(salt, header['scope'], device, header['person'], body)
        need(inclusion_holds(leaf_hash(found), position, header['count'], path, header['commitments']), 'BAD_PROOF', 'thay đổi chuyển đến không có trong gói của nó')
        if verdict & 3 == 0 and self.state.fold_version >= 2:
            self.state.fold(change, found[:8], verdict >> 2 & 1, self.size, 0)

    def _fold(self, index, position, version, body, owns):
        if body is None:
            self.odd.append(f'lá {index}: thay đổi {position} được nhận mà không có thân')
        else:
            self.state.fold(body, version, owns, index, position)

    def _changeset(self, raw, signature, verdicts, seed, bodies):
        header = read_header(raw)
        device, incarnation = header['device'], header['incarnation']
        need(header['scope'] == self.scope, 'BAD_CHAIN', 'gói thay đổi của phạm vi khác')
        need(device in self.devices, 'BAD_SIGNATURE', 'gói thay đổi của thiết bị không quen')
        need(verify(self.devices[device][0], 'header', raw, signature), 'BAD_SIGNATURE', 'chữ ký của gói thay đổi sai')
        following, head = self.heads.get((device, incarnation), (0, bytes(32)))
        need(header['first'] == following and header['previous'] == head, 'BAD_CHAIN', 'gói thay đổi không nối tiếp dòng của nó')
        commitments = commitments_of(seed, bodies, self.scope, device, header['person'])
        need(len(commitments) == header['count'] and tree(commitments) == header['commitments'], 'BAD_PROOF', 'cam kết không khớp thân thay đổi')
        verdicts = spread(verdicts, header['count'])
        if header['epoch'] == self.epoch and (header['size'] > self.size or self.roots[header['size']] != header['root']):
            self.odd.append(f'lá {self.size}: tác giả đã thấy một nhật ký khác')
        if device in self.revoked and any(verdict & 3 == 0 for verdict in verdicts):
            raise PeerError('REVOKED', 'thiết bị đã bị thu hồi mà thay đổi vẫn được nhận')
        index = self.size
        if (device, incarnation) not in self.heads:
            self.streams.append((device, incarnation))
        self.heads[device, incarnation] = (header['first'] + header['count'], head_of(raw, signature))
        self.at[device, incarnation, header['first']] = index
        self.changes[index] = []
        for position, (commitment, body, verdict) in enumerate(zip(commitments, bodies, verdicts)):
            body = None if isinstance(body, bytes) else body
            self.changes[index].append((commitment[:8], body, verdict))
            if verdict & 3 == 0:
                self._fold(index, position, commitment[:8], body, verdict >> 2 & 1)

    # Messages of the ward (section 7.3)

    def take_leaf(self, message):
        """A leaf message: rebuilds the header and appends the leaf."""
        origin, first, person, seen, time, quality, seed, signature, bodies, accepted, policy, verdicts = message
        if is_uint(origin):
            need(origin < len(self.streams), 'BAD_CHAIN', 'dòng số này chưa có')
            device, incarnation = self.streams[origin]
        else:
            device, incarnation = origin
            need((device, incarnation) not in self.heads, 'BAD_FRAME', 'dòng đã có số phải gọi bằng số')
        need(device in self.devices, 'BAD_SIGNATURE', 'gói thay đổi của thiết bị không quen')
        header = self.rebuild(device, incarnation, first, person, seen, time, quality, seed, bodies)
        self.take(pack([1, header, signature, accepted, policy, verdicts]), seed, bodies)

    def rebuild(self, device, incarnation, first, person, seen, time, quality, seed, bodies):
        """The header that a changeset or leaf message leaves out."""
        if person is None:
            person = self.devices[device][1]
        if is_uint(seen):
            need(seen < len(self.roots), 'BAD_FRAME', 'seen lớn hơn nhật ký')
            seen = [self.epoch, seen, self.roots[seen]]
        commitments = commitments_of(seed, bodies, self.scope, device, person)
        previous = self.heads.get((device, incarnation), (0, bytes(32)))[1]
        return write_header(scope=self.scope, device=device, incarnation=incarnation, person=person, first=first, count=len(bodies),
                            previous=previous, epoch=seen[0], size=seen[1], root=seen[2], commitments=tree(commitments), time=time, quality=quality)

    def lost_leaf(self, index):
        """(message name, body) of a leaf as it goes back to a ward that lost it (section 8.6): nothing else is needed to read it."""
        row = unpack(self.entries[index][0])
        if row[0] == 2:
            return 'control', row[1:]
        _, seed, bodies = self.entries[index]
        h = read_header(row[1])
        return 'leaf', [[h['device'], h['incarnation'], h['previous']], h['first'], h['person'], [h['epoch'], h['size'], h['root']], h['time'], h['quality'], seed,
                        row[2], bodies, *row[3:]]

    def holds(self, sealed, device, person):
        """Whether every change of a changeset of this device is here with its body."""
        here = {version for index in self.changes for version, body, _ in self.changes[index] if body is not None}
        return all(commitment[:8] in here for commitment in commitments_of(sealed['seed'], sealed['bodies'], self.scope, device, person))

    def take_own(self, message):
        """An own message: the leaf of a changeset that this device sealed."""
        first, accepted, policy, verdicts = message
        for sealed in self.own:
            if sealed['first'] == first:
                self.take(pack([1, sealed['header'], sealed['signature'], accepted, policy, verdicts]), sealed['seed'], sealed['bodies'])
                return
        raise PeerError('BAD_ORDER', 'phường nhận một gói mà thiết bị này không gửi')

    def take_body(self, message):
        """A body message: the body of a change that this device was not given, for the verdict leaf that follows."""
        index, position, salt, body = message
        need(index in self.changes and position < len(self.changes[index]), 'BAD_ORDER', 'thân của một thay đổi không có')
        header = read_header(unpack(self.entries[index][0])[1])
        check_body(body)
        found = commitment_of(salt, self.scope, header['device'], header['person'], pack(body))
        need(found[:8] == self.changes[index][position][0] and self.entries[index][2][position] == found, 'BAD_PROOF', 'thân không khớp cam kết')
        self.extra[index, position] = (salt, body)

    def take_checkpoint(self, message):
        """A checkpoint message over the leaves so far."""
        size, time, signature = message
        need(size == self.size, 'BAD_PROOF', f'điểm chốt nói {size} lá, nhật ký có {self.size}')
        raw = pack([1, self.ward, self.scope, self.epoch, size, self.root, time])
        need(verify(self.ward_key, 'checkpoint', raw, signature), 'BAD_PROOF', 'chữ ký của điểm chốt sai')
        self.checkpoint = (size, time, signature, self.epoch)

    # What this device writes

    def pending(self, device, incarnation):
        """The sealed changesets that are not in the log yet."""
        following = self.heads.get((device, incarnation), (0, None))[0]
        return [sealed for sealed in self.own if sealed['first'] >= following]

    def view(self, device, incarnation, person):
        """The state with this device's own waiting changes folded in, for the bases of further ones."""
        state = copy.deepcopy(self.state)
        waiting = [(s['seed'], s['bodies']) for s in self.pending(device, incarnation)]
        if self.draft:
            waiting.append((self.draft['seed'], self.draft['bodies']))
        for seed, bodies in waiting:
            for position, commitment in enumerate(commitments_of(seed, bodies, self.scope, device, person)):
                state.fold(bodies[position], commitment[:8], 1, 0xffffffff, position)
        return state

    def add(self, body, signer, now):
        """Puts a change into the draft; a full draft is sealed first."""
        check_body(body)
        if self.draft:
            held = self.draft['bodies']
            if len(held) >= SEND_CHANGES or sum(len(pack(b)) for b in held) + len(pack(body)) > SEND_BYTES:
                self.seal(signer, now)
        if not self.draft:
            self.draft = {'seed': os.urandom(16), 'bodies': []}
        self.draft['bodies'].append(body)

    def seal(self, signer, now, quality=0):
        """Seals the draft; signer has device, incarnation, person and the seed of the signing key."""
        if not self.draft:
            return None
        seed, bodies = self.draft['seed'], self.draft['bodies']
        if self.own:
            first, previous = self.own[-1]['first'] + len(self.own[-1]['bodies']), head_of(self.own[-1]['header'], self.own[-1]['signature'])
        else:
            first, previous = 0, bytes(32)
        commitments = commitments_of(seed, bodies, self.scope, signer['device'], signer['person'])
        header = write_header(scope=self.scope, device=signer['device'], incarnation=signer['incarnation'], person=signer['person'],
                              first=first, count=len(bodies), previous=previous, epoch=self.epoch, size=self.size, root=self.root,
                              commitments=tree(commitments), time=now, quality=quality)
        sealed = {'first': first, 'header': header, 'signature': sign(signer['sign_seed'], 'header', header), 'seed': seed, 'bodies': bodies}
        self.own.append(sealed)
        self.draft = None
        return sealed

    def upload(self, sealed):
        """The changeset message of a sealed changeset, in canonical bytes."""
        header = read_header(sealed['header'])
        person = header['person']
        if self.devices.get(header['device'], (None, None))[1] == person:
            person = None
        seen = [header['epoch'], header['size'], header['root']]
        if not self.given_back and header['epoch'] == self.epoch and header['size'] <= self.size and self.roots[header['size']] == header['root']:
            seen = header['size']
        return pack([header['first'], person, seen, header['time'], header['quality'], sealed['seed'], sealed['signature'], sealed['bodies']])


def read_hello_state(logs):
    """(for logs, for states) what the two digests of section 7.1 run over, for the logs that hold something."""
    held = sorted((log for log in logs if log.size), key=lambda log: log.scope)
    one = b''.join(log.scope + u32(log.epoch) + log.size.to_bytes(8, 'big') + log.root for log in held)
    two = b''.join(log.scope + bytes([log.state.fold_version]) + log.state.hash() for log in held)
    return one, two
