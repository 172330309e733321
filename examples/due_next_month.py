"""Reads a protocol and lists what is due in a month: by default July 2022 of the shipped one."""

import sys

import resolute
from resolute.shipped import shipped

path = sys.argv[1] if len(sys.argv) > 1 else shipped("workflows", "chelyabinsk-2-2022", "protocol.txt")
month = sys.argv[2] if len(sys.argv) > 2 else "2022-07"

protocol = resolute.read(path)
due = [point for point in protocol.points if point.deadline.due and f"{point.deadline.due:%Y-%m}" == month]

print(f"{protocol.body}, № {protocol.number}: {len(due)} points due in {month}")
for point in sorted(due, key=lambda point: point.deadline.due):
    print(f"\n{point.deadline.due}  {point.ref}  {point.text}")
    for party in point.responsible:
        print(f"            {party.name}")
