"""The forms of the messages (docs/protocol.md section 7), for tests/peer.py."""
from peer_bytes import PeerError, is_bin, is_uint, need, unpack
from peer_frame import MESSAGE_MOST

NAMES = {1: 'hello', 2: 'resume', 3: 'scope', 4: 'changeset', 5: 'leaf', 6: 'own', 7: 'control', 8: 'checkpoint', 9: 'close',
         10: 'error', 11: 'ask', 12: 'sizes', 13: 'enrol', 14: 'enrolled', 15: 'drop', 16: 'end', 17: 'body', 18: 'renew', 19: 'renewal', 20: 'keys',
         21: 'recall', 22: 'lost', 23: 'want', 24: 'hashes', 25: 'snapshot', 26: 'part', 27: 'past', 28: 'manifest', 29: 'range', 30: 'older'}
TYPES = {name: number for number, name in NAMES.items()}


def _id(x):
    return is_bin(x, 16)


def _u32(x):
    return is_uint(x, 1 << 32)


def _bin(length):
    return lambda x: is_bin(x, length)


def _or_nil(form):
    return lambda x: x is None or form(x)


def _row(*forms):
    return lambda x: isinstance(x, list) and len(x) == len(forms) and all(form(part) for form, part in zip(forms, x))


def _rows(*forms):
    one = _row(*forms)
    return lambda x: isinstance(x, list) and all(one(part) for part in x)


def _rising(form):
    return lambda x: form(x) and all(a[0] < b[0] for a, b in zip(x, x[1:]))


def _verdicts(x):
    return is_uint(x) or (isinstance(x, list) and 2 <= len(x) <= 1024 and all(is_uint(v) for v in x) and len(set(x)) > 1)


def _seen(x):
    return is_uint(x) or _row(_u32, is_uint, _bin(32))(x)


def _seed(x):
    return _id(x) or (isinstance(x, list) and all(salt is None or _id(salt) for salt in x))


def _bodies(x):
    return isinstance(x, list) and 1 <= len(x) <= 1024 and all(is_bin(b, 32) or isinstance(b, list) for b in x)


def _detail(x):
    return isinstance(x, str) and len(x.encode()) <= 160


def _text(most):
    return lambda x: isinstance(x, str) and len(x.encode()) <= most


def _words(x):
    return _rows(_bin(32), _u32, is_uint, _text(256), _text(1000))(x) and len(x) <= 2048


def _points(x):
    return isinstance(x, list) and len(x) % 2 == 0 and all(is_bin(part, 32) if i % 2 else is_uint(part) for i, part in enumerate(x))


def _numbers(x):
    return isinstance(x, list) and all(is_uint(part) for part in x)


def _lists(x):
    return isinstance(x, list) and all(isinstance(part, list) for part in x)


def _runs(x):
    if not _numbers(x) or len(x) % 2 or len(x) > 4000:
        return False
    runs = list(zip(x[::2], x[1::2]))
    return all(n > 0 for _, n in runs) and all(a + n < b for (a, n), (b, _) in zip(runs, runs[1:]))


def _changeset(x):
    return _row(*_CHANGESET)(x) and isinstance(x[5], list) == any(isinstance(body, bytes) for body in x[7])


_CHANGESET = (is_uint, _or_nil(_id), _seen, is_uint, lambda x: is_uint(x, 3), _seed, _bin(64), _bodies)

FORMS = {
    'hello': _row(lambda x: x == 1, lambda x: is_uint(x, 2), _u32, is_uint, _id, _id, _bin(8), _rising(_rows(_id, _u32, is_uint))),
    'resume': _rows(_id, is_uint, _bin(32), lambda x: is_uint(x, MESSAGE_MOST + 1)),
    'scope': _row(_id, _u32, is_uint),
    'changeset': _changeset,
    'leaf': _row(lambda x: is_uint(x) or _row(_id, _u32)(x) or _row(_id, _u32, _bin(32))(x), *_CHANGESET, is_uint, is_uint, _verdicts),
    'own': _row(is_uint, is_uint, is_uint, _verdicts),
    'control': _row(is_bin, _bin(64)),
    'checkpoint': _row(is_uint, is_uint, _bin(64)),
    'close': _row(is_uint, _id, is_uint, is_uint),
    'error': _row(lambda x: is_uint(x) and x > 0, _detail),
    'ask': _row(), 'end': _row(),
    'sizes': _rising(_rows(_id, _u32, is_uint, _bin(32))),
    'enrol': _row(lambda x: x == 1, _bin(8), _bin(32), _bin(32), _u32, _bin(32), _bin(64), _bin(64)),
    'enrolled': _row(is_bin, _id, _id, _id, _id, _bin(32), _id, is_uint),
    'drop': lambda x: _row(_id, is_uint, _bin(32), _words)(x) or _row(_id, _words)(x),
    'renew': _row(_u32, _rising(_rows(_id, _u32, is_uint, _bin(32)))),
    'recall': _rows(_id, _u32, is_uint, _points),
    'lost': lambda x: _row(_id, _u32, is_uint, is_uint, _bin(64), is_uint)(x) and x[5] <= x[2],
    'body': _row(is_uint, lambda x: is_uint(x, 1024), _id, lambda x: isinstance(x, list)),
    'manifest': lambda x: _row(lambda x: x == 1, lambda x: is_uint(x, 2), _id, _id, _u32, _bin(8), _or_nil(_bin(8)), is_uint,
                               _rows(_id, _u32, is_uint, _bin(32)))(x) and (x[1] == 1) == (x[6] is not None),
    'renewal': _row(lambda x: is_bin(x) and len(x) <= 4096),
    'keys': lambda x: _rows(_bin(32), _bin(32), _bin(64), _bin(64))(x) and 1 <= len(x) <= 64,
    'want': lambda x: _row(_id, _u32, is_uint, is_uint, _runs)(x) and (not x[4] or x[4][-2] + x[4][-1] <= x[2] >> max(x[3] - 1, 0)),
    'hashes': _row(_id, is_uint, is_uint, lambda x: is_bin(x) and len(x) % 6 == 0 and len(x) <= 6 * 8192),
    'range': _row(_id, _runs),
    'snapshot': _row(is_bin, _bin(64)),
    'part': lambda x: _row(is_uint, _rows(is_uint, is_bin, _bin(64)), _rows(_id, _u32, is_uint, _bin(32)), _rows(is_uint, is_bin),
                           _rows(is_uint, _id, is_bin, is_bin), _rows(is_uint, _or_nil(_id), _id), _numbers, _lists)(x) and len(x[6]) == 2 * len(x[7]),
    'past': lambda x: _row(is_uint, is_bin)(x) or _row(is_uint, is_bin, _bin(64))(x),
    'older': lambda x: _row(_id, _u32, is_uint, is_uint)(x) and x[3] > 0,
}


def read_message(name, raw):
    """The decoded body of a message; BAD_FRAME if it has another form. The version of a hello is looked at first, and alone."""
    if name == 'hello' and len(raw) >= 2 and 0x90 <= raw[0] <= 0x9f and raw[1] != 1 and raw[0] != 0x90:
        raise PeerError('TOO_NEW', 'phiên bản giao thức mới hơn')
    body = unpack(raw)
    need(FORMS[name](body), 'BAD_FRAME', f'bản tin {name} sai dạng')
    return body
