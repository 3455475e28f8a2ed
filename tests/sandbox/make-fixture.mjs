// Writes fixture.json: invented users with generated keys, the same in every run.
//
//     node make-fixture.mjs > fixture.json

import {createECDH, createHash, createPrivateKey, createPublicKey} from 'node:crypto';

const bytes = (label, size) => {
    const out = [];
    for (let i = 0; out.length < size; ++i) out.push(...createHash('sha512').update(`${label} ${i}`).digest());
    return Buffer.from(out.slice(0, size));
};
const hexId = (label) => bytes(label, 12).toString('hex');
const secret = (label, size) => bytes(label, size).toString('base64url');

// RFC 4253 §5: string, and mpint of a positive number.
const string = (data) => {
    const body = Buffer.from(data);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    return Buffer.concat([length, body]);
};
const mpint = (data) => string(data[0] & 0x80 ? Buffer.concat([Buffer.from([0]), data]) : data);

// The public keys of private keys that a hash gave; RSA's modulus is only an odd number of the right size.
const ed25519Point = (label) => {
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), bytes(label, 32)]);
    const key = createPublicKey(createPrivateKey({key: der, format: 'der', type: 'pkcs8'}));
    return key.export({format: 'der', type: 'spki'}).subarray(-32);
};
const nistPoint = (label) => {
    const curve = createECDH('prime256v1');
    curve.setPrivateKey(bytes(label, 32));
    return curve.getPublicKey();
};
const modulus = (label, bits) => {
    const number = bytes(label, bits / 8);
    number[0] |= 0x80;
    number[number.length - 1] |= 1;
    return number;
};

const makers = {
    'ssh-ed25519': (label) => [ed25519Point(label)].map(string),
    'ecdsa-sha2-nistp256': (label) => ['nistp256', nistPoint(label)].map(string),
    'ssh-rsa': (label, bits) => [Buffer.from([1, 0, 1]), modulus(label, bits)].map(mpint),
    'sk-ssh-ed25519@openssh.com': (label) => [ed25519Point(label), 'ssh:'].map(string),
};
const key = (type, label, comment, bits = 3072) => {
    const blob = Buffer.concat([string(type), ...makers[type](label, bits)]);
    return [type, blob.toString('base64'), comment].filter(Boolean).join(' ');
};

