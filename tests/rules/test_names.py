"""Names of people folded to tokens that can be compared."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanal.norms import names, spelling


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Elena", "Елена"),
        ("Ёлкин", "Елкин"),
        ("Lefèvre", "LEFEVRE"),
        ("Müller", "Muller"),
        ("Øyvind", "oyvind"),
        ("Straße", "STRASSE"),
        ("O'Brien", "O’Brien"),
        ("O Brien", "OBrien"),
        ("Nguyễn", "Nguyen"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("İbrahim", "ibrahim"),
        ("مُحَمَّد", "محمد"),
        ("محـــمد", "محمد"),
        ("أحمد", "احمد"),
        ("الخطيب", "خطيب"),
        ("عبد الله", "عبدالله"),
        ("عبد الله", "Abdullah"),
        ("Abdallah", "Abdullah"),
        ("Abd-Allah", "Abdulla"),
        ("Abd al-Rahman", "Abdurrahman"),
        ("Abdul Rahman", "Abdelrahman"),
        ("عبد الرحمن", "عبدالرحمن"),
        ("Nour El-Din", "Nouruddin"),
        ("Noureddine", "Nour ad-Din"),
        ("Al-Khatib", "Khatib"),
        ("Ash-Shami", "Shami"),
        ("Ludwig van Beethoven", "Ludwig Beethoven"),
        ("محمد بن سلمان", "محمد سلمان"),
        ("Jean-Pierre", "Jean Pierre"),
        ("Ｍａｒｉａ", "Maria"),
        ("Ma\u202eria\u200b", "Maria"),
    ],
)
def test_two_spellings_of_one_name_have_the_same_tokens(one, other):
    assert names.tokens(one) == names.tokens(other) != ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Elena", "Helena"),
        ("Михаил", "Михайл"),
        ("Иван", "Ивана"),
        ("علي", "علاء"),
        ("Маша", "Мария"),
        ("Bob", "Robert"),
    ],
)
def test_different_names_and_nicknames_stay_apart(one, other):
    assert names.tokens(one) != names.tokens(other)


@pytest.mark.parametrize("spelling_in_latin", ["Mohammed", "Muhammad", "Mohamed", "Mohammad", "Muhammed"])
def test_mohammed_sounds_the_same_in_every_spelling_and_in_arabic(spelling_in_latin):
    (latin,), (arabic,) = names.tokens(spelling_in_latin), names.tokens("محمد")
    assert set(spelling.skeletons(latin)) & set(spelling.skeletons(arabic))
    assert spelling.near(latin, arabic)


def test_mueller_is_a_habit_of_spelling_away_from_muller():
    (long,), (short,) = names.tokens("Mueller"), names.tokens("Müller")
    assert 0 < spelling.distance(long, short) < 0.5


def test_order_and_patronymic_do_not_matter_to_the_core():
    full = names.fold("Петров Иван Сергеевич")
    assert full.patronymic == "sergeevich"
    assert full.core == names.fold("Иван Петров").core == names.fold("Ivan Sergeevich Petrov").core


def test_a_family_name_that_looks_like_a_patronymic_stays_in_the_core():
    assert names.fold("Роман Абрамович").core == ("abramovich", "roman")


@pytest.mark.parametrize("name", ["Van", "De La", "Le", "بن"])
def test_a_name_of_particles_alone_keeps_its_last_word(name):
    assert len(names.tokens(name)) == 1


def test_a_vietnamese_name_with_marks_is_not_a_particle():
    assert names.tokens("Lê Văn Dũng") == ("le", "van", "dung")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ludwig van Beethoven", "LB"),
        ("Елена Ёлкина", "ЕЁ"),
        ("محمد الخطيب", "م\u200cخ"),
        ("Anna", "A"),
        ("Jean-Pierre Dupont", "JD"),
        ("王小明", "王"),
        ("", ""),
        ("123", ""),
    ],
)
def test_initials_are_the_first_letters_of_the_first_and_the_last_name(name, letters):
    assert names.initials(name) == letters


def test_a_shown_name_has_no_hidden_characters_and_keeps_its_script():
    assert names.display("  \u202eЕлена\u200f \x00 Ёлкина\n") == "Елена Ёлкина"


@given(st.text(max_size=80))
def test_any_text_folds_to_lower_case_tokens_that_fold_to_no_marks(text):
    for token in names.tokens(text):
        assert token
        assert not any(unicodedata.category(char) in ("Cc", "Zs") for char in token)
    assert names.fold(text).core == tuple(sorted(names.fold(text).core))
    names.initials(text)


@given(
    st.lists(
        st.sampled_from(["Anna", "Maria", "Petrov", "Иван", "محمد", "حسن", "Müller", "Nguyễn"]), min_size=1, max_size=3
    )
)
def test_folding_what_is_folded_changes_nothing(words):
    once = names.tokens(" ".join(words))
    assert names.tokens(" ".join(once)) == once
