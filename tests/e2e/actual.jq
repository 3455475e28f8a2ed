# The managed records among all rows of a SCIM service ({"Users":[],"Groups":[]}), in the form of expected.jq. An inactive user appears
# without other fields. A member that is not the external id of a user appears with the service's own id.
def ours($kind): [.[] | select((.externalId // "") | startswith("pw-activate:\($kind):"))];

(.Users | map({key: .id, value: (.externalId // "")}) | from_entries) as $external
| {
    users: (.Users | ours("user") | map(
        if .active then {
            externalId, userName, active, displayName,
            email: (.emails // [] | .[0].value),
            givenName: (.name.givenName // null),
            familyName: (.name.familyName // null),
            keys: (."urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser".sunkSshKeys // [])
        } else {externalId, active} end) | sort_by(.externalId)),
    groups: (.Groups | ours("group") | map({
        externalId, displayName,
        members: ([.members // [] | .[].value | if ($external[.] // "" | startswith("pw-activate:user:")) then $external[.] else "foreign:\(.)" end] | sort)
    }) | sort_by(.externalId))
  }
