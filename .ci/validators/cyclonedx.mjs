// Checks an SBOM from the standard input with CycloneDX's own library.
import { text } from 'node:stream/consumers';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
const faults = await validator.validate(await text(process.stdin));
if (faults !== null) {
  console.error(JSON.stringify(faults));
  process.exit(1);
}
