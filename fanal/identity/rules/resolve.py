"""Known, ambiguous or unknown: weigh the evidence for everybody it may be, with the reasons, and never guess."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from fanal.identity.rules.assurance import CLAIMED, MATCHED, NONE, VERIFIED
from fanal.identity.rules.evidence import Candidate, Evidence, Lane, Match, Person, Reason, Resolution, Source
from fanal.norms import names, spelling

MOST_CANDIDATES = 10
RECENTLY = timedelta(days=14)

# What a reason adds to the log-odds against «someone else». Set by hand, ordered by how rarely chance or a relative
# explains it; a different order of two candidates must come from a reason that a person can read.
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "signed_by_host": 12.0,
        "signed_in": 12.0,
        "same_number": 4.0,
        "gave_number": 3.0,
        "shared_number": 2.0,
        "same_email": 4.5,
        "gave_email": 3.5,
        "shared_email": 2.0,
        "same_handle": 4.5,
        "shared_handle": 2.0,
        "seen_here": 3.0,
        "gave_order": 3.5,
        "gave_tracking": 3.0,
        "gave_account": 3.5,
        "gave_card": 4.0,
        "name_equals": 2.5,
        "name_near": 1.5,
        "birth_date_equals": 3.0,
        "postcode_equals": 1.0,
        "contact_recently": 0.8,
        "open_case": 0.7,
        "open_order": 0.5,
        "name_contradicts": -3.0,
        "birth_date_contradicts": -5.0,
        "postcode_differs": -0.5,
        "language_differs": -0.7,
        "never_heard_from_here": -0.5,
        "address_bounced": -1.5,
        "number_disconnected": -2.5,
        "same_household": -0.2,
        "points_elsewhere": -1.5,
    }
)
SOMEONE_ELSE = 1.0
CONTRADICTIONS = frozenset({"name_contradicts", "birth_date_contradicts"})
DEAD_STATES = MappingProxyType({"bounced": "address_bounced", "disconnected": "number_disconnected"})

_CODES: Mapping[tuple[Lane, bool], str] = MappingProxyType(
    {
        (Lane.PHONE, True): "same_number",
        (Lane.PHONE, False): "gave_number",
        (Lane.EMAIL, True): "same_email",
        (Lane.EMAIL, False): "gave_email",
        (Lane.HANDLE, True): "same_handle",
    }
)
_CLAIMS: Mapping[Lane, str] = MappingProxyType(
    {
        Lane.HOST: "signed_by_host",
        Lane.SIGN_IN: "signed_in",
        Lane.ORDER: "gave_order",
        Lane.TRACKING: "gave_tracking",
        Lane.HOLDING: "gave_account",
        Lane.CARD: "gave_card",
    }
)
_ADDRESSES = MappingProxyType(
    {Lane.PHONE: "shared_number", Lane.EMAIL: "shared_email", Lane.HANDLE: "shared_handle", Lane.SEEN: "seen_here"}
)
PROOFS = frozenset({"signed_by_host", "signed_in"})
OWN_ADDRESSES = frozenset({"same_number", "same_email", "same_handle"})
POINTING = frozenset({*_CODES.values(), *_CLAIMS.values(), *_ADDRESSES.values(), "seen_here"})
# Evidence that comes together counts once.
_INDEPENDENT = MappingProxyType({"gave_tracking": "gave_order"})


def resolve(evidence: Evidence, people: Sequence[Person], *, now: datetime) -> Resolution:
    """Who it is, among the people the evidence points at.

    Known: the host or a sign-in says so; or one person alone has evidence that is nobody else's, everything else that
    was brought fits that person too, and nothing contradicts it. Ambiguous: somebody it may be, or several. Unknown:
    nobody. Likelihoods of the candidates and of someone else add up to 1; they order the list, they decide nothing.
    """
    if not people:
        return Resolution(recognition="unknown", assurance=NONE, why="nobody_found")
    shares = Counter(way for person in people for way in {(match.lane, match.source) for match in person.matches})
    candidates = _ranked([_candidate(evidence, person, people, shares, now) for person in people])
    best = {candidate.customer_id: candidate for candidate in candidates}
    found = _known(people, shares, best)
    kept = candidates[:MOST_CANDIDATES]
    someone_else = max(0.0, 1.0 - sum(candidate.likelihood for candidate in kept))
    if found is None:
        why = "shared" if any(_is_shared(m, shares) for p in people for m in p.matches) else "not_sure"
        return Resolution(
            recognition="ambiguous", assurance=CLAIMED, why=why, candidates=kept, someone_else=someone_else
        )
    person, why = found
    kept = tuple(sorted(kept, key=lambda candidate: candidate.customer_id != person))
    return Resolution(
        recognition="known",
        assurance=best[person].assurance,
        why=why,
        customer_id=person,
        candidates=kept,
        someone_else=someone_else,
    )


def _known(
    people: Sequence[Person], shares: Mapping[tuple[Lane, Source], int], candidates: Mapping[int, Candidate]
) -> tuple[int, str] | None:
    """The one person it is, and the code of why; None when it would be a guess."""
    signed = [person for person in people if any(match.source is Source.SIGNED for match in person.matches)]
    if signed:
        return (signed[0].customer_id, "signed") if len(signed) == 1 else None
    own = [
        person
        for person in people
        if any(_is_own(match, shares) for match in person.matches)
        and not any(reason.code in CONTRADICTIONS for reason in candidates[person.customer_id].reasons_against)
    ]
    if len(own) != 1:
        return None
    mine = {(match.lane, match.source) for match in own[0].matches}
    if not all((match.lane, match.source) in mine for person in people for match in person.matches):
        return None
    return own[0].customer_id, "sole_match" if len(people) == 1 else "sole_own_match"


def _candidate(
    evidence: Evidence,
    person: Person,
    people: Sequence[Person],
    shares: Mapping[tuple[Lane, Source], int],
    now: datetime,
) -> Candidate:
    reasons_for = (*_matching(person, shares), *_agreeing(evidence, person), *_acquainted(person, now))
    reasons_against = (*_contradicting(evidence, person), *_doubting(person, people, shares))
    weight = sum(WEIGHTS[reason.code] for reason in (*reasons_for, *reasons_against))
    return Candidate(
        customer_id=person.customer_id,
        likelihood=weight,
        assurance=assurance_of([r.code for r in reasons_for], [r.code for r in reasons_against]),
        reasons_for=reasons_for,
        reasons_against=reasons_against,
    )


def _ranked(weighed: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Turn log-odds into likelihoods that, with someone else's, add up to 1; the likeliest first."""
    top = max(SOMEONE_ELSE, *(candidate.likelihood for candidate in weighed))
    odds = [math.exp(candidate.likelihood - top) for candidate in weighed]
    total = sum(odds) + math.exp(SOMEONE_ELSE - top)
    ranked = [
        Candidate(
            customer_id=candidate.customer_id,
            likelihood=odd / total,
            assurance=candidate.assurance,
            reasons_for=candidate.reasons_for,
            reasons_against=candidate.reasons_against,
        )
        for candidate, odd in zip(weighed, odds, strict=True)
    ]
    return tuple(sorted(ranked, key=lambda candidate: (-candidate.likelihood, candidate.customer_id)))


