"""The terms of a bundle in words: what for, to whom it may be passed on, and by when it is to be deleted.

Floor: 2. It says what policy, recipient and request decide, in four languages, and decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from vault.records import Schemas

LANGUAGES: Final = ("en", "ru", "kk", "zh")
_PUBLIC: Final = "public"

_PURPOSE: Final = {
    "en": "For this purpose only: {0}.",
    "ru": "Только для этой цели: {0}.",
    "kk": "Тек мына мақсатта: {0}.",
    "zh": "仅限用于：{0}；",
}
_NOBODY: Final = {
    "en": "Do not pass it on.",
    "ru": "Никому не передавать.",
    "kk": "Ешкімге берілмесін.",
    "zh": "不得转交；",
}
_ONWARD: Final = {
    "en": "It may be passed on to: {0}; to nobody else.",
    "ru": "Можно передать: {0}; больше никому.",
    "kk": "Мынаған беруге болады: {0}; басқа ешкімге берілмесін.",
    "zh": "可转交：{0}；不得转交其他人；",
}
_DELETE: Final = {
    "en": "Delete it by: {0}.",
    "ru": "Удалить не позднее: {0}.",
    "kk": "Мына күннен кешіктірмей жойылсын: {0}.",
    "zh": "最迟删除日期：{0}；",
}


def terms(purpose: str, onward: Iterable[str], delete_by: date | None) -> Mapping[str, tuple[str, ...]]:
    """Say the terms of a bundle in words.

    Args:
        purpose: One of the purposes of a consent; one that only the vault's own schema names stands as it is.
        onward: Who gets it next.
        delete_by: Last day on which it may be kept; None if no day was set.

    Returns:
        Sentences by language: en, ru, kk, zh. What is for everybody may be passed on to anybody, so nothing is said.

    Source:
        docs/bundle.md §The manifest.
    """
    schemas = Schemas.shipped()
    purposes, parties, audiences = (schemas.field("consent", name) for name in ("purposes", "onward", "audiences"))
    path = sorted(set(onward))

    def said(language: str) -> tuple[str, ...]:
        words = [(parties if one in parties.choices else audiences).choice_label(one, language) for one in path]
        sentences = [_PURPOSE[language].format(purposes.choice_label(purpose, language))]
        if not path:
            sentences.append(_NOBODY[language])
        elif _PUBLIC not in path:
            sentences.append(_ONWARD[language].format("，".join(words) if language == "zh" else ", ".join(words)))
        if delete_by is not None:
            sentences.append(_DELETE[language].format(delete_by.isoformat()))
        return tuple(sentences)

    return {language: said(language) for language in LANGUAGES}


def phrases() -> frozenset[str]:
    """Give the words of all terms that are the same in every bundle: what stands around purpose, path and day."""
    sentences = (text for said in (_PURPOSE, _NOBODY, _ONWARD, _DELETE) for text in said.values())
    # Each as a label between the marks around it, which is how the gate knows one.
    pieces = (piece.strip(" .:;：；") for text in sentences for piece in text.split("{0}"))
    return frozenset(filter(None, pieces))
