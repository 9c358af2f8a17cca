"""Documents as PDF/A: our templates set with typst, user text as data, Chinese fonts of this machine."""
