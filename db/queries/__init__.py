"""Set-based reads and writes, a file a noun; plain rows and dataclasses come out."""
