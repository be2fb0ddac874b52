"""rot.py - flips a bit in the values of rows of a store of LMDB (format: tests/cli/damage.py).

    rot.py FILE TABLE NUMBER [FROM]    in that many rows of the table, spread over it, from its FROM-th on
    rot.py FILE TABLE count            how many rows it has
"""
import importlib.util
import os
import sys

spec = importlib.util.spec_from_file_location(
    'damage', os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'cli', 'damage.py'))
damage = importlib.util.module_from_spec(spec)
keep, sys.argv = sys.argv, ['damage.py', '0', os.devnull]
try:
    spec.loader.exec_module(damage)
except IndexError:
    pass  # it has nothing to do there
sys.argv = keep

name, table, number = sys.argv[1:4]
start = int(sys.argv[4]) if len(sys.argv) > 4 else 0
with open(name, 'rb') as f:
    data = bytearray(f.read())
rows = list(damage.rows(data, dict(damage.tables(data))[table]))
if number == 'count':
    print(len(rows))
    sys.exit()
rows = rows[start:]
step = max(1, len(rows) // int(number))
for at, size, flags, _ in rows[::step][:int(number)]:
    if flags & 1:  # the value has pages of its own: their number stands here
        page = int.from_bytes(data[at:at + 8], 'little')
        at = page * damage.PAGE + 16
    data[at + size // 2] ^= 4
with open(name, 'wb') as f:
    f.write(data)
