"""damage.py - damages a file, or a store of LMDB in ways that its own pages allow, for bad_test.sh.

    damage.py 123 FILE      one bit of the byte there
    damage.py value FILE    a byte of the value of some row of a leaf that the newest tree uses
    damage.py newer FILE    the number of the format (the four bytes before the sealed word of table `format`) is higher

LMDB's format is the one of liblmdb 0.9: 4,096-byte pages; a page begins with its number (u64), pad (u16), flags (u16),
lower and upper (u16 each); leaves have nodes: u16 lo, hi (size of the data), flags, ksize, then key and data.
"""
import struct
import sys

PAGE = 4096


def page(data, n):
    return data[n * PAGE:(n + 1) * PAGE]


def nodes(data, n):
    """(offset in the file, size, flags, key) of each value of leaf n; of a branch (child, None, None, None)"""
    p = page(data, n)
    flags, lower = struct.unpack_from('<HH', p, 10)
    for i in range((lower - 16) // 2):
        at, = struct.unpack_from('<H', p, 16 + 2 * i)
        lo, hi, node_flags, ksize = struct.unpack_from('<HHHH', p, at)
        if flags & 1:
            yield lo | hi << 16 | node_flags << 32, None, None, None
        else:
            yield n * PAGE + at + 8 + ksize, lo | hi << 16, node_flags, bytes(p[at + 8:at + 8 + ksize])


def rows(data, root):
    if root == 2**64 - 1:
        return
    for at, size, flags, key in nodes(data, root):
        if size is None:
            yield from rows(data, at)
        else:
            yield at, size, flags, key


def tables(data):
    metas = [struct.unpack_from('<Q', data, n * PAGE + 16 + 24 + 48 + 48 + 8)[0] for n in (0, 1)]
    newest = 0 if metas[0] > metas[1] else 1
    root, = struct.unpack_from('<Q', data, newest * PAGE + 16 + 24 + 48 + 40)
    for at, _, flags, name in rows(data, root):
        yield name.rstrip(b'\0').decode(), struct.unpack_from('<Q', data, at + 40)[0]


def main():
    what, name = sys.argv[1:]
    with open(name, 'rb') as f:
        data = bytearray(f.read())
    if what.isdigit():
        data[int(what)] ^= 1
    elif what == 'newer':
        table = dict(tables(data))
        at, _, _, _ = next(rows(data, table['format']))
        data[at + 3] += 1
    else:
        table = dict(tables(data))
        at, size, flags, _ = next(r for r in rows(data, table['draft']) if not r[2] & 1)
        data[at + size // 2] ^= 1
    with open(name, 'wb') as f:
        f.write(data)


main()
