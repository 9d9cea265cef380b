"""Normal forms of what people write: phones, addresses, names in three scripts, dates; pure."""
