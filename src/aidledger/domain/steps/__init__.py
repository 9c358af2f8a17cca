"""What each entry makes of a case, by area; `case` folds them all."""
