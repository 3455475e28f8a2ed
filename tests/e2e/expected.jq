# The records that a SCIM service must have for an ACTIVATE organization (.users, .groups as in the sandbox), computed from the fixture
# alone and without the tools: compare with actual.jq.
def trimmed: sub("^\\s+"; "") | sub("\\s+$"; "");

# `type blob` of each line, sorted by blob, each once.
def keys_of:
    [.sshKeys // [] | .[] | split("\n")[] | trimmed | select(. != "" and (startswith("#") | not)) | split(" ")[0:2] | join(" ")]
    | unique_by(split(" ")[1]);

# "Ada King Lovelace" is given name "Ada King", family name "Lovelace"; for a user without a name, the user name is used.
def names_of:
    (.name // .username | trimmed) as $full
    | {displayName: $full}
      + ($full | capture("^(?<givenName>.*) (?<familyName>[^ ]+)$") // {givenName: $full, familyName: null});

. as $activate
| [.users[] | select(.active and (.email // "") != "")] as $people
| ($people | map({key: .username, value: "pw-activate:user:\(.id)"}) | from_entries) as $ids
| {
    users: ($people | map({externalId: "pw-activate:user:\(.id)", userName: .email, email: .email, active: true, keys: keys_of} + names_of)
            | sort_by(.externalId)),
    groups: (.groups | map({externalId: "pw-activate:group:\(.id)", displayName: .name, members: ([.members[] | $ids[.] | values] | sort)})
             | sort_by(.externalId))
  }
