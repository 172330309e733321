"""The store: SQL tables, the connection to them, and every query that the engine makes."""
