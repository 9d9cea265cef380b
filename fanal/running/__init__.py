"""What fanal runs on: its database server, its processes, and the checks that all of it is well."""
