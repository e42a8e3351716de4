"""Many recordings at once: which there are, where results go, what comes of each."""
