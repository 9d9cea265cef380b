"""The first-run wizard: there only until an installation is set up."""
