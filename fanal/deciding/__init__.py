"""What the company would do for this customer and why: from rules on history and holdings, never on anybody's mood."""
