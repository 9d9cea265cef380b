"""Text from outside made safe to store, to cut and to name files with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanal.norms import texts

FAMILY, ENGLAND = "👨‍👩‍👧", "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


def test_clean_text_keeps_what_is_read_and_drops_what_is_not():
    dirty = "a\x00b\r\nc\td\u202ee\u2066f\ufeff\ud800\x9bg"
    assert texts.clean(dirty) == "ab\nc\tdefg"
    assert texts.clean("a\n b ", keep_newlines=False) == "a b"


@pytest.mark.parametrize("text", [FAMILY, ENGLAND, "می‌خواهم", "Nguyễn", "שלום", "e\u0301", "नमस्ते"])
def test_joiners_marks_and_flags_are_part_of_the_text(text):
    assert texts.clean(text) == text


def test_hidden_tag_characters_are_dropped_outside_flags():
    assert texts.clean("hi\U000e0068\U000e0069") == "hi"


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("abc", 3),
        (FAMILY, 1),
        (ENGLAND, 1),
        ("🇫🇷🇩🇪", 2),
        ("👍🏽👍", 2),
        ("e\u0301e", 2),
        ("a\r\nb", 3),
        ("각", 1),
        ("\u1100\u1161\u11a8\u1100", 2),
        ("مُحَمَّد", 4),
        ("", 0),
    ],
)
def test_graphemes_are_what_a_reader_counts(text, pieces):
    assert len(list(texts.graphemes(text))) == pieces
    assert "".join(texts.graphemes(text)) == text


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\invoice.pdf", "invoice.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("résumé \u200bfinal.pdf", "résumé final.pdf"),
        ("CON.txt", "_CON.txt"),
        (".bashrc", "bashrc"),
        ("report.pdf. . .", "report.pdf"),
        ("a<b>:c?.txt", "a_b__c_.txt"),
        ("a\x00.pdf\x00.exe", "a.pdf.exe"),
        ("....", "file"),
        ("", "file"),
        ("عقد.pdf", "عقد.pdf"),
    ],
)
def test_a_file_name_has_no_folder_no_trick_and_no_hidden_character(raw, safe):
    assert texts.safe_file_name(raw) == safe


@given(st.text(max_size=400))
def test_any_text_gives_a_short_name_in_one_folder_that_is_stable(raw):
    name = texts.safe_file_name(raw)
    assert 0 < len(name.encode()) <= 200
    assert not set(name) & set('/\\\x00<>:"|?*\n\r')
    assert not name.startswith(".")
    assert not name.endswith((".", " "))
    assert texts.safe_file_name(name) == name


def test_a_long_name_keeps_its_ending():
    assert texts.safe_file_name("é" * 300 + ".pdf").endswith("é.pdf")


def test_the_header_holds_an_ascii_name_and_the_true_one():
    header = texts.content_disposition('é"\r\nSet-Cookie: x.pdf')
    assert header == "attachment; filename=\"e_ Set-Cookie_ x.pdf\"; filename*=UTF-8''%C3%A9_%20Set-Cookie_%20x.pdf"
    assert texts.content_disposition("عقد.pdf", inline=True).startswith("inline; filename=")


@given(st.text(max_size=100))
def test_no_text_breaks_out_of_the_header(raw):
    header = texts.content_disposition(raw)
    assert header.isascii()
    assert header.count('"') == 2
    assert "\n" not in header
