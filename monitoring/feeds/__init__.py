"""How data comes in and goes out; every adapter yields the same raw observation."""
