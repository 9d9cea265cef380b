"""The language a message is written in: what its words say, else what its header says."""

FEWEST_LETTERS = 12
READ = 2000  # characters


def language_of(text: str, *, said: str = "") -> str:
    """A two-letter code, or nothing where neither the words nor the header say."""
    letters = sum(one.isalpha() for one in text[:READ])
    if letters >= FEWEST_LETTERS:
        import py3langid  # brings numpy along, which nothing else needs

        code = str(py3langid.classify(text[:READ])[0])
        if len(code) == 2:
            return code
    header = said.split(",")[0].strip().lower()[:2]
    return header if header.isalpha() else ""
