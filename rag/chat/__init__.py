"""The chat without a browser or Gradio: what a person does in; answers, conversations, articles and exports out."""
