"""What goes to somebody else by itself: rules on time, priority and customer, each saying why."""
