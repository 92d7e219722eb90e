"""The brief: a few printed pages that can be attached to a submission."""
