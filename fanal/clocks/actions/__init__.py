"""Clocks follow what happens to cases, what will be late is said beforehand, and what customers write is told."""

from fanal.clocks.actions.following import follow
from fanal.clocks.actions.foreseeing import foresee, next_moment
from fanal.clocks.actions.hearing import hear

__all__ = ["follow", "foresee", "hear", "next_moment"]
