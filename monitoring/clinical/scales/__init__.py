"""Every scale as a table over columns: what it asks for, and what it answers to each row."""
