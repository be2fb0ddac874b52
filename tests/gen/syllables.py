#!/usr/bin/python3
"""syllables.py - Vietnamese syllables, the likelier first: what dictionary 1 knows beside the words of the generator.

    syllables.py GENERATED OURS    GENERATED: what gen.py --words printed; OURS: tests/gen/ours.txt
    syllables.py --texts PO        writes OURS: the syllables of this program's own Vietnamese texts, the more frequent first

Those of OURS and COMMON (written by hand) come first. A syllable is an initial, a rime and one of six tones: the others are all that spelling
allows; how likely one is, is what its three parts are worth together: how often they stand in those lists and in GENERATED. No other text was counted.
OURS is a copy made once: what a dictionary was made of does not change with the program's texts."""
import re
import sys
import unicodedata

COMMON = """là của và có không được những một cho các với này khi để người đã trong nhiều như từ vào ra đến thì lại còn nên hay nếu vì bị đang sẽ rất cũng
chỉ mà theo về trên dưới sau trước giữa ngoài tại do bởi nhưng hoặc rồi đó đây kia ấy ai gì nào sao đâu bao mấy mỗi mọi từng cả chưa chẳng đừng hãy phải cần muốn
có thể biết thấy nghe nói làm đi đứng ngồi nằm ăn uống ngủ đọc viết học dạy hỏi đáp mua bán cho nhận lấy đưa gửi giữ mất tìm gặp chờ đợi giúp sửa đổi thêm bớt
ông bà cha mẹ anh chị em con cháu bác chú cô dì cậu mợ bạn tôi ta mình họ nó nhà cửa đường phố làng xóm huyện tỉnh nước sông núi biển trời đất mưa nắng gió
ngày đêm sáng trưa chiều tối giờ phút tuần tháng năm xưa nay mai hôm qua mới cũ lớn nhỏ cao thấp dài ngắn rộng hẹp nhanh chậm tốt xấu đẹp đúng sai đủ thiếu
không hai ba bốn năm sáu bảy tám chín mười trăm nghìn triệu tỷ nửa đôi vài đầu cuối giữa bên trái phải thuận tiện khó dễ vui buồn yêu ghét lo sợ tin ngờ""".split()

INITIALS = "ngh ng nh gh gi kh ch th tr ph qu b c d đ g h k l m n p r s t v x".split() + [""]
RIMES = """a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp
iêt iêu im in inh ip it iu o oa oac oach oai oan oang oanh oat oay oăc oăn oăng oăt oc oe oen oeo oet oi om on ong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
u ua uân uâng uât uây uc uê uêch uên uênh ui um un ung uôc uôi uôm uôn uông uôt up ut uy uya uych uyên uyêt uynh uyt uyu ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
y yêm yên yêng yêt yêu""".split()
TONES = ["", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"]  # ngang huyền sắc hỏi ngã nặng
STOPPED = ("c", "ch", "p", "t")
MARKED = "ăâêôơư"
MOST_BYTES = 9


def vowel(rime):
    """Where the tone stands: on the letter that has a mark, the last such one; else before the last letter of a group of vowels, or on it if a consonant follows."""
    marked = [i for i, letter in enumerate(rime) if letter in MARKED]
    if marked:
        return marked[-1]
    vowels = [i for i, letter in enumerate(rime) if letter in "aeiouy"]
    return vowels[-1] if len(vowels) == 1 or vowels[-1] + 1 < len(rime) and len(vowels) == 2 else vowels[-2]


def allowed(initial, rime):
    front = rime[0] in "eêiy"
    if initial in ("k", "gh", "ngh"):
        return front and (rime[0] != "y" or initial == "k" and rime in ("y",))
    if initial in ("c", "g", "ng"):
        return not front and not (initial == "c" and rime[:2] in ("oa", "oe", "oă"))
    if initial == "gi":
        return rime[0] not in "iy" and rime[:2] not in ("oa", "oe", "uy", "uâ", "oă")
    if initial == "qu":
        return rime[0] not in "ouưi" or rime in ("it", "ich", "inh")
    if initial == "":
        return rime[0] != "i" or rime in ("im", "in", "inh", "ich", "it")
    return rime[0] != "y" or rime == "y" and initial in ("h", "k", "l", "m", "s", "t", "v")


def spell(initial, rime, tone):
    at = vowel(rime)
    return unicodedata.normalize("NFC", initial + rime[:at + 1] + tone + rime[at + 1:])


def syllables():
    """{spelling: (initial, rime, tone)}"""
    out = {}
    for initial in INITIALS:
        for rime in RIMES:
            if allowed(initial, rime):
                for tone in TONES:
                    if not rime.endswith(STOPPED) or tone in ("\u0301", "\u0323"):
                        out.setdefault(spell(initial, rime, tone), (initial, rime, tone))
    return out


def likely(words):
    known = syllables()
    count = [{}, {}, {}, {}]
    for word in words:
        for part, table in zip(known.get(word, ()), count):
            table[part] = table.get(part, 0) + 1
        if word in known:
            pair = known[word][:2]
            count[3][pair] = count[3].get(pair, 0) + 1

    def worth(word):
        initial, rime, tone = known[word]
        return ((count[0].get(initial, 0) + 0.5) * (count[1].get(rime, 0) + 0.5) * (count[2].get(tone, 0) + 0.5) * (count[3].get((initial, rime), 0) + 0.2))
    return sorted(known, key=lambda word: (-worth(word), word))


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def texts(path):
    """The syllables of the msgstr of a catalogue; what has no mark at all is a word of the program as often as one of the language."""
    count, known = {}, syllables()
    for text in re.findall(r'^msgstr (".*"\n(?:".*"\n)*)', read(path), re.M):
        for word in re.findall(r"[^\W\d_]+", "".join(re.findall(r'"(.*)"', text)).replace("\\n", " ").lower()):
            if word in known and not word.isascii():
                count[word] = count.get(word, 0) + 1
    return sorted(count, key=lambda word: (-count[word], word))


def main(args):
    if args[0] == "--texts":
        print("\n".join(texts(args[1])))
        return
    first = list(dict.fromkeys(read(args[1]).split() + COMMON))
    words = first + likely(read(args[0]).split() + first)
    print("\n".join(word for word in dict.fromkeys(words) if len(word.encode()) <= MOST_BYTES))


if __name__ == "__main__":
    main(sys.argv[1:])
