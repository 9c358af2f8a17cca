"""A county that never was: people, offices and a year of work, recorded through the public door."""
