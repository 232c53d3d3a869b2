"""What remembers: tables, engine, queries and migrations. Knows no clinical rule."""
