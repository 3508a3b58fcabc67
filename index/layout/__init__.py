"""How a text is laid out, in and text out: HTML and its blocks, tables and their headings, lines of CSV, columns of a page."""