def _is_shared(match: Match, shares: Mapping[tuple[Lane, Source], int]) -> bool:
    if match.lane is Lane.SEEN:
        return True
    return match.shared or (match.lane in _ADDRESSES and shares[match.lane, match.source] > 1)


def _is_own(match: Match, shares: Mapping[tuple[Lane, Source], int]) -> bool:
    """Evidence that is this person's and nobody else's, and that still works."""
    return not _is_shared(match, shares) and shares[match.lane, match.source] == 1 and match.state not in DEAD_STATES


def _matching(person: Person, shares: Mapping[tuple[Lane, Source], int]) -> list[Reason]:
    reasons = []
    for match in person.matches:
        if _is_shared(match, shares) and match.lane in _ADDRESSES:
            people = shares[match.lane, match.source]
            reasons.append(Reason(code=_ADDRESSES[match.lane], values={"people": people}))
        else:
            code = _CODES.get((match.lane, match.source is not Source.TYPED)) or _CLAIMS[match.lane]
            reasons.append(Reason(code=code))
    return reasons


def _agreeing(evidence: Evidence, person: Person) -> list[Reason]:
    reasons = []
    likeness = name_likeness(evidence.name, person.name) if evidence.name else ""
    if likeness in ("equals", "near"):
        reasons.append(Reason(code=f"name_{likeness}"))
    if evidence.born_on and evidence.born_on == person.born_on:
        reasons.append(Reason(code="birth_date_equals"))
    if evidence.postcode and _bare(evidence.postcode) == _bare(person.postcode):
        reasons.append(Reason(code="postcode_equals"))
    return reasons


