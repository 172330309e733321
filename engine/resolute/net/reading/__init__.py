"""Reads the elements of a BPMN process into the parts of a net, and says what keeps it from running."""
