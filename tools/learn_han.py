#!/usr/bin/env python3
# ruff: noqa: T201
"""Learn how Chinese characters sound in foreign names, and write `vault/names/han.tsv`.

  .venv/bin/python tools/learn_han.py --pairs PAIRS.tsv --unihan FOLDER [--out vault/names/han.tsv] [--aside 0.2]

What it reads

* `--pairs`: a table of two columns, a name's word in Latin letters and the same word in Chinese characters, with a line
  of headings. Ours are the 60 605 pairs that Merhav and Ash mined from Wikidata ("Design Challenges in Named Entity
  Transliteration", COLING 2018), which are in the public domain (CC0).
* `--unihan`: the folder with `Unihan_Readings.txt` and `Unihan_Variants.txt` of the Unicode Character Database, plain
  or with `.bz2` (version 15.0, Unicode License). Only readings and simplified forms are taken from them.

How it learns. Each character of a name stands for nothing up to four neighbouring sounds of `vault.names.sounds`, in
the order of the Latin word; the Latin word may be read by several orthographies. Which sounds belong to which character
is found by expectation maximisation, beginning from the likeness of a group of sounds to the character's Mandarin
reading. A character seen seldom leans on all characters of its syllable, a syllable seen seldom on that likeness. Pairs
whose Chinese is no transcription (a translation, a family name alone, Japanese in its own characters) sound nothing
like the Latin word and are left out. The custom of Xinjiang, which few of the pairs follow, is blended in afterwards.

With `--aside` that share of the pairs is not learned from, and how often the Latin word is among the readings of the
rest is printed instead of a table being written.
"""

from __future__ import annotations

import argparse
import bz2
import math
import random
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from vault.names import han, latin
from vault.names.sounds import VOWELS

ROUNDS: Final = 6
FAR: Final = 2.0
"""Unlikeness a character from which a pair is taken for no transcription."""
FAR_JAPANESE: Final = 1.0
"""The same of Japanese names, whose readings are known."""
LEAN: Final = 3.0
"""How many names' worth a character trusts others of its reading, and these the reading itself."""
LIKENESS: Final = 1.5
"""How sharply the first guess prefers groups like the reading."""
UNCOMMON: Final = 0.6
"""How likely a Latin word is read by another orthography than the common one."""
CUSTOM: Final = 0.35
"""The share that the custom of Xinjiang has in a character's sounds, beside what was learned."""
CUSTOM_SEEN: Final = 100.0
"""In how many names more than in the pairs a character of that custom is thought to be seen."""
LEAST: Final = 0.01
MOST: Final = 12
"""The share from which a group of sounds is written down, and how many of a character."""
FEW: Final = 0.04
"""The share for Japanese readings, of which the database lists many that names have not."""
SELDOM: Final = 3.0
"""Names in which a character must occur to get a row of its own."""

Weights = dict[str, float]

HEADER: Final = """\
# How Chinese characters sound in foreign names. Written by tools/learn_han.py, which says how; do not edit.
#
# Origin and licence
#   The sounds are learned from pairs of Latin and Chinese spellings mined from Wikidata by Yuval Merhav and Stephen Ash
#   (Design Challenges in Named Entity Transliteration, COLING 2018), dedicated to the public domain (CC0 1.0).
#   Mandarin and Japanese readings and simplified forms come from the Unihan database 15.0 of the Unicode Character
#   Database, Copyright (c) 1991-2022 Unicode, Inc., under the Unicode License (https://www.unicode.org/license.txt),
#   whose text stands in ORIGIN.md beside this table and has to stay with it. They were modified: cut to what is needed,
#   tones left out, arranged by syllable.
#
# A row that begins with a character:
#   character, its traditional and variant forms, its Mandarin syllables, names it was seen in,
#   groups of sounds (alphabet: vault/names/sounds.py; - is silence) with their share in a thousand, commonest first;
#   then, if Japanese names have it, the number of those it was seen in and how it is read there.
# A row that begins with a Mandarin syllable (v is u with two dots):
#   syllable, characters that have no row of their own, the syllable's sounds, names it was seen in, groups as above,
#   then the same of Japanese names.
"""

