"""Spellings that are near a name's without being forms of it: they count beside another word of the same value only.

Floor: ground. A coarser alphabet than the skeleton's, in which vowels and voiced consonants that clerks mix up are one,
and the families of common names of `vault.names`. It refuses to identify anybody by these alone.

Source:
    docs/known-values.md §Near spellings.
"""

from functools import cache
from typing import Final

from vault.matching.letters import skeletons
from vault.names.families import FAMILIES

SHORTEST: Final = 4  # sounds
HAN_SHORTEST: Final = 3  # characters of a common name's Chinese form, which others share below that
# Further forms of those names, and names whose spellings lie apart: the Kazakh, the Uyghur and the Russian one.
_MORE: Final = {
    "muhammad": "мәһәммәт muhemmet mehemmet muhammat мухаммет mukhamet мұхамет مەھەممەت مۇھەممەد",
    "ahmad": "akhmet ahmet axmed ахмед ئەخمەت احمەت", "ali": "ғали гали ghali", "umar": "омер omer",
    "abdurahman": "abdrakhman abdirahman ابدىراحمان", "yusuf": "юсип zhusip jusip жүсип", "hasan": "hesen қасен касен",
}  # fmt: skip
_OTHERS: Final = (
    "тұрсын турсун турсын tursun tursyn تۇرسۇن تۇرسىن 吐尔逊 图尔逊",
    "гүлнәр гүлнар гульнар gulnar gülnar gulnara гульнара",
    "айнұр айнур aynur ainur ajnur aynura",
    "абдулла абдолла әбділда абдильда abdilda",
    "зейнолла зайнулла zaynulla zeynolla",
    "дәулет даулет давлет dawlet davlet",
    "әлішер алишер alisher elishir ئەلىشىر",
    "рәхім рахим rahim rehim рехим ракым рақым рахым",
    "кәрім карим kerim karim",
    "сәлім салим selim salim",
    "хәлім халим helim",
    "бәхтияр бахтияр бақтияр bextiyar bakhtiyar",
    "мәхмұт махмут mehmut makhmut mahmud",
    "шәріп шарип sherip sharip шариф",
    "рүстем рустем рустам rustam rustem",
    "гүлсім гүлсүм гульсум гульсим гулсум gülsüm gulsum gulsim gulsym كۇلسىم گۈلسۈم",
    "ділшат дильшат dilshat dilxat 迪里夏提 迪力夏提",
)
_TAILS: Final = (
    "bekoua",
    "Janoua",
    "bekou",
    "Janou",
    "oua",
    "eua",
    "ou",
    "eu",
    "ouiC",
    "ouna",
    "uli",
    "kizi",
    "Jan",
    "bek",
)
_COARSE: Final = str.maketrans("eozgdbfC", "aushtpuS")


def coarse(sounds: str) -> str:
    """Give a skeleton in the coarser alphabet; as long as it was, so that beginnings stay beginnings.

    Args:
        sounds: A skeleton.

    Returns:
        The coarse form.

    Source:
        docs/known-values.md §Near spellings.
    """
    return sounds.translate(_COARSE)


@cache
def _families() -> tuple[dict[str, frozenset[str]], dict[str, tuple[str, ...]]]:
    """Give for each form of a common name its other forms: coarse ones, and Chinese ones."""
    sounds: dict[str, frozenset[str]] = {}
    han: dict[str, tuple[str, ...]] = {}
    for forms in (*(f"{forms} {_MORE.get(name, '')}" for name, forms in FAMILIES.items()), *_OTHERS):
        words = [form for form in forms.split() if not _is_han(form)]
        chinese = tuple(form for form in forms.split() if _is_han(form) and len(form) >= HAN_SHORTEST)
        spelt = {reading for word in words for reading in skeletons(word)}
        near = frozenset(coarse(reading) for reading in spelt if len(reading) >= SHORTEST)
        for reading in spelt:
            sounds[reading] = sounds.get(reading, frozenset()) | near
            han[reading] = han.get(reading, ()) + chinese
    return sounds, han


def _is_han(form: str) -> bool:
    return "\u3400" <= form[0] <= "\u9fff"


def near(sounds: str) -> frozenset[str]:
    """Give the coarse forms under which a word may stand beside another of its value.

    Args:
        sounds: A skeleton of the word.

    Returns:
        Its own coarse form and those of its family, each of four sounds or more.

    Source:
        docs/known-values.md §Near spellings.
    """
    own = frozenset((coarse(sounds),)) if len(sounds) >= SHORTEST else frozenset()
    families = _families()[0]
    tail = next((tail for tail in _TAILS if sounds.endswith(tail)), "")
    if tail and (forms := families.get(sounds.removesuffix(tail))):
        own |= {form + coarse(tail) for form in forms}
        own |= {form[:-1] + coarse(tail) for form in forms if tail[0] == "J" and form[-1] == "t"}  # Мухаммеджан
    return own | families.get(sounds, frozenset())


def chinese(sounds: str) -> tuple[str, ...]:
    """Give the Chinese forms of a common name, of three characters or more.

    Args:
        sounds: A skeleton of the name.

    Returns:
        Simplified characters; none if the name is not a common one.

    Source:
        docs/known-values.md §Near spellings.
    """
    return _families()[1].get(sounds, ())
