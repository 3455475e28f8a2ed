// Loopback SCIM 2.0 server: everything is done by the npm package @boxyhq/saml-jackson, which stores rows in memory here.
//
//   node saml-jackson.mjs [--port 0] [--token test-token]
//
// Prints `ready URL` when it listens (port 0: a free one), ends on SIGTERM. The package hands each change to an application and answers
// with what it was sent. It stores no extension in a PATCH, shows no members of a group, and reads every filter as an equality of names.
import { createServer } from "node:http";
import jackson from "@boxyhq/saml-jackson";

const option = (name, otherwise) => {
    const i = process.argv.indexOf(`--${name}`);
    return i < 0 ? otherwise : process.argv[i + 1];
};
const silent = { info: () => {}, warn: () => {}, error: console.error };
const number = (text) => text === null ? undefined : Number(text);
const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk)).on("end", () => answer(request, response, Buffer.concat(chunks).toString()));
});
let requests, directory;

// The package's handler takes a request in parts. If it throws, the answer is 500, as with any web framework. The package chooses the token
// itself: the token of the tests is replaced by it.
async function answer(request, response, text) {
    const url = new URL(request.url, "http://localhost"), [, , , directoryId, resourceType, resourceId] = url.pathname.split("/");
    const [startIndex, count] = ["startIndex", "count"].map((name) => number(url.searchParams.get(name)));
    const query = { startIndex, count, filter: url.searchParams.get("filter") ?? undefined };
    const apiSecret = request.headers.authorization === `Bearer ${option("token", "test-token")}` ? directory.scim.secret : "";
    let result;
    try {
        const body = text ? JSON.parse(text) : undefined;
        result = await requests.handle({ method: request.method, body, query, apiSecret, directoryId, resourceType: resourceType ?? "", resourceId: resourceId && decodeURIComponent(resourceId) });
    } catch (error) {
        result = { status: 500, data: { detail: error.message } };
    }
    response.writeHead(result.status, { "content-type": "application/scim+json" }).end(JSON.stringify(result.data));
}

server.listen(Number(option("port", 0)), "127.0.0.1", async () => {
    const externalUrl = `http://127.0.0.1:${server.address().port}`;
    const { directorySyncController: controller } = await jackson.default({
        externalUrl, samlPath: "/saml", scimPath: "/scim/v2", noAnalytics: true, db: { engine: "mem", pageLimit: 10000 }, logger: silent
    });
    requests = controller.requests;
    ({ data: directory } = await controller.directories.create({ tenant: "tests", product: "tests", name: "tests", type: "generic-scim-v2" }));
    console.log(`ready ${externalUrl}/scim/v2/${directory.id}`);
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
