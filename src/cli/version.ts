import packageJson from "../../package.json" with { type: "json" };

/** Of the package that the command came with. */
export const VERSION: string = packageJson.version;
