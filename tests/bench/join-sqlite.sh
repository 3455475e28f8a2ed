#!/bin/bash
# join-sqlite.sh DESIRED CURRENT: the two sides joined by sqlite3 (3.39 or newer); prints how many users differ.
set -euo pipefail
# A line is a column: the separator character does not occur in the JSON of our exports.
exec sqlite3 -batch :memory: <<SQL
.mode ascii
.separator "\037" "\n"
CREATE TABLE desired_line (line TEXT);
CREATE TABLE current_line (line TEXT);
.import '$1' desired_line
.import '$2' current_line
CREATE TABLE desired AS SELECT line ->> 'externalId' AS id, json_remove(line, '\$.id', '\$.version') AS said FROM desired_line WHERE line ->> 'type' = 'user';
CREATE TABLE current AS SELECT line ->> 'externalId' AS id, json_remove(line, '\$.id', '\$.version') AS said FROM current_line WHERE line ->> 'type' = 'user';
CREATE INDEX current_id ON current (id);
SELECT count(*) FROM desired d FULL OUTER JOIN current c ON d.id = c.id WHERE d.said IS NOT c.said;
SQL
