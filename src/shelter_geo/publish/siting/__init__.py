"""What siting models say, as tables, figures and maps."""
