"""Doubts: raised from what rules find or by hand, and each step on them."""
