# The golden cases as inputs of the fuzz targets: each function prints texts, each ended by a NUL byte.

def ended: . + "\u0000";
def lines: [inputs | {file: input_filename, text: ., json: (try fromjson catch null)}] | group_by(.file)[];
def keys_schema: "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";

# The plans, as their lines.
def whole_plans: lines | select(.[0].json.kind? == "plan" and .[-1].json.type? == "end");
def changes: [.[].json | select(.type? == "change")];
def text: [.[].text + "\n"] | join("");

def at_path(path; value):
    if path == keys_schema + ":sunkSshKeys" then .[keys_schema] = {sunkSshKeys: value} else .[path] = value end;

# The answers of a service to one write.
def resource:
    if .method == "POST" then .data + {id: ("new-" + .externalId[-8:])}
    else reduce .data.Operations[] as $one
        ({id: (.path | split("/")[-1]), externalId, (if .resource == "User" then "userName" else "displayName" end): (.userName // .displayName)};
        at_path($one.path; $one.value))
    end;
def status: if .method == "POST" then 201 else 200 end;
def answer: "\(status) \(resource | tojson)";
def nothing_found: "200 " + ({schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], totalResults: 0, Resources: []} | tojson);
def answers: if .method == "POST" and .resource == "Group" then nothing_found, answer else answer end;

def bulk_answer:
    "200 " + ({schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
        Operations: map({method, bulkId, status: (status | tostring), response: resource,
            location: ("https://scim.example/v2" + .path + (if .method == "POST" then "/new" else "" end))}
            | with_entries(select(.value != null)))} | tojson);

def plans: whole_plans | text | ended;
def outcomes:
    whole_plans | select(changes | length > 0)
    | (("approve\n" + text + ([changes[] | answers] | join("\n"))),
       ("before apart\n" + text + ([changes[] | answers] | join("\n"))),
       ("bulk verify\n" + text + (changes | bulk_answer)))
    | ended;
def writes:
    [whole_plans | changes[] | "\(.method) \(.resource)\n\(.data | tojson)\n\(answer)"] | unique[] | ended;
def bulks:
    [whole_plans | changes | select(length > 1) | "\(map({method, path, bulkId}) | tojson)\n\(bulk_answer)"] | unique[] | ended;

# A record of an export in the form of SCIM.
def scim:
    if .type == "user" then
        {id, externalId, userName, displayName, name: {givenName, familyName}, active, emails: [{value: .email, primary: true}],
            (keys_schema): {sunkSshKeys: .sshKeys}, meta: {version: "W/\"1\""}}
    else {id, externalId, displayName, members: [.members[]? | {value: ("u-" + .[17:])}]} end;
def page($rows; $total; $start):
    "200 " + ({schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], totalResults: $total, startIndex: $start,
        itemsPerPage: ($rows | length), Resources: $rows} | tojson);
def pages: . as $rows | length as $total
    | [range(0; $total; 3) | page($rows[.:. + 3]; $total; . + 1)] + [page([]; $total; $total + 1)] | join("\n");
def lists:
    [lines | map(.json) | (map(select(.type? == "user")), map(select(.type? == "group")))
        | select(length > 0) | "\(if .[0].type == "user" then "users filter" else "groups" end)\n\(map(scim) | pages)"] | unique[] | ended;

def users: [inputs | fromjson? | select(.type? == "user")];
def keys: [users[].sshKeys[]? | strings] | unique[] | ended;
def people:
    [users | unique_by(.userName) | _nwise(3)
        | {users: map({id: .externalId, username: .userName, name: .displayName, email, organization: "o1", active}), total: length}
        | tojson] | .[:20][] | ended;
def texts: [inputs] | unique | .[:60][] | ended;
