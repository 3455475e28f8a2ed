// join-duckdb.cjs [--rows] DESIRED CURRENT: the two sides joined by DuckDB on two threads; prints how many users differ. NODE_PATH finds DuckDB.
// --rows writes the users of both sides as JSON, one row for each pair, instead.
const { DuckDBInstance } = require('@duckdb/node-api');

const columns = `{type: 'VARCHAR', externalId: 'VARCHAR', userName: 'VARCHAR', displayName: 'VARCHAR', givenName: 'VARCHAR',
    familyName: 'VARCHAR', email: 'VARCHAR', active: 'BOOLEAN', sshKeys: 'VARCHAR[]'}`;
const side = (name) => `(SELECT * FROM read_json('${name.replaceAll("'", "''")}', format = 'newline_delimited', columns = ${columns},
    maximum_object_size = 67108864) WHERE type = 'user')`;
const fields = ['userName', 'displayName', 'givenName', 'familyName', 'email', 'active', 'sshKeys'];
const differ = fields.map((field) => `d.${field} IS DISTINCT FROM c.${field}`).join(' OR ');

async function main(inputs) {
    const rows = inputs[0] === '--rows';
    const [desired, current] = inputs.slice(rows ? 1 : 0);
    const join = `${side(desired)} d FULL OUTER JOIN ${side(current)} c ON d.externalId = c.externalId`;
    const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
    const connection = await instance.connect();
    if (rows) {
        await connection.run(`COPY (SELECT d AS desired, c AS current FROM ${join}) TO '/dev/stdout' (FORMAT json)`);
        return;
    }
    const answer = await connection.runAndReadAll(`SELECT count(*) FROM ${join} WHERE ${differ}`);
    console.log(String(answer.getRows()[0][0]));
}

main(process.argv.slice(2)).catch((error) => {
    console.error(error);
    process.exit(70);
});
