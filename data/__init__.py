"""What is recorded: alphabets, frames, recordings, labelled episodes and spelled sessions."""
