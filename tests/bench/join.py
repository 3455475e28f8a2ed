"""join.py DESIRED CURRENT: the two sides joined as a script would write it; prints how many users differ."""
import json
import sys

FIELDS = ("userName", "displayName", "givenName", "familyName", "email", "active", "sshKeys")


def users(name):
    with open(name, encoding="utf-8") as lines:
        records = (json.loads(line) for line in lines)
        return {record["externalId"]: record for record in records if record["type"] == "user"}


desired, current = users(sys.argv[1]), users(sys.argv[2])
differ = sum(
    1
    for key in desired.keys() | current.keys()
    if key not in desired
    or key not in current
    or any(desired[key].get(field) != current[key].get(field) for field in FIELDS)
)
print(differ)
