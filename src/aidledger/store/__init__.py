"""The only I/O to databases; not trusted: who edits it is found by verify."""
