// join.mjs DESIRED CURRENT: the two sides joined as a script would write it; prints how many users differ.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

const fields = ['userName', 'displayName', 'givenName', 'familyName', 'email', 'active'];

async function users(name) {
    const found = new Map();
    for await (const line of createInterface({ input: createReadStream(name), crlfDelay: Infinity })) {
        const record = JSON.parse(line);
        if (record.type === 'user') {
            found.set(record.externalId, record);
        }
    }
    return found;
}

const same = (a, b) => fields.every((field) => a[field] === b[field]) && String(a.sshKeys) === String(b.sshKeys);

const desired = await users(process.argv[2]);
const current = await users(process.argv[3]);
let differ = 0;
for (const [key, user] of desired) {
    const other = current.get(key);
    differ += other && same(user, other) ? 0 : 1;
    current.delete(key);
}
console.log(differ + current.size);
