"""Whether a back office is set up in a way that can work, in words; the same for the form and for the file."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fanal.holdings.models import HoldingSource
from fanal.holdings.sources.http.checking import Problem, check
from fanal.scenarios.catalogue import ENTRIES

SENTENCES: dict[str, str | Promise] = {
    "kinds_missing": _("Choose at least one kind of thing that it knows."),
    "host_not_fixed": _("Write the whole address, with https:// and a host that holds no name in braces."),
    "name_unknown": _("{%(what)s} is not known here. Use {number}, {parent}, {customer}, or a field of the action."),
    "not_texts": _("Each line is a name and a text."),
    "header_unfit": _("The header “%(what)s” is set by the program itself, or holds what no header may hold."),
    "field_unknown": _("“%(what)s” is no field of what it knows."),
    "path_unreadable": _("“%(what)s” is no path. Write it like data.steps[0].at."),
    "action_unknown": _("“%(what)s” is no action that can be sent."),
    "method_unknown": _("“%(what)s” is no method that changes something. Use POST, PUT, PATCH or DELETE."),
    "done_half": _(
        "Say both where the answer says that it was done, and as what; or neither: then its status says it."
    ),
}


def problems_of(source: HoldingSource, actions: Iterable[Mapping[str, Any]]) -> list[Problem]:
    fields_of = {entry.code: {field.code for field in entry.fields} for entry in ENTRIES if entry.sends}
    return list(
        check(
            kinds=source.kinds,
            address=source.address,
            headers=source.headers,
            paths_=source.paths,
            words=source.words,
            actions=actions,
            fields_of=fields_of,
        )
    )


def sentence(problem: Problem) -> str:
    return str(SENTENCES[problem.code]) % {"what": problem.what}
