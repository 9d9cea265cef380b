"""Keys under which a misspelt name token, or one typed in another script, still meets the right one, and how far it is.

A dictionary of distinct folded tokens (fanal.norms.names.tokens) keeps `keys(token)` in one (key, token) table. A
search looks up `query_keys(token, 1)` for each of its words, verifies what it met with `distance` (or `nearest`),
ranks by the sum, and asks again with stage 2 only when the best sum is poor (above `POOR`) or nobody was found.

- `d`: the token and each deletion of one letter. Both sides delete, so these meet after one insertion, deletion,
  substitution or swap (the symmetric-delete idea of Wolf Garbe's SymSpell).
  A letter of another script may be two of ours (sh, kh, ts): a token with such a pair is also filed with the pair as
  one sign, so that one wrong letter in Cyrillic or Arabic is one slip here too.
- `s`: the consonant skeleton: what is left when letters that sound alike are one and vowels are gone. It bridges
  scripts (mhmd, mohammed). Arabic waw is a consonant or a vowel, as is j in romanised Russian; jim is j or g, tha is t
  or s, dhal d or z, depending on the country: each gives a second reading.
- `z`: each deletion of one letter from a skeleton of four letters or more: another script and a slip.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby
from typing import Literal

from rapidfuzz.distance import OSA

LONGEST = 32
SHORTEST_WITH_SLIP = 4
SHORTEST_SKELETON_WITH_SLIP = 4
# What the ear costs against the eye: alike but for spelling habits, same consonants, one consonant wrong.
ALIKE, SAME_SKELETON, NEAR_SKELETON = 0.4, 0.7, 1.7
NEAR = 1.2
FAR = 9.0
POOR = 1.5

Stage = Literal[1, 2]

# What sounds alike, behind letters without which a rule has nothing to replace: looking for them is much quicker.
_ALIKE = tuple(
    (needed, re.compile(pattern), by)
    for needed, pattern, by in (
        ("h", r"schtsch|shtsh|chtch|shch", "sh"),
        ("c", r"tsch|tch|cz", "ch"),
        ("h", r"sch|shh", "sh"),
        ("", r"dzh|dj|zh", "j"),
        ("kh", r"kh", "h"),
        ("ph", r"ph", "f"),
        ("gh", r"gh", "g"),
        ("th", r"th", "t"),
        ("dh", r"dh", "d"),
        ("", r"ck|q", "k"),
        ("x", r"x", "ks"),
        ("tz", r"tz", "ts"),
        ("c", r"c(?=[eiy])", "s"),
        ("c", r"c(?!h)", "k"),
        ("w", r"w", "v"),
        ("j", r"(?<=[^aeiouyd])j(?=[aeou])|(?<=[aeiou])j(?![aeou])|(?<=[iy])j", "i"),
        ("y", r"y", "i"),
        ("", r"ii+|ee", "i"),
        ("o", r"oo|ou", "u"),
        ("ae", r"ae", "a"),
        ("oe", r"oe", "o"),
        ("ue", r"ue", "u"),
        ("ie", r"^ie", "e"),
    )
)
_TWICE = re.compile(r"(.)\1")
_SILENT_H = re.compile(r"(?<=.[^cs])h$")
_CONSONANTS = str.maketrans("z", "s", "aeiou")
# One letter in Cyrillic or Arabic, two and more in ours.
_PAIRS = ("shch Q", "sh S", "kh X", "zh Z", "ch C", "ts T", "gh G")
# Letters of Arabic too; in our names they hardly are (Martha is not Maria), so that they count for Arabic alone.
_ARABIC_PAIRS = ("th H", "dh D")
_AL = "al"
_ARTICLE = re.compile(r"^[ae]l(?=[^aeiouyl].{3})")


def keys(token: str) -> list[str]:
    """Everything under which the dictionary files a folded token, without repeats."""
    return list(_keys(token))


def query_keys(token: str, stage: Stage) -> list[str]:
    """What to look up for a folded query token: spelling and sound first (1), then sound with a slip (2)."""
    token = token[:LONGEST]
    if stage == 1:
        return [*_slips(token), *_prefixed("s", skeletons(token))]
    near: dict[str, None] = {}
    for skeleton in skeletons(token):
        slips = _with_deletions(skeleton, SHORTEST_SKELETON_WITH_SLIP)
        near |= dict.fromkeys(_prefixed("z", slips if len(skeleton) > 3 else [skeleton]))
        near |= dict.fromkeys(_prefixed("s", slips[1:]))
    return list(near)


def distance(query_token: str, token: str) -> float:
    """0 for the same token, about 1 per slip; less for habits of spelling, more for a match by sound alone.

    The least of: restricted Damerau-Levenshtein (OSA) of the spellings; OSA of the forms that sound alike plus ALIKE;
    and, when a skeleton agrees, SAME_SKELETON (or NEAR_SKELETON for one wrong consonant) plus a little for each vowel
    that is written otherwise, hardly anything for one that is not written at all, as Arabic leaves them out.
    FAR or more means that nothing is alike.
    """
    if query_token == token:
        return 0.0
    spelt = float(min(OSA.distance(query_token, token), OSA.distance(_paired(query_token), _paired(token))))
    alike, other = _alike(query_token), _alike(token)
    if alike == other:
        return min(spelt, ALIKE)
    apart = OSA.distance(alike, other)
    best = min(spelt, ALIKE + apart)
    left_out = abs(len(alike) - len(other))
    vowels = 0.12 * max(0, apart - left_out) + 0.03 * left_out
    if best <= SAME_SKELETON + vowels:
        return best
    return min(best, _by_sound(query_token, token, best) + vowels)


def one_slip(query_token: str, token: str, *, arabic: bool = False) -> bool:
    """Whether one letter is wrong, missing, too many or swapped with the next, in our letters or in theirs."""
    if OSA.distance(query_token, token, score_cutoff=1) <= 1:
        return True
    one, other = (_in_arabic(query_token), _in_arabic(token)) if arabic else (query_token, token)
    return OSA.distance(_paired(one), _paired(other), score_cutoff=1) <= 1


def without_article(query_token: str) -> list[str]:
    """What an Arabic word may be when the slip is in its article, so that it was not taken off: lahsyny, blhsyny."""
    starts = {pair[:-2] for pair in (*_PAIRS, *_ARABIC_PAIRS) if query_token.startswith(pair[:-2])}
    letters = [len(max(starts, key=len)), 1, 1] if starts else [1, 1, 1]
    lengths = [(sum(letters[:count]), count) for count in (1, 2, 3)]
    shown = _paired(_in_arabic(query_token)) if starts else query_token
    rests = (query_token[length:] for length, count in lengths if OSA.distance(shown[:count], _AL) == 1)
    return [rest for rest in rests if len(rest) >= SHORTEST_WITH_SLIP]


def near(query_token: str, token: str) -> bool:
    """Whether two tokens may well be the same word: one slip, or habits of spelling, or another script."""
    return distance(query_token, token) <= NEAR


def nearest(query_token: str, candidates: Iterable[str], *, keep: int = 48) -> list[tuple[str, float]]:
    """The candidates worth keeping, nearest first, ties in alphabetical order."""
    measured = [(token, distance(query_token, token)) for token in candidates]
    close = [pair for pair in measured if pair[1] <= 2.6]
    return sorted(close, key=lambda pair: (pair[1], pair[0]))[:keep]


@lru_cache(maxsize=50_000)
def skeletons(token: str) -> tuple[str, ...]:
    """The consonants of a token as they sound, one per reading; very short ones say whether a vowel comes first."""
    token = token[:LONGEST]
    variants = dict.fromkeys([token, _ARTICLE.sub("", token)])
    if "w" in token:
        variants |= dict.fromkeys([variant.replace("w", "u") for variant in variants])
    if "j" in token:
        variants |= dict.fromkeys([re.sub(r"(?<!d)j", by, variant) for variant in variants for by in "ig"])
    if "th" in token or "dh" in token:
        variants |= dict.fromkeys([variant.replace("th", "s").replace("dh", "z") for variant in variants])
    return tuple(dict.fromkeys(skeleton for variant in variants if (skeleton := _skeleton(_alike(variant)))))


@lru_cache(maxsize=50_000)
def _keys(token: str) -> tuple[str, ...]:
    token = token[:LONGEST]
    found = dict.fromkeys(_slips(token))
    for skeleton in skeletons(token):
        found["s" + skeleton] = None
        if len(skeleton) >= SHORTEST_SKELETON_WITH_SLIP:
            found |= dict.fromkeys(_prefixed("z", _with_deletions(skeleton, SHORTEST_SKELETON_WITH_SLIP)[1:]))
    return tuple(found)


def _prefixed(kind: str, forms: Iterable[str]) -> list[str]:
    return [kind + form for form in forms]


def _slips(token: str) -> list[str]:
    forms = [*_with_deletions(token, SHORTEST_WITH_SLIP)]
    for paired in sorted({_paired(token), _paired(_in_arabic(token))} - {token}):
        forms += _with_deletions(paired, 2)
    return _prefixed("d", dict.fromkeys(forms))


@lru_cache(maxsize=50_000)
def _paired(token: str) -> str:
    for pair in _PAIRS:
        if pair[:-2] in token:
            token = token.replace(pair[:-2], pair[-1])
    return token


def _in_arabic(token: str) -> str:
    for pair in _ARABIC_PAIRS:
        token = token.replace(pair[:-2], pair[-1])
    return token


def _with_deletions(token: str, shortest: int) -> list[str]:
    """The token first, then each form with one letter less; only the token when it is too short to bear a slip."""
    if len(token) < shortest:
        return [token]
    return list(dict.fromkeys([token, *(token[:at] + token[at + 1 :] for at in range(len(token)))]))


@lru_cache(maxsize=50_000)
def _alike(token: str) -> str:
    for needed, pattern, by in _ALIKE:
        if needed in token:
            token = pattern.sub(by, token)
    token = _once(token)
    return _SILENT_H.sub("", token) if token.endswith("h") else token


def _once(text: str) -> str:
    """Without the repetitions of a letter."""
    return "".join([letter for letter, _ in groupby(text)]) if _TWICE.search(text) else text


def _skeleton(alike: str) -> str:
    bare = _once(alike.replace("ch", "c").replace("sh", "c").translate(_CONSONANTS))
    if not bare or not bare.isascii():
        return ""
    return "a" + bare if len(bare) < 3 and alike[0] in "aeiou" else bare


def _by_sound(query_token: str, token: str, best: float) -> float:
    sounds, others = skeletons(query_token), skeletons(token)
    if not set(sounds).isdisjoint(others):
        return SAME_SKELETON
    if best <= NEAR_SKELETON:
        return FAR
    for sound in sounds:
        for other in others:
            if max(len(sound), len(other)) > 3 and OSA.distance(sound, other, score_cutoff=1) <= 1:
                return NEAR_SKELETON
    return FAR
