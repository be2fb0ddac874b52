"""The fold of a scope's accepted changes and the digest of its state (docs/protocol.md section 5), for tests/peer.py."""
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

from peer_bytes import b32, is_bin, is_uint, need, pack, u8

CANDIDATES, TAGS = 512, 1024
UNION, OWNER, LATER, MONOTONE, ASK, SERIALISED, IMMUTABLE = range(7)
FOLD_VERSION = 2
STATE = 3
GROUPS, GROUP_VERSIONS = 16, 16


# Bodies of changes

def _depth(value):
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


def check_body(body):
    """A body must have the form of section 3.1; else BAD_FRAME."""
    need(isinstance(body, list) and len(body) >= 6 and len(body) % 3 == 0 and len(body) <= 3 + 3 * 64, 'BAD_FRAME', 'thân thay đổi sai dạng')
    record, kind, op = body[:3]
    need(is_bin(record, 16) and is_uint(kind, 1 << 16) and is_uint(op) and 1 <= op <= 7, 'BAD_FRAME', 'đầu của thân thay đổi sai dạng')
    before = -1
    for tag, base, value in triples(body):
        need(is_uint(tag, 1 << 32) and tag > before and tag & 7 != 7, 'BAD_FRAME', 'thẻ không tăng dần hoặc không có lớp')
        before = tag
        if base is not None:
            need(is_bin(base) and len(base) % 8 == 0 and 1 <= len(base) // 8 <= 16, 'BAD_FRAME', 'cơ sở sai cỡ')
            seen = versions(base)
            need(all(a < b for a, b in zip(seen, seen[1:])), 'BAD_FRAME', 'cơ sở không tăng dần')
        need(_depth(value) <= 4, 'BAD_FRAME', 'giá trị lồng quá sâu')
        need(tag & 7 != UNION or value is None or isinstance(value, list), 'BAD_FRAME', 'giá trị của lớp hợp phải là mảng')


def triples(body):
    """(tag, base, value) of a body, in order."""
    return [tuple(body[i:i + 3]) for i in range(3, len(body), 3)]


def versions(raw):
    """The versions in a bin."""
    return [raw[i:i + 8] for i in range(0, len(raw), 8)]


# Values in order

def _rank(value):
    for rank, kind in enumerate((type(None), int, str, bytes, list)):
        if isinstance(value, kind):
            return rank
    raise TypeError(value)


def compare(a, b):
    """-1, 0 or 1: the order of values of section 5.2."""
    if _rank(a) != _rank(b):
        return -1 if _rank(a) < _rank(b) else 1
    if isinstance(a, list):
        for x, y in zip(a, b):
            order = compare(x, y)
            if order:
                return order
        a, b = len(a), len(b)
    elif not isinstance(a, int):
        a, b = pack(a), pack(b)
    return (a > b) - (a < b)


class Candidate:
    """One of the values of a field."""

    __slots__ = ('versions', 'value', 'owns', 'settled')

    def __init__(self, version, value, owns):
        self.versions, self.value, self.owns, self.settled = [version], value, owns, []

    def join(self, version):
        """Takes one more version."""
        if version not in self.versions:
            self.versions = sorted(self.versions + [version])

    def plain(self, merge):
        """As it stands in a part."""
        row = [b''.join(self.versions), self.value]
        if merge == OWNER:
            row.append(self.owns)
        if self.settled:
            row.append([b''.join(group) for group in self.settled])
        return row


def _fold_union(entry, op, base, value, version):
    """Section 5.4."""
    if op == 4:
        gone = versions(base or b'')
        for candidate in list(entry):
            if value is None or any(compare(candidate.value, element) == 0 for element in value):
                candidate.versions = [v for v in candidate.versions if v not in gone]
                if not candidate.versions:
                    entry.remove(candidate)
        return
    for element in value or []:
        for candidate in entry:
            if compare(candidate.value, element) == 0:
                candidate.join(version)
                break
        else:
            entry.append(Candidate(version, element, 0))
            del entry[CANDIDATES:]


def _place(entry, candidate, merge):
    """Rule 3 of section 5.2."""
    at = len(entry)
    if merge in (LATER, ASK):
        at = 0
    elif merge == OWNER:
        at = next((i for i, other in enumerate(entry) if other.owns <= candidate.owns), at)
    elif merge == MONOTONE:
        at = next((i for i, other in enumerate(entry) if compare(other.value, candidate.value) < 0), at)
    entry.insert(at, candidate)


def _add_group(groups, members):
    """One more group of section 5.3: of the versions that stand in none before it the smallest."""
    group = [v for v in sorted(set(members)) if not any(v in other for other in groups)][:GROUP_VERSIONS]
    if group and len(groups) < GROUPS:
        groups.append(group)


def _flat(groups):
    return [version for group in groups for version in group]


def _again(entry, seen, owns):
    """The versions of the resolutions in this entry that a change with this base settles once more."""
    found = set()
    for c in entry:
        if c.owns <= owns and sum(bool(seen & set(group)) for group in c.settled) >= 2:
            found |= set(c.versions)
    return found


def _fold_value(entry, merge, base, value, version, owns, fold, again):
    """Sections 5.2 and 5.3."""
    covered, replaced, agrees = [], [], []
    if merge != IMMUTABLE:
        seen = set(versions(base or b''))
        for c in entry:
            if c.owns > owns:
                continue
            if seen & set(c.versions):
                covered.append(c)
            elif again & set(c.versions):
                (agrees if compare(c.value, value) == 0 else replaced).append(c)
    groups = []
    if fold >= 2 and (len(covered) >= 2 or replaced):
        for c in covered:
            _add_group(groups, c.versions + _flat(c.settled))
        for c in replaced:
            for group in c.settled:
                _add_group(groups, group)
            _add_group(groups, c.versions)
    entry[:] = [c for c in entry if c not in covered and c not in replaced]
    same = next((candidate for candidate in entry if compare(candidate.value, value) == 0), None)
    if same is None:
        new = Candidate(version, value, owns)
        new.settled = groups if len(groups) > 1 else []
        _place(entry, new, merge)
    else:
        same.join(version)
        same.owns = max(same.owns, owns)
        kept = []
        if len(covered) >= 2 or replaced or agrees:
            for group in same.settled + groups:
                _add_group(kept, group)
        same.settled = kept if len(kept) > 1 else []
        if merge in (OWNER, LATER, ASK):
            entry.remove(same)
            _place(entry, same, merge)
    del entry[CANDIDATES:]


class State:
    """The folded state of one scope."""

    def __init__(self):
        self.fields = {}    # (kind, record) -> {tag: [Candidate]}
        self.changes = {}   # (kind, record) -> bytes
        self.folded = set()
        self.raised = set()  # records of a higher class now (section 4.8)
        self.fold_version = 1

    def fold(self, body, version, owns, leaf, position):
        """Folds one change; a version that was folded before is skipped. Tells whether it was folded."""
        if version in self.folded or body[0] in self.raised:
            return False
        self.folded.add(version)
        record, kind, op = body[:3]
        part = (kind, record)
        fields = self.fields.setdefault(part, {})
        self.changes[part] = self.changes.get(part, b'') + struct.pack('>II', leaf, position)
        rights = {tag: owns if tag & 7 == OWNER else 0 for tag, _, _ in triples(body)}
        again = set()
        if op == 7:
            for tag, base, _ in triples(body):
                for candidate in fields.get(tag, []) if tag != STATE else []:
                    if set(versions(base or b'')) & set(candidate.versions):
                        candidate.join(version)
            body = body[:3] + [x for triple in triples(body) if triple[0] == STATE for x in triple]
        for tag, base, _ in triples(body):
            again |= _again(fields.get(tag, []), set(versions(base or b'')), rights[tag])
        for tag, base, value in triples(body):
            if tag not in fields and len(fields) >= TAGS:
                continue
            entry = fields.setdefault(tag, [])
            if tag & 7 == UNION:
                _fold_union(entry, op, base, value, version)
            else:
                _fold_value(entry, tag & 7, base, value, version, rights[tag], self.fold_version, again)
            if not entry:
                del fields[tag]
        return True

    def raise_record(self, record, kind):
        """A raised leaf (section 4.8): the part goes, and nothing more comes to its record."""
        self.fields.pop((kind, record), None)
        self.changes.pop((kind, record), None)
        self.raised.add(record)

    def part(self, part):
        """The part in canonical bytes."""
        fields = []
        for tag, entry in sorted(self.fields[part].items()):
            fields += [tag, [candidate.plain(tag & 7) for candidate in entry]]
        return pack([part[0], fields, self.changes[part]])

    def hash(self):
        """The state hash."""
        return digest(accumulate((part[1], self.part(part)) for part in self.fields))

    def seen(self, kind, record, tag, element=None):
        """The versions that an author sees in a field (or in one element of a set), for the base of a change; None if there are none."""
        found = set()
        for candidate in self.fields.get((kind, record), {}).get(tag, []):
            if element is None or compare(candidate.value, element) == 0:
                found |= set(candidate.versions)
        return b''.join(sorted(found)[:16]) or None


def accumulate(parts):
    """The accumulator over (record id, part) pairs: 2,048 bytes."""
    total = [0] * 1024
    for record, part in parts:
        key = b32('state', u8(1), record, part)
        stream = Cipher(algorithms.ChaCha20(key, bytes(16)), None).encryptor().update(bytes(2048))
        for i, number in enumerate(struct.unpack('<1024H', stream)):
            total[i] = (total[i] + number) & 0xffff
    return struct.pack('<1024H', *total)


def digest(accumulator):
    """The state hash of an accumulator."""
    return b32('digest', accumulator)
