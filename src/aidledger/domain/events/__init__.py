"""The events: what an entry may say, one struct per wire name."""
