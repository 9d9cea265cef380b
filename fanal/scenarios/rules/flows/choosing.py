"""With which flow a contact begins: by the number that was called, else by the account it came in through."""

from collections.abc import Mapping
from typing import Any

from fanal.norms import digits, phones


def flow_of(settings: Mapping[str, Any], *, called: str = "") -> str:
    """The code of the flow, or nothing. `settings` are the account's: `numbers` (a number to a flow) and `flow`."""
    numbers = settings.get("numbers")
    if called and isinstance(numbers, Mapping):
        region = str(settings.get("region", "")) or None
        wanted = _plain(called, region)
        for number, code in numbers.items():
            if _plain(str(number), region) == wanted:
                return str(code)
    return str(settings.get("flow") or "")


def _plain(number: str, region: str | None) -> str:
    """As the world dials it; an extension, which nobody outside dials, as its digits."""
    return phones.e164(number, region) or digits.only(number) or number.strip().lower()
