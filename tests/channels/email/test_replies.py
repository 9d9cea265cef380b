"""What the writer wrote now, whatever mail program quoted below it and in whatever language."""

import pytest

from fanal.channels.email.parsing.replies import reply_in

REPLIES = {
    "outlook": (
        "Hi,\n\nit works now.\n\nJohn\n\n________________________________\nFrom: Support <help@example.com>\n"
        "Sent: Saturday, November 21, 2026 10:00\nTo: John\nSubject: Re: Router\n\nHave you tried?\n",
        "Hi,\n\nit works now.\n\nJohn",
    ),
    "outlook in bold": (
        "ok\n\n*From:* Support <help@example.com>\n*Sent:* Saturday\n*To:* J\n*Subject:* x\n\nbody",
        "ok",
    ),
    "outlook in Arabic": (
        "شكرا، يعمل الآن\n\nمن: الدعم <help@example.com>\nتاريخ الإرسال: 21 نوفمبر 2026\nإلى: علي\nالموضوع: رد: الراوتر\n\nهل جربت؟",
        "شكرا، يعمل الآن",
    ),
    "outlook in Polish": (
        "Dzięki\n\nOd: Support <help@example.com>\nWysłano: sobota, 21 listopada 2026 10:00\nDo: Jan\nTemat: RE: Router\n\nCzy",
        "Dzięki",
    ),
    "gmail in Arabic": (
        "شكرا\n\nفي السبت، 21 نوفمبر 2026 في 10:00 ص تمت كتابة ما يلي بواسطة Support <\nhelp@example.com>:\n\n> هل جربت؟",
        "شكرا",
    ),
    "gmail in Russian": (
        "Спасибо, работает\n\nсб, 21 нояб. 2026 г. в 10:00, Support <help@example.com>:\n\n> Вы пробовали?",
        "Спасибо, работает",
    ),
    "gmail in French": (
        "Merci !\n\nLe sam. 21 nov. 2026 à 10:00, Support <help@example.com> a écrit :\n\n> Avez-vous essayé ?",
        "Merci !",
    ),
    "gmail in German": (
        "Danke\n\nAm Sa., 21. Nov. 2026 um 10:00 Uhr schrieb Support <help@example.com>:\n\n> Haben Sie",
        "Danke",
    ),
    "gmail in Spanish": (
        "Gracias\n\nEl sáb, 21 nov 2026 a las 10:00, Support (<help@example.com>) escribió:\n\n> Hola",
        "Gracias",
    ),
    "gmail in Chinese": ("谢谢\n\n在 2026年11月21日 10:00，Support <help@example.com> 写道：\n\n> 您好", "谢谢"),
    "over two lines": (
        "Works.\n\nOn Sat, Nov 21, 2026 at 10:00 AM Support <help@example.com>\nwrote:\n\n> hi",
        "Works.",
    ),
    "yahoo without marks": (
        "Hello\n\n    On Saturday, November 21, 2026 at 10:00:00 AM GMT+1, Support <help@example.com> wrote:  \n \n Have you?",
        "Hello",
    ),
    "thunderbird": ("Fine.\n\nAm 21.11.26 um 10:00 schrieb Support:\n> Hallo", "Fine."),
    "an old separator": (
        "Danke!\n\n-----Ursprüngliche Nachricht-----\nVon: a\nGesendet: b\n\nxx",
        "Danke!",
    ),
    "a telephone": (
        "It works\n\nSent from my iPhone\n\n> On 21 Nov 2026, at 10:00, Support <help@example.com> wrote:\n> \n> Have you",
        "It works",
    ),
    "between the lines": (
        "On Sat, Support wrote:\n> Is it on?\nYes\n> Is it blinking?\nNo\n\n-- \nJohn",
        "Yes\n\nNo",
    ),
    "lines that end in a colon are no quotation": (
        "I need:\n- one\n- two\nMy address: Main street 2020\nPhone: 123\nThe time: 10:00\n\nBest regards,\nJohn Smith\nACME",
        "I need:\n- one\n- two\nMy address: Main street 2020\nPhone: 123\nThe time: 10:00",
    ),
    "a farewell's words inside the text": (
        "Regards to your team, they were great.\nRegards,\nAnna",
        "Regards to your team, they were great.",
    ),
    "only what was forwarded": (
        "---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: Sat\nSubject: x\n\nSee this",
        "---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: Sat\nSubject: x\n\nSee this",
    ),
}


@pytest.mark.parametrize(("text", "reply"), REPLIES.values(), ids=REPLIES.keys())
def test_the_reply_is_what_was_written_now(text: str, reply: str) -> None:
    assert reply_in(text) == reply
