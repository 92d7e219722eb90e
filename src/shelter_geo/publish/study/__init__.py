"""What is published of one study."""
