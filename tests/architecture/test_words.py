"""One word for one thing, in every language: what a person learns on one page is what the next one says."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parents[2] / "fanal" / "locale"
SET_ASIDE = {"ar": ("محجوز", "حُجز"), "fr": ("mis de côté", "mise de côté", "mises de côté"), "ru": ("карантин",)}


@pytest.mark.parametrize("language", SET_ASIDE)
def test_input_that_was_set_aside_is_called_so_everywhere(language: str) -> None:
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        messages = [one for one in read_po(file) if one.id]
    said = {}
    for one in messages:
        first = one.id if isinstance(one.id, str) else one.id[0]
        if "set aside" in first.lower():
            said[first] = one.string if isinstance(one.string, str) else " ".join(one.string)
        assert "quarantine" not in first.lower().replace("%(quarantined)s", ""), first
    assert len(said) >= 8
    others = {
        first: text for first, text in said.items() if not any(word in text.lower() for word in SET_ASIDE[language])
    }
    assert others == {}
