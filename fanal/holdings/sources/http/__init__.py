"""A back office that is asked by HTTP and answers in JSON, as an administrator has described it."""
