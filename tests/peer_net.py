"""TLS, enrolment and sync sessions of a device (docs/protocol.md sections 7 to 9), for tests/peer.py."""
import json
import os
import pickle
import select
import socket
import time

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from OpenSSL import SSL, crypto

from peer_bytes import (ERRORS, NUMBERS, PeerError, b16k, b32k, device_id, invite_id, need, pack, parse_invite, public_key, sha, sign, u32)
from peer_frame import FrameReader, FrameWriter
from peer_log import Log, head_of, read_header, read_hello_state
from peer_message import NAMES, TYPES, read_message

PATIENCE = 60.0


class Cut(Exception):
    """The byte stream ended before the session did."""


# The device's store

class Store:
    """What a device keeps: one file, written anew and renamed."""

    def __init__(self, path):
        self.path = path
        self.logs = {}
        self.confirmed = {}   # scope -> (epoch, size) of the last close
        self.cut = False
        self.next_incarnation = None  # while a renewal waits for its answer
        self.packing = 0      # the newest that the ward knows, by the last close

    @staticmethod
    def load(path):
        """The store in a file."""
        with open(path, 'rb') as file:
            store = pickle.load(file)
        store.path = path
        return store

    def save(self):
        """Writes the store durably."""
        with open(self.path + '.new', 'wb') as file:
            pickle.dump(self, file)
            file.flush()
            os.fsync(file.fileno())
        os.rename(self.path + '.new', self.path)

    def signer(self):
        """What sealing needs."""
        return {'device': self.device, 'incarnation': self.incarnation, 'person': self.person, 'sign_seed': self.sign_seed}

    def log_of(self, code=None, access=1):
        """The log of an organisation (by code; own organisation if none) and an access class."""
        for log in self.logs.values():
            if log.info and log.info['class'] == access and (log.info['code'] == code if code else log.info['organisation'] == self.organisation):
                return log
        raise PeerError('NOT_READABLE', 'thiết bị này không giữ nhật ký đó')


# TLS

def tls_pem(seed):
    """The PEM of an Ed25519 private key."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def pin_of(certificate):
    """The pin of a server's certificate."""
    return sha(crypto.dump_publickey(crypto.FILETYPE_ASN1, certificate.get_pubkey()))[:16]


