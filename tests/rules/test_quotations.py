"""What stands below an answer is marked as mail programs do, bounded, and found again by our own reading of replies."""

import pytest

from fanal.channels.email.laying_out import laid_out
from fanal.channels.email.parsing.hypertext import answer_of
from fanal.channels.email.parsing.replies import reply_in
from fanal.interactions.rules import quotation
from fanal.interactions.rules.quoting import CUT, DEEPEST, MOST_CHARACTERS, MOST_LINES


def test_each_line_is_marked_and_what_was_marked_once_more() -> None:
    assert quotation("One\n\n> Two\n>> Three\n") == "> One\n>\n>> Two\n>>> Three"
    assert quotation("  \n") == ""


def test_what_is_quoted_too_deep_is_left_out() -> None:
    assert quotation(f"One\n{'>' * DEEPEST} deep\n> {'> ' * DEEPEST}deep\nTwo") == "> One\n> Two"


def test_a_quotation_has_an_end_and_says_where_it_was_cut() -> None:
    for text in (
        "x\n" * 100_000,
        "y" * 79 + "\n" + "z" * 1_000_000,
        "word " * 100 + "\n" + ("word " * 100 + "\n") * 900,
    ):
        found = quotation(text)
        assert len(found) <= MOST_CHARACTERS + 10
        assert found.count("\n") <= MOST_LINES
        assert found.endswith(CUT)


def test_it_is_laid_out_as_a_quotation_with_nothing_of_its_markup() -> None:
    html = laid_out("Done.\n\nAna wrote:\n> <img src=https://evil.example/a.gif>\n>\n>> Second\n> third")
    assert html.count('<blockquote type="cite">') == html.count("</blockquote>") == 2
    assert "<img" not in html
    assert "&gt;" not in html.replace("&lt;img src=<a", "").replace("</a>&gt;", "")
    assert (answer_of(html) or "").strip() == "Done.\n\nAna wrote:"
    assert laid_out("a\n" + ">" * 5000 + " b").count("<blockquote") == 5


WROTE = {
    "en": "On Nov. 22, 2026 at 10:05, Ana Diaz <ana@customer.example> wrote:",
    "fr": "Le 22 novembre 2026 à 10:05, Ana Diaz <ana@customer.example> a écrit :",
    "ru": "22 ноября 2026 г. в 10:05 Ana Diaz <ana@customer.example> написал(а):",
    "ar": "بتاريخ 22 نوفمبر 2026 الساعة 10:05، كتب Ana Diaz <ana@customer.example>:",
}
PROGRAMS = {
    "marks": "Thank you!\n\nOn Sun, Nov 22, 2026 at 11:00, Support <help@shop.example> wrote:\n{marked}",
    "a block": "Thank you!\n\n________________________________\nFrom: Support <help@shop.example>\n"
    "Sent: Sunday, November 22, 2026 11:00\nTo: Ana\nSubject: Re: My parcel\n\n{plain}",
    "a separator": "Thank you!\n\n-----Original Message-----\nFrom: Support\nSent: today\n\n{plain}",
}


@pytest.mark.parametrize("language", WROTE)
def test_what_we_quote_is_cut_off_again_from_our_mail_and_from_the_answer_to_it(language: str) -> None:
    ours = f"Tomorrow.\n\n-- \nThe shop\n\n{WROTE[language]}\n{quotation('Where is it?')}"
    assert reply_in(ours) == "Tomorrow."
    marked = "\n".join(f"> {line}" for line in ours.splitlines())
    for said in PROGRAMS.values():
        assert reply_in(said.format(plain=ours, marked=marked)) == "Thank you!"
