# What a SCIM service must hold for an ACTIVATE organization (.users, .groups as the sandbox has them), worked out from the
# fixture alone and by other means than the tools': compare with actual.jq.
def trimmed: sub("^\\s+"; "") | sub("\\s+$"; "");

# `type blob` of each line, sorted by blob, each once.
def keys_of:
    [.sshKeys // [] | .[] | split("\n")[] | trimmed | select(. != "" and (startswith("#") | not)) | split(" ")[0:2] | join(" ")]
    | unique_by(split(" ")[1]);

# "Ada King Lovelace" is given name "Ada King", family name "Lovelace"; who has no name goes by the user name.
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
