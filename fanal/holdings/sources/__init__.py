"""The kinds of back offices: one folder each, behind holdings.port."""
