"""What a flow says becomes sound: as the company recorded it, or as a voice of the machine reads it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fanal.language.speech import say
from fanal.scenarios.rules.flows import Flow, Position, Said
from fanal.scenarios.rules.flows.saying import prompts_of, said


def sound_of(heard: Said, *, folder: Path | None = None) -> Path | None:
    """The WAV to play, or None for silence. What holds a caller's own number has no name, and is not kept for long.

    Takes as long as the voice does, so never within a transaction.
    """
    return say(heard.text, heard.language, recording=heard.name, passing=not heard.name, folder=folder)


def fixed_prompts(flow: Flow, *, code: str) -> Iterator[Said]:
    """Everything that is always said in the same way, in each language: what could be recorded, or made beforehand."""
    for step in flow.steps.values():
        for which, prompt in prompts_of(step).items():
            for language in prompt:
                position = Position(step=step.code, language=language)
                name = "" if which == "prompt" else which
                heard = said(flow, step, prompt, position, which=name, language=language)
                yield from (replace(one, name=f"{code}/{one.name}") for one in heard if one.name)
