"""The agent's phone in the browser: its line, how it sounds, and the page where a person tries it."""
