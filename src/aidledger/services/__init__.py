"""One verb a file; the clock is read here."""
