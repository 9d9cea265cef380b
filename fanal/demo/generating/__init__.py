"""Everything random of the demo, drawn from one seed: the same seed and moment give the same rows."""
