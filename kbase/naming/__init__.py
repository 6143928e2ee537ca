"""How outside ids and names of models are read: taken apart, then told by rules, brands and signs of tuning."""
