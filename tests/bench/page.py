#!/usr/bin/python3
"""page.py - how long until the first byte of each page of `chibo trang`, over a book of many records.

    page.py BUILD [RECORDS]     a book of its own (tests/bench/gen.py, fill) with 60 members and a meeting; RUNS requests of
                                each page, each on a connection of its own; wall time and CPU of the server, milliseconds

The CPU is what a busy machine does not change."""
import http.client
import os
import subprocess
import sys
import tempfile
import time

RUNS = 40
build = sys.argv[1]
count = sys.argv[2] if len(sys.argv) > 2 else "20000"
work = tempfile.TemporaryDirectory()
home = work.name + "/nha"
env = dict(os.environ, CHIBO_HOME=home, LC_ALL="C.UTF-8")


def chibo(*words):
    return subprocess.run([build + "/chibo", *words], env=env, check=True, capture_output=True, text=True).stdout


def cpu_ms(pid):
    with open(f"/proc/{pid}/schedstat", encoding="ascii") as f:
        return int(f.read().split()[0]) / 1e6


def first_byte(port, path, cookie):
    c = http.client.HTTPConnection("127.0.0.1", port)
    c.connect()
    begin = time.perf_counter()
    c.request("GET", path, headers={"Cookie": cookie})
    r = c.getresponse()  # the first byte, and what came with it
    took = (time.perf_counter() - begin) * 1e3
    n = len(r.read())
    if r.status != 200:
        sys.exit(f"page.py: {path}: {r.status}")
    return took, n


chibo("init", "--org", "CB-014", "--name", "Chi bộ Tổ dân phố 14")
subprocess.run([sys.executable, "tests/bench/gen.py", count, "1", work.name + "/rows"], check=True)
subprocess.run([build + "/tests/bench/fill", home, work.name + "/rows"], check=True, stdout=subprocess.DEVNULL)
members = [chibo("add", "member", *[w for f in (f"family_name=Lò", "middle_name=Văn", f"given_name=Thử {i}", "gender=male",
                                                "born=1961", "official=1990") for w in ("--set", f)]).strip()
           for i in range(60)]
meeting = chibo("add", "meeting", *[w for f in ("type=regular", "period=11/2026", "date=4/11/2026", "start=19:30",
                                                f"chair={members[0]}", f"scribe={members[1]}")
                                    for w in ("--set", f)]).strip()
page = subprocess.Popen([build + "/chibo", "web", "--no-browser"], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                        text=True)
address = page.stdout.readline().strip()
port = int(address.split(":")[2].split("/")[0])
c = http.client.HTTPConnection("127.0.0.1", port)
c.request("GET", address[address.index("/vao/"):])
cookie = c.getresponse().headers["Set-Cookie"].split(";")[0]
c.close()
print(f"{count} records and 60 members; {RUNS} of each: median and longest first byte, CPU of the server, ms; bytes")
for path in ("/", "/so", "/ghi/hop", "/ghi/viec", "/ds/dang-vien", "/ds/hop", "/ds/viec", "/xem/" + meeting, "/sua/" + meeting,
             "/diem-danh/" + meeting, "/tinh-trang", "/khac"):
    before = cpu_ms(page.pid)
    took, sizes = zip(*[first_byte(port, path, cookie) for _ in range(RUNS)])
    cpu = (cpu_ms(page.pid) - before) / RUNS
    took = sorted(took)
    print(f"{path.replace(meeting, 'HỌP'):16} {took[RUNS // 2]:8.1f} {took[-1]:8.1f} {cpu:8.1f} {sizes[0]:8}")
with open(f"/proc/{page.pid}/status", encoding="ascii") as f:
    print([line.split(":")[1].strip() for line in f if line.startswith("VmHWM")][0] + " resident at most")
page.terminate()
page.wait()
