"""What is given: settings, tables, their checks, public points."""
