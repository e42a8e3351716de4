"""From frames to emissions, live: which signs are held, and how likely each letter is."""
