"""The ways by which customers reach us: what a channel must be able to do, and one folder for each."""
