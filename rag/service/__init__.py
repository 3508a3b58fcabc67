"""The servers' side: an Assistant in; HTTP, MCP, and the rules of who may ask and how many at once out."""
