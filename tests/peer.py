#!/usr/bin/python3
"""A second implementation of the chibo protocol, device side, written from docs/protocol.md and tests/vectors alone.

It shares no code with chibo: it exists so that the page is known to be enough, and so that both programs must agree byte for byte.

    peer.py selftest                      computes every vector again
    peer.py enrol STATE INVITE            makes a device of its own; its store is the file STATE
    peer.py add STATE [--org CODE] [--class A] --kind N [--record ID|new|natural] [--op N] FIELD…
                                          queues a change; FIELD is tag=value (tag = number × 8 + merge class), the value JSON or plain
                                          text, a string hex:… for a bin; the base is what this device sees
    peer.py sync STATE [--transform 0|1|2|3|4] [--mode 0|1] [--cut BYTES]
                                          one session; prints a line of JSON
    peer.py show STATE                    the folded records, as JSON
    peer.py verify STATE                  checks every signature, chain, commitment and root from the kept leaves again

Needs Debian's python3-openssl, python3-nacl, python3-msgpack, python3-zstandard.
"""
import argparse
import json
import os
import sys
import time

import peer_bytes as pb
import peer_vectors
from peer_fold import check_body
from peer_net import Cut, Session, Store, as_json, enrol, own_leaves

NATURAL = {5: (1, 2), 6: (1, 2)}   # kind: the field numbers of its key, all immutable (section 13)
CLASSES = {'A': 1, 'B': 2, 'C': 3, 'D': 4}


def value_of(text):
    """The value that somebody typed."""
    def bins(value):
        if isinstance(value, str) and value.startswith('hex:'):
            return bytes.fromhex(value[4:])
        return [bins(part) for part in value] if isinstance(value, list) else value
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    return bins(value)


def new_record():
    """A UUIDv7."""
    raw = bytearray(int(time.time() * 1000).to_bytes(6, 'big') + os.urandom(10))
    raw[6], raw[8] = raw[6] & 0x0f | 0x70, raw[8] & 0x3f | 0x80
    return bytes(raw)


def queue(store, kind, fields, op=1, record=None, code=None, access=1, natural=None):
    """Puts a change into the draft of a log; fields = [(tag, value)], natural = the key's values. Gives the record's id."""
    log = store.log_of(code, access)
    if record is None:
        record = pb.natural_id(log.info['organisation'], kind, 0, natural) if natural else new_record()
    state = log.view(store.device, store.incarnation, store.person)
    body = [record, kind, op]
    for tag, value in sorted(fields):
        base = None
        if op == 4 and tag & 7 == 0:
            seen = [state.seen(kind, record, tag, element) or b'' for element in value or []]
            base = b''.join(sorted({raw[i:i + 8] for raw in seen for i in range(0, len(raw), 8)})[:16]) or None
        elif tag & 7:
            base = state.seen(kind, record, tag)
        body += [tag, base, value]
    check_body(body)
    log.add(body, store.signer(), int(time.time()))
    store.save()
    return record


def records(log):
    """The folded records of a log, for people."""
    for kind, record in sorted(log.state.fields):
        fields = {f'{tag >> 3}/{tag & 7}': [candidate.value for candidate in entry]
                  for tag, entry in sorted(log.state.fields[kind, record].items())}
        yield {'kind': kind, 'record': record, 'changes': len(log.state.changes[kind, record]) // 8, 'fields': fields}


def verify(store):
    """Checks all that is kept once more; gives what was found per log."""
    found = {}
    for scope, log in sorted(store.logs.items()):
        before = (log.root, log.state.hash(), dict(log.heads))
        log.replay()
        pb.need(before == (log.root, log.state.hash(), log.heads), 'BAD_PROOF', 'tính lại ra kết quả khác')
        pb.need(log.root == pb.tree([pb.context('leaf') + leaf for leaf, _, _ in log.entries]), 'BAD_PROOF', 'gốc cây khác')
        if log.checkpoint:
            size, when, signature, epoch = log.checkpoint
            raw = pb.pack([1, log.ward, scope, epoch, size, log.roots[size], when])
            pb.need(size == log.size and pb.verify(log.ward_key, 'checkpoint', raw, signature), 'BAD_PROOF', 'điểm chốt không khớp')
        found[scope.hex()] = {'size': log.size, 'root': log.root, 'state': log.state.hash(), 'parts': len(log.state.fields), 'odd': log.odd}
    return found


def main(argv):
    """The command line."""
    parser = argparse.ArgumentParser(prog='peer.py', description='Thiết bị thứ hai, viết riêng từ docs/protocol.md.')
    commands = parser.add_subparsers(dest='command', required=True)
    commands.add_parser('selftest')
    for name in ('enrol', 'add', 'sync', 'show', 'verify'):
        command = commands.add_parser(name)
        command.add_argument('state')
        if name == 'enrol':
            command.add_argument('invite')
        elif name == 'add':
            command.add_argument('--org')
            command.add_argument('--class', dest='access', default='A', choices=CLASSES)
            command.add_argument('--kind', type=int, required=True)
            command.add_argument('--record', default='new')
            command.add_argument('--op', type=int, default=1)
            command.add_argument('fields', nargs='+')
        elif name == 'sync':
            command.add_argument('--transform', type=int, default=1, choices=(0, 1, 2, 3, 4))
            command.add_argument('--mode', type=int, choices=(0, 1))
            command.add_argument('--cut', type=int)
    args = parser.parse_args(argv)
    if args.command == 'selftest':
        tally = peer_vectors.Tally()
        peer_vectors.selftest(tally)
        print(f'peer selftest: {tally.passed} passed, {tally.failed} failed')
        return int(tally.failed > 0)
    if args.command == 'enrol':
        store = enrol(args.state, args.invite)
        print(as_json({'device': store.device, 'person': store.person, 'organisation': store.organisation, 'ward': store.ward}))
        return 0
    store = Store.load(args.state)
    if args.command == 'add':
        fields = [(int(tag), value_of(value)) for tag, _, value in (field.partition('=') for field in args.fields)]
        natural = [dict(fields)[number * 8 + 6] for number in NATURAL[args.kind]] if args.record == 'natural' else None
        record = None if args.record in ('new', 'natural') else bytes.fromhex(args.record)
        print(as_json({'record': queue(store, args.kind, fields, args.op, record, args.org, CLASSES[args.access], natural)}))
    elif args.command == 'sync':
        session = Session(store, args.transform, args.mode, args.cut)
        session.run()
        print(as_json(session.report()))
    elif args.command == 'show':
        for _, log in sorted(store.logs.items()):
            info = {k: v for k, v in (log.info or {}).items() if k in ('code', 'name', 'class')}
            print(as_json({'scope': log.scope, **info, 'records': list(records(log))}))
        print(as_json({'own': [[log.scope, first, verdicts] for log, first, verdicts in own_leaves(store)]}))
    else:
        print(as_json(verify(store)))
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1:]))
    except (pb.PeerError, Cut, OSError) as problem:
        print(f'peer: {problem}', file=sys.stderr)
        sys.exit(1)
