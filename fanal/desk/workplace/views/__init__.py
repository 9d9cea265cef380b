"""The agent's page: what each request reads, and which action it calls."""