# How names are written in Xinjiang: the groups of sounds that a character stands for in the usual transcription of
# Uyghur and Kazakh, commonest first. From general knowledge of the custom, not from a list of names; few of the pairs
# are of such names.
_CUSTOM: Final = """
    阿 a aj | 艾 a A aj | 爱 aj A | 安 an | 昂 aN | 奥 o O | 巴 ba b | 白 baj bA | 拜 baj be | 包 bo | 宝 bo | 贝 be
    比 bi b | 别 be bek | 伯 bA be | 布 bu b | 卜 b bu | 不 bu b | 采 cA | 查 Ca | 恰 Ca | 车 Ce | 陈 Cen | 达 da
    旦 dan | 丹 dan | 德 d dA | 迪 di d | 地 di d | 底 di d | 丁 din | 东 don | 都 du d | 杜 du d | 多 do | 尔 r l
    耳 r l | 法 fa pa | 夫 v f p | 甫 p b f v | 尕 Ga ga | 噶 Ga | 盖 ge gA | 干 gan Gan | 哥 ge | 格 g ge | 根 gen
    古 gu | 果 go | 哈 ha qa xa Ga | 海 hA xA haj qaj | 罕 han xan | 汗 han xan qan | 汉 han xan | 合 h x q | 赫 h x
    黑 hi xi | 和 h x ho | 乎 h x q hu | 胡 hu xu qu | 华 hwa | 吉 Ji Zi gi | 加 Ja Za ga | 贾 Ja Za | 江 Jan Zan
    坚 Jan | 杰 Je Ze | 介 JA Ja | 金 Jin | 居 Ju Zu JU | 朱 Zu Ju | 珠 Zu Ju | 卡 qa ka | 喀 qa ka | 开 kA kaj
    凯 qaj kAj | 堪 qan kan | 坎 qan kan | 康 qaN | 柯 k ke | 科 ko qo | 可 kA ke q | 克 k q g | 肯 ken kAn | 孔 qoN
    库 ku qu kU | 奎 kU | 拉 la ra r | 来 le rA laj | 兰 lan ran | 郎 laN | 勒 l le r lI | 力 l li ri r
    里 l li ri r | 丽 l li | 利 li l ri | 林 lin | 鲁 lu ru | 卢 lu | 罗 ro lo | 洛 lo ro | 略 ljo | 玛 ma | 马 ma
    买 mA ma me muha | 迈 mA maj | 麦 mA me m | 曼 man mAn | 满 man | 毛 maw mo | 美 me | 梅 me | 蒙 muN | 米 mi m
    密 mi | 敏 min | 明 min | 姆 m | 木 m mu | 穆 mu m | 那 na | 纳 na | 乃 nA naj | 娜 na | 尼 ni n | 年 njan
    宁 nin | 奴 nu | 努 nu | 诺 no naw | 欧 o | 帕 pa | 派 pA paj | 潘 pan | 佩 pe | 皮 pi | 普 p pu | 泊 p
    其 Ci C | 奇 Ci C | 齐 Ci | 强 Jan CaN | 乔 Co | 且 CA Ce | 切 Ce | 钦 Cin | 秋 Cu | 曲 CU Cu | 然 ran | 冉 ran
    让 raN | 热 rA re ra r | 日 ri r rI | 荣 ron | 肉 ro | 柔 ro | 茹 ru ro | 如 ru ro | 乳 ru | 若 ro | 萨 sa
    赛 sA se saj | 色 sA se | 森 sen sAn | 沙 Sa sa | 山 San sAn | 尚 SaN | 舍 Se | 生 Sin | 什 S | 胜 Sin | 树 Su
    舒 Su | 司 s | 斯 s | 思 s | 苏 su | 素 su sU | 孙 sun | 索 so | 塔 ta | 台 tA te taj | 太 taj tA | 泰 taj
    坦 tan | 汤 taN | 陶 taw | 特 t | 提 ti t | 铁 te ti tA | 帖 te tA | 听 tin | 通 ton toN | 同 ton | 图 tu
    吐 tu to | 土 tu | 托 to | 瓦 wa va | 外 wA | 维 vi | 乌 u wu | 吾 u o | 武 u | 沃 wo o | 西 Si S si xi
    希 Si hi | 锡 Si | 霞 Sa | 夏 Sa | 仙 San xan | 先 SAn | 辛 Sin | 新 Sin | 肖 Saw | 谢 Se SA | 许 SU | 旭 SU
    雅 ja | 牙 ja | 亚 ja | 娅 ja | 衙 ja | 延 jan | 颜 jan | 杨 jan | 要 jo | 耶 je | 叶 je | 也 je jA | 业 je
    依 i j ji | 衣 i ji j | 伊 i ji | 以 i | 义 ji i | 英 in | 尤 ju | 由 ju | 玉 jU ju U | 约 jo | 云 jun | 赞 zan
    再 zAj zA | 则 zA z | 泽 ze zA | 扎 za Za | 詹 Zan | 占 Zan | 哲 ZA | 者 Z ZA | 真 Zin | 准 JUn | 孜 z zi
    子 z zi | 自 z zi | 佐 zo | 祖 zu | 左 zo | 尊 zun | 泉 Cen | 桑 san | 双 Son | 仁 rin | 纽 nu | 扭 nu | 牛 nju
    卓 Zo | 焦 Jo | 阔 qo ko | 廓 qo | 宽 kwan | 况 kuaN | 呼 hu | 户 hu | 窝 o | 哇 wa | 完 wan | 温 un on | 翁 on
"""

