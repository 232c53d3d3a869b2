"""What watches: clinical rules, the use cases around them, and the feeds that bring data in."""
