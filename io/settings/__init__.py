"""Command line, settings file and locale in, checked options out."""
