/**
 * How large the tests are that could be larger: small every day, so that `npm test` is run without thinking, and as large as makes
 * sense in `npm run test:thorough`, which runs the tests that ask here and no others. A number in `SCIMKIT_SIZE` is for a
 * night: so many times the thorough size. Each file prints the sizes and the seed that it ran with.
 */

const { SCIMKIT_SIZE = "everyday", SCIMKIT_SEED } = process.env;

/** The sizes that a test has. */
export interface Sizes {
  readonly everyday: number;
  readonly thorough: number;
}

/** The size that this run has, of what `things` names in the plural. */
export function pickSize(things: string, { everyday, thorough }: Sizes): number {
  const size = SCIMKIT_SIZE === "everyday" ? everyday : thorough * factor();
  console.log(`${size.toLocaleString("en")} ${things} (${SCIMKIT_SIZE})`);
  return size;
}

/** The seed that `SCIMKIT_SEED` asks for, or a new one. */
export function pickSeed(): number {
  const seed = Number(SCIMKIT_SEED ?? Date.now() ^ (Math.random() * 0x1_0000_0000)) | 0;
  console.log(`seed ${seed}`);
  return seed;
}

function factor(): number {
  const factor = SCIMKIT_SIZE === "thorough" ? 1 : Number(SCIMKIT_SIZE);
  if (!Number.isInteger(factor) || factor < 1)
    throw new Error(`SCIMKIT_SIZE is everyday, thorough or a whole number, and not ${SCIMKIT_SIZE}.`);
  return factor;
}
