"""Common names whose forms have moved too far apart for their sounds to meet.

Part of the ground. Each row is one name in the forms that Kazakhs, Uyghurs, Kyrgyz, Tatars, Uzbeks, Arabs, Persians,
Russians and Chinese clerks give it. A form covers all spellings that are read alike; forms that sound alike anyway need
not stand here.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from vault.names import letters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vault.names.letters import Reading, Token

FAMILIES: Final = {
    "muhammad": "мамет мамат мухаммед muhammad muhammed mohammed mohamed мухаммад мухамед мұхаммед мұхамбет "
    "махамбет мәмбет мамбет магомед мәмет мамед memet mehmet mamat məmət "
    "مەمەت مۇھەممەت محمد 买买提 麦麦提 maimaiti maimaitiming 穆罕默德 買買提",
    "ahmad": "ahmad axmet ахмет ахмат әхмәт акмат ehmet exmet ئەھمەت أحمد 艾合买提 aihemaiti aimaiti aihaimaiti "
    "艾哈迈德 艾买提",
    "yaqub": "yakub yakup yaqup jakub jacob жақып жакып якуб иаков جاقىپ ياقۇپ يعقوب 加合甫 jiahefu yakufu yahefu "
    "亚库甫 牙合甫",
    "yusuf": "yusuf yusup yüsüp joseph жүсіп жусип юсуп юсуф иосиф جۇسىپ يۈسۈپ يوسف 玉素甫 yusufu yusupu jusufu "
    "居素甫 玉素普",
    "yunus": "yunus жүніс жунис юнус يونس يۇنۇس 尤努斯 玉努斯",
    "ibrahim": "ibrahim ibrayim ybyrai ыбырай ибраһим ибрагим ибраим abraham ئىبراھىم إبراهيم 依不拉音 "
    "yibulayin 依布拉音 伊布拉音 伊布拉欣",
    "ismail": "ismail ismayil ысмайыл смағұл смагул исмаил исмагил ئىسمائىل إسماعيل 司马义 simayi 斯马义 伊斯马伊力",
    "usman": "usman osman оспан осман усман uthman ئوسمان عثمان 吾斯曼 wusiman 乌斯曼 奥斯曼",
    "umar": "umar omar омар умар гумар ғұмар ömer ئۆمەر عمر 吾买尔 wumaier 奥马尔 乌马尔",
    "ali": "ali әли али ғали гали eli ئەلى علي 艾力 aili 阿里",
    "hasan": "hasan hassan асан хасан һәсән حسن 艾山 aishan 哈桑",
    "husayn": "husayn hussein үсен хусаин хусейн hüsäyin ئۈسەن ھۈسەيىن حسين 玉山 yushan wushan 吾山 侯赛因",
    "fatima": "fatima патима батима бәтима фатима fatma patime پاتىمە فاطمة 帕提曼 patiman 帕提玛 法蒂玛",
    "ayisha": "aisha айша ғайша ayshe ئايشە عائشة 阿依夏 ayixia 阿依谢 艾莎",
    "abdullah": "abdullah абдулла ғабдолла abdulla ئابدۇللا عبدالله 阿不都拉 abudula 阿卜杜拉",
    "abdurahman": "abdurahman әбдірахман абдрахман абдурахман ғабдрахман ئابدۇراخمان "
    "عبدالرحمن 阿不都热合曼 abudureheman 阿布都热合曼",
    "ramadan": "ramadan ramazan рамазан ramzan رامازان رامىزان رمضان 热木赞 remuzan 拉马丹",
    "sulayman": "sulayman suleyman сүлеймен сулейман solomon سۇلايمان سليمان 苏来曼 苏莱曼",
    "zaynab": "zaynab zeynep зейнеп зайнап зейнаб زەينەپ زينب 再乃甫 在乃甫",
    "ghulam": "ghulam құлам гулам ғұлам غۇلام غلام 吾拉木 古拉姆",
    "qadir": "qadir kadir қадыр кадыр кадир قادىر 卡德尔 卡迪尔",
    "ishaq": "ishaq iskhak ishak isaac ысқақ ыскак исхак исаак ىسقاق ئىسھاق إسحاق 依斯哈克 斯哈克 伊斯哈格",
    "rajab": "rajab recep rejep redzhep ережеп режеп раджаб ражаб реджеп رەجەپ رجب 热杰甫 热介甫 rejiefu",
    "khadija": "khadija hadija hatice hadicha қадиша кадиша хадиша хадича хадиджа خەدىچە قاديشا خديجة 海迪且 哈迪恰 "
    "海迪彻 haidiqie",
    "ayyub": "ayyub ayup eyüp айып аюп аюб иов ئايۇپ أيوب 阿尤甫 阿尤普 ayoufu",
    "yahya": "yahya yahia жақия жаһия жахия яхья яхия يەھيا يحيى 亚合亚 牙合亚 叶海亚 yaheya",
    "maryam": "maryam meryem mariam мәриям мариям марьям مەريەم مريم 买日艳 麦尔彦 玛丽亚姆 mairiyan maieryan",
    "dawud": "dawud davud dawut david дәуіт даут давуд давид داۋۇت داود 达吾提 达伍德 dawuti",
    "jabbar": "jabbar jappar жаппар жаббар джаббар جاپپار جبار 加帕尔 jiapaer",
    "jafar": "jafar jepar жапар жафар джафар جەپەر جعفر 贾法尔",
    "khalil": "khalil halil қалел калел халил خېلىل خليل 海力力 哈利勒",
    "zakariya": "zakariya zakaria zikriya зекерия закария زەكەرىيا زكريا 则克力亚 扎卡里亚",
    "qasim": "qasim kasim қасым касым касим قاسىم قاسم 卡斯木 卡西姆 kasimu",
    "rashid": "rashid reshit рашид решит рәшит رېشىت رشيد 热西提 拉希德 rexiti",
    "abdukarim": "abdulkarim abdukerim әбдікәрім абдикарим абдукарим абдулкарим ئابدۇكېرىم عبدالكريم 阿不都克力木 "
    "阿卜杜克里木 abudukelimu",
    "abdurashid": "abdurashid abdulrashid әбдірашид абдрашид абдурашид ئابدۇرېشىت عبدالرشيد 阿不都热西提 abudurexiti",
    "abduqadir": "abdulkadir abduqadir әбдіқадыр абдикадыр абдукадыр абдулкадир ئابدۇقادىر عبدالقادر 阿不都卡德尔 "
    "阿卜杜卡迪尔 abudukadeer",
    "iskandar": "iskander ескендір искандер سكندر 伊斯坎德尔",
}  # fmt: skip
"""A common name, and forms of it."""


@cache
def _forms() -> tuple[dict[str, str], dict[str, str]]:
    """Give the family of each form as it is written, and as it is read."""
    written: dict[str, str] = {}
    read: dict[str, str] = {}
    for family, forms in FAMILIES.items():
        for form in forms.split():
            for token in letters.tokens(form):
                written[token.text] = family
                if token.script in _SPELLED and len(token.text) >= _LONG:
                    read[letters.plainly(token)] = family
    return written, read


_SPELLED: Final = frozenset(("Latn", "Cyrl"))
_LONG: Final = 5
"""Letters from which a form covers all words that are read alike."""


def groups(token: Token, readings: Sequence[Reading]) -> frozenset[str]:
    """Name the families that a word belongs to, by its letters or by its first readings."""
    written, read = _forms()
    if token.text in written:
        return frozenset((written[token.text],))
    if token.script in _SPELLED:
        return frozenset([read[sounds] for sounds, _ in readings[:2] if sounds in read])
    return frozenset()


def forms(token: Token, readings: Sequence[Reading], script: str) -> list[str]:
    """Give the forms in a script of the common name that a word is; none if it is none."""
    return [
        form
        for family in groups(token, readings)
        for form in FAMILIES[family].split()
        if all(part.script == script for part in letters.tokens(form))
    ]
