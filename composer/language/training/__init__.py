"""What the language model learns from: texts and lists in, the model files that it reads out."""
