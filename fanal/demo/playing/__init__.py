"""Customers and colleagues who are played: through the doors that the real ones use."""