// Full names, with the user name after a '|' if it is not made from the full name.
const people = `
Jake Thayne|Jake.Thayne; Ada Lovelace|ada.lovelace; Marta Kowalska|marta.kowalska;
Søren Ågård Kjærgaard|soren.kjaergaard; 王小明|wang.xiaoming; Nguyễn Thị Minh Khai|khai.nguyen;
Björk Guðmundsdóttir|Bjork.Gudmundsdottir; Sukarno|sukarno; Jean-Luc Moreau|jean-luc.moreau;
Siobhán O'Brien|siobhan.obrien; Владимир Петров|Vladimir.Petrov; 佐藤 花子|sato.hanako; María José García Pérez|mj.garcia;
Þórdís Kolbrún Reykfjörð|thordis; Łukasz Żółtowski|lukasz.zoltowski; محمد العلي|m.al-ali; 김서연|seoyeon.kim;
François Lefèvre|F.Lefevre; Zoë van der Berg|zoe.vd-berg; Günther Groß|guenther.gross; Ελένη Παπαδοπούλου|eleni.p;
Çağla Yıldız|cagla.yildiz; Dvořák Antonín|dvorak2; אביגיל כהן|avigail.cohen; Priya Raghunathan; Chukwuemeka Okonkwo;
Aoife Ní Dhomhnaill; Nnamdi Eze; Ingrid Halvorsen; Mateo Fernández; Yuki Tanaka; Kwame Mensah; Lucía Ortega;
Rajesh Iyer; Anneliese Schröder; Tomáš Novák; Emeka Obi; Hana Suzuki; Olivier Dubois; Fatima Zahra Bennani;
Liam Gallagher; Noémie Girard; Arjun Mehta; Katarzyna Wiśniewska; Bogdan Ionescu; Leila Haddad; Diego Ramírez;
Freya Lindqvist; Tunde Adeyemi; Mei Ling Tan; Viktor Horváth; Isabella Rossi; Kofi Asante; Sinéad Murphy;
Ravi Shankar Pillai; Jelena Jovanović; Oskar Nyström; Amara Diallo; Pavel Dvořák; Chiara Esposito; Mikko Virtanen;
Thandiwe Nkosi; Andrés Castillo; Elif Demir; Marek Zieliński; Saoirse Kelly; Hiroshi Nakamura; Beatriz Almeida;
Kasper Jørgensen; Zainab Yusuf; Étienne Rousseau; Sanjay Gupta; Dagmar Müller; Ioana Popescu; Juan Carlos Núñez;
Malin Bergström; Abebe Bekele; Camille Fournier; Radek Svoboda; Aisha Rahman; Bruno Carvalho; Eszter Kovács;
Tariq Aziz; Linnea Sjöberg; Gabriel Costa; Nadia Petrova; Owen Davies; Xiu Ying Zhao; Henrik Larsen; Rosa Jiménez;
Kenji Watanabe; Miriam Goldberg; Stefan Weiß; Yetunde Balogun; Cormac Byrne; Anjali Deshpande; Filip Kučera;
Giulia Conti; Jomo Kariuki; Astrid Dahl; Pedro Gonçalves; Mina Park; Erik Bäckström; Samira Khan; Dmitri Sokolov;
Catalina Vargas; Tadeusz Mazur; Ngozi Uche; Hélène Mercier; Vikram Singh; Solveig Haugen; Raúl Domínguez; Jasmin Kaya;
Ewa Lewandowska; Takumi Mori; Beth Harmon; Ousmane Sow; Lars Ulrik Holm; Daniela Stoica; Alejandro Peña;
Keiko Yamamoto; Maeve Doyle; Ibrahim Keita; Petra Vogel; Ondřej Malý; Shreya Banerjee; Nils Åkesson; Francesca Greco;
Wanjiru Kamau; Péter Szabó; Clémence Petit; Hamza Malik; Anna-Lena Fischer; Vasile Munteanu; Carmen Salazar;
Jun-ho Lee; Agnieszka Kamińska; Devon Carter; Simone Bianchi; Adaeze Nwosu; Rikard Söderström; Laila Mansour;
Gustavo Ribeiro; Martina Horáková; Arman Petrosyan; Deepa Krishnan; Callum Fraser; Ayşe Öztürk; Nikola Petrović;
Valentina Morales; Joost de Vries; Oluwaseun Afolabi; Birgit Hoffmann; Kai Nakoa; Emilie Laurent; Suresh Reddy;
Maja Ivanova; Teodor Lund; Inés Navarro; Bilal Ahmed; Ronja Koskinen; Darragh Nolan; Xavier Puig; Lakshmi Narayanan;
Sofie Vermeulen; Goran Babić; Akua Boateng; Benoît Lambert; Renata Oliveira; Halima Abdi; Carys Morgan; Dong-hyun Choi;
Lívia Baláž; Mohammed Farouk; Greta Sandberg; Ismail Çelik; Patricia Reyes; Vaclav Hájek; Nomvula Dlamini;
Julien Perrin; Smriti Joshi; Erlend Bakke; Tamar Beridze; Hugo Marchetti; Quynh Tran; Marius Stan; Ellen MacLeod;
Pius Wanyama; Zofia Baran; Ricardo Pinto; Haruka Ito; Ciarán Walsh; Noor Siddiqui; Anders Thorsen; Paloma Cruz;
Yannick Keller; Tove Eklund; Madonna; Teller; Ramanujan
`.trim().split(/;\s+/).map((entry) => entry.split('|'));

