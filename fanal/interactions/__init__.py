"""The contacts themselves: segments, messages, topics, notes, from the first signal to the end of wrap-up."""
