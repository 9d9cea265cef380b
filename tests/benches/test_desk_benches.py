"""The benches of the desk and of the whole program, and the paper that holds their figures."""

from pathlib import Path

import pytest

from fanal.benches import desk, memory
from fanal.benches.cli import benches
from tests.architecture.source import ROOT


@pytest.mark.usefixtures("bench_database")
@pytest.mark.timeout(400)
def test_a_small_desk_answers_every_kind_of_request() -> None:
    said: list[str] = []
    load, figures = desk.run(said.append, scale=0.0005, cases=300, agents=20, per_s=20, seconds=3, alone=3)
    assert (load["customers"], load["cases"]) == (500, 300)
    assert figures["failed"] == 0, said[-5:]
    assert all(figures[name] > 0 for name in desk.GOALS if name != "failed")


def test_memory_is_counted_for_every_process_of_the_program() -> None:
    me = memory.pss_of([memory.psutil.Process()])
    assert 10 < me < 2000


def test_the_paper_has_a_row_for_every_goal_of_every_bench() -> None:
    paper = Path(ROOT, "docs", "performance.md").read_text()
    rows = [line for line in paper.splitlines() if line.startswith("| `")]
    on_paper = {(cells[1].strip(" `"), cells[2].strip(" `")) for line in rows if len(cells := line.split("|")) > 4}
    assert on_paper == {(name, figure) for name, bench in benches().items() for figure in bench.GOALS}
