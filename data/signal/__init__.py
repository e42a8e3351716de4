"""The signal: frames of samples, their clock and grid, gravity, and sensors that fail."""
