"""What runs as one piece."""
