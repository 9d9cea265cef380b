"""The one gate in front of everything outbound: may we contact this person, and on what basis."""
