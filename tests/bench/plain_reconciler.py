"""plain_reconciler.py: the same task as a script author would write it: one request at a time, no limits, no checks.

Reads users, groups and SSH keys from ACTIVATE, compares them with SCIM, and sends what differs. The variables are those of
pw-activate-scim-sync. Prints the number of writes. tests/bench/whole_run.sh measures it.
"""
import base64
import os
from urllib.parse import quote

import requests

PREFIX = "pw-activate:"
KEYS = "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

api_key = os.environ["ACTIVATE_API_KEY"]
host = api_key.removeprefix("pwt_").split(".")[0]
activate_url = base64.b64decode(host + "=" * (-len(host) % 4)).decode()
scim_url = os.environ["CW_SCIM_BASE_URL"]

activate = requests.Session()
activate.auth = (api_key, "")
scim = requests.Session()
scim.headers["Authorization"] = "Bearer " + os.environ["CW_SCIM_BEARER_TOKEN"]
scim.headers["Content-Type"] = "application/scim+json"
writes = 0


def read(path):
    answer = activate.get(activate_url + path)
    answer.raise_for_status()
    return answer.json()


def listed(endpoint):
    resources = []
    while True:
        answer = scim.get(f"{scim_url}/{endpoint}", params={"startIndex": len(resources) + 1, "count": 100})
        answer.raise_for_status()
        page = answer.json().get("Resources", [])
        resources += page
        if len(page) == 0 or len(resources) >= answer.json()["totalResults"]:
            return [r for r in resources if r.get("externalId", "").startswith(PREFIX)]


def write(method, path, body):
    global writes
    answer = scim.request(method, scim_url + path, json=body)
    answer.raise_for_status()
    writes += 1
    return answer.json() if answer.content else {}


def replace(path, values):
    operations = [{"op": "replace", "path": name, "value": value} for name, value in values.items()]
    return write("PATCH", path, {"schemas": [PATCH], "Operations": operations})


def desired_users(organization):
    people = []
    while True:
        page = read(f"/api/organizations/{organization}/users?limit=500&skip={len(people)}")["users"] or []
        people += page
        if len(page) < 500:
            break
    users = {}
    for person in people:
        if not person.get("active", True) or not person.get("email"):
            continue
        text = base64.b64decode(read(f"/api/users/{quote(person['username'])}/ssh-public-keys")).decode()
        users[PREFIX + "user:" + person["id"]] = {
            "username": person["username"],
            "userName": person["email"],
            "displayName": person.get("name") or person["email"],
            "keys": sorted({" ".join(line.split()[:2]) for line in text.splitlines() if line.strip()}),
        }
    return users


def main():
    organization = read("/api/auth/whoami/organization")
    users = desired_users(organization)
    of_username = {user["username"]: key for key, user in users.items()}
    groups = {}
    for group in read(f"/api/organizations/{organization}/groups"):
        members = read(f"/api/organizations/{organization}/groups/{quote(group['name'])}/members") or []
        names = [member["username"] for member in members]
        groups[PREFIX + "group:" + group["id"]] = (group["name"], [of_username[n] for n in names if n in of_username])
    present = {user["externalId"]: user for user in listed("Users")}
    present_groups = {group["externalId"]: group for group in listed("Groups")}

    ids = {}
    for key, user in users.items():
        old = present.get(key)
        if old is None:
            body = {"schemas": [USER, KEYS], "externalId": key, "userName": user["userName"], "displayName": user["displayName"],
                    "active": True, KEYS: {"sunkSshKeys": user["keys"]}}
            ids[key] = write("POST", "/Users", body)["id"]
            continue
        ids[key] = old["id"]
        changes = {}
        if old.get("displayName") != user["displayName"]:
            changes["displayName"] = user["displayName"]
        if not old.get("active", True):
            changes["active"] = True
        if sorted(old.get(KEYS, {}).get("sunkSshKeys", [])) != user["keys"]:
            changes[KEYS + ":sunkSshKeys"] = user["keys"]
        if changes:
            replace("/Users/" + old["id"], changes)
    for key, old in present.items():
        if key not in users and old.get("active", True):
            replace("/Users/" + old["id"], {"active": False})
    for key, (name, members) in groups.items():
        wanted = sorted(ids[member] for member in members if member in ids)
        values = [{"value": value} for value in wanted]
        old = present_groups.get(key)
        if old is None:
            write("POST", "/Groups", {"schemas": [GROUP], "externalId": key, "displayName": name, "members": values})
        elif sorted(member["value"] for member in old.get("members", [])) != wanted:
            replace("/Groups/" + old["id"], {"members": values})
    print(writes)


main()
