"""Whom we serve: people and organisations, their addresses, and who may act for whom."""
