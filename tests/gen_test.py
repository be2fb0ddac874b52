"""gen_test.py - the invariants of the generated ward (tests/gen/ward.py): same seed, same bytes; whoever is named was made
before; every roll covers who belongs to the cell that day; sums are those of the lines; dirt and collisions are there."""
import hashlib
import os
import re
import sys
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "gen"))
import people  # noqa: E402
import ward  # noqa: E402

passed = failed = 0


def check(what, holds):
    global passed, failed
    passed += bool(holds)
    if not holds:
        failed += 1
        print(f"gen: {what}")


def digest(plan):
    h = hashlib.sha256()
    for path, lines in plan:
        h.update("\n".join([path, *("\t".join(line) for line in lines)]).encode())
    return h.hexdigest()


def values(line, field):
    return [word[len(field) + 1:] for word in line[3:] if word.startswith(field + "=")]


def day(text):
    d, m, y = (int(n) for n in re.split("[/.-]", text))
    return y, m, d


# The same on every machine: this is what it is here.
check("same seed, same bytes", digest(ward.Ward(1, 4, 3).plan()) == digest(ward.Ward(1, 4, 3).plan()))
check("the same bytes on every machine", digest(ward.Ward(1, 4, 3).plan()) == "4f0cb6b4b9e808286cb3f541f54b3cf6b691e92a9440359357b077e9f37822ba")
check("another seed, other bytes", digest(ward.Ward(2, 4, 3).plan()) != digest(ward.Ward(1, 4, 3).plan()))

w = ward.Ward(1, 60, 12)
first_names = {m.name: (m.full_name(), m.born) for cell in w.cells for m in cell.members}
plan = dict(w.plan())
check("60 cells, 180 devices with the clerk's", len(plan["orgs"]) == 60 and len(plan["devices"]) == 180)
check("each device has a place of its own", len({d[0] for d in plan["devices"]}) == 180)
check("the kinds of cells", sorted(t for _, t, _ in plan["orgs"]) == sorted(t for t, n in ward.TYPES for _ in range(n)))

lines = [(path, line) for path in sorted(plan) if re.match("[0-9]", path) and path[3:] not in ward.NO_WORK for line in plan[path]]
listed = {m.name: m for cell in w.cells for m in getattr(cell, "on_list", [])}
made, unmade, twice, kinds = dict(listed), [], [], {}
for path, line in lines:
    for word in line[3:]:
        if re.search("=@", word) and word.split("=@")[1] not in made:
            unmade.append((path, line[1], word))
    if line[0] == "+":
        kinds[line[2]] = kinds.get(line[2], 0) + 1
        if line[2] not in ("meeting", "attendance"):  # which are one by what they are about
            twice += [line[1]] if line[1] in made else []
        made[line[1]] = line
    elif line[1] not in made:
        unmade.append((path, line[1], "edited"))
check(f"whoever is named was made before: {unmade[:3]}", not unmade)
check(f"names are given once: {twice[:3]}", not twice)
check("a year of 60 cells", 80000 < len(lines) < 120000)

# Rolls: of each meeting, exactly those who belong to the cell that day.
gone = {line[1]: day(values(line, "died")[0]) for _, line in lines if values(line, "died")}
at = {}  # member -> [(since, code)]
for code, _, _ in plan["orgs"]:
    for line in plan["00/clerk"]:
        if line[2] == "membership" and line[3] == code:
            at[values(line, "member")[0][1:]] = [((0, 0, 0), code)]
for month in range(1, 13):
    for name, code, date in plan[f"{month:02d}/moves"]:
        at[name].append((day(date), code))
    for what, source, into, *_ in plan[f"{month:02d}/orgs"]:
        for places in at.values() if what == "merge" else []:
            if places[-1][1] == source:
                places.append(((ward.YEAR, month, 31), into))
rolls, held = {}, {}
for _, line in lines:
    if line[0] == "+" and line[2] == "attendance":
        rolls.setdefault(values(line, "meeting")[0], set()).add(values(line, "member")[0][1:])
    if line[0] == "+" and line[2] == "meeting" and values(line, "status") == ["held"]:
        held["@" + line[1]] = line
wrong = []
for name, line in held.items():
    date, code = day(values(line, "date")[0]), name[1:].split(".")[0]
    belong = {m for m, places in at.items() if [c for since, c in places if since <= date][-1] == code and not (m in gone and gone[m] <= date)}
    if (rolls[name] != belong) if "committee" not in name else not (rolls[name] <= belong and len(rolls[name]) >= 3):
        wrong.append(name)
check(f"each roll covers who belongs there: {wrong[:5]}", not wrong)
check("a roll of nothing but meetings", set(rolls) == set(held))
check("each membership lies in the cell of its member", all(name.startswith(places[0][1] + ".") for name, places in at.items()))
check("nobody is placed twice", len(at) == sum(line[2] == "membership" for line in plan["00/clerk"]))

# Sums, from the lines alone: what cancels and what is cancelled add up, and what is written down twice counts once.
paid, doubled = {}, 0
for _, line in lines:
    if line[0] == "+" and line[2] == "fee_payment":
        key = values(line, "member")[0], values(line, "month")[0]
        again = not values(line, "receipt") and not values(line, "reverses")
        doubled += again
        paid[key] = paid.get(key, 0) + (0 if again else int(values(line, "amount")[0]))
