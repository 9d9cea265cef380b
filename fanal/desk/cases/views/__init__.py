"""The views of the case pages: they read, and they call actions."""
