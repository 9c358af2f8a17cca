"""The nightly run and what an operator asks beside it: freshness, the state of the machine, history."""
