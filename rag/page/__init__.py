"""The chat's page in Gradio: ``dateline.rag.chat`` in; tabs, addresses and the script's messages out."""
