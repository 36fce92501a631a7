"""The sound classes that every script's letters are read as.

Part of the ground. A *reading* is a string of these characters, one for each sound; a word has one reading or several,
the likeliest first. The tables of letters, the table of Chinese characters, the keys and the ranker all speak this
alphabet and no other.

Vowels::

    a  a, á, ā, а, ا          A  ä, ə, ә, æ, ە (Uyghur)    e  e, э, ē, ې
    i  i, і, и, ى             I  ı, y (Kazakh), ы          o  o, о
    O  ö, ө, ø                u  u, ұ, у, ۇ                U  ü, ү, ۈ

Glides::

    j  the y of "yes", й, ي   w  the w of "war", ў, و

Consonants::

    p b t d k g m n l r f v s z h   as in English
    q  k far back, қ, ق       G  its voiced partner, ğ, ғ, غ    x  kh, х, خ, the German ch
    S  sh, ш, ش               Z  zh, ж, ژ, the French j         J  dzh, the English j, җ, ج
    C  ch, ч, چ               c  ts, ц                          N  ng, ң, ڭ

The voiced throat sound ع and the hamza have no class: they are read as the vowel that stands there, or as nothing.
Length, stress, tone and doubling are not written.
"""

from __future__ import annotations

from typing import Final

VOWELS: Final = "aAeiIoOuU"
CONSONANTS: Final = "pbtdkgqGfvszSZxhcCJmnNlrjw"
SOUNDS: Final = VOWELS + CONSONANTS

MAX_READINGS: Final = 8
"""Readings of one word that count."""
