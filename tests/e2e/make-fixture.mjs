// Writes a fixture of the sandbox: always the same organization for the same numbers, and keys that sshd would accept.
//
//   node make-fixture.mjs [--users 300] [--groups 20] > fixture.json
//   node make-fixture.mjs --strangers > strangers.json     the SCIM side alone: records that are not ours, for scimmy.mjs --load
//
// Among the users: disabled ones, some without e-mail or name, mixed-case user names, several keys, the same key twice, comments, CRLF, no
// key. Among the groups: disabled members, one empty group. No two users have the same user name, address, or key.
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";

const option = (name, otherwise) => {
    const i = process.argv.indexOf(`--${name}`);
    return i < 0 ? otherwise : process.argv[i + 1];
};
const userCount = Number(option("users", 300)), groupCount = Number(option("groups", 20));

const hash = (text) => createHash("sha256").update(text).digest();
const number = (text, below) => hash(text).readUInt32BE(0) % below;
const objectId = (text) => hash(text).toString("hex").slice(0, 24);

// An Ed25519 key pair made from `name`; the public half as OpenSSH writes it (RFC 8709 §4).
const publicKey = (name) => {
    const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), hash(name)]);
    const raw = createPublicKey(createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" })).export({ format: "der", type: "spki" }).subarray(-32);
    const field = (bytes) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
    return `ssh-ed25519 ${Buffer.concat([field(Buffer.from("ssh-ed25519")), field(raw)]).toString("base64")}`;
};

const GIVEN = ["Ada", "Bela", "Chidi", "Dana", "Eszter", "Farid", "Grace", "Hanna", "Ines", "João", "Kai", "Léa", "Mei", "Noor", "Olu", "Priya", "Søren"];
const FAMILY = ["Abara", "Bauer", "Castro", "Dubois", "Evans", "Fischer", "García", "Haddad", "Ito", "Jansen", "Kovács", "Lindqvist", "Moreau", "Nakamura", "O'Brien"];

function keyLines(i) {
    const key = (n) => publicKey(`user ${i} key ${n}`);
    switch (i % 10) {
        case 3: return []; // without a key
        case 4: return ["# nothing but a comment", ""];
        case 5: return [`${key(2)} second@host`, `${key(1)} first@host`, `${key(3)}`];
        case 6: return [`${key(1)} work`, `${key(1)} the same again`, ""];
        case 7: return ["# made by hand", `${key(1)} with a long comment\r`, `${key(2)}\r`];
        default: return [`${key(1)} user${i}@laptop`];
    }
}

function user(i) {
    const given = GIVEN[i % GIVEN.length], family = FAMILY[number(`family ${i}`, FAMILY.length)];
    const plain = `${given}.${family}.${i}`.normalize("NFD").replace(/[^A-Za-z0-9.]/g, "");
    const row = {
        id: objectId(`user ${i}`),
        username: i % 4 ? plain.toLowerCase() : plain, // every fourth in mixed case
        name: i % 29 === 11 ? given : i % 31 === 12 ? `${given} van der ${family}` : `${given} ${family}`,
        email: `${plain.toLowerCase()}@acme.example`,
        active: i % 20 !== 7,
        uid: 20000 + i,
        createdAt: new Date(Date.UTC(2025, 0, 1) + i * 3600e3).toISOString(),
        lastLogin: new Date(Date.UTC(2026, 10, 1) + i * 60e3).toISOString(),
        sshKeys: keyLines(i)
    };
    if (i % 100 === 50) delete row.email;
    if (i % 37 === 13) delete row.name;
    return row;
}

function group(g, users) {
    const name = g === 0 ? "Empty-Group" : g === 1 ? "everybody" : `${["team", "Project", "lab"][g % 3]}-${String(g).padStart(2, "0")}`;
    const isIn = (row) => g === 1 || (g !== 0 && number(`${row.id} in ${g}`, 12) < 1 + g % 3);
    return { id: objectId(`group ${g}`), name, description: `Group ${g}`, gid: 30000 + g, members: users.filter(isIn).map((row) => row.username) };
}

const CORE = "urn:ietf:params:scim:schemas:core:2.0:", EXTENSION = "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";
const meta = { created: "2025-05-05T05:05:05.000Z", lastModified: "2025-06-06T06:06:06.000Z" };

function stranger(n, more = {}) {
    return {
        schemas: [`${CORE}User`], id: `stranger-${n}`, userName: `stranger${n}@elsewhere.example`, displayName: `Stranger ${n}`,
        name: { givenName: "Stranger", familyName: String(n) }, active: true, emails: [{ value: `stranger${n}@elsewhere.example`, type: "work", primary: true }],
        meta, ...more
    };
}

function strangers() {
    const Users = [
        stranger(1), // created in the console
        stranger(2, { externalId: "okta:00u1abcd" }),
        stranger(3, { externalId: "PW-ACTIVATE:user:65a1" }), // external ids compare exactly
        stranger(4, { externalId: "old-pw-activate:user:65a2" }),
        stranger(5, { externalId: "pw-activate-ldap:user:65a3" }),
        stranger(6, { active: false }),
        stranger(7, { schemas: [`${CORE}User`, EXTENSION], [EXTENSION]: { sunkSshKeys: [`${publicKey("stranger 7")} console`] } }),
        stranger(8, { displayName: undefined, name: undefined, emails: undefined, externalId: "pw-activate" })
    ];
    const Groups = [
        { schemas: [`${CORE}Group`], id: "stranger-group-1", displayName: "admin", members: [{ value: "stranger-1" }, { value: "stranger-6" }], meta },
        { schemas: [`${CORE}Group`], id: "stranger-group-2", externalId: "okta:g1", displayName: "Okta everybody", members: [], meta },
        { schemas: [`${CORE}Group`], id: "stranger-group-3", externalId: "pw-activate-ldap:group:1", displayName: "ldap", members: [{ value: "stranger-7" }], meta }
    ];
    return { Users, Groups };
}

function fixture() {
    const users = Array.from({ length: userCount }, (_, i) => user(i));
    return {
        credentials: {
            activateApiKeySecret: "e2e-api-key-secret-4711", activateApiKeyUser: users[1].username, activateJwts: {},
            activateScimToken: "e2e-activate-scim-token", scimToken: "e2e-coreweave-scim-token"
        },
        activate: {
            organization: { id: objectId("organization"), name: "acme" },
            users,
            groups: Array.from({ length: groupCount }, (_, g) => group(g, users))
        },
        scim: strangers()
    };
}

console.log(JSON.stringify(process.argv.includes("--strangers") ? strangers() : fixture(), null, 1));
