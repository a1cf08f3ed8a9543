// Compiles scripts with MicroPython's own mpy-cross: node --no-experimental-fetch compile.mjs < JSON list of {name, source, arch}
// prints a JSON list of {name, arch, status, bytes, error}. arch "" is bytecode.
import fs from 'node:fs';
import { createRequire } from 'node:module';
const { compile } = createRequire(import.meta.url)('@pybricks/mpy-cross-v6');

process.setMaxListeners(0); // each run of the compiler adds its own
const results = [];
for (const { name, source, arch } of JSON.parse(fs.readFileSync(0, 'utf8'))) {
  const { status, mpy, out, err } = await compile(name.split('/').pop() + '.py', source, arch ? [`-march=${arch}`] : []);
  results.push({ name, arch, status, bytes: mpy?.length ?? 0, error: [...out, ...err].join('\n') });
}
console.log(JSON.stringify(results));