def _acquainted(person: Person, now: datetime) -> list[Reason]:
    reasons = []
    if person.last_contact_at is not None and now - person.last_contact_at <= RECENTLY:
        reasons.append(Reason(code="contact_recently", values={"days": max(0, (now - person.last_contact_at).days)}))
    if person.open_cases:
        reasons.append(Reason(code="open_case", values={"count": person.open_cases}))
    if person.open_orders:
        reasons.append(Reason(code="open_order", values={"count": person.open_orders}))
    return reasons


def _contradicting(evidence: Evidence, person: Person) -> list[Reason]:
    reasons = []
    if evidence.name and name_likeness(evidence.name, person.name) == "contradicts":
        reasons.append(Reason(code="name_contradicts"))
    if evidence.born_on and person.born_on and evidence.born_on != person.born_on:
        reasons.append(Reason(code="birth_date_contradicts"))
    if evidence.postcode and person.postcode and _bare(evidence.postcode) != _bare(person.postcode):
        reasons.append(Reason(code="postcode_differs"))
    if evidence.language and person.language and evidence.language[:2] != person.language[:2]:
        reasons.append(Reason(code="language_differs", values={"language": person.language}))
    return reasons


def _doubting(person: Person, people: Sequence[Person], shares: Mapping[tuple[Lane, Source], int]) -> list[Reason]:
    reasons = []
    dead = {DEAD_STATES[match.state] for match in person.matches if match.state in DEAD_STATES}
    reasons += [Reason(code=code) for code in sorted(dead)]
    if person.heard_from_here is False and any(match.source is Source.CHANNEL for match in person.matches):
        reasons.append(Reason(code="never_heard_from_here"))
    others = {other.customer_id for other in people} - {person.customer_id}
    if relatives := person.household & others:
        reasons.append(Reason(code="same_household", values={"people": len(relatives)}))
    mine = {(match.lane, match.source) for match in person.matches}
    elsewhere = sorted({lane.value for lane, source in shares if (lane, source) not in mine})
    reasons += [Reason(code="points_elsewhere", values={"what": lane}) for lane in elsewhere]
    return reasons


def assurance_of(codes_for: Collection[str], codes_against: Collection[str]) -> int:
    """The ladder of fanal.identity.rules.assurance, from the codes of the reasons: what a pick may rely on."""
    if not PROOFS.isdisjoint(codes_for):
        return VERIFIED
    dead = {"same_email", "gave_email", "shared_email"} if "address_bounced" in codes_against else set()
    dead |= {"same_number", "gave_number", "shared_number"} if "number_disconnected" in codes_against else set()
    pointing = {_INDEPENDENT.get(code, code) for code in codes_for if code in POINTING} - dead
    if not pointing or not CONTRADICTIONS.isdisjoint(codes_against):
        return CLAIMED if pointing or dead else NONE
    claims = pointing | ({"birth_date_equals"} & set(codes_for))
    return MATCHED if not OWN_ADDRESSES.isdisjoint(pointing) or len(claims) >= 2 else CLAIMED


def name_likeness(given: str, known: str) -> str:
    """How a given name stands to the one we know: equals, near, part, contradicts, or empty if it says nothing.

    Part of a name (only the first name, only the family name) neither speaks for nor against: relatives share it.
    """
    said, held = names.fold(given).core, names.fold(known).core
    if not said or not held:
        return ""
    if said == held:
        return "equals"
    few, many = (said, held) if len(said) <= len(held) else (held, said)
    left = list(many)
    exact = True
    for word in few:
        nearest = min(left, key=lambda other: spelling.distance(word, other))
        if not spelling.near(word, nearest):
            return "contradicts"
        exact = exact and word == nearest
        left.remove(nearest)
    if len(few) == len(many) or len(few) > 1:
        return "equals" if exact and len(few) == len(many) else "near"
    return "part"


def _bare(text: str) -> str:
    return "".join(text.split()).casefold().replace("-", "")
