"""The rules that `check` asks of a BPMN document, one a module.

A module's name with dashes is the rule's name; it has a docstring whose first line says what it forbids,
`SEVERITY`, `find(document)` and, where the question already belongs to reading, `READING = True`. A rule
comes with a fixture `tests/data/bpmn-rules/NAME.bpmn`, in which it finds exactly the elements whose ids begin
with `Bad`, and a page `docs/rules/NAME.md`; nothing else needs to be touched.
"""
