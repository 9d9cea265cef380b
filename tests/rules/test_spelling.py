"""The keys and distances by which misspelt names, and names in another script, are found."""

import random
from collections import defaultdict
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fanal.norms import names, spelling

LETTERS = "abcdefghijklmnopqrstuvwxyz"
TOKENS = st.text(LETTERS, min_size=4, max_size=20)

# Spellings in use, listed by hand and independent of our tables.
ARABIC = {
    "محمد": "Mohammed Muhammad Mohamed Mohammad", "أحمد": "Ahmed Ahmad", "يوسف": "Youssef Yusuf Yousef",
    "خالد": "Khaled Khalid", "عمر": "Omar Umar", "فاطمة": "Fatima Fatma", "عائشة": "Aisha Aicha Ayesha",
    "حسين": "Hussein Husain Hossein", "حسن": "Hassan Hasan", "مصطفى": "Mustafa Mostafa Moustafa",
    "إبراهيم": "Ibrahim Ebrahim", "عبد الرحمن": "Abdulrahman Abderrahmane Abdelrahman", "سعيد": "Said Saeed",
    "نور الدين": "Noureddine Nureddin", "ليلى": "Leila Layla Laila", "مريم": "Maryam Mariam", "زينب": "Zeinab Zaynab",
    "طارق": "Tarek Tariq", "كريم": "Karim Kareem", "سليمان": "Suleiman Sulayman Soliman", "رشيد": "Rachid Rashid",
    "القاسم": "Al-Qasim", "الخطيب": "Al-Khatib Elkhatib", "المنصوري": "Al-Mansouri Mansoori", "حداد": "Haddad",
    "الشامي": "Al-Shami Ash-Shami", "النجار": "Al-Najjar An-Najjar", "البغدادي": "Al-Baghdadi", "شريف": "Sherif Sharif",
    "سلامة": "Salama Salameh", "درويش": "Darwish Darwich", "بركات": "Barakat", "الحسيني": "Al-Husseini Elhosseini",
    "منصور": "Mansour Mansoor", "جمال": "Jamal Gamal", "عثمان": "Othman Osman Uthman", "غانم": "Ghanem Ghanim",
    "الزهراني": "Al-Zahrani", "القحطاني": "Al-Qahtani", "العتيبي": "Al-Otaibi", "مروان": "Marwan Marouane",
}  # fmt: skip


# Four romanisations of Russian that differ from ours: passport, scholarly, French, German.
def letters(cyrillic, latin):
    return dict(zip(cyrillic, latin.split(), strict=True))


PASSPORT = letters(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch ie y _ e iu ia",
)
SCHOLARLY = PASSPORT | letters("йхцщъюя", "j h ts shh _ ju ja")
FRENCH = PASSPORT | letters("жйучшщюя", "j i ou tch ch chtch iou ia")
GERMAN = PASSPORT | letters("жзйхцчшщвюя", "sch s j ch z tsch sch schtsch w ju ja")


def romanised(name, table):
    return "".join(table.get(char, char).replace("_", "") for char in name.lower())


def slipped(token, rng, alphabet=LETTERS):
    at = rng.randrange(len(token))
    letter = rng.choice(alphabet)
    match rng.randrange(4):
        case 0:
            return token[:at] + letter + token[at:]
        case 1:
            return token[:at] + token[at + 1 :]
        case 2:
            return token[:at] + letter + token[at + 1 :]
        case _:
            at = min(at, len(token) - 2)
            return token[:at] + token[at + 1] + token[at] + token[at + 2 :]


class Directory:
    """The recommended search in memory: a token dictionary with keys, then people bearing a near token of each word."""

    def __init__(self, people):
        self.people = [names.tokens(name) for name in people]
        self.bearers = defaultdict(set)
        for person, tokens in enumerate(self.people):
            for token in tokens:
                self.bearers[token].add(person)
        self.filed = defaultdict(list)
        for token in self.bearers:
            for key in spelling.keys(token):
                self.filed[key].append(token)

    def search(self, name):
        first = self._ranked(name, (1,))
        return first if first and first[0][1] <= spelling.POOR else self._ranked(name, (1, 2))

    def _ranked(self, name, stages):
        scores = None
        for word in names.tokens(name):
            met = {t for stage in stages for key in spelling.query_keys(word, stage) for t in self.filed.get(key, ())}
            best = {}
            for token, far in spelling.nearest(word, met):
                for person in self.bearers[token]:
                    best[person] = min(far, best.get(person, spelling.FAR))
            both = best if scores is None else best.keys() & scores.keys()
            scores = {person: best[person] + (scores or {}).get(person, 0.0) for person in both}
        ranked = sorted((scores or {}).items(), key=lambda pair: pair[1])
        return ranked[:10]

    def finds(self, query, name):
        wanted = set(names.tokens(name))
        return any(wanted <= set(self.people[person]) for person, _ in self.search(query))


