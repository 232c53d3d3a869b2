"""One suite, two engines: what every store promises."""
