"""Dates, addresses and answers to verification questions, as heard."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanal.norms import addresses, answers, dates

TODAY = date(2026, 11, 21)


def meant(text: str, known: date) -> bool:
    return any(reading.means(known) for reading in dates.readings(text))


@pytest.mark.parametrize(
    "text",
    ["3 March 1981", "March 3rd, 1981", "03/03/81", "3.3.1981", "1981-03-03", "19810303", "03031981", "٣ مارس ١٩٨١",
     "٣ آذار ١٩٨١", "3 mars 1981", "3 марта 1981 г.", "3-го марта 81", "3. März 1981", "3 de marzo de 1981",
     "3 MAR 81"],
)  # fmt: skip
def test_a_date_of_birth_is_understood_in_every_writing(text):
    assert meant(text, date(1981, 3, 3))


def test_an_ambiguous_date_means_every_date_it_can_mean_and_no_other():
    assert meant("04/05/81", date(1981, 5, 4))
    assert meant("04/05/81", date(1981, 4, 5))
    assert not meant("04/05/81", date(1981, 5, 5))
    assert meant("3 May 15", date(2015, 5, 3))
    assert meant("3 May 15", date(1915, 5, 3))


@pytest.mark.parametrize("text", ["", "hello", "31/02/1990", "1981", "March 1981", "1 May June 1990"])
def test_what_is_no_date_has_no_reading(text):
    assert dates.readings(text) == []


@given(
    st.dates(date(1910, 1, 1), TODAY),
    st.sampled_from(["%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d", "%d %B %Y", "%d%m%Y", "%d/%m/%y"]),
)
def test_every_date_is_among_the_readings_of_its_writings(born, style):
    assert meant(born.strftime(style), born)
    assert answers.matches("date_of_birth", born.isoformat(), born.strftime(style))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 Baker Street", "Baker St. 12"),
        ("12, rue de la Paix", "12 R. de la paix"),
        ("Hauptstraße 5", "hauptstr. 5"),
        ("ул. Ленина, д. 5, кв. 3", "Lenina ul 5"),
        ("12B High Street, Flat 4", "12b high st"),
        ("شارع النيل ١٢", "12 شارع النيل"),
    ],
)
def test_two_writings_of_an_address_have_one_key(one, other):
    assert addresses.fold(one, postcode="SW1A 1AA").key == addresses.fold(other, postcode="sw1a1aa").key != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("12 Baker Street", "12 Baker Road"), ("12 Baker Street", "21 Baker Street"), ("12 rue Bis", "12 bis rue Bis")],
)
def test_another_number_or_kind_of_street_is_another_address(one, other):
    assert addresses.fold(one, postcode="1").key != addresses.fold(other, postcode="1").key


@pytest.mark.parametrize(
    ("kind", "stored", "heard"),
    [
        ("date_of_birth", "1981-03-03", "3 March 81"),
        ("date_of_birth", "1981-04-05", "04/05/1981"),
        ("date_of_birth", "1926-04-05", "5.4.26"),
        ("postcode", "SW1A 1AA", "sw1a1aa"),
        ("postcode", "75011", "٧٥٠١١"),
        ("card_last_four", "4111111111111111", "1 1 1 1"),
        ("card_last_four", "1234", "12-34"),
        ("street", "12 Baker Street", "Baker st"),
        ("street", "Baker Street", "baker"),
        ("street", "ул. Ленина 5", "Lenina"),
        ("email", "Jean.Dupont@example.com", "jean.dupont@EXAMPLE.com"),
        ("email", "jean@example.com", "jean at example dot com"),
        ("order_amount", "1234.50", "1 234,50 €"),
        ("order_amount", "1234.5", "$1,234.50"),
        ("order_amount", "1234.5", "١٬٢٣٤٫٥٠"),
        ("order_amount", "1234", "1.234"),
        ("order_amount", "1234567.89", "1'234'567.89"),
        ("order_amount", "80.00", "80"),
    ],
)
def test_a_right_answer_is_right_in_any_format(kind, stored, heard):
    assert answers.matches(kind, stored, heard)


@pytest.mark.parametrize(
    ("kind", "stored", "heard"),
    [
        ("date_of_birth", "1981-03-03", "3 March 1982"),
        ("date_of_birth", "1981-03-03", "March 1981"),
        ("date_of_birth", "1981-03-03", "3 or 4 March 1981"),
        ("date_of_birth", "not known", "not known"),
        ("postcode", "75011", "7501"),
        ("postcode", "", ""),
        ("card_last_four", "4111111111111111", "111"),
        ("card_last_four", "4111111111111111", "4111111111111111"),
        ("card_last_four", "", "    "),
        ("street", "12 Baker Street", "12"),
        ("street", "12 Baker Street", "street"),
        ("street", "12 Baker Street", "Baker Road"),
        ("street", "12 Baker Street", "Bakers"),
        ("email", "jdupont@gmail.com", "j.dupont@gmail.com"),
        ("email", "nobody", "nobody"),
        ("order_amount", "1234.50", "1234"),
        ("order_amount", "80.00", "between 70 and 80"),
        ("order_amount", "80.00", "-80"),
        ("order_amount", "NaN", "NaN"),
    ],
)
def test_a_wrong_partial_or_hedged_answer_is_wrong(kind, stored, heard):
    assert not answers.matches(kind, stored, heard)


def test_an_unknown_kind_of_question_is_refused():
    with pytest.raises(ValueError, match="shoe_size"):
        answers.matches("shoe_size", "42", "42")


@given(st.sampled_from(list(answers.Kind)), st.text(max_size=40), st.text(max_size=40))
def test_any_answer_to_any_question_gets_a_yes_or_a_no_and_silence_a_no(kind, stored, heard):
    assert answers.matches(kind, stored, heard) in (True, False)
    assert not answers.matches(kind, stored, " ")
    assert not answers.matches(kind, "", heard)
