"""Asks that the vectors in tests/vectors are those that make.py, wire.py, file.py and session.py would write. C reads them in t_vectors*.c."""
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors")
sys.path.insert(0, HERE)
import make  # noqa: E402
import file as carried  # noqa: E402
import session  # noqa: E402
import wire  # noqa: E402

passed = failed = 0
for maker, name in [(maker, name) for maker in (make, wire, carried, session) for name in maker.FILES]:
    with open(os.path.join(HERE, name + ".hex"), encoding="utf-8") as f:
        same = f.read() == maker.text_of(name)
    passed, failed = passed + same, failed + (not same)
    if not same:
        print(f"{name}.hex is not what {maker.__name__}.py writes")
print(f"vectors: {passed} passed, {failed} failed")
sys.exit(failed > 0)
