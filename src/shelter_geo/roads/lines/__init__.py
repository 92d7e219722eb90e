"""Routes and service areas drawn along the roads."""