# Characters that are common in Japanese family names.
_FAMILY: Final = (
    "一七三上下世中丸久之九二五井亮今伊会佐佳作保俊健儿入八六内冈前加助勇包北千升南博原又友古吉名君向味和"
    "品喜嘉园土坂坪城堀堤堂塚境增士夏多大太夫奈妻子孝宅宇守安宗宫家富寺小尻尾岐岛岩岸崎川工市布带常平幸广"
    "庄府康廷弘张形影德志忠悦惠户所手播敏敦文斋新日早明星春晴曾月有朝木末本杉村条来松板林柏柳根桂桐桑桥梅"
    "梨森植榎榊横樋樱正武毛水永江池沼沿泉波泷泽洋津浅浜浦海淳清渊渡滨濑片牧犬猪玉王理生田由甲町畑畠登白百"
    "皆益目直相真矢知石矶神福秀秋种积稻立竹笠筱米纪细绪织羽胁胜臼良色花芝芳苗若英茂草荒荻菅菊菱萩落葛薮藏"
    "藤西见角觉谷贞贺赤越足车辰边达近进远造道那邦郎部都酒里重野金釜钟铃银锅长门间关阪阿隆难雄雅青静音须饭"
    "饲香马驹高鬼鱼鲇鸟鸠鹤鹰鹿麻黄黑龙龟"
)


class Pair(NamedTuple):
    """A word in Latin letters, its possible sounds with their weight, and its characters, simplified."""

    word: str
    sounds: tuple[tuple[str, float], ...]
    characters: str


class Manner(NamedTuple):
    """A way to write names: by the sounds of Mandarin readings, or as the Japanese write their own."""

    readings: dict[str, dict[str, float]]
    """The readings that each character goes by, with their weight."""
    sounds: dict[str, str]
    """How each reading sounds."""
    group: int
    """Sounds that one character stands for, at most."""


class Unihan(NamedTuple):
    """What the Unihan database tells of characters."""

    syllables: dict[str, list[str]]
    """Mandarin syllables, the usual one first."""
    japanese: dict[str, Weights]
    """Japanese readings, as sounds; a native one has more weight than one from the Chinese."""
    simplified: dict[str, str]
    """Of each traditional or variant form the simplified one."""


# Mandarin


def _without_tone(syllable: str) -> str:
    parts = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(part for part in parts if not unicodedata.combining(part))


def _character(code: str) -> str:
    return chr(int(code.removeprefix("U+"), base=16))


def _fields(folder: Path, name: str, wanted: set[str]) -> dict[str, dict[str, str]]:
    plain = folder / f"{name}.txt"
    packed = plain.with_suffix(".txt.bz2")
    text = (plain.read_bytes() if plain.exists() else bz2.decompress(packed.read_bytes())).decode()
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for line in text.splitlines():
        if line.startswith("U+"):
            code, field, value = line.split("\t")
            # The planes beyond the first hold no character of names, and would double the table in memory.
            if field in wanted and len(code) == len("U+4E00"):
                found[_character(code)][field] = value
    return found


def _japanese(fields: Mapping[str, str]) -> Weights:
    found: Weights = {}
    for kind, weight in (("kJapaneseOn", 0.3), ("kJapaneseKun", 1.0)):
        for word in fields.get(kind, "").lower().split():
            sounds = _once(latin.read(word)[0])
            # Names have the stem of an adjective, and no long verbs.
            stem = re.sub("(?<=[aou])[ij]$", "", sounds) if weight == 1.0 else sounds
            found |= {sounds: weight if stem == sounds else 0.3, stem: weight} if len(stem) <= 5 else {}
    return found


