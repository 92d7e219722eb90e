"""Where points join the roads."""
