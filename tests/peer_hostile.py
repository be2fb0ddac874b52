"""What a device must not do, and what it may do that is rare; for tests/peer_test.py."""
import os
import random
import time

import peer
from peer_bytes import NUMBERS, PeerError, pack, sign, tree
from peer_fold import check_body
from peer_log import commitments_of, write_header
from peer_message import TYPES
from peer_net import Session, sync


class Odd(Session):
    """A session with one thing changed: `hello_row` changes the hello, `flight` replaces what follows it."""

    def __init__(self, store, hello_row=None, flight=None):
        self.hello_row, self.odd_flight = hello_row, flight
        super().__init__(store)

    def hello(self):
        row = super().hello()
        return self.hello_row(row) if self.hello_row else row

    def run(self):
        if self.odd_flight is None:
            return super().run()
        self.wire.say('hello', self.hello())
        for i, (name, raw) in enumerate(self.odd_flight):
            for frame in self.wire.writer.message(TYPES[name], raw, i + 1 == len(self.odd_flight)):
                self.wire.send(frame)
        try:
            while True:
                name, body, _ = self.wire.hear()
                if name == 'close':
                    return body
        finally:
            self.wire.close()


def put(row, at, value):
    """The row with one element changed."""
    return row[:at] + [value] + row[at + 1:]


def hand_made(store, bodies, **changed):
    """A changeset message that this device signs, with parts of its header changed: (message, header, signature)."""
    log = store.log_of()
    following, head = log.heads.get((store.device, store.incarnation), (0, bytes(32)))
    seed = os.urandom(16)
    parts = {'scope': log.scope, 'device': store.device, 'incarnation': store.incarnation, 'person': store.person, 'first': following,
             'count': len(bodies), 'previous': head, 'epoch': log.epoch, 'size': log.size, 'root': log.root, 'time': int(time.time()), 'quality': 0}
    parts.update(changed)
    parts['commitments'] = tree(commitments_of(seed, bodies, parts['scope'], store.device, parts['person']))
    header = write_header(**parts)
    signature = sign(store.sign_seed, 'header', header)
    return [parts['first'], parts['person'], [parts['epoch'], parts['size'], parts['root']], parts['time'], parts['quality'], seed, signature, bodies]


def refused(t, store):
    """Each of these must end in an error that the ward names, and leave nothing behind."""
    log = store.log_of()
    body = [os.urandom(16), 700, 1, 12, None, 'Thử']
    scope = ('scope', pack([log.scope, log.epoch, log.size]))

    log.add(body, store.signer(), int(time.time()))
    sealed = log.seal({**store.signer(), 'person': bytes(16)}, int(time.time()))
    sync(store)
    found = log.changes[log.at[store.device, store.incarnation, sealed['first']]][0][2]
    t.check(f'hostile: somebody else\'s person: verdict {found}', found == NUMBERS['NOT_ALLOWED'] * 8 + 2)

    def flight(what, names, *messages):
        size = log.size
        try:
            Odd(store, flight=list(messages)).run()
            t.check(f'hostile: {what}: nothing was refused', False)
        except PeerError as error:
            t.check(f'hostile: {what}: {error}', error.remote and error.name in names)
        store.cut = True
        sync(store)
        t.check(f'hostile: {what}: the ward goes on', log.size == size)

    def changeset(raw):
        return ('changeset', pack(raw))

    good = hand_made(store, [body])
    flight('a gap in the stream', ('BAD_CHAIN',), scope, changeset(hand_made(store, [body], first=good[0] + 5)))
    flight('a previous head that is not', ('BAD_SIGNATURE', 'BAD_CHAIN'), scope, changeset(hand_made(store, [body], previous=bytes(32))))
    flight('a body changed on the way', ('BAD_SIGNATURE',), scope, changeset(put(good, 7, [put(body, 5, 'Khác')])))
    flight('another changeset at an old number', ('COPY',), scope, changeset(hand_made(store, [body], first=0, previous=bytes(32))))
    flight('a scope that nobody has', ('NOT_READABLE',), ('scope', pack([bytes(16), 0, 0])), changeset(good))
    flight('a changeset before its scope', ('BAD_ORDER', 'BAD_FRAME'), changeset(good))
    flight('a leaf from a device', ('BAD_ORDER', 'BAD_FRAME'), scope, ('leaf', pack([0])))
    flight('no bodies', ('BAD_FRAME',), scope, changeset(put(good, 7, [])))
    flight('a length that is not the shortest', ('BAD_FRAME',), scope, ('changeset', pack(good).replace(b'\xa5Th\xe1\xbb\xad', b'\xd9\x05Th\xe1\xbb\xad')))
    flight('bytes after the message', ('BAD_FRAME',), scope, ('changeset', pack(good) + b'\xc0'))
    for what, names, row in (('a later version', ('TOO_NEW',), lambda row: put(row, 0, 2)),
                             ('another incarnation', ('COPY', 'AUTH'), lambda row: put(row, 2, row[2] ^ 1)),
                             ('a ratchet of the future', ('COPY', 'AUTH', 'ROLLED_BACK'), lambda row: put(row, 3, row[3] + 5)),
                             ('a mode that is not', ('BAD_FRAME',), lambda row: put(row, 1, 'x'))):
        try:
            Odd(store, hello_row=row).run()
            t.check(f'hostile: {what}: nothing was refused', False)
        except PeerError as error:
            t.check(f'hostile: {what}: {error}', error.remote and error.name in names)
        sync(store)


