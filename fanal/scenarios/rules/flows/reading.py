"""A flow as it was written down, in JSON or YAML, becomes a flow; what cannot be read is said step by step."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from fanal.scenarios.rules.flows.arranging import along_its_ways, arranged
from fanal.scenarios.rules.flows.each_kind import KINDS
from fanal.scenarios.rules.flows.steps import Final, Flow, Step, ways
from fanal.scenarios.rules.flows.written import Finding, Written

MOST_STEPS = 300
CODE = re.compile(r"[\w-]{1,60}")


class Unreadable(Exception):
    """What was written is no flow; `findings` say where and what to do."""

    def __init__(self, findings: Collection[Finding]) -> None:
        super().__init__(", ".join(f"{one.step}: {one.code}" if one.step else one.code for one in findings))
        self.findings = tuple(findings)


def read(data: Any) -> Flow:
    """The flow, its steps along its ways. Raises Unreadable with everything that is wrong, not the first alone."""
    if not isinstance(data, Mapping):
        raise Unreadable([Finding(code="not_a_flow")])
    whole = Written(step="", data=data, languages=_languages(data))
    begins, otherwise = whole.text("begins", needed=True), whole.text("otherwise", needed=True)
    languages, steps = tuple(whole.languages), _steps(whole)
    order = along_its_ways(steps, begins=begins, otherwise=otherwise, languages=languages)
    ordered = {code: steps[code] for code in order}
    flow = Flow(languages=languages, begins=begins, otherwise=otherwise, steps=ordered)
    whole.seen.add("languages")
    whole.tell_unknown()
    if not whole.languages:
        whole.wrong("languages_missing")
    whole.findings += _nowhere(flow, _codes(whole.data))
    if whole.findings:
        raise Unreadable(whole.findings)
    return flow


def as_read(data: Any) -> Any:
    """What was written, arranged as it is read; what is no flow stays as it is."""
    try:
        return arranged(data, read(data).steps)
    except Unreadable:
        return arranged(data, ())


def _languages(data: Mapping[str, Any]) -> list[str]:
    found = data.get("languages")
    return [one for one in found if isinstance(one, str) and one] if isinstance(found, list) else []


def _steps(whole: Written) -> dict[str, Step]:
    whole.seen.add("steps")
    written = whole.data.get("steps")
    if not isinstance(written, Mapping) or not written or len(written) > MOST_STEPS:
        whole.wrong("steps_missing", most=str(MOST_STEPS))
        return {}
    found = {}
    for code, data in written.items():
        one = Written(step=str(code), data=data if isinstance(data, Mapping) else {}, languages=whole.languages)
        if not CODE.fullmatch(one.step):
            one.wrong("code_unfit")
        kind = one.text("kind", needed=True)
        if kind and kind not in KINDS:
            one.wrong("kind_unknown", "kind", what=kind, known=", ".join(KINDS))
        elif kind:
            found[one.step] = KINDS[kind](one)
            one.tell_unknown()
        whole.findings += one.findings
    return found


def _codes(data: Mapping[str, Any]) -> list[str]:
    """Those of every step that was written, also of one that could not be read."""
    written = data.get("steps")
    return [str(code) for code in written] if isinstance(written, Mapping) else []


def _nowhere(flow: Flow, codes: Collection[str]) -> list[Finding]:
    """Steps that are named and are not there; and a last resort that is no end."""
    known = ", ".join(codes)
    wrong = [
        Finding(code="step_unknown", place=name, values={"to": to, "known": known})
        for name, to in (("begins", flow.begins), ("otherwise", flow.otherwise))
        if to and codes and to not in codes
    ]
    if flow.otherwise in flow.steps and not isinstance(flow.steps[flow.otherwise], Final):
        wrong.append(Finding(code="last_resort_goes_on", place="otherwise", values={"to": flow.otherwise}))
    for step in flow.steps.values():
        wrong += [
            Finding(code="step_unknown", step=step.code, place=why, values={"to": to, "known": known})
            for why, to in ways(flow, step)
            if to and to != flow.otherwise and to not in codes
        ]
    return wrong
