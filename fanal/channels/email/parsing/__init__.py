"""Any bytes to a message: parsed where possible, rescued and parked with a reason where not; never run unbounded."""
