"""page.py - a browser's part in tests of `chibo trang`, spoken over bare HTTP: who comes in, who does not, what is kept.

    page.py ADDRESS HOME CHIBO STEP…      each STEP is a function below; each check that fails is a line on stdout,
                                          the last line is `page: N passed, M failed`
"""
import fcntl
import html
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse

address, home, chibo = sys.argv[1:4]
PORT = urllib.parse.urlsplit(address).port
DOOR = urllib.parse.urlsplit(address).path
HERE = f"127.0.0.1:{PORT}"
passed, failed = 0, 0
cookie = seal = None


def check(what, good):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print(f"page: {what}")


def ask(method, path, body=None, headers=None, known=True):
    """One request of its own connection: status, headers, text."""
    c = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    send = {"Host": HERE}
    if method == "POST":
        send |= {"Origin": f"http://{HERE}", "Content-Type": "application/x-www-form-urlencoded"}
    if known and cookie:
        send["Cookie"] = f"other=1; {cookie}"
    send |= headers or {}
    c.request(method, path, body, {k: v for k, v in send.items() if v is not None})
    r = c.getresponse()
    text = r.read().decode()
    c.close()
    return r.status, r.headers, text


def form(path, fields, **more):
    return ask("POST", path, urllib.parse.urlencode([("dau", seal)] + fields), **more)


def run(*words):
    return subprocess.run([chibo, *words, "--thu-muc", home], capture_output=True, text=True, check=False)


def records(kind):
    return [json.loads(line) for line in run("liet-ke", kind, "--json").stdout.splitlines()]


def inside():
    """The seal of this run, from any page."""
    global seal
    status, _, text = ask("GET", "/")
    seal = re.search(r'name="dau" value="([0-9a-f]{32})"', text)[1]
    return status, text


# ---- who comes in

def strangers():
    for path in ("/", "/ghi/hop", "/ds/dang-vien", "/vao/" + "0" * 32, DOOR + "0", DOOR[:-1], DOOR.upper()):
        status, _, text = ask("GET", path)
        check(f"a stranger got {status} at {path}", status == 403 and "Lò Văn Thử" not in text)
    check("a wrong host", ask("GET", DOOR, headers={"Host": f"xau.example:{PORT}"})[0] == 421)
    for host in (f"127.0.0.1:{PORT + 1}", "127.0.0.1", f"127.0.0.1:{PORT}.xau.example", f"[::1]:{PORT}", ""):
        check(f"host {host}", ask("GET", "/", headers={"Host": host})[0] in (400, 421))
    check("the style is for everybody", ask("GET", "/kieu.css")[0] == 200)
    check("an unknown cookie", ask("GET", "/", headers={"Cookie": f"chibo-{PORT}={'0' * 32}"})[0] == 403)


def enter():
    global cookie
    status, headers, text = ask("GET", DOOR)
    check("the token lets in", status == 200 and 'url=/"' in text)
    got = headers["Set-Cookie"]
    check("the cookie is strict", got.endswith("; Path=/; HttpOnly; SameSite=Strict"))
    again, headers, _ = ask("GET", DOOR)
    check("the token is dead", again == 403 and headers["Set-Cookie"] is None)
    cookie = got.split(";")[0]
    check("the cookie lets in", inside()[0] == 200)
    check("localhost is here too", ask("GET", "/", headers={"Host": f"localhost:{PORT}"})[0] == 200)
    check("a wrong host with the cookie", ask("GET", "/", headers={"Host": f"xau.example:{PORT}"})[0] == 421)


