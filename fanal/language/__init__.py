"""Languages as they are spoken: numbers and days as a person says them, and texts as sound."""
