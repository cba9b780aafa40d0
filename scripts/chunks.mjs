// Puts small chunks of dist into larger ones: the bundler makes one for each set of entry points that share something, and a file costs
// a process that starts more than the kilobytes in it. What an entry point loads grows by a little, and no circle comes to be.
// Rollup over dist (`experimentalMinChunkSize`) would be twenty lines instead, and a start is as fast; but it does not look at what an entry
// point comes to load: with as many chunks, `scimkit/filter` loads 107 kB gzipped instead of 83, and `scimkit/fetch` 7 instead of 5.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Chunks below so many bytes are put elsewhere. */
const SMALL = 16_384;
/** How much an entry point may load, of what it loaded before; and so many bytes on top. */
const MOST = { times: 1.1, more: 1024 };
/** Entry points whose every kilobyte counts, as they go into pages: they load what they need. */
const TIGHT = ["client.js", "filter.js"];

const IMPORT = /^import (?:\{([^}]*)\} from )?"\.\/([\w-]+\.js)";$/gm;
const EXPORT = /^export \{([^}]*)\};$/m;

const dist = fileURLToPath(new URL("../dist", import.meta.url));
await mergeChunks();

async function mergeChunks() {
  const texts = new Map(
    readdirSync(dist)
      .filter((name) => name.endsWith(".js"))
      .map((name) => [name, readFileSync(join(dist, name), "utf8")]),
  );
  const groups = groupsOf(texts);
  const places = new Map();
  for (const group of groups) for (const [name, place] of placesIn(group, texts)) places.set(name, place);
  for (const [file, text] of texts) if (!places.has(file)) writeFileSync(join(dist, file), withPlaces(text, places));
  for (const group of groups) writeFileSync(join(dist, group[0]), withPlaces(await merged(group, places), places));
  for (const [file, { file: home }] of places) if (file !== home) rmSync(join(dist, file));
}

/** Lists of chunks that become one, the largest first, which gives its name. */
function groupsOf(texts) {
  const isChunk = (name) => name.startsWith("chunk-");
  const nodes = new Map(
    [...texts].map(([name, text]) => [
      name,
      { names: [name], size: text.length, uses: new Set([...text.matchAll(IMPORT)].map(([, , used]) => used)) },
    ]),
  );
  const bounds = loadsOf(nodes).map(({ names, size }) =>
    TIGHT.some((tight) => names.has(tight)) ? size : size * MOST.times + MOST.more,
  );
  for (;;) {
    const loads = loadsOf(nodes);
    const best = [...nodes.keys()]
      .filter((name) => isChunk(name) && nodes.get(name).size < SMALL)
      .flatMap((small) =>
        [...nodes.keys()]
          .filter((name) => name !== small && isChunk(name) && !hasDetour(nodes, small, name))
          .map((into) => ({ small, into, costs: loads.map((load) => costOf(nodes, load, small, into)) })),
      )
      .filter(({ costs }) => costs.every((cost, index) => cost === 0 || loads[index].size + cost <= bounds[index]))
      .map((one) => ({ ...one, cost: one.costs.reduce((sum, cost) => sum + cost) }))
      .sort((left, right) => left.cost - right.cost)[0];
    if (best === undefined) break;
    put(nodes, best.small, best.into);
  }
  return [...nodes.values()]
    .map(({ names }) => names.sort((left, right) => texts.get(right).length - texts.get(left).length))
    .filter(({ length }) => length > 1);
}

/** The entry points, and what is loaded later: all that each loads, and how many bytes. */
function loadsOf(nodes) {
  const used = new Set([...nodes.values()].flatMap(({ uses }) => [...uses]));
  return [...nodes.keys()]
    .filter((name) => !used.has(name))
    .map((root) => {
      const names = loadedBy(nodes, root);
      return { names, size: sizeOf(nodes, names) };
    });
}

function loadedBy(nodes, root) {
  const names = new Set([root]);
  for (const name of names) for (const next of nodes.get(name).uses) names.add(next);
  return names;
}

function sizeOf(nodes, names) {
  return [...names].reduce((sum, name) => sum + nodes.get(name).size, 0);
}

/** How many bytes more are loaded when two chunks are one, with what the other one needs. */
function costOf(nodes, { names }, one, other) {
  if (names.has(one) === names.has(other)) return 0;
  return sizeOf(nodes, loadedBy(nodes, names.has(one) ? other : one).difference(names));
}

/** Whether one leads to the other by a third one: as one file, they would need it before and behind themselves. */
function hasDetour(nodes, one, other) {
  const leads = (from, to) => {
    const seen = new Set([...nodes.get(from).uses].filter((name) => name !== to));
    for (const name of seen) for (const next of nodes.get(name).uses) seen.add(next);
    return seen.has(to);
  };
  return leads(one, other) || leads(other, one);
}

function put(nodes, small, into) {
  const { names, size, uses } = nodes.get(small);
  const home = nodes.get(into);
  home.names.push(...names);
  home.size += size;
  for (const name of uses) home.uses.add(name);
  home.uses.delete(into);
  home.uses.delete(small);
  nodes.delete(small);
  for (const node of nodes.values()) if (node.uses.delete(small) && node !== home) node.uses.add(into);
}

/** Where each chunk of a group is found from now on, and by which names what it exports. */
function placesIn(group, texts) {
  const taken = new Set();
  return group.map((name) => {
    const names = new Map();
    for (const exported of exportsOf(texts.get(name))) {
      let free = exported;
      for (let number = 2; taken.has(free); number++) free = `${exported}${number}`;
      taken.add(free);
      names.set(exported, free);
    }
    return [name, { file: group[0], names }];
  });
}

function exportsOf(text) {
  return specifiers(EXPORT.exec(text)?.[1] ?? "").map(([, exported]) => exported);
}

/** `a, b as c` as pairs of names: before and behind the word as. */
function specifiers(list) {
  return list
    .split(",")
    .map((part) => part.trim().split(" as "))
    .filter(([name]) => name !== "")
    .map(([name, as = name]) => [name, as]);
}

async function merged(group, places) {
  const contents = group
    .map((name) => {
      const list = [...places.get(name).names].map(([exported, free]) => `${exported} as ${free}`);
      return list.length === 0 ? `import "./${name}";` : `export { ${list.join(", ")} } from "./${name}";`;
    })
    .join("\n");
  const inGroup = {
    name: "in-group",
    setup: (builder) =>
      builder.onResolve({ filter: /.*/ }, ({ path }) =>
        group.includes(path.slice(2)) ? { path: join(dist, path), sideEffects: true } : { path, external: true },
      ),
  };
  const { outputFiles, warnings } = await build({
    stdin: { contents, resolveDir: dist },
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    charset: "utf8",
    write: false,
    plugins: [inGroup],
  });
  for (const { text } of warnings) throw new Error(`${group[0]}: ${text}`);
  return outputFiles[0].text;
}

/** The imports of a file, from where things are now. */
function withPlaces(text, places) {
  return text.replaceAll(IMPORT, (statement, list, file) => {
    const place = places.get(file);
    if (place === undefined) return statement;
    if (list === undefined) return `import "./${place.file}";`;
    const names = specifiers(list).map(([name, as]) => [place.names.get(name), as]);
    return `import {\n${names.map(([name, as]) => `  ${name === as ? name : `${name} as ${as}`}`).join(",\n")}\n} from "./${place.file}";`;
  });
}
