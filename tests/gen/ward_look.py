"""ward_look.py PLAN FOLDER - does the ward see what ward.py planned? Prints what differs; status 1 then.

The folder holds what chibod said with --json: report (of 2025), next (of 2026), overview, matched (`reconcile --quarter`).
Marks of the roll that two people set differently may be either's: only their number is known."""
import json
import sys

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
print(f"{checked} figures, {wrong} wrong")
sys.exit(wrong > 0)
