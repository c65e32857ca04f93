// Puts together what is started, dist/parley: main.js, a file for each thread and process that it begins, and what they
// share, with the libraries. Loaded as the hundreds of files that it is made of, a box would take calls a third of a second later.
// Libraries with native code stay in node_modules.
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const programs = [
  'firmware/main.js',
  'firmware/media/media-worker.js',
  'firmware/recording/recorder-thread.js',
  'firmware/recording/peaks-worker.js',
  'hal/drivers/alsa/pump.js',
  'hal/drivers/alsa/device.js',
  'hal/drivers/dahdi/pump-worker.js',
];
const folder = 'dist/parley';

rmSync(folder, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: programs.map((file) => `dist/${file}`),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outdir: folder,
  entryNames: '[name]',
  chunkNames: 'shared-[hash]',
  external: ['koffi', 'serialport', 'alsa-capture'],
  sourcemap: true,
  metafile: true,
  // What libraries in CommonJS expect.
  banner: {
    js: `import { createRequire as requireOf } from 'node:module';
const require = requireOf(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;`,
  },
});
copyFileSync('dist/firmware/media/kernels.wasm', `${folder}/kernels.wasm`);
writeFileSync(`${folder}/LICENSES.txt`, licences(Object.keys(metafile.inputs)));
for (const file of readdirSync(folder).filter((name) => name.endsWith('.js')))
  for (const [, name] of readFileSync(`${folder}/${file}`, 'utf8').matchAll(
    /new URL\("\.\/([^"]+)", import\.meta\.url\)/g,
  ))
    if (!existsSync(`${folder}/${name}`))
      throw new Error(`${folder}/${file} begins ${name}, which is not in ${folder}`);

/** Those of the libraries that are in it. */
function licences(files) {
  const packages = new Set(
    files.map((file) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]).filter(Boolean),
  );
  return [...packages]
    .sort()
    .map((library) => {
      const { name, version, license } = JSON.parse(readFileSync(path.join(library, 'package.json'), 'utf8'));
      const texts = readdirSync(library).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
      const words = texts.map((file) => readFileSync(path.join(library, file), 'utf8').trim());
      return `${name} ${version} (${license})\n\n${words.join('\n\n')}\n`;
    })
    .join(`\n${'-'.repeat(72)}\n\n`);
}
