"""The forms of the administration, one class per kind of configuration."""
