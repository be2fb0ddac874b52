#!/usr/bin/python3
"""ward.py - a whole ward, invented: organisations, people, what they do in a year, the dirt in what they type and what collides.

    ward.py SEED CELLS MONTHS FOLDER     writes the plan into FOLDER; prints what is in it
    ward.py --flow SEED CELLS MONTHS     prints what devices write, for the simulator (tests/sim_flow.h); nobody is moved

Deterministic: whole numbers from a seeded generator of bits alone, so the same seed makes the same bytes on every machine. The plan:

    orgs          CODE TYPE NAME
    devices       HOME CODE ROLE PERSON           CODE of the clerk's: PHUONG
    MM/HOME       what is done on this device in month MM before it meets the ward (play.c):
                  + NAME KIND ORG FIELD=VALUE...  a record, from then on called NAME; ORG - is the device's own
                  ~ NAME KIND FIELD=VALUE...      an edit;  ! NAME KIND  a signature
                  a value @NAME is that record; fields are parted by tabs
    MM/meet       devices that meet the ward at the end of MM, in this order
    MM/moves      NAME CODE DATE                  then the ward moves these members
    MM/orgs       merge FROM INTO | split FROM CODE PERSON, at the end of MM
    MM/restored   HOME: its folder is put back after it met the ward, as it was before
    lists         CODE ENCODING FILE: this cell's members come as an office's list, not from 00/clerk
    clocks        HOME SECONDS: how wrong the clock of this device is, all the time
    clones        HOME: in the end its folder is copied, and both meet the ward
    expected      what must be seen afterwards: CODE LINE VALUE (proto/report.def), CODE - is the whole ward; of the year
                  2025, and members of 2026 too
    rows          KEY COUNT: what of ROWS is in this plan; tests/gen/ward_look.py holds what was seen against it

Months are those of 2025. What is typed is dirty; what is expected is what a careful person would count."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import legacy  # noqa: E402
import gen as words  # noqa: E402  (its vocabulary, nothing else)
from people import FAMILY, MINUTES, MONTH_DAYS, PLACES, SIZE, TYPES, YEAR, Dirt, Member, Rng, day  # noqa: E402

# What is dirty, collides or goes wrong, by domain; how it is seen when the plan was played: in the lists of the clerk's
# device (book), in what a command said (said), or in the text that was typed (typed). What a row counts is in `rows`.
ROWS = [
    ("nfd", "typed", "text in the other Unicode form"),
    ("blanks", "typed", "two blanks, or one at the end"),
    ("lists", "book", "members whose list came in TCVN3, VNI or CP1258"),
    ("swapped", "book", "day and month of birth changed over, mended later"),
    ("homonyms", "book", "persons that bear another's name"),
    ("person", "book", "a person recorded twice, and linked"),
    ("dues", "book", "dues written down twice"),
    ("reversal", "book", "dues cancelled and right the second time"),
    ("late", "said", "figures that came after their report was handed in"),
    ("merged", "said", "a cell became part of another while a device was away"),
    ("split", "said", "a cell was split"),
    ("clocks", "said", "devices whose clock is wrong"),
    ("restored", "said", "a device's folder put back from a backup"),
    ("clones", "said", "a device's folder on two machines"),
]
NO_WORK = ("meet", "moves", "orgs", "restored")  # of a month: what is no device's work
CLOCKS = [7 * 3600, 86400, -16 * 365 * 86400]
ENCODINGS = ["tcvn3", "vni", "cp1258"]


class Cell:
    def __init__(self, ward, number, kind):
        self.ward, self.number, self.type, self.code = ward, number, kind, f"CB-{number:03d}"
        self.r = Rng("cell", ward.seed, number)
        self.profile = self.r.weighted([("city", 60), ("edge", 25), ("highland", 15)])
        suffix = self.r.pick("AB") if self.r.chance(50) else ""
        self.title = {"TDP": f"Chi bộ Tổ dân phố {number}{suffix}", "AGENCY": f"Chi bộ Cơ quan {number}", "SCHOOL": f"Chi bộ Trường {number}",
                      "ENTERPRISE": f"Chi bộ Doanh nghiệp {number}", "ARMED": f"Chi bộ Quân sự {number}"}[kind]
        self.dirt = Dirt(self.r)
        self.members = [Member(self, i, self.r) for i in range(1, self.r.quantile(SIZE.get(kind, SIZE[""])) + 1)]
        self.devices, self.open_tasks, self.minutes, self.synced = [], [], [], {}
        self.receipt = self.serial = self.numbers = 0
        self.count, self.by_month, self.listed = {}, {}, len(self.members)

    def add(self, line, n=1):
        self.count[line] = self.count.get(line, 0) + n

    def new(self, what):
        self.serial += 1
        return f"{self.code}.{what}{self.serial}"

    def prose(self, sentences):
        r, out = self.r, []
        for _ in range(sentences):
            text = r.pick(words.VERB) + " " + r.pick(words.THING) + (" " + r.pick(words.TAIL) if r.chance(600) else "")
            out.append(text[0].upper() + text[1:] + ".")
        return self.dirt(" ".join(out), free=True)

    def present(self, month, d):
        """Who belongs here on that day."""
        on = (YEAR, month, d)
        return [m for m in self.members if m.until is None or m.until > on]

    # --- one month ---

    def meeting(self, month, kind, home):
        r = self.r
        secretary, deputy = self.devices[0], self.devices[1 % len(self.devices)]
        d = r.between(1, 5) if r.chance(600) else r.between(6, 15) if r.chance(375) else r.between(20, 27)
        people = self.present(month, d)
        name = f"{self.code}.{kind}{month}"
        minutes = r.quantile(MINUTES.get(self.type, MINUTES[""])) // 10 * 10
        start = 19 * 60 + 30 if self.type == "TDP" else 14 * 60
        clock = lambda t: f"{t // 60}h{t % 60:02d}"  # noqa: E731
        place = r.pick(PLACES)
        fields = [f"type={kind}", f"period={month:02d}/{YEAR}", "date=" + r.pick([day(YEAR, month, d), f"{d}-{month}-{YEAR}", f"{d}.{month}.{YEAR}"]),
                  "start=" + clock(start), "end=" + clock(start + minutes), f"chair=@{people[0].name}", f"scribe=@{people[1 % len(people)].name}"]
        postponed = r.chance(30)
        home[secretary].append(["+", name, "meeting", "-", *fields, "place=" + self.dirt(place), "status=" + ("postponed" if postponed else "held")])
        if postponed:
            self.add("postponed")
            return
        self.add("meetings")
        if kind == "topic":
            self.add("topics")
        if kind == "committee":
            self.add("committee")
        twice = deputy != secretary and r.chance(60)
        if twice:  # apart from each other, the deputy enters it too
            other = r.pick(PLACES)
            home[deputy].append(["+", name, "meeting", "-", *fields, "place=" + other, "status=held"])
            self.ward.twice["meeting"] += 1
            self.ward.conflicts += other != place
        self.roll(month, name, people if kind != "committee" else people[:5], home, twice)
        for order in range(1, r.between(4, 12) + 1):
            home[deputy].append(["+", self.new("y"), "speech", "-", f"meeting=@{name}", f"order={order}", f"member=@{r.pick(people).name}",
                                 "type=opinion", "text=" + self.prose(r.between(2, 6))])
            self.add("speeches")
        paper = self.new("b")
        home[deputy].append(["+", paper, "minutes", "-", f"meeting=@{name}", "proceedings=" + self.prose(r.between(8, 16)), "conclusion=" + self.prose(3), "passed=yes"])
        self.minutes.append((month, paper, twice))
        self.add("minutes")
        if r.chance(500):
            agree = len(people)
            home[secretary].append(["+", self.new("q"), "vote", "-", f"meeting=@{name}", "subject=" + self.prose(1), f"agree={agree}", "against=0", "abstain=0", f"eligible={agree}"])
            self.add("votes")
        self.numbers += 1
        home[secretary].append(["+", self.new("n"), "resolution", "-", f"number={self.numbers:02d}-NQ/CB", "date=" + day(YEAR, month, d), "title=" + self.prose(1),
                                "text=" + self.prose(4), f"meeting=@{name}"])
        self.add("resolutions")

    def mark(self, m, month):
        r = self.r
        if m.exempt:
            return "exempt_present" if r.chance(150) else "exempt"
        if m.ill and m.ill[0] <= month < m.ill[0] + m.ill[1]:
            return "excused"
        if r.chance(m.comes):
            return "partial" if r.chance(20) else "present"
        return "excused" if r.chance(850) else "unexcused"

    def roll(self, month, meeting, people, home, twice):
        secretary, deputy = self.devices[0], self.devices[1 % len(self.devices)]
        for i, m in enumerate(people):
            mark = self.mark(m, month)
            line = ["+", f"{meeting}.{m.name}", "attendance", "-", f"meeting=@{meeting}", f"member=@{m.name}"]
            reason = ["reason=" + self.dirt(self.r.pick(words.REASON))] if mark == "excused" else []
            home[deputy].append([*line, f"mark={mark}", *reason])
            self.add("marks")
            if twice and i % 4 == 0:  # the secretary called some of them as well, and saw a few otherwise
                other = mark
                if self.r.chance(15 * 4):
                    other = "unexcused" if mark != "unexcused" else "present"
                    self.ward.conflicts += 1
                    self.ward.twice["mark"] += 1
                home[secretary].append([*line, f"mark={other}"])

    def dues(self, month, home):
        r, treasurer, secretary = self.r, self.devices[-1], self.devices[0]
        for m in self.present(month, 28):
            if m.waived or m.exempt or r.chance(20):
                continue
            self.receipt += 1
            line = ["fee_payment", "-", f"member=@{m.name}", f"month={month:02d}/{YEAR}", f"amount={m.dues}", "method=cash"]
            name = self.new("p")
            home[treasurer].append(["+", name, *line, f"receipt={self.receipt:04d}"])
            self.add("dues", m.dues)
            if treasurer != secretary and r.chance(15):  # the same money, written down by another
                home[secretary].append(["+", self.new("p"), *line])
                self.ward.twice["dues"] += 1
            elif r.chance(5):  # a slip: cancelled, and right the second time
                home[treasurer].append(["+", self.new("p"), "fee_payment", "-", f"member=@{m.name}", f"month={month:02d}/{YEAR}", f"amount=-{m.dues}", f"reverses=@{name}"])
                self.receipt += 1
                home[treasurer].append(["+", self.new("p"), *line, f"receipt={self.receipt:04d}"])
                self.ward.twice["reversal"] += 1

    def tasks(self, month, home):
        r, people = self.r, self.present(month, 28)
        for _ in range(r.poisson(42)):
            name = self.new("v")
            home[self.devices[0]].append(["+", name, "task", "-", "duty=" + self.prose(2), "from=" + day(YEAR, month, r.between(1, 28)), "status=open",
                                          *(f"members=@{m.name}" for m in r.sample(people, r.between(1, 3)))])
            self.open_tasks.append(name)
            self.add("tasks")
        for name in r.sample(self.open_tasks, 5):
            home[r.pick(self.devices)].append(["+", self.new("t"), "task_update", "-", f"task=@{name}", "date=" + day(YEAR, month, r.between(1, 28)),
                                               f"percent={r.between(1, 20) * 5}", "text=" + self.prose(1)])
            self.add("progress")
        for name in r.sample(self.open_tasks, 3):
            if self.known(name, self.devices[0]):
                home[self.devices[0]].append(["~", name, "task", "status=done"])
                self.open_tasks.remove(name)
                self.add("tasks_done")

    def known(self, name, device):
        return name in self.synced.get(device, ())

    def rest(self, month, home):
        """Candidates, opinions, inspections: now and then."""
        r, secretary, people = self.r, self.devices[0], self.present(month, 28)
        when = lambda: "date=" + day(YEAR, month, r.between(1, 28))  # noqa: E731
        if r.poisson(1):
            name = self.new("u")
            home[secretary].append(["+", name, "candidate", "-", "name=" + self.dirt(f"{r.weighted(FAMILY)} {r.pick(words.MIDDLE)} {r.pick(words.GIVEN)}"),
                                    f"born={r.between(1985, 2004)}", f"helper=@{r.pick(people).name}", "state=proposed"])
            home[secretary].append(["+", self.new("u"), "candidate_step", "-", f"candidate=@{name}", "step=proposed", when()])
            self.add("candidates")
            self.add("candidate_steps")
        for _ in range(r.poisson(5)):
            home[secretary].append(["+", self.new("k"), "feedback", "-", when(), "content=" + self.prose(1), "status=noted"])
            self.add("feedback")
            self.by_month[month] = self.by_month.get(month, 0) + 1
        if month in (3, 6, 9):
            name = self.new("g")
            home[secretary].append(["+", name, "inspection", "-", f"type={'comply' if month != 6 else 'topic'}", f"year={YEAR}", "subject=" + self.prose(1), when(), "status=concluded"])
            home[secretary].append(["+", self.new("g"), "finding", "-", f"inspection=@{name}", "point=" + self.prose(1)])
            for line in ("inspections", "concluded", "findings"):
                self.add(line)

    def month(self, month, home):
        r = self.r
        for minutes_month, paper, twice in [m for m in self.minutes if m[0] < month and self.known(m[1], self.devices[0])]:
            if not twice:
                home[self.devices[0]].append(["!", paper, "minutes"])
                self.ward.signed += 1
            self.minutes.remove((minutes_month, paper, twice))
        if not r.chance(10):
            self.meeting(month, "regular", home)
        if month % 3 == 2:
            self.meeting(month, "topic", home)
        if len(self.members) >= 9:
            self.meeting(month, "committee", home)
        self.dues(month, home)
        self.tasks(month, home)
        self.rest(month, home)
        if len(self.devices) > 1 and r.chance(250):  # two devices, one field
            m = r.pick(self.present(month, 28))
            for device in self.devices[:2]:
                home[device].append(["~", m.name, "member", f"phone=09{r.between(10000000, 99999999)}"])
            self.ward.twice["field"] += 1


class Ward:
    def __init__(self, seed, cells, months, moving=True):
        self.seed, self.months, self.moving, self.r = seed, months, moving, Rng("ward", seed)
        self.twice = {"meeting": 0, "mark": 0, "dues": 0, "reversal": 0, "field": 0, "person": 0}
        self.conflicts = self.signed = self.late_count = 0
        kinds = [kind for kind, weight in TYPES for _ in range(weight)]
        self.cells = [Cell(self, i + 1, kinds[i * 59 % 60] if cells > 1 else "TDP") for i in range(cells)]
        self.homonyms()
        for cell in self.cells:
            n = 3 if len(self.cells) == 60 else 2 + (len(cell.members) >= 9)
            cell.devices = [f"{cell.code}-{i + 1}" for i in range(n)]
        if len(self.cells) in (6, 60):  # 18 or 180 with the clerk's
            self.cells[-1].devices.pop()
        self.moves, self.doubles, self.swapped = {}, [], []
        for cell in self.cells:
            cell.holders = [(d, cell.members[i % len(cell.members)].full_name()) for i, d in enumerate(cell.devices)]
        self.wrong()
        for code in self.lists:
            cell = self.cells[int(code[3:]) - 1]
            cell.on_list = list(cell.members)
            cell.first_list = list(self.list_rows(cell))

    def homonyms(self):
        """Three pairs that bear one name, one of them born in the same year."""
        self.pairs = []
        people = [m for cell in self.cells for m in cell.members]
        for i in range(3):
            a, b = self.r.sample(people, 2)
            b.family, b.middle, b.given, b.gender = a.family, a.middle, a.given, a.gender
            if i == 0:
                b.born = (a.born[0], b.born[1] % 12 + 1 if b.born[1] == a.born[1] else b.born[1], b.born[2])
                a.part = b.part = 3
            self.pairs.append((a, b))

    # --- what goes wrong, and where ---

    def wrong(self):
        """Cells and devices that something happens to; few, and never the same ones."""
        small, last = len(self.cells) < 8, self.months
        devices = [d for c in self.cells for d in c.devices]
        self.lists = {c.code: ENCODINGS[c.number // 20 % 3] for c in self.cells if c.number % 20 == 2}
        self.late = [c for c in self.cells if c.number % 12 == 2 and last > 1]  # 8 %
        self.clocks = {devices[i]: CLOCKS[n % 3] for n, i in enumerate(range(1, len(devices), 25))}  # 4 %
        self.restored = {min(2, last): [self.cells[0].devices[0]]}
        self.clones = [self.cells[-1].devices[-1]]
        self.merge = (min(7, last - 1), self.cells[5], self.cells[4]) if not small and last > 1 else None
        self.split = (min(10, last - 1), self.cells[7], "CB-%03d" % (100 + self.cells[7].number)) if not small and last > 1 else None
        self.gone = self.split_members = ()
        if self.split:
            self.leaver = self.cells[7].devices[-1]

    def reorganise(self, month):
        """At the end of the month: who is merged stops, who is split goes on; two members go to the new cell."""
        orgs, moves = [], []
        if self.merge and month == self.merge[0]:
            _, cell, into = self.merge
            orgs.append(["merge", cell.code, into.code])
            into.members += cell.members
            cell.members = []
        if self.split and month == self.split[0]:
            _, cell, code = self.split
            orgs.append(["split", cell.code, code, self.holder(self.leaver)])
            living = [m for m in cell.present(month, 28)[3:] if m.until is None][:2]
            cell.members = [m for m in cell.members if m not in living]
            cell.devices.remove(self.leaver)
            self.split_members = living
            moves = [[m.name, code, day(YEAR, month, MONTH_DAYS[month - 1])] for m in living]
        return orgs, moves

    def holder(self, device):
        for cell in self.cells:
            for name, person in cell.holders:
                if name == device:
                    return person + (" Tách" if self.split and device == self.leaver else "")

    def list_rows(self, cell):
        """The list of the members of a cell, as an office keeps it."""
        yield ["family_name", "middle_name", "given_name", "gender", "born", "admitted", "card_no"]
        for m in cell.members:
            yield [m.family, m.middle, m.given, m.gender, m.born_typed(), day(*m.admitted), m.card]

    # --- the ward's own work ---

    def member_lines(self, m, swapped):
        dirt = m.cell.dirt
        born = m.born_typed(swapped)
        if m.cell.code not in self.lists or not self.moving:
            yield ["+", m.name, "member", m.cell.code, "family_name=" + dirt(m.family), "middle_name=" + dirt(m.middle), "given_name=" + dirt(m.given), f"gender={m.gender}",
               f"born={born}", "admitted=" + day(*m.admitted), f"card_no={m.card}", "occupation=" + dirt(m.cell.r.pick(words.JOB))]
        yield ["+", m.name + ".s", "membership", m.cell.code, f"member=@{m.name}", f"org={m.cell.code}", f"type={'probationary' if m.probationary else 'full'}", "from=" + day(*m.admitted)]
        if m.exempt:
            yield ["+", m.name + ".x", "exemption", m.cell.code, f"member=@{m.name}", "type=age", f"resolution_no={m.cell.number:02d}-NQ/CB", "from=" + day(YEAR - 1, 1, 1)]

    def registers(self):
        """The registers as the clerk types them in before the year begins."""
        for cell in self.cells:
            for m in cell.members:
                swapped = cell.code not in self.lists and m.part == 3 and m.born[1] != m.born[2] and m.born[2] <= 12 and self.r.chance(40)
                self.swapped += [m] if swapped else []
                yield from self.member_lines(m, swapped)
                cell.add("probationary", m.probationary)
                cell.add("excused_members", m.exempt)
            if cell.number % 3 == 1:  # one of them stands there a second time
                m = self.r.pick(cell.members)
                self.doubles.append((m.name, m.name + ".d", cell))
                yield ["+", m.name + ".d", "member", cell.code, "family_name=" + m.family, "middle_name=" + m.middle, "given_name=" + m.given, f"gender={m.gender}",
                       f"born={m.born[0]}", f"card_no={m.card}"]
                self.twice["person"] += 1

    def clerk(self, month):
        r = self.r
        for m in self.swapped if month == min(3, self.months) else []:
            yield ["~", m.name, "member", "born=" + m.born_typed()]
        for cell in self.cells:
            for _ in range(r.poisson(33)):
                yield ["+", cell.new("d"), "doc_in", cell.code, f"number={r.between(1, 400)}-CV/{r.pick(['ĐU', 'BTG', 'UBND'])}", "issuer=Đảng ủy phường",
                       "date=" + day(YEAR, month, r.between(1, 28)), "title=" + cell.prose(1)]
                cell.add("received")
            kept = {p.name for pair in self.pairs for p in pair} | {name for name, _, _ in self.doubles}
            living = [m for m in cell.present(month, 28) if m.name not in kept]
            if r.poisson(1) and r.chance(500) and len(living) > 4:
                m = r.pick(living[3:])
                m.until = (YEAR, month, MONTH_DAYS[month - 1])
                yield ["~", m.name, "member", "died=" + day(*m.until)]

    def choose_moves(self, month):
        """From one cell to another, on the last day of the month. Whoever holds an office of the plan (the first three) stays."""
        out, r = [], self.r
        for cell in self.cells if len(self.cells) > 1 and self.moving else []:
            living = [m for m in cell.present(month, 28)[3:] if m.until is None and not any(m.name == d[0] for d in self.doubles)]
            if living and r.chance(50):
                m, target = r.pick(living), r.pick([c for c in self.cells if c is not cell])
                cell.members.remove(m)
                target.members.append(m)
                out.append((m.name, target.code, day(YEAR, month, MONTH_DAYS[month - 1])))
        return out

    # --- the plan ---

    def meets(self, cell, month):
        """Which devices come to the ward, the secretary's last; in the end all of them."""
        online = {"city": 950, "edge": 600, "highland": 300}[cell.profile]
        out = [d for d in reversed(cell.devices) if month == self.months or month % 6 == 0 or cell.r.chance(online)]
        return out

    def plan(self):
        """Yields (path, lines); fields are parted by tabs."""
        yield "orgs", [[c.code, c.type, c.title] for c in self.cells]
        yield "devices", [["clerk", "PHUONG", "clerk", "Vũ Thị Giả"]] + [
            [d, c.code, role, self.holder(d)] for c in self.cells for d, role in zip(c.devices, ["secretary", "deputy", "committee"])]
        every = {c.code: list(c.devices) for c in self.cells}
        yield "lists", [[code, encoding, f"list.{code}.csv"] for code, encoding in self.lists.items()]
        yield "clocks", [[d, str(seconds)] for d, seconds in self.clocks.items()]
        yield "clones", [[d] for d in self.clones]
        yield "00/clerk", list(self.registers())
        yield "00/meet", [["clerk"]] + [[d] for c in self.cells for d in c.devices]
        for month in range(1, self.months + 1):
            yield f"{month:02d}/clerk", list(self.clerk(month))
            meet = []
            for cell in self.cells:
                home = {d: [] for d in every[cell.code]}
                if cell.members:
                    cell.month(month, home)
                if cell in self.late and month > 1:
                    self.late_report(cell, month, home)
                for first, second, where in self.doubles:
                    if where is cell and month == min(2, self.months):
                        home[cell.devices[0]].append(["+", first + ".l", "link", "-", f"first=@{first}", f"second=@{second}", "verdict=same"])
                for device in every[cell.code]:
                    yield f"{month:02d}/{device}", home[device]
                coming = self.meets(cell, month) + [d for d in every[cell.code] if d not in cell.devices]
                if self.merge and self.merge[:2] == (month, cell):
                    coming = [d for d in coming if d != cell.devices[1]]
                self.learn(cell, home, coming)
                meet += [[d] for d in coming]
            yield f"{month:02d}/meet", [["clerk"]] + meet
            yield f"{month:02d}/restored", [[d] for d in self.restored.get(month, [])]
            moves = [list(m) for m in self.choose_moves(month)]
            orgs, more = self.reorganise(month) if self.moving else ([], [])
            yield f"{month:02d}/orgs", orgs
            yield f"{month:02d}/moves", moves + more
        yield "expected", list(self.expected())
        yield "listed", [[m.card, m.family, m.middle, m.given] for c in self.cells for m in getattr(c, "on_list", [])]
        yield "swapped", [[m.name, "%04d-%02d-%02d" % m.born] for m in self.swapped]
        yield "homonyms", [[a.name, b.name] for a, b in self.pairs]
        yield "rows", [[key, str(count)] for key, count in self.rows().items()]

    def late_report(self, cell, month, home):
        """The secretary hands in the month before; then an opinion of that month turns up on the deputy's device."""
        before, secretary, deputy = month - 1, cell.devices[0], cell.devices[-1]
        name = cell.new("r")
        home[secretary].append(["+", name, "report", "-", "form=BC-T", f"period={before:02d}/{YEAR}", "version=1", "cutoff=" + day(YEAR, month, 1),
                                f"figures=feedback={cell.by_month.get(before, 0)}"])
        home[deputy].append(["+", cell.new("k"), "feedback", "-", "date=" + day(YEAR, before, 28), "content=" + cell.prose(1), "status=noted"])
        cell.add("feedback")
        self.late_count += 1

    def rows(self):
        dirt = lambda kind: sum(c.dirt.made[kind] for c in self.cells)  # noqa: E731
        made = {"nfd": dirt("nfd"), "blanks": dirt("blanks"), "lists": sum(self.cells[int(code[3:]) - 1].listed for code in self.lists),
                "swapped": len(self.swapped), "homonyms": 3, "person": self.twice["person"], "dues": self.twice["dues"],
                "reversal": self.twice["reversal"], "late": self.late_count, "merged": int(self.merge is not None),
                "split": int(self.split is not None), "clocks": len(self.clocks), "restored": sum(map(len, self.restored.values())),
                "clones": len(self.clones)}
        assert list(made) == [key for key, _, _ in ROWS]
        return made

    def learn(self, cell, home, coming):
        """What a device can know: its own, and what others brought before it came."""
        for device in cell.devices:
            cell.synced.setdefault(device, set()).update(line[1] for line in home[device] if line[0] == "+")
        at_ward = cell.synced.setdefault("ward", set())
        for device in coming:
            at_ward |= cell.synced[device]
            cell.synced[device] |= at_ward

    def expected(self):
        total = {}
        people = [m for cell in self.cells for m in cell.members if m.until is None]
        people += self.split_members
        counts = {}
        for cell in self.cells:
            code = self.merge[2].code if self.merge and cell is self.merge[1] else cell.code
            cell.count["members"] = cell.count["members.2026"] = sum(m in people for m in cell.members)
            for line, value in cell.count.items():
                counts.setdefault(code, {})[line] = counts.get(code, {}).get(line, 0) + value
        if self.split:
            counts[self.split[2]] = {"members": len(self.split_members), "members.2026": len(self.split_members)}
        for code, count in counts.items():
            for line, value in sorted(count.items()):
                total[line] = total.get(line, 0) + value
                yield [code, line, str(value)]
        for line, value in sorted(total.items()):
            yield ["-", line, str(value)]
        yield ["-", "conflicts", str(self.conflicts)]
        # The second record of a person says the year of birth alone: where the first says more, somebody must look.
        yield ["-", "registers.differ", str(sum(m.part > 1 for m in people for name, _, _ in self.doubles if m.name == name))]


