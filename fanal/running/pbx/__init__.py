"""An Asterisk of our own on this machine: for the demo, a small company, and the tests."""

from fanal.running.pbx.installation import pbx_of
from fanal.running.pbx.process import Running, ask, start, status, stop
from fanal.running.pbx.program import Local, find

__all__ = ["Local", "Running", "ask", "find", "pbx_of", "start", "status", "stop"]
