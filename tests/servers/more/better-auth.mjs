// Loopback SCIM 2.0 server: everything is done by the npm package @better-auth/scim, a plugin of better-auth. It stores rows in memory.
//
//   node better-auth.mjs [--port 0] [--token test-token]
//
// Prints `ready URL` when it listens (port 0: a free one), ends on SIGTERM. It filters by equality only, allows 1,000 members in a group,
// and rejects each extension except the one for enterprises.
import { webcrypto } from "node:crypto";
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { scim } from "@better-auth/scim";

globalThis.crypto ??= webcrypto; // Node 18
const option = (name, otherwise) => {
    const i = process.argv.indexOf(`--${name}`);
    return i < 0 ? otherwise : process.argv[i + 1];
};
const server = createServer((request, response) => handler(request, response));
let handler;
server.listen(Number(option("port", 0)), "127.0.0.1", () => {
    const origin = `http://127.0.0.1:${server.address().port}`;
    const plugin = scim({ connections: [{ id: "tests", credentials: [{ type: "bearer", id: "tests", token: option("token", "test-token") }] }] });
    const options = { baseURL: origin, basePath: "/api/auth", secret: "a-secret-of-the-tests-that-is-long-enough", plugins: [plugin], rateLimit: { enabled: false }, telemetry: { enabled: false } };
    const tables = ["user", "session", "account", "verification", ...Object.keys(plugin.schema)];
    const auth = betterAuth({ ...options, database: memoryAdapter(Object.fromEntries(tables.map((name) => [name, []]))) });
    handler = toNodeHandler(auth);
    console.log(`ready ${origin}/api/auth/scim/v2`);
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