def write(folder, ward):
    counted = {"files": 0, "records": 0, "edits": 0, "signatures": 0}
    for path, lines in ward.plan():
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="\n") as f:
            for line in lines:
                f.write("\t".join(line) + "\n")
                for op, what in (("+", "records"), ("~", "edits"), ("!", "signatures")):
                    counted[what] += line[0] == op
        counted["files"] += 1
    for code, encoding in ward.lists.items():
        cell = ward.cells[int(code[3:]) - 1]
        with open(os.path.join(folder, f"list.{code}.csv"), "wb") as f:
            for row in cell.first_list:
                f.write(legacy.encode(",".join(row), encoding) + b"\r\n")
    return counted


def flow(ward):
    """For the simulator (tests/sim_flow.c), which moves members and meets the ward as it likes: cells, devices, and the
    work of each device in its order."""
    plan = list(ward.plan())
    for path, lines in plan:
        if path in ("orgs", "devices"):
            for line in lines:
                yield ["O" if path == "orgs" else "D", *line[:3 if path == "devices" else 1]]
        elif path[:2].isdigit() and path[3:] not in NO_WORK:
            for line in lines:
                yield [path[3:], *line]


if __name__ == "__main__":
    if sys.argv[1] == "--flow":
        for line in flow(Ward(*map(int, sys.argv[2:5]), moving=False)):
            print("\t".join(line))
        sys.exit()
    made = write(sys.argv[4], Ward(*map(int, sys.argv[1:4])))
    print(" ".join(f"{what}={n}" for what, n in made.items()))
