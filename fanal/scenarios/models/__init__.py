"""What should happen: inbound scenarios, guided flows, customer actions and the cases that make themselves."""

from fanal.scenarios.models.deciding import ActionRecord, CaseRule, Face, Scenario, ScenarioMatch
from fanal.scenarios.models.flows import Flow, FlowEnd, FlowRun, FlowVersion

__all__ = [
    "ActionRecord",
    "CaseRule",
    "Face",
    "Flow",
    "FlowEnd",
    "FlowRun",
    "FlowVersion",
    "Scenario",
    "ScenarioMatch",
]
