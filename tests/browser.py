"""browser.py - `chibo trang` in a real Chromium without a screen, used by keyboard as a person does.

    browser.py BUILD HOME PROFILE STEP…   STEP: functions below with + between, then perhaps =COUNT names
                                          the last line is `browser: N passed, M failed`

Each STEP has a page and a browser of its own over the same book, so what a step finds outlived the one before."""
import base64
import json
import os
import random
import subprocess
import sys
import time
import unicodedata
import urllib.parse

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import names

PATIENCE_S = 300
build, home, profile = sys.argv[1:4]
passed, failed = 0, 0
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> &lt;"


def check(what, good):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print(f"browser: {what}")


def records(kind):
    done = subprocess.run([build + "/chibo", "liet-ke", kind, "--json", "--thu-muc", home], capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


class Page:
    def __init__(self):
        self.server = subprocess.Popen([build + "/chibo", "trang", "--khong-mo", "--thu-muc", home], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self.server.stdout.readline().strip()
        self.top = self.address.split("/vao/")[0]
        options = Options()
        for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                     "--disable-extensions", "--disable-background-networking", "--disable-component-update",
                     "--disable-sync", "--window-size=1100,1000", "--force-device-scale-factor=1",
                     "--user-data-dir=" + profile):
            options.add_argument(word)
        options.binary_location = "/usr/bin/chromium"
        self.browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.browser.set_page_load_timeout(PATIENCE_S)
        self.browser.get(self.address)
        self.until(lambda: self.browser.current_url == self.top + "/")

    def close(self):
        self.browser.quit()
        self.server.terminate()
        self.server.wait(PATIENCE_S)

    def until(self, true):
        end = time.monotonic() + PATIENCE_S
        while not true():
            if time.monotonic() > end:
                sys.exit(f"browser: nothing happens at {self.browser.current_url}")
            time.sleep(0.01)

    def go(self, path):
        self.browser.get(self.top + path)

    def cdp(self, method, **words):
        return self.browser.execute_cdp_cmd(method, words)

    def press(self, *keys):
        """To whatever has the focus."""
        for key in keys:
            self.browser.switch_to.active_element.send_keys(key)

    def leave(self, *keys):
        """Keys after which another page comes."""
        old = self.browser.find_element(By.TAG_NAME, "html").id
        self.press(*keys)
        self.until(lambda: self.browser.find_elements(By.TAG_NAME, "h1") and
                   self.browser.find_element(By.TAG_NAME, "html").id != old)

    def tab_to(self, attribute, value):
        """By Tab alone; the focus must be seen on the way."""
        for _ in range(400):
            self.press(Keys.TAB)
            here = self.browser.switch_to.active_element
            if (here.get_attribute(attribute) or "").endswith(value):
                return here
        sys.exit(f"browser: no way by keyboard to {attribute} {value} at {self.browser.current_url}")

    def text(self):
        return self.browser.find_element(By.TAG_NAME, "main").text

    def insert(self, text):
        self.cdp("Input.insertText", text=text)

    def compose(self, states):
        """An input method: each state is shown underlined, the last one stays."""
        for shown in states:
            self.cdp("Input.imeSetComposition", text=shown, selectionStart=len(shown), selectionEnd=len(shown))
        self.insert(states[-1])

    def erase(self, n):
        for _ in range(n):
            for what in ("rawKeyDown", "keyUp"):
                self.cdp("Input.dispatchKeyEvent", type=what, key="Backspace", code="Backspace", windowsVirtualKeyCode=8)


def keyboard(p):
    """A member, from the first page to the record, without a mouse."""
    p.tab_to("href", "/ds/dang-vien")
    p.leave(Keys.ENTER)
    p.tab_to("href", "/ghi/dang-vien")
    p.leave(Keys.ENTER)
    check("the first field has the focus", p.browser.switch_to.active_element.get_attribute("name") == "f.family_name")
    p.compose(["N", "Ng", "Ngu", "Nguy", "Nguye", "Nguyê", "Nguyên", "Nguyễn"])
    p.press(Keys.TAB)
    p.insert(unicodedata.normalize("NFD", "Thị Ngoãn"))
    p.press(Keys.TAB, "Tha")
    p.erase(1)
    p.insert("ắm")
    p.press(Keys.TAB, Keys.ARROW_DOWN)  # from no choice to one
    p.tab_to("name", "f.born")
    p.press("1961")
    p.leave(Keys.ENTER)
    check("the record is shown", "/xem/" in p.browser.current_url and "Nguyễn Thị Ngoãn Thắm" in p.text())
    got = [r["fields"] for r in records("dang-vien") if r["fields"]["given_name"] == "Thắm"]
    check("composed, whatever was typed", len(got) == 1 and
          (got[0]["family_name"], got[0]["middle_name"], got[0]["born"]) == ("Nguyễn", "Thị Ngoãn", "1961"))


def hostile(p):
    p.go("/ghi/viec")
    p.insert(HOSTILE)
    p.tab_to("name", "f.due")
    p.press("32/13")
    p.leave(Keys.ENTER)
    check("a wrong date is marked and has the focus", p.browser.switch_to.active_element.get_attribute("name") == "f.due" and
          p.browser.switch_to.active_element.get_attribute("aria-invalid") == "true")
    check("the rest is kept", p.browser.find_element(By.NAME, "f.duty").get_attribute("value") == HOSTILE)
    p.press(Keys.CONTROL + "a", Keys.DELETE)
    p.leave(Keys.ENTER)
    check("text is text", HOSTILE in p.text() and HOSTILE in p.browser.title)
    p.go("/ds/viec?tim=" + urllib.parse.quote(HOSTILE))
    check("in a list and its search", HOSTILE in p.text() and
          p.browser.find_element(By.NAME, "tim").get_attribute("value") == HOSTILE)
    check("and nothing else", not p.browser.find_elements(By.CSS_SELECTOR, "script, img, style, iframe, [onerror]"))
    check("as it was typed", any(r["fields"]["duty"] == HOSTILE for r in records("viec")))


def roll(p):
    meeting = records("hop")[0]["id"]
    p.go("/xem/" + meeting)
    p.tab_to("href", "/diem-danh/" + meeting)
    p.leave(Keys.ENTER)
    here = p.tab_to("value", "present")
    absent = here.get_attribute("name")[2:]
    p.press(Keys.ARROW_RIGHT, Keys.TAB)
    p.insert("ốm")
    p.tab_to("value", "ghi")
    p.leave(Keys.ENTER)
    got = {r["fields"]["member"]: r["fields"] for r in records("diem-danh")}
    check("one is absent and says why, all others present", len(got) == len(records("dang-vien")) and
          (got[absent]["mark"], got[absent]["reason"]) == ("excused", "ốm") and
          all(f["mark"] == "present" for m, f in got.items() if m != absent))


def leave_draft(p):
    p.go("/ghi/hop")
    p.tab_to("name", "f.place")
    p.insert("Nhà văn hóa tổ 14")
    p.tab_to("value", "giu")
    p.leave(Keys.ENTER)
    check("kept", "nháp" in p.text())


def find_draft(p):
    check("another browser is offered it", "dở" in p.text())
    p.tab_to("href", "/ghi/hop")
    p.leave(Keys.ENTER)
    check("as it was typed", p.browser.find_element(By.NAME, "f.place").get_attribute("value") == "Nhà văn hóa tổ 14")


def paper(p):
    meeting = records("hop")[0]["id"]
    p.go("/xem/" + meeting)
    pdf = profile + ".pdf"
    with open(pdf, "wb") as out:
        out.write(base64.b64decode(p.cdp("Page.printToPDF", preferCSSPageSize=True)["data"]))
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    size = subprocess.run(["pdfinfo", pdf], capture_output=True, text=True, check=True).stdout
    check("the record is on paper", all(t in text for t in ("04/11/2026", "Lò Văn Thử", "Nguyễn Thị Mẫu", "Chủ trì")))
    check("what is for the screen is not", not any(t in text for t in ("Đóng trang", "Đồng bộ", "Điểm danh", "Sửa")))
    check("A4", "A4" in size)


def type_name(p, parts, how):
    name = " ".join(names.spell(*part) for part in parts)
    form = (names.nfc, names.nfd)[how % 2]
    if how < 2:
        p.insert(form(name))
        return name
    for i, part in enumerate(parts):
        states = [form(s) for s in names.struck(*part, vni=how == 4)]
        p.insert(" " if i > 0 else "")
        if how < 4:
            p.compose(states[-3:])
            continue
        before = names.nfc(states[-2]) if len(states) > 1 else ""
        p.insert(before)
        p.erase(len(before))
        p.insert(names.nfc(states[-1]))
    return name


def type_names(p, count):
    """Many names in one text, a line each; not one letter wrong."""
    r = random.Random(2026)
    want, before = [], {t["id"] for t in records("viec")}
    while len(want) < count:
        p.go("/ghi/viec")
        lines = []
        for _ in range(min(50, count - len(want))):
            parts = [names.syllable(r) for _ in range(r.choice((2, 3, 3, 4)))]
            lines.append(type_name(p, parts, r.randrange(5)))
            p.insert("\n")
        want += lines
        p.tab_to("value", "ghi")
        p.leave(Keys.ENTER)
    got = [line for t in records("viec") if t["id"] not in before for line in t["fields"]["duty"].split("\n")]
    wrong = sum(names.wrong_letters(a, b) for a, b in zip(sorted(want), sorted(got))) + abs(len(want) - len(got))
    print(f"{len(want)} names, {wrong} wrong letters")
    check("names", wrong == 0)


for step in sys.argv[4:]:
    word, _, number = step.partition("=")
    page = Page()
    try:
        for one in filter(None, word.split("+")):
            globals()[one](page)
        if number:
            type_names(page, int(number))
    finally:
        page.close()
print(f"browser: {passed} passed, {failed} failed")