def read_unihan(folder: Path) -> Unihan:
    """Read Mandarin and Japanese readings and simplified forms."""
    wanted = {"kMandarin", "kTGHZ2013", "kXHC1983", "kJapaneseKun", "kJapaneseOn"}
    readings = _fields(folder, "Unihan_Readings", wanted)
    standard = {character for character, fields in readings.items() if "kTGHZ2013" in fields}
    simplified = {}
    for character, fields in _fields(folder, "Unihan_Variants", {"kSimplifiedVariant"}).items():
        forms = [_character(code) for code in fields["kSimplifiedVariant"].split()]
        forms = [form for form in forms if form in standard and form != character]
        if forms and character not in standard:
            simplified[character] = forms[0]
    for character, fields in _fields(folder, "Unihan_OtherMappings", {"kJinmeiyoKanji"}).items():
        _, _, code = fields["kJinmeiyoKanji"].partition(":")
        form = _character(code) if code else character
        if character not in standard and simplified.get(form, form) in standard:
            simplified[character] = simplified.get(form, form)
    syllables: dict[str, list[str]] = {}
    japanese: dict[str, Weights] = defaultdict(dict)
    for character, fields in readings.items():
        found = fields.get("kMandarin", "").split()[:1]
        listed = fields.get("kTGHZ2013") or fields.get("kXHC1983") or ""
        for place in listed.split():
            found += place.split(":")[1].split(",")
        plain = [_without_tone(syllable) for syllable in found]
        syllables[character] = [s for s in dict.fromkeys(plain) if re.fullmatch("[a-z]*[aeiouv][a-z]*", s)]
        japanese[simplified.get(character, character)].update(_japanese(fields))
    return Unihan({c: s for c, s in syllables.items() if s}, {c: s for c, s in japanese.items() if s}, simplified)


def mandarin(unihan: Unihan) -> Manner:
    """Give the manner of transcriptions."""
    readings = {c: dict.fromkeys(s, 0.3) | {s[0]: 1.0} for c, s in unihan.syllables.items()}
    return Manner(readings, {s: mandarin_sounds(s) for found in readings.values() for s in found}, 4)


def japanese(unihan: Unihan) -> Manner:
    """Give the manner of Japanese names."""
    readings = unihan.japanese
    return Manner(readings, {s: s for found in readings.values() for s in found}, 6)


_INITIALS: Final = {
    "zh": "Z",
    "ch": "C",
    "sh": "S",
    "j": "J",
    "q": "C",
    "x": "S",
    "c": "c",
    "r": "Z",
    "y": "j",
    "w": "w",
}
_FINALS: Final = {
    "ao": "au", "ou": "ou", "iu": "iu", "ui": "ui", "un": "un", "er": "er", "v": "U", "van": "Uen", "vn": "Un",
    "ve": "Ue", "ian": "jen", "iao": "jau", "ie": "je", "ia": "ja", "iang": "jaN", "iong": "juN", "ua": "wa", "uo": "o",
    "uai": "wai", "uan": "wan", "uang": "waN", "ng": "N",
}  # fmt: skip


def mandarin_sounds(syllable: str) -> str:
    """Write a Mandarin syllable in our alphabet of sounds."""
    match = re.match("zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]", syllable)
    initial = match.group() if match else ""
    final = syllable[len(initial) :]
    if initial and initial in "jqxy" and final.startswith("u"):
        final = "v" + final[1:]
    if (initial == "y" and final[:1] in {"i", "v"}) or (initial == "w" and final[:1] == "u"):
        initial = ""
    ending = _FINALS.get(final, final.replace("ng", "N").replace("v", "U"))
    return _INITIALS.get(initial, initial) + ending


# Likeness of sounds

_ALIKE: Final = ("bp", "dt", "gkqGxh", "vfw", "szcSZCJ", "rl", "mnN", "jiI", "wuU", "ZJjr")


