"""What the machine was unsure of, and what people decide: each decision acts from its own moment on."""
