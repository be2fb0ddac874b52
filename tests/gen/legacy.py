"""legacy.py - text in the encodings that offices' lists are in. The tables are those of the fonts: TCVN3 (which has no
capitals with tones: they are set in a font of capitals) and VNI (a letter, then a byte for its mark and tone)."""
import unicodedata

TONES = "\u0300\u0309\u0303\u0301\u0323"  # grave, hook, tilde, acute, dot below
BASES = "aăâeêioôơuưy"
TCVN3 = dict(zip((unicodedata.normalize("NFC", b + t) for b in BASES for t in TONES), bytes.fromhex(
    "b5b6b7b8b9 bbbcbdbec6 c7c8c9cacb cccecfd0d1 d2d3d4d5d6 d7d8dcddde dfe1e2e3e4 e5e6e7e8e9 eaebecedee eff1f2f3f4 f5f6f7f8f9 fafbfcfdfe")))
TCVN3.update(zip("ăâêôơưđĂÂÊÔƠƯĐ", bytes.fromhex("a8a9aaabacadaea1a2a3a4a5a6a7")))
PLAIN = dict(zip(TONES, "øûõùï"))
ROUND = dict(zip(TONES, "àåãáä"))  # over a circumflex
BREVE = dict(zip(TONES, "èúüéë"))
VNI_I = dict(zip(TONES, "ìæóíò"))


def vni_letter(c):
    """One letter, small; its bytes as latin-1."""
    if c in "iy" and c == "i":
        return c
    parts = unicodedata.normalize("NFD", c)
    tone = next((p for p in parts if p in TONES), "")
    base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in TONES))
    if base == "i":
        return VNI_I.get(tone, "i")
    if base == "y" and tone == "\u0323":
        return "î"
    if base in "âêô":
        return {"â": "a", "ê": "e", "ô": "o"}[base] + (ROUND[tone] if tone else "â")
    if base == "ă":
        return "a" + (BREVE[tone] if tone else "ê")
    return {"ơ": "ô", "ư": "ö", "đ": "ñ"}.get(base, base) + (PLAIN[tone] if tone else "")


def encode(text, encoding):
    text = unicodedata.normalize("NFC", text)
    if encoding == "cp1258":
        spread = (unicodedata.normalize("NFD", c) for c in text)
        return "".join(unicodedata.normalize("NFC", "".join(p for p in s if p not in TONES)) + "".join(p for p in s if p in TONES) for s in spread).encode("cp1258")
    if encoding == "tcvn3":
        return b"".join(bytes([TCVN3[c] if c in TCVN3 else TCVN3[c.lower()] if c.lower() in TCVN3 else ord(c)]) for c in text)
    out = ""
    for c in text:
        made = vni_letter(c.lower())
        out += made.upper() if c != c.lower() else made
    return out.encode("latin-1")