def _replacing(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one in VOWELS and other in VOWELS:
        return 0.5
    return 0.5 if any(one in group and other in group for group in _ALIKE) else 2.0


@cache
def unlikeness(mandarin: str, sounds: str) -> float:
    """Tell by a weighted edit distance how unlike two strings of sounds are."""
    adding = [0.6 if sound in VOWELS else 1.2 for sound in sounds]
    row = [0.0]
    for cost in adding:
        row.append(row[-1] + cost)
    for sound in mandarin:
        dropping = 0.5 if sound in VOWELS else 1.5
        above, row = row, [row[0] + dropping]
        for place, other in enumerate(sounds):
            row.append(
                min(above[place] + _replacing(sound, other), above[place + 1] + dropping, row[place] + adding[place])
            )
    return row[-1]


# Pairs


def _once(sounds: str) -> str:
    return re.sub(r"(.)\1+", r"\1", sounds)


def _latin_sounds(word: str) -> tuple[tuple[str, float], ...]:
    """Read a Latin word by every orthography; the common one is thought the likeliest."""
    distinct = [reading for reading in dict.fromkeys(map(_once, latin.read(word))) if reading][:8]
    return tuple((reading, 1.0 if place == 0 else UNCOMMON) for place, reading in enumerate(distinct))


def read_pairs(path: Path, unihan: Unihan) -> tuple[list[Pair], list[Pair]]:
    """Read the pairs that are transcriptions, and those of the others that may be Japanese."""
    near, far = [], []
    for line in path.read_text("utf-8").splitlines()[1:]:
        word, chinese = line.split("\t")
        characters = "".join(unihan.simplified.get(character, character) for character in chinese)
        if len(characters) > 12 or not all(character in unihan.syllables for character in characters):
            continue
        plain = unicodedata.normalize("NFC", re.sub(r"[^\w]", "", word.casefold()))
        pair = Pair(word, _latin_sounds(plain), characters)
        spoken = "".join(mandarin_sounds(unihan.syllables[character][0]) for character in characters)
        if pair.sounds and min(unlikeness(spoken, s) for s, _ in pair.sounds[:4]) < FAR * len(characters):
            near.append(pair)
        elif all(character in unihan.japanese for character in characters):
            far.append(pair._replace(sounds=pair.sounds[:1]))
    unlikeness.cache_clear()
    return near, far


# Learning


class Learned(NamedTuple):
    """Shares of groups of sounds by character and by reading, and in how many names each was seen."""

    characters: dict[str, Weights]
    readings: dict[str, Weights]
    seen: dict[str, float]


def _guess(manner: Manner, character: str, group: str) -> float:
    found = manner.readings[character].items()
    likeness = max(
        weight * math.exp(-LIKENESS * unlikeness(manner.sounds[reading], group)) for reading, weight in found
    )
    return likeness if group else 0.5 * likeness


class _Guesses(dict[str, float]):
    """The first guess at a character's sounds, worked out as it is asked for."""

    def __init__(self, manner: Manner, character: str) -> None:
        super().__init__()
        self._of = manner, character

    def __missing__(self, group: str) -> float:
        value = self[group] = _guess(*self._of, group)
        return value


Step = tuple[int, int, str, float]


def _forward(sounds: str, characters: str, shares: Mapping[str, Weights], most: int) -> tuple[float, list[list[Step]]]:
    """Sum over all ways to share the sounds out among the characters; give the sum and each character's steps."""
    total, last = len(sounds), len(characters) - 1
    reached = {0: 1.0}
    steps: list[list[Step]] = []
    for place, character in enumerate(characters):
        share = shares[character]
        ahead: dict[int, float] = defaultdict(float)
        found: list[Step] = []
        for start, weight in reached.items():
            lowest = total if place == last else max(start, total - (last - place) * most)
            for end in range(lowest, min(total, start + most) + 1):
                group = sounds[start:end]
                value = share[group]
                if value:
                    ahead[end] += weight * value
                    found.append((start, end, group, value))
        reached = ahead
        steps.append(found)
    return reached.get(total, 0.0), steps


def _count(pair: Pair, shares: Mapping[str, Weights], counts: dict[str, Weights], most: int) -> Pair:
    """Add what one pair tells of each of its characters; give it back without the ways to read it that do not fit."""
    ways = [(sounds, weight, *_forward(sounds, pair.characters, shares, most)) for sounds, weight in pair.sounds]
    whole = sum(weight * total for _, weight, total, _ in ways)
    if whole <= 0:
        return pair
    fitting = [way for way in ways if way[1] * way[2] >= 0.02 * whole]
    for sounds, weight, _, steps in fitting:
        before: list[dict[int, float]] = [{0: 1.0}]
        for found in steps[:-1]:
            ahead: dict[int, float] = defaultdict(float)
            for start, end, _, value in found:
                ahead[end] += before[-1].get(start, 0.0) * value
            before.append(ahead)
        after: dict[int, float] = {len(sounds): 1.0}
        for place in range(len(steps) - 1, -1, -1):
            count = counts[pair.characters[place]]
            behind: dict[int, float] = defaultdict(float)
            for start, end, group, value in steps[place]:
                rest = after.get(end, 0.0) * value
                if rest:
                    behind[start] += rest
                    count[group] = count.get(group, 0.0) + weight / whole * before[place][start] * rest
            after = behind
    return pair._replace(sounds=tuple((sounds, weight) for sounds, weight, _, _ in fitting))


def _shares(counts: Mapping[str, Weights], manner: Manner) -> Learned:
    """Turn counts into shares; what was seen seldom leans on what is like it."""
    by_reading: dict[str, Weights] = defaultdict(lambda: defaultdict(float))
    for character, count in counts.items():
        for reading, weight in manner.readings[character].items():
            for group, number in count.items():
                by_reading[reading][group] += number * weight
    readings: dict[str, Weights] = {}
    seen = {character: sum(count.values()) for character, count in counts.items()}
    for reading, sounds in manner.sounds.items():
        count = by_reading.get(reading, {})
        guess = {group: math.exp(-LIKENESS * unlikeness(sounds, group)) for group in [*count, sounds]}
        whole, number = sum(guess.values()), sum(count.values())
        readings[reading] = {g: (count.get(g, 0.0) + LEAN * p / whole) / (number + LEAN) for g, p in guess.items()}
        seen[reading] = number
    characters: dict[str, Weights] = {}
    for character, of in manner.readings.items():
        count, number = counts.get(character, {}), seen.get(character, 0.0)
        shares: Weights = defaultdict(float)
        for group, times in count.items():
            shares[group] += times / (number + LEAN)
        for reading, weight in of.items():
            for group, share in readings[reading].items():
                shares[group] += LEAN * weight / sum(of.values()) * share / (number + LEAN)
        characters[character] = defaultdict(float, {group: share for group, share in shares.items() if share > 1e-4})
    return Learned(characters, readings, seen)


def learn(pairs: Sequence[Pair], manner: Manner) -> Learned:
    """Find the sounds of each character by expectation maximisation."""
    shares: Mapping[str, Weights] = {character: _Guesses(manner, character) for character in manner.readings}
    learned = Learned({}, {}, {})
    for round_ in range(ROUNDS):
        counts: dict[str, Weights] = defaultdict(dict)
        pairs = [_count(pair, shares, counts, manner.group) for pair in pairs]
        learned = _shares(counts, manner)
        shares = learned.characters
        print(f"round {round_ + 1} of {ROUNDS}", file=sys.stderr, flush=True)
    return learned


def with_custom(learned: Learned, manner: Manner) -> Learned:
    """Blend in the custom of Xinjiang, of characters and so of their usual syllables."""
    custom: dict[str, Weights] = {}
    by_syllable: dict[str, list[Weights]] = defaultdict(list)
    for entry in re.split(r"[|\n]", _CUSTOM.strip()):
        character, *groups = entry.split()
        weights = [0.5**place for place in range(len(groups))]
        custom[character] = {group: weight / sum(weights) for group, weight in zip(groups, weights, strict=True)}
        by_syllable[next(iter(manner.readings[character]))].append(custom[character])
    characters = {c: _blend(shares, [custom[c]]) if c in custom else shares for c, shares in learned.characters.items()}
    readings = {
        r: _blend(shares, by_syllable[r]) if r in by_syllable else shares for r, shares in learned.readings.items()
    }
    seen = learned.seen | {key: learned.seen.get(key, 0.0) + CUSTOM_SEEN for key in [*custom, *by_syllable]}
    return Learned(characters, readings, seen)


def _blend(shares: Weights, customs: Sequence[Weights]) -> Weights:
    found: Weights = defaultdict(float, {group: (1 - CUSTOM) * share for group, share in shares.items()})
    for custom in customs:
        for group, share in custom.items():
            found[group] += CUSTOM * share / len(customs)
    return found


def only_like(pairs: Iterable[Pair], manner: Manner) -> list[Pair]:
    """Leave out the pairs that do not sound like the readings of their characters."""
    shares = {character: _Guesses(manner, character) for character in manner.readings}
    return [
        pair
        for pair in pairs
        if pair.sounds
        and _forward(pair.sounds[0][0], pair.characters, shares, manner.group)[0]
        > math.exp(-LIKENESS * FAR_JAPANESE * len(pair.characters))
    ]


# Writing


def _groups(shares: Weights, least: float = LEAST) -> str:
    best = sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    kept = [(group or "-", round(1000 * share)) for group, share in best if share >= least]
    return " ".join(f"{group}:{share}" for group, share in kept)


def write(learned: Learned, own_names: Learned, unihan: Unihan) -> str:
    """Write the table: rows of characters, then rows of syllables, both sorted."""
    seen = {c for c in unihan.syllables if learned.seen.get(c, 0.0) >= SELDOM}
    in_japanese = {c for c in unihan.japanese if c in _FAMILY or own_names.seen.get(c, 0.0) >= 1.0}
    own = sorted((seen | in_japanese).intersection(unihan.syllables))
    forms: dict[str, str] = defaultdict(str)
    for form, character in sorted(unihan.simplified.items()):
        forms[character] += form
    rows = []
    by_syllable: dict[str, list[str]] = defaultdict(list)
    for c in own:
        row = [c, forms[c], " ".join(unihan.syllables[c]), _seen(learned, c), _groups(learned.characters[c])]
        if c in in_japanese:
            row += [_seen(own_names, c), _groups(own_names.characters[c], FEW)]
            by_syllable[unihan.syllables[c][0]].append(c)
        rows.append("\t".join(row))
    placed = {*own, *"".join(forms[c] for c in own)}
    others: dict[str, str] = defaultdict(str)
    for character, syllables in sorted(unihan.syllables.items()):
        if character not in placed and "\u4e00" <= character <= "\u9fff":
            others[syllables[0]] += character
    for syllable in sorted(learned.readings):
        sounds = mandarin_sounds(syllable)
        row = [syllable, others[syllable], sounds, _seen(learned, syllable), _groups(learned.readings[syllable])]
        if by_syllable[syllable]:
            number, shares = _together(own_names, by_syllable[syllable])
            row += [f"{number:.0f}", _groups(shares, FEW)]
        rows.append("\t".join(row))
    return HEADER + "\n".join(rows) + "\n"


def _seen(learned: Learned, key: str) -> str:
    return f"{learned.seen.get(key, 0.0):.0f}"


def _together(learned: Learned, characters: Sequence[str]) -> tuple[float, Weights]:
    """Give the shares of several characters together, and in how many names they were seen."""
    number = sum(learned.seen.get(c, 0.0) for c in characters)
    shares: Weights = defaultdict(float)
    for c in characters:
        part = (learned.seen.get(c, 0.0) + 1.0) / (number + len(characters))
        for group, share in learned.characters[c].items():
            shares[group] += part * share
    return number, shares


# Judging


def judge(pairs: Sequence[Pair], table: str) -> None:
    """Print how often the Latin word sounds like one of the readings of its characters."""
    learned = han.Table(table)
    first = among = 0
    for pair in pairs:
        readings = [han.skeleton(sounds) for sounds, _ in learned.readings(pair.characters)]
        truth = {han.skeleton(sounds) for sounds, _ in pair.sounds[:3]}
        first += not truth.isdisjoint(readings[:1])
        among += not truth.isdisjoint(readings)
    print(f"{len(pairs)} pairs: first reading {first / len(pairs):.3f}, among five {among / len(pairs):.3f}")


def main() -> None:
    """Learn, then write or judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--unihan", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("vault/names/han.tsv"))
    parser.add_argument("--aside", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    unihan = read_unihan(arguments.unihan)
    near, far = read_pairs(arguments.pairs, unihan)
    order = random.Random(arguments.seed)  # noqa: S311 (which pairs are put aside)
    order.shuffle(near)
    aside = int(arguments.aside * len(near))
    own_manner = japanese(unihan)
    far = only_like(far, own_manner)
    print(f"{len(near)} transcriptions, {aside} of them aside, {len(far)} Japanese names", file=sys.stderr)
    manner = mandarin(unihan)
    table = write(with_custom(learn(near[aside:], manner), manner), learn(far, own_manner), unihan)
    if aside:
        judge(near[:aside], table)
    else:
        arguments.out.write_text(table, "utf-8")


if __name__ == "__main__":
    main()
