"""The live ward board: one element of HTML, CSS and script, and the data it is fed."""