const disabled = new Set([9, 27, 38, 54, 66, 77, 93, 104, 121, 140, 163, 188]);
const keyless = new Set([7, 31, 52, 88, 109, 133, 157, 190]);
const nameless = new Set([44, 96, 150, 179]);
const mailless = new Set([60, 115, 171]);
const mixedCaseMail = new Set([0, 6, 10, 17, 48, 85, 126]);
const severalKeys = new Map([[1, 2], [2, 4], [12, 3], [25, 2], [40, 2], [63, 3], [101, 2], [144, 2]]);
const owner = 'marta.kowalska';  // of the API key

const plainLetters = {ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ß: 'ss', æ: 'ae', ı: 'i', "'": ''};
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[øłđðþßæı']/gi, (c) => plainLetters[c.toLowerCase()]);
const capital = (word) => word[0].toUpperCase() + word.slice(1);

const usernameOf = (full, i) => {
    const words = plain(full).toLowerCase().replace(/[^a-z -]/g, '').split(' ');
    const [first, last] = [words[0], words.at(-1)];
    if (words.length === 1) return first;
    if (i % 9 === 4) return `${capital(first)}.${capital(last)}`;
    if (i % 7 === 3) return `${first}-${last}`;
    if (i % 11 === 5) return `${first[0]}${last}`;
    return `${first}.${last}`;
};

const keyTypes = ['ssh-ed25519', 'ssh-ed25519', 'ssh-ed25519', 'ssh-rsa', 'ecdsa-sha2-nistp256', 'ssh-ed25519', 'ssh-rsa'];
const keyLines = (username, i) => {
    if (keyless.has(i)) return [];
    const lines = [];
    for (let n = 0; n < (severalKeys.get(i) ?? 1); ++n) {
        const type = i === 2 && n === 1 ? 'sk-ssh-ed25519@openssh.com' : keyTypes[(i + n) % keyTypes.length];
        const comment = i % 10 === 8 ? '' : n === 0 ? `${username}@laptop` : `${username}@workspace ${2024 + n}`;
        lines.push(key(type, `key ${username} ${n}`, comment, i % 2 ? 3072 : 2048));
    }
    if (i === 12) return ['# at work\r', `${lines[0]}\r`, '\r', `${lines[1]}\r`, '', '# old laptop', lines[2]];
    return lines;
};

const instant = (day, second = 0) => new Date(Date.UTC(2024, 0, 8 + day, 9, 0, second)).toISOString().replace('.000', '');

const users = people.map(([full, given], i) => {
    const username = given ?? usernameOf(full, i);
    const user = {id: hexId(`user ${username}`), username};
    if (!nameless.has(i)) user.name = full;
    if (!mailless.has(i)) user.email = `${mixedCaseMail.has(i) ? username.replace(/(^|[.-])[a-z]/g, (c) => c.toUpperCase()) : username.toLowerCase()}@acme.org`;
    user.active = !disabled.has(i);
    if (i % 25 === 19) user.complimentary = true;
    if (username === owner) user.billingAdmin = true;
    if (username === 'ada.lovelace') user.organizationOwner = true;
    user.uid = 10001 + i;
    user.createdAt = instant((i * 37) % 211, i % 3);  // not in the order of the list, and some at the same second
    if (i % 6 !== 5) user.lastLogin = instant(400 + (i * 13) % 90, i % 60);
    user.sshKeys = keyLines(username, i);
    return user;
});

// name, description, first member, step, size: every step-th user from the first, around the list.
const groups = [
    ['hpc-users', 'Everybody who may submit jobs', 0, 1, 150],
    ['gpu-research', 'H100 partition', 3, 3, 64],
    ['climate-model', 'Regional climate runs', 5, 7, 41],
    ['genomics', 'Sequencing pipelines', 2, 11, 33],
    ['cfd_team', 'Fluid dynamics', 8, 9, 27],
    ['llm-training', 'Large language models', 1, 17, 20],
    ['Robotics', 'Mixed case on purpose', 11, 13, 18],
    ['quantum-lab', 'Simulators', 4, 19, 12],
    ['data-platform', undefined, 21, 23, 9],
    ['interns-2026', 'Summer', 170, 1, 6],
    ['platform-team', 'Runs the organization', 0, 1, 3],
    ['archive2019', 'Nobody is left', 0, 1, 0],
].map(([name, description, first, step, size], i) => ({
    id: hexId(`group ${name}`),
    name,
    ...(description && {description}),
    gid: 20001 + i,
    createdAt: instant(i * 5),
    ...(name === 'platform-team' && {roles: ['org:admin', 'org:users']}),
    members: [...Array(size).keys()].map((n) => users[(first + n * step) % users.length].username),
}));

const extension = 'urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser';
const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
const scimId = (label) => bytes(label, 16).toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
const scimUser = (userName, rest, schemas = [userSchema]) => ({schemas, id: scimId(userName), userName, active: true, ...rest});

const scimUsers = [
    scimUser('root-admin@acme.org', {displayName: 'Console Administrator', emails: [{value: 'root-admin@acme.org', primary: true}]}),
    scimUser('Okta.Jones@acme.org', {externalId: '00u1xq7hLd2TfVbKc5d7', name: {givenName: 'Okta', familyName: 'Jones'}, displayName: 'Okta Jones'}),
    scimUser('legacy-seven@acme.org', {externalId: 'pw-activate-legacy:7', displayName: 'From An Older Tool'}),
    scimUser('capitals@acme.org', {externalId: 'PW-ACTIVATE:user:65a1b2c3d4e5f60718293a4b', displayName: 'External Ids Compare Exactly'}),
    scimUser('contractor@partner.example', {
        displayName: 'Attributes Nobody Here Knows', title: 'Contractor', badgeNumber: 4711, entitlements: [{value: 'building-7'}],
        'urn:example:params:scim:schemas:extension:facility:1.0:Person': {floor: 3, keys: ['east', 'west']},
    }, [userSchema, 'urn:example:params:scim:schemas:extension:facility:1.0:Person']),
    scimUser('console-keys@acme.org', {
        displayName: 'Keys From The Console',
        [extension]: {sunkPosixUsername: 'console-keys', sunkPosixUserId: 7001, sunkSshKeys: [key('ssh-ed25519', 'key of the console', 'console')]},
    }, [userSchema, extension]),
    scimUser('gone-before@acme.org', {externalId: 'guid-3f2a', displayName: 'Left Long Ago', active: false}),
];
const scimGroup = (displayName, members, rest = {}) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], id: scimId(displayName), displayName, ...rest,
    members: members.map((i) => ({value: scimUsers[i].id, type: 'User'})),
});
const scimGroups = [
    scimGroup('admins-console', [0, 1]),
    scimGroup('okta-everyone', [1, 4, 6], {externalId: '00g9zK3mQp8WvYt2d697'}),
];

