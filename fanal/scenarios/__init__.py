"""What a contact is about, what can be done for a customer, and which case that makes."""