def asked(t, one, two):
    """A hello whose digest does not fit: ask, sizes, resume. And a states digest of another fold."""
    peer.queue(two, 700, [(12, 'Để có điều mới')])
    sync(two)
    sync(one)
    log = one.log_of()
    log.truncate(log.size - 1)
    one.confirmed[log.scope] = (log.epoch, log.size)   # a lie: the close confirmed one leaf more
    peer.queue(one, 700, [(12, 'Gửi trong chuyến bị hỏi lại')])
    session = Session(one)
    seen = []
    hear = session.wire.hear
    session.wire.hear = lambda: seen.append(hear()) or seen[-1]
    session.run()
    t.check('ask: ask, resume, and all is well', [name for name, _, _ in seen[:2]] == ['ask', 'resume'] and session.report()['own'] == 1)
    sync(two)
    t.check('ask: all are equal', log.root == two.logs[log.scope].root and log.state.hash() == two.logs[log.scope].state.hash())
    sync(one)
    session = Odd(one, hello_row=lambda row: put(row, 6, bytes(8)))
    t.check('states: another digest sets bit 0 of the flags', session.run() == 1)


def random_body(rng, log):
    """A change that nobody would make: kinds and fields that no table knows, every class, bases near and far."""
    record = bytes([rng.randrange(3)]) * 16
    kind, op = rng.choice((700, 701)), rng.choice((1, 2, 2, 3, 4, 4, 6))
    values = (None, 0, 1, -1, 7, 1 << 40, -(1 << 40), 'Ấp', 'Bến Thử', 'a', b'\x01' * 8, [1, 2], [1, -2], ['Ấp'], [], [[1], 2])
    body = [record, kind, op]
    for tag in sorted(rng.sample([number * 8 + merge for number in (1, 2, 3) for merge in range(7)], rng.randrange(1, 9))):
        known = sorted({v for c in log.state.fields.get((kind, record), {}).get(tag, []) for v in c.versions})
        base = sorted(set(rng.sample(known, min(len(known), rng.randrange(0, 5))) + ([os.urandom(8)] if rng.random() < 0.1 else [])))
        value = rng.choice(values)
        if tag & 7 == 0:
            value = None if rng.random() < 0.1 else [rng.choice(values) for _ in range(rng.randrange(4))]
        body += [tag, b''.join(base) or None, value]
    check_body(body)
    return body


def folds(t, one, two, rounds=12, seed=None):
    """Random changes from two devices at once: the ward's fold and this one must give the same state hash."""
    seed = seed or int.from_bytes(os.urandom(4), 'big')
    rng = random.Random(seed)
    flags = 0
    for _ in range(rounds):
        for store in (one, two):
            for _ in range(rng.randrange(1, 15)):
                log = store.log_of()
                log.add(random_body(rng, log), store.signer(), int(time.time()))
            sync(store)
        for store in (one, two):
            sync(store)
            flags |= sync(store)['flags']
    log, other = one.log_of(), two.log_of()
    t.check(f'fold: the ward and two devices agree over random changes (seed {seed})', flags == 0 and log.state.hash() == other.state.hash())
    t.check(f'fold: there were conflicts to fold (seed {seed})', sum(len(entry) > 1 for fields in log.state.fields.values() for entry in fields.values()) > 10)


def owners(t, clerk, secretary, rounds=10, seed=None):
    """Random values of fields that the ward's clerk owns and a cell's secretary only proposes: class 1 with both values of owns."""
    seed = seed or int.from_bytes(os.urandom(4), 'big')
    rng = random.Random(seed)
    record, flags = peer.new_record(), 0
    peer.queue(clerk, 1, [(9, 'Hoàng'), (25, 'Thử')], record=record, code='CB-001')
    sync(clerk)
    sync(secretary)
    for _ in range(rounds):
        for store in (clerk, secretary):
            log = store.log_of('CB-001')
            for _ in range(rng.randrange(1, 6)):
                body = [record, 1, 2]
                for tag in sorted(rng.sample((9, 17, 25), rng.randrange(1, 4))):
                    known = sorted({v for c in log.state.fields.get((1, record), {}).get(tag, []) for v in c.versions})
                    base = sorted(rng.sample(known, min(len(known), rng.randrange(0, 4))))
                    body += [tag, b''.join(base) or None, rng.choice(('Hoàng', 'Huỳnh', 'Võ', 'Vũ'))]
                log.add(body, store.signer(), int(time.time()))
            sync(store)
        for store in (clerk, secretary):
            sync(store)
            flags |= sync(store)['flags']
    # Whatever chance did: an owner's value is covered by an owner's only, so one stands; beside it a name nobody wrote before.
    secretary.log_of('CB-001').add([record, 1, 2, 9, None, 'Đặng'], secretary.signer(), int(time.time()))
    for store in (secretary, clerk, secretary):
        flags |= sync(store)['flags']
    log, other = clerk.log_of('CB-001'), secretary.log_of('CB-001')
    t.check(f'owner: the ward and two devices agree (seed {seed})', flags == 0 and log.state.hash() == other.state.hash())
    owns = {c.owns for tag, entry in log.state.fields[1, record].items() if tag & 7 == 1 for c in entry}
    t.check(f'owner: values of owners and of others stood side by side (seed {seed}): {owns}', owns == {0, 1})
