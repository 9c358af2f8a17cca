"""An audit ledger for social assistance: entries that can be added and never changed."""

__version__ = "0.1.0"
