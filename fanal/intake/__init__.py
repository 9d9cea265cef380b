"""The path: whatever arrives is stored, understood, and becomes a contact that waits for the right agent."""
