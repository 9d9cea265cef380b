"""Postal addresses in a form in which two ways to write one address are equal."""

import re
from dataclasses import dataclass

from fanal.norms import digits, scripts

# One word for each kind of street, so that an abbreviation equals it; a road never equals a street.
_KINDS = {
    "street": "st str street", "road": "rd road", "avenue": "av ave aven avenue avda avenida", "lane": "ln lane",
    "drive": "dr drv drive", "court": "ct court", "square": "sq square", "place": "pl place plaza",
    "boulevard": "bd bld blvd boul boulevard bulvar", "crescent": "cres crescent", "terrace": "ter terr terrace",
    "highway": "hwy highway", "close": "cl close", "rue": "rue r", "chemin": "ch chem chemin", "allee": "all allee",
    "impasse": "imp impasse", "route": "rte route", "quai": "quai", "cours": "crs cours", "platz": "platz",
    "strasse": "strasse strase", "weg": "weg", "calle": "calle c cl", "ulitsa": "ul ulitsa",
    "prospekt": "pr prosp prospekt",
    "pereulok": "per pereulok", "ploshchad": "ploshchad", "naberezhnaya": "nab naberezhnaya", "shosse": "sh shosse",
    "proezd": "proezd", "share": "shara share",
}  # fmt: skip
_KIND = {word: kind for kind, words in reversed(_KINDS.items()) for word in words.split()}
_STREET_NOISE = {
    "de",
    "des",
    "du",
    "la",
    "le",
    "les",
    "l",
    "d",
    "the",
    "der",
    "die",
    "das",
    "den",
    "dem",
    "del",
    "los",
    "el",
    "al",
}
_SAINTS = {"saint": "st", "sainte": "ste", "sankt": "st"}
_UNIT = re.compile(
    r"\b(?:apt|app|appt|apartment|appartement|flat|unit|suite|floor|etage|wohnung|whg|kv|kvartira|ofis|of|pod|shqa|dwr)\b"
    r"[\s.:#]*\w*|#\s*\w+"
)
_HOUSE_WORD = re.compile(r"\b(?:no|nr|num|n|d|dom|house|rqm)\b\.?\s*(?=\d)")
# A letter after a space belongs to the number, except those that begin a short word for street (12 r. de la Paix).
_HOUSE = re.compile(r"\b(\d+)((?<=\d)[a-z]\b|\s*(?:bis|ter|quater)\b|\s[abdefgh]\b)?(?:\s*[-/]\s*(\d+)\s*([a-z]\b)?)?")


@dataclass(frozen=True, kw_only=True)
class Address:
    """`house` with its letter or second number; `street` as folded words with the kind of street spelled out."""

    postcode: str
    house: str
    street: str

    @property
    def key(self) -> str:
        """Equal for two spellings of one address; empty when too little is known to compare."""
        return (
            "|".join((self.postcode, self.house, self.street)) if self.street and (self.house or self.postcode) else ""
        )


def fold(street_line: str, *, postcode: str = "") -> Address:
    """The street line (house number before or after the street) and the postcode, ready to compare."""
    line = _UNIT.sub(" ", _plain(street_line))
    line = _HOUSE_WORD.sub("", line)
    house, rest = _house(line)
    return Address(postcode=fold_postcode(postcode), house=house, street=fold_street(rest))


def fold_postcode(postcode: str) -> str:
    """Letters and digits only, upper case: `sw1a 1aa` and `SW1A1AA` are one."""
    return re.sub(r"[\W_]", "", _plain(postcode)).upper()


def fold_street(street: str) -> str:
    """The words of a street name, its kind spelled out and last: `St. Baker`, `Baker Street` give baker street."""
    words = [_SAINTS.get(word, word) for word in re.findall(r"[^\W_]+", _whole_kinds(_plain(street)))]
    kinds = [_KIND[word] for index, word in enumerate(words) if word in _KIND and _may_be_kind(words, index)]
    kind = kinds[-1] if kinds else ""
    names = [word for word in words if word not in _STREET_NOISE and _KIND.get(word, "?") != kind]
    return " ".join([*(names or words), *([kind] if kind and names else [])])


def street_without_kind(folded: str) -> str:
    """The name alone: `baker street` gives baker."""
    head, _, last = folded.rpartition(" ")
    return head if head and last in _KINDS else folded


def _plain(text: str) -> str:
    return scripts.plain(digits.western(text[:300])).replace("'", " ").replace("’", " ")


def _whole_kinds(text: str) -> str:
    """German writes the kind into the word: Hauptstr., Hauptstraße, Bahnhofsplatz, Feldweg."""
    text = re.sub(r"(?<=\w{3})-?str(?:asse)?\b\.?", " strasse", text)
    return re.sub(r"(?<=\w{4})(platz|weg|allee)\b", r" \1", text)


def _may_be_kind(words: list[str], index: int) -> bool:
    """Short forms such as St are a kind at either end only, so that St James Road is a road."""
    return index in (0, len(words) - 1) and not (words[index] == "st" and index == 0 and len(words) > 1)


def _house(line: str) -> tuple[str, str]:
    """A number that begins the line, else the last one: 12 rue du 8 Mai 1945, but Straße des 17. Juni 135."""
    found = list(_HOUSE.finditer(line))
    if not found:
        return "", line
    chosen = found[0] if line[: found[0].start()].strip(" ,.") == "" else found[-1]
    number, letter, second, second_letter = chosen.groups()
    house = number.lstrip("0") + (letter or "").strip() + (f"/{second}{second_letter or ''}" if second else "")
    return house, f"{line[: chosen.start()]} {line[chosen.end() :]}"
