"""Pages that call nobody, and what stands on them."""
