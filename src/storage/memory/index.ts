export type { HashSecret } from "../secrets.ts";
export { type MemoryStorage, type MemoryStorageOptions, memoryStorage } from "./storage.ts";
