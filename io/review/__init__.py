"""Looking at what became of a recording: beside the truth, as a picture, as a page."""