def made_people(count=9000, seed=5):
    """Names of six languages; a third of the Latin and Cyrillic family names are changed, for a long tail."""
    faker = pytest.importorskip("faker")
    rng = random.Random(seed)
    people = []
    for locale in ("en_US", "fr_FR", "de_DE", "es_ES", "ru_RU", "ar_SA"):
        fake = faker.Faker(locale)
        fake.seed_instance(seed)
        for _ in range(count // 6):
            first, last = fake.first_name(), fake.last_name()
            if len(last) > 5 and rng.random() < 0.33:
                last = slipped(last.lower(), rng, last.lower()).title()
            people.append(f"{first} {last}")
    people += [f"{a} {b}" for a, b in product(ARABIC, list(ARABIC)[12:]) if a != b]
    return people


@pytest.fixture(scope="module")
def directory():
    people = made_people()
    return Directory(people), people


def recall(found):
    found = list(found)
    return sum(found) / len(found)


@settings(max_examples=300)
@given(TOKENS, st.integers(0, 10**9))
def test_one_slip_in_a_token_is_always_reachable_through_the_first_keys(token, seed):
    typed = slipped(token, random.Random(seed))
    assert set(spelling.query_keys(typed, 1)) & set(spelling.keys(token))
    assert spelling.distance(typed, token) <= 1
    assert spelling.near(typed, token)


@settings(max_examples=300)
@given(TOKENS, st.integers(0, 10**9))
def test_one_slip_in_the_sound_is_reachable_through_the_second_keys(token, seed):
    for skeleton in spelling.skeletons(token):
        assume(len(skeleton) >= 5)
        typed = slipped(skeleton, random.Random(seed), "bdfglmnrst")
        assume(skeleton[0] not in "a" and typed in spelling.skeletons(typed))
        both = {*spelling.query_keys(typed, 1), *spelling.query_keys(typed, 2)}
        assert both & set(spelling.keys(token))


@given(st.text(max_size=60))
def test_any_text_has_few_keys_and_the_same_ones_each_time(text):
    for token in names.tokens(text):
        keys = spelling.keys(token)
        assert keys == spelling.keys(token)
        assert len(keys) == len(set(keys)) <= 9 * spelling.LONGEST
        assert set(spelling.query_keys(token, 1)) <= set(keys)
        assert spelling.distance(token, token) == 0


@given(st.data())
def test_a_rule_of_sound_finds_nothing_to_replace_without_the_letters_it_is_kept_behind(data):
    for needed, pattern, _by in spelling._ALIKE:
        assert needed in data.draw(st.from_regex(pattern))


@given(TOKENS, TOKENS)
def test_distance_is_the_same_both_ways_and_never_negative(one, other):
    assert spelling.distance(one, other) == spelling.distance(other, one) >= 0
    assert (spelling.distance(one, other) == 0) == (one == other)


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("mohamed", "mohammed", "mahmoud"),
        ("elena", "yelena", "helena"),
        ("petrow", "petrov", "petrova"),
        ("mueller", "muller", "miller"),
        ("meyer", "mayer", "meyers"),
        ("schmitd", "schmidt", "smith"),
    ],
)
def test_spelling_wins_over_sound_and_a_habit_over_a_slip(typed, better, worse):
    assert spelling.distance(typed, better) < spelling.distance(typed, worse)


def test_different_names_are_not_near():
    for one, other in [("ivanov", "petrov"), ("maria", "martha"), ("smith", "jones"), ("khaled", "karim")]:
        assert not spelling.near(one, other)


def test_a_dictionary_needs_about_a_dozen_and_a_half_keys_for_a_token(directory):
    searched, _ = directory
    counts = [len(spelling.keys(token)) for token in searched.bearers]
    assert sum(counts) / len(counts) <= 18


def test_a_full_name_is_found_as_written(directory):
    searched, people = directory
    rng = random.Random(1)
    assert recall(searched.finds(name, name) for name in rng.sample(people, 300)) == 1


def test_a_full_name_with_one_slip_is_found_at_least_95_times_in_100(directory):
    searched, people = directory
    rng = random.Random(2)
    found = []
    for name in rng.sample(people, 500):
        words = name.split()
        long = [at for at, word in enumerate(words) if len(word) >= 4]
        if not long:
            continue
        at = rng.choice(long)
        words[at] = slipped(words[at].lower(), rng, words[at].lower())
        found.append(searched.finds(" ".join(words), name))
    assert recall(found) >= 0.95


@pytest.mark.parametrize(
    "table", [PASSPORT, SCHOLARLY, FRENCH, GERMAN], ids=["passport", "scholarly", "french", "german"]
)
def test_a_russian_name_typed_in_latin_is_found_at_least_90_times_in_100(directory, table):
    searched, people = directory
    russian = [name for name in people if "а" <= name.lower()[0] <= "я"]
    asked = random.Random(3).sample(russian, 150)
    assert recall(searched.finds(romanised(name, table), name) for name in asked) >= 0.9


def test_an_arabic_name_typed_in_latin_is_found_at_least_90_times_in_100(directory):
    searched, _ = directory
    rng = random.Random(4)
    found = []
    for _ in range(250):
        first, last = rng.choice(list(ARABIC)), rng.choice(list(ARABIC)[12:])
        if first != last:
            typed = f"{rng.choice(ARABIC[first].split())} {rng.choice(ARABIC[last].split())}"
            found.append(searched.finds(typed, f"{first} {last}"))
    assert recall(found) >= 0.9


def test_a_name_stored_in_latin_is_found_when_typed_in_its_own_script():
    rng = random.Random(6)
    pairs = [(a, b) for a, b in product(ARABIC, list(ARABIC)[12:]) if a != b]
    pairs = rng.sample(pairs, 200)
    stored = [f"{rng.choice(ARABIC[a].split())} {rng.choice(ARABIC[b].split())}" for a, b in pairs]
    people = made_people(3000, 8)
    russian = [name for name in people if "а" <= name.lower()[0] <= "я"][:150]
    tables = [PASSPORT, SCHOLARLY, FRENCH, GERMAN]
    latin = [romanised(name, rng.choice(tables)) for name in russian]
    searched = Directory([*stored, *latin, *(name for name in people if name.isascii())])
    arabic_found = recall(searched.finds(f"{a} {b}", s) for (a, b), s in zip(pairs, stored, strict=True))
    russian_found = recall(searched.finds(name, s) for name, s in zip(russian, latin, strict=True))
    assert arabic_found >= 0.9
    assert russian_found >= 0.9
