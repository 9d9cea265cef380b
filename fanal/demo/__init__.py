"""A made-up company with a past, and customers who play themselves."""
