"""Above the county: checkpoints of many ledgers gathered, their models rebuilt in one run."""
