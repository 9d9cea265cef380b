"""What customers see: the page of the chat widget, and the demo shop."""
