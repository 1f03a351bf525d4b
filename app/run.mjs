// `node app/run.mjs <entry> …`: runs dist/app/<entry>.js, after building it if a source is younger.
import { build, isBuilt } from './build.mjs';

const [entry] = process.argv.splice(2, 1);
if (!isBuilt()) {
  process.stderr.write('Building Gatehouse …\n');
  build();
}
await import(`../dist/app/${entry}.js`);
