"""Recording a glove: its signal as it comes, or labelled takes for a data set."""
