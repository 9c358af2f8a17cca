"""The archive of sealed segments: written, recorded in the log, read where it may be believed."""
