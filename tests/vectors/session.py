"""Writes session.hex: every message of a session that messages.hex and enrol.hex have not, section 7 of docs/protocol.md, from that page and make.py
alone. Whatever can be true is: signatures, roots, commitments. The log is that of leaf.hex (six leaves, epoch 1)."""
import os

from make import (BODIES, COMMITMENTS, DEVICE, HEAD, HEADER_SIGNATURE, HERE, HOME, NEW_WARD_KEY, NEW_WARD_SEED, PERSON, RECORD, SALTS, SCOPE, SEED, SEEN_ROOT,
                  TIME, WARD, WARD_KEY, WARD_SEED, controls, log, pack, public, sign, snapshot, some, tree, u32)

INCARNATION = 0xCAFE0001
THIRD_SEED = some(0x61, 32)
CERTIFICATE = bytes.fromhex("308201") + some(0, 40)


def link(old_seed, new_seed):
    old, new = public(old_seed), public(new_seed)
    return [old, new, sign(new_seed, "control", pack([WARD, old, new])), sign(old_seed, "ward-key", pack([WARD, old, new]))]


def changesets():
    """The changeset of header.hex: its eight elements, then what a leaf has around them."""
    long, nothing = [1, 5, SEEN_ROOT], [None, None, None]
    raw = b"\x93" + b"".join(BODIES)
    withheld = b"\x93" + BODIES[0] + pack(COMMITMENTS[1]) + BODIES[2]

    def eight(person, seen, seed, bodies):
        return pack([0, person, seen, TIME, 0, seed, HEADER_SIGNATURE])[1:] + bodies

    def leaf(origin, inner, verdicts):
        return b"\x9c" + pack(origin) + inner + pack(TIME + 5) + pack(4) + pack(verdicts)
    gone = b"\x93" + b"".join(pack(c) for c in COMMITMENTS)
    word = pack([1, WARD, SCOPE, 7, 4, TIME] + next(payload for _, name, payload in controls() if name == "verdict"))
    lost = leaf([DEVICE, INCARNATION, bytes(32)], eight(PERSON, long, [SALTS[0], None, SALTS[2]], withheld), [0, 1 + 8 * 29, 2 + 8 * 14])
    return [
        ("changeset", b"\x98" + eight(None, 5, SEED, raw), "seen by its size, of its device's holder"),
        ("changeset_long", b"\x98" + eight(PERSON, long, SEED, raw), "person and seen in full"),
        ("leaf", leaf(300, eight(None, 5, SEED, raw), 4), "of stream 300, all accepted"),
        ("leaf_first", leaf([DEVICE, INCARNATION], eight(None, long, SEED, raw), 4), "first of its stream"),
        ("leaf_withheld", leaf(0, eight(None, 5, [SALTS[0], None, SALTS[2]], withheld), [0, 1 + 8 * 29, 2 + 8 * 14]), "one body not for the receiver"),
        ("leaf_lost", lost, "as in a lost flight (8.6)"),
        ("leaf_gone", leaf(0, eight(None, 5, nothing, gone), 2 + 8 * 14), "refused, for somebody else"),
        ("past", pack([5, lost]), "leaf 5 of leaf.hex"),
        ("past_word", pack([7, word, sign(WARD_SEED, "control", word)]), "the verdict of control.hex: a person's word on its third change"),
    ]


def restored():
    """Sections 4.6, 8.4, 8.6, 8.7."""
    d = log()
    sizes = [[SCOPE, 1, 6, tree(d)], [HOME, 0, 2**32 - 1, SEEN_ROOT]]
    checkpoint = pack([1, WARD, SCOPE, 1, 6, tree(d), TIME + 9])
    points = [x for n in (6, 5, 4, 2) for x in (n, tree(d[:n]))]
    return [
        ("renew", pack([0xCAFE0002, sizes]), "two scopes held"),
        ("renew_empty", pack([0, []]), "nothing is held"),
        ("renewal", pack([CERTIFICATE]), "the certificate of enrol.hex"),
        ("keys", pack([link(WARD_SEED, NEW_WARD_SEED), link(NEW_WARD_SEED, THIRD_SEED)]), "two changes of the ward's key"),
        ("recall", pack([[SCOPE, 1, 6, points], [HOME, 0, 0, []]]), "roots at 6, 5, 4, 2; a scope the ward does not have"),
        ("recall_none", pack([]), ""),
        ("lost", pack([SCOPE, 1, 6, TIME + 9, sign(WARD_SEED, "checkpoint", checkpoint), 4]), "leaves 4 and 5 follow"),
    ]


def damaged():
    """Section 8.8: nodes of level 1 are over two leaves, of level 2 over four."""
    d = log()
    return [
        ("want", pack([SCOPE, 1, 6, 0, [1, 2, 5, 1]]), "leaves 1, 2 and 5"),
        ("want_hashes", pack([SCOPE, 1, 6, 2, [0, 3]]), "all three nodes of level 1"),
        ("hashes", pack([SCOPE, 1, 0, b"".join(tree(d[i:i + 2])[:6] for i in (0, 2, 4))]), "of those"),
        ("hashes_level2", pack([SCOPE, 2, 0, tree(d[:4])[:6]]), "the only one of level 2"),
        ("range", pack([SCOPE, [1, 2, 5, 1]]), "what was wanted follows"),
        ("range_end", pack([bytes(16), []]), "that was all"),
    ]


