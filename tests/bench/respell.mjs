// respell.mjs FILE: the stream as another producer may write it: other order of fields and keys, white space, escapes. Writes it to standard output.
import fs from 'node:fs';
import readline from 'node:readline';

const escaped = (text) => text.replace(/[^\x00-\x7f]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));

// The identity last, keys in reverse order; spaces after colons and commas.
function respelled({ id, userName, ...rest }) {
    rest.sshKeys?.reverse();
    rest.members?.reverse();
    return escaped(JSON.stringify({ ...rest, userName, id }).replaceAll('","', '", "').replaceAll('":', '": '));
}

const lines = [];
for await (const line of readline.createInterface({ input: fs.createReadStream(process.argv[2]) })) {
    const record = JSON.parse(line);
    lines.push((['user', 'group'].includes(record.type) ? respelled(record) : line) + '\n');
    if (lines.length > 1000) fs.writeSync(1, lines.splice(0).join(''));
}
fs.writeSync(1, lines.join(''));
