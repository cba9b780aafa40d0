export const CHECK_HELP = `scimkit check <base URL> [--token <token>]
`;
