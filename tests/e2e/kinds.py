"""kinds.py CHIBO HOMES - every kind, made up from the table alone; prints `what<TAB>got<TAB>wanted` for kinds.sh.

The expected values are worked out here from the types, not read back from the program."""
import json
import subprocess
import sys

CHIBO, HOMES = sys.argv[1:3]
DEVICES = {"secretary": "d1", "clerk": "d2", "inspect": "d3", "building": "d4"}


def say(what, got, want):
    print(what, got, want, sep="\t")


def chibo(device, command, *words):
    done = subprocess.run([CHIBO, command, "--home", f"{HOMES}/{device}", *words], capture_output=True, text=True)
    if done.returncode != 0:
        say(f"{device} {command} {' '.join(words)}", f"{done.returncode} {done.stderr.strip()}", "0")
    return done.stdout


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


KINDS = lines(chibo("d1", "kinds", "--json"))
FIELDS = {k["kind"]: lines(chibo("d1", "kinds", k["kind"], "--json")) for k in KINDS}
made = {}  # kind: ids
open_kinds = set()  # being made: tables refer to each other in rings


def sample(kind, field, round_):
    """What is typed, and what scripts are to read; None: leave it out."""
    kind_of, name, limit = field["type"], field["field"], field["limit"]
    if kind_of == "text":
        text = f"{name} {round_} của {kind} ở Tổ Đoàn Kết"[: min(limit or 60, 60)].strip()
        while len(text.encode()) > (limit or 65536):
            text = text[:-1].strip()
        return text, text
    if kind_of == "integer":
        if name == "eligible":
            return str(3 * (3 + round_)), 3 * (3 + round_)
        value = 2026 if limit == 2199 else 3 + round_  # as the dates are
        return str(value), value
    if kind_of == "money":
        return f"{32 + round_}.000", 32000 + 1000 * round_
    if kind_of == "time":
        return f"{18 + round_}h30", f"{18 + round_}:30"
    if kind_of == "decimal":
        return f"1{round_},5", f"1{round_}.5"
    if kind_of == "date":
        return f"{4 + round_}/11/2026", f"2026-11-0{4 + round_}"
    if kind_of == "period":
        return f"{10 + round_}/2026", f"2026-{10 + round_}"
    if kind_of == "enum":
        value = field["values"][min(round_, len(field["values"]) - 1)]
        return value, value
    if kind_of == "org":
        return "CB-014", "CB-014"
    if kind_of == "record":
        if field["refers"] == kind or field["refers"] in open_kinds:
            return None
        two = create(field["refers"], 2)
        value = two[1] if name == "second" else two[round_ % 2]
        return value, value
    return None


def device_of(kind):
    writers = next(k["writers"] for k in KINDS if k["kind"] == kind)
    for role, device in DEVICES.items():
        if role in writers:
            return device
    raise SystemExit(f"nobody here may write {kind}")


def values(kind, round_, fields):
    out = {}
    for field in fields:
        one = sample(kind, field, round_)
        if one is not None:
            out[field["field"]] = one
    return out


def sets(given):
    return [w for name, (typed, _) in given.items() for w in ("--set", f"{name}={typed}")]


def may(device, field):
    return any(DEVICES.get(role) == device for role in field["writers"])


def create(kind, count):
    ids = made.setdefault(kind, [])
    open_kinds.add(kind)
    while len(ids) < count:
        mine = [f for f in FIELDS[kind] if may(device_of(kind), f) and not (len(ids) == 1 and f["list"])]
        given = values(kind, len(ids), mine)
        out = lines(chibo(device_of(kind), "add", kind, "--json", "--org", "CB-014", *sets(given)))
        if not out:
            raise SystemExit(f"{kind} could not be made")
        ids.append(out[-1]["id"])
        if len(ids) == 1:
            expected[kind] = given
    open_kinds.discard(kind)
    return ids


def wanted(kind):
    types = {f["field"]: f for f in FIELDS[kind]}
    return {n: [v] if types[n]["list"] else v for n, (_, v) in expected[kind].items()}


def plain(value):
    """A field as a script reads it: a reference may be an object or an id, a decimal a number or its text."""
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return value.get("id", value.get("code", value))
    return str(value)


def check_fields(what, device, kind, record):
    got = lines(chibo(device, "show", record, "--json"))[0]["fields"]
    for name, value in wanted(kind).items():
        say(f"{what} {kind}.{name}", json.dumps(plain(got.get(name)), ensure_ascii=False),
            json.dumps(plain(value), ensure_ascii=False))


expected = {}
for kind in [k["kind"] for k in KINDS]:
    create(kind, 1)

for kind in [k["kind"] for k in KINDS]:
    device, record = device_of(kind), made[kind][0]
    listed = [r["id"] for r in lines(chibo(device, "list", kind, "--json"))]
    say(f"{kind} is listed once", listed.count(record), 1)
    check_fields("written", device, kind, record)
    # One field anew; what it was stays to be read.
    can = [f for f in FIELDS[kind] if f["merge"] in ("owner", "later", "ask", "serial") and may(device, f)
           and f["group"] == 0 and f["type"] in ("text", "date", "integer")
           and "signed" not in f["field"] and f["field"] != "returned"]
    if not can:
        continue
    old = expected[kind][can[0]["field"]][1]
    new = sample(kind, can[0], 2)
    chibo(device, "edit", record, "--set", f"{can[0]['field']}={new[0]}")
    expected[kind][can[0]["field"]] = new
    history = chibo(device, "show", record, "--json", "--history")
    say(f"{kind} keeps what it was", json.dumps(old, ensure_ascii=False) in history, True)

for _ in range(2):
    for device in DEVICES.values():
        chibo(device, "sync", "--json")

for kind in [k["kind"] for k in KINDS]:
    access = next(k["access"] for k in KINDS if k["kind"] == kind)
    reader = "d3" if access == "D" or device_of(kind) == "d2" else "d2"  # not the one who wrote
    record = made[kind][0]
    check_fields(f"{reader} reads", reader, kind, record)
    text = chibo(reader, "show", record)
    labels = [f["label"] for f in FIELDS[kind] if f["field"] in expected[kind]]
    say(f"{kind}: its words are printed", [w for w in labels if w not in text], [])
    say(f"{kind}: a line in its list", chibo(reader, "list", kind).count(record) > 0, True)
    say(f"{kind}: nothing waits", lines(chibo(device_of(kind), "show", record, "--json"))[0]["transport"], "received")
