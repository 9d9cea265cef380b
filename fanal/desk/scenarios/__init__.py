"""The pages of scenarios: the list in the order they are asked, one to edit, and the dry run."""
