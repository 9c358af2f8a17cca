"""Takes rows of other offices in: cells checked and tokenised by the engine, a column at a time."""
