/**
 * Name of the attribute that `changePassword` of `/ServiceProviderConfig` speaks of: another secret, such as a PIN, is no
 * password.
 * @see RFC 7643 §4.1.1, §5
 */
export const PASSWORD = "password";