expected = {(code, line): int(value) for code, line, value in plan["expected"]}
check("the sum of the dues", sum(paid.values()) == expected["-", "dues"] and min(paid.values()) > 0)
check("meetings", len(held) == expected["-", "meetings"])
check("marks", sum(len(roll) for roll in rolls.values()) == expected["-", "marks"])
check("members", sum(m not in gone for m in at) == expected["-", "members"] == expected["-", "members.2026"])
check("sums of cells are the ward's", all(sum(v for (c, l), v in expected.items() if l == line and c != "-") == value
                                          for (code, line), value in expected.items() if code == "-" and line not in ("conflicts", "registers.differ")))

# Dirt, and what collides.
cleaned = [unicodedata.normalize("NFC", value.replace("  ", " ").strip()) for line in plan["00/clerk"] for value in values(line, "family_name")]
check("cleaned, a name is a name of the table", set(cleaned) <= {f for f, _ in ward.FAMILY} | set(people.THAI) | set(people.MONG))
for kind, least in (("nfd", 1), ("tone", 0), ("plain", 4), ("blanks", 3)):
    share = sum(cell.dirt.made[kind] for cell in w.cells) / sum(cell.dirt.made["texts"] for cell in w.cells)
    check(f"dirt: {kind} {share:.3f}", least / 100 < share < 0.12)
check("decomposed text is there", any(unicodedata.normalize("NFC", word) != word for _, line in lines for word in line))
check("partial dates of birth", 0.1 < sum(re.fullmatch("born=([0-9]{4}|[0-9/]{7})", word) is not None for line in plan["00/clerk"] for word in line) / len(at) < 0.4)
names = list(first_names.values())
check("three pairs of homonyms at least", len(names) - len({name for name, _ in names}) >= 3)
check("one of them born in the same year", any(a[0] == b[0] and a[1][0] == b[1][0] and a[1] != b[1] for i, a in enumerate(names) for b in names[i + 1:]))
check(f"all that collides is there: {w.twice}", all(w.twice.values()) and w.conflicts > 50 and doubled == w.twice["dues"])
check("a person under two ids, and the link", w.twice["person"] == 20 == kinds["link"])
check("a device was away for months", any(sum([d] in plan[f"{m:02d}/meet"] for m in range(1, 13)) <= 7 for d, *_ in plan["devices"]))
check("all meet in the end", len(plan["12/meet"]) == 180)

# Rows: each is there, in the shares that domain names, and counted by the lines alone where they tell it.
rows = {key: int(count) for key, count in plan["rows"]}
check("every row has its count", list(rows) == [key for key, _, _ in ward.ROWS] and all(rows.values()))
check("3 % decomposed, 5 % with blanks", rows["nfd"] == sum(unicodedata.normalize("NFC", word) != word for _, line in lines for word in line)
      and rows["blanks"] == sum("  " in word or word.endswith(" ") for _, line in lines for word in line))
check("lists in all three encodings", [e for _, e, _ in plan["lists"]] == ward.ENCODINGS and rows["lists"] == len(plan["listed"]) == len(listed))
check("nobody of a list is typed too", not any(line[0] == "+" and line[2] == "member" and line[1] in listed for _, line in lines))
check("dues twice", rows["dues"] == doubled and rows["reversal"] == sum(bool(values(line, "reverses")) for _, line in lines))
reports = [line for _, line in lines if line[2] == "report"]
check(f"late reports: {len(reports)} of 660", rows["late"] == len(reports) and 0.05 < len(reports) / 660 < 0.1)
check("a merge in month 7, a split in month 10", [o[0] for o in plan["07/orgs"]] == ["merge"] and [o[0] for o in plan["10/orgs"]] == ["split"])
_, source, into = plan["07/orgs"][0]
check("a device of the merged cell is away then", any(d[1] == source and [d[0]] not in plan["07/meet"] for d in plan["devices"]))
check("nothing is done in a merged cell", not any(path[3:].startswith(source) and plan[path] for path in plan if path[:2] in ("08", "09", "10", "11", "12")))
check("the members of a split cell that go", [m[1] for m in plan["10/moves"]].count(plan["10/orgs"][0][2]) == 2)
check("4 % of clocks wrong, in three ways", 0.03 < rows["clocks"] / 180 < 0.05 and {int(s) for _, s in plan["clocks"]} == set(ward.CLOCKS))
check("one folder put back, one on two machines", rows["restored"] == rows["clones"] == 1 and plan["clones"][0] != plan["02/restored"][0])
# By bytes written down from the tables of the fonts.
check("TCVN3", ward.legacy.encode("Đảng bộ Nguyễn", "tcvn3") == b"\xa7\xb6ng b\xe9 Nguy\xd4n")
check("VNI", ward.legacy.encode("Đặng Bình", "vni") == b"\xd1a\xebng B\xecnh")
check("CP1258", ward.legacy.encode("Đặng", "cp1258") == "Đă\u0323ng".encode("cp1258"))
flow = list(ward.flow(ward.Ward(1, 6, 3, moving=False)))
check("a flow for the simulator", [line[0] for line in flow].count("O") == 6 and [line[0] for line in flow].count("D") == 18)
print(f"gen: {passed} passed, {failed} failed")
sys.exit(failed > 0)