def headers():
    for path in ("/", "/kieu.css", "/khong-co", "/vao/x", "/ghi/hop"):
        _, h, _ = ask("GET", path)
        policy = dict((p.split(None, 1) + [""])[:2] for p in h["Content-Security-Policy"].split("; "))
        check(f"policy of {path}", policy == {"default-src": "'none'", "style-src": "'self'", "form-action": "'self'",
                                              "frame-ancestors": "'none'", "base-uri": "'none'"})
        check(f"headers of {path}", (h["Cache-Control"], h["Referrer-Policy"], h["X-Content-Type-Options"]) ==
              ("no-store", "no-referrer", "nosniff"))
    for path in ("/", "/so", "/tinh-trang", "/khac", "/dong-bo", "/ghi/hop", "/ds/hop", "/ds/dang-vien"):
        status, _, text = ask("GET", path)
        check(f"no script, no style in {path}", status == 200 and not re.search(r"<script|style=|\son\w+=|javascript:", text))


# ---- what changes something

def other_sites():
    member = [("f.family_name", "Lạ"), ("f.given_name", "Lạ"), ("f.gender", "male"), ("f.born", "1970"), ("lam", "ghi")]
    sent = {"other origin": {"Origin": "http://xau.example"}, "other port": {"Origin": f"http://127.0.0.1:{PORT + 1}"},
            "no origin": {"Origin": None}, "null alone": {"Origin": "null"},
            "null from elsewhere": {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
            "same site, other port": {"Origin": "null", "Sec-Fetch-Site": "same-site"},
            "own origin from elsewhere": {"Sec-Fetch-Site": "cross-site"}}
    for what, h in sent.items():
        check(what, form("/ghi/dang-vien", member, headers=h)[0] == 403)
    check("no cookie", form("/ghi/dang-vien", member, known=False)[0] == 403)
    for wrong in ("", "0" * 32, seal[:-1], seal + "0"):
        body = urllib.parse.urlencode([("dau", wrong)] + member)
        check(f"seal {wrong}", ask("POST", "/ghi/dang-vien", body)[0] == 403)
    check("nothing was written", not any(r["fields"]["family_name"] == "Lạ" for r in records("dang-vien")))
    check("null of our own page", form("/ghi/dang-vien", [("lam", "giu")],
                                       headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"})[0] == 200)
    form("/ghi/dang-vien", [("lam", "bo")])
    for method in ("PUT", "DELETE", "TRACE", "OPTIONS", "PROPFIND"):
        check(method, ask(method, "/")[0] in (400, 405, 501))
    check("no page to post to", form("/so", [])[0] == 405)
    check("no page to get", ask("GET", "/thoi")[0] == 405)


def sizes():
    check("a large form", form("/ghi/viec", [("f.duty", "a" * (5 << 20)), ("lam", "giu")])[0] == 413)
    try:
        got = form("/ghi/viec", [("f.duty", "a" * (40 << 20))])[0]
    except (ConnectionError, http.client.HTTPException):
        got = "cut"
    check("a huge form", got in (413, "cut"))
    check("many fields", ask("POST", "/ghi/viec", "a&" * 9000)[0] == 400)
    check("a long address", ask("GET", "/ds/" + "a" * 60000)[0] in (400, 414, 431))
    check("a long word", form("/ghi/viec", [("f.duty", "ă" * 3000), ("f.from", "hôm nay"), ("lam", "ghi")])[0] == 422)
    form("/ghi/viec", [("lam", "bo")])
    many = [socket.socket() for _ in range(24)]
    for s in many:
        s.setblocking(False)
        s.connect_ex(("127.0.0.1", PORT))
    for s in many:
        s.close()
    check("it still answers", inside()[0] == 200)


def paths():
    for path in ("/../../etc/passwd", "/xem/../../etc/passwd", "/xem/%2e%2e%2fkhoa", "/kieu.css/../khoa", "/xem/" + "0" * 32,
                 "/ds/khong-co", "/ghi/%00", "/xem/'", "/%", "//", "/ds/", "/sua/zz", "/ky/" + "f" * 32):
        check(f"path {path}", ask("GET", path)[0] in (400, 404))
    check("a NUL in a form", ask("POST", "/ghi/viec", f"dau={seal}&f.duty=a%00b")[0] == 400)
    check("a broken %", ask("POST", "/ghi/viec", f"dau={seal}&f.duty=%zz")[0] == 400)


# ---- what is written

HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onfocus='alert(1)", "&lt;b&gt; & &amp;",
           "</textarea><script>", "]]>-->", "%s%n${7*7}{{7*7}}", "a\\u003cb", "=1+2", "😀 𝒳"]


def shown(text, value):
    return html.escape(value, quote=True).replace("&#x27;", "&#39;") in text


def hostile():
    for value in HOSTILE:
        status, h, _ = form("/ghi/viec", [("f.duty", value), ("f.from", "4/11/2026"), ("lam", "ghi")])
        check(f"taken: {value}", status == 303)
        _, _, text = ask("GET", h["Location"])
        check(f"shown as text: {value}", shown(text, value) and "<script" not in text and "<img" not in text)
        _, _, text = ask("GET", h["Location"].replace("/xem/", "/sua/"))
        check(f"to be changed: {value}", shown(text, value) and text.count("</textarea>") == text.count("<textarea"))
        check(f"in the search: {value}", ask("GET", "/ds/viec?tim=" + urllib.parse.quote(value))[0] == 200)
    got = {r["fields"]["duty"] for r in records("viec")}
    check("as it was sent", set(HOSTILE) <= got)
    for value in ("a\x07b", "a\x1b[2Jb", "\u202eab", "a\x7fb"):
        status, _, text = form("/ghi/viec", [("f.duty", value), ("f.from", "4/11/2026"), ("lam", "ghi")])
        check(f"refused: {value!r}", status == 422 and value not in text)
    broken = f"dau={seal}&f.duty=a%ff%feb&f.from=4%2F11%2F2026&lam=ghi"
    status, _, text = ask("POST", "/ghi/viec", broken)
    check("what is no UTF-8", status == 422 and "a??b" in text)
    check("decomposed text", form("/ghi/viec", [("f.duty", "Nguye\u0302\u0303n"), ("f.from", "4/11/2026"), ("lam", "ghi")])[0] == 303)
    check("is stored composed", any(r["fields"]["duty"] == "Nguyễn" for r in records("viec")))


def drafts():
    status, _, text = form("/ghi/viec", [("f.duty", "Sửa đường\r\ntổ 14"), ("f.from", "ngày kia"), ("lam", "ghi")])
    check("a wrong date", status == 422 and 'aria-invalid="true"' in text and "Sửa đường\ntổ 14" in text)
    _, _, text = ask("GET", "/")
    check("the draft is offered", "/ghi/viec" in text and "dở" in text)
    _, _, text = ask("GET", "/ghi/viec")
    check("and holds what was typed", "Sửa đường\ntổ 14</textarea>" in text and 'value="ngày kia"' in text)
    number = re.search(r'name="lan" value="([0-9a-f]{32})"', text)[1]
    right = [("lan", number), ("f.duty", "Sửa đường\r\ntổ 14"), ("f.from", "4/11/2026"), ("lam", "ghi")]
    before = len(records("viec"))
    status, h, _ = form("/ghi/viec", right)
    check("it is recorded", status == 303 and len(records("viec")) == before + 1)
    status, again, _ = form("/ghi/viec", right)
    check("a second click records nothing", (status, again["Location"]) == (303, h["Location"]) and
          len(records("viec")) == before + 1)
    check("the draft is gone", "dở" not in ask("GET", "/")[2])
    _, _, text = form("/ghi/viec", [("f.duty", "Bỏ đi"), ("lam", "giu")])
    check("kept", "Bỏ đi" in ask("GET", "/ghi/viec")[2])
    form("/ghi/viec", [("lam", "bo")])
    check("thrown away", "Bỏ đi" not in ask("GET", "/ghi/viec")[2])


def changes():
    record = next(r for r in records("viec") if r["fields"]["duty"].startswith("Sửa đường"))
    path = "/sua/" + record["id"]
    _, _, text = ask("GET", path)
    fields = [(n, html.unescape(v)) for n, v in re.findall(r'name="(o\.\w+)" value="([^"]*)"', text)]
    typed = {"f." + n[2:]: v for n, v in fields}
    check("what stands there is offered", typed["f.duty"] == record["fields"]["duty"])
    run("sua", record["id"], "--muc", "due=30/11/2026")
    typed["f.duty"] = "Sửa đường và cống"
    status, h, _ = form(path, fields + list(typed.items()) + [("lam", "ghi")])
    now = next(r for r in records("viec") if r["id"] == record["id"])["fields"]
    check("one field is changed, the other's stays",
          status == 303 and (now["duty"], now.get("due")) == ("Sửa đường và cống", "2026-11-30"))
    typed["f.duty"] = "Thứ ba"
    status, _, text = form(path, fields + list(typed.items()) + [("lam", "ghi")])
    check("what changed meanwhile is shown first", status == 422 and "Sửa đường và cống" in text and "Thứ ba" in text)
    now = next(r for r in records("viec") if r["id"] == record["id"])["fields"]
    check("and stands", now["duty"] == "Sửa đường và cống")


def roll():
    meeting = records("hop")[0]["id"]
    path = "/diem-danh/" + meeting
    _, _, text = ask("GET", path)
    people = re.findall(r'name="D\.([0-9a-f]{32})"', text)
    check("everybody is on it", len(people) == len(records("dang-vien")))
    fields = [(f"{a}.{p}", "") for p in people for a in "DL"]
    marks = [("d." + p, "present") for p in people[1:]] + [("d." + people[0], "excused"), ("l." + people[0], "ốm <b>")]
    check("it is recorded", form(path, fields + marks)[0] == 303)
    got = {r["fields"]["member"]: r["fields"] for r in records("diem-danh")}
    check("as it was marked", len(got) == len(people) and got[people[0]]["mark"] == "excused" and
          got[people[0]]["reason"] == "ốm <b>" and all(got[p]["mark"] == "present" for p in people[1:]))
    _, _, text = ask("GET", path)
    check("and is shown", f'name="d.{people[0]}" value="excused" checked' in text and "ốm &lt;b&gt;" in text)
    status, _, text = form(path, fields + marks[:-2] + [("d." + people[0], "present"), ("l." + people[0], "")])
    check("a page that is too old changes nothing", status == 422 and
          {r["fields"]["member"]: r["fields"]["mark"] for r in records("diem-danh")}[people[0]] == "excused")


def locked():
    """Another program writes: what was typed comes back, and nothing is lost."""
    held = open(os.path.join(home, "so", "lock-writer"), "r+b")
    fcntl.lockf(held, fcntl.LOCK_EX)
    status, _, text = form("/ghi/viec", [("f.duty", "Trong lúc chờ"), ("f.from", "4/11/2026"), ("lam", "ghi")])
    check("the book is held", status == 503 and "Trong lúc chờ" in text)
    check("reading goes on", ask("GET", "/ds/viec")[0] == 200)
    held.close()
    check("then it is free", form("/ghi/viec", [("f.duty", "Trong lúc chờ"), ("f.from", "4/11/2026"), ("lam", "ghi")])[0] == 303)
    check("the page holds nothing between two requests", run("ghi", "viec", "--muc", "duty=Tay ngang", "--muc",
                                                             "from=4/11/2026").returncode == 0)


def others():
    """Another user of this machine, who knows the cookie. Only root can be another."""
    if os.getuid() != 0:
        return
    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        try:
            status = ask("GET", "/")[0]
        except (ConnectionError, http.client.HTTPException):
            status = 403
        os._exit(0 if status == 403 else 1)
    check("another user", os.waitpid(child, 0)[1] == 0)


def keep():
    check("kept", form("/ghi/hop", [("f.place", "Nhà văn hóa"), ("f.agenda", "một; hai\r\nba"), ("lam", "giu")])[0] == 200)


def kept():
    _, _, text = ask("GET", "/ghi/hop")
    check("what was kept is there", "Nhà văn hóa" in text and "một; hai\nba" in text)


def exchange():
    """The button; the page asks again by itself until it is done."""
    check("begun", form("/dong-bo", [("lam", "dong-bo")])[0] == 303)
    end = time.monotonic() + 60
    while 'http-equiv="refresh"' in (text := ask("GET", "/dong-bo")[2]) and time.monotonic() < end:
        time.sleep(0.02)
    check("exchanged: " + text[-900:], "Gửi 1 thay đổi · nhận 1" in text)


def conflict():
    meeting = records("hop")[0]["id"]
    _, _, text = ask("GET", "/khac")
    check("before, mine and theirs", all(t in text for t in ("Nhà ông Giả", "Nhà văn hóa", "Trường học &lt;b&gt;",
                                                             "Quàng Thị Ví Dụ")))
    fields = re.findall(r'type="hidden" name="(thay|ma|muc)" value="([^"]*)"', text)
    check("of this record and field", ("ma", meeting) in fields and ("muc", "place") in fields)
    number = re.search(r'value="(\d)"> <span>[^<]*<b class="text">Trường học', text)[1]
    check("nothing chosen", form("/khac", fields)[0] == 422)
    wrong = [(n, v if n != "thay" else "0" * 32) for n, v in fields]
    check("what was not seen is not settled", form("/khac", wrong + [("chon", number)])[0] == 422)
    check("settled", form("/khac", fields + [("chon", number)])[0] == 303)
    record = records("hop")[0]
    check("as it was chosen", record["fields"]["place"] == "Trường học <b>" and "conflicts" not in record)
    check("an old page settles nothing", form("/khac", fields + [("chon", "1")])[0] == 422)
    check("nothing waits", "Không có gì chờ" in ask("GET", "/khac")[2])


def sign():
    """What is signed is the text that was on the page; after that it is only amended."""
    meeting = records("hop")[0]["id"]
    _, h, _ = form("/ghi/bien-ban", [("f.meeting", meeting), ("f.conclusion", "Nhất trí."), ("lam", "ghi")])
    minutes = h["Location"].rsplit("/", 1)[1]
    _, _, text = ask("GET", "/ky/" + minutes)
    seen = re.search(r'name="thay" value="(\w+)"', text)[1]
    run("sua", minutes, "--muc", "closing=21 giờ")
    check("another text is not signed", form("/ky/" + minutes, [("thay", seen)])[0] == 403)
    seen = re.search(r'name="thay" value="(\w+)"', ask("GET", "/ky/" + minutes)[2])[1]
    check("signed", form("/ky/" + minutes, [("thay", seen)])[0] == 303)
    _, _, text = ask("GET", "/sua/" + minutes)
    check("only amended", "Đính chính" in text)
    before = [("o.conclusion", "Nhất trí."), ("o.closing", "21 giờ"), ("f.closing", "21 giờ")]
    check("amended", form("/sua/" + minutes, before + [("f.conclusion", "Nhất trí 15/15."), ("lam", "ghi")])[0] == 303)
    check("it says so", "Nhất trí 15/15." in ask("GET", "/xem/" + minutes)[2])
    task = records("viec")[0]["id"]
    for said in ("bỏ", "khôi phục"):
        _, _, text = ask("GET", "/xoa/" + task)
        seen = re.search(r'name="thay" value="(\w+)"', text)[1]
        check(said, "Đồng ý " + said in text and form("/xoa/" + task, [("thay", seen)])[0] == 303)
    check("it stands", any(r["id"] == task for r in records("viec")))


def leave():
    status, _, text = form("/thoi", [])
    check("it says good-bye", status == 200 and "đóng" in text)


for step in sys.argv[4:]:
    globals()[step]()
print(f"page: {passed} passed, {failed} failed")
