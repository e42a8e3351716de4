"""The full-screen terminal: what is shown, and what the keys do."""
