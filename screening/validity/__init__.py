"""Whether the scores mean what they say: held against what they were not made from, the expected sign written first."""