def whole():
    """Sections 10.1, 10.3, 10.4: a snapshot of the six leaves of which the first change makes a record of its own."""
    rows = {name: value for name, value, _ in snapshot()}
    control = [[i, pack([1, WARD, SCOPE, kind, 4, TIME] + payload)] for i, (kind, _, payload) in enumerate(controls()[:4])]
    control = [[i, c, sign(WARD_SEED, "control", c)] for i, c in control]
    folded = pack([5, [10, [[COMMITMENTS[1][:8], "x"]]], u32(4) + u32(1)])
    lost = {name: value for name, value, _ in changesets()}["leaf_lost"]
    part = b"\x98" + b"".join(map(pack, (0, control, [[DEVICE, INCARNATION, 3, HEAD]], [[5, lost]], [[5, RECORD, folded, COMMITMENTS[1][:8]]],
                                         [[0, PERSON, SEED]], [4, 2 * 0 + 1]))) + b"\x91" + BODIES[0]
    empty = pack([1, [], [], [], [], [], [], []])
    needs = [[SCOPE, 1, 5, SEEN_ROOT], [HOME, 0, 2, SEEN_ROOT]]
    return [
        ("snapshot", pack([rows["snapshot"], rows["signature"]]), "that of snapshot.hex"),
        ("part", part, "part 0: the body at leaf 4, position 0, whose author owns it, and a folded part"),
        ("part_empty", empty, "part 1"),
        ("manifest", pack([1, 0, WARD, DEVICE, INCARNATION, some(0x91, 8), None, TIME, needs]), "as in file.hex"),
        ("manifest_answer", pack([1, 1, WARD, DEVICE, INCARNATION, some(0xA1, 8), some(0x91, 8), TIME + 9, needs]), ""),
        ("older", pack([SCOPE, 1, 300, 512]), "leaves 300 to 511"),
        ("ask", pack([]), ""), ("end", pack([]), ""),
    ]


def bad():
    signature, root = some(0x80, 64), some(0x33, 32)
    size = [[SCOPE, 1, 6, root], [HOME, 0, 2, root]]
    return [
        ("bad_changeset_none", pack([0, None, 5, TIME, 0, SEED, signature, []]), "no changes"),
        ("bad_changeset_seed", pack([0, None, 5, TIME, 0, SEED, signature, [root]]), "a seed, and a body is missing"),
        ("bad_changeset_quality", pack([0, None, 5, TIME, 3, SEED, signature, [[RECORD, 3, 2, 10, None, None]]]), "there are three"),
        ("bad_renew", pack([2**32, size]), "33 bits"), ("bad_renew_size", pack([1, [[SCOPE, 1, 6, root[:31]]]]), ""),
        ("bad_renewal", pack(["x"]), "text"), ("bad_renewal_long", pack([bytes(4097)]), ""),
        ("bad_keys", pack([]), "no link"), ("bad_keys_short", pack([[WARD_KEY, NEW_WARD_KEY, signature]]), "one signature"),
        ("bad_recall", pack([[SCOPE, 1, 6, [6]]]), "a size without root"), ("bad_recall_epoch", pack([[SCOPE, 2**32, 6, []]]), ""),
        ("bad_lost", pack([SCOPE, 1, 6, TIME, signature, 7]), "from beyond the end"),
        ("bad_want", pack([SCOPE, 1, 6, 0, [1, 2, 3, 1]]), "runs that touch"), ("bad_want_order", pack([SCOPE, 1, 6, 0, [4, 1, 1, 1]]), ""),
        ("bad_want_beyond", pack([SCOPE, 1, 6, 0, [5, 2]]), "leaf 6 of 6"), ("bad_want_node", pack([SCOPE, 1, 6, 2, [3, 1]]), "node 3 of 3"),
        ("bad_want_odd", pack([SCOPE, 1, 6, 0, [1]]), ""),
        ("bad_hashes", pack([SCOPE, 1, 0, some(1, 11)]), "not a whole number of hashes"),
        ("bad_range", pack([SCOPE, [1, 0]]), "a run of nothing"),
        ("bad_snapshot", pack([b"x", signature[:63]]), ""), ("bad_past", pack([4, [1]]), "no bin"),
        ("bad_past_word", pack([7, b"x", signature[:63]]), "63 bytes of signature"),
        ("bad_part", pack([0, [], [], [], [], [], [4], [BODIES[0]]]), "a body in half a place"),
        ("bad_part_seven", pack([0, [], [], [], [], [], []]), ""),
        ("bad_manifest", pack([1, 2, WARD, DEVICE, INCARNATION, some(0x91, 8), None, TIME, []]), "direction 2"),
        ("bad_manifest_answers", pack([1, 0, WARD, DEVICE, INCARNATION, some(0x91, 8), some(0xA1, 8), TIME, []]), "a device answers nothing"),
        ("bad_older", pack([SCOPE, 1, 300, 0]), "ends at nothing"), ("bad_older_short", pack([SCOPE, 1]), ""),
        ("bad_ask", pack([None]), ""), ("bad_end", pack(None), ""),
    ]


def session():
    return changesets() + restored() + damaged() + whole() + bad()


FILES = {"session": session}


def text_of(name):
    lines = [f"# {name}.hex - made by session.py, see README.md"]
    for key, value, meaning in FILES[name]():
        lines.append(f"{key}: {value.hex()}" + (f"  # {meaning}" if meaning else ""))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for file in FILES:
        with open(os.path.join(HERE, file + ".hex"), "w", encoding="utf-8") as out:
            out.write(text_of(file))
