"""Signing in and out, invitations, and what a person keeps about their own sign-in."""