const localParts = users.map((user) => (user.email ?? user.username).split('@')[0].toLowerCase());
if (users.length !== 200 || new Set(localParts).size !== 200 || new Set(users.map((user) => user.username.toLowerCase().replaceAll('.', ''))).size !== 200) {
    throw new Error(`${users.length} users, twice: ${localParts.filter((each, i) => localParts.indexOf(each) !== i)}`);
}

const jwtPart = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = [jwtPart({alg: 'HS256', typ: 'JWT'}), jwtPart({sub: `user:${owner}`, platform_host: '127.0.0.1'}), secret('jwt', 32)].join('.');

const lines = (list) => `[\n${list.map((each) => `    ${JSON.stringify(each)}`).join(',\n')}\n  ]`;
process.stdout.write(`{
"credentials": ${JSON.stringify({
    activateApiKeySecret: secret('api key', 24), activateApiKeyUser: owner, activateJwts: {[jwt]: owner},
    activateScimToken: `pw-scim-${secret('activate scim', 18)}`, scimToken: `cw-scim-${secret('coreweave scim', 18)}`,
})},
"settings": {"sshKeyBody": "base64"},
"activate": {
  "organization": ${JSON.stringify({id: hexId('organization'), name: 'acme', displayName: 'Acme Research'})},
  "users": ${lines(users)},
  "groups": ${lines(groups)}
},
"scim": {
  "Users": ${lines(scimUsers)},
  "Groups": ${lines(scimGroups)}
}
}
`);
