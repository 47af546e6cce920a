"""A small order service: a catalogue, orders, and an audit trail written in the background."""
