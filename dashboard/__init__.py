"""What the ward team sees."""
