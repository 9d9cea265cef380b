"""What our own mail server found of a sender: SPF, DKIM and DMARC, from its Authentication-Results (RFC 8601) alone."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

METHODS = ("spf", "dkim", "dmarc")
RESULT = re.compile(r"\s*(spf|dkim|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)
AROUND_IS = re.compile(r"\s*=\s*")
NAMED = {"dmarc": ("header.from",), "dkim": ("header.d",), "spf": ("smtp.mailfrom",)}
PLAIN = re.compile(r"(?<==)\"([A-Za-z0-9.@_+-]*)\"")  # quoted without need
PASS, FAIL = "pass", "fail"
KNOWN = {"pass", "fail", "softfail", "neutral", "none", "temperror", "permerror", "policy"}


def results(
    said: Iterable[str], *, authserv_id: str, sender: str, passed: Iterable[str] = (), hops: Iterable[str] = ()
) -> Mapping[str, str]:
    """Method to result, of the headers that our own server wrote: its id is asked for, the first word of each counts.

    Without an id of ours nothing is believed: anybody can write such a header. Nor is anything where the mail `passed`
    a server after it was written that is not among our own (`hops`): what stood there may have come with the mail.
    A DMARC that passed for another domain than the sender's, or for none that is named, is a failure, and so is one
    that is said to have passed and failed.
    """
    found: dict[str, str] = {}
    for header in _ours(said, authserv_id=authserv_id, passed=passed, hops=hops):
        before = dict(found)
        for method, word, part in header:
            if method == "dmarc" and word == PASS and not _about(part, sender):
                word = FAIL
            if (method, word) == ("dkim", PASS) and method not in before:
                found[method] = word  # one good signature suffices, of those in one header
            if method == "dmarc" and word != PASS and found.get(method) == PASS:
                found[method] = word  # of two verdicts the worse one counts
            found.setdefault(method, word)
    return found


def vouched(
    said: Iterable[str], *, authserv_id: str, sender: str, passed: Iterable[str] = (), hops: Iterable[str] = ()
) -> bool:
    """Whether the sender's own domain stands behind the mail: DMARC passed, or SPF or DKIM did for that very domain.

    Weaker than DMARC, which the domain itself asks for; enough to tell its mail from what others write in its name.
    """
    parts = [part for header in _ours(said, authserv_id=authserv_id, passed=passed, hops=hops) for part in header]
    if any(method == "dmarc" and word == FAIL for method, word, _part in parts):
        return False
    return any(word == PASS and _about(part, sender, NAMED[method]) for method, word, part in parts)


def _ours(
    said: Iterable[str], *, authserv_id: str, passed: Iterable[str], hops: Iterable[str]
) -> Iterator[list[tuple[str, str, str]]]:
    """What each header of our own server says: method, result, and the words that it is said in."""
    wanted = authserv_id.strip().lower()
    own = {hop.strip().lower().rstrip(".") for hop in hops} - {""}
    if not wanted or not own.issuperset(passed):
        return
    for header in said:
        server, *rest = _pieces(header) or [""]
        if server.lower().split()[:1] != [wanted]:
            continue
        found = [(result, part) for part in rest if (result := RESULT.match(part))]
        yield [(one[1].lower(), one[2].lower(), part) for one, part in found if one[2].lower() in KNOWN]


def _pieces(header: str) -> list[str]:
    """The header between its semicolons, without what is quoted and without comments.

    A sender's address may stand there, and what is in it is not our server's word. Nothing where that can be read in
    two ways: a quotation mark within a comment, or something that does not end.
    """
    pieces, depth, quoted, skip = [""], 0, False, False
    for letter in PLAIN.sub(r"\1", header):
        if skip:
            skip = False
        elif letter == "\\" and (quoted or depth):
            skip = True
        elif quoted:
            quoted = letter != '"'
        elif letter == '"':
            if depth:
                return []
            quoted = True
        elif letter in "()":
            depth += 1 if letter == "(" else -1
            pieces[-1] += " "
            if depth < 0:
                return []
        elif letter == ";" and not depth:
            pieces.append("")
        elif not depth:
            pieces[-1] += letter
    return [] if quoted or depth else pieces


def _about(part: str, sender: str, properties: Collection[str] = ("header.from",)) -> bool:
    """Whether the result says, once, that it is about the domain of this sender."""
    named = [word.partition("=") for word in AROUND_IS.sub("=", part).split()[1:]]
    values = [value for name, _is, value in named if name.lower() in properties]
    domain = sender.rpartition("@")[2].lower()
    return len(values) == 1 and bool(domain) and values[0].rpartition("@")[2].lower().rstrip(".") == domain
