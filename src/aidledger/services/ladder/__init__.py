"""The ladder of verification: a rung a file, from bytes to decisions taken again."""
