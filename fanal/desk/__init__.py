"""The pages of everybody who works in the contact centre."""
