"""What the user keeps: profiles, words, phrases, and the folders where all that lies."""
