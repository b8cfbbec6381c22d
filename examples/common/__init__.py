"""What the examples share: downloads, measurements, errors."""
