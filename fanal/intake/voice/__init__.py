"""The exchange's room: the database says how each call should be, and the exchange is brought there."""
