// Loopback SCIM 2.0 server: filters by the npm package scim2-parse-filter, PATCH by the npm package scim-patch. Routing, paging,
// uniqueness, ETag and error bodies are a little code of our own around those two.
//
//   node scimpatch.mjs [--port 0] [--token test-token] [--load FILE] [--seed N] [--max-page 100] [--no-patch-body]
//                      [--h2c | --tls KEY.pem CERT.pem] [--goaway N]
//
// Prints `ready URL` when it listens (port 0: a free one), ends on SIGTERM.
//   --load FILE      {"Users":[row...],"Groups":[row...]}: rows to begin with, each with its own id
//   --max-page N     no list answer has more rows than that, whatever `count` asks for
//   --no-patch-body  a PATCH is answered 204 without a body
//   --goaway N       an HTTP/2 connection ends after N requests: GOAWAY, and REFUSED_STREAM to those that come later
// If-Match is checked (412). Without a token: GET /__state returns every row, GET /__requests the number of requests by method.
import http from "node:http";
import http2 from "node:http2";
import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { parse, filter as compile } from "scim2-parse-filter";
import { scimPatch, patchBodyValidation } from "scim-patch";

const at = (name) => process.argv.indexOf(`--${name}`), has = (name) => at(name) > 0;
const option = (name, otherwise, n = 1) => has(name) ? process.argv[at(name) + n] : otherwise;
const maxPage = Number(option("max-page", 100)), token = option("token", "test-token");
const CORE = "urn:ietf:params:scim:schemas:core:2.0:", MESSAGES = "urn:ietf:params:scim:api:messages:2.0:";
const URN = "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";

const types = { Users: { name: "User", unique: ["userName", "externalId"] }, Groups: { name: "Group", unique: ["displayName", "externalId"] } };
for (const type of Object.values(types)) {
    type.rows = new Map();
    type.owners = Object.fromEntries(type.unique.map((key) => [key, new Map()]));
}
const requests = {};
let base;

class Refusal extends Error {
    constructor(status, detail, scimType) {
        super(detail);
        Object.assign(this, { status, scimType });
    }
}

function keep(type, row, old) {
    for (const key of type.unique) if (old?.[key]) type.owners[key].delete(old[key].toLowerCase());
    for (const key of type.unique) if (row[key]) type.owners[key].set(row[key].toLowerCase(), row.id);
    type.rows.set(row.id, row);
    return row;
}

function save(type, row, old) {
    for (const key of type.unique) {
        const owner = row[key] && type.owners[key].get(row[key].toLowerCase());
        if (owner && owner !== row.id) throw new Refusal(409, `${key} '${row[key]}' is already in use`, "uniqueness");
    }
    const now = new Date().toISOString(), version = Number(old?.meta?.version?.match(/\d+/)[0] ?? 0) + 1;
    row.meta = {
        resourceType: type.name, created: old?.meta?.created ?? now, lastModified: now, version: `W/"${version}"`,
        location: `${base}/scim/v2/${type.name}s/${encodeURIComponent(row.id)}`
    };
    return keep(type, row, old);
}

function list(type, query) {
    const number = (name, otherwise) => Number(query.get(name) ?? otherwise) | 0;
    const start = Math.max(1, number("startIndex", 1)), count = Math.min(maxPage, Math.max(0, number("count", maxPage)));
    let all = [...type.rows.values()];
    if (query.get("filter")) {
        try {
            all = all.filter(compile(parse(query.get("filter"))));
        } catch (error) {
            throw new Refusal(400, error.message, "invalidFilter");
        }
    }
    const Resources = all.slice(start - 1, start - 1 + count);
    return { schemas: [`${MESSAGES}ListResponse`], totalResults: all.length, startIndex: start, itemsPerPage: Resources.length, Resources };
}

function patched(old, body) {
    try {
        patchBodyValidation(body);
        return scimPatch(structuredClone(old), body.Operations);
    } catch (error) {
        throw new Refusal(400, error.message, error.scimCode ?? "invalidValue");
    }
}

