"""The money of a month: closed under a root, reconciled with the bank, written as double entry."""
