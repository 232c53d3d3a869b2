"""A seeded sample ward whose patients live through the stories that matter."""