class Wire:
    """Messages over one TLS connection; reads while it writes. `transform` is that of what it sends, `limit` cuts after so many bytes sent."""

    def __init__(self, host, port, pin, tls_seed=None, certificate=None, transform=1, limit=None):
        context = SSL.Context(SSL.TLS_METHOD)
        context.set_min_proto_version(SSL.TLS1_3_VERSION)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)   # the pin decides, below
        if certificate:
            context.use_privatekey(crypto.load_privatekey(crypto.FILETYPE_PEM, tls_pem(tls_seed)))
            context.use_certificate(crypto.load_certificate(crypto.FILETYPE_ASN1, certificate))
        self.socket = socket.create_connection((host, port), PATIENCE)
        self.socket.setblocking(False)
        self.conn = SSL.Connection(context, self.socket)
        self.conn.set_connect_state()
        self.sent = self.received = 0
        self.writer, self.reader = FrameWriter(transform), FrameReader()
        self.inbox, self.ended, self.limit = [], False, limit
        try:
            self._until(self.conn.do_handshake)
        except Cut as error:
            self.close()
            raise Cut(f'bắt tay TLS hỏng: {error}') from error
        if pin_of(self.conn.get_peer_certificate()) != pin:
            self.close()
            raise PeerError('BAD_PROOF', 'khóa của máy chủ không khớp thư mời')
        self.binding = self.conn.export_keying_material(b'EXPORTER-chibo1', 32)

    def _until(self, action):
        """Repeats a TLS action until it is done."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return action()
            except SSL.WantReadError:
                ready = select.select([self.socket], [], [], max(0, until - time.monotonic()))
            except SSL.WantWriteError:
                ready = select.select([], [self.socket], [], max(0, until - time.monotonic()))
            except (SSL.Error, OSError) as error:
                raise Cut(str(error) or type(error).__name__) from error
            if not any(ready):
                raise PeerError('TIMEOUT', 'máy chủ không trả lời kịp')

    def _drain(self, wait):
        """Reads what has come, waiting for at most so long for the first byte."""
        while not self.ended:
            try:
                raw = self.conn.recv(65536)
            except SSL.WantReadError:
                if not wait or not select.select([self.socket], [], [], wait)[0]:
                    return
                wait = 0
                continue
            except SSL.ZeroReturnError:
                self.ended = True
                return
            except (SSL.Error, OSError):
                self.ended = True
                return
            self.received += len(raw)
            wait = 0
            self.inbox.extend(self.reader.feed(raw))

    def send(self, frame):
        """Sends one frame; what comes in meanwhile waits in the inbox. Sends a part and cuts if the limit is reached."""
        if self.limit is not None and self.sent + len(frame) > self.limit:
            frame, stop = frame[:max(0, self.limit - self.sent)], True
        else:
            stop = False
        at = 0
        while at < len(frame):
            try:
                done = self.conn.send(frame[at:at + 16384])
                at += done
                self.sent += done
            except (SSL.WantReadError, SSL.WantWriteError):
                select.select([self.socket], [self.socket], [], 0.2)
            except (SSL.Error, OSError) as error:
                self._drain(0.2)
                if self.inbox:
                    return
                raise Cut(str(error) or 'đứt khi đang gửi') from error
            self._drain(0)
        if stop:
            self.abort()
            raise Cut('cắt theo lệnh thử')

    def say(self, name, body, last=False):
        """Sends one message."""
        for frame in self.writer.message(TYPES[name], pack(body), last):
            self.send(frame)

    def hear(self):
        """(name, body, LAST) of the next message; raises the error that the ward sends, and Cut at the end of the stream."""
        until = time.monotonic() + PATIENCE
        while not self.inbox:
            if self.ended:
                raise Cut('máy chủ đóng đường truyền giữa chừng')
            if time.monotonic() > until:
                raise PeerError('TIMEOUT', 'máy chủ không trả lời kịp')
            self._drain(1.0)
        kind, raw, last = self.inbox.pop(0)
        name = NAMES.get(kind)
        need(name, 'BAD_ORDER', f'bản tin loại {kind} chưa biết')
        body = read_message(name, raw)
        if name == 'error':
            raise PeerError(ERRORS.get(body[0], f'lỗi {body[0]}'), body[1], remote=True)
        return name, body, last

    def refuse(self, error):
        """Tells the ward why this side ends the session."""
        try:
            self.say('error', [NUMBERS.get(error.name, 1), error.text.encode()[:160].decode(errors='ignore')], True)
        except (Cut, PeerError):
            pass

    def abort(self):
        """Ends the stream without a word."""
        self.socket.close()

    def close(self):
        """Ends the stream in order."""
        try:
            self.conn.shutdown()
        except (SSL.Error, OSError):
            pass
        self.socket.close()


# Enrolment

def enrol(path, invite, seeds=None):
    """Enrols a new device (or, with seeds, the same once more) and writes its store."""
    pin, secret, host, port = parse_invite(invite)
    tls_seed, sign_seed, incarnation = seeds or (os.urandom(32), os.urandom(32), int.from_bytes(os.urandom(4), 'big'))
    wire = Wire(host, port, pin)
    try:
        tls_key, sign_key, who = public_key(tls_seed), public_key(sign_seed), invite_id(secret)
        m = wire.binding + who + tls_key + sign_key + u32(incarnation)
        wire.say('enrol', [1, who, tls_key, sign_key, incarnation, b32k(secret, 'enrol', m), sign(tls_seed, 'enrol', m), sign(sign_seed, 'enrol', m)], True)
        name, body, _ = wire.hear()
        need(name == 'enrolled', 'BAD_ORDER', f'chờ enrolled mà nhận {name}')
    finally:
        wire.close()
    store = Store(path)
    store.tls_seed, store.sign_seed, store.incarnation, store.pin, store.host, store.port = tls_seed, sign_seed, incarnation, pin, host, port
    store.certificate, store.device, store.person, store.organisation, store.ward, store.ward_key, store.ratchet, _ = body
    store.n = 0
    need(store.device == device_id(sign_key), 'BAD_PROOF', 'phường đặt sai mã thiết bị')
    certified = x509.load_der_x509_certificate(store.certificate).public_key()
    raw = certified.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    need(raw == tls_key, 'BAD_PROOF', 'chứng chỉ không phải của khóa này')
    store.save()
    return store


# A session

class Session:
    """One session of a device with its ward."""

    def __init__(self, store, transform=1, mode=None, limit=None):
        self.store, self.mode = store, int(store.cut) if mode is None else mode
        self.counts = {'up': 0, 'leaf': 0, 'own': 0, 'control': 0, 'batches': 0}
        self.flags = 0
        self.open = None        # scope -> size at the begin of the batch that is open
        for log in store.logs.values():
            if log.draft:
                log.seal(store.signer(), int(time.time()))
        store.save()
        self.knows = 2 if transform > 3 else 1 if transform > 1 else 0  # the packing it says it knows; what it sends depends on what the ward has said
        self.wire = Wire(store.host, store.port, store.pin, store.tls_seed, store.certificate, min(transform, (1, 3, 4)[min(store.packing, 2)]), limit)

    def hello(self):
        """The hello's body."""
        store = self.store
        one, two = read_hello_state(store.logs.values())
        moved = [[log.scope, log.epoch, log.size] for scope, log in sorted(store.logs.items())
                 if log.size and store.confirmed.get(scope) != (log.epoch, log.size)]
        return [1, self.mode + 4 * self.knows, store.incarnation, store.n, store.ratchet, b16k(self.wire.binding, 'hello', one),
                b16k(self.wire.binding, 'hello-state', two)[:8], moved]

    def _waiting(self):
        store = self.store
        return [(log, log.pending(store.device, store.incarnation)) for _, log in sorted(store.logs.items())]

    def _wanted(self, resume):
        """What the ward's resume asks for: (log, changesets, offset in the first); COPY or ROLLED_BACK if its streams are not ours."""
        found, asked = [], {row[0]: row[1:] for row in resume}
        for scope, log in sorted(self.store.logs.items()):
            following, head, offset = asked.get(scope, (0, bytes(32), 0))
            at, mine = 0, bytes(32)
            for sealed in log.own:
                if sealed['first'] < following:
                    at, mine = sealed['first'] + len(sealed['bodies']), head_of(sealed['header'], sealed['signature'])
            need(at == following and mine == head, 'COPY', 'phường giữ một dòng khác dưới tên thiết bị này')
            held = log.heads.get((self.store.device, self.store.incarnation), (0, None))[0]
            need(following >= held, 'ROLLED_BACK', 'phường giữ ít hơn điều đã xác nhận')
            found.append((log, [s for s in log.own if s['first'] >= following], offset))
        return found

    def _flight(self, wanted):
        """Sends changesets; the last frame has LAST. Stops at once when the ward asks. Tells whether it ended."""
        frames = []
        for log, waiting, offset in wanted:
            if waiting:
                frames.append(('scope', pack([log.scope, log.epoch, log.size])))
            for sealed in waiting:
                frames.append(('changeset', log.upload(sealed)[offset:]))
                offset = 0
        if not frames:
            frames = [('end', pack([]))]
        for i, (name, plain) in enumerate(frames):
            if any(NAMES.get(kind) in ('ask', 'error') for kind, _, _ in self.wire.inbox):
                return False   # between two messages, so that none stays open
            for frame in self.wire.writer.message(TYPES[name], plain, i + 1 == len(frames)):
                self.wire.send(frame)
            self.counts['up'] += name == 'changeset'
        return True

    def run(self):
        """Runs the session to its close; raises Cut or PeerError else. What was made durable stays in the store."""
        store, wire = self.store, self.wire
        store.cut = True
        store.save()
        try:
            waiting = [(log, pending, 0) for log, pending in self._waiting()]
            self.waiting = {log.scope: pending for log, pending, _ in waiting}  # numbers mean another store's work once leaves have come
            busy = self.mode == 0 and any(pending for _, pending, _ in waiting)
            wire.say('hello', self.hello(), not busy and self.mode != 2)
            if self.mode == 2:
                wire.say('renew', [self._new_incarnation(), self._held()], True)
            if busy:
                self._flight(waiting)
            self._listen()
        except PeerError as error:
            self._undo()
            if not error.remote:
                wire.refuse(error)
            wire.close()
            store.save()
            raise
        except Cut:
            self._undo()
            wire.abort()
            store.save()
            raise
        wire.close()
        return self.flags

    def _held(self):
        return [[log.scope, log.epoch, log.size, log.root] for _, log in sorted(self.store.logs.items()) if log.size]

    def _give_back(self, recalled):
        """Lost flights (section 8.6): for each scope the newest checkpoint and the leaves from the largest common size on."""
        rows = []
        for scope, _, _, points in recalled:
            log = self.store.logs[scope]
            common = max([n for n, root in zip(points[::2], points[1::2]) if n <= log.size and log.roots[n] == root], default=0)
            size, when, signature, epoch = log.checkpoint
            log.given_back = True
            rows.append(('lost', [scope, epoch, size, when, signature, common]))
            rows += [log.lost_leaf(index) for index in range(common, size)]
            self.counts['given'] = self.counts.get('given', 0) + size - common
        for i, (name, body) in enumerate(rows):
            self.wire.say(name, body, i + 1 == len(rows))

    def _new_incarnation(self):
        """Durable before it is said, the same after a cut (section 8.7)."""
        if self.store.next_incarnation is None:
            self.store.next_incarnation = int.from_bytes(os.urandom(4), 'big')
            self.store.save()
        return self.store.next_incarnation

    def _renewed(self):
        """The close of a renewal came: what waits is signed anew, in order from 0, unless the log holds it all."""
        store = self.store
        store.incarnation, store.next_incarnation = store.next_incarnation, None
        for log in [log for log in store.logs.values() if log.scope in self.waiting]:
            log.own = []
            for sealed in self.waiting[log.scope]:
                if not log.holds(sealed, store.device, store.person):
                    log.draft = {'seed': sealed['seed'], 'bodies': sealed['bodies']}
                    log.seal(store.signer(), int(time.time()))

    def _undo(self):
        """Forgets the batch that has no checkpoint."""
        if self.open:
            log, size = self.open
            log.truncate(size)
            self.open = None

    def _listen(self):
        store, log, asked = self.store, None, False
        while True:
            name, body, last = self.wire.hear()
            if name == 'ask':
                need(not asked and last, 'BAD_ORDER', 'phường hỏi hai lần')
                asked = True
                self.wire.say('sizes', self._held(), True)
            elif name == 'recall':
                need(last and asked, 'BAD_ORDER', 'phường gọi lại không đúng lượt')
                self._give_back(body)
            elif name == 'resume':
                need(last and (asked or self.mode == 1), 'BAD_ORDER', 'resume không đúng lượt')
                self._flight(self._wanted(body))
            elif name == 'scope':
                need(self.open is None, 'BAD_ORDER', 'phạm vi mới trước điểm chốt')
                log = self._scope(*body)
            elif name in ('leaf', 'own', 'control', 'body', 'checkpoint'):
                need(log is not None, 'BAD_ORDER', 'lá đến trước tin phạm vi')
                self._take(log, name, body)
            elif name == 'drop':
                need(self.open is None, 'BAD_ORDER', 'drop giữa chừng một lô')
                gone = store.logs.get(body[0])
                if len(body) == 4 and gone is not None and not any(sealed['first'] >= body[1] for sealed in gone.own):
                    store.logs.pop(body[0], None)
                    store.confirmed.pop(body[0], None)
            elif name == 'close':
                need(last and self.open is None, 'BAD_ORDER', 'close giữa chừng một lô')
                need(body[0] == (1 if self.mode == 2 else store.n + 1), 'BAD_PROOF', 'bánh cóc không tiến một nấc')
                if self.mode == 2:
                    self._renewed()
                store.n, store.ratchet, self.flags, store.packing = body[0], body[1], body[3] & 15, body[3] >> 4
                store.confirmed = {item.scope: (item.epoch, item.size) for item in store.logs.values() if item.size}
                store.cut = False
                store.save()
                return
            else:
                raise PeerError('BAD_ORDER', f'bản tin {name} không đúng lượt')

    def _scope(self, scope, epoch, index):
        """The ward's scope message: leaves from index on follow."""
        store = self.store
        log = store.logs.get(scope)
        if log is None:
            need(index == 0, 'BAD_ORDER', 'phạm vi mới phải bắt đầu từ lá 0')
            log = store.logs[scope] = Log(scope, store.ward, store.ward_key)
        if epoch != log.epoch:
            need(epoch > log.epoch, 'ROLLED_BACK', 'phường trở lại một kỳ cũ')
            if log.size > index:
                log.truncate(index)
            log.epoch = epoch
        need(index == log.size, 'BAD_ORDER', f'lá {index} không nối tiếp {log.size} lá đang giữ')
        return log

    def _take(self, log, name, body):
        if self.open is None:
            self.open = (log, log.size)
        if name == 'checkpoint':
            log.take_checkpoint(body)
            self.open = None
            self.counts['batches'] += 1
            self.store.save()
            return
        if name == 'leaf':
            log.take_leaf(body)
        elif name == 'own':
            log.take_own(body)
        elif name == 'control':
            log.take(pack([2, body[0], body[1]]))
        else:
            log.take_body(body)
        if name != 'body':
            self.counts[name] += 1

    def report(self):
        """What happened, for a JSON line."""
        wire = self.wire
        return {**self.counts, 'sent': wire.sent, 'received': wire.received, 'packed': [wire.writer.counts[1], wire.reader.counts[1]],
                'forms': [list(wire.writer.counts), list(wire.reader.counts)], 'plain': [wire.writer.counts[0], wire.reader.counts[0]], 'n': self.store.n, 'flags': self.flags,
                'scopes': {scope.hex(): {'epoch': log.epoch, 'size': log.size, 'root': log.root.hex(), 'state': log.state.hash().hex(),
                                         'waiting': len(log.pending(self.store.device, self.store.incarnation)), 'odd': log.odd}
                           for scope, log in sorted(self.store.logs.items())}}


def sync(store, **options):
    """One session; gives its report."""
    session = Session(store, **options)
    session.run()
    return session.report()


def as_json(value):
    """JSON on one line, with bytes in hex."""
    return json.dumps(value, ensure_ascii=False, default=lambda raw: raw.hex())


def own_leaves(store):
    """(changeset header, verdicts per change) of this device's changes in the logs."""
    for log in store.logs.values():
        for (device, incarnation, first), index in sorted(log.at.items()):
            if device == store.device and incarnation == store.incarnation:
                yield log, first, [verdict for _, _, verdict in log.changes[index]]


def header_of(sealed):
    """The header of a sealed changeset as a dictionary."""
    return read_header(sealed['header'])
