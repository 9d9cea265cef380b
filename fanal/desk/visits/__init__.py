"""The pages of visits: a technician's own list, made for a phone, and planning on the page of a case."""
