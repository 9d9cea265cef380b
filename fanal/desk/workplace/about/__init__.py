"""The right room: what the contact is about first, then who it is, each field as far as it may be seen."""

from fanal.desk.workplace.about.room import About, about_of

__all__ = ["About", "about_of"]
