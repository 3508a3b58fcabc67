"""Dateline in other apps' terms: an Assistant in; a chat engine, a LangChain retriever, traces out."""
