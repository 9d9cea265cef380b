"""What the strict content policy and two writing directions ask of every template and style sheet."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHEETS = sorted((ROOT / "assets" / "styles").rglob("*.css"))
SCRIPTS = sorted((ROOT / "assets" / "behaviour").glob("*.ts"))
TEMPLATES = sorted((ROOT / "fanal").rglob("templates/**/*.html"))
PHYSICAL = re.compile(
    r"(?<![\w-])(?:margin|padding|border)-(?:left|right|top|bottom)\b|(?<![\w-])(?:left|right|top|bottom|width|height)\s*:"
    r"|text-align:\s*(?:left|right)"
)


def _drawn() -> set[str]:
    return {line.split(" ", 1)[0] for line in (ROOT / "assets/icons/icons.txt").read_text().splitlines()}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_style_sheet_names_no_physical_side(sheet: Path) -> None:
    assert PHYSICAL.findall(sheet.read_text()) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_template_carries_no_inline_style_script_or_handler(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\sstyle=|<style|\son\w+=\"|hx-on|javascript:", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script or 'type="application/json"' in script, script


def test_every_icon_that_a_template_names_is_drawn() -> None:
    named = set()
    for template in TEMPLATES:
        text = template.read_text()
        named |= set(re.findall(r'parts/icon\.html" with name="([\w-]+)"', text))
        named |= set(re.findall(r'{% icon "([\w-]+)"', text))
        named |= set(re.findall(r'parts/empty\.html" with icon="([\w-]+)"', text))
    assert named
    assert named - _drawn() == set()


def test_every_word_a_script_asks_for_is_on_the_page() -> None:
    page = (ROOT / "fanal/templates/parts/strings.html").read_text()
    given = set(re.findall(r'^"(\w+)":', page, re.MULTILINE))
    asked = {name for script in SCRIPTS for name in re.findall(r'\btext\("(\w+)"\)', script.read_text())}
    assert asked
    assert asked - given == set()