// [status, body, row whose version goes into the ETag]
function answer(method, url, body, headers) {
    if (url.pathname === "/__state") return [200, { Users: [...types.Users.rows.values()], Groups: [...types.Groups.rows.values()] }];
    if (url.pathname === "/__requests") return [200, requests];
    requests[method] = (requests[method] ?? 0) + 1;
    if (headers.authorization !== `Bearer ${token}`) throw new Refusal(401, "missing or wrong bearer token");
    const [, , , kind, id] = url.pathname.split("/"), type = types[kind];
    if (!type) throw new Refusal(404, "no such endpoint");
    if (!id && method === "GET") return [200, list(type, url.searchParams)];
    if (!id && method === "POST") {
        if (!body?.[type.unique[0]]) throw new Refusal(400, `${type.unique[0]} is required`, "invalidValue");
        const row = save(type, { ...body, id: randomUUID() });
        return [201, row, row];
    }
    const old = type.rows.get(decodeURIComponent(id ?? ""));
    if (!old) throw new Refusal(404, `Resource ${id} not found`);
    if (headers["if-match"] && headers["if-match"] !== old.meta?.version) throw new Refusal(412, "version mismatch");
    if (method === "GET") return [200, old, old];
    if (method === "PATCH") {
        const row = save(type, patched(old, body), old);
        return has("no-patch-body") ? [204, undefined, row] : [200, row, row];
    }
    throw new Refusal(405, "method not allowed");
}

function respond(req, res, text) {
    let status, out, row;
    try {
        let body;
        try {
            body = text ? JSON.parse(text) : undefined;
        } catch (error) {
            throw new Refusal(400, error.message, "invalidSyntax");
        }
        [status, out, row] = answer(req.method, new URL(req.url, base), body, req.headers);
    } catch (error) {
        status = error.status ?? 500;
        out = { schemas: [`${MESSAGES}Error`], status: String(status), ...(error.scimType ? { scimType: error.scimType } : {}), detail: error.message };
    }
    const headers = { "content-type": "application/scim+json" };
    if (row?.meta?.version) Object.assign(headers, { etag: row.meta.version, location: row.meta.location });
    if (status === 401) headers["www-authenticate"] = "Bearer";
    const bytes = out === undefined ? "" : JSON.stringify(out);
    if (bytes) headers["content-length"] = Buffer.byteLength(bytes);
    res.writeHead(status, headers).end(bytes);
}

const served = new WeakMap(), mostServed = Number(option("goaway", Infinity));

// Whether the connection of this request has ended: then the request is ignored (RFC 9113 section 6.8).
function isRefused(req) {
    const session = req.stream?.session;
    if (!session) return false;
    served.set(session, (served.get(session) ?? 0) + 1);
    if (served.get(session) === mostServed) session.close();
    return served.get(session) > mostServed;
}

const onRequest = (req, res) => {
    if (isRefused(req)) return req.stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    const chunks = [];
    req.on("data", (chunk) => chunks.push(chunk)).on("end", () => respond(req, res, Buffer.concat(chunks).toString()));
};
const server = has("tls") ? http2.createSecureServer({ allowHTTP1: true, key: readFileSync(option("tls")), cert: readFileSync(option("tls", 0, 2)) }, onRequest)
    : has("h2c") ? http2.createServer(onRequest) : http.createServer(onRequest);
server.listen(Number(option("port", 0)), "127.0.0.1", () => {
    base = `${has("tls") ? "https" : "http"}://127.0.0.1:${server.address().port}`;
    if (has("load")) {
        const { Users = [], Groups = [] } = JSON.parse(readFileSync(option("load"), "utf8"));
        for (const row of Users) keep(types.Users, row);
        for (const row of Groups) keep(types.Groups, row);
    }
    for (let i = 0; i < Number(option("seed", 0)); i++) save(types.Users, {
        schemas: [`${CORE}User`, URN], id: `seed-${i}`, externalId: `pw-activate:user:seed-${i}`, userName: `seed${i}@example.test`,
        displayName: `Seed ${i}`, name: { givenName: "Seed", familyName: String(i) }, active: true,
        emails: [{ value: `seed${i}@example.test`, type: "work", primary: true }], [URN]: { sunkSshKeys: [] }
    });
    console.log(`ready ${base}/scim/v2`);
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
