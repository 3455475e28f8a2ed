// check-lines.mjs: reads a plan from standard input and gives its change lines the check that scim-diff would write. For tests that write
// or edit the lines of a plan themselves.
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";

const sorted = (value) =>
    Array.isArray(value)
        ? value.map(sorted)
        : value && typeof value === "object"
          ? Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]))
          : value;

for await (const text of createInterface({ input: process.stdin })) {
    const line = JSON.parse(text);
    if (line.type === "change") {
        delete line.check;
        line.check = createHash("sha256").update(JSON.stringify(sorted(line))).digest("hex").slice(0, 32);
    }
    console.log(JSON.stringify(line));
}
