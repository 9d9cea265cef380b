"""Where an administrator may go, in groups; the same list stands beside every page."""

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from fanal.desk.administration.sheets import GROUPS, SHEETS


def menu_of(current: str) -> list[dict[str, Any]]:
    """`current` is the code of the page that is open."""
    groups: list[dict[str, Any]] = [
        {
            "title": title,
            "items": [_item(code, SHEETS[code].title, SHEETS[code].text, SHEETS[code].icon) for code in codes],
        }
        for title, codes in GROUPS
    ]
    groups[0]["items"].insert(
        1, _item("invitations", _("Invitations"), _("Who was invited and is not here yet."), "mail")
    )
    groups[1]["items"].append(
        _item("scenarios", _("Scenarios"), _("What happens to a contact, with a dry run."), "rule", "scenarios")
    )
    groups.append(
        {
            "title": _("Program"),
            "items": [
                _item("notices", _("Notices"), _("Mail that fanal itself writes, and what came of it."), "send"),
                _item("blocks", _("Blocks"), _("Visitors who are not served for a while."), "block"),
                _item("dials", _("Calls out"), _("Who called whom outside, and what was refused."), "phone"),
                _item("changes", _("Changes"), _("Who changed what, and when."), "history"),
                _item("api_keys", _("Keys for programs"), _("With which other programs ask the API."), "key"),
                _item("file", _("Configuration file"), _("All of it in one file, and back again."), "download"),
            ],
        }
    )
    for group in groups:
        group["items"] = [item | {"current": item["code"] == current} for item in group["items"] if item["url"]]
    return groups


def _item(code: str, title: Any, text: Any, icon: str, name: str = "") -> dict[str, Any]:
    try:
        url = reverse(name or f"administration_{code}")
    except NoReverseMatch:
        url = ""
    return {"code": code, "title": title, "text": text, "icon": icon, "url": url}
