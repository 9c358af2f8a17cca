"""Acts on their way into the log: read, decided, sealed, signed, recorded, answered with a receipt."""
