"""Where new shelters should go: exact models and what each plan trades away."""
