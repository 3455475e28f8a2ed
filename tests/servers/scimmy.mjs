// Loopback SCIM 2.0 server: protocol by the npm packages scimmy and scimmy-routers, storage in two Maps. Everything that a client can see
// (filter, paging, schema coercion, PATCH, error bodies) is done by the packages.
//
//   node scimmy.mjs [--port 0] [--token test-token] [--load FILE] [--seed N] [--fast-list] [--express 5]
//
// Prints `ready URL` when it listens (port 0: a free one), ends on SIGTERM.
//   --load FILE   {"Users":[row...],"Groups":[row...]}: rows to begin with, each with its own id; kept as they are
//   --seed N      N made-up managed users
//   --fast-list   hand scimmy only the page asked for (about 1 ms a match is saved on each page); scimmy 1.3.5 by itself also
//                 answers a startIndex past the end with the first page, which this hides
//   --express 5   scimmy-routers 1.3.2 on express 5 ignores startIndex and count: a server that does not page
// Besides SCIM, without a token: GET /__state returns every row with its times, GET /__requests the number of requests by method.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import module from "node:module";

const option = (name, otherwise) => {
    const i = process.argv.indexOf(`--${name}`);
    return i < 0 ? otherwise : process.argv[i + 1];
};
if (option("express") === "5") {
    const hook = 'export const resolve = (name, context, next) => next(name === "express" ? "express5" : name, context);';
    module.register(`data:text/javascript,${encodeURIComponent(hook)}`, import.meta.url);
}
const { default: express } = await import("express");
const { default: SCIMMY } = await import("scimmy");
const { default: SCIMMYRouters } = await import("scimmy-routers");

const token = option("token", "test-token"), fast = process.argv.includes("--fast-list");
const CORE = "urn:ietf:params:scim:schemas:core:2.0:";
const URN = "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";

const { Attribute, SchemaDefinition, Error: ScimError } = SCIMMY.Types;
// scimmy refuses to construct a definition whose id is outside urn:ietf:params:scim:schemas:, so the id is set afterwards
const extension = new SchemaDefinition("CoreWeaveUser", "urn:ietf:params:scim:schemas:placeholder", "CoreWeave user", [
    new Attribute("string", "sunkSshKeys", { multiValued: true, caseExact: true, description: "SSH public keys" })
]);
extension.id = URN;
SCIMMY.Resources.User.extend(extension, false);

const page = (all, { startIndex = 1, count = 20 } = {}) => {
    if (!fast) return all;
    const sparse = new Array(all.length);
    for (let i = startIndex > count ? startIndex - 1 : 0; i < Math.min(all.length, startIndex - 1 + count); i++) sparse[i] = all[i];
    return sparse;
};

// One Map of rows for each resource type; a second Map is for the uniqueness check.
const makeStore = (Resource, uniqueKey) => {
    const rows = new Map(), owners = new Map();
    let memo = {};
    const fold = (row) => row?.[uniqueKey]?.toLowerCase();
    const keep = (row) => {
        memo = {};
        rows.set(row.id, row);
        if (fold(row)) owners.set(fold(row), row.id);
    };
    const find = (filter) => {
        if (!filter) return [...rows.values()];
        if (!fast || memo.expression !== filter.expression) memo = { expression: filter.expression, rows: filter.match([...rows.values()]) };
        return memo.rows;
    };
    const need = (id) => {
        if (!rows.has(id)) throw new ScimError(404, null, `Resource ${id} not found`);
        return rows.get(id);
    };
    const put = (id, instance) => {
        const data = JSON.parse(JSON.stringify(instance)), old = rows.get(id), now = new Date().toISOString();
        if (owners.has(fold(data)) && owners.get(fold(data)) !== id) throw new ScimError(409, "uniqueness", `${uniqueKey} '${data[uniqueKey]}' is already in use`);
        owners.delete(fold(old));
        keep({ ...data, id, meta: { created: old?.meta?.created ?? now, lastModified: now } });
        return rows.get(id);
    };
    SCIMMY.Resources.declare(Resource)
        .ingress((res, instance) => res.id ? (need(res.id), put(res.id, instance)) : put(randomUUID(), instance))
        .egress((res) => res.id ? need(res.id) : page(find(res.filter), res.constraints))
        .degress((res) => {
            owners.delete(fold(need(res.id)));
            memo = {};
            rows.delete(res.id);
        });
    return { rows, keep, put };
};
const users = makeStore(SCIMMY.Resources.User, "userName"), groups = makeStore(SCIMMY.Resources.Group, "displayName");

if (option("load")) {
    const { Users = [], Groups = [] } = JSON.parse(readFileSync(option("load"), "utf8"));
    Users.forEach(users.keep);
    Groups.forEach(groups.keep);
}
for (let i = 0; i < Number(option("seed", 0)); i++) users.put(`seed-${i}`, {
    schemas: [`${CORE}User`, URN], externalId: `pw-activate:user:seed-${i}`, userName: `seed${i}@example.test`,
    displayName: `Seed ${i}`, name: { givenName: "Seed", familyName: String(i) }, active: true,
    emails: [{ value: `seed${i}@example.test`, type: "work", primary: true }],
    [URN]: { sunkSshKeys: [] }
});

const app = express(), requests = {};
app.get("/__state", (_, res) => res.json({ Users: [...users.rows.values()], Groups: [...groups.rows.values()] }));
app.get("/__requests", (_, res) => res.json(requests));
app.use((req, _, next) => {
    requests[req.method] = (requests[req.method] ?? 0) + 1;
    next();
});
app.use("/scim/v2", new SCIMMYRouters({
    type: "bearer", docUri: "https://example.test/", baseUri: (req) => `${req.protocol}://${req.get("host")}`,
    handler: (req) => {
        if (req.header("Authorization") !== `Bearer ${token}`) throw new Error("missing or wrong bearer token");
        return "client";
    }
}));
const server = app.listen(Number(option("port", 0)), "127.0.0.1", () => console.log(`ready http://127.0.0.1:${server.address().port}/scim/v2`));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
