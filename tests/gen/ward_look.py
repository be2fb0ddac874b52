"""ward_look.py PLAN FOLDER - does the ward see what ward.py planned? Prints what differs; status 1 then.

The folder holds what chibod said with --json: report (of 2025), next (of 2026), overview, matched (`reconcile --quarter`),
decisions, devices; what the clerk's device lists (book.KIND); the status of each device; what play.c counted.
Marks of the roll that two people set differently may be either's: only their number is known."""
import json
import os
import sys


def plan_rows(plan, name):
    with open(f"{plan}/{name}", encoding="utf-8") as f:
        return [line.rstrip("\n").split("\t") for line in f]


if sys.argv[1] == "--names":  # PLAN BOOK CODE: what the plan calls the members of this list, by their cards
    plan, book, code = sys.argv[2:]
    with open(book, encoding="utf-8") as f:
        by_card = {fields["card_no"]: m["id"] for m in map(json.loads, f) for fields in [m["fields"]] if "card_no" in fields}
    for card, *_ in plan_rows(plan, "listed"):
        if card[3:6] == code[3:]:
            print(f"{code}.m{int(card[6:])} {by_card[card]}")
    sys.exit()
plan, folder = sys.argv[1:3]
MARKS = ("present", "excused", "unexcused", "exempt", "elsewhere")


def rows(name):
    with open(f"{folder}/{name}", encoding="utf-8") as f:
        return [json.loads(text) for text in f]


seen = {}
for row in rows("report"):
    seen[row["code"] or "-"] = {**row["lines"], "marks": sum(row["lines"][mark] for mark in MARKS)}
for row in rows("next"):
    seen[row["code"] or "-"]["members.2026"] = row["lines"]["members"]
seen["-"]["conflicts"] = sum(row["conflicts"] for row in rows("overview"))
seen["-"]["registers.differ"] = sum(cell["status"] != "match" for row in rows("matched") for cell in row["cells"])
wrong = checked = 0
with open(f"{plan}/expected", encoding="utf-8") as f:
    for text in f:
        code, line, value = text.split()
        got = seen.get(code, {}).get(line)
        checked += 1
        if got != int(value):
            wrong += 1
            if wrong <= 20:
                print(f"{code} {line}: the ward says {got}, planned {value}")


def wrong_rows():
    """ROWS of ward.py: each by what the played ward shows."""
    ids = {}
    for name in os.listdir(f"{folder}/names"):
        with open(f"{folder}/names/{name}", encoding="utf-8") as f:
            ids.update(line.split() for line in f)
    book = {m["id"]: m["fields"] for m in rows("book.member")}
    by_card = {}
    for m in book.values():
        by_card.setdefault(m.get("card_no"), m)
    full = lambda m: [m.get(f, "") for f in ("family_name", "middle_name", "given_name")]  # noqa: E731
    fees = [m["fields"] for m in rows("book.fee_payment")]
    decided = [d["what"] for d in rows("decisions")]
    played = [list(map(int, line.split())) for name in os.listdir(folder) if name.startswith("played.") for line in open(f"{folder}/{name}")]
    return {
        "nfd": sum(p[3] for p in played), "blanks": sum(p[4] for p in played),
        "lists": sum(full(by_card[card]) == name for card, *name in plan_rows(plan, "listed")),
        "swapped": sum(book[ids[name]]["born"] == born for name, born in plan_rows(plan, "swapped")),
        "homonyms": sum(full(book[ids[a]]) == full(book[ids[b]]) and ids[a] != ids[b] for a, b in plan_rows(plan, "homonyms")),
        "person": len(rows("book.link")),
        "dues": sum("receipt" not in f and "reverses" not in f for f in fees), "reversal": sum("reverses" in f for f in fees),
        "late": sum({s["org"]: s["late_reports"] for s in rows("statuses")}.values()),  # every device of a cell says it
        "merged": decided.count("merge"), "split": decided.count("split"),
        "clocks": len(plan_rows(plan, "clocks")),
        "restored": sum(int(n) for (n,) in (plan_rows(folder, "restored") if os.path.exists(f"{folder}/restored") else [])),
        "clones": sum(d["state"] == "copied" for d in rows("devices")),
    }


shown = wrong_rows()
for key, count in plan_rows(plan, "rows"):
    checked += 1
    if shown[key] != int(count):
        wrong += 1
        print(f"{key}: seen {shown[key]}, planned {count}")
print(f"{checked} figures, {wrong} wrong")
sys.exit(wrong > 0)
