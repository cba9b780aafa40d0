import { fileURLToPath } from "node:url";

/** Where the packages of others are installed that scimkit is compared with, if they are: what is loaded here is found there. */
const FOLDER = fileURLToPath(new URL(".", import.meta.url));

/** Why there are no peers, for whoever runs a script by hand; undefined where they are installed. */
export async function peersMissing(): Promise<string | undefined> {
  const { isInstalled } = (await import(new URL("../../scripts/installed.mjs", import.meta.url).href)) as {
    isInstalled(folder: string): boolean;
  };
  return isInstalled(FOLDER)
    ? undefined
    : "Peers are left out, as they are not installed: npm ci --prefix bench/peers.";
}

/** Loads a peer by a name that the compiler does not follow: types are checked where peers are not installed as well. */
export const loadPeer = async <T>(name: string): Promise<T> => (await import(name)) as T;
