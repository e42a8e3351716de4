"""What the composer learns from: texts and lists become the model files that it reads."""
