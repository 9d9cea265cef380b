"""What other programs and the chat widget ask over HTTP."""
