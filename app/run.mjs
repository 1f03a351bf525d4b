// `node app/run.mjs <entry> …`: runs dist/app/<entry>.js, after building it if a source is younger.
import { build, isBuilt } from './build.mjs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `Gatehouse needs Node 20.19 or newer; this is ${process.version}. Install one from nodejs.org.\n`,
  );
  process.exit(1);
}

const [entry] = process.argv.splice(2, 1);
if (!isBuilt()) {
  process.stderr.write(
    'Building Gatehouse. This is done once, and again when a source changes; it takes some ten seconds …\n',
  );
  build();
}
await import(`../dist/app/${entry}.js`);
