"""The bench of cases, small: every figure is there, and nothing fails."""

import pytest

from fanal.benches import cases


@pytest.mark.usefixtures("bench_database")
@pytest.mark.timeout(400)
def test_cases_are_opened_by_four_workers_and_listed_amid_traffic() -> None:
    said: list[str] = []
    load, figures = cases.run(
        said.append, scale=0.0005, cases=300, messages=2_000, agents=20, created=40, per_s=10, asked=5
    )
    assert load["messages"] >= 2_000
    assert figures["failed"] == 0, said[-5:]
    assert all(figures[name] > 0 for name in cases.GOALS if name != "failed")
